"""Exports that the suite can load by the other side's own code, and the tables of the others."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import pandas
import pytest
import yaml
from benches import SIDE, choice, counting, describing, ordering, texts, write_bench
from PIL import Image

from closeup.bench import Bench, sha256
from closeup.cli import main
from closeup.export.lmms_functions import Functions
from closeup.export.shared import Look, asked, markdown, quoted, score
from closeup.export.vlmevalkit import cell
from closeup.geometry import Box
from closeup.page import Page
from closeup.pictures import Pictures
from closeup.question import Crop, Question
from closeup.records import read_jsonl, write_jsonl
from closeup.report.summary import summary
from closeup.store import Store

HOSTILE = (
    "tab\there",
    'quo"te',
    "!!python/object/apply:os.system [touch owned]",
    '=cmd|"/C calc"!A0',
    "NA",
    "{{ 7*7 }} <script>alert(1)</script> | `x`",
)


def closeup(*args: object) -> int:
    """The exit code of a command."""
    try:
        main([str(arg) for arg in args])
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def two_views(number: int, *pages: str) -> Question:
    """A question that shows the left of one page and the right of another, or of the same."""
    left, right = Box(0, 0, 400, 1000), Box(400, 0, 1000, 1000)
    changes = {
        "views": tuple(
            Crop(page=page, box=box) for page, box in zip(pages, (left, right), strict=True)
        ),
        "refs": {"A": {"view": 0, "box": left}, "B": {"view": 1, "box": right}},
        "answer": ("B", "A"),
        "answer_format": "order",
        "evidence": ({"view": 0, "box": right}, {"view": 1, "box": left}),
    }
    base = choice(number, [left, right], "B", task="panel_reordering")
    return Question.model_validate(dict(base) | changes)


def questions() -> list[Question]:
    """Some of each answer format, with hostile options, and one that shows two crops of a page."""
    boxes = [Box(10, 20, 110, 220), Box(300, 300, 500, 700), Box(5, 700, 95, 990)]
    made = [choice(i, boxes[i % 2 :][:2], "AB"[i // 2 % 2]) for i in range(8)]
    made += [texts(i, HOSTILE, "ABCDEF"[i % 6]) for i in range(8, 14)]
    made += [counting(i, i % 4, Box(0, 0, 500, 400 + i), 0.25) for i in range(14, 18)]
    made += [ordering(i, [*HOSTILE[:2], str(i)], ("B", "C", "A"), 1 / 6) for i in range(18, 20)]
    made += [describing(i, ["=Ann waves", 'A "cat"\tsits']) for i in range(20, 22)]
    return [*made, two_views(9, "page0002", "page0002")]


def credited(folder: Path, by: Callable[[str], str]) -> None:
    """Give the pages of a bench a licence, and the attribution that `by` says."""
    pages = [
        page.model_copy(update={"license": "CC BY 4.0", "attribution": by(page.id)})
        for page in read_jsonl(folder / "pages.jsonl", Page)
    ]
    write_jsonl(folder / "pages.jsonl", pages)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["pages.jsonl"] = sha256(folder / "pages.jsonl")
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "bench"
    made = questions()
    names = dict.fromkeys(page for question in made for page in question.pages)
    images = {
        name: Image.linear_gradient("L").resize((SIDE, SIDE)).rotate(90 * i).convert("RGB")
        for i, name in enumerate(names)
    }
    write_bench(folder, made, images)
    credited(folder, lambda page: f"By | <b>{page}</b>")
    return folder


@pytest.fixture(scope="module")
def run(bench: Path) -> Path:
    out = bench.parent / "run"
    assert closeup("run", bench, "--model", "random", "--out", out, "--quiet") == 0
    return out


@pytest.fixture(scope="module")
def replies(run: Path) -> dict[str, str]:
    with Store.open(run) as store:
        return {episode.question: episode.reply for episode in store.episodes()}


@pytest.fixture(scope="module")
def scores(run: Path) -> dict[str, float | None]:
    with Store.open(run) as store:
        return {task: row.score for task, row in summary(store).items()}


def means(values: dict[str, list[float]]) -> dict[str, float]:
    return {task: sum(own) / len(own) for task, own in values.items()}


@pytest.fixture(scope="module")
def hub(bench: Path) -> Path:
    out = bench.parent / "hf"
    assert closeup("export", bench, "--to", "hf", "--out", out, "--pixels", 250_000) == 0
    return out


def load(folder: Path | str, config: str | None, cache: Path, **options: Any) -> Any:
    options = {"split": "test"} | options
    return datasets.load_dataset(str(folder), config, cache_dir=str(cache), **options)


def test_a_dataset_loads_and_scores_the_same_replies_the_same(
    hub: Path, replies: dict[str, str], scores: dict[str, float], tmp_path: Path
):
    values: dict[str, list[float]] = {}
    for row in load(hub, "questions", tmp_path):
        worth = score(row["record"], row["task"], replies[row["id"]])
        assert worth.value is not None
        values.setdefault(row["task"], []).append(worth.value)
    assert means(values) == pytest.approx(scores, abs=1e-12)


def test_the_lines_of_the_card_show_what_closeup_shows(hub: Path, bench: Path, tmp_path: Path):
    code = re.search(r"```python\n(.*?)```", (hub / "README.md").read_text(), re.S)
    assert code
    names: dict[str, Any] = {"folder": str(hub)}
    exec(code[1].replace("split=", f"cache_dir={str(tmp_path)!r}, split="), names)
    opened = Bench.open(bench)
    pictures = Pictures.at(opened.image_path)
    look = Look(pixels=250_000)
    for row, item in zip(names["questions"], asked(opened, look), strict=True):
        assert row["id"] == item.question.id
        assert row["prompt"] == item.text
        shown = names["images"](row)
        assert [image.tobytes() for image in shown] == [
            pictures.pixels(view).tobytes() for view in item.views
        ]


def test_a_page_is_stored_once_in_its_own_bytes_with_its_licence(
    hub: Path, bench: Path, tmp_path: Path
):
    pages = load(hub, "pages", tmp_path).cast_column("image", datasets.Image(decode=False))
    opened = Bench.open(bench)
    assert sorted(pages["id"]) == sorted(page.id for page in opened.pages())
    for row in pages:
        assert row["image"]["bytes"] == opened.image_path(row["id"]).read_bytes()
        assert row["license"] == "CC BY 4.0"
        assert row["attribution"] == f"By | <b>{row['id']}</b>"


def test_a_card_has_its_licence_and_no_markup_of_the_bench(hub: Path):
    _, front, body = (hub / "README.md").read_text().split("---\n", 2)
    told = yaml.safe_load(front)
    assert told["license"] == "cc-by-4.0"
    assert {config["config_name"] for config in told["configs"]} == {"questions", "pages"}
    assert "<b>" not in body
    assert "rel1000" in body


def test_no_export_says_where_a_run_was_made(run: Path, tmp_path: Path):
    assert closeup("export", run, "--to", "hf", "--out", tmp_path / "out") == 0
    with Store.open(run) as store:
        place = store.info.bench
    assert Path(place).is_absolute()
    told = (tmp_path / "out" / "README.md").read_text()
    assert place not in told
    assert '"bench":' not in told
    assert '"endpoint":' not in told
    assert '"bench_hash":' in told


def test_a_run_becomes_a_table_of_answers(run: Path, tmp_path: Path, replies: dict[str, str]):
    assert closeup("export", run, "--to", "hf", "--out", tmp_path / "out") == 0
    rows = load(tmp_path / "out", None, tmp_path / "cache", split="answers")
    assert {row["question"]: row["reply"] for row in rows} == replies
    assert all(json.loads(row["episode"])["question"] == row["question"] for row in rows)


@pytest.fixture(scope="module")
def lmms(bench: Path) -> Path:
    out = bench.parent / "lmms"
    assert closeup("export", bench, "--to", "lmms_eval", "--out", out) == 0
    return out


def test_a_task_with_a_question_over_several_pages_goes_by_issue_as_a_whole(tmp_path: Path):
    boxes = [Box(10, 20, 110, 220), Box(300, 300, 500, 700)]
    made = [choice(number, boxes, "A") for number in (0, 4, 20)]
    made += [
        two_views(0, "page0000", "page0001"),
        *(two_views(i, *2 * ["page0001"]) for i in (4, 20)),
    ]
    bench, run = tmp_path / "bench", tmp_path / "run"
    write_bench(bench, made, {f"page{i:04}": Image.new("RGB", (SIDE, SIDE)) for i in (0, 1, 5)})
    assert closeup("run", bench, "--model", "random", "--out", run, "--quiet") == 0
    wanted = {q.id: q.pages[0] if q.task == "depth_comparison" else q.issue for q in made}
    assert sorted(wanted.values()) == [
        "issue000",
        "issue000",
        "issue001",
        "page0000",
        "page0001",
        "page0005",
    ]
    for source, target, name in (
        (bench, "hf", "questions"),
        (bench, "lmms_eval", "data"),
        (run, "hf", "answers"),
    ):
        out = tmp_path / f"{target}_{name}"
        assert closeup("export", source, "--to", target, "--out", out) == 0
        files = [str(file) for file in (out / name).glob("*.parquet")]
        rows = load("parquet", None, tmp_path / f"cache_{name}", data_files=files, split="train")
        found = {row["question" if source == run else "id"]: row["cluster"] for row in rows}
        assert found == wanted, target


def tasks_of(folder: Path) -> dict[str, dict]:
    """The task files, read by a loader that knows no tag but lmms-eval's, and that as text."""

    class Loader(yaml.SafeLoader):
        pass

    Loader.add_constructor("!function", lambda _, node: f"!{node.value}")
    read = [yaml.load(file.read_text(), Loader) for file in folder.glob("closeup_*_*.yaml")]
    return {task["task"]: task for task in read}


