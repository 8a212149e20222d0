"""From pages to a bench.

datasets     a reader's name and a path -> issues; `overlay` fills in what a dataset lacks
make         one issue -> its images, pages and candidate questions, in a worker process
candidates   a question as the balance sees it
balance      which candidates are kept, so that no blind cue pays: `counts` for numbers,
             `mirror` for pairs of regions, `words` and `level` for single cues, `lettering` for
             letters
choose       the chosen candidates -> the questions of the bench
build        all of it, into a folder
"""

from closeup.build.build import build

__all__ = ["build"]
