"""Zoom rollouts and whole GRPO steps: ours against TRL's own, the same model and the same tokens.

    OMP_NUM_THREADS=1 python benchmarks/rollouts.py [--steps-only | --rollouts-only]

What each episode says is scripted, some 64 tokens a turn, and every call is answered with a crop of
a quarter of the page. So both sides do the same work, and each pair of runs is checked to have made
the same batch. Times are of this process's CPU. The model is random, a Qwen2.5-VL of 4 million
parameters; with a larger one, or on a GPU, the ratios are others.
"""

import argparse
import copy
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")
ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import tiny  # noqa: E402  # pyright: ignore[reportMissingImports]
import torch  # noqa: E402
from datasets import Dataset  # noqa: E402
from PIL import Image  # noqa: E402
from transformers import (  # noqa: E402
    LogitsProcessor,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2_5_VLProcessor,
    TrainerCallback,
)
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import (  # noqa: E402
    Qwen2VLImageProcessorPil,
)
from transformers.utils import logging  # noqa: E402
from trl.trainer.grpo_config import GRPOConfig  # noqa: E402
from trl.trainer.grpo_trainer import GRPOTrainer  # noqa: E402

from closeup.models.hf import processor as processors  # noqa: E402
from closeup.training.prefix_sharing import PrefixSharingGRPOTrainer  # noqa: E402

STEP = 28
WORDS = 64
CALLS = "{%- for call in message.tool_calls or [] %}{{ call | tojson }}{% endfor -%}"
TEMPLATE = tiny.TEMPLATE.replace('{{ "<|im_end|>', CALLS + '{{ "<|im_end|>')
"""TRL wants a template that writes calls down, though ours are in the text."""
CALL, ANSWER = "<tool_call>zoom</tool_call><|im_end|>", "<answer>B</answer><|im_end|>"


def model_of(words: Any) -> Any:
    raw = tiny._config(words)
    raw["text_config"] |= {
        "hidden_size": 256,
        "intermediate_size": 704,
        "num_hidden_layers": 4,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "rope_parameters": {"rope_type": "default", "mrope_section": [8, 12, 12]},
        "max_position_embeddings": 8192,
        "initializer_range": 0.05,
    }
    raw["vision_config"] |= {
        "depth": 4,
        "hidden_size": 128,
        "intermediate_size": 352,
        "num_heads": 4,
        "out_hidden_size": 256,
        "fullatt_block_indexes": [1, 3],
    }
    torch.manual_seed(0)
    model = Qwen2_5_VLForConditionalGeneration(Qwen2_5_VLConfig(**raw))
    model.generation_config.eos_token_id = words.eos_token_id
    return model


class Reader:
    """A tokenizer that finds the scripted calls."""

    def parse_response(self, response: Any, schema: Any = None, **_: Any) -> dict[str, Any]:
        text = self.decode(response)  # pyright: ignore[reportAttributeAccessIssue]
        message: dict[str, Any] = {"role": "assistant", "content": text}
        if "<tool_call>" in text:
            call = {"name": "zoom", "arguments": {"place": len(response)}}
            message["tool_calls"] = [{"type": "function", "function": call}]
        return message


def processor_of() -> Any:
    words = tiny.tokenizer()
    words.__class__ = type("Reading", (Reader, type(words)), {})
    words.response_template = {}
    images = Qwen2VLImageProcessorPil()
    made = processors.image_only(Qwen2_5_VLProcessor)
    return made(images, words, chat_template=TEMPLATE)


PAGES: dict[tuple[int, int], Image.Image] = {}


def page(number: int, side: int) -> Image.Image:
    """A page of side x side tokens; another for each number."""
    if (number, side) not in PAGES:
        noise = random.Random(number).randbytes(3 * 64 * 64)
        small = Image.frombytes("RGB", (64, 64), noise)
        PAGES[number, side] = small.resize((STEP * side, STEP * side))
    return PAGES[number, side]