def test_lmms_eval_tasks_score_the_same_replies_the_same(
    lmms: Path, replies: dict[str, str], scores: dict[str, float], tmp_path: Path
):
    functions = Functions(lmms)
    found = {}
    for task in tasks_of(lmms).values():
        assert task["generation_kwargs"]["until"] == []
        assert task["process_results"] == "!utils.process_results"
        named = task["dataset_kwargs"]["data_files"]
        files = {k: [str(lmms / file) for file in v] for k, v in named.items()}
        assert all(Path(file).is_file() for own in files.values() for file in own)
        rows = load("parquet", None, tmp_path, data_files=files, split=None)
        items, name = [], ""
        for row in rows[task["test_split"]]:
            result = functions.process_results(row, [replies[row["id"]]])
            items.append(result["score"])
            name = row["task"]
            *_, user = functions.doc_to_messages(row)
            assert [part["type"] for part in user["content"]][-1] == "text"
            assert len(user["content"]) == len(row["images"]) + 1
        found[name] = functions.mean(items)
        assert {item["cluster"] for item in items} == set(rows["test"]["cluster"])
    assert found == pytest.approx(scores, abs=1e-12)


def test_every_task_is_in_the_group_and_the_grid_is_recorded(lmms: Path):
    group = next(file for file in lmms.glob("closeup_*.yaml") if file.stem.count("_") == 1)
    told = yaml.safe_load(group.read_text())
    assert told["task"] == sorted(tasks_of(lmms))
    for task in tasks_of(lmms).values():
        assert task["metadata"]["grid"] == "rel1000"
        assert task["metadata"]["pixels"] == 1_000_000


