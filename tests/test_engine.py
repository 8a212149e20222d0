import random
from typing import Any

import pytest
import tiny
import torch
from PIL import Image
from transformers import AutoModelForImageTextToText

from closeup.models.hf import processor as processors
from closeup.models.hf.choose import Decoding, never_said, sampled
from closeup.models.hf.engine import Engine, supports
from closeup.models.hf.image_memo import ImageMemo
from closeup.models.hf.rows import Line

MOST = 9
IMAGE = 7


class Speaker:
    """A tiny model with all that is needed to ask it with and without the engine."""

    def __init__(self, folder: Any) -> None:
        self.model = AutoModelForImageTextToText.from_pretrained(folder).eval()
        self.config = self.model.config
        self.processor = processors.load(str(folder), self.config)
        self.memo = ImageMemo(self.processor.image_processor)
        self.memo.do_resize = False
        self.processor.image_processor = self.memo
        self.step = processors.step(self.processor)
        self.words = self.processor.tokenizer
        self.silent = never_said(self.config, self.processor)
        self.end = self.words.eos_token_id
        self.image = self.config.image_token_id

    def engine(self, **settings: Any) -> Engine:
        return Engine(self.model, self.memo, self.image, **settings)

    def picture(self, wide: int, high: int) -> Image.Image:
        """A picture of so many tokens."""
        return Image.effect_noise((wide * self.step, high * self.step), 90).convert("RGB")

    def asked(self, text: str, *images: Image.Image) -> tuple[list[int], list[Image.Image]]:
        """A row that opens a conversation."""
        parts: list[Any] = [{"type": "image", "image": image} for image in images]
        turns = [{"role": "user", "content": [*parts, {"type": "text", "text": text}]}]
        encoded: Any = processors.encode(self.processor, [turns])
        return encoded["input_ids"][0].tolist(), list(images)

    def told(self, text: str, *images: Image.Image) -> list[int]:
        """The tokens that follow a reply."""
        pads = "".join(
            "<|vision_start|>"
            + "<|image_pad|>" * (i.width * i.height // self.step**2)
            + "<|vision_end|>"
            for i in images
        )
        told = f"\n<|im_start|>user\n{text}{pads}<|im_end|>\n<|im_start|>assistant\n"
        return self.words(told).input_ids

    def fed(self, ids: list[int], images: list[Image.Image]) -> dict[str, Any]:
        """What transformers takes for a whole row."""
        row = torch.tensor([ids])
        made = {"input_ids": row, "attention_mask": torch.ones_like(row)}
        if images:
            made |= dict(self.memo(images))
            made["mm_token_type_ids"] = (row == self.image).int()
        return made

    def generated(self, ids: list[int], images: list[Image.Image], most: int = MOST) -> list[int]:
        """What transformers' own generate says, of this row alone."""
        told = self.model.generate(  # pyright: ignore[reportAttributeAccessIssue]
            **self.fed(ids, images),
            do_sample=False,
            max_new_tokens=most,
            suppress_tokens=self.silent,
        )
        return told[0, len(ids) :].tolist()

    @torch.no_grad()
    def logps(self, ids: list[int], images: list[Image.Image], said: list[int]) -> list[float]:
        """Log-probabilities of what was said, by a pass over the whole row."""
        scores = self.model(**self.fed(ids + said, images)).logits[0].log_softmax(dim=-1)
        return [scores[len(ids) - 1 + i, token].item() for i, token in enumerate(said)]

    def greedy(self, rows: int, most: int = MOST) -> Decoding:
        return sampled([0] * rows, most=most, ends=[self.end], silent=self.silent, temperature=0.0)


@pytest.fixture(scope="module", params=["qwen25", "qwen3"])
def speaker(request, tmp_path_factory):
    return Speaker(getattr(tiny, request.param)(tmp_path_factory.mktemp("tiny") / "model"))


@pytest.fixture(scope="module")
def qwen25(tmp_path_factory):
    return Speaker(tiny.qwen25(tmp_path_factory.mktemp("tiny") / "model"))


def columns(rows):
    return [ids for ids, _ in rows], [images for _, images in rows]


def test_ragged_groups_say_over_four_turns_what_each_row_says_alone(speaker):
    dice = random.Random(0)
    pages = [speaker.picture(6, 5), speaker.picture(4, 7)]
    rows = [speaker.asked("Who is it? " * (1 + i // 3), pages[i // 3]) for i in range(5)]
    engine = speaker.engine(append_tokens=150)  # several passes where one would do
    tokens = 0
    for turn in range(4):
        dice.shuffle(rows)
        rows = rows[: 5 - turn]  # one leaves
        said, logps = engine.generate(*columns(rows), speaker.greedy(len(rows)))
        nexts = []
        for (ids, images), own, chances in zip(rows, said, logps, strict=True):
            assert own == speaker.generated(ids, images)
            exact = speaker.logps(ids, images, own)
            assert max(abs(a - b) for a, b in zip(chances, exact, strict=True)) <= 1e-4
            tokens += len(own)
            crop = speaker.picture(dice.randint(1, 4), dice.randint(1, 3))
            shown = [crop] if dice.random() < 0.8 else []
            behind = speaker.told("look " * dice.randint(0, 9), *shown)
            nexts.append((ids + own + behind, images + shown))
        rows = nexts
    assert tokens > 80


def test_a_groups_page_is_fed_once_and_a_turn_feeds_only_what_is_new(qwen25):
    page, crop = qwen25.picture(6, 5), qwen25.picture(2, 2)
    ids, images = qwen25.asked("Who is it?", page)
    engine = qwen25.engine()
    said, _ = engine.generate([ids] * 4, [images] * 4, qwen25.greedy(4))
    assert engine.fed == len(ids)
    behind = qwen25.told("Here.", crop)
    more = [own + behind for own in said]
    engine.generate([ids + m for m in more], [[*images, crop]] * 4, qwen25.greedy(4))
    assert engine.fed == len(ids) + 1 + len(behind)  # the last token said was not yet fed


def test_questions_of_one_page_share_it_in_one_call_and_in_the_next(qwen25):
    page, other = qwen25.picture(6, 5), qwen25.picture(6, 5)
    rows = [qwen25.asked(f"{name}?", page) for name in ("Who", "Where to", "Why")]
    engine = qwen25.engine()
    said, _ = engine.generate(*columns(rows[:2]), qwen25.greedy(2))
    assert engine.fed < len(rows[0][0]) + len(rows[1][0]) - 30
    before = engine.fed
    said += engine.generate(*columns(rows[2:]), qwen25.greedy(1))[0]
    assert engine.fed - before < len(rows[2][0]) - 30
    assert said == [qwen25.generated(*row) for row in rows]
    before = engine.fed
    ids, images = qwen25.asked("Who?", other)  # the same tokens, and another page
    engine.generate([ids], [images], qwen25.greedy(1))
    assert ids == rows[0][0]
    assert engine.fed - before > 30


def test_after_a_reset_everything_is_fed_again_with_the_new_weights(qwen25):
    ids, images = qwen25.asked("Who?", qwen25.picture(3, 3))
    engine = qwen25.engine()
    first, _ = engine.generate([ids], [images], qwen25.greedy(1))
    norm = qwen25.model.model.language_model.norm.weight
    with torch.no_grad():
        norm.mul_(-1)
    try:
        engine.reset()
        assert engine.kept == 0
        second, _ = engine.generate([ids], [images], qwen25.greedy(1))
        assert engine.fed == 2 * len(ids)
        assert second == [qwen25.generated(ids, images)] != first
    finally:
        with torch.no_grad():
            norm.mul_(-1)


def test_what_is_kept_is_bounded_in_bytes_and_said_the_same(qwen25):
    rows = [qwen25.asked(f"{n} is it?", qwen25.picture(3, 3)) for n in ("Who", "Where", "What")]
    large = qwen25.engine()
    said, _ = large.generate(*columns(rows), qwen25.greedy(3))
    small = qwen25.engine(keep_bytes=large.kept // 2)
    assert small.generate(*columns(rows), qwen25.greedy(3))[0] == said
    assert 0 < small.kept <= large.kept // 2
    none = qwen25.engine(keep_bytes=0)
    assert none.generate(*columns(rows), qwen25.greedy(3))[0] == said
    assert none.kept == 0


def test_rows_have_rooms_of_their_own_and_grow_past_what_was_reserved(qwen25):
    rows = [qwen25.asked("Who is it? " * n) for n in (1, 3, 2)]
    decoding = qwen25.greedy(3)
    decoding = Decoding([2, 264, 1], decoding.choose, ends=(), silent=decoding.silent)
    said, _ = qwen25.engine().generate(*columns(rows), decoding)
    assert list(map(len, said)) == [2, 264, 1]
    with torch.no_grad():
        whole = qwen25.model(**qwen25.fed(rows[1][0] + said[1], [])).logits[0]
    whole[:, qwen25.silent] = -torch.inf
    start = len(rows[1][0]) - 1
    assert whole[start : start + 264].argmax(dim=-1).tolist() == said[1]


def test_a_row_that_is_given_up_ends(qwen25):
    rows = [qwen25.asked("Who?"), qwen25.asked("Where?")]
    plain = qwen25.greedy(2)
    decoding = Decoding([50, 6], plain.choose, ends=(), given_up=lambda row: row == 0)
    said, _ = qwen25.engine().generate(*columns(rows), decoding)
    assert list(map(len, said)) == [1, 6]


def test_a_draw_depends_on_its_seed_and_not_on_its_batch(qwen25):
    rows = [qwen25.asked("Who is it? " * n, qwen25.picture(n, 2)) for n in (1, 2, 3, 1)]
    engine = qwen25.engine()

    def drawn(numbers, seeds):
        warm = sampled(seeds, most=MOST, ends=[qwen25.end], silent=qwen25.silent, top_p=0.95)
        engine.reset()
        return engine.generate(*columns([rows[n] for n in numbers]), warm)[0]

    together = drawn([0, 1, 2, 3], [1, 2, 3, 4])
    assert drawn([2, 0], [3, 1]) == [together[2], together[0]]
    assert drawn([0], [5]) != [together[0]]
    assert not any(token in qwen25.silent for said in together for token in said)


def test_scripted_tokens_are_said_and_weighed_as_if_sampled(qwen25):
    ids, images = qwen25.asked("Who?", qwen25.picture(3, 2))
    script = [[20, 21, 22], [30]]
    said, logps = qwen25.engine().generate([ids] * 2, [images] * 2, qwen25.greedy(2), script)
    assert said == script
    for own, chances in zip(said, logps, strict=True):
        assert chances == pytest.approx(qwen25.logps(ids, images, own), abs=1e-4)


def test_log_probabilities_are_those_at_the_temperature(qwen25):
    ids, _ = qwen25.asked("Who?")
    warm = sampled([1], most=3, ends=[qwen25.end], temperature=2.0, top_p=0.5)
    said, logps = qwen25.engine().generate([ids], None, warm)
    with torch.no_grad():
        scores = qwen25.model(**qwen25.fed(ids + said[0], [])).logits[0] / 2
    exact = [scores.log_softmax(-1)[len(ids) - 1 + i, t].item() for i, t in enumerate(said[0])]
    assert logps[0] == pytest.approx(exact, abs=1e-4)


def test_it_generates_without_dropout_and_leaves_the_model_as_it_was(qwen25):
    ids, images = qwen25.asked("Who?", qwen25.picture(3, 2))
    engine = qwen25.engine()
    qwen25.model.train()
    try:
        said, _ = engine.generate([ids], [images], qwen25.greedy(1))
        assert qwen25.model.training
        assert qwen25.model.model.visual.training
    finally:
        qwen25.model.eval()
    assert said == [qwen25.generated(ids, images)]


def test_image_tokens_that_do_not_fit_the_images_are_an_error(qwen25):
    ids, images = qwen25.asked("Who?", qwen25.picture(3, 2))
    engine = qwen25.engine()
    with pytest.raises(ValueError, match="0 images, but 1 runs of image tokens"):
        engine.generate([ids], None, qwen25.greedy(1))
    with pytest.raises(ValueError, match=r"row 0: 6 image tokens for a grid of \[1, 2, 4\]"):
        engine.generate([ids], [[qwen25.picture(2, 1)]], qwen25.greedy(1))
    assert images


def test_what_it_cannot_run_is_named(qwen25, tmp_path):
    llava = AutoModelForImageTextToText.from_pretrained(tiny.llava(tmp_path / "llava"))
    with pytest.raises(ValueError, match="LlavaForConditionalGeneration is neither"):
        Engine(llava, qwen25.memo, qwen25.image)
    assert supports(qwen25.model) == ""
    text = qwen25.config.get_text_config()
    text._attn_implementation = "eager"
    try:
        assert "need 'sdpa'" in supports(qwen25.model)
    finally:
        text._attn_implementation = "sdpa"


@pytest.mark.parametrize(
    ("ids", "images", "same"),
    [
        ([1, 2, 3], "", 3),
        ([1, 2, 4], "", 2),
        ([1, IMAGE, IMAGE, 2, 5], "a", 4),
        ([1, IMAGE, IMAGE, 2, 3], "b", 1),  # another image, and all of it
        ([1, IMAGE, IMAGE, IMAGE, 2], "c", 1),
        ([1, IMAGE, IMAGE], "a", 3),
        ([1, IMAGE, IMAGE, 2, 3, IMAGE, 4], "ad", 5),
    ],
)
def test_lines_share_whole_images_or_none_of_them(ids, images, same):
    def line(ids, images):
        return Line.of(ids, [image.encode() for image in images], IMAGE)

    known = line([1, IMAGE, IMAGE, 2, 3, 4], "a") if images else line([1, 2, 3, 4], "")
    asked = line(ids, images)
    assert asked.common(known) == known.common(asked) == same
