import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from benches import choice, write_bench
from PIL import Image
from rich.console import Console
from runs import episode, info

from closeup import models
from closeup.ask import Setting, opening
from closeup.bench import Bench
from closeup.cli import main
from closeup.conversation import Budget
from closeup.episode import ToolCall
from closeup.evaluate import run
from closeup.geometry import Box, Grid, View
from closeup.images import Resolution
from closeup.message import Message, Reply, Request, Sampling
from closeup.models.model import Given, Model
from closeup.question import Question
from closeup.records import CloseupError
from closeup.store import Store
from closeup.tasks import TASKS
from closeup.teach import FILE, check_alike, choose, coverage, kept, replayed, table, teach
from closeup.tools import ZoomIn

NEAR, FAR = Box(100, 200, 300, 400), Box(600, 600, 800, 900)
TRAIN = [choice(i, [NEAR, FAR], "AB"[i % 2], split="train", per_page=1) for i in range(8)]
TEST = [choice(i, [NEAR, FAR], "A", split="test", per_page=1) for i in range(40, 44)]
SETTING = Setting(tools={"zoom_in": ZoomIn()}, budget=Budget(calls=2))
HOT = Setting(
    tools=SETTING.tools, budget=SETTING.budget, sampling=Sampling(temperature=1.0, seed=0)
)
QUIET = Console(quiet=True)


class Said:
    """Says what it was told to, turn by turn; what it was sent last is in `last`."""

    name = "said"
    grid: Grid = "rel1000"
    resolution = Resolution(pixels=250_000)

    def __init__(self, *turns: str | dict[int, str]) -> None:
        self.turns = turns
        self.last: dict[str, tuple[Request, Reply]] = {}

    async def reply(self, request: Request) -> Reply:
        told = self.turns[sum(message.role == "assistant" for message in request.messages)]
        reply = Reply(text=told if isinstance(told, str) else told[request.epoch])
        question = next(m.question for m in request.messages if m.question)
        self.last[question] = (request, reply)
        return reply


def zoom(box: Box) -> str:
    """A call for a box of a page of 1000 pixels a side."""
    numbers = [int(corner) for corner in box.corners]
    call = f'{{"name": "zoom_in", "arguments": {{"bbox_2d": {numbers}}}}}'
    return f"<think>There.</think><tool_call>{call}</tool_call>"


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    images = {f"page{number:04}": Image.new("RGB", (32, 32 + number)) for number in range(44)}
    return write_bench(tmp_path_factory.mktemp("taught") / "bench", [*TRAIN, *TEST], images)


def test_a_training_page_is_taught_from_and_a_test_page_never(bench, tmp_path):
    model = models.find("teacher", Given.of(bench))
    tally, counts = teach(bench, model, tmp_path, setting=SETTING, console=QUIET)
    assert (tally.asked, tally.failed) == (8, 0)
    assert counts["depth_comparison"].kept == 8
    assert {each.question for each in kept(tmp_path)} == {question.id for question in TRAIN}
    for each in kept(tmp_path):
        assert each.score.value == 1
        assert each.calls


def test_a_bench_of_test_pages_only_is_refused_in_one_line(tmp_path):
    tests = write_bench(tmp_path / "bench", TEST)
    with pytest.raises(CloseupError, match="no training pages"):
        teach(tests, models.find("teacher", Given.of(tests)), tmp_path / "run", console=QUIET)
    assert not (tmp_path / "run").exists()


def test_test_questions_that_the_run_has_from_elsewhere_are_not_kept(bench, tmp_path):
    model = models.find("oracle", Given.of(bench))
    run(bench, model, tmp_path, console=QUIET)
    counts = choose(bench, tmp_path)
    assert counts["depth_comparison"].sampled == len(TRAIN)
    assert {each.question for each in kept(tmp_path)} == {question.id for question in TRAIN}


