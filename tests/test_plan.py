"""A plan counts what the trainer will see, and its estimates move the right way."""

import json
from pathlib import Path
from typing import Any

import pytest
import tiny
import torch
import trainable
from transformers import (
    AutoModelForImageTextToText,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
)

from closeup.bench import Bench
from closeup.images import Resolution
from closeup.message import Message
from closeup.pictures import Pictures
from closeup.records import CloseupError
from closeup.training.check import check
from closeup.training.launch import Launch
from closeup.training.memory import Memory, memory, trained
from closeup.training.pace import DEVICES, Load, own, pace
from closeup.training.plan import Plan, plan
from closeup.training.recipe import Look, Recipe
from closeup.training.shape import Shape, known, shape_of
from closeup.training.tokens import Counter, Words

BIG = "Qwen/Qwen2.5-VL-7B-Instruct"


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    tasks = ("action_recognition", "character_counting")
    return trainable.build_bench(tmp_path_factory.mktemp("plan") / "bench", pages=2, tasks=tasks)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("tiny")
    return {"qwen25": tiny.qwen25(folder / "qwen25"), "qwen3": tiny.qwen3(folder / "qwen3")}


def recipe(folder: Path, bench: Bench, *changes: tuple[str, str]) -> Recipe:
    return Recipe.load(trainable.write(folder, trainable.GRPO, bench.path, *changes))


def made(
    folder: Path, bench: Bench, *changes: tuple[str, str], launch: Launch | None = None
) -> Plan:
    return plan(check(recipe(folder, bench, *changes), launch or Launch()))


@pytest.mark.parametrize(
    ("name", "step", "grid"), [("qwen25", 28, "pixel"), ("qwen3", 32, "rel1000")]
)
def test_a_folder_tells_its_shape(name: str, step: int, grid: str, folders: dict[str, Path]):
    shape = shape_of(str(folders[name]))
    model = AutoModelForImageTextToText.from_pretrained(folders[name])
    tower = sum(weight.numel() for weight in model.model.visual.parameters())
    assert (shape.step, shape.grid) == (step, grid)
    assert (shape.parameters, shape.vision_parameters) == (model.num_parameters(), tower)


@pytest.mark.parametrize("name", known())
def test_the_known_shapes_have_as_many_weights_as_the_real_classes(name: str):
    shape = shape_of(name)
    text, vision = shape.text.model_dump(), shape.vision.model_dump()
    text = {key: value for key, value in text.items() if value is not None}
    kinds: tuple[Any, Any]
    if shape.family == "qwen3_vl":
        text["rope_parameters"] = {"rope_type": "default", "mrope_section": [24, 20, 20]}
        kinds = (Qwen3VLConfig, Qwen3VLForConditionalGeneration)
    else:
        text["rope_parameters"] = {"rope_type": "default", "mrope_section": [16, 24, 24]}
        vision.pop("deepstack_visual_indexes")
        vision.pop("num_position_embeddings")
        kinds = (Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration)
    config = kinds[0](text_config=text, vision_config=vision, tie_word_embeddings=shape.tied)
    with torch.device("meta"):
        model = kinds[1](config)
    model.tie_weights()
    assert shape.parameters == model.num_parameters()


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")
@pytest.mark.parametrize("name", ["qwen25", "qwen3"])
@pytest.mark.parametrize("vision", [False, True])
def test_adapters_have_as_many_weights_as_peft_makes(
    name: str, vision: bool, folders: dict[str, Path]
):
    peft = pytest.importorskip("peft")
    from closeup.training.keeping import LANGUAGE, VISION

    model = AutoModelForImageTextToText.from_pretrained(folders[name])
    layers = f"{LANGUAGE}|{VISION}" if vision else LANGUAGE
    adapted = peft.get_peft_model(model, peft.LoraConfig(r=4, target_modules=layers))
    count = sum(weight.numel() for weight in adapted.parameters() if weight.requires_grad)
    assert shape_of(str(folders[name])).adapted(4, vision) == count


@pytest.mark.parametrize(
    ("size", "tokens"), [((28, 28), 3), ((980, 1008), 35 * 36 + 2), ((40, 40), 3)]
)
def test_an_image_has_a_token_for_each_square_of_its_step(size: tuple[int, int], tokens: int):
    assert shape_of(BIG).tokens(size) == tokens


