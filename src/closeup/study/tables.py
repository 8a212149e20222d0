"""The tables of a study, as Markdown that can be read in a terminal too."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import TypeVar

from closeup.report.compare import p_value, signed
from closeup.report.terminal import percent
from closeup.study.estimates import (
    Difference,
    Mean,
    Means,
    Scores,
    differences,
    means,
    scores,
    within,
)
from closeup.study.questions import Questions
from closeup.study.result import Result, Stage
from closeup.study.study import MACRO, Arm, Compare, Study

Row = TypeVar("Row")
Results = Mapping[str, Sequence[Result]]
"""The results of each arm, by seed; arms without any are not there."""


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table with columns as wide as they need; all but the first stand to the right."""
    lines = [list(head), *map(list, rows)]
    wide = [max(3, *(len(line[i]) for line in lines)) for i in range(len(head))]
    lines.insert(1, ["-" * wide[0], *("-" * (width - 1) + ":" for width in wide[1:])])
    return "\n".join(
        "| " + " | ".join(_set(cell, width, i) for i, (cell, width) in enumerate(row)) + " |"
        for row in (list(zip(line, wide, strict=True)) for line in lines)
    )


def _set(cell: str, width: int, column: int) -> str:
    return cell.ljust(width) if column == 0 else cell.rjust(width)


def accuracy(arms: Sequence[Arm], results: Results, questions: Questions, named: Means) -> str:
    """Accuracy by arm and task, in %, with intervals, and the chance level below."""
    rows: list[list[str]] = []
    columns = [*questions.tasks, *named, MACRO]
    for arm in arms:
        if own := results.get(arm.name):
            found = means(scores(own, questions), questions, named)
            rows.append([arm.name, *_seeds(own), *(_mean(found.get(name)) for name in columns)])
    asked = questions.tasks
    groups = [*([task] for task in asked), *named.values(), list(asked)]
    chances = [_chance([asked[task].chance for task in tasks]) for tasks in groups]
    rows.append(["chance", "", *chances])
    counts = [sum(len(asked[task].issues) for task in tasks) for tasks in groups]
    rows.append(["questions", "", *map(str, counts)])
    table = markdown(["%", "seeds", *map(_plain, columns)], rows)
    starred = any(chance.endswith("*") for chance in chances)
    return table + ("\n\n\\* of the tasks that have a chance level" if starred else "")


def _chance(levels: Sequence[float | None]) -> str:
    known = [level for level in levels if level is not None]
    return percent(fmean(known) if known else None) + ("*" if 0 < len(known) < len(levels) else "")


def cost(arms: Sequence[Arm], results: Results) -> str:
    """What each arm was trained on and what it took, a training a row."""
    rows: list[list[str]] = []
    for arm in arms:
        for stages in zip(*(result.stages for result in results.get(arm.name, ())), strict=False):
            samples = fmean(stage.samples for stage in stages)
            seconds = fmean(stage.seconds for stage in stages)
            first = not rows or all(row[0] != arm.name for row in rows)
            rows.append(
                [
                    arm.name if first else "",
                    (arm.after or arm.model or "") if first else "the last",
                    stages[0].recipe.removesuffix(".toml"),
                    f"{fmean(stage.steps for stage in stages):,.0f}",
                    f"{samples:,.0f} {_kind(stages[0])}",
                    f"{seconds / 60:.1f}",
                    f"{samples / seconds:.2f}" if seconds else "–",
                    _alarms(stage.alarms for stage in stages),
                ]
            )
    head = ["", "from", "recipe", "steps", "samples", "minutes", "samples/s", "alarms"]
    return markdown(head, rows) if rows else "Nothing was trained."


def budgets(pair: Compare, study: Study, results: Results) -> str:
    """What both arms of a comparison have learned from, trainings that they start from included,
    and whether it is as much; nothing where neither was trained."""
    a, b = (learned(name, study, results) for name in (pair.a, pair.b))
    if not a and not b:
        return ""
    if a == b:
        return f"Both have learned from as much, {_amount(a)}."
    told = f"{pair.a} has learned from {_amount(a)}, {pair.b} from {_amount(b)}"
    return f"{told}: **not the same budget**."


def learned(name: str, study: Study, results: Results) -> dict[str, int]:
    """Samples that an arm and those it starts from were trained on, by their kind, in the mean
    over the seeds."""
    found: dict[str, int] = {}
    arm: Arm | None = study.arm(name)
    while arm is not None:
        for stages in zip(*(result.stages for result in results.get(arm.name, ())), strict=False):
            samples = round(fmean(stage.samples for stage in stages))
            found[_kind(stages[0])] = found.get(_kind(stages[0]), 0) + samples
        arm = study.arm(arm.after) if arm.after is not None else None
    return found


