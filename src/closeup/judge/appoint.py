"""The judges that a user names: found, pinned, and each but once."""

from collections.abc import Sequence

from closeup.judge.names import check_pinned
from closeup.models import Given, Model, find
from closeup.records import CloseupError, shorten


def appoint(names: Sequence[str], given: Given, *, floating: bool = False) -> list[Model]:
    """The judges of these names, before any of them is asked.

    Raises CloseupError for a name that stands twice or, unless `floating`, is not pinned; and where
    one provider's key or address would go to several.
    """
    if len(names) > 1 and (given.options.key_file or given.options.base_url):
        raise CloseupError("--key-file and --base-url are of one provider: name one judge a time")
    if not floating:
        for name in names:
            check_pinned(name)
    judges: dict[str, Model] = {}
    for name in names:
        found = find(name, given)
        if found.name in judges:  # also of two servers: their replies are kept under this name
            raise CloseupError(f"judge {shorten(found.name)}: stands twice")
        judges[found.name] = found
    return list(judges.values())
