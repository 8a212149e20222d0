"""The episodes of a report, as the blocks of JSON that its scripts read.

Rows go question by question, the runs beside each other, so that what a question asks stands once.
What a list needs of all of them is in one block, the rest in blocks of `CHUNK` that are read when
an episode of theirs is opened.
"""

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from closeup.bench import Bench
from closeup.episode import Episode
from closeup.judge.judgement import Judgement
from closeup.judge.judgements import Judgements
from closeup.question import Question, Split
from closeup.records import CloseupError
from closeup.report.html_runs import Shown
from closeup.run_info import Result
from closeup.show import cards
from closeup.show.cards import PageCard
from closeup.show.verdicts import Verdicts, verdicts
from closeup.training.paid import paid

CHUNK = 100
RECENT = 64
"""Questions that are held: of each run the last ones."""
_Case = tuple[str, int]
"""Question and epoch."""


class _Told(NamedTuple):
    """A question of a run, and what came of it."""

    question: str
    run: int
    epoch: int
    result: Result
    episode: Episode | None


class Data:
    """The episodes of some runs: `chunks` first, which fill `rows`."""

    def __init__(
        self,
        runs: Sequence[Shown],
        benches: Sequence[Bench],
        split: Split | None,
        results: Sequence[Sequence[Result]],
        hard_core: Collection[str] | None,
    ) -> None:
        self.rows: list[dict[str, Any]] = []
        self._runs = runs
        self._benches = benches
        self._split: Split | None = split
        self._results = results
        self._hard = None if hard_core is None else frozenset(hard_core)
        self._paid = [_paid(run) for run in runs]
        self._judged = [_judged(run) for run in runs]
        # The epochs of a question follow each other.
        self._question = lru_cache(RECENT)(self._find)
        self._asked = lru_cache(RECENT)(self._words)

    def index(self, pages: Sequence[Mapping[str, PageCard]]) -> dict[str, Any]:
        """What lists and filters need; to be asked for after the chunks."""
        return {
            "chunk": CHUNK,
            "defaults": cards.defaults(),
            "runs": [
                {"key": run.key, "model": run.model, "bench": self._place(run)}
                for run in self._runs
            ],
            "rows": self.rows,
            "audited": self._hard is not None,
            "pages": [{name: cards.compact(card) for name, card in own.items()} for own in pages],
        }

    def chunks(self) -> Iterator[dict[str, Any]]:
        """Episodes in full, and their questions by bench and id."""
        chunk: dict[str, Any] = {"episodes": [], "questions": {}}
        streams = (self._told(number) for number in range(len(self._runs)))
        for told in heapq.merge(*streams, key=lambda told: told[:3]):
            self._add(chunk, told)
            if len(chunk["episodes"]) == CHUNK:
                yield chunk
                chunk = {"episodes": [], "questions": {}}
        if chunk["episodes"]:
            yield chunk

    def _add(self, chunk: dict[str, Any], told: _Told) -> None:
        run = self._runs[told.run]
        question = self._question(told.run, told.question)
        hard = None if self._hard is None else told.question in self._hard
        gold = ""
        if question:
            card = cards.question_card(question, hard)
            gold = card.gold
            chunk["questions"].setdefault(
                f"{self._place(run)}/{told.question}", cards.compact(card)
            )
        row = cards.episode_row(told.run, told.result, told.episode, gold)
        self.rows.append(cards.compact(row.model_copy(update={"hard": bool(hard)})))
        chunk["episodes"].append(cards.compact(self._card(told)))

    def _card(self, told: _Told) -> cards.EpisodeCard:
        if told.episode is None:
            return cards.failure_card(told.result)
        asked = self._asked(told.run, told.question)
        case = told.question, told.epoch
        return cards.episode_card(
            told.episode,
            asked,
            self._paid[told.run].get(case),
            self._judged[told.run].get(case, ()),
        )

    def _find(self, number: int, name: str) -> Question | None:
        bench = self._runs[number].bench
        return bench.question(name) if bench else None

    def _words(self, number: int, name: str) -> str:
        """The question as this run's model read it."""
        opening, question = self._runs[number].opening, self._question(number, name)
        return opening.asked(question) if opening and question else ""

    def _told(self, number: int) -> Iterator[_Told]:
        """The questions of a run in their order, those that are shown."""
        run = self._runs[number]
        if run.store is None:
            return
        episodes = run.store.episodes()
        for result in self._results[number]:
            episode = None
            if result.failure is None:
                wanted = result.question, result.epoch
                episode = next((e for e in episodes if (e.question, e.epoch) == wanted), None)
                if episode is None:
                    raise CloseupError(f"{run.folder}: {result.question}: no episode of it")
            yield _Told(result.question, number, result.epoch, result, episode)

    def _place(self, run: Shown) -> int:
        """Which of the benches a run was asked from; -1 where it is not at hand."""
        return next((i for i, bench in enumerate(self._benches) if bench is run.bench), -1)


def _paid(run: Shown) -> dict[_Case, dict[str, float | None]]:
    """In training, what each episode was paid, term by term."""
    if run.store is None or run.training is None:
        return {}
    return {
        (pay.question, pay.epoch): {"step": float(pay.step), **pay.terms, "total": pay.total}
        for pay in paid(run.store)
    }


def _judged(run: Shown) -> dict[_Case, list[Verdicts]]:
    """What judges said of each description."""
    said: dict[_Case, list[Verdicts]] = defaultdict(list)
    for question, epoch, text in list(Judgements(run.store).all()) if run.store else ():
        found = Judgement.parse(text, f"{run.folder}: judgement of {question}")
        said[question, epoch].append(verdicts(found))
    return said
