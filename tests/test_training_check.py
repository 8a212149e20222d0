"""A recipe that cannot work fails before any step, with one clear line."""

from pathlib import Path

import pytest
import tiny
import trainable
from benches import choice, describing, write_bench

from closeup.bench import Bench
from closeup.geometry import Box
from closeup.models import Given
from closeup.models.scripted import Oracle
from closeup.models.teacher import Teacher
from closeup.records import CloseupError, write_atomically
from closeup.teach import teach
from closeup.training.check import check
from closeup.training.launch import Launch
from closeup.training.recipe import Recipe

ALONE = Launch()
BROKEN: list[tuple[str, str, tuple[tuple[str, str], ...], str]] = [
    (
        "rollouts where nothing is sampled",
        "sft",
        (("[train]", "[rollouts]\ncompletion_tokens = 100\n\n[train]"),),
        'rollouts: regime = "sft": samples nothing: leave the table out',
    ),
    (
        "rewards where nothing is sampled",
        "sft",
        (("[train]", "[rewards]\n\n[train]"),),
        'rewards: regime = "sft": samples nothing: leave the table out',
    ),
    (
        "no rollouts",
        "grpo",
        (("[rollouts]\ngroup = 8\ncompletion_tokens = 4096\n", ""),),
        'rollouts: regime = "grpo": need the table, with completion_tokens at least',
    ),
    (
        "trajectories where it samples its own",
        "grpo",
        (("[look]", 'trajectories = "runs/teacher"\n\n[look]'),),
        'data.trajectories: runs/teacher: regime = "grpo" samples its own: leave it out',
    ),
    (
        "a share of nothing",
        "grpo",
        (("action_recognition = 1", "action_recognition = 0"),),
        "data.tasks.action_recognition: 0.0: need more than 0, or leave the task out",
    ),
    (
        "a misspelt tool",
        "grpo",
        (('["zoom_in"]', '["zoom"]'),),
        "look.tools: tool 'zoom': need one of zoom_in, read_text, enhance",
    ),
    (
        "a misspelt term",
        "grpo",
        (("region_iou", "region_uoi"),),
        "rewards.weights: reward 'region_uoi': need one of answer, format, tool_count",
    ),
    (
        "a weight below 0",
        "grpo",
        (("format = 1.0", "format = -1.0"),),
        "rewards.weights.format: -1.0: need a number from 0 on",
    ),
    (
        "one term twice",
        "grpo",
        (("answer = 1.0", 'answer = 1.0\n"closeup.rewards.answer:Answer" = 1.0'),),
        "rewards.weights.closeup.rewards.answer:Answer: 1.0: answer is a term of the same name",
    ),
    (
        "nothing is paid",
        "grpo",
        (("= 1.0", "= 0.0"),),
        "rewards.weights: answer, format, region_iou: all 0: no episode would be better",
    ),
    (
        "looking is paid, and no tool offered",
        "grpo",
        (('tools = ["zoom_in"]', ""),),
        "rewards.weights.region_iou: 1.0: is about looking, and no tool is offered",
    ),
    (
        "a term without its run",
        "grpo",
        (("region_iou", "tool_benefit"),),
        "rewards.weights.tool_benefit: 1.0: needs rewards.without_tools",
    ),
    (
        "a scorer that nothing reads",
        "grpo",
        (("[rewards.weights]", '[rewards]\nscorer = "m"\n[rewards.weights]'),),
        "rewards.scorer: m: only crop_sufficiency reads it, which has no weight",
    ),
    (
        "half a group",
        "grpo",
        (("batch = 16\n", "batch = 20\n"),),
        "train.batch: 20: need a multiple of rollouts.group, 8",
    ),
    (
        "half a micro-batch",
        "grpo",
        (("micro_batch = 4", "micro_batch = 3"),),
        "train.batch: 16: need a multiple of train.micro_batch, 3",
    ),
    (
        "a reply longer than an episode",
        "grpo",
        (("4096", "400"),),
        "look.max_tokens: 512: need rollouts.completion_tokens, 400, at most",
    ),
    (
        "a reply too short for a call",
        "grpo",
        (("[look]", "[look]\nmax_tokens = 9"),),
        "look.max_tokens: 9: need 45, for a call or the longest answer",
    ),
    (
        "a temperature that leaves nothing to chance",
        "grpo",
        (("group = 8", "group = 8\ntemperature = 1e-6"),),
        "rollouts.temperature: 1e-06: need at least 0.05: all episodes of a group would be",
    ),
    (
        "crops that do not fit",
        "grpo",
        (("4096", "2048"),),
        "rollouts.completion_tokens: 2048: need at least 2852, for an answer of 8 tokens after 3 "
        "calls and their crops, up to 847 tokens each (look.crop_pixels = 600000)",
    ),
    (
        "adapters that vLLM cannot serve",
        "grpo",
        (("[rollouts]", '[lora]\nvision = true\n\n[rollouts]\nvllm = "colocate"'),),
        'lora.vision: True: rollouts.vllm = "colocate" serves no adapters of it',
    ),
    (
        "a server without an address",
        "grpo",
        (("[rollouts]", '[rollouts]\nvllm = "server"'),),
        "rollouts.vllm: server: needs rollouts.vllm_url",
    ),
    (
        "an address without a server",
        "grpo",
        (("[rollouts]", '[rollouts]\nvllm_url = "http://127.0.0.1:8000"'),),
        'rollouts.vllm_url: http://127.0.0.1:8000: needs rollouts.vllm = "server"',
    ),
    (
        "a tower both frozen and adapted",
        "sft",
        (("[train]", "[lora]\nvision = true\n\n[train]\nfreeze = [\"vision\"]"),),
        "lora.vision: True: train.freeze names vision",
    ),
    (
        "an unknown tracker",
        "sft",
        (("[data]", 'report_to = ["papertrail"]\n\n[data]'),),
        "report_to: papertrail: need one of tensorboard, trackio, wandb",
    ),
    (
        "updates that are rounded away",
        "sft",
        (("[train]", '[train]\ndtype = "bfloat16"'),),
        "train.dtype: bfloat16: rounds small updates of the weights away: need lora, mixed",
    ),
    (
        "a misspelt task",
        "grpo",
        (("action_recognition", "action_recogniton"),),
        "task 'action_recogniton': need one of",
    ),
    (
        "answers that no reward can check",
        "grpo",
        (("action_recognition", "panel_understanding"),),
        "data.tasks: panel_understanding: its answers are open, no reward can check them",
    ),
    (
        "a misspelt style",
        "sft",
        (("tasks =", 'without_styles = ["maga"]\ntasks ='),),
        "without_styles: 'maga': need one of",
    ),
    (
        "a folder that is not there",
        "sft",
        (("Qwen/Qwen2.5-VL-3B-Instruct", "runs/none/final"),),
        "model: 'runs/none/final': no such folder",
    ),
    (
        "no bench",
        "sft",
        (('bench = "', 'bench = "not/'),),
        "no manifest.json: not a bench",
    ),
    (
        "no trajectories",
        "sft",
        (("tasks =", 'trajectories = "nowhere"\ntasks ='),),
        "nowhere/kept.json: no such file",
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    tasks = ("action_recognition", "character_counting", "panel_understanding")
    return trainable.build_bench(tmp_path_factory.mktemp("check") / "bench", pages=2, tasks=tasks)


def loaded(folder: Path, text: str, bench: Bench, *changes: tuple[str, str]) -> Recipe:
    return Recipe.load(trainable.write(folder, text, bench.path, *changes))


@pytest.mark.parametrize("text", [trainable.SFT, trainable.GRPO], ids=["sft", "grpo"])
def test_a_good_recipe_passes(text: str, bench: Bench, tmp_path: Path):
    case = check(loaded(tmp_path, text, bench), ALONE)
    assert "action_recognition" in case.pool


@pytest.mark.parametrize(
    ("regime", "changes", "line"),
    [row[1:] for row in BROKEN],
    ids=[row[0] for row in BROKEN],
)
def test_what_is_wrong_is_told_in_one_line(
    regime: str, changes: tuple[tuple[str, str], ...], line: str, bench: Bench, tmp_path: Path
):
    text = trainable.SFT if regime == "sft" else trainable.GRPO
    with pytest.raises(CloseupError) as error:
        check(loaded(tmp_path, text, bench, *changes), ALONE)
    assert line in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("group = 8", "group = 1", "rollouts.group: 1: Input should be greater than or equal to 2"),
        ("group = 8", "temperature = 0.0", "rollouts.temperature: 0.0: Input should be greater"),
        ("1e-5", "0.0", "train.learning_rate: 0.0: Input should be greater than 0"),
        ("group = 8", "grup = 8", "rollouts.grup: 8: Extra inputs are not permitted"),
    ],
)
def test_a_recipe_refuses_by_itself(old: str, new: str, line: str, bench: Bench, tmp_path: Path):
    with pytest.raises(CloseupError) as error:
        loaded(tmp_path, trainable.GRPO, bench, (old, new))
    assert line in str(error.value)


