"""A model's shape, read without its weights: what decides its tokens, its memory and its time.

Of a folder its config is read; of a name on the hub the small table beside this file, or else the
files on the hub itself.
"""

from functools import cache
from pathlib import Path
from typing import Any

import orjson
from pydantic import ConfigDict, Field

from closeup.geometry import Grid
from closeup.models import shipped
from closeup.models.declared import declared
from closeup.models.told import Told
from closeup.records import CloseupError, Record, read_bytes, shorten

TABLE = Path(__file__).with_name("shapes.json")
FAMILIES = ("qwen2_5_vl", "qwen3_vl")
"""Values of `model_type` whose parts are known here."""
CHANNELS = 3


class _Read(Record):
    """Part of a foreign config: of its keys, those that matter here."""

    model_config = ConfigDict(extra="ignore", strict=False)


class Text(_Read):
    """The language model, by the names in its config."""

    hidden_size: int = Field(ge=1)
    intermediate_size: int = Field(ge=1)
    num_hidden_layers: int = Field(ge=1)
    num_attention_heads: int = Field(ge=1)
    num_key_value_heads: int = Field(ge=1)
    head_dim: int | None = Field(default=None, ge=1)
    vocab_size: int = Field(ge=1)
    max_position_embeddings: int = Field(ge=1)

    @property
    def head(self) -> int:
        """Numbers of one head."""
        return self.head_dim or self.hidden_size // self.num_attention_heads


class Vision(_Read):
    """The vision tower, by the names in its config."""

    depth: int = Field(ge=1)
    hidden_size: int = Field(ge=1)
    intermediate_size: int = Field(ge=1)
    out_hidden_size: int = Field(ge=1)
    patch_size: int = Field(default=14, ge=1)
    spatial_merge_size: int = Field(default=2, ge=1)
    temporal_patch_size: int = Field(default=2, ge=1)
    num_position_embeddings: int = Field(default=0, ge=0)
    deepstack_visual_indexes: tuple[int, ...] = ()


class Shape(Record):
    """A vision-language model of Qwen's kind."""

    place: str
    """The folder, or the name on the hub."""
    source: str
    """Where the numbers come from."""
    family: str
    text: Text
    vision: Vision
    tied: bool
    """Whether its first and its last matrix are one."""
    told: Told = Told()

    @property
    def step(self) -> int:
        """Pixels a side of one token: 28 for Qwen2.5-VL, 32 for Qwen3-VL."""
        return self.vision.patch_size * self.vision.spatial_merge_size

    @property
    def grid(self) -> Grid:
        """How it writes boxes, unless a recipe says otherwise."""
        return self.told.grid or declared(self.family).grid

    @property
    def tokenizer(self) -> Path | None:
        """Its tokenizer's file, where it is at hand."""
        path = Path(shipped.place(self.place)) / "tokenizer.json"
        return path if path.is_file() else None

    @property
    def text_parameters(self) -> int:
        """Weights of the language model, both of its large matrices included."""
        t, newer = self.text, self.family == "qwen3_vl"
        queries, keys = t.num_attention_heads * t.head, t.num_key_value_heads * t.head
        attention = t.hidden_size * (2 * queries + 2 * keys)
        attention += 2 * t.head if newer else queries + 2 * keys  # norms of heads, or biases
        layer = attention + 3 * t.hidden_size * t.intermediate_size + 2 * t.hidden_size
        matrices = (1 if self.tied else 2) * t.vocab_size * t.hidden_size
        return t.num_hidden_layers * layer + matrices + t.hidden_size

    @property
    def vision_parameters(self) -> int:
        """Weights of the vision tower and of what joins it to the language model."""
        v, newer = self.vision, self.family == "qwen3_vl"
        h, f, wide = v.hidden_size, v.intermediate_size, v.hidden_size * v.spatial_merge_size**2
        patch = CHANNELS * v.temporal_patch_size * v.patch_size**2 * h + (h if newer else 0)
        matrices = (2 if newer else 3) * h * f
        biases = f + h if newer else 2 * f + h
        norms = 4 * h if newer else 2 * h
        block = 4 * h * h + 4 * h + matrices + biases + norms
        join = wide * wide + wide + wide * v.out_hidden_size + v.out_hidden_size
        joins = join + (2 * h if newer else h)
        joins += len(v.deepstack_visual_indexes) * (join + 2 * wide)
        return patch + v.num_position_embeddings * h + v.depth * block + joins

    @property
    def parameters(self) -> int:
        """All its weights."""
        return self.text_parameters + self.vision_parameters

    def adapted(self, rank: int, vision: bool) -> int:
        """Weights of low-rank adapters on every linear layer of the language model's layers, and
        of the vision tower's with `vision`."""
        t = self.text
        queries, keys = t.num_attention_heads * t.head, t.num_key_value_heads * t.head
        h, f = t.hidden_size, t.intermediate_size
        ends = 2 * (h + queries) + 2 * (h + keys) + 3 * (h + f)
        total = t.num_hidden_layers * ends
        if vision:
            v = self.vision
            ends = 6 * v.hidden_size
            ends += (2 if self.family == "qwen3_vl" else 3) * (v.hidden_size + v.intermediate_size)
            total += v.depth * ends
        return rank * total

    def tokens(self, size: tuple[int, int]) -> int:
        """Tokens of an image of this size in pixels, and the two that enclose it."""
        width, height = (max(1, round(side / self.step)) for side in size)
        return width * height + 2


