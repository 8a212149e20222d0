"""What a model is trained on is what it would be asked, and said, in an evaluation."""

import asyncio

import pupils
import pytest
import takes
import torch

from closeup.ask import Setting, ask, opened
from closeup.conversation import ANSWER_NOW
from closeup.episode import Episode
from closeup.models import Given
from closeup.models.hf import processor as processors
from closeup.models.hf.local import Local
from closeup.pictures import Pictures
from closeup.tasks import task_of

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*is deprecated and will be removed:FutureWarning"),
]
MANY = '<tool_call>{"name": "zoom_in", "arguments": {"bbox_2d": [0, 0, 90, 90]}}</tool_call>' * 2
SCRIPTS = (
    (pupils.ZOOM, "<answer>A</answer>"),
    ("<tool_call>zoom in!</tool_call>", f"<think>hm</think>{MANY}", "<answer>B</answer>"),
    (f"{pupils.ZOOM} and so on, and so o", "no answer in tags"),
    (pupils.ZOOM, pupils.ZOOM, pupils.ZOOM),
)
"""What each row says. The third row's first reply lacks its end; the last row's budget runs out."""
CUT = (2, 0)
"""Row and turn of the reply without an end."""


@pytest.fixture(scope="module", params=["qwen25", "qwen3"])
def scripted(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> takes.Sampled:
    """Four episodes of one question, as `SCRIPTS` has them."""
    kind: str = request.param
    recipe = pupils.recipe(kind, pupils.bare(kind), rollouts={"group": 4, "completion_tokens": 700})
    return takes.sampled(recipe, tmp_path_factory.mktemp("run") / "run", SCRIPTS, CUT)


def test_scripted_episodes_end_as_the_conversation_says(scripted):
    assert [episode.stop for episode in scripted.episodes] == [
        "answered",
        "answered",
        "no call",
        "out of budget",
    ]
    assert [len(episode.calls) for episode in scripted.episodes] == [1, 2, 1, 2]
    assert [episode.turns[-1].text for episode in scripted.episodes] == [s[-1] for s in SCRIPTS]


def test_the_tokens_of_training_are_those_of_an_evaluation(scripted):
    learner, stage = scripted.training.learner, scripted.training.stage
    special = tuple(processors.special_tokens(learner.processor).values())
    asked = stage.opened(0).first.messages
    for row, episode in enumerate(scripted.episodes):
        prompt, completion, _ = scripted.row(row)
        messages = (*asked, *episode.turns[:-1])
        images = {view: stage.pictures.pixels(view) for view in episode.views}
        turns = processors.conversation(messages, images, special)
        expected = processors.encode(learner.processor, [turns])["input_ids"][0].tolist()
        last = learner.processor.tokenizer(episode.turns[-1].text)["input_ids"]
        assert prompt + completion == [*expected, *last, learner.processor.tokenizer.eos_token_id]


def test_the_loss_counts_what_the_model_said_and_nothing_else(scripted):
    decode = scripted.training.learner.processor.tokenizer.decode
    for row, script in enumerate(SCRIPTS):
        _, completion, taught = scripted.row(row)
        counted = [token for token, own in zip(completion, taught, strict=True) if own]
        end = "<|im_end|>"
        said = "".join(
            text + ("" if (row, turn) == CUT else end) for turn, text in enumerate(script)
        )
        assert decode(counted) == said
        rest = decode([token for token, own in zip(completion, taught, strict=True) if not own])
        assert rest.count("<tool_response>") == len(script) - 1


def test_a_model_that_says_the_words_which_end_the_calls_may_call_all_the_same(tmp_path):
    zoom = f"<think>{ANSWER_NOW}</think>{pupils.ZOOM}"
    scripts = ((zoom, pupils.ZOOM, "<answer>A</answer>"),) * 4
    settings = {"group": 4, "completion_tokens": 900}
    recipe = pupils.recipe("qwen25", pupils.bare("qwen25"), rollouts=settings)
    made = takes.sampled(recipe, tmp_path / "run", scripts)
    assert [len(episode.calls) for episode in made.episodes] == [2] * 4
    assert {episode.stop for episode in made.episodes} == {"answered"}


def differences(scripted: takes.Sampled) -> tuple[list[float], list[float]]:
    """By how much sampling and training differ on the log-probability of each token that was said,
    before the first crop and after it."""
    trainer, made = scripted.training.trainer, scripted.made
    ids = torch.cat([made["prompt_ids"], made["completion_ids"]], dim=1)
    mask = torch.cat([made["prompt_mask"], made["completion_mask"]], dim=1)
    keys = ("pixel_values", "image_grid_thw", "mm_token_type_ids", "num_images")
    with torch.no_grad():
        logps_BT, *_ = trainer._get_per_token_logps_and_entropies(
            trainer.model,
            ids,
            mask,
            made["completion_ids"].shape[1],
            **{key: made[key] for key in keys},
        )
    before_crops: list[float] = []
    after_crops: list[float] = []
    for row in range(len(SCRIPTS)):
        prompt, completion, taught = scripted.row(row)
        whole = prompt + completion
        own = [s for s in scripted.said if whole[: len(s[0]) + len(s[1])] == s[0] + s[1]]
        assert len({len(s[0]) for s in own}) == len(SCRIPTS[row])
        for before, said, logps in own:
            start = len(before) - len(prompt)
            assert all(taught[start : start + len(said)])
            trained = logps_BT[row, start : start + len(said)]
            found = (trained - torch.tensor(logps)).abs().tolist()
            (after_crops if start else before_crops).extend(found)
    return before_crops, after_crops


def test_sampling_and_training_agree_on_every_log_probability(scripted):
    before, after = differences(scripted)
    assert len(after) > 50
    assert max(before + after) <= 1e-4


def test_in_mixed_precision_they_agree_but_for_rounding(tmp_path):
    settings = {"group": 4, "completion_tokens": 700}
    start = pupils.bare("qwen25")
    recipe = pupils.recipe("qwen25", start, rollouts=settings, train={"dtype": "mixed"})
    before, after = differences(takes.sampled(recipe, tmp_path / "run", SCRIPTS, CUT))
    assert max(before + after) > 1e-4  # else it computed in float32
    for found in (before, after):
        assert sum(found) / len(found) < 0.1


@pytest.mark.parametrize("kind", ["qwen25", "qwen3"])
def test_greedy_episodes_are_the_same_in_an_evaluation_and_in_training(kind, tmp_path):
    recipe = pupils.recipe(kind, rollouts={"temperature": 1e-6})
    trained = takes.sampled(recipe, tmp_path / "run")
    bench = pupils.bench()
    pictures = Pictures.at(bench.image_path)
    model = Local(recipe.model, Given.of(bench, pixels=recipe.look.pixels))
    learned = trained.training.learner.setting
    setting = Setting(tools=learned.tools, budget=learned.budget, sampling=learned.sampling)
    setting = Setting(**{**setting.__dict__, "crops": learned.crops})
    firsts = {episode.question: episode for episode in reversed(trained.episodes)}
    assert any(episode.calls for episode in firsts.values())

    async def evaluated() -> list[Episode]:
        asked = [bench.question(name) for name in firsts]
        tasks = [task_of(bench, question.task) for question in asked]
        return await asyncio.gather(
            *(
                ask(opened(q, model, task, setting, pictures), model, setting, pictures)
                for q, task in zip(asked, tasks, strict=True)
            )
        )

    for episode in asyncio.run(evaluated()):
        twin = firsts[episode.question]
        assert episode.turns == twin.turns
        assert (episode.views, episode.calls, episode.stop) == (twin.views, twin.calls, twin.stop)
        assert (episode.usage, episode.score) == (twin.usage, twin.score)