def test_lmms_eval_images_are_never_taken_from_elsewhere(lmms: Path):
    with pytest.raises(Exception, match="need the name of a file"):
        Functions(lmms).doc_to_visual({"images": ["../credits.jsonl"]})


@pytest.fixture(scope="module")
def vlm(bench: Path) -> Path:
    out = bench.parent / "vlm"
    assert closeup("export", bench, "--to", "vlmevalkit", "--out", out) == 0
    return out


def table(folder: Path, suffix: str) -> pandas.DataFrame:
    """As VLMEvalKit reads it."""
    return pandas.read_csv(next(folder.glob(f"closeup_????????{suffix}.tsv")), sep="\t")


def test_a_table_read_by_pandas_has_every_text_and_the_whole_question(vlm: Path, bench: Path):
    rows = table(vlm, "")
    assert rows["record"].map(json.loads).map(lambda q: q["id"]).tolist() == [
        question.id for question in Bench.open(bench).questions()
    ]
    assert not rows.isna().to_numpy().any()
    for row in rows.to_dict("records"):
        names = json.loads(row["image_path"].replace("'", '"'))
        assert all((vlm / "images").glob(f"*/{name}") for name in names)
        assert Question.parse(row["record"], "row")


def test_in_a_table_of_choices_a_page_stands_once_and_options_are_columns(vlm: Path, bench: Path):
    rows = table(vlm, "_MCQ").to_dict("records")
    asked_for = [q for q in Bench.open(bench).questions() if q.answer_format == "choice"]
    assert len(rows) == len(asked_for)
    pages = {question.pages for question in asked_for}
    assert sum(len(str(row["image"])) > 64 for row in rows) == len(pages)
    for row, question in zip(rows, asked_for, strict=True):
        image = str(row["image"])
        assert len(image) > 64 or len(str(rows[int(image)]["image"])) > 64
        given = [row[letter] for letter in question.labels]
        assert all(isinstance(text, str) for text in given)
        if question.options:
            assert given == [cell(" ".join(option.split())) for option in question.options]
        assert "<answer>" not in row["question"]
        assert "(the options below)" in row["question"]
        assert row["answer"] == question.answer


