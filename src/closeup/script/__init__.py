"""A comic as a script: panels in reading order, for those who hear it or feel it instead of seeing.

    pages, or a run's answers --of, from_run--> Script --markdown, html, epub--> text, or a book

    script      the records: a script, its pages, its panels
    plain       text as anybody may have to hear it: on one line, without what cannot be said
    cast        what everybody is called, the same on every page
    scene       a description without what the dialogue says anyway
    tell        annotated pages -> a script
    answers     a model's answers in a run -> a script
    words       a script in plain sentences, block by block
    markdown, html, epub    those blocks in a format; markup and package are what the last two need
    pictures    the pages' images within a budget of bytes
    material    a path -> pages and their images

`Script.to_json` is the fourth format. What a program or a model told is marked wherever it stands.
"""

from closeup.script.answers import from_run
from closeup.script.epub import epub
from closeup.script.html import html
from closeup.script.markdown import markdown
from closeup.script.material import Material, open_pages
from closeup.script.script import Figure, Line, Person, Scene, Script, ScriptPage, ScriptPanel
from closeup.script.tell import of

__all__ = [
    "Figure",
    "Line",
    "Material",
    "Person",
    "Scene",
    "Script",
    "ScriptPage",
    "ScriptPanel",
    "epub",
    "from_run",
    "html",
    "markdown",
    "of",
    "open_pages",
]