@pytest.mark.parametrize("name", ["qwen25", "qwen3"])
def test_a_prompt_is_counted_as_the_trainer_makes_it(
    name: str, folders: dict[str, Path], bench: Bench, tmp_path: Path
):
    from closeup.ask import opening
    from closeup.training import learner
    from closeup.training.encode import Encoder

    place = ("Qwen/Qwen2.5-VL-3B-Instruct", str(folders[name]))
    small = ("[look]", "[look]\npixels = 200000\ncrop_pixels = 100000")
    room = ("4096", "1500")
    case = check(recipe(tmp_path, bench, place, small, room), Launch())
    pupil: Any = learner.load(case.recipe)
    encoder = Encoder(pupil.processor, Pictures.at(bench.image_path))
    for task, questions in case.sample.items():
        messages = opening(questions[0], pupil, case.task(task), pupil.setting)
        answer = case.task(task).solution(questions[0])
        taught = encoder.example((*messages, Message(role="assistant", parts=(answer,))))
        images, texts = case.counter.prompt(questions[0], case.task(task))
        count = images + texts + case.counter.answer(questions[0], case.task(task))
        assert case.counter.words.exact
        assert count == pytest.approx(len(taught.ids), rel=0.02)  # role names, in many pieces
        pads = taught.ids.count(pupil.processor.tokenizer.convert_tokens_to_ids("<|image_pad|>"))
        assert images == pads + 2


def test_no_crop_has_more_tokens_than_the_largest():
    counter = Counter(shape_of(BIG), Look(tools=("zoom_in",), crop_pixels=300_000))
    sizes = [
        (w, h) for w in range(8, 3000, 97) for h in range(8, 3000, 89) if h <= 50 * w <= 2500 * h
    ]
    tokens = [counter.shape.tokens(counter.crops.size(*size)) for size in sizes]
    assert 0.9 * counter.largest_crop <= max(tokens) <= counter.largest_crop


def test_texts_without_a_tokenizer_are_estimated_and_the_plan_says_so(
    bench: Bench, tmp_path: Path, folders: dict[str, Path]
):
    words = Words(shape_of(BIG))
    assert not words.exact
    assert words.count("[412, 80, 530, 190]") == pytest.approx(19, abs=4)  # Qwen's own count
    assert words.count("") == 0
    assert not made(tmp_path, bench).exact_text


def test_samples_are_shared_out_by_task(bench: Bench, tmp_path: Path):
    shares = ("character_counting = 1", "character_counting = 3")
    tasks = made(tmp_path, bench, shares).tasks
    assert tasks["action_recognition"].episodes == 40
    assert tasks["character_counting"].episodes == 120
    asked = 120 / 8 / tasks["character_counting"].questions
    assert tasks["character_counting"].passes == pytest.approx(asked)


def test_smaller_pages_and_smaller_crops_have_fewer_tokens(bench: Bench, tmp_path: Path):
    whole = made(tmp_path, bench)
    small = made(tmp_path, bench, ("[look]", "[look]\npixels = 300000\ncrop_pixels = 100000"))
    assert small.tasks["action_recognition"].images.most < 400
    assert whole.tasks["action_recognition"].images.most > 1200
    assert small.crop is not None
    assert whole.crop is not None
    assert small.crop.most < whole.crop.most
    assert small.barest < whole.barest


def test_the_regimes_have_their_names(bench: Bench, tmp_path: Path):
    plain = (('tools = ["zoom_in"]', ""), ("region_iou = 1.0", ""))
    assert made(tmp_path, bench).regime == "RARL"
    assert made(tmp_path, bench, *plain).regime == "RL"
    sft = Recipe.load(trainable.write(tmp_path, trainable.SFT, bench.path))
    assert plan(check(sft, Launch())).regime == "SFT-S"


def grown(folder: Path, bench: Bench, launch: Launch, *changes: tuple[str, str]) -> Memory:
    shape = shape_of(BIG)
    made = recipe(folder, bench, *changes)
    return memory(made, shape, launch, prompt=1500, images=1200, completion=2000)


