"""What a checkpoint says of itself: how it was taught to be asked, in a file beside its weights."""

from pathlib import Path

from pydantic import Field

from closeup.geometry import Grid
from closeup.images import Resolution
from closeup.records import Record, read_bytes, write_atomically

FILE = "closeup.json"


class Told(Record):
    """The settings a model was trained with; what an evaluation does not say is as told here."""

    grid: Grid | None = None
    """How it writes boxes."""
    pixels: int | None = Field(default=None, ge=1)
    """Page budget in pixels."""
    crop_pixels: int | None = Field(default=None, ge=1)
    """Most pixels of one crop."""
    crop_least: int | None = Field(default=None, ge=1)
    """A smaller crop was enlarged to about as many."""

    @classmethod
    def read(cls, place: str) -> "Told":
        """What the checkpoint of a folder says; nothing where it is none of ours, or on the hub.

        Raises CloseupError where the file is there and wrong.
        """
        path = Path(place) / FILE
        return cls.parse(read_bytes(path), str(path)) if path.is_file() else cls()

    def write(self, folder: Path) -> None:
        """Write it into a checkpoint's folder."""
        write_atomically(folder / FILE, self.to_json() + "\n")

    @property
    def crops(self) -> Resolution | None:
        """How large a crop was shown, where it says so."""
        if self.crop_pixels is None:
            return None
        least = min(self.crop_least or self.crop_pixels, self.crop_pixels)
        return Resolution(pixels=self.crop_pixels, least=least)
