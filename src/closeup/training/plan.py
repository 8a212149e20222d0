"""What a run will do and take, told before it is begun: tokens, samples, memory, hours.

Counts are counts; memory and hours are estimates, and whoever shows them says so.
"""

from collections.abc import Mapping, Sequence
from statistics import fmean, median
from typing import Literal, NamedTuple

from closeup.records import Record
from closeup.training import data
from closeup.training.case import Case
from closeup.training.memory import Memory, memory, trained
from closeup.training.pace import DEVICES, Load, Pace, own, pace


class Spread(Record):
    """Numbers of tokens: least, middle, most."""

    least: int
    middle: int
    most: int

    @classmethod
    def of(cls, counts: Sequence[int]) -> "Spread":
        return cls(least=min(counts), middle=round(median(counts)), most=max(counts))


class TaskPlan(Record):
    """What is learned of one task."""

    questions: int
    """That can be learned."""
    episodes: int
    """Samples of the run that are of this task, as its share has it."""
    passes: float
    """How often each of its questions comes up."""
    images: Spread
    """Tokens of what a question shows."""
    text: Spread
    """Tokens of the prompt's texts."""
    completion: int
    """Tokens after the prompt, in the middle: of an ordinary episode, or of what is taught."""
    looking: float
    """Share of the questions whose evidence is known and small: where looking is paid."""


class Hours(Record):
    """Time on one kind of GPU, estimated."""

    device: str
    sampling_seconds: float
    """Of one step."""
    training_seconds: float
    hours: float


class Plan(Record):
    """The whole."""

    model: str
    shape: str
    """Where the model's shape was read."""
    parameters: int
    trained: int
    adapters: bool
    regime: str
    exact_text: bool
    """Whether texts were counted with the model's own tokenizer."""
    tasks: dict[str, TaskPlan]
    crop: Spread | None
    """Tokens of a crop: the smallest evidence, evidence in the middle, the largest crop."""
    barest: int
    """Tokens of the barest episode with all its calls for the largest crops and an answer."""
    completion: int
    """Most tokens of an episode; in SFT, of what is taught."""
    steps: int
    batch: int
    group: int
    processes: int
    zero: int
    samples: int
    """Of the whole run: examples, or episodes."""
    tokens_trained: int
    """Of the whole run, prompts included."""
    tokens_written: int
    """Sampled in the whole run by ordinary episodes."""
    tokens_written_most: int
    """Sampled in the whole run where every episode is as long as it may be."""
    vllm: Literal["colocate", "server"] | None
    memory: Memory
    hours: tuple[Hours, ...]


class Counted(NamedTuple):
    """Tokens of a task's questions, a number for each that was looked at."""

    images: list[int]
    texts: list[int]
    written: list[int]
    """By the model, in an ordinary episode; in SFT what is taught."""
    given: list[int]
    """By its calls."""
    crops: list[int]
    """Of crops of the evidence, where it is known."""
    longest_answer: int

    @property
    def longest_prompt(self) -> int:
        return max(map(sum, zip(self.images, self.texts, strict=True)))


def plan(case: Case, speeds: tuple[float, float] | None = None) -> Plan:
    """Plan a checked recipe. `speeds` are tokens a second, sampled and trained, over all
    processes."""
    recipe, shape, launch = case.recipe, case.shape, case.launch
    rollouts, steps = recipe.rollouts, recipe.train.steps
    counted = {name: _counted(case, name) for name in case.sample}
    ends = [sum(end) for c in counted.values() for end in zip(c.written, c.given, strict=True)]
    completion = rollouts.completion_tokens if rollouts else max(ends)
    load = _load(case, counted)
    paces = [pace(recipe, shape, launch, load, device, case.scorer) for device in DEVICES]
    crops = [crop for c in counted.values() for crop in c.crops]
    samples = steps * recipe.train.batch
    return Plan(
        model=shape.place,
        shape=shape.source,
        parameters=shape.parameters,
        trained=trained(recipe, shape),
        adapters=recipe.lora is not None,
        regime=regime(case),
        exact_text=case.counter.words.exact,
        tasks={name: _task(case, name, each) for name, each in counted.items()},
        crop=_crop(case, crops) if recipe.look.tools and crops else None,
        barest=max(case.counter.least(c.longest_answer) for c in counted.values()),
        completion=completion,
        steps=steps,
        batch=recipe.train.batch,
        group=rollouts.group if rollouts else 1,
        processes=launch.processes,
        zero=launch.zero,
        samples=samples,
        tokens_trained=steps * load.trained,
        tokens_written=steps * load.written,
        tokens_written_most=samples * completion if rollouts else 0,
        vllm=rollouts.vllm if rollouts else None,
        memory=memory(
            recipe,
            shape,
            launch,
            prompt=max(
                sum(both) for c in counted.values() for both in zip(c.images, c.texts, strict=True)
            ),
            images=max(max(c.images) for c in counted.values()),
            completion=completion,
            scorer=case.scorer,
        ),
        hours=tuple(_hours(each, steps) for each in ([own(load, *speeds)] if speeds else paces)),
    )