class Zooming:
    """An environment: a page, and crops of it."""

    def reset(self, number: int, side: int, **_: Any) -> Any:
        self._page = page(number, side)
        return [{"type": "image", "image": self._page}, {"type": "text", "text": "Who is it?"}]

    def zoom(self, place: int) -> Any:
        """Look closer.

        Args:
            place: Where.
        """
        half = self._page.width // 2
        left = place % (half // STEP) * STEP
        crop = self._page.crop((left, left, left + half, left + half))
        return [{"type": "image", "image": crop}, {"type": "text", "text": "Here."}]


class Script:
    """What each row says in each turn of a step: row `i` the same whoever generates."""

    def __init__(self, words: Any, rows: int, zooms: int) -> None:
        dice = random.Random(f"{rows} {zooms}")
        ends = [words(CALL).input_ids] * zooms + [words(ANSWER).input_ids]
        plain = [i for i in range(100, 400) if words.decode([i]).isalpha()]
        self.said = [
            [dice.choices(plain, k=round(WORDS * dice.uniform(0.75, 1.25))) + end for end in ends]
            for _ in range(rows)
        ]
        self.turn = 0

    def next(self, rows: int) -> list[list[int]]:
        turn, self.turn = self.turn, (self.turn + 1) % len(self.said[0])
        assert rows == len(self.said)
        return [row[turn] for row in self.said]


class Says(LogitsProcessor):
    def __init__(self, said: list[list[int]]) -> None:
        self.said, self.at = said, -1

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        self.at += 1
        forced = torch.full_like(scores, -torch.inf)
        for row, said in enumerate(self.said):
            forced[row, said[min(self.at, len(said) - 1)]] = 0
        return forced


class Timed:
    """A trainer that keeps what it made and how long that took."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.spent, self.batch = 0.0, None

    def _generate(self, prompts: Any) -> Any:
        start = time.process_time()
        made = super()._generate(prompts)  # pyright: ignore[reportAttributeAccessIssue]
        self.spent += time.process_time() - start
        ids, said, mask, _, _, _, images, _ = made
        self.batch = (ids, said, mask, [[i.tobytes() for i in shown] for shown in images])
        return made


class Stock(Timed, GRPOTrainer):
    pass


class Shared(Timed, PrefixSharingGRPOTrainer):
    pass


class Twice(Shared):
    """Shares prefixes while sampling, but learns as TRL does, from every episode by itself."""

    share_learning = False


class Clock(TrainerCallback):
    """Seconds of CPU of the steps."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def on_step_begin(self, *_: Any, **__: Any) -> None:
        self.start = time.process_time()

    def on_step_end(self, *_: Any, **__: Any) -> None:
        self.seconds += time.process_time() - self.start


def pay(completions: Any, **_: Any) -> list[float]:
    return [float(number % 3) for number in range(len(completions))]


def trainer_of(
    kind: type, model: Any, side: int, pages: int, group: int, zooms: int, steps: int = 1
) -> Any:
    rows = pages * group
    processor = processor_of()
    script = Script(processor.tokenizer, rows, zooms)
    model = copy.deepcopy(model)
    data = [
        {"prompt": [{"role": "user", "content": ""}], "number": number, "side": side}
        for number in range(pages * steps)
    ]
    args = GRPOConfig(
        output_dir=tempfile.mkdtemp(),
        max_steps=steps,
        per_device_train_batch_size=rows,
        num_generations=group,
        max_completion_length=(zooms + 1) * 2 * WORDS + zooms * (side * side // 4 + 64),
        max_tool_calling_iterations=zooms + 1,
        top_k=0,
        gradient_checkpointing=False,
        learning_rate=1e-6,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        use_cpu=True,
        bf16=False,
        logging_steps=1,
        shuffle_dataset=False,
    )
    made: Any = kind(
        model=model,
        reward_funcs=pay,
        args=args,
        train_dataset=Dataset.from_list(data),
        processing_class=processor,
        environment_factory=Zooming,
    )
    made.data = data
    if isinstance(made, PrefixSharingGRPOTrainer):
        made.force = lambda prompts: script.next(len(prompts))
    else:
        plain = model.generate

        def generate(**inputs: Any) -> Any:
            said = Says(script.next(len(inputs["input_ids"])))
            return plain(**inputs, logits_processor=[said])

        model.generate = generate
    return made


def rollouts(model: Any, tokens: int, group: int, zooms: int) -> float:
    """Print both rates; how many times TRL's ours is."""
    side = round(tokens**0.5)
    spent, batches = [], []
    for kind in (Stock, Shared):
        trainer = trainer_of(kind, model, side, 1, group, zooms)
        trainer.model.train()
        trainer._generate_and_score_completions([trainer.data[0]] * group)
        spent.append(trainer.spent)
        batches.append(trainer.batch)
    assert batches[0] == batches[1], "not the same batch"
    made = sum(map(len, batches[0][1]))
    own = sum(map(sum, batches[0][2]))
    ratio = spent[0] / spent[1]
    print(
        f"{tokens:5} {group:2} {zooms:2} {made:7} {own:6} {spent[0]:7.2f} {spent[1]:7.2f}"
        f" {group / spent[0]:7.2f} {group / spent[1]:7.2f} {ratio:5.1f}",
        flush=True,
    )
    return ratio


def step(model: Any, tokens: int, pages: int, group: int, zooms: int) -> None:
    """Print the CPU time of whole steps, and how many times less it is."""
    side, logs, spent, sampling = round(tokens**0.5), [], [], []
    for kind in (Stock, Twice, Shared):
        trainer = trainer_of(kind, model, side, pages, group, zooms)
        clock = Clock()
        trainer.add_callback(clock)
        trainer.train()
        logs.append(trainer.state.log_history[0])
        spent.append(clock.seconds)
        sampling.append(trainer.spent)
    for log in logs[1:]:
        for name in ("loss", "grad_norm"):
            assert abs(log[name] - logs[0][name]) <= 1e-4 * max(1, abs(logs[0][name])), logs
    print(
        f"{tokens:5} {pages:2} x{group:2} {zooms:2}   "
        + "   ".join(
            f"{whole:6.2f} ({own:5.2f}) {spent[0] / whole:5.2f}"
            for whole, own in zip(spent, sampling, strict=True)
        )
        + f"   loss {logs[0]['loss']:.6f} {logs[1]['loss']:.6f} {logs[2]['loss']:.6f}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rollouts-only", action="store_true")
    parser.add_argument("--steps-only", action="store_true")
    given = parser.parse_args()
    torch.set_num_threads(1)
    logging.set_verbosity_error()
    model = model_of(tiny.tokenizer())
    print(f"{model.num_parameters() / 1e6:.1f} M parameters, {torch.__version__}")
    if not given.steps_only:
        print("\nRollouts: page tokens, group, zooms; tokens made, of them the model's own;")
        print("CPU seconds of TRL and of ours; rollouts a second of both; ratio")
        for tokens in (256, 1024):
            for group in (4, 8):
                for zooms in (1, 2, 3):
                    ratio = rollouts(model, tokens, group, zooms)
                    if (tokens, group, zooms) == (1024, 8, 2):
                        print(f"   aim at 1024 8 2: 4.0, here {ratio:.1f}")
    if not given.rollouts_only:
        print(
            "\nWhole steps: page tokens, pages x group, zooms; CPU seconds (of them sampling) and"
        )
        print("ratio: TRL, ours, ours with pages and beginnings fed once in the training pass, too")
        step(model, 256, 2, 4, 2)
        step(model, 1024, 1, 8, 2)


if __name__ == "__main__":
    main()
