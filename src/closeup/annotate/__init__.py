"""One's own comic, annotated by programs: page images in, pages in the native format out.

page        one image -> one page: panels, their order, lettering
sheets      the image files of a whole: what each page is called
folder      an image, a folder or an archive -> a folder of pages
"""

from closeup.annotate.folder import Tally, annotate
from closeup.annotate.page import annotate_page, lettered, reader_of_text, turned
from closeup.annotate.sheets import PAGES, Sheet, numbered, sheets

__all__ = [
    "PAGES",
    "Sheet",
    "Tally",
    "annotate",
    "annotate_page",
    "lettered",
    "numbered",
    "reader_of_text",
    "sheets",
    "turned",
]