def test_more_processes_ask_for_more_samples(bench: Bench, tmp_path: Path):
    recipe = loaded(tmp_path, trainable.GRPO, bench)
    assert check(recipe, Launch(processes=4))
    rule = "train.batch: 16: need a multiple of train.micro_batch, 4 x 3 processes = 12"
    with pytest.raises(CloseupError, match=rule):
        check(recipe, Launch(processes=3))


def test_deepspeed_keeps_small_updates(bench: Bench, tmp_path: Path):
    recipe = loaded(tmp_path, trainable.SFT, bench, ("[train]", '[train]\ndtype = "bfloat16"'))
    assert check(recipe, Launch(processes=2, zero=2))


def test_adapters_need_whole_weights_to_be_merged_into(bench: Bench, tmp_path: Path):
    recipe = loaded(tmp_path, trainable.SFT, bench, ("[train]", "[lora]\n\n[train]"))
    assert check(recipe, Launch(processes=2, zero=2))
    with pytest.raises(CloseupError, match="lora: with ZeRO stage 3: adapters are merged into"):
        check(recipe, Launch(processes=2, zero=3))
    whole = loaded(tmp_path, trainable.SFT, bench)
    assert check(whole, Launch(processes=2, zero=3))


def test_a_scorer_must_be_there_and_whole(bench: Bench, tmp_path: Path):
    def asked(scorer: object) -> Recipe:
        weighed = f'[rewards]\nscorer = "{scorer}"\n[rewards.weights]\ncrop_sufficiency = 1.0'
        return loaded(tmp_path, trainable.GRPO, bench, ("[rewards.weights]", weighed))

    with pytest.raises(CloseupError, match=r"rewards\.scorer: 'runs/none': not a folder"):
        check(asked("runs/none"), ALONE)
    known = "Qwen/Qwen2.5-VL-3B-Instruct"
    with pytest.raises(CloseupError, match=r"rewards\.scorer: .*ZeRO stage 3 it would be cut up"):
        check(asked(known), Launch(processes=2, zero=3))
    case = check(asked(known), ALONE)
    assert case.scorer
    (tmp_path / "adapters").mkdir()  # of a shape that is not known: not reckoned with
    assert check(asked(tmp_path / "adapters"), ALONE).scorer is None


