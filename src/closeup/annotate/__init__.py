"""One's own comic, annotated by programs: page images in, pages in the native format out.

page        one image -> one page: panels, their order, lettering
folder      an image, a folder or an archive -> a folder of pages
"""

from closeup.annotate.folder import Tally, annotate
from closeup.annotate.page import annotate_page, reader_of_text

__all__ = ["Tally", "annotate", "annotate_page", "reader_of_text"]
