"""What judges said of a run's descriptions: recall of the facts, contradictions, agreement.

Beside each judge's figures stand how often it could not be read and how often its verdict turned
with the order of the facts; beside all of them the score that needs no judge.

The recall has no price for length, unlike that score, and a contradiction is one of the facts: what
a description invents beside them is not seen. As in any report, the epochs of a question are one
question, of their mean.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text
from scipy.stats import rankdata

from closeup.judge import TASK
from closeup.judge.judgement import Judgement
from closeup.judge.judgements import Judgements
from closeup.judge.names import alike
from closeup.question import Split
from closeup.records import CloseupError, Record
from closeup.report.summary import questions_of, scored_with_keys
from closeup.report.terminal import interval, percent
from closeup.run_info import Result
from closeup.stats import Cluster, Estimate, clustered_mean
from closeup.stats.agreement import krippendorff_alpha
from closeup.store import Store


class Figures(Record):
    """Of one judge, of all together, or of the score that needs none. Shares from 0 to 1."""

    n: int
    """Questions that ask for a description."""
    unscored: int
    """Of these, those that are not in the means: no reply of the model, no judgement yet, or none
    that could be read."""
    unjudged: int
    """Replies, of all epochs, that wait for a judgement."""
    unreadable: int
    """Judgements, of all epochs, that could not be read."""
    recall: float | None
    """Facts told. A reply that is no description is not judged: 0 told, 0 contradicted."""
    recall_low: float | None
    """The 95 % interval, clustered like any other."""
    recall_high: float | None
    contradicted: float | None = None
    """Facts contradicted."""
    contradicted_low: float | None = None
    contradicted_high: float | None = None
    flips: float | None = None
    """Verdicts that turned with the order of the facts."""
    served_by: tuple[str, ...] = ()


class Judged(Record):
    """A run's judgements in numbers."""

    run: str
    """The model that was judged."""
    judges: dict[str, Figures]
    combined: Figures
    """Of each description the mean over the judges that judged it."""
    proxy: Figures
    """The deterministic score, on all descriptions."""
    alpha: float | None
    """Krippendorff's, nominal: a unit is a fact in one of the two orders."""
    no_alpha: str
    """Why there is none, or empty."""
    correlation: float | None
    """Spearman's, of the combined recall with the deterministic score, over what was judged."""
    warnings: tuple[str, ...]


_Case = tuple[str, int]
"""Question and epoch."""


class _Shares(NamedTuple):
    """What was found in one description."""

    recall: float
    contradicted: float | None


def summary(run: Store, split: Split | None = None, by: Cluster = "page") -> Judged:
    """Every judge of a run, or of one split of it. CloseupError where no panel was described."""
    results = [result for result in run.results(split) if result.task == TASK]
    if not results:
        raise CloseupError(f"{run.folder}: no {TASK} to judge")
    cases = {(result.question, result.epoch) for result in results}
    by_judge: dict[str, dict[_Case, Judgement]] = defaultdict(dict)
    for question, epoch, text in Judgements(run).all():
        if (question, epoch) in cases:
            found = Judgement.parse(text, f"{run.folder}: judgement of {question}")
            by_judge[found.judge][question, epoch] = found
    judges = {name: by_judge[name] for name in sorted(by_judge)}
    both = [_mean(_shares(judges.values(), result)) for result in results]
    plain = [None if result.value is None else _Shares(result.value, None) for result in results]
    pairs = [
        (told.recall, result.value)
        for told, result in zip(both, results, strict=True)
        if told is not None and result.value is not None and result.parsed
    ]
    units = _units(judges)
    alpha = krippendorff_alpha(units)
    judged = {case for told in judges.values() for case in told}
    return Judged(
        run=run.info.model,
        judges={name: _of_judge(results, told, by) for name, told in judges.items()},
        combined=_figures(results, both, by, _waiting(results, judged)),
        proxy=_figures(results, plain, by, 0),
        alpha=alpha,
        no_alpha="" if alpha is not None else _no_alpha(units, len(judges)),
        correlation=_spearman(pairs),
        warnings=tuple(_warnings(run.info.model, judges)),
    )


def table(found: Judged) -> Group:
    """A judge a row, then all together and the score without a judge; agreement below.

    For 80 columns: `not yet` are replies that wait for a judgement, `unread` judgements that could
    not be read, `unscored` questions without either, `against` facts contradicted, `flips` verdicts
    that turned with the order.
    """
    columns = ("n", "not\nyet", "un-\nread", "un-\nscored")
    shares = ("recall", "95 %", "against", "flips")
    grid = Table(
        title=Text(f"descriptions by {found.run} before judges, in % but for counts"),
        title_justify="left",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        show_edge=False,
    )
    grid.add_column("judge", overflow="fold")
    for name in columns + shares:
        grid.add_column(name, justify="right", no_wrap=True)
    for row in rows(found):
        grid.add_row(*map(Text, row))
    if not found.judges:
        return Group(grid, Text("Not judged yet: closeup judge RUN --judge MODEL"))
    return Group(grid, Text(agreement(found)))


