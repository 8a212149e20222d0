"""What can be had of a bench without looking: blind predictors, the hard core, leaks and counts."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from closeup.audit import blind
from closeup.audit.blind_rows import crossable
from closeup.audit.duplicates import Duplicate, near_duplicates
from closeup.audit.hard_core import HardCore, accuracy, chance_of, hard_core
from closeup.audit.learners import Learner, crossed, plain
from closeup.bench import Bench
from closeup.cues import CONSTANT, INHERENT, is_constant, predictions, sighted_cues
from closeup.question import Question, Split
from closeup.records import CloseupError, Record
from closeup.stats import cluster_keys, clustered_mean

MARGIN = 0.1
"""A predictor is flagged when it beats chance by more, and its interval lies above chance. Where
there is no interval, nothing can be flagged."""
TRAIN_ENOUGH, TEST_ENOUGH = 100, 50
"""Questions of a task in each split for a predictor to be fitted on one and tested on the other."""

FEW = 20
"""Questions; a cue that decides fewer stands last, and does not count on a hard core."""

Kind = Literal["constant", "cue", "inherent", "sighted", "fitted"]
FLAGGED: tuple[Kind, ...] = ("constant", "cue", "fitted")
"""The others may beat chance as they like."""


class Predictor(Record):
    """One way to answer a task's questions without looking."""

    task: str
    name: str
    kind: Kind
    """An inherent cue cannot be taken out of its task; a sighted one needs the picture, and is here
    for comparison. Neither is flagged."""
    n: int
    """Questions it has an answer to."""
    accuracy: float
    chance: float
    """Mean chance of these questions."""
    low: float | None
    high: float | None
    """95 % interval, clustered by page or, for questions over several pages, by issue."""
    flagged: bool


class CoreCheck(Record):
    """A task's hard core, and how it fares against predictors fitted anew on it alone."""

    task: str
    n: int
    share: float
    chance: float | None
    accuracy: float | None
    """The higher of two predictors'; None where too little is left to fit them."""
    predictor: str | None
    """Which of the two that is."""
    low: float | None
    high: float | None
    cue: str | None
    """The single cue, constants too, that is furthest above chance on the hard core. Cues stand in
    the list with their opposites, so that it also shows what would be wrong too often."""
    cue_accuracy: float | None
    cue_chance: float | None


class Misled(Record):
    """The questions in which a cue that belongs to the task gives a wrong answer."""

    task: str
    cue: str
    n: int
    share: float
    chance: float | None
    """Mean chance of these questions; None where some have none."""
    accuracy: float | None
    """Of the fitted predictor, on these questions alone; None where none was fitted."""
    low: float | None
    high: float | None


class Audit(Record):
    """All that was found about a bench."""

    predictors: tuple[Predictor, ...]
    misled: tuple[Misled, ...]
    hard_core: tuple[CoreCheck, ...]
    duplicates: tuple[Duplicate, ...]
    answers: dict[str, dict[str, int]]
    """How often each answer is right, by task: letters, numbers, and option texts that recur."""
    kept: dict[str, int]
    rejected: dict[str, dict[str, int]]
    """By task and reason."""

    @property
    def flagged(self) -> tuple[Predictor, ...]:
        return tuple(predictor for predictor in self.predictors if predictor.flagged)

    @property
    def within_reach(self) -> tuple[Predictor, ...]:
        """Predictors that beat chance by more than the margin, and whose interval has chance in
        it: with more questions they might be flagged. Those of most questions first."""
        found = [
            row
            for row in self.predictors
            if row.kind in FLAGGED
            and row.accuracy > row.chance + MARGIN
            and row.low is not None
            and not row.flagged
        ]
        return tuple(sorted(found, key=lambda row: -row.n))

    @property
    def without_interval(self) -> tuple[str, ...]:
        """Tasks of which no predictor has an interval, so that none can be flagged."""
        known = {row.task for row in self.predictors if row.low is not None}
        return tuple(sorted({row.task for row in self.predictors} - known))

    @property
    def unfitted(self) -> tuple[str, ...]:
        """Tasks with cues to which no predictor could be fitted."""
        fitted = {row.task for row in self.predictors if row.kind == "fitted"}
        return tuple(sorted({row.task for row in self.predictors} - fitted))


def audit(bench: Bench) -> tuple[Audit, list[str]]:
    """Audit a bench; also the ids of its hard core, task by task.

    No more than one task's questions are held at a time.
    """
    tasks: Counter[str] = Counter()
    split_of: dict[str, Split] = {}
    for question in bench.questions():
        tasks[question.task] += 1
        split_of.update(dict.fromkeys(question.pages, question.split))
    answers: dict[str, dict[str, int]] = {}
    predictors: list[Predictor] = []
    misled: list[Misled] = []
    checks: list[CoreCheck] = []
    core_ids: list[str] = []
    for task in sorted(tasks):
        questions = list(_of_task(bench, task))
        if len(questions) != tasks[task]:
            place = f"{bench.path / 'questions.jsonl'}: {task}"
            raise CloseupError(f"{place}: lines that do not begin with their id, task/page/item")
        answers[task] = _answers(questions)
        told = blind.cross_fit(questions)
        predictors += sorted(
            _predictors(questions, told), key=lambda p: (p.kind, p.n < FEW, -p.accuracy, p.name)
        )
        misled += _misled(questions, told)
        if told is not None and (core := hard_core(questions, told)):
            checks.append(_check(task, core))
            core_ids += [question.id for question in core.questions]
    counts = bench.manifest.tasks
    result = Audit(
        predictors=tuple(predictors),
        misled=tuple(misled),
        hard_core=tuple(checks),
        duplicates=tuple(near_duplicates(bench, split_of)),
        answers=answers,
        kept={task: count.kept for task, count in sorted(counts.items())},
        rejected={task: count.rejected for task, count in sorted(counts.items())},
    )
    return result, core_ids


