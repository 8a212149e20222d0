"""Tools that a model may call while it reads a page: one file a tool.

A tool is found by its name, one of `TOOLS`, or as `package.module:Name`.
"""

from collections.abc import Sequence
from typing import cast

from closeup import plugins
from closeup.records import CloseupError, shorten
from closeup.tools.enhance import Enhance
from closeup.tools.read_text import ReadText
from closeup.tools.tool import Scene, Seen, Tool, ToolError
from closeup.tools.zoom_in import ZoomIn

TOOLS: dict[str, type[Tool]] = {
    "zoom_in": ZoomIn,
    "read_text": ReadText,
    "enhance": Enhance,
}


def find(names: Sequence[str]) -> dict[str, Tool]:
    """The tools of these names, by the name that a model calls them.

    Raises CloseupError for an unknown one, and for one that needs what is not installed.
    """
    found: dict[str, Tool] = {}
    for name in names:
        make = plugins.find("tool", name, TOOLS)
        if not (isinstance(make, type) and issubclass(make, Tool)):
            raise CloseupError(f"tool {shorten(name)}: not a closeup.tools.Tool")
        tool = cast(Tool, make())
        found[tool.name] = tool
    return found


__all__ = ["TOOLS", "Scene", "Seen", "Tool", "ToolError", "find"]
