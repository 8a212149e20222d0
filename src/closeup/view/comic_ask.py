"""A question about a page of one's own, told turn by turn while a model looks for its answer."""

import asyncio
from typing import Any

from pydantic import Field

from closeup import tools
from closeup.ask import CROPS, Setting, converse
from closeup.ask_page import opening
from closeup.conversation import Conversation
from closeup.geometry import Box, View
from closeup.models import Model
from closeup.pictures import Pictures
from closeup.question import Crop
from closeup.records import CloseupError, Record, shorten
from closeup.report.trajectory import Trajectory
from closeup.show import cards
from closeup.view.comic_models import Seat
from closeup.view.comic_stream import Say

MAX_QUESTION = 2000
"""Characters."""


class Asked(Record):
    """What a person asks."""

    question: str = Field(min_length=1, max_length=MAX_QUESTION)
    model: str
    tools: tuple[str, ...] = ()
    about: Box | None = None
    """The part of the page that it is about, such as a panel; None: all of it."""


async def answer(asked: Asked, page: Crop, seat: Seat, pictures: Pictures, say: Say) -> None:
    """Ask, and say what happens: who waits, each turn with what it called and saw, the answer.

    Raises CloseupError for tools that are not to be had and ModelError where the provider fails.
    """
    usable = set(tools.TOOLS) & set(asked.tools)  # never code that a browser names
    if unknown := set(asked.tools) - usable:
        raise CloseupError(f"tool {shorten(min(unknown))}: need one of {', '.join(tools.TOOLS)}")
    able = await asyncio.to_thread(tools.find, [name for name in tools.TOOLS if name in usable])
    async with seat.turn(lambda before: say({"waiting": before})):
        if not seat.is_open:
            await say({"opening": seat.name})
        model = await seat.model()
        setting = Setting(tools=able, crops=getattr(model, "crops", None) or CROPS)
        messages = opening(page, _worded(asked, page, model), model, setting)
        begun = {"asked": messages[-1].text, "views": _views(messages[-1].parts)}
        await say({"begun": begun})
        talk = await converse(messages, model, setting, pictures, watch=_Follower(say).tell)
    told = Trajectory.of(talk, asked.question, model.name, model.grid)
    cost = getattr(model, "cost", None)
    ended = {
        "answer": None if told.answer is None else cards.cut(told.answer),
        "stop": told.stop,
        "seconds": round(told.seconds, 2),
        "input_tokens": told.usage.input,
        "output_tokens": told.usage.output,
        "dollars": cost(told.usage) if cost else None,
        "served_by": told.served_by,
    }
    await say({"ended": ended})


def _worded(asked: Asked, page: Crop, model: Model) -> str:
    """The question, with the part that it is about as this model writes boxes."""
    part = asked.about and asked.about.intersection(page.box)
    if part is None or part == page.box:
        return asked.question
    box = model.resolution.view(page).from_page(part, model.grid)
    return f"{asked.question}\nThe question is about the region {box} of image 1."


class _Follower:
    """Says what has come to a conversation since it last looked."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._turns = self._calls = 0
        self._views = 1  # the page itself

    async def tell(self, talk: Conversation) -> None:
        turns, calls = talk.turns[self._turns :], talk.calls[self._calls :]
        told = {
            "turns": [_full(cards.turn(turn.role, turn.text)) for turn in turns],
            "calls": [_full(cards.call(call, talk.views)) for call in calls],
            "views": _views(talk.views[self._views :]),
        }
        self._turns += len(turns)
        self._calls += len(calls)
        self._views = len(talk.views)
        await self._say(told)


def _views(parts: Any) -> list[dict[str, Any]]:
    return [_full(cards.shown(part)) for part in parts if isinstance(part, View)]


def _full(card: Record) -> dict[str, Any]:
    return card.model_dump(mode="json")
