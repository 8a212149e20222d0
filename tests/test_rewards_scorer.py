"""A frozen model as the judge of crops: the right tokens, after the right images."""

import benches
import numpy as np
import pytest
import tiny
import torch
from PIL import Image
from test_rewards import right

from closeup import rewards
from closeup.bench import Bench
from closeup.geometry import Box, View
from closeup.models.hf.scorer import LogProb, in_place
from closeup.models.model import Given
from closeup.models.told import Told
from closeup.question import Crop, Mark, Question
from closeup.records import CloseupError
from closeup.tasks import TASKS

EVIDENCE = Box(100, 100, 300, 400)
ONE = benches.described(0, ["running", "eating"], "B", EVIDENCE)
CROP = View("page0000", EVIDENCE, (56, 84))


def two_pages() -> Question:
    """A figure of the first page, and who it is on the second."""
    pages = tuple(Crop(page=f"page000{i}", box=Box(0, 0, 1000, 1000)) for i in range(2))
    refs = {
        "reference": Mark(view=0, box=EVIDENCE),
        "A": Mark(view=1, box=Box(0, 0, 200, 200)),
        "B": Mark(view=1, box=Box(500, 500, 900, 900)),
    }
    changes = {"task": "character_identification", "views": pages, "refs": refs}
    base = benches.choice(1, [EVIDENCE, EVIDENCE], "A")
    return Question.model_validate(dict(base) | changes | {"evidence": (refs["A"],)})


@pytest.fixture(scope="module")
def bench(tmp_path_factory) -> Bench:
    noise = np.random.default_rng(0).integers(0, 255, (2, 1000, 1000, 3), dtype=np.uint8)
    images = {f"page000{i}": Image.fromarray(page) for i, page in enumerate(noise)}
    return benches.write_bench(
        tmp_path_factory.mktemp("scorer") / "bench", [ONE, two_pages()], images
    )


@pytest.fixture(scope="module", params=["qwen25", "qwen3"])
def scorer(request, bench, tmp_path_factory) -> LogProb:
    folder = tmp_path_factory.mktemp("model") / request.param
    getattr(tiny, request.param)(folder)
    Told(pixels=40_000).write(folder)
    return LogProb(str(folder), Given.of(bench))


def test_the_score_is_that_of_the_solution_said_token_by_token(scorer):
    """Teacher forcing in one pass and the same tokens fed one after another agree."""
    inputs = scorer._asked(ONE, CROP, TASKS[ONE.task].prompt)
    gold = scorer._tokens(TASKS[ONE.task].solution(ONE))
    assert scorer._processor.tokenizer.decode(gold) == "<answer>B</answer>"
    total = 0.0
    with torch.no_grad():
        for i, token in enumerate(gold):
            ids = torch.cat([inputs["input_ids"], gold[None, :i]], dim=1)
            fed = dict(inputs) | {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
            if "mm_token_type_ids" in inputs:
                text = torch.zeros((1, i), dtype=inputs["mm_token_type_ids"].dtype)
                fed["mm_token_type_ids"] = torch.cat([inputs["mm_token_type_ids"], text], dim=1)
            total += float(scorer._model(**fed).logits[0, -1].log_softmax(-1)[token])
    assert scorer.log_prob(ONE, CROP) == pytest.approx(total, abs=1e-3)


def test_the_crop_takes_the_place_of_its_image_and_the_boxes_are_its_own(scorer):
    whole = scorer.resolution.view(ONE.views[0])
    assert whole.size[0] * whole.size[1] <= 45_000  # as the checkpoint was told to see
    assert in_place(ONE, CROP, scorer.resolution) == [CROP]
    two = two_pages()
    second = View("page0001", Box(400, 400, 1000, 1000), (84, 84))
    shown = in_place(two, second, scorer.resolution)
    assert [view.page for view in shown] == ["page0000", "page0001"]
    assert shown[1] == second
    asked = scorer._asked(two, second, TASKS[two.task].prompt)
    said = scorer._processor.tokenizer.decode(asked["input_ids"][0])
    assert said.count("<|vision_start|>") == 2


def test_a_crop_of_no_page_of_the_question_is_our_own_mistake(scorer):
    with pytest.raises(ValueError, match="no image holds"):
        in_place(ONE, View("page0001", EVIDENCE, (28, 28)), scorer.resolution)


def test_other_pixels_are_another_score_and_the_same_ones_are_scored_once(scorer):
    first = scorer.log_prob(ONE, CROP)
    assert first < 0
    other = View("page0000", Box(600, 600, 800, 900), (56, 84))
    assert scorer.log_prob(ONE, other) != first
    calls = 0

    def counted(*_):
        nonlocal calls
        calls += 1

    hook = scorer._model.register_forward_pre_hook(counted)
    assert scorer.log_prob(ONE, CROP) == first
    hook.remove()
    assert calls == 0


def test_the_judge_is_frozen_and_in_evaluation_mode(scorer):
    assert not scorer._model.training
    assert not any(weight.requires_grad for weight in scorer._model.parameters())


def test_a_reward_is_made_with_it(scorer):
    reward = rewards.make({"crop_sufficiency": 1.0}, scorer=scorer)
    made = right(ONE, EVIDENCE)
    parts = reward.of(ONE, made)
    assert 0.0 <= parts.total <= 1.0
    assert parts == reward.of(ONE, made)


def test_a_judge_that_is_not_there_is_one_clear_line(bench):
    with pytest.raises(CloseupError, match="cannot be loaded"):
        LogProb("./nowhere", Given.of(bench))
