"""Judges that go by words, to try out judging offline: two of them, so that they can disagree.

They read what any judge is sent and nothing else, also behind `closeup serve`: the description is
what stands between the marks with the code, whatever else in the text looks like a mark.
"""

import json
import re

from closeup.geometry import Grid
from closeup.images import Resolution
from closeup.judge.checklist import Verdict
from closeup.message import Reply, Request
from closeup.models import Given
from closeup.records import one_line
from closeup.tasks.recall import content, recall

_CODE = re.compile(r"that hold the code ([0-9a-f]+):\n")
_FACT = re.compile(r"^(\d+)\. (.+)$", re.M)


class Lexical:
    """A fact is told where the recall that scores panel understanding finds it; contradicted where
    nothing but its numbers is missing."""

    name = "lexical"
    grid: Grid = "rel1000"
    resolution = Resolution(pixels=None)

    def __init__(self, given: Given) -> None:
        pass

    async def reply(self, request: Request) -> Reply:
        text = request.messages[-1].text
        code = _CODE.search(text)
        if code is None:
            return Reply(text=f"This is no checklist: {one_line(text, 80)}")
        _, _, rest = text.partition(f"[description {code[1]}]\n")
        description, _, after = rest.partition(f"\n[end {code[1]}]")
        verdicts = {
            number: self.verdict(fact, description) for number, fact in _FACT.findall(after)
        }
        return Reply(text=f"<answer>{json.dumps(verdicts)}</answer>")

    def verdict(self, fact: str, description: str) -> Verdict:
        """Whether a description tells a fact."""
        if content(fact) and recall([fact], description).told:
            return "told"
        missing = content(fact) - content(description)
        numbers = any(word.isdigit() for word in missing) and len(missing) < len(content(fact))
        return "contradicted" if numbers and all(w.isdigit() for w in missing) else "absent"


class Literal(Lexical):
    """A fact is told where all its words are, wherever they stand."""

    name = "literal"

    def verdict(self, fact: str, description: str) -> Verdict:
        """Whether a description has all words of a fact."""
        return "told" if content(fact) <= content(description) else "absent"
