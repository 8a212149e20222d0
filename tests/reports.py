"""Runs to make reports of: two over one bench of small drawn pages, the first of which zooms."""

from collections.abc import Sequence
from pathlib import Path

from benches import describing, texts, write_bench
from PIL import Image, ImageDraw
from runs import info

from closeup.bench import Bench
from closeup.episode import Episode, ToolCall
from closeup.geometry import Box, View
from closeup.judge.checklist import Verdict
from closeup.judge.judgement import Judgement
from closeup.judge.judgements import Judgements
from closeup.message import Message, Usage
from closeup.question import Question, Score
from closeup.store import Store

LOOKED = Box(100, 100, 300, 400)
HOSTILE = (
    "<img src=x onerror=pwned()>",
    "</script><script>pwned()</script>",
    "<!--<script>",
    "javascript:pwned()",
    "\"' onmouseover=pwned() x='",
    "<svg/onload=pwned()>",
    "</style><style>*{display:none}</style>",
    "</title></textarea><iframe src=http://evil.example/>",
    "{{ 7*7 }}{% raw %}",
    "http://evil.example/x.png",
    "__proto__",
    "\u202egpj.exe",
)
ALL = " ".join(HOSTILE)


def questions(count: int = 12) -> list[Question]:
    """What does the boxed character do? Four questions a page, the right answers in turn."""
    return [texts(i, ("runs", "sits"), "AB"[i % 2]) for i in range(count)]


def hostile_questions() -> list[Question]:
    """The same on pages, with options and of a task, that are all of them attacks."""
    made = []
    for number, question in enumerate(questions(4)):
        page = HOSTILE[number]
        crop = question.views[0].model_copy(update={"page": page})
        changes = {
            "id": f"{question.task}/{page}/{number}",
            "views": (crop,),
            "options": HOSTILE[:6],
            "tags": HOSTILE,
            "issue": ALL,
        }
        made.append(Question.model_validate(dict(question) | changes))
    return made


def drawn(pages: Sequence[str]) -> dict[str, Image.Image]:
    """A picture for each page: a grey panel on white."""
    found = {}
    for name in pages:
        image = Image.new("RGB", (1000, 1000), "white")
        ImageDraw.Draw(image).rectangle((50, 50, 600, 700), fill="lightgrey", outline="black")
        found[name] = image
    return found


def bench_of(folder: Path, asked: Sequence[Question]) -> Bench:
    return write_bench(folder, asked, drawn([page for q in asked for page in q.pages]))


def zoomed(question: Question, answer: str | None, *, words: str = "", epoch: int = 0) -> Episode:
    """It looks once where it should, once in vain, and answers."""
    page = question.pages[0]
    call = f'<tool_call>{{"name": "zoom_in", "arguments": {{"note": "{words}"}}}}</tool_call>'
    calls = (
        ToolCall(turn=0, tool=words or "zoom_in", arguments=call, asked=LOOKED, view=1),
        ToolCall(turn=1, tool=words or "zoom_in", arguments=call, error=f"no image {words or 9}"),
    )
    shown = View(page, LOOKED, (400, 600))
    said = [
        Message(role="assistant", parts=(f"<think>I look at {page}. {words}</think>{call}",)),
        Message(role="tool", parts=(shown, f"This is image 2. {words}")),
        Message(role="assistant", parts=(f"<think>Once more.</think>{call}",)),
        Message(role="tool", parts=(f"error: no image 9 {words}",)),
        Message(role="assistant", parts=(f"<answer>{answer} {words}</answer>",)),
    ]
    value = float(answer == question.answer)
    return Episode(
        question=question.id,
        task=question.task,
        model="zoomer",
        epoch=epoch,
        grid="rel1000",
        views=(View(page, Box(0, 0, 1000, 1000), (500, 500)), shown),
        prompt="p",
        turns=tuple(said),
        calls=calls,
        stop="answered",
        usage=Usage(input=90, output=10),
        seconds=0.5,
        served_by=words,
        score=Score(
            value=value, answer=answer, reason=words, details={words or "absolute_error": 1.0}
        ),
    )


def plain(question: Question, answer: str | None, epoch: int = 0) -> Episode:
    """It answers at once."""
    told = zoomed(question, answer, epoch=epoch)
    return told.model_copy(
        update={"calls": (), "views": told.views[:1], "turns": told.turns[-1:], "model": "plain"}
    )


def write_run(
    folder: Path, bench: Bench, episodes: Sequence[Episode], failed: str = "", **changes: object
) -> Path:
    """A run with these episodes; the question `failed` has none."""
    named = {"bench": str(bench.path), "bench_hash": bench.content_hash, "grid": "rel1000"}
    with Store.create(folder, info(**(named | changes))) as store:
        for episode in episodes:
            store.put(bench.question(episode.question), episode)
        if failed:
            store.fail(bench.question(failed), 0, "p", f"the provider slept {ALL}")
    return folder


def pair(folder: Path) -> tuple[Path, Path]:
    """A, which zooms, is right on the first 6 of 12 questions, wrong on 5, and says nothing
    that can be read on the last; B is right on every second one, and the first has no reply."""
    asked = questions()
    bench = bench_of(folder / "bench", asked)
    wrong = {"A": "B", "B": "A"}
    first = [
        zoomed(q, str(q.answer) if i < 6 else wrong[str(q.answer)] if i < 11 else None)
        for i, q in enumerate(asked)
    ]
    second = [plain(q, "A") for q in asked[1:]]
    one = write_run(folder / "a", bench, first, model="zoomer", tools=("zoom_in",))
    return one, write_run(folder / "b", bench, second, failed=asked[0].id, model="plain")


def hostile_pair(folder: Path) -> tuple[Path, Path]:
    """Two runs in which every text that can be is an attack."""
    asked = hostile_questions()
    bench = bench_of(folder / "bench <b>", asked)
    episodes = [zoomed(q, "AC"[i % 2], words=ALL) for i, q in enumerate(asked)]
    changes = {"endpoint": ALL, "closeup": ALL}
    one = write_run(folder / "<i>a", bench, episodes, model=ALL, tools=("zoom_in",), **changes)
    others = [plain(q, "A") for q in asked[1:]]
    return one, write_run(folder / "b", bench, others, failed=asked[0].id, model=HOSTILE[1])


def described(folder: Path) -> Path:
    """A run that describes two panels of three facts each. Of the first one judge says that all is
    told; another turns one verdict with the order, and could not be read on the second panel."""
    asked = [describing(i, ("a dog runs", "it rains", f"a lamp {ALL}")) for i in range(2)]
    bench = bench_of(folder / "described", asked)
    run = write_run(folder / "run", bench, [plain(q, "A dog runs, by a lamp.") for q in asked])
    everything: tuple[Verdict, ...] = ("told", "told", "told")
    told = Judgement(judge="kind", facts=3, passes=(everything, everything))
    turned: tuple[tuple[Verdict, ...], ...] = (
        ("told", "contradicted", "told"),
        ("told", "contradicted", "absent"),
    )
    strict = Judgement(judge=f"strict {ALL}", facts=3, passes=turned)
    silent = strict.model_copy(update={"passes": (), "problem": f"no verdicts {ALL}"})
    with Store.create(run, Store.open(run).info) as store:
        judgements = Judgements(store)
        for question, said in zip(asked, (strict, silent), strict=True):
            judgements.put(question.id, 0, told.judge, "p", told)
            judgements.put(question.id, 0, said.judge, "p", said)
    return run