def shape_of(place: str) -> Shape:
    """The shape of a model. Raises CloseupError where it cannot be had or is of another kind."""
    folder = Path(shipped.place(place))
    if folder.is_dir():
        raw = _json(folder / "config.json")
        found = _shape(place, raw, f"{folder / 'config.json'}")
        _cut_alike(found, folder)
        return found.model_copy(update={"told": Told.read(str(folder))})
    if place in _table():
        return _shape(place, _table()[place], f"closeup's table: {_table()['source']}")
    if place.startswith((".", "/", "~")) or place.count("/") != 1:
        raise CloseupError(f"model: {shorten(place)}: no such folder")
    return _shape(place, _json(_from_hub(place)), f"config.json of {place} on the hub")


@cache
def _table() -> dict[str, Any]:
    return orjson.loads(TABLE.read_bytes())


def known() -> list[str]:
    """Names on the hub whose shapes are known without it."""
    return [name for name in _table() if name != "source"]


def _json(path: Path) -> dict[str, Any]:
    try:
        raw = orjson.loads(read_bytes(path))
    except orjson.JSONDecodeError as error:
        raise CloseupError(f"{path}: not readable as JSON: {error}") from None
    if not isinstance(raw, dict):
        raise CloseupError(f"{path}: need a JSON object")
    return raw


def _shape(place: str, raw: dict[str, Any], source: str) -> Shape:
    family = raw.get("model_type")
    if family not in FAMILIES:
        rule = f"need one of {', '.join(FAMILIES)}"
        raise CloseupError(f"model: {shorten(place)}: model_type {shorten(family)}: {rule}")
    text = raw.get("text_config") or raw
    return Shape(
        place=place,
        source=source,
        family=family,
        text=Text.parse(orjson.dumps(text), source),
        vision=Vision.parse(orjson.dumps(raw.get("vision_config")), source),
        tied=bool(raw.get("tie_word_embeddings", text.get("tie_word_embeddings"))),
    )


def _cut_alike(shape: Shape, folder: Path) -> None:
    """Raises CloseupError where the processor cuts images otherwise than the model expects."""
    path = folder / "preprocessor_config.json"
    raw = _json(path) if path.is_file() else {}
    if not raw and (path := folder / "processor_config.json").is_file():
        raw = _json(path).get("image_processor") or {}
    if not isinstance(raw, dict):
        raise CloseupError(f"{path}: image_processor: need a JSON object")
    for name, own in (
        ("patch_size", shape.vision.patch_size),
        ("merge_size", shape.vision.spatial_merge_size),
    ):
        if raw.get(name, own) != own:
            raise CloseupError(f"{path}: {name}: {shorten(raw[name])}: the model's is {own}")


def _from_hub(place: str) -> Path:
    try:
        from huggingface_hub import hf_hub_download
    except ImportError:
        raise CloseupError(
            f"model: {shorten(place)}: not a folder, and the hub cannot be asked: "
            "pip install 'closeup[train]'"
        ) from None
    try:
        return Path(hf_hub_download(place, "config.json"))
    except Exception as error:  # what it raises for a missing name or network has no common type
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise CloseupError(
            f"model: {shorten(place)}: not a folder, none of {', '.join(known())}, and not to be "
            f"had from the hub: {first[:120]}"
        ) from None
