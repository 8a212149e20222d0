"""A study: arms of training over seeds, each measured on the same held-out questions.

study.py      the file that says what is compared
run.py        an arm and a seed: its files, and the trainings it consists of
questions.py  the questions of the test, and what of them the statistics need
made.py       what a result was made from, and whether that is still so
result.py     one small file a run, kept in the repository: all that the tables and curves need
measure.py    a finished model → its result
plan.py       which runs are still to be done
work.py       doing them: so many at once, each in processes of its own
estimates.py  means over seeds and issues, differences, their intervals
tables.py     the tables, as Markdown
looks.py      where arms look, and what their crops show
curves.py     training curves, thinned for a result and drawn over the seeds
report.py     all of it into a document
"""
