"""A judge's way through a run: descriptions, many at once, and the judgements back into the run.

Nothing is paid for twice: a judgement that is there is kept, and of one that is not, the replies
that are there are used again. What was never answered is not judged.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple
from weakref import WeakValueDictionary

from rich.console import Console

from closeup.bench import Bench
from closeup.evaluate.progress import Display
from closeup.evaluate.tally import Tally
from closeup.judge.checklist import Pass, Verdict, hear, passes
from closeup.judge.judgement import Judgement
from closeup.judge.judgements import Judgements
from closeup.message import Reply, Request, Sampling, Usage
from closeup.models.model import Model, ModelError
from closeup.models.throttle import Gate
from closeup.pictures import Pictures
from closeup.question import Question, Split
from closeup.records import CloseupError
from closeup.run_info import Result
from closeup.store import BATCH_SECONDS, Store
from closeup.tasks.panel_understanding import PanelUnderstanding, written_by

TASK = PanelUnderstanding.name
CONNECTIONS = 16
"""Checklists at once, with a judge that has no gate of its own."""
TRIES = 2
"""How often a judge is asked for a reply that can be read."""
SAMPLING = Sampling(temperature=0.0, max_tokens=8192)
"""Room for a judge that reasons."""


def judge(
    store: Store,
    bench: Bench,
    model: Model,
    *,
    split: Split | None = None,
    limit: int | None = None,
    sampling: Sampling = SAMPLING,
    console: Console | None = None,
) -> Tally:
    """Put the descriptions of a run, opened for writing, before a judge.

    The tally counts descriptions; `unparsed` are those left unscored as no reply could be read.
    `limit` takes the first descriptions only. Raises CloseupError where the bench is not the run's.
    """
    if limit is not None and limit < 1:
        raise CloseupError(f"limit {limit}: need at least 1")
    if bench.content_hash != store.info.bench_hash:
        raise CloseupError(f"{bench.path}: not the bench that {store.folder} was run on")
    wanted = [r for r in store.results(split) if r.task == TASK and r.parsed][:limit]
    runner = _Runner(store, bench, model, sampling)
    with Display(f"judge {model.name}", len(wanted), console or Console(stderr=True)) as display:
        asyncio.run(runner.all(wanted, display))
    return runner.tally


class _Job(NamedTuple):
    """A description that has no judgement yet."""

    question: Question
    epoch: int
    passes: tuple[Pass, ...]
    prompt: str


@dataclass
class _Runner:
    """What all workers share."""

    store: Store
    bench: Bench
    model: Model
    sampling: Sampling

    def __post_init__(self) -> None:
        self.tally = Tally()
        self._page_hash = Pictures.at(self.bench.image_path).page_hash
        self._asking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """By a request's key: held while it is asked, so that equal descriptions are paid once."""

    async def all(self, wanted: list[Result], display: Display) -> None:
        """Judge what is wanted; raises the first error that is not the provider's, as itself."""
        gate: Gate = getattr(self.model, "gate", None) or Gate(CONNECTIONS)
        beside = asyncio.create_task(self._keep_up(display))
        try:
            async with asyncio.TaskGroup() as judging:
                async for job in self._pending(wanted):
                    await gate.enter()
                    judging.create_task(self._one(job, gate))
        except* Exception as errors:  # one's trouble is the run's; the others were cancelled
            raise errors.exceptions[0] from None
        finally:
            beside.cancel()
            with suppress(asyncio.CancelledError):
                await beside
            if close := getattr(self.model, "close", None):
                await close()
            self._told(display)

    async def _pending(self, wanted: list[Result]) -> AsyncIterator[_Job]:
        for result in wanted:
            await asyncio.sleep(0)  # a long row of what is kept must not hold everything up
            question = self.bench.question(result.question)
            episode = self.store.episode(result.question, result.epoch)
            assert episode is not None
            if question.answer_format != "text" or not question.answer:
                raise CloseupError(f"question {question.id}: no facts to judge by")
            showings = passes(question, str(episode.score.answer), self.sampling)
            keys = [self._key(showing.request) for showing in showings]
            prompt = hashlib.sha256(" ".join(keys).encode()).hexdigest()
            if Judgements(self.store).has(question.id, result.epoch, self.model.name, prompt):
                self.tally.kept += 1
            else:
                yield _Job(question, result.epoch, showings, prompt)

    async def _one(self, job: _Job, gate: Gate) -> None:
        try:
            judgement = await self._judge(job)
        except ModelError as error:
            self.tally.failures[str(error)] += 1
        else:
            self.tally.unparsed += not judgement.passes
            kept = Judgements(self.store)
            kept.put(job.question.id, job.epoch, self.model.name, job.prompt, judgement)
        finally:
            gate.leave()
        self.tally.asked += 1

    async def _judge(self, job: _Job) -> Judgement:
        replies: list[Reply] = []
        found: list[tuple[Verdict, ...]] = []
        problem = ""
        for showing in job.passes:
            verdicts, problem = await self._hear(showing, replies)
            if not verdicts:
                found.clear()
                break
            found.append(verdicts)
        return Judgement(
            judge=self.model.name,
            facts=len(job.passes[0].order),
            passes=tuple(found),
            problem=problem,
            author=written_by(job.question),
            served_by=tuple(sorted({reply.served_by for reply in replies if reply.served_by})),
            usage=sum((reply.usage for reply in replies), Usage()),
        )

    async def _hear(self, showing: Pass, replies: list[Reply]) -> tuple[tuple[Verdict, ...], str]:
        """The verdicts in the question's order; none, and why, where no reply can be read."""
        problem = ""
        for draw in range(TRIES):
            reply = await self._answer(showing.request.model_copy(update={"epoch": draw}))
            replies.append(reply)
            heard = hear(reply.text, len(showing.order))
            if heard.verdicts:
                ordered = sorted(zip(showing.order, heard.verdicts, strict=True))
                return tuple(verdict for _, verdict in ordered), ""
            problem = heard.problem if reply.finish == "stop" else f"ended by {reply.finish}"
        return (), problem

    async def _answer(self, request: Request) -> Reply:
        """The reply to a request: the one that was had, or a new one, kept at once."""
        key = self._key(request)
        async with self._asking.setdefault(key, asyncio.Lock()):
            reply = self.store.known(key)
            if reply is not None:
                self.tally.reused += 1
                return reply
            reply = await self.model.reply(request)
            self.store.keep(key, "judge", reply)
            self.tally.calls += 1
            self.tally.usage += reply.usage
            return reply

    def _key(self, request: Request) -> str:
        return request.key(self.model.name, self._page_hash)

    async def _keep_up(self, display: Display) -> None:
        while True:
            await asyncio.sleep(BATCH_SECONDS)
            self.store.flush()
            self._told(display)

    def _told(self, display: Display) -> None:
        price = getattr(self.model, "cost", None)
        self.tally.cost = price(self.tally.usage) if price else None
        self.tally.retries = dict(getattr(self.model, "counts", {}))
        display.show(self.tally)
