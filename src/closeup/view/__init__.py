"""A local web page on which benches, runs, pages and one's own comics are looked at.

app            the routes put together, behind the guard; how it listens
guard          who may ask, and what a page may do
frame          templates, JSON and files that the pages are made of
opened         which paths are benches, runs and pages
shelf          a bench or a folder of pages that is open; asked: the index of its questions
runs           a run that is open, read anew when it has changed
home           what is open
pages          the pages of a shelf, and one with its annotations
layers         annotations as items with all their fields in words
gallery        images as a browser takes them
questions      what a bench asks, and what it does not ask and why
episodes       the episodes of runs, and what their scripts ask for
corrections    marked mistakes in a file; marking: how they get there
comic          one's own comic, read and asked about; comic_*: its parts
static/        styles and scripts beside those of closeup.show; templates/
"""