def test_test_pages_are_refused(tmp_path: Path):
    question = choice(0, [Box(0, 0, 9, 9), Box(10, 0, 19, 9)], "A", split="test")
    bench = write_bench(tmp_path / "bench", [question])
    with pytest.raises(CloseupError, match="has no pages to train on, only test pages"):
        check(loaded(tmp_path, trainable.SFT, bench), ALONE)


def told_to_train(bench: Bench) -> Bench:
    """The bench, with a manifest that says it has pages to train on."""
    manifest = bench.manifest.model_copy(update={"pages": {"train": 1}})
    write_atomically(bench.path / "manifest.json", manifest.to_json())
    return Bench.open(bench.path)


def test_test_pages_are_refused_whatever_their_split_says(tmp_path: Path):
    question = choice(0, [Box(0, 0, 9, 9), Box(10, 0, 19, 9)], "A", split="train")
    views = tuple(
        view.model_copy(update={"page": "synthetic/0250000/1"}) for view in question.views
    )
    question = question.model_copy(update={"views": views})
    bench = told_to_train(write_bench(tmp_path / "bench", [question]))
    only = ("action_recognition", "depth_comparison")
    with pytest.raises(CloseupError, match=r"synthetic/0250000/1: a page of a test seed"):
        check(loaded(tmp_path, trainable.SFT, bench, only), ALONE)


@pytest.mark.parametrize(
    ("term", "line"),
    [
        ("region_iou", "rewards.weights.region_iou: 1.0: no question of depth_comparison in"),
        ("redundancy = 0.0\n#", "look.tools: zoom_in: no question of depth_comparison in"),
    ],
)
def test_looking_needs_something_to_look_for(term: str, line: str, tmp_path: Path):
    boxes = [Box(0, 0, 900, 900), Box(0, 0, 999, 999)]
    bare = choice(0, boxes, "A", split="train").model_copy(update={"evidence": ()})
    bench = told_to_train(write_bench(tmp_path / "bench", [bare]))
    tasks = ("action_recognition = 1, character_counting = 1", "depth_comparison = 1")
    with pytest.raises(CloseupError) as error:
        check(loaded(tmp_path, trainable.GRPO, bench, tasks, ("region_iou", term)), ALONE)
    assert line in str(error.value)


