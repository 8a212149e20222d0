"""What a bench gives away to predictors that never look at a picture.

blind_rows   questions as a classifier sees them: all that a prompt tells
learners     the classifiers
blind        a predictor fitted on that, whole issues at a time
hard_core    the questions that nothing but the picture answers
duplicates   pages that come again in the other split
audit        all of it, for every task
"""

from closeup.audit.audit import audit

__all__ = ["audit"]