def _kind(stage: Stage) -> str:
    return "episodes" if stage.regime == "grpo" else "examples"


def _amount(samples: Mapping[str, int]) -> str:
    told = [f"{samples[kind]:,} {kind}" for kind in sorted(samples, reverse=True)]
    return " and ".join(told) or "nothing"


def comparison(pair: Compare, study: Study, results: Results, questions: Questions) -> str:
    """One arm against another: by task, and in their means."""
    a, b = paired(pair, study, results, questions)
    seeds = _shared(pair, study, results)
    rows = [
        [
            _plain(task),
            signed(row.mean),
            _reach(row.low, row.high),
            *(map(signed, row.seeds)),
            p_value(row.p),
            p_value(row.holm),
        ]
        for task, row in differences(a, b, questions, study.means).items()
    ]
    trained = any(not study.seedless(study.arm(name)) for name in (pair.a, pair.b))
    named = [f"seed {seed}" if trained else "seed –" for seed in seeds]
    return markdown([f"{pair.a} − {pair.b}", "points", "95 %", *named, "p", "Holm"], rows)


def styles(study: Study, arms: Sequence[Arm], results: Results, questions: Questions) -> str:
    """The mean of the tasks on pages of styles that training showed, and of those it did not."""
    unseen = set(study.unseen_styles)
    seen = set(questions.styles.values()) - unseen
    if not unseen or not seen or not unseen & set(questions.styles.values()):
        return ""
    rows: list[list[str]] = []
    for arm in arms:
        if own := results.get(arm.name):
            found = scores(own, questions)
            parts = [means(within(found, questions, part), questions) for part in (seen, unseen)]
            rows.append([arm.name, *(_mean(_last(part)) for part in parts)])
    for pair in study.compare:
        if {pair.a, pair.b} <= {row[0] for row in rows}:
            a, b = paired(pair, study, results, questions)
            deltas = [
                _last(
                    differences(
                        within(a, questions, part), within(b, questions, part), questions
                    )
                )
                for part in (seen, unseen)
            ]  # fmt: skip
            rows.append([f"{pair.a} − {pair.b}", *(_delta(delta) for delta in deltas)])
    names = ", ".join(sorted(unseen))
    return markdown(
        ["%, mean of the tasks", "styles of the training", f"never seen: {names}"], rows
    )


def paired(
    pair: Compare, study: Study, results: Results, questions: Questions
) -> tuple[Scores, Scores]:
    """The scores of both, of the seeds that both have by now; one row where nothing was trained."""
    seeds = _shared(pair, study, results)
    found: list[Scores] = []
    for name in (pair.a, pair.b):
        own = results[name]
        if not study.seedless(study.arm(name)):
            own = [result for result in own if result.seed in seeds]
        found.append(scores(own, questions))
    return found[0], found[1]


def comparable(pair: Compare, study: Study, results: Results) -> bool:
    """Whether both have a result of the same seed by now."""
    return pair.a in results and pair.b in results and bool(_shared(pair, study, results))


def _shared(pair: Compare, study: Study, results: Results) -> list[int]:
    one, other = study.arm(pair.a), study.arm(pair.b)
    have = [
        {result.seed for result in results[arm.name]}
        for arm in (one, other)
        if not study.seedless(arm)
    ]
    if not have:
        return [results[one.name][0].seed]
    return [seed for seed in study.shared_seeds(one, other) if all(seed in own for own in have)]


def _seeds(results: Sequence[Result]) -> list[str]:
    trained = any(result.stages for result in results) or len(results) > 1
    return [str(len(results)) if trained else "–"]


def _mean(row: Mean | None) -> str:
    if row is None:
        return "–"
    return f"{100 * row.mean:.1f}" + (
        f" ({100 * row.low:.0f}–{100 * row.high:.0f})"
        if row.low is not None and row.high is not None
        else ""
    )


def _delta(row: Difference | None) -> str:
    return "–" if row is None else f"{signed(row.mean)} ({_reach(row.low, row.high)})"


def _reach(low: float | None, high: float | None) -> str:
    return "–" if low is None or high is None else f"{signed(low)} to {signed(high)}"


def _last(rows: Mapping[str, Row]) -> Row | None:
    """The mean of the tasks, or the only one's."""
    return list(rows.values())[-1] if rows else None


def _alarms(seeds: Iterable[Mapping[str, int]]) -> str:
    first: dict[str, list[int]] = {}
    for alarms in seeds:
        for name, step in alarms.items():
            first.setdefault(name, []).append(step)
    return ", ".join(f"{name} from step {min(steps)}" for name, steps in first.items()) or "–"


def _plain(name: str) -> str:
    return name.replace("_", " ")
