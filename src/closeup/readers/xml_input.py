"""Annotations in XML: one safe parser, and elements that know where they stand.

No document type, no entity and nothing external is accepted, and size, depth and the number of
elements are bounded, so that a hostile file costs no more than an honest one. What an element
lacks or gets wrong is a `SourceError` with the file, the line, the value and the rule.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from closeup.records import one_line, shorten
from closeup.sources import Source, SourceError

MAX_BYTES = 32 * 1024 * 1024
MAX_DEPTH = 64
MAX_ELEMENTS = 300_000
"""In one file; a book of Manga109 has some ten thousand."""
MAX_ATTRIBUTES = 500_000
"""In one file, counted as equals signs before it is parsed."""
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)

Point = tuple[float, float]


@dataclass(slots=True)
class Node:
    """One element: its name without namespace, its attributes, its text and its children."""

    tag: str
    attributes: dict[str, str]
    file: str
    line: int
    children: list["Node"] = field(default_factory=list)
    pieces: list["str | Node"] = field(default_factory=list)
    """Text and children in the order of the document."""

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"

    def all(self, *tags: str) -> list["Node"]:
        """The children with these names, in the order of the document."""
        return [child for child in self.children if child.tag in tags]

    def first(self, tag: str) -> "Node | None":
        """The first child with this name, or None."""
        return next((child for child in self.children if child.tag == tag), None)

    def one(self, tag: str) -> "Node":
        """The first child with this name; SourceError when there is none."""
        child = self.first(tag)
        if child is None:
            raise self.error(f"need a <{tag}> in it")
        return child

    def walk(self) -> Iterator["Node"]:
        """This element and everything below it, in the order of the document."""
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def text(self) -> str:
        """All text at and below this element, with each run of whitespace as one space."""
        return " ".join(self._raw().split())

    def _raw(self) -> str:
        return "".join(p if isinstance(p, str) else p._raw() for p in self.pieces)

    def get(self, name: str) -> str | None:
        """An attribute, or None where it is absent or blank."""
        value = self.attributes.get(name, "").strip()
        return value or None

    def need(self, name: str) -> str:
        """An attribute; SourceError where it is absent or blank."""
        value = self.get(name)
        if value is None:
            raise self.error(f"{name}: need this attribute")
        return value

    def number(self, name: str) -> float:
        """An attribute as a finite number in plain notation."""
        value = self.need(name)
        if len(value) > 32 or not _NUMBER.fullmatch(value):
            raise self.error(f"{name}: {shorten(value)}: need a plain number")
        return float(value)

    def integer(self, name: str) -> int:
        """An attribute as a whole number that is not negative."""
        value = self.need(name)
        if len(value) > 9 or not re.fullmatch(r"\d+", value, re.ASCII):
            raise self.error(f"{name}: {shorten(value)}: need a whole number from 0 to 999999999")
        return int(value)

    def points(self, name: str = "points", least: int = 3) -> tuple[Point, ...]:
        """An attribute "x,y x,y …" as points, without a last one that repeats the first."""
        value = self.need(name)
        numbers = value.replace(",", " ").split()
        if len(numbers) % 2 or not all(len(n) <= 32 and _NUMBER.fullmatch(n) for n in numbers):
            raise self.error(f"{name}: {shorten(value)}: need pairs of plain numbers, x,y x,y …")
        flat = [float(number) for number in numbers]
        points = tuple(zip(flat[::2], flat[1::2], strict=True))
        if len(points) > least and points[0] == points[-1]:
            points = points[:-1]
        if len(points) < least:
            raise self.error(f"{name}: {shorten(value)}: need at least {least} points")
        return points

    def error(self, message: str) -> SourceError:
        """What is wrong with this element, to be raised."""
        return SourceError(self.place, f"<{one_line(self.tag, 40)}> {message}")


class _Builder:
    """Builds the tree of `Node`s as the parser calls it, and keeps the limits."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.root: Node | None = None
        self.count = 0
        self._open: list[Node] = []
        self.line: Callable[[], int] = int

    def start(self, tag: str, attrib: dict[str, str]) -> None:
        names = {name.rpartition("}")[2]: value for name, value in attrib.items()}
        node = Node(tag.rpartition("}")[2], names, self.file, self.line())
        self.count += 1
        if self.count > MAX_ELEMENTS:
            raise node.error(f"more than {MAX_ELEMENTS} elements in the file")
        if len(self._open) >= MAX_DEPTH:
            raise node.error(f"nested more than {MAX_DEPTH} deep")
        if self._open:
            self._open[-1].children.append(node)
            self._open[-1].pieces.append(node)
        else:
            self.root = node
        self._open.append(node)

    def end(self, tag: str) -> None:
        self._open.pop()

    def data(self, data: str) -> None:
        self._open[-1].pieces.append(data)

    def close(self) -> Node | None:
        return self.root


def load(source: Source, name: str, root: str) -> Node:
    """The root element of a file, which must be named `root`."""
    return parse(source.read(name, limit=MAX_BYTES), source.place(name), root)


def parse(data: bytes, file: str, root: str) -> Node:
    """The root element, which must be named `root`; SourceError with file, line and rule."""
    if len(data) > MAX_BYTES:
        raise SourceError(file, f"{len(data)} bytes; the limit is {MAX_BYTES}")
    if data.count(b"=") > MAX_ATTRIBUTES:
        raise SourceError(file, f"more than {MAX_ATTRIBUTES} attributes in the file")
    builder = _Builder(file)
    parser = DefusedXMLParser(target=builder, forbid_dtd=True)
    builder.line = lambda: parser.parser.CurrentLineNumber
    try:
        parser.feed(data)
        parser.close()
    except ParseError as error:
        line, _ = error.position
        raise SourceError(f"{file}:{line}", f"not well-formed XML: {_what(error, data)}") from None
    except DefusedXmlException as error:
        what = type(error).__name__.removesuffix("Forbidden")
        raise SourceError(file, f"{what}: no document type or entity may be declared") from None
    except (UnicodeError, LookupError, ValueError) as error:
        raise SourceError(file, f"not readable as XML: {shorten(str(error))}") from None
    node = builder.root
    assert node is not None
    if node.tag != root:
        raise node.error(f"need <{root}> at the top")
    return node


def _what(error: ParseError, data: bytes) -> str:
    """What the parser minds, and whether the reason is bytes that are not UTF-8."""
    what = one_line(str(error).rpartition(": line")[0], 120)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as wrong:
        return f"{what} (not UTF-8: byte {data[wrong.start]:#04x} at offset {wrong.start})"
    return what
