"""Open answers before judges.

checklist.py   what a judge is asked: the facts, once in each order, and a fenced description
judgement.py   what a judge said, and what it is worth
run.py         a judge's way through a run
appoint.py     the judges that a user names
names.py       judges whose name is no promise, or who judge their own
scripted.py    judges that go by words, offline
"""

from closeup.judge.appoint import appoint
from closeup.judge.run import TASK, judge

__all__ = ["TASK", "appoint", "judge"]
