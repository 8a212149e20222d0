"""What a reply is worth is reckoned from its own tokens, and from no others."""

import copy
from typing import Any

import pupils
import pytest
import tiny
import torch
from transformers import AutoModelForImageTextToText
from trl.trainer import utils

from closeup.training import grpo
from closeup.training.compact_head import compact_head
from closeup.training.prefix_sharing import PrefixSharingGRPOTrainer

ROWS, LENGTH, REPLY = 3, 40, 5


@pytest.fixture
def projected(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many positions TRL's head projects, call by call."""
    kernel: Any = utils._ChunkedLogProbFunction  # pyright: ignore[reportPrivateImportUsage]
    counts: list[int] = []

    class Counting(kernel):
        @staticmethod
        def forward(ctx: Any, hidden: torch.Tensor, *rest: Any, **named: Any) -> Any:
            counts.append(len(hidden))
            return kernel.forward(ctx, hidden, *rest, **named)

    monkeypatch.setattr(utils, "_ChunkedLogProbFunction", Counting)
    return counts


def scored(model: Any) -> torch.Tensor:
    """The log-probabilities of the replies."""
    words = torch.arange(ROWS * LENGTH).reshape(ROWS, LENGTH) % 50
    labels = words.clone()
    labels[:, :-REPLY] = -100
    return model(input_ids=words, labels=labels, fused_lm_head=True).log_probs


def test_on_a_cpu_only_the_tokens_of_replies_are_projected_and_nothing_else_changes(
    projected, tmp_path
):
    model = AutoModelForImageTextToText.from_pretrained(tiny.qwen25(tmp_path / "model"))
    other = copy.deepcopy(model)
    for one in (model, other):
        utils.add_fused_lm_head(one)
    before = scored(model)
    with compact_head():
        after = scored(other)
    assert projected == [ROWS * (LENGTH - 1), ROWS * REPLY]
    torch.testing.assert_close(after, before)
    assert after[:, -REPLY:].abs().min() > 0
    for one in (before, after):
        one.sum().backward()
    slow, quick = (one.lm_head.weight.grad for one in (model, other))
    torch.testing.assert_close(quick, slow)


def test_a_training_projects_no_prompts(projected, tmp_path, monkeypatch):
    recipe = pupils.recipe("qwen25", pupils.bare("qwen25"), train={"steps": 1})
    grpo.run(recipe, tmp_path / "ours")
    monkeypatch.setattr(PrefixSharingGRPOTrainer, "share_learning", False)
    ours = sum(projected)
    projected.clear()
    grpo.run(recipe, tmp_path / "stock")
    assert 0 < ours < sum(projected) / 2
