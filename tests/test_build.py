import contextlib
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import native
import pytest
from PIL import Image

from closeup.bench import BUILDING, Bench, Manifest
from closeup.build import build
from closeup.build.datasets import annotated
from closeup.build.make import file_name
from closeup.records import CloseupError
from closeup.tasks import TASKS


def make(source: Path, out: Path, **settings: object) -> Manifest:
    seed, skip_bad = settings.pop("seed", 0), settings.pop("skip_bad", False)
    overlay = settings.pop("overlay", None)
    reader = settings.pop("reader", "closeup_json")
    dataset = annotated(reader, source, seed, overlay, skip_bad)  # type: ignore[arg-type]
    return build(dataset, out, tasks=tuple(TASKS), seed=seed, skip_bad=skip_bad, **settings)  # type: ignore[arg-type]


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder: two that are equal have no `diff -r`."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return native.write(tmp_path_factory.mktemp("native") / "pages")


@pytest.fixture(scope="module")
def bench(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    out = tmp_path_factory.mktemp("bench") / "bench"
    make(source, out)
    return Bench.open(out)


def test_a_bench_holds_what_its_manifest_says(bench: Bench):
    assert bench.manifest.pages == {"test": 2, "train": 6}
    assert bench.manifest.issues == {"test": 1, "train": 3}
    kept = Counter(question.task for question in bench.questions())
    assert kept == {name: c.kept for name, c in bench.manifest.tasks.items() if c.kept}
    rejected = Counter((r.task, r.reason) for r in bench.rejected())
    told = {(t, r): n for t, c in bench.manifest.tasks.items() for r, n in c.rejected.items()}
    assert rejected == told, "every question not asked is counted with its reason"


def test_a_page_is_found_by_its_id_and_has_its_image(bench: Bench):
    for page in bench.pages():
        assert bench.page(page.id) == page
        with Image.open(bench.image_path(page.id)) as image:
            assert image.size == (page.width, page.height)
    with pytest.raises(CloseupError, match=r"pages\.jsonl: nobody: no such id"):
        bench.page("nobody")


def test_no_issue_is_on_both_sides_of_the_split(bench: Bench):
    splits = {(question.issue, question.split) for question in bench.questions()}
    assert len(splits) == len({issue for issue, _ in splits})


def test_two_builds_are_the_same_bytes_whatever_the_workers(
    source: Path, bench: Bench, tmp_path: Path
):
    make(source, tmp_path / "two", workers=2)
    assert contents(bench.path) == contents(tmp_path / "two")


def test_another_seed_gives_other_questions(source: Path, bench: Bench, tmp_path: Path):
    make(source, tmp_path / "other", seed=1)
    ours = [question.to_json() for question in bench.questions()]
    assert ours != [question.to_json() for question in Bench.open(tmp_path / "other").questions()]


def test_counting_takes_the_best_constant_for_chance(bench: Bench):
    questions = [q for q in bench.questions() if q.task == "character_counting"]
    commonest = max(Counter(q.answer for q in questions).values())
    assert {q.chance for q in questions} == {commonest / len(questions)}


def test_the_manifest_names_no_path_of_this_machine(bench: Bench, source: Path):
    assert str(source.parent) not in (bench.path / "manifest.json").read_text()


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    return native.write(tmp_path / "pages", issues=2)


def ruin_image(folder: Path) -> None:
    data = (folder / "images/0-0.png").read_bytes()
    (folder / "images/0-0.png").write_bytes(data[: len(data) // 2])


def ruin_size(folder: Path) -> None:
    Image.new("RGB", (7, 7)).save(folder / "images/0-0.png")


def ruin_box(folder: Path) -> None:
    raw = native.page(0, 0)
    raw["panels"][0]["box"] = [0, 0, 5000, 10]
    (folder / "0-0.json").write_text(json.dumps(raw))


def ruin_json(folder: Path) -> None:
    (folder / "0-0.json").write_text((folder / "0-0.json").read_text()[:500])


def ruin_encoding(folder: Path) -> None:
    (folder / "0-0.json").write_bytes(b"\xff\xfe{}")


def lose_image(folder: Path) -> None:
    (folder / "images/0-0.png").unlink()


@pytest.mark.parametrize(
    ("ruin", "names"),
    [
        (ruin_image, "0-0.png"),
        (ruin_size, "7x7 pixels; page made/0/0 says 1000x1400"),
        (lose_image, "0-0.png"),
        (ruin_box, "0-0.json: panels.0.box: [0.0, 0.0, 5000.0, 10.0]"),
        (ruin_json, "0-0.json"),
        (ruin_encoding, "0-0.json"),
    ],
)
def test_a_bad_page_stops_the_build_or_is_left_out_and_counted(
    broken: Path, tmp_path: Path, ruin, names: str
):
    ruin(broken)
    with pytest.raises(CloseupError) as caught:
        make(broken, tmp_path / "strict")
    assert names in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "strict").exists(), "a build that fails leaves nothing"
    manifest = make(broken, tmp_path / "lenient", skip_bad=True)
    assert sum(manifest.pages.values()) == 3
    assert [names.split(":")[0].split(" ")[0] in str(bad) for bad in manifest.left_out] == [True]


def test_an_id_that_stands_twice_is_an_error(broken: Path, tmp_path: Path):
    (broken / "again.json").write_text((broken / "0-0.json").read_text())
    with pytest.raises(CloseupError, match="made/0/0"):
        make(broken, tmp_path / "bench")


def test_a_bench_is_never_written_over_something_else(source: Path, tmp_path: Path):
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(CloseupError, match="not empty"):
        make(source, tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "precious"
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(CloseupError, match="not a folder"):
        make(source, tmp_path / "link")


def test_a_killed_build_is_no_bench_and_the_next_one_starts_anew(source: Path, tmp_path: Path):
    out = tmp_path / "bench"
    process = multiprocessing.get_context("spawn").Process(target=_slow_build, args=(source, out))
    process.start()
    while not (out / "pages.jsonl").exists() or not list((out / "images").iterdir()):
        time.sleep(0.02)
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    assert (out / BUILDING).exists()
    with pytest.raises(CloseupError, match="half-built"):
        Bench.open(out)
    make(source, out)
    make(source, tmp_path / "whole")
    assert contents(out) == contents(tmp_path / "whole")


def _slow_build(source: Path, out: Path) -> None:
    dataset = annotated("closeup_json", source, 0)
    build(dataset, out, tasks=tuple(TASKS), progress=lambda _: time.sleep(60))


def test_what_is_not_a_bench_is_told_in_one_line(tmp_path: Path):
    with pytest.raises(CloseupError, match=r"no manifest\.json: not a bench"):
        Bench.open(tmp_path)
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(CloseupError, match=r"manifest\.json: closeup: Field required"):
        Bench.open(tmp_path)


def coco(folder: Path, issues: int = 4, pages: int = 2) -> Path:
    """The same pages as AI4VA would have them: boxes, polygons and depth, and nothing else."""
    (folder / "images").mkdir(parents=True)
    images, annotations = [], []
    for issue in range(issues):
        for number in range(pages):
            raw = native.page(issue, number)
            name = f"Vaillant_{500 + issue:04}_1955_01_0{issue + 1}-{number:02}.png"
            Image.new("RGB", (native.WIDTH, native.HEIGHT)).save(folder / "images" / name)
            image = len(images) + 1
            images.append({"id": image, "file_name": name, "width": 1000, "height": 1400})
            for kind, category in (("panels", 1), ("characters", 2), ("balloons", 26)):
                for thing in raw[kind]:
                    x0, y0, x1, y1 = thing["box"]
                    depth = {"Interdepth": thing["depth"]} if kind == "characters" else {}
                    annotations.append(
                        {
                            "id": len(annotations) + 1,
                            "image_id": image,
                            "category_id": category,
                            "bbox": [x0, y0, x1 - x0, y1 - y0],
                            "segmentation": [[x0, y0, x1, y0, x1, y1, x0, y1]],
                            "area": (x1 - x0) * (y1 - y0),
                            "iscrowd": 0,
                            "attributes": depth,
                        }
                    )
    names = {1: "Frame", 2: "Character", 26: "Comic Bubble"}
    categories = [{"id": number, "name": name} for number, name in names.items()]
    text = json.dumps({"images": images, "annotations": annotations, "categories": categories})
    (folder / "train-annotations.json").write_text(text)
    return folder


def test_ai4va_with_an_overlay_gives_all_seven_tasks(tmp_path: Path):
    source, extra = coco(tmp_path / "ai4va"), tmp_path / "extra"
    bare = make(source, tmp_path / "bare", reader="ai4va")
    asked = {name for name, count in bare.tasks.items() if count.kept}
    assert asked == {"depth_comparison", "character_counting"}, "no words, no names, no actions"
    extra.mkdir()
    for page in Bench.open(tmp_path / "bare").pages():
        assert page.issue is not None
        raw = native.page(int(page.issue) - 500, page.number or 0)
        raw |= {"id": page.id, "series": page.series, "issue": page.issue, "number": page.number}
        (extra / f"{page.issue}-{page.number}.json").write_text(json.dumps(raw))
    manifest = make(source, tmp_path / "full", reader="ai4va", overlay=extra)
    assert all(count.kept for count in manifest.tasks.values()), manifest.tasks
    assert manifest.overlay is not None
    assert manifest.overlay.pages == 8
    assert manifest.overlay.filled["characters.actions"] > 0
    assert (tmp_path / "full/provenance.jsonl").read_text().count("\n") == 8


def test_two_pages_never_share_an_image_file():
    names = {file_name(f"漫画/{number}", ".png") for number in range(200_000)}
    assert len(names) == 200_000


def test_the_suffix_of_an_image_is_that_of_its_bytes(tmp_path: Path):
    source = native.write(tmp_path / "pages", issues=2)
    for file in (source / "images").iterdir():
        file.rename(file.with_suffix(".html"))
    for file in source.glob("*.json"):
        file.write_text(file.read_text().replace(".png", ".html"))
    make(source, tmp_path / "bench")
    assert {file.suffix for file in (tmp_path / "bench/images").iterdir()} == {".png"}


def test_an_edited_image_is_noticed_and_so_is_it_by_a_run(bench: Bench, tmp_path: Path):
    copy = tmp_path / "bench"
    shutil.copytree(bench.path, copy)
    Bench.open(copy).verify()
    image = next((copy / "images").iterdir())
    Image.new("RGB", (native.WIDTH, native.HEIGHT), "red").save(image)
    with pytest.raises(CloseupError, match="images: changed since the bench was built"):
        Bench.open(copy).verify()


def test_the_content_hash_is_of_the_images_too(source: Path, bench: Bench, tmp_path: Path):
    painted = tmp_path / "pages"
    shutil.copytree(source, painted)
    Image.new("RGB", (native.WIDTH, native.HEIGHT), "red").save(painted / "images/0-0.png")
    make(painted, tmp_path / "bench")
    other = Bench.open(tmp_path / "bench")
    assert other.manifest.files["questions.jsonl"] == bench.manifest.files["questions.jsonl"]
    assert other.content_hash != bench.content_hash


def test_a_bench_does_not_go_into_the_dataset_it_is_made_from(source: Path):
    with pytest.raises(CloseupError, match="which is read: name another folder"):
        make(source, source / "bench")


def test_two_builds_do_not_write_into_one_folder(source: Path, tmp_path: Path):
    out = tmp_path / "bench"
    process = multiprocessing.get_context("spawn").Process(target=_slow_build, args=(source, out))
    process.start()
    try:
        while not (out / "pages.jsonl").exists():
            time.sleep(0.02)
        with pytest.raises(CloseupError, match="another build is writing here"):
            make(source, out)
        assert (out / "pages.jsonl").exists()
    finally:
        process.kill()
        process.join()


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """So many pages that a build is under way for a while."""
    return native.write(tmp_path_factory.mktemp("many") / "pages", issues=30)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_workers_do_not_outlive_a_build_that_is_stopped(
    number: signal.Signals, many: Path, tmp_path: Path
):
    source, out = many, tmp_path / "bench"
    command = [sys.executable, "-m", "closeup.cli", "build", "--reader", "closeup_json"]
    command += ["--workers", "2", "--from", str(source), "--out", str(out)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    while not list(out.glob("images/*")):
        assert process.poll() is None
        time.sleep(0.01)
    workers = _children(process.pid)
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert "Traceback" not in err
    assert out.exists() == (number == signal.SIGKILL), "only what is killed leaves anything"
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in workers):
        assert time.monotonic() < deadline, "a worker lives on"
        time.sleep(0.05)


def _children(pid: int) -> list[int]:
    """The worker processes of a process; the resource tracker is none."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                line = (stat.parent / "cmdline").read_bytes()
                if b"spawn_main" in line:
                    found.append(int(stat.parent.name))
    return found
