"""What a reply is worth is reckoned from its own tokens, and from no others."""

import copy
from typing import Any

import pytest
import tiny
import torch
from transformers import AutoModelForImageTextToText
from trl.trainer import utils

from closeup.training.compact_head import compact_head

ROWS, LENGTH, REPLY = 3, 40, 5


def scored(model: Any, projected: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
    """The log-probabilities of the replies and the gradient of their sum; how many positions were
    projected is noted."""
    kernel = utils._ChunkedLogProbFunction  # pyright: ignore[reportPrivateImportUsage]

    class Counting(kernel):
        @staticmethod
        def forward(ctx: Any, hidden: torch.Tensor, *rest: Any, **named: Any) -> Any:
            projected.append(len(hidden))
            return kernel.forward(ctx, hidden, *rest, **named)

    words = torch.arange(ROWS * LENGTH).reshape(ROWS, LENGTH) % 50
    labels = words.clone()
    labels[:, :-REPLY] = -100
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(utils, "_ChunkedLogProbFunction", Counting)
        found = model(input_ids=words, labels=labels, fused_lm_head=True).log_probs
    found.sum().backward()
    return found.detach(), model.get_output_embeddings().weight.grad


def test_on_a_cpu_only_the_tokens_of_replies_are_projected_and_nothing_else_changes(tmp_path):
    model = AutoModelForImageTextToText.from_pretrained(tiny.qwen25(tmp_path / "model"))
    other = copy.deepcopy(model)
    projected: list[int] = []
    for one in (model, other):
        utils.add_fused_lm_head(one)
    before, slow = scored(model, projected)
    with compact_head():
        after, quick = scored(other, projected)
    assert projected == [ROWS * (LENGTH - 1), ROWS * REPLY]
    torch.testing.assert_close(after, before)
    torch.testing.assert_close(quick, slow)
    assert after[:, -REPLY:].abs().min() > 0
