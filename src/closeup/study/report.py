"""A study in one text: tables, curves, and what a reader must know before he believes them."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from closeup.bench import MANIFEST, Bench
from closeup.records import CloseupError, read_bytes, write_atomically
from closeup.study import curves, looks, questions, tables
from closeup.study.made import outdated
from closeup.study.questions import Questions
from closeup.study.result import Result
from closeup.study.run import Run, runs
from closeup.study.study import Arm, Study


def report(study: Study) -> str:
    """The tables of all results that there are, as Markdown.

    Raises CloseupError where there are none.
    """
    results, known, notes = _read(study)
    study.check_means(known.tasks)
    main = [arm for arm in study.arms if not arm.exploratory]
    other = [arm for arm in study.arms if arm.exploratory]
    parts = ["### Accuracy", *_notes_of(main), tables.accuracy(main, results, known, study.means)]
    parts.append(_intervals(main, results))
    if looked := tables.styles(study, main, results, known):
        parts += ["### Styles", looked]
    pairs = [pair for pair in study.compare if tables.comparable(pair, study, results)]
    explored = {arm.name for arm in other}
    for exploratory in (False, True):
        own = [p for p in pairs if bool({p.a, p.b} & explored) == exploratory]
        if exploratory and any(arm.name in results for arm in other):
            parts += [
                "### Exploratory arms",
                "Tried to see where to look, with fewer seeds: nothing here is a finding.",
                *_notes_of(other),
                tables.accuracy(other, results, known, study.means),
            ]
        if own:
            parts += ["#### Differences" if exploratory else "### Differences", DIFFERENCES]
            for pair in own:
                parts.append(tables.comparison(pair, study, results, known))
                parts += filter(None, [tables.budgets(pair, study, results)])
    arms = [*main, *other]
    parts += ["### Where they look", LOOKING, looks.looking(arms, results)]
    parts += filter(None, [looks.evidence(arms, results, known)])
    parts += ["### What it took", COST, tables.cost(arms, results)]
    parts += _pictures(study, results)
    if missing := [str(run) for run in runs(study) if not run.file.exists()]:
        parts.append(f"Not yet done: {'; '.join(missing)}.")
    return "\n\n".join([*parts, *notes]) + "\n"


LOOKING = (
    "Calls an episode; share of episodes with a call; what the best crop shows of the evidence, "
    "and how well it fits it, 0 without a call; replies in which no answer could be read, which "
    "score 0."
)
DIFFERENCES = (
    "On the same questions, in points; intervals of one seed are clustered by issue. p is from "
    "a test that flips signs of issues, on differences averaged over the seeds: it says whether "
    "these trained models would differ on other issues, not whether other seeds would. Holm: p "
    "corrected for the number of tasks."
)
COST = (
    "Means over the seeds. Minutes count the steps alone; the machine may have done other work "
    "beside them. Alarms are those of the run's collapse alarm."
)


def _intervals(arms: Sequence[Arm], results: tables.Results) -> str:
    said = "In brackets 95 % intervals. One seed: clustered by page."
    counts = [len(results[arm.name]) for arm in arms if arm.name in results]
    if several := [count for count in counts if count > 1]:
        said += (
            " Several seeds: the mean over seeds, and a bootstrap over seeds and issues. "
            f"{_weak(min(several))}"
        )
    return said


def _weak(count: int) -> str:
    alike = 100 * 2.0 ** (1 - count)
    return (
        f"**{count} seeds are weak evidence of what another seed would give:** an interval drawn "
        f"from {count} values is too narrow, and by chance alone all {count} seeds differ in the "
        f"same direction in {alike:.0f} % of cases."
    )


def _notes_of(arms: Sequence[Arm]) -> list[str]:
    noted = [f"- {arm.name}: {arm.note}" for arm in arms if arm.note]
    return ["\n".join(noted)] if noted else []


def _read(study: Study) -> tuple[dict[str, list[Result]], Questions, list[str]]:
    """The results by arm and seed, those on the same questions."""
    found = [result for run in runs(study) if (result := run.result())]
    if not found:
        raise CloseupError(f"study {study.name}: no results in {study.results}")
    counts = Counter(result.questions for result in found)
    key = counts.most_common(1)[0][0]
    test = Path(study.test)
    if (test / MANIFEST).is_file():
        here = questions.key(Bench.open(test).content_hash, study.limit)
        key = here if here in counts else key
    results: dict[str, list[Result]] = {}
    for result in found:
        if result.questions == key:
            results.setdefault(result.arm, []).append(result)
    for own in results.values():
        own.sort(key=lambda result: result.seed)
    left = [f"{r.arm}, seed {r.seed}" for r in found if r.questions != key]
    notes = [f"Left out, for it was asked other questions: {'; '.join(left)}."] if left else []
    old = [f"{run} ({', '.join(what)})" for run in runs(study) if (what := _changed(run))]
    if old:
        notes.append(f"**Made from something else than what is there now:** {'; '.join(old)}.")
    return results, Questions.read(Path(study.results), key), notes


def _changed(run: Run) -> list[str]:
    try:
        return outdated(run)
    except CloseupError:
        return ["a recipe that cannot be read"]


def _pictures(study: Study, results: tables.Results) -> list[str]:
    """The charts as links; `write` puts them there."""
    if study.report is None:
        return []
    found: list[str] = []
    home = Path("images") / Path(study.report).stem
    for name in _charts(study, results):
        figure = curves.FIGURES[name.removesuffix(EXPLORATORY)]
        found.append(f"![{figure.title}]({(home / f'{name}.svg').as_posix()})")
    return ["### While they are trained", "\n".join(found)] if found else []


EXPLORATORY = "-exploratory"


def _charts(study: Study, results: tables.Results) -> dict[str, str]:
    charts: dict[str, str] = {}
    for exploratory, ending in ((False, ""), (True, EXPLORATORY)):
        arms = {
            arm.name: results[arm.name]
            for arm in study.arms
            if arm.exploratory == exploratory and arm.name in results
        }
        charts |= {f"{name}{ending}": svg for name, svg in curves.drawn(arms).items()}
    return charts


def write(study: Study, text: str) -> None:
    """Put the tables into the study's report between its two marks, and the charts beside it.

    A new file gets a title and the marks. Raises CloseupError where a file has no marks.
    """
    if study.report is None:
        return
    file = Path(study.report)
    begin, end = f"<!-- study {study.name} -->", f"<!-- end of study {study.name} -->"
    file.parent.mkdir(parents=True, exist_ok=True)
    old = f"# Study: {study.name}\n\n{begin}\n{end}\n"
    if file.exists():
        old = read_bytes(file).decode("utf-8", "replace")
    head, there, rest = old.partition(begin)
    _, closed, tail = rest.partition(end)
    if not there or not closed:
        raise CloseupError(f"{file}: need the lines {begin} and {end}: the tables go between them")
    write_atomically(file, f"{head}{begin}\n\n{text}\n{end}{tail}")
    home = file.parent / "images" / file.stem
    for name, svg in _charts(study, _read(study)[0]).items():
        home.mkdir(parents=True, exist_ok=True)
        write_atomically(home / f"{name}.svg", svg)
