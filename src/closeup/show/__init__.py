"""What report and viewer show alike, and how it looks in a browser.

cards      an episode, its question and its page as the records that the scripts read
verdicts   what judges said of a description
opening    what a model was asked, put together again: a run keeps only its hash
assets     styles and scripts, to be inlined or served; JSON that may stand in a page
static/    style.css, and scripts without a framework: one idea a file
"""
