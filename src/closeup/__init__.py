"""closeup: make vision-language models read comics, and show honestly how well they do.

    annotations --readers--> Page --tasks--> Question --ask: Model--> Episode --score--> Score
    (or synthetic)

A `Page` holds dense annotations; a task turns the pages of an issue into `Question`s; a model
answers them; the task scores the reply. Every stage writes one thing that the next one reads: a
bench folder, then a run folder, then a report.
"""

from importlib.metadata import version

from closeup.bench import Bench
from closeup.geometry import Box, Grid, View
from closeup.page import Balloon, Character, Description, Page, Panel
from closeup.question import Crop, Mark, Question, Rejection, Score
from closeup.records import CloseupError, Record

__version__ = version("closeup")
__all__ = [
    "Balloon",
    "Bench",
    "Box",
    "Character",
    "CloseupError",
    "Crop",
    "Description",
    "Grid",
    "Mark",
    "Page",
    "Panel",
    "Question",
    "Record",
    "Rejection",
    "Score",
    "View",
]
