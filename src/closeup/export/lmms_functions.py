"""What lmms-eval calls while it runs a bench that `closeup export --to lmms_eval` wrote.

A document is a row of its data. lmms-eval repeats a call that raises, after a pause and several
times, so nothing here raises for what a model says.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from closeup.export.shared import score
from closeup.images import MAX_BYTES, decode
from closeup.records import CloseupError, read_bytes, shorten


class Functions:
    """The functions of one exported folder."""

    def __init__(self, folder: Path, trusted: Sequence[str] = ()) -> None:
        self._images = folder / "images"
        self._trusted = tuple(trusted)

    def doc_to_visual(self, doc: Mapping[str, Any]) -> list[Image.Image]:
        """The images, in order."""
        return [self._image(name) for name in doc["images"]]

    def doc_to_text(self, doc: Mapping[str, Any]) -> str:
        """All text, for models that take no system message."""
        return f"{doc['system']}\n\n{doc['prompt']}"

    def doc_to_messages(self, doc: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The messages that closeup itself would open with."""
        shown = [{"type": "image", "url": image} for image in self.doc_to_visual(doc)]
        return [
            {"role": "system", "content": [{"type": "text", "text": doc["system"]}]},
            {"role": "user", "content": [*shown, {"type": "text", "text": doc["prompt"]}]},
        ]

    def process_results(self, doc: Mapping[str, Any], results: Sequence[str]) -> dict[str, Any]:
        """The score of the first reply with its cluster; nothing where it is unscored."""
        worth = score(doc["record"], doc["source"], str(results[0]), self._trusted)
        if worth.value is None:
            return {}
        return {"score": {"score": worth.value, "cluster": doc["cluster"], "id": doc["id"]}}

    def mean(self, items: Sequence[Mapping[str, Any]]) -> float:
        """The mean score."""
        return sum(item["score"] for item in items) / len(items) if items else 0.0

    def _image(self, name: str) -> Image.Image:
        if Path(name).name != name:
            raise CloseupError(f"image {shorten(name)}: need the name of a file")
        return decode(read_bytes(self._images / name, MAX_BYTES), name)