@pytest.mark.parametrize("text", ["=1+1", "NA", "None", "1.0", "-3", "@x", "+1", "nan", "", "True"])
def test_what_a_table_program_takes_for_something_else_is_quoted(text: str, tmp_path: Path):
    with (tmp_path / "t.tsv").open("w", newline="") as out:
        csv.writer(out, delimiter="\t").writerows([["a"], [cell(text)]])
    assert pandas.read_csv(tmp_path / "t.tsv", sep="\t")["a"].tolist() == [f"“{text}”"]


@pytest.mark.parametrize("text", [*HOSTILE, "a\nb: c", "\x85\u2028\x00\x7f", "it's", "émile ☂ 🐈"])
def test_a_quoted_scalar_is_the_text_again(text: str):
    assert yaml.safe_load(f"x: {quoted(text)}\n") == {"x": text}


def test_markdown_of_a_bench_is_plain_words():
    told = markdown("![x](http://a) <b>|\n# `y` [z](javascript:1)")
    assert not set("<>[]|`#!*") & set(re.sub(r"&#\d+;", "", told))


def test_licences_and_attributions_come_along(lmms: Path, vlm: Path, bench: Path):
    for folder in (lmms, vlm):
        told = [json.loads(line) for line in (folder / "credits.jsonl").read_text().splitlines()]
        assert [line["page"] for line in told] == [page.id for page in Bench.open(bench).pages()]
        assert all(line["license"] == "CC BY 4.0" for line in told)


def test_a_bench_that_names_code_does_not_run_it(
    bench: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
):
    copy = tmp_path / "bench"
    copy.mkdir()
    for name in ("pages.jsonl", "questions.jsonl"):
        (copy / name).write_bytes((bench / name).read_bytes())
    manifest = json.loads((bench / "manifest.json").read_text())
    manifest["tasks"]["depth_comparison"]["source"] = "evil_export:Task"
    (copy / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "evil_export.py").write_text(f"open({str(tmp_path / 'owned')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    for target in ("hf", "lmms_eval", "vlmevalkit"):
        assert closeup("export", copy, "--to", target, "--out", tmp_path / "out") == 2
        assert capsys.readouterr().err.count("\n") == 1
        assert not (tmp_path / "out").exists()
    assert not (tmp_path / "owned").exists()


def test_the_code_of_a_record_from_elsewhere_is_not_run(tmp_path: Path, monkeypatch):
    (tmp_path / "evil_record.py").write_text(f"open({str(tmp_path / 'owned')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Exception, match="code of its own"):
        score(questions()[0].to_json(), "evil_record:Task", "A")
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("{bench}", "--to", "inspect"), "inspect eval closeup/bench -T path="),
        (("{run}", "--to", "lmms_eval"), "takes a bench"),
        (("{bench}", "--to", "hf", "--pixels", "-1"), "pixels -1"),
        (("{bench}", "--to", "hf", "--pixels", "9999"), "need at least 10000, or 0"),
        (("{bench}", "--to", "hf", "--multiple", "0"), "multiple 0"),
        (("nowhere", "--to", "hf"), "not a bench"),
    ],
)
def test_a_wrong_export_is_one_line_and_writes_nothing(
    args: tuple[str, ...], told: str, bench: Path, run: Path, tmp_path: Path, capsys
):
    given = [arg.format(bench=bench, run=run) for arg in args]
    assert closeup("export", *given, "--out", tmp_path / "out") == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_folder_with_something_in_it_is_left_alone(bench: Path, tmp_path: Path):
    (tmp_path / "mine.txt").write_text("x")
    assert closeup("export", bench, "--to", "hf", "--out", tmp_path) == 2
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]
