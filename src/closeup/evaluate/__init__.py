"""Many questions, one model: as fast as it answers, into a run that can be taken up again."""

from closeup.evaluate.run import Tally, run

__all__ = ["Tally", "run"]
