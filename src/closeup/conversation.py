"""The rules of an episode: a reply goes in, and what the model is told, or the end, comes out.

Evaluation, teacher sampling and training all use this one, so that they cannot drift apart.

- One tool call a turn; of several the first is carried out, and the model is told so.
- What a model writes as though it were a tool's response, and all that follows it, is not read,
  and the model is told so.
- An `<answer>` after the last call ends the episode, for who answers has seen enough; an answer
  before a call does not. A reply that calls nothing ends it as well.
- A call that cannot be carried out returns to the model as text, and counts like any other.
- When a budget is spent the model is told to answer now, and its next reply is its last.
- What a tool or an error says cannot close its tag or pose as a call: `<` reaches the model as `‹`.
"""

from collections.abc import Mapping, Sequence
from typing import Self

from pydantic import Field

from closeup.episode import StopReason, ToolCall
from closeup.geometry import View
from closeup.message import Message, Reply, Usage
from closeup.records import Record, checked, shorten
from closeup.tools.tool import Scene, Seen, Tool, ToolError
from closeup.turn import Turn, turn

ANSWER_NOW = "You may call no more tools. Give your final answer now, inside <answer>…</answer>."
MOST_ARGUMENTS = 500
"""Characters of a call's arguments that are recorded."""


class Budget(Record):
    """How far a model may look."""

    calls: int = Field(default=3, ge=0)
    turns: int = Field(default=8, ge=1)
    """Of the model, the last answer included."""
    pixels: int | None = Field(default=4_000_000, ge=1)
    """Of all crops together."""
    tokens: int | None = Field(default=16_384, ge=1)
    """Written by the model in all its turns."""

    @classmethod
    def of_calls(cls, calls: int) -> Self:
        """How models are trained and studied: a turn a call, one to put a mistake right, and one to
        answer."""
        return checked(cls, calls=calls, turns=calls + 2)


class Conversation:
    """One episode under way."""

    def __init__(
        self,
        opening: Sequence[Message],
        tools: Mapping[str, Tool],
        scene: Scene,
        budget: Budget,
    ) -> None:
        self.messages = list(opening)
        """All that was said: what the model is sent next."""
        self.opened = len(self.messages)
        """How many of these opened the episode."""
        self.views = list(scene.views)
        self.calls: list[ToolCall] = []
        self.usage = Usage()
        self.stop: StopReason | None = None
        """How it ended; None while it goes on."""
        self._tools = tools
        self._scene = scene
        self._budget = budget
        self._turn = 0
        self._last = not tools or budget.calls == 0 or budget.turns == 1
        """Whether the next reply ends it, whatever it says."""

    @property
    def reads_pixels(self) -> bool:
        """Whether `hear` may decode an image, and so belongs into a thread."""
        return any(tool.reads_pixels for tool in self._tools.values())

    @property
    def turns(self) -> tuple[Message, ...]:
        """What was said after the opening."""
        return tuple(self.messages[self.opened :])

    def hear(self, reply: Reply) -> StopReason | None:
        """Take the model's next turn: carry out its call, or end. Never raises for what it says."""
        if self.stop is not None:
            raise ValueError(f"the episode is over: {self.stop}")
        text = reply.text.encode("utf-8", "replace").decode("utf-8")
        self.messages.append(Message(role="assistant", parts=(text,)))
        self.usage += reply.usage
        said = turn(text)
        self.stop = self._ends(said, reply.finish)
        if self.stop is None:
            self._answer_call(said)
        self._turn += 1
        return self.stop

    def _ends(self, said: Turn, finish: str) -> StopReason | None:
        if finish == "filter":
            return "filtered"
        if said.answered:
            return "answered"
        if not self._tools or said.calls == 0:
            return "cut off" if finish == "length" else "no call"
        return "out of budget" if self._last else None

    def _answer_call(self, said: Turn) -> None:
        """Carry out the turn's call and say what came of it."""
        seen, asked, error = None, None, ""
        try:
            seen = self._seen(said)
            asked = seen.asked
        except ToolError as problem:
            asked, error = problem.asked, str(problem)
        if seen and seen.view:
            self.views.append(seen.view)
        self.calls.append(
            ToolCall(
                turn=self._turn,
                tool=said.tool[:MOST_ARGUMENTS],
                arguments=said.arguments[:MOST_ARGUMENTS],
                asked=asked,
                view=len(self.views) - 1 if seen and seen.view else None,
                error=error,
            )
        )
        parts = self._shown(seen) if seen else [_harmless(f"error: {error}")]
        if said.calls > 1:
            parts.append("\nOnly the first of your calls was carried out: one call a turn.")
        if said.invented:
            parts.append("\nThe tool_response in your own turn was not read: wait for this one.")
        self._last = self._last or self._spent()
        if self._last:
            parts.append(f"\n{ANSWER_NOW}")
        self.messages.append(Message(role="tool", parts=tuple(parts)))

    def _seen(self, said: Turn) -> Seen:
        if said.problem:
            raise ToolError(said.problem)
        tool = self._tools.get(said.tool)
        if tool is None:
            raise ToolError(f"no tool {shorten(said.tool)}: there is {', '.join(self._tools)}")
        scene = Scene(tuple(self.views), self._scene.grid, self._scene.crops, self._scene.pixels)
        seen = tool.call(said.parsed, scene)
        if seen.view and self._budget.pixels is not None:
            width, height = seen.view.size
            left = self._budget.pixels - self._pixels()
            if width * height > left:
                self._last = True
                problem = f"an image of {width}x{height} pixels: {left} are left of the budget"
                raise ToolError(problem, seen.asked)
        return seen

    def _shown(self, seen: Seen) -> list[str | View]:
        """What a call gave; an image with its number and the place that it really shows.

        The place is told in the first image that holds it: in the page, not in an earlier crop.
        """
        parts = [_harmless(part) if isinstance(part, str) else part for part in seen.parts]
        view = seen.view
        if view is None:
            return parts
        told = f"\nThis is image {len(self.views)}"
        for number, whole in enumerate(self.views[:-1], 1):
            if whole.page == view.page and whole.box.intersection(view.box) == view.box:
                told += f": {whole.from_page(view.box, self._scene.grid)} of image {number}"
                break
        return [*parts, f"{told}."]

    def _pixels(self) -> int:
        """Pixels of the crops so far."""
        crops = (self.views[call.view].size for call in self.calls if call.view is not None)
        return sum(width * height for width, height in crops)

    def _spent(self) -> bool:
        budget = self._budget
        return (
            len(self.calls) >= budget.calls
            or self._turn + 2 >= budget.turns
            or (budget.tokens is not None and self.usage.output >= budget.tokens)
            or (budget.pixels is not None and self._pixels() >= budget.pixels)
        )


def _harmless(text: str) -> str:
    return text.replace("<", "‹")