def test_only_right_answers_in_their_tag_are_kept_each_once(bench, tmp_path):
    said = {
        0: "<answer>A</answer>",
        1: "<answer>A</answer>",
        2: "It is A",
        3: "<answer> A</answer>",
    }
    _, counts = teach(bench, Said(said), tmp_path, setting=HOT, epochs=4, console=QUIET)
    count = counts["depth_comparison"]
    assert (count.sampled, count.right, count.untagged, count.repeated) == (32, 16, 4, 4)
    assert count.kept == 8
    right = {question.id for question in TRAIN if question.answer == "A"}
    found = [(each.question, each.epoch) for each in kept(tmp_path)]
    assert found == sorted((question, epoch) for question in right for epoch in (0, 3))


def test_a_zoom_that_missed_is_left_out_where_that_is_asked_for(bench, tmp_path):
    looks = {0: zoom(NEAR), 1: zoom(FAR), 2: zoom(Box(100, 200, 200, 400)), 3: "<answer>A</answer>"}
    model = Said(looks, "<answer>A</answer>")
    for least, epochs in ((0.0, {0, 1, 2, 3}), (0.5, {0, 2, 3}), (0.6, {0, 3})):
        _, counts = teach(
            bench,
            model,
            tmp_path,
            setting=HOT,
            epochs=4,
            least_coverage=least,
            console=QUIET,
        )
        assert {each.epoch for each in kept(tmp_path)} == epochs
        assert counts["depth_comparison"].missed == 4 * (4 - len(epochs))


def test_coverage_is_of_the_page_that_was_looked_at():
    question = choice(0, [NEAR, FAR], "A")
    assert coverage(episode(question), question) is None
    other = View("another", NEAR, (10, 10))
    call = ToolCall(turn=0, tool="zoom_in", arguments="{}", view=1)
    looked = episode(question, views=[other], calls=[call])
    assert coverage(looked, question) == 0
    half = View(question.pages[0], Box(100, 200, 200, 400), (10, 10))
    looked = episode(question, views=[half], calls=[call])
    assert coverage(looked, question) == 0.5
    failed = call.model_copy(update={"view": None})
    assert coverage(episode(question, calls=[failed]), question) == 0


@pytest.mark.parametrize("calls", [1, 2])
def test_an_episode_replays_to_what_the_model_was_sent_and_said(bench, tmp_path, calls):
    """What SFT learns from is, message for message, what an evaluation or a rollout would see."""
    model = Said(*[zoom(NEAR), zoom(FAR)][:calls], "<think>Seen.</think><answer>A</answer>")
    setting = Setting(tools=SETTING.tools, budget=Budget(calls=calls))
    teach(bench, model, tmp_path, setting=setting, console=QUIET)
    found = list(kept(tmp_path))
    assert found
    for each in found:
        question = bench.question(each.question)
        opened = opening(question, model, TASKS[question.task], setting)
        request, reply = model.last[question.id]
        said = Message(role="assistant", parts=(reply.text,))
        assert replayed(opened, each) == (*request.messages, said)
        shown = [part for m in replayed(opened, each) for part in m.parts if isinstance(part, View)]
        assert tuple(shown) == each.views
        assert len(shown) == 1 + calls


def test_what_is_kept_survives_the_run_being_taken_up_again(bench, tmp_path):
    model = models.find("teacher", Given.of(bench))
    teach(bench, model, tmp_path, setting=SETTING, limit=3, console=QUIET)
    first = (tmp_path / FILE).read_bytes()
    tally, _ = teach(bench, model, tmp_path, setting=SETTING, limit=3, console=QUIET)
    assert (tally.asked, tally.kept) == (0, 3)
    assert (tmp_path / FILE).read_bytes() == first
    _, counts = teach(bench, model, tmp_path, setting=SETTING, console=QUIET)
    assert counts["depth_comparison"].kept == len(list(kept(tmp_path))) == 8


