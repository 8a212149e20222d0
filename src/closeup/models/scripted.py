"""Models that see nothing and know the bench: the ends of the scale, and the tests' models.

oracle     the solution of every question: scores 1
random     a guess, worth the chance level on average
majority   what is most often right, learnt from the train split
geometry   per task the one cue that is most often right, learnt likewise; for orders also those
           that are plain to see on the page, such as rows from left to right
replay     replies from a file

Each finds the question by the id in the message; a real model has nothing but the message.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from closeup.bench import Bench, sha256
from closeup.cues import Answer, is_constant, predictions, sighted_cues
from closeup.geometry import Grid
from closeup.images import Resolution
from closeup.message import Message, Reply, Request
from closeup.models.model import Given, ModelError
from closeup.question import Question
from closeup.records import CloseupError, Record, read_jsonl
from closeup.store import FILE, Store
from closeup.tasks import task_of
from closeup.tasks.scoring import solution

WHOLE = Resolution(pixels=None)
EMPTY = "Some characters are shown in a panel of a comic."
"""What a model says that has nothing to say."""


class Scripted:
    """A model whose answer is a function of the question."""

    by_question = True

    def __init__(self, name: str, given: Given, answer: Callable[[Question], Answer]) -> None:
        options = given.options
        self.name = name
        self.grid: Grid = options.grid or "rel1000"
        self.resolution = Resolution(pixels=options.pixels or None, multiple=options.multiple or 1)
        self._question = bench_of(given, name).question
        self.version = bench_of(given, name).content_hash
        self._answer = answer

    async def reply(self, request: Request) -> Reply:
        question = self._question(asked(request.messages))
        told = question.model_copy(update={"answer": self._answer(question)})
        return Reply(text=solution(told))


def asked(messages: Sequence[Message]) -> str:
    """The id of the question that a conversation is about."""
    return next(message.question for message in reversed(messages) if message.question)


class Oracle(Scripted):
    """Every task's own solution."""

    def __init__(self, given: Given) -> None:
        self._bench = bench_of(given, "oracle")
        super().__init__("oracle", given, lambda question: question.answer)

    async def reply(self, request: Request) -> Reply:
        question = self._question(asked(request.messages))
        return Reply(text=task_of(self._bench, question.task).solution(question))


def bench_of(given: Given, model: str) -> Bench:
    """The bench that a model must know; CloseupError where it was given none."""
    if given.bench is None:
        raise CloseupError(f"model {model!r}: knows its answers from a bench, and has none here")
    return given.bench


def guess(given: Given) -> Scripted:
    """Uniform over letters and orders, so that the mean of many seeds is the chance level.

    Numbers have no uniform guess; their chance level is the best constant, and so is this reply.
    """
    bench, seed = bench_of(given, "random"), given.seed
    commonest = _commonest(
        (q.task, q.answer) for q in bench.questions() if q.answer_format == "integer"
    )

    def answer(question: Question) -> Answer:
        dice = random.Random(f"{seed}/{question.id}")
        match question.answer_format:
            case "choice":
                return dice.choice(question.labels)
            case "order":
                return tuple(dice.sample(question.labels, len(question.labels)))
            case "integer":
                return commonest[question.task]
            case "text":
                return (EMPTY,)

    return Scripted("random", given, answer)


def majority(given: Given) -> Scripted:
    """Of the answers offered, the one that was most often right in the train split.

    Options that recur are counted by their text, all others by their letter.
    """
    bench = bench_of(given, "majority")
    texts: Counter[tuple[str, str]] = Counter()
    answers: dict[tuple[str, int], Counter[Answer]] = defaultdict(Counter)
    for question in _to_learn_from(bench):
        if question.options and question.answer_format == "choice":
            texts[question.task, question.options[question.labels.index(str(question.answer))]] += 1
        answers[question.task, len(question.labels)][question.answer] += 1

    def answer(question: Question) -> Answer:
        counts = answers[question.task, len(question.labels)]
        if question.answer_format == "text":
            return (EMPTY,)
        if question.answer_format == "choice":
            counted = [(-texts[question.task, text], text) for text in question.options]
            if any(count < -1 for count, _ in counted):
                return question.labels[counted.index(min(counted))]
        if counts:
            return min(counts, key=lambda told: (-counts[told], str(told)))
        return question.labels if question.answer_format == "order" else question.labels[0]

    return Scripted("majority", given, answer)


def geometry(given: Given) -> Scripted:
    """The cue that is most often right in the train split; the majority where no cue speaks."""
    bench = bench_of(given, "geometry")
    hits: dict[str, Counter[str]] = defaultdict(Counter)
    for question in _to_learn_from(bench):
        for cue, told in _cues(question).items():
            hits[question.task][cue] += told == question.answer
    best = {task: min(cues, key=lambda cue: (-cues[cue], cue)) for task, cues in hits.items()}
    fallback = majority(given)._answer

    def answer(question: Question) -> Answer:
        told = _cues(question).get(best.get(question.task, ""))
        return fallback(question) if told is None else told

    return Scripted("geometry", given, answer)


def _cues(question: Question) -> dict[str, Answer]:
    told = {cue: said for cue, said in predictions(question).items() if not is_constant(cue)}
    return told | sighted_cues(question)


class Said(Record):
    """A line of a file of replies."""

    question: str
    reply: str


class Replay:
    """Replies that were given before, turn by turn. Where there is none, the question stays
    unscored."""

    by_question = True

    def __init__(
        self,
        name: str,
        turns: Callable[[str, int], Sequence[str]],
        version: str = "",
        grid: Grid = "rel1000",
        resolution: Resolution = WHOLE,
    ) -> None:
        self.name = name
        self.version = version
        self.grid: Grid = grid
        self.resolution = resolution
        self._turns = turns

    @classmethod
    def of(cls, path: Path) -> "Replay":
        """The replies of an earlier run, or of JSON Lines of `{"question": id, "reply": text}`.

        CloseupError where the path is neither, or where a question stands twice.
        """
        if path.is_dir():
            run = Store.open(path)
            seen = (run.info.grid, run.info.resolution)
            return cls(f"replay:{path.name}", run.turns, sha256(path / FILE), *seen)
        replies: dict[str, str] = {}
        for line in read_jsonl(path, Said):
            if line.question in replies:
                raise CloseupError(f"{path}: question: {line.question!r}: stands twice")
            replies[line.question] = line.reply

        def turns(question: str, _: int) -> Sequence[str]:
            return [replies[question]] if question in replies else []

        return cls(f"replay:{path.name}", turns, sha256(path))

    async def reply(self, request: Request) -> Reply:
        question = asked(request.messages)
        told = self._turns(question, request.epoch)
        turn = sum(message.role == "assistant" for message in request.messages)
        if turn >= len(told):
            raise ModelError(f"no reply to {question} in {self.name.partition(':')[2]}")
        return Reply(text=told[turn])


def _to_learn_from(bench: Bench) -> Iterator[Question]:
    """The train split of each task, or all its questions where there is none."""
    trained = {
        task for task, count in bench.manifest.tasks.items() if count.kept_by_split.get("train")
    }
    return (q for q in bench.questions() if q.split == "train" or q.task not in trained)


def _commonest(pairs: Iterable[tuple[str, Answer]]) -> dict[str, Answer]:
    counts: dict[str, Counter[Answer]] = defaultdict(Counter)
    for task, answer in pairs:
        counts[task][answer] += 1
    return {
        task: min(told, key=lambda answer: (-told[answer], str(answer)))
        for task, told in counts.items()
    }
