"""Every field of a recipe as Markdown, from the classes themselves: what docs/training.md shows.

python -m closeup.training.reference
"""

import types
from typing import Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from closeup.records import Record
from closeup.training.recipe import Recipe


def reference() -> str:
    """A table for the recipe itself and one for each table in it."""
    parts = [_table("", Recipe)]
    parts += [
        _table(f"[{name}]", kind)
        for name, field in Recipe.model_fields.items()
        if (kind := _record(field.annotation))
    ]
    return "\n".join(parts)


def _table(title: str, kind: type[Record]) -> str:
    said = " ".join((kind.__doc__ or "").split())
    lines = [f"**`{title}`** {said}" if title else said, "", "| field | value | default | |"]
    lines.append("|---|---|---|---|")
    for name, field in kind.model_fields.items():
        if _record(field.annotation):
            continue
        told = " ".join((field.description or "").split())
        value = _value(field.annotation, field).replace("|", "\\|")
        lines.append(f"| `{name}` | {value} | {_default(field)} | {told} |")
    return "\n".join([*lines, ""])


def _record(kind: Any) -> type[Record] | None:
    """The table that a field holds, if any."""
    for part in (kind, *get_args(kind)):
        if isinstance(part, type) and issubclass(part, Record):
            return part
    return None


def _value(kind: Any, field: FieldInfo) -> str:
    origin, parts = get_origin(kind), [part for part in get_args(kind) if part is not type(None)]
    if origin in (Union, types.UnionType):
        return " or ".join(_value(part, field) for part in parts)
    if origin is Literal:
        return ", ".join(f"`{part}`" for part in parts)
    if origin is tuple:
        inner = parts[0]
        chosen = get_origin(inner) is Literal
        return f"list of {_value(inner, field)}" if chosen else "list of texts"
    if origin is dict:
        return "table of numbers"
    names = {str: "text", int: "whole number", float: "number", bool: "true or false"}
    return names[kind] + _bounds(field)


def _bounds(field: FieldInfo) -> str:
    """The least and the most that a number may be."""
    words = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
    told = [
        f"{sign} {getattr(rule, name):g}"
        for rule in field.metadata
        for name, sign in words.items()
        if getattr(rule, name, None) is not None
    ]
    return f" {', '.join(told)}" if told else ""


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    default = field.get_default(call_default_factory=True, validated_data={})
    if default in (None, (), {}):
        return ""
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, dict):
        pairs = ", ".join(f"{name} = {value}" for name, value in default.items())
        return f"`{{ {pairs} }}`"
    return f"`{default}`"


if __name__ == "__main__":
    print(reference())