def rows(found: Judged) -> list[tuple[str, ...]]:
    """A judge, all of them or none; descriptions, not yet judged, unread, unscored; and in %:
    recall, its interval, contradicted, verdicts that turned with the order."""
    together = {"all judges": found.combined} if found.judges else {}
    figures = {**found.judges, **together, "no judge": found.proxy}
    return [
        (
            name,
            f"{row.n:,}",
            f"{row.unjudged:,}" if name != "no judge" else "–",
            f"{row.unreadable:,}" if name in found.judges else "–",
            f"{row.unscored:,}",
            percent(row.recall),
            interval(row.recall_low, row.recall_high),
            percent(row.contradicted),
            percent(row.flips),
        )
        for name, row in figures.items()
    ]


def agreement(found: Judged) -> str:
    """How far judges agree with each other and with the score that needs none, in two lines."""
    alpha = f"– ({found.no_alpha})" if found.alpha is None else f"{found.alpha:.2f}"
    unlike = "– (the scores do not differ)"
    rank = unlike if found.correlation is None else f"{found.correlation:.2f}"
    return (
        f"agreement of the judges (Krippendorff's alpha): {alpha}\n"
        f"rank correlation with the score without a judge: {rank}"
    )


def _of_judge(results: Sequence[Result], told: Mapping[_Case, Judgement], by: Cluster) -> Figures:
    shares = [_mean(_shares([told], result)) for result in results]
    turned, shown = (sum(counts) for counts in zip(*(j.flips for j in told.values()), strict=True))
    return _figures(results, shares, by, _waiting(results, told)).model_copy(
        update={
            "unreadable": sum(not judgement.passes for judgement in told.values()),
            "flips": turned / shown if shown else None,
            "served_by": _served_by(told),
        }
    )


def _shares(judges: Iterable[Mapping[_Case, Judgement]], result: Result) -> Iterator[_Shares]:
    """What each judge found in one description, as far as it judged it."""
    for told in judges:
        judgement = told.get((result.question, result.epoch))
        if result.parsed == 0:
            yield _Shares(0.0, 0.0)
        elif judgement and judgement.recall is not None:
            yield _Shares(judgement.recall, judgement.contradicted)


def _mean(shares: Iterable[_Shares]) -> _Shares | None:
    found = list(shares)
    if not found:
        return None
    against = [share.contradicted or 0.0 for share in found]
    return _Shares(sum(s.recall for s in found) / len(found), sum(against) / len(found))


def _waiting(results: Sequence[Result], judged: Container[_Case]) -> int:
    """How many replies are descriptions that were not judged."""
    return sum(bool(r.parsed) and (r.question, r.epoch) not in judged for r in results)


def _figures(
    results: Sequence[Result], shares: Sequence[_Shares | None], by: Cluster, unjudged: int
) -> Figures:
    told = _estimate(results, [share and share.recall for share in shares], by)
    against = _estimate(results, [share and share.contradicted for share in shares], by)
    n = len({result.question for result in results})
    return Figures(
        n=n,
        unscored=n - told.n,
        unjudged=unjudged,
        unreadable=0,
        recall=told.mean,
        recall_low=told.low,
        recall_high=told.high,
        contradicted=against.mean,
        contradicted_low=against.low,
        contradicted_high=against.high,
    )


def _estimate(results: Sequence[Result], values: Sequence[float | None], by: Cluster) -> Estimate:
    """Of these values of the results, epochs averaged first."""
    pairs = zip(results, values, strict=True)
    questions = questions_of(result._replace(value=value) for result, value in pairs)
    scored, keys = scored_with_keys(questions.values(), by)
    return clustered_mean([value for _, value in scored], keys)


def _units(judges: Mapping[str, Mapping[_Case, Judgement]]) -> list[list[str]]:
    """By fact and order: each judge's verdict."""
    units: dict[tuple[_Case, int, int], list[str]] = defaultdict(list)
    for told in judges.values():
        for case, judgement in told.items():
            for order, verdicts in enumerate(judgement.passes):
                for fact, verdict in enumerate(verdicts):
                    units[case, order, fact].append(verdict)
    return list(units.values())


def _no_alpha(units: Sequence[Sequence[str]], judges: int) -> str:
    if judges < 2:
        return "one judge alone"
    twice = any(len(unit) > 1 for unit in units)
    return "all verdicts are the same" if twice else "no description was judged by two"


def _spearman(pairs: Sequence[tuple[float, float]]) -> float | None:
    """None where either is the same everywhere."""
    if len(pairs) < 2:
        return None
    ranks = rankdata(np.asarray(pairs), axis=0)
    if not ranks.std(axis=0).all():
        return None
    return float(np.corrcoef(ranks.T)[0, 1])


def _served_by(told: Mapping[_Case, Judgement]) -> tuple[str, ...]:
    return tuple(sorted({name for judgement in told.values() for name in judgement.served_by}))


def _warnings(model: str, judges: Mapping[str, Mapping[_Case, Judgement]]) -> Iterator[str]:
    """What should make a reader doubt a judge."""
    for name, told in judges.items():
        if alike(name, model):
            yield f"judge {name} judges its own descriptions"
        own = sum(bool(j.author) and alike(name, j.author) for j in told.values())
        if own:
            yield f"judge {name} wrote the facts of {own} of {len(told)} descriptions itself"
        if len(served := _served_by(told)) > 1:
            yield f"judge {name} was not one model throughout: {', '.join(served)}"
    if len({frozenset(told) for told in judges.values()}) > 1:
        counts = ", ".join(f"{name} {len(told)}" for name, told in judges.items())
        yield f"judges judged different descriptions ({counts}): their rows do not compare"
    if len(judges) == 1:
        yield "one judge alone: nothing tells how far it can be trusted; name another --judge"
