"""From pages to a bench.

datasets   a reader's name and a path -> issues; `overlay` fills in what a dataset lacks
make       one issue -> its images, pages and candidate questions, in a worker process
balance    which candidates are kept, so that no blind cue pays; `mirror` for pairs of regions
choose     the chosen candidates -> the questions of the bench
build      all of it, into a folder
"""