def test_memory_of_a_full_run_is_what_the_formulas_say(bench: Bench, tmp_path: Path):
    p = shape_of(BIG).parameters
    full = grown(tmp_path, bench, Launch())
    assert (full.weights, full.gradients, full.optimiser) == (4 * p, 4 * p, 8 * p)
    half = grown(
        tmp_path, bench, Launch(processes=4, zero=3), ("[train]", '[train]\ndtype = "bfloat16"')
    )
    assert (half.weights, half.gradients, half.optimiser) == (p // 2, p // 2, 3 * p)
    stage1 = grown(tmp_path, bench, Launch(processes=4, zero=1))
    assert (stage1.weights, stage1.gradients, stage1.optimiser) == (4 * p, 4 * p, 2 * p)
    a_token = 2 * 4 * 128 * 28 * 4
    assert full.cache == a_token * (2 * 1500 + 16 * 2000)


def test_adapters_checkpointing_and_a_shared_page_save_memory(bench: Bench, tmp_path: Path):
    full = grown(tmp_path, bench, Launch())
    adapted = grown(tmp_path, bench, Launch(), ("[rollouts]", "[lora]\n\n[rollouts]"))
    assert adapted.optimiser < 0.1 * full.optimiser
    again = grown(tmp_path, bench, Launch(), ("[train]", "[train]\ngradient_checkpointing = true"))
    assert again.activations < 0.3 * full.activations
    apart = grown(tmp_path, bench, Launch(), ("group = 8", "group = 8\nshare_prefix = false"))
    assert apart.cache > full.cache
    served = grown(tmp_path, bench, Launch(), ("group = 8", 'group = 8\nvllm = "colocate"'))
    assert served.cache == 0
    steered = grown(tmp_path, bench, Launch(), ("group = 8", "group = 8\nbeta = 0.01"))
    assert (full.reference, steered.reference) == (0, full.weights)


def test_a_scorer_takes_memory_and_time(bench: Bench, tmp_path: Path):
    small = "Qwen/Qwen2.5-VL-3B-Instruct"
    weighed = f'[rewards]\nscorer = "{small}"\n\n[rewards.weights]\ncrop_sufficiency = 1.0'
    judged, without = made(tmp_path, bench, ("[rewards.weights]", weighed)), made(tmp_path, bench)
    size = 2 * shape_of(small).parameters
    assert (judged.memory.scorer, without.memory.scorer) == (size, 0)
    assert judged.memory.training == without.memory.training + size
    assert judged.hours[0].sampling_seconds > without.hours[0].sampling_seconds
    other = weighed.replace(small, "runs/none")
    with pytest.raises(CloseupError, match=r"rewards\.scorer: 'runs/none': "):
        made(tmp_path, bench, ("[rewards.weights]", other))


def test_time_falls_with_more_gpus_and_grows_with_more_tokens(bench: Bench, tmp_path: Path):
    shape, asked = shape_of(BIG), recipe(tmp_path, bench)
    load = Load(prompts=10_000, images=8_000, written=4_000, trained=50_000, longest=200)
    one = pace(asked, shape, Launch(), load, DEVICES[0])
    two = pace(asked, shape, Launch(processes=2), load, DEVICES[0])
    assert two.training == pytest.approx(one.training / 2)
    longer = pace(asked, shape, Launch(), load._replace(longest=400), DEVICES[0])
    assert longer.sampling > one.sampling
    assert one.hours(7200) == pytest.approx(2 * (one.sampling + one.training))


def test_ones_own_speeds_are_taken_as_they_are():
    load = Load(prompts=1, images=1, written=4_000, trained=50_000, longest=200)
    given = own(load, 1000.0, 25_000.0)
    assert (given.sampling, given.training) == (4.0, 2.0)


def test_accelerate_tells_the_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / "config.yaml"
    file.write_text(
        "distributed_type: DEEPSPEED\ndeepspeed_config: {zero_stage: 2}\nnum_processes: 4\n"
    )
    assert Launch.of(file) == Launch(processes=4, zero=2)
    file.write_text("distributed_type: MULTI_GPU\nnum_processes: 2\n")
    assert Launch.of(file) == Launch(processes=2)
    monkeypatch.setenv("WORLD_SIZE", "8")
    monkeypatch.setenv("ACCELERATE_USE_DEEPSPEED", "true")
    monkeypatch.setenv("ACCELERATE_DEEPSPEED_ZERO_STAGE", "3")
    assert Launch.now() == Launch(processes=8, zero=3)
    own = tmp_path / "zero.json"
    own.write_text('{"zero_optimization": {"stage": 1}}')
    monkeypatch.setenv("ACCELERATE_DEEPSPEED_CONFIG_FILE", str(own))
    assert Launch.now() == Launch(processes=8, zero=1)
    file.write_text(
        f"distributed_type: DEEPSPEED\ndeepspeed_config: {{deepspeed_config_file: {own}}}\n"
    )
    assert Launch.of(file) == Launch(processes=1, zero=1)
    monkeypatch.setenv("WORLD_SIZE", "many")
    with pytest.raises(CloseupError, match="WORLD_SIZE or ZeRO stage 'many': need a whole number"):
        Launch.now()


NAMES = "distributed_type: DEEPSPEED\ndeepspeed_config: {deepspeed_config_file:"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("- 1", "not a config of accelerate's"),
        ("a: [", "not readable as YAML"),
        ("num_processes: 0", "processes: 0: Input should be greater than or equal to 1"),
        ("num_processes: {}", "processes"),
        ("deepspeed_config: 7", "not a config of accelerate's"),
        (f"{NAMES} gone.json}}", "gone.json: no such file"),
        (f"{NAMES} config.yaml}}", "config.yaml: not readable as JSON"),
    ],
)
def test_a_hostile_launch_file_is_one_line(
    text: str, rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(text)
    with pytest.raises(CloseupError, match=rule) as error:
        Launch.of(tmp_path / "config.yaml")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("[1]", "need a JSON object"),
        ("{", "not readable as JSON"),
        ('{"model_type": "llava"}', "model_type 'llava': need one of qwen2_5_vl, qwen3_vl"),
        ('{"model_type": "qwen3_vl", "text_config": 3}', "Input should be an object"),
        ('{"model_type": "qwen3_vl", "text_config": {"hidden_size": 0}}', "hidden_size: 0"),
        ('{"model_type": "qwen2_5_vl"}', "Field required"),
    ],
)
def test_a_hostile_config_is_one_line(text: str, rule: str, tmp_path: Path):
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(CloseupError, match=rule) as error:
        shape_of(str(tmp_path))
    assert "\n" not in str(error.value)


