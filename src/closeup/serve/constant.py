"""The model that reads nothing: what a client can be measured against.

Its server takes a body in, counts it, waits, and gives the same reply: neither JSON nor images are
looked at, so what it costs is what HTTP costs.
"""

from closeup.geometry import Grid
from closeup.images import Resolution
from closeup.message import Reply, Request

TEXT = "<answer>A</answer>"


class Constant:
    """Says one thing, whatever it is asked."""

    name = "constant"
    grid: Grid = "rel1000"
    resolution = Resolution(pixels=None)

    def __init__(self, text: str = TEXT) -> None:
        self.text = text

    async def reply(self, request: Request) -> Reply:
        return Reply(text=self.text)
