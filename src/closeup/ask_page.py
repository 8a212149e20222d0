"""A page image of one's own, one question, any model: an episode without a bench and a score."""

from pathlib import Path

from closeup.ask import Setting, Talk, converse, system_text
from closeup.geometry import Box
from closeup.images import MAX_BYTES
from closeup.message import Message
from closeup.models.model import Model
from closeup.pictures import Pictures
from closeup.question import Crop
from closeup.records import read_bytes


def open_page(path: Path) -> tuple[Pictures, Crop]:
    """A page's pictures, and the whole of it, named by its file.

    Raises CloseupError where that is no image that can be read.
    """
    data = read_bytes(path, MAX_BYTES)
    pictures = Pictures(lambda _: data)
    page = str(path)
    return pictures, Crop(page=page, box=Box(0, 0, *pictures.page(page).size))


def opening(page: Crop, question: str, model: Model, setting: Setting) -> tuple[Message, ...]:
    """The messages that open it: the page, then the question as it was put."""
    return (
        Message(role="system", parts=(system_text(setting, model.grid),)),
        Message(role="user", parts=(model.resolution.view(page), question), question=page.page),
    )


async def ask_page(
    page: Crop, question: str, model: Model, setting: Setting, pictures: Pictures
) -> Talk:
    """Ask a question in one's own words about a page, and close the model.

    Raises ModelError when the provider fails.
    """
    try:
        return await converse(opening(page, question, model, setting), model, setting, pictures)
    finally:
        if close := getattr(model, "close", None):
            await close()
