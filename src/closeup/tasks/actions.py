"""What figures in comics do: the words for it, and which of them cannot be told apart for sure."""

ACTIONS = {
    "bowing": "bowing",
    "carrying": "carrying something",
    "casting_spell": "casting a spell",
    "cheering": "cheering with raised arms",
    "climbing": "climbing",
    "cooking": "cooking",
    "crawling": "crawling",
    "crouching": "crouching",
    "crying": "crying",
    "dancing": "dancing",
    "digging": "digging",
    "drinking": "drinking",
    "eating": "eating",
    "falling": "falling",
    "fighting": "fighting",
    "fishing": "fishing",
    "flying": "flying",
    "hugging": "hugging someone",
    "jumping": "jumping",
    "kicking": "kicking",
    "kissing": "kissing someone",
    "kneeling": "kneeling",
    "laughing": "laughing",
    "lying": "lying",
    "painting": "painting",
    "phoning": "talking on the phone",
    "playing": "playing",
    "pointing": "pointing",
    "pouring": "pouring something",
    "pulling": "pulling something",
    "punching": "punching",
    "pushing": "pushing something",
    "reaching": "reaching for something",
    "reading": "reading",
    "riding": "riding",
    "running": "running",
    "shouting": "shouting",
    "singing": "singing",
    "sitting": "sitting",
    "sleeping": "sleeping",
    "sweeping": "sweeping",
    "swimming": "swimming",
    "throwing": "throwing something",
    "walking": "walking",
    "waving": "waving",
    "writing": "writing",
}
"""The actions that are asked about, and how an option says them."""

POSTURES = frozenset(
    (
        *("bowing", "climbing", "crawling", "crouching", "falling", "flying", "jumping"),
        *("kneeling", "lying", "riding", "running", "sitting", "standing", "swimming", "walking"),
    )
)
"""What the whole body does. Two that are not `near` exclude each other."""

UNSAID = frozenset(
    ("holding", "listening", "looking", "smiling", "standing", "talking", "thinking")
)
"""Actions that may well be true of a figure that is not labelled with them: never offered."""

NEAR = {
    "bowing": "crouching kneeling",
    "carrying": "holding hugging pulling pushing walking",
    "casting_spell": "fighting pointing reaching throwing waving cheering",
    "cheering": "dancing jumping laughing shouting waving",
    "climbing": "crawling reaching",
    "cooking": "eating pouring",
    "crawling": "crouching kneeling lying",
    "crouching": "kneeling sitting",
    "crying": "shouting laughing",
    "dancing": "jumping",
    "digging": "sweeping",
    "drinking": "eating pouring",
    "falling": "flying jumping lying",
    "fighting": "kicking pulling punching pushing shouting throwing",
    "fishing": "holding",
    "flying": "jumping riding swimming",
    "hugging": "holding kissing",
    "jumping": "kicking running",
    "laughing": "shouting smiling talking",
    "lying": "crouching sitting sleeping",
    "painting": "writing",
    "phoning": "talking",
    "playing": "jumping kicking throwing",
    "pointing": "reaching waving",
    "pulling": "holding reaching",
    "punching": "reaching",
    "pushing": "reaching",
    "reaching": "lying sitting throwing waving",
    "riding": "sitting",
    "shouting": "singing talking",
    "singing": "talking",
    "sleeping": "sitting",
    "walking": "running standing",
}
"""Pairs, each written once, of which the one comes with the other, looks like it, or may be meant
by it. Where one is true, or is an option, the other is not offered."""


def near(a: str, b: str) -> bool:
    """Whether two actions cannot be told apart for sure."""
    return a == b or b in NEAR.get(a, "").split() or a in NEAR.get(b, "").split()


LIKE_POSTURES = POSTURES | {
    action
    for action in ACTIONS
    if any(near(action, legs) for legs in ("crouching", "kneeling", "lying", "sitting", "walking"))
}
"""Postures, and what is near to one of those in which the hands are free."""
