"""What is a character doing?

Several actions may be true of one figure, and annotations name only some of them. So a wrong option
is never a true action, never one that comes with a true one or could be taken for it, and never one
that is often true unsaid (`NEAR` and `UNSAID` of `actions`). What cannot be a wrong option is no
right one either, or it would be right whenever it is offered: figures that do nothing else are
passed over.

A posture is denied only to a figure that is known to be whole or whose own posture is labelled: a
body has one at a time, and of one that its panel cuts, or whose legs are behind something, nobody
can tell that it is not sitting. Where keypoints tell that the legs do not show, nor is what is near
to sitting denied to it. Shouting is not denied to who speaks a balloon with an exclamation mark.

Wrong options are drawn so that each action is offered as wrong three times as often as right within
the issue, and among boxes of like shape and size: a reader who only knows which actions are common,
or which make a box wide, gains little.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from closeup.cues import kinds
from closeup.page import Character, Page
from closeup.question import Mark, Question, Rejection
from closeup.tasks.actions import ACTIONS, LIKE_POSTURES, POSTURES, UNSAID, near
from closeup.tasks.making import (
    ENOUGH,
    difficulty,
    hidden_reason,
    lettered,
    marks,
    shuffled,
    whole,
)
from closeup.tasks.task import Issue, Task

MOST = 6
"""Characters a page."""
OPTIONS = 4

KNEES, ANKLES = (13, 14), (15, 16)
"""Among the keypoints of the page format."""


class _Case(NamedTuple):
    page: Page
    character: Character
    true: tuple[str, ...]
    """All actions labelled, in the words of the table."""

    @property
    def undeniable(self) -> frozenset[str]:
        """What may be true of the figure although it is not labelled."""
        unknown = frozenset[str]()
        if not _shown_whole(self.character) and POSTURES.isdisjoint(self.true):
            unknown = POSTURES if self.character.keypoints is None else LIKE_POSTURES
        return unknown | {"shouting"} if _exclaims(self.page, self.character) else unknown

    def denies(self, action: str) -> bool:
        """Whether an action is surely untrue of the figure."""
        return action not in self.undeniable and not any(near(action, t) for t in self.true)


class ActionRecognition(Task):
    """A character named by its box; the options are actions, one of them true."""

    name = "action_recognition"
    answer_format = "choice"

    def questions(self, issue: Issue) -> Iterator[Question | Rejection]:
        cases: list[_Case] = []
        for page in issue.pages:
            fit: list[_Case] = []
            for character in page.characters or ():
                true = tuple(_word(action) for action in character.actions or ())
                if reason := self._unfit(page, character, true):
                    yield self.reject(page, character.id, reason)
                else:
                    fit.append(_Case(page, character, true))
            fit = shuffled(fit, issue.random(self.name, page.id, "characters"))
            cases += fit[:MOST]
            for case in fit[MOST:]:
                yield self.reject(page, case.character.id, ENOUGH)
        golds: Counter[str] = Counter()
        asked: list[tuple[_Case, str]] = []
        for case in cases:
            gold = min(sorted(set(case.true) & ACTIONS.keys()), key=lambda action: golds[action])
            golds.update(_among(gold, case))
            asked.append((case, gold))
        for case, gold in _surplus(asked):
            golds.subtract(_among(gold, case))
            yield self.reject(case.page, case.character.id, "action too often right")
        offered: Counter[str] = Counter()
        for case, gold in asked:
            rng = issue.random(self.name, case.page.id, case.character.id)
            pool = shuffled(sorted(ACTIONS), rng)
            pool.sort(
                key=lambda action, case=case: sum(
                    offered[name] - (OPTIONS - 1) * golds[name] for name in _among(action, case)
                )
            )
            # An action that is never right in the issue comes last: to know as much would help.
            pool.sort(key=lambda action: golds[action] == 0)
            pool = [action for action in pool if action not in case.undeniable]
            wrong = _wrong(pool, gold, case.true)
            if wrong is None:
                yield self.reject(case.page, case.character.id, "too few wrong actions")
                continue
            for action in wrong:
                offered.update(_among(action, case))
            yield self._question(issue, case, shuffled([gold, *wrong], rng), gold)

    def _unfit(self, page: Page, character: Character, true: Sequence[str]) -> str | None:
        if not true:
            return "unknown actions"
        if any(action not in ACTIONS and action not in UNSAID for action in true):
            return "action beyond the table"
        if not set(true) & ACTIONS.keys():
            return "only actions that go unsaid"
        if reason := hidden_reason(page, character):
            return reason
        others = (c for c in page.characters or () if c.id != character.id)
        if any(character.box.iou(other.box) > 0.7 for other in others):
            return "boxes nearly the same"
        return None

    def _question(self, issue: Issue, case: _Case, actions: Sequence[str], gold: str) -> Question:
        page, character = case.page, case.character
        views, evidence = (whole(page),), marks(0, (character.box,))
        facts, tags = difficulty(page, views, evidence)
        letters = {action: letter for letter, action in lettered(actions).items()}
        several = ("several_actions",) if len(set(case.true) & ACTIONS.keys()) > 1 else ()
        return Question(
            id=self.id(page, character.id),
            task=self.name,
            split=issue.split,
            issue=issue.key,
            views=views,
            refs={"character": Mark(view=0, box=character.box)},
            options=tuple(ACTIONS[action] for action in actions),
            answer=letters[gold],
            answer_format="choice",
            evidence=evidence,
            chance=1 / OPTIONS,
            difficulty=facts,
            tags=(f"action:{gold}", *several, *tags),
        )


def _among(action: str, case: _Case) -> tuple[str, str, str]:
    """An action, among all figures and among those whose boxes are of this one's shape and size:
    who lies is wide, and who sees only the box should not know more for it."""
    shape, size = kinds(case.character.box, case.page.box)
    return action, f"{action}, {shape}", f"{action}, {size}"


def _word(action: str) -> str:
    """An annotation's action in the table's spelling: `Casting spell` is `casting_spell`."""
    return "_".join(action.lower().replace("-", " ").replace("_", " ").split())


def _shown_whole(character: Character) -> bool:
    """Whether no border cuts a figure and, as far as keypoints tell, nothing hides its legs."""
    if character.truncated is not False:
        return False
    if character.keypoints is None:
        return True
    return all(any(character.keypoints[i][2] == 2 for i in part) for part in (KNEES, ANKLES))


def _exclaims(page: Page, character: Character) -> bool:
    return any(
        balloon.speaker == character.id
        and balloon.panel == character.panel
        and "!" in (balloon.text or "")
        for balloon in page.balloons or ()
    )


def _surplus(asked: list[tuple[_Case, str]]) -> list[tuple[_Case, str]]:
    """Take out the cases that make an action right more often than it can be balanced.

    It must be offered as wrong three times as often, to figures of which it is surely untrue; one
    case of each action stays whatever the others are.
    """
    golds = Counter(gold for _, gold in asked)
    taken: list[tuple[_Case, str]] = []
    for action, count in sorted(golds.items(), key=lambda item: (-item[1], item[0])):
        deniable = sum(gold != action and case.denies(action) for case, gold in asked)
        for _ in range(count - max(1, deniable // (OPTIONS - 1))):
            last = max(i for i, (_, gold) in enumerate(asked) if gold == action)
            taken.append(asked.pop(last))
    return taken


def _wrong(pool: Sequence[str], gold: str, true: Sequence[str]) -> list[str] | None:
    """The first three of the pool that are surely untrue, and unlike the gold and each other.

    Unlike each other, for two that are alike could neither of them be the right one.
    """
    chosen: list[str] = []
    for action in pool:
        if not any(near(action, other) for other in (gold, *true, *chosen)):
            chosen.append(action)
        if len(chosen) == OPTIONS - 1:
            return chosen
    return None