def test_a_folder_that_was_not_taught_in_or_changed_since_says_so(tmp_path):
    with pytest.raises(CloseupError, match="need a run that `closeup teach` has finished"):
        next(kept(tmp_path))
    (tmp_path / FILE).write_text('{"format": "closeup-kept/1", "episodes": 3}')
    with pytest.raises(CloseupError, match=FILE):
        next(kept(tmp_path))
    question: Question = TRAIN[0]
    with Store.create(tmp_path, info()) as store:
        store.put(question, episode(question, 0.0))
    chosen = f'{{"bench_hash": "x", "least_coverage": 0, "episodes": [["{question.id}", 0]]}}'
    (tmp_path / FILE).write_text(chosen)
    with pytest.raises(CloseupError, match="no longer an episode that scored 1"):
        next(kept(tmp_path))


def test_a_student_that_is_asked_otherwise_than_the_teacher_was_is_refused(bench, tmp_path):
    def teacher(**options: Any) -> Model:
        return models.find("teacher", Given.of(bench, **options))

    pixel = {"grid": "pixel", "pixels": 100_000, "multiple": 28}
    teach(bench, teacher(**pixel), tmp_path, setting=SETTING, console=QUIET)
    check_alike(tmp_path, teacher(**pixel), SETTING)
    for changes in ({"grid": "rel1000"}, {"pixels": 90_000}, {"multiple": 32}):
        with pytest.raises(CloseupError, match=f"{next(iter(changes))}: taught with"):
            check_alike(tmp_path, teacher(**pixel | changes), SETTING)
    for name, changed in (
        ("tools", {"tools": {}}),
        ("max-calls", {"budget": Budget(calls=3)}),
        ("oracle-crop", {"oracle_crop": True}),
        ("crop-pixels", {"crops": Resolution(pixels=1, least=100_000)}),
        ("crop-least", {"crops": Resolution(pixels=600_000, least=1)}),
    ):
        with pytest.raises(CloseupError, match=f"{name}: taught with"):
            check_alike(tmp_path, teacher(**pixel), replace(SETTING, **changed))
    with pytest.raises(CloseupError) as error:
        check_alike(
            tmp_path, teacher(grid="rel1000", multiple=32), replace(SETTING, oracle_crop=True)
        )
    told = str(error.value)
    assert told.endswith(": teach anew with --grid rel1000 --multiple 32 --oracle-crop")


def test_thousandths_are_the_same_of_a_page_of_another_size(bench, tmp_path):
    model = models.find("teacher", Given.of(bench))
    teach(bench, model, tmp_path, setting=SETTING, console=QUIET)
    check_alike(tmp_path, models.find("teacher", Given.of(bench, pixels=90_000)), SETTING)


def test_settings_that_make_no_sense_are_refused_before_anything_is_asked(bench, tmp_path):
    cold = Setting(sampling=Sampling(temperature=0.0))
    with pytest.raises(CloseupError, match="epochs 2"):
        teach(bench, Said(), tmp_path / "a", setting=cold, epochs=2, console=QUIET)
    with pytest.raises(CloseupError, match=r"least_coverage: 1\.5"):
        teach(bench, Said(), tmp_path / "b", least_coverage=1.5, console=QUIET)
    assert not list(tmp_path.iterdir())


def test_the_command_tells_the_counts(bench, tmp_path, capsys):
    out = str(tmp_path / "run")
    main(["teach", str(bench.path), "--out", out, "--tools", "zoom_in", "--epochs", "2"])
    captured = capsys.readouterr()
    assert re.search(r"task +sampled +right +untagged +repeated +missed +kept", captured.out)
    assert re.search(r"depth_comparison +16 +16 +0 +\d +0 +1\d", captured.out)
    assert "16 asked" in captured.err
    assert len(list(kept(Path(out)))) > 8


def test_several_tasks_are_summed(bench, tmp_path):
    model = models.find("oracle", Given.of(bench))
    _, counts = teach(bench, model, tmp_path, console=QUIET)
    both = table({"one": counts["depth_comparison"], "two": counts["depth_comparison"]})
    console = Console(width=80)
    with console.capture() as printed:
        console.print(both)
    assert re.search(r"all +16 +16 +0 +0 +0 +16", printed.get())