def _counted(case: Case, name: str) -> Counted:
    task, counter = case.task(name), case.counter
    prompts, ends, crops, answers = [], [], [], []
    for question in case.sample[name]:
        crop, answer = counter.evidence(question), counter.answer(question, task)
        prompts.append(counter.prompt(question, task))
        ends.append(_end(case, question.id, answer, crop))
        crops += [] if crop is None else [crop]
        answers.append(answer)
    return Counted(
        images=[images for images, _ in prompts],
        texts=[texts for _, texts in prompts],
        written=[written for written, _ in ends],
        given=[given for _, given in ends],
        crops=crops,
        longest_answer=max(answers),
    )


def _end(case: Case, question: str, answer: int, crop: int | None) -> tuple[int, int]:
    """Tokens after a prompt: those that the model writes, and those that its calls give it."""
    if case.episodes is not None:
        turns = case.episodes.episode(question).turns
        written = [turn for turn in turns if turn.role == "assistant"]
        given = [turn for turn in turns if turn.role != "assistant"]
        return sum(case.counter.messages(written)), sum(case.counter.messages(given))
    if case.recipe.regime == "sft":
        return answer, 0
    return case.counter.usual(answer, crop)


def _shares(case: Case) -> dict[str, float]:
    """What part of the samples is of each task."""
    given = data.shares(case.recipe.data) or dict.fromkeys(case.pool, 1.0)
    return {name: share / sum(given.values()) for name, share in given.items()}


def _load(case: Case, counted: Mapping[str, Counted]) -> Load:
    """What an ordinary step goes through, in the mean."""
    rollouts, batch = case.recipe.rollouts, case.recipe.train.batch
    shares = _shares(case)

    def mean(field: str) -> float:
        return sum(shares[name] * fmean(getattr(c, field)) for name, c in counted.items())

    images, written, given = mean("images"), mean("written"), mean("given")
    texts = mean("texts")
    prompt = images + texts
    shared = rollouts is not None and (rollouts.share_prefix or rollouts.vllm is not None)
    return Load(
        prompts=round(batch * (prompt / (rollouts.group if rollouts and shared else 1) + given)),
        images=round(batch * (images + given)),
        written=round(batch * written) if rollouts else 0,
        trained=round(batch * (prompt + written + given)),
        longest=round(written),
        judged=round(batch * 2 * (given + texts)) if case.scorer else 0,
        judged_images=round(batch * 2 * given) if case.scorer else 0,
    )


def _task(case: Case, name: str, counted: Counted) -> TaskPlan:
    train, rollouts = case.recipe.train, case.recipe.rollouts
    episodes = train.steps * train.batch * _shares(case)[name]
    asked = episodes / (rollouts.group if rollouts else 1)
    return TaskPlan(
        questions=len(case.pool[name]),
        episodes=round(episodes),
        passes=asked / len(case.pool[name]),
        images=Spread.of(counted.images),
        text=Spread.of(counted.texts),
        completion=round(median(map(sum, zip(counted.written, counted.given, strict=True)))),
        looking=case.hidden[name],
    )


def _crop(case: Case, crops: Sequence[int]) -> Spread:
    middle = Spread.of(crops)
    return middle.model_copy(update={"most": case.counter.largest_crop})


def regime(case: Case) -> str:
    """The paper's name of what a recipe does."""
    if case.recipe.regime == "sft":
        return "SFT-S" if case.episodes is None else "SFT-R"
    return "RARL" if case.recipe.look.tools else "RL"


def _hours(each: Pace, steps: int) -> Hours:
    return Hours(
        device=each.device,
        sampling_seconds=each.sampling,
        training_seconds=each.training,
        hours=each.hours(steps),
    )
