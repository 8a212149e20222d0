"""Styles and scripts, and how data may stand beside them in one page.

A page holds no other script and no other style than these, by their hashes, and asks no host for
anything.
"""

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import orjson

STYLE = "style.css"
SCRIPTS = (
    "dom.js",
    "picture.js",
    "regions.js",
    "conversation.js",
    "judged.js",
    "episode.js",
    "list.js",
    "filters.js",
    "keys.js",
    "episodes.js",
    "source.js",
)
"""What shows episodes, in the order in which it must be read. Whoever uses it ends with a script
of its own, which says where the cards come from."""


@cache
def static(name: str) -> str:
    """A file of `static/`."""
    return files("closeup.show").joinpath("static", name).read_text(encoding="utf-8")


def policy(styles: Iterable[str], scripts: Iterable[str], images: str) -> str:
    """A content security policy that lets run what is given here, and nothing else.

    `images` are the sources of images, such as "data:".
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {hashes(scripts)}",
            f"style-src {hashes(styles)}",
            f"img-src {images}",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def json_block(value: object) -> str:
    """JSON that may stand within a script element: nothing in it ends that, or opens a comment."""
    text = orjson.dumps(value).decode("utf-8")
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def hashes(texts: Iterable[str]) -> str:
    """Sources of a policy that let run, or style, just these texts."""
    digests = (hashlib.sha256(text.encode("utf-8")).digest() for text in texts)
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