def _of_task(bench: Bench, task: str) -> Iterator[Question]:
    """The questions of one task: only they are held, and only their lines are parsed whole."""
    file = bench.path / "questions.jsonl"
    start = f'{{"id":{json.dumps(task + "/", ensure_ascii=False)[:-1]}'.encode()
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if line.startswith(start):
                yield Question.parse(line, f"{file}:{number}")


def _predictors(
    questions: Sequence[Question], told: Sequence[blind.Distribution] | None
) -> Iterator[Predictor]:
    if chance_of(questions) is None:
        return
    yield from _by_name(questions, [predictions(question) for question in questions])
    yield from _by_name(questions, [sighted_cues(question) for question in questions], sighted=True)
    yield from _fitted("fitted", questions, told, plain)
    if all(map(crossable, questions)):
        yield from _fitted("words by box", questions, blind.cross_fit(questions, crossed), crossed)


def _misled(
    questions: Sequence[Question], told: Sequence[blind.Distribution] | None
) -> Iterator[Misled]:
    """For the best of a task's inherent cues, what is left where it misleads."""
    cues = INHERENT.get(questions[0].task, ())
    said = [sighted_cues(question) for question in questions]
    rights = {
        cue: [own.get(cue) == q.answer for q, own in zip(questions, said, strict=True)]
        for cue in cues
    }
    if not rights:
        return
    cue = max(rights, key=lambda name: sum(rights[name]))
    wrong = [i for i, right in enumerate(rights[cue]) if not right]
    left = [questions[i] for i in wrong]
    fitted = accuracy(left, [told[i] for i in wrong]) if told and left else None
    yield Misled(
        task=questions[0].task,
        cue=cue,
        n=len(left),
        share=len(left) / len(questions),
        chance=chance_of(left),
        accuracy=fitted and fitted.mean,
        low=fitted and fitted.low,
        high=fitted and fitted.high,
    )


def _fitted(
    name: str,
    questions: Sequence[Question],
    told: Sequence[blind.Distribution] | None,
    learner: Learner,
) -> Iterator[Predictor]:
    """Fitted on one split and tested on the other, where both are large enough; otherwise what it
    says of each question without its issue, `told`."""
    train = [question for question in questions if question.split == "train"]
    test = [question for question in questions if question.split == "test"]
    if len(train) >= TRAIN_ENOUGH and len(test) >= TEST_ENOUGH:
        name, questions = f"{name}, train → test", test
        told = blind.fit_predict(train, test, learner)
    else:
        name = f"{name}, by issue"
    if told is not None:
        hits = [float(blind.best(d) == q.answer) for q, d in zip(questions, told, strict=True)]
        yield _predictor(name, "fitted", questions, hits)


def _by_name(
    questions: Sequence[Question],
    told: Sequence[Mapping[str, blind.Answer]],
    *,
    sighted: bool = False,
) -> Iterator[Predictor]:
    """A row for each cue that answers some question."""
    inherent = INHERENT.get(questions[0].task, ())
    for name in sorted({name for answers in told for name in answers}):
        asked = [(q, own[name]) for q, own in zip(questions, told, strict=True) if name in own]
        kind = "inherent" if name in inherent else "sighted" if sighted else "cue"
        yield _predictor(
            name.removeprefix(CONSTANT),
            "constant" if is_constant(name) else kind,
            [question for question, _ in asked],
            [float(answer == question.answer) for question, answer in asked],
        )


def _predictor(
    name: str, kind: Kind, questions: Sequence[Question], hits: Sequence[float]
) -> Predictor:
    keys = cluster_keys((question.cluster, question.issue) for question in questions)
    told = clustered_mean(hits, keys)
    chance = sum(question.chance or 0.0 for question in questions) / len(questions)
    assert told.mean is not None
    above = told.mean > chance + MARGIN and told.low is not None and told.low > chance
    return Predictor(
        task=questions[0].task,
        name=name,
        kind=kind,
        n=told.n,
        accuracy=told.mean,
        chance=chance,
        low=told.low,
        high=told.high,
        flagged=above and kind in FLAGGED,
    )


def _check(task: str, core: HardCore) -> CoreCheck:
    anew = core.anew
    told = [predictions(question) for question in core.questions]
    cues = [cue for cue in _by_name(core.questions, told) if cue.n >= FEW] if told else []
    cue = max(cues, key=lambda cue: (cue.accuracy - cue.chance, cue.name), default=None)
    return CoreCheck(
        task=task,
        n=len(core.questions),
        share=core.share,
        chance=core.chance,
        accuracy=anew.mean if anew else None,
        predictor=core.predictor,
        low=anew.low if anew else None,
        high=anew.high if anew else None,
        cue=cue.name if cue else None,
        cue_accuracy=cue.accuracy if cue else None,
        cue_chance=cue.chance if cue else None,
    )


def _answers(questions: Sequence[Question]) -> dict[str, int]:
    """Label balance: letters or numbers, first; then the texts, where the right ones recur."""
    if questions[0].answer_format not in ("choice", "integer"):
        return {}
    counts = Counter(str(question.answer) for question in questions)
    texts = Counter(question.class_of(question.answer) for question in questions)
    found = {name: counts[name] for name in sorted(counts, key=lambda n: (len(n), n))}
    if 2 * len(texts) <= len(questions):
        found |= {str(name): count for name, count in texts.most_common()}
    return found
