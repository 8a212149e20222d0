"""Small benches for tests: questions made by hand, written as `build` would."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from closeup.bench import Bench, Manifest, TaskCount, sha256
from closeup.geometry import Box
from closeup.page import Page
from closeup.question import Crop, Difficulty, Mark, Question, Split
from closeup.records import write_atomically, write_jsonl

SIDE = 1000


def choice(
    number: int,
    boxes: Sequence[Box],
    answer: str,
    *,
    task: str = "depth_comparison",
    per_issue: int = 20,
    per_page: int = 4,
    split: Split = "test",
) -> Question:
    """A question that letters some boxes of one page."""
    issue, page = f"issue{number // per_issue:03}", f"page{number // per_page:04}"
    return Question(
        id=f"{task}/{page}/{number:05}",
        task=task,
        split=split,
        issue=issue,
        views=(Crop(page=page, box=Box(0, 0, SIDE, SIDE)),),
        refs={"ABCDEF"[i]: Mark(view=0, box=box) for i, box in enumerate(boxes)},
        answer=answer,
        answer_format="choice",
        evidence=(Mark(view=0, box=boxes["ABCDEF".index(answer)]),),
        chance=1 / len(boxes),
        difficulty=Difficulty(evidence_area=0.1),
    )


def texts(number: int, options: Sequence[str], answer: str, **changes: object) -> Question:
    """A question with options in words."""
    base = choice(number, [Box(0, 0, 10, 10), Box(0, 0, 10, 10)], "A", task="action_recognition")
    refs = {"character": Mark(view=0, box=Box(100, 100, 300, 400))}
    same = {"refs": refs, "options": tuple(options), "answer": answer, "chance": 1 / len(options)}
    return Question.model_validate(dict(base) | same | changes)


def described(number: int, options: Sequence[str], answer: str, box: Box) -> Question:
    """A question with options in words about a box that the prompt names."""
    return texts(number, options, answer, refs={"character": Mark(view=0, box=box)})


def counting(number: int, answer: int, panel: Box, chance: float) -> Question:
    """How many are in a panel?"""
    base = choice(number, [Box(0, 0, 10, 10), panel], "A", task="character_counting")
    changes = {
        "refs": {"panel": Mark(view=0, box=panel)},
        "answer": answer,
        "answer_format": "integer",
        "chance": chance,
    }
    return Question.model_validate(dict(base) | changes)


def ordering(number: int, options: Sequence[str], answer: Sequence[str], chance: float) -> Question:
    """In which order are these texts read?"""
    base = choice(number, [Box(0, 0, 10, 10), Box(0, 0, 9, 9)], "A", task="dialogue_reordering")
    changes = {
        "refs": {},
        "options": tuple(options),
        "answer": tuple(answer),
        "answer_format": "order",
        "chance": chance,
        "evidence": tuple(
            Mark(view=0, box=Box(50, 90 * i, 200, 90 * i + 60)) for i in range(len(answer))
        ),
    }
    return Question.model_validate(dict(base) | changes)


def describing(number: int, facts: Sequence[str]) -> Question:
    """What does this panel show?"""
    base = choice(number, [Box(0, 0, 10, 10), Box(0, 0, 9, 9)], "A", task="panel_understanding")
    changes = {
        "refs": {"panel": Mark(view=0, box=Box(0, 0, 500, 500))},
        "answer": tuple(facts),
        "answer_format": "text",
        "chance": None,
    }
    return Question.model_validate(dict(base) | changes)


def write_bench(
    folder: Path, questions: Sequence[Question], images: dict[str, Image.Image] | None = None
) -> Bench:
    """A bench of these questions; pages without an image get a blank one."""
    (folder / "images").mkdir(parents=True)
    names = list(dict.fromkeys(page for question in questions for page in question.pages))
    pages = []
    for number, name in enumerate(names):
        image = (images or {}).get(name) or Image.new("RGB", (32, 32), "white")
        image.save(folder / "images" / f"{number}.png")
        pages.append(
            Page(
                format="closeup-page/1",
                id=name,
                image=f"images/{number}.png",
                width=SIDE,
                height=SIDE,
                panels=None,
                characters=None,
                balloons=None,
            )
        )
    write_jsonl(folder / "pages.jsonl", pages)
    write_jsonl(folder / "questions.jsonl", questions)
    write_jsonl(folder / "rejected.jsonl", ())
    manifest = Manifest(
        closeup="test",
        versions={},
        reader="test",
        source="test",
        seed=0,
        pages={},
        issues={},
        left_out=(),
        tasks=_counts(questions),
        files={name: sha256(folder / name) for name in ("pages.jsonl", "questions.jsonl")},
    )
    write_atomically(folder / "manifest.json", manifest.to_json())
    return Bench.open(folder)


def _counts(questions: Sequence[Question]) -> dict[str, TaskCount]:
    by_task: dict[str, list[Question]] = defaultdict(list)
    for question in questions:
        by_task[question.task].append(question)
    return {
        task: TaskCount(
            source=task,
            kept=len(own),
            kept_by_split=dict(Counter(question.split for question in own)),
            rejected={"box too small": 2},
            chance=own[0].chance,
            answers={},
        )
        for task, own in by_task.items()
    }