def test_open_answers_may_be_learned_from_but_not_paid(tmp_path: Path):
    questions = [
        describing(
            0,
            ["a cat"],
        ).model_copy(update={"split": "train"})
    ]
    bench = told_to_train(write_bench(tmp_path / "bench", questions))
    only = ("action_recognition", "panel_understanding")
    assert check(loaded(tmp_path, trainable.SFT, bench, only), ALONE)


QWEN = {"grid": "pixel", "multiple": 28, "pixels": 1_000_000}
"""How Qwen2.5-VL is shown pages, and writes boxes of them."""


def test_trajectories_must_have_been_asked_as_the_recipe_asks(bench: Bench, tmp_path: Path):
    oracle = Oracle(Given.of(bench, **QWEN))
    teach(bench, oracle, tmp_path / "plain", only=("action_recognition",))
    found = ("tasks =", f'trajectories = "{tmp_path / "plain"}"\ntasks =')
    assert check(loaded(tmp_path, trainable.SFT, bench, found), ALONE).episodes
    looking = ("[train]", '[look]\ntools = ["zoom_in"]\n\n[train]')
    line = r"data\.trajectories: .*plain: tools: taught with '', .* anew with --tools zoom_in$"
    with pytest.raises(CloseupError, match=line):
        check(loaded(tmp_path, trainable.SFT, bench, found, looking), ALONE)


def test_trajectories_must_have_been_asked_in_the_grid_of_the_model(bench: Bench, tmp_path: Path):
    oracle = Oracle(Given.of(bench, pixels=1_000_000))
    teach(bench, oracle, tmp_path / "plain", only=("action_recognition",))
    found = ("tasks =", f'trajectories = "{tmp_path / "plain"}"\ntasks =')
    line = "grid: taught with 'rel1000', .*: teach anew with --grid pixel --multiple 28$"
    with pytest.raises(CloseupError, match=line):
        check(loaded(tmp_path, trainable.SFT, bench, found), ALONE)


def test_the_benefit_of_tools_needs_every_question_without(bench: Bench, tmp_path: Path):
    from closeup.evaluate import run

    run(bench, Oracle(Given.of(bench)), tmp_path / "plain", only=["action_recognition"])
    changes = (
        ("region_iou", "tool_benefit"),
        (
            "[rewards.weights]",
            f'[rewards]\nwithout_tools = "{tmp_path / "plain"}"\n[rewards.weights]',
        ),
    )
    with pytest.raises(CloseupError, match=r"rewards\.without_tools: .* have no score there"):
        check(loaded(tmp_path, trainable.GRPO, bench, *changes), ALONE)


def test_a_page_must_fit_the_context(bench: Bench, tmp_path: Path):
    place = ("Qwen/Qwen2.5-VL-3B-Instruct", str(tiny.qwen25(tmp_path / "tiny")))
    small = ("[look]", "[look]\npixels = 3000000\ncrop_pixels = 200000")
    with pytest.raises(CloseupError, match=r"look\.pixels: .* the context has 4096"):
        check(loaded(tmp_path, trainable.GRPO, bench, place, small), ALONE)


def test_every_rule_says_why():
    from closeup.training import check as module

    for rule in (*module.ALONE, *module.LAUNCHED, *module.TOGETHER):
        assert rule.__doc__
        assert rule.__doc__.endswith(".")


def test_the_teacher_of_this_bench_passes_for_trajectories(bench: Bench, tmp_path: Path):
    from closeup.ask import Setting
    from closeup.tools import find

    teach(
        bench,
        Teacher(Given.of(bench, **QWEN)),
        tmp_path / "teacher",
        setting=Setting(tools=find(["zoom_in"])),
        only=("action_recognition",),
    )
    found = ("tasks =", f'trajectories = "{tmp_path / "teacher"}"\ntasks =')
    looking = ("[train]", '[look]\ntools = ["zoom_in"]\n\n[train]')
    case = check(loaded(tmp_path, trainable.SFT, bench, found, looking), ALONE)
    assert case.episodes is not None
    assert all(entry.id in case.episodes for entry in case.pool["action_recognition"])