def test_a_processor_must_cut_images_as_the_model_expects(tmp_path: Path):
    folder = tiny.qwen25(tmp_path / "tiny")
    text = (folder / "processor_config.json").read_text()
    (folder / "processor_config.json").write_text(
        text.replace('"patch_size": 14', '"patch_size": 16')
    )
    with pytest.raises(CloseupError, match="patch_size: 16: the model's is 14"):
        shape_of(str(folder))


def test_a_shape_of_a_folder_goes_by_what_its_checkpoint_says(tmp_path: Path):
    folder = tiny.qwen25(tmp_path / "tiny")
    (folder / "closeup.json").write_text(
        '{"grid": "rel1000", "pixels": 50000, "crop_pixels": 9000}'
    )
    shape = shape_of(str(folder))
    counter = Counter(shape, Look(tools=("zoom_in",)))
    assert shape.grid == "rel1000"
    assert counter.crops == Resolution(pixels=9000, least=9000, multiple=28)
    assert isinstance(shape, Shape)


def test_what_is_frozen_takes_no_gradients(bench: Bench):
    shape = shape_of(BIG)
    counts = {}
    for freeze in ((), ("vision",), ("embeddings",), ("vision", "embeddings")):
        recipe = Recipe.parse(
            json.dumps(
                {
                    "regime": "sft",
                    "model": BIG,
                    "data": {"bench": str(bench.path)},
                    "train": {"steps": 1, "learning_rate": 1e-5, "freeze": freeze},
                }
            ),
            "recipe",
        )
        counts[freeze] = trained(recipe, shape)
    words = shape.text.vocab_size * shape.text.hidden_size
    assert counts[()] - counts["embeddings",] == words
    assert counts["vision",] - counts["vision", "embeddings"] == words
    assert counts[()] == shape.parameters > counts["vision",]
