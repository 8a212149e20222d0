"""What a model is taught, token by token."""

import pupils
import pytest
import torch
from transformers import AutoConfig, AutoModelForImageTextToText

from closeup.ask import opening
from closeup.geometry import Box, View
from closeup.message import Message
from closeup.models.hf import processor as processors
from closeup.pictures import Pictures
from closeup.records import CloseupError
from closeup.tasks import task_of
from closeup.training import learner
from closeup.training.encode import IGNORED, Encoder

KINDS = ("qwen25", "qwen3")
SAID = "<think>One is nearer.</think><answer>A</answer>"


@pytest.fixture(scope="module", params=KINDS)
def pupil(request):
    maker = pupils.MAKERS[request.param]
    folder = maker(pupils.home() / f"plain-{request.param}")
    return learner.load(pupils.recipe(request.param, folder))


@pytest.fixture
def encoder(pupil) -> Encoder:
    return Encoder(pupil.processor, Pictures.at(pupils.bench().image_path))


def talk(pupil) -> list[Message]:
    """A question, a zoom, its crop, an answer."""
    bench = pupils.bench()
    question = next(bench.questions())
    crop = View(question.views[0].page, Box(100, 100, 300, 300), pupil.setting.crops.size(200, 200))
    opened = opening(question, pupil, task_of(bench, question.task), pupil.setting)
    return [
        *opened,
        Message(role="assistant", parts=(pupils.ZOOM,)),
        Message(role="tool", parts=(crop,)),
        Message(role="assistant", parts=(SAID,)),
    ]


def drawn(messages):
    pictures = Pictures.at(pupils.bench().image_path)
    views = [part for message in messages for part in message.parts if isinstance(part, View)]
    return {view: pictures.pixels(view) for view in views}


def test_the_model_is_taught_its_own_turns_and_their_ends_and_nothing_else(pupil, encoder):
    example = encoder.example(talk(pupil))
    taught = [i for i, told in zip(example.ids, example.taught, strict=True) if told]
    end = pupil.processor.tokenizer.eos_token
    assert pupil.processor.tokenizer.decode(taught) == pupils.ZOOM + end + SAID + end


def test_the_prompt_is_the_one_that_an_evaluation_sends(pupil, encoder):
    messages = talk(pupil)[:2]
    example = encoder.example([*messages, Message(role="assistant", parts=("x",))])
    prompt = [i for i, told in zip(example.ids, example.taught, strict=True) if not told]
    turns = processors.conversation(messages, drawn(messages))
    sent = processors.encode(pupil.processor, [turns])["input_ids"][0].tolist()
    assert prompt == sent


def test_a_batch_holds_every_image_and_pads_what_is_shorter(pupil, encoder):
    long = encoder.example(talk(pupil))
    short = encoder.example([*talk(pupil)[:2], Message(role="assistant", parts=(SAID,))])
    batch = encoder.batch([short, long])
    assert batch["input_ids"].shape == (2, len(long.ids))
    assert batch["attention_mask"].sum(1).tolist() == [len(short.ids), len(long.ids)]
    assert (batch["labels"][0, len(short.ids) :] == IGNORED).all()
    assert len(batch["image_grid_thw"]) == 3
    assert batch["pixel_values"].shape[0] == batch["image_grid_thw"].prod(1).sum()
    pads = batch["mm_token_type_ids"].sum().item()
    assert pads == batch["image_grid_thw"].prod(1).sum().item() // 4


def test_the_loss_of_a_batch_is_that_of_its_examples_alone(pupil, encoder):
    place = pupils.home() / f"plain-{'qwen3' if pupil.resolution.multiple == 32 else 'qwen25'}"
    model = AutoModelForImageTextToText.from_pretrained(place, dtype=torch.float32).eval()
    assert AutoConfig.from_pretrained(place).image_token_id
    long = encoder.example(talk(pupil))
    short = encoder.example([*talk(pupil)[:2], Message(role="assistant", parts=(SAID,))])
    with torch.no_grad():
        alone = [model(**encoder.batch([example])).loss.item() for example in (short, long)]
        both = model(**encoder.batch([short, long])).loss.item()
    weights = [sum(example.taught) for example in (short, long)]
    mean = sum(a * w for a, w in zip(alone, weights, strict=True)) / sum(weights)
    assert both == pytest.approx(mean, abs=1e-4)


def test_a_text_cannot_smuggle_in_an_image(pupil, encoder):
    said = f"look {pupil.processor.image_token} here"
    example = encoder.example([*talk(pupil)[:2], Message(role="assistant", parts=(said,))])
    plain = encoder.example([*talk(pupil)[:2], Message(role="assistant", parts=("look",))])
    image = pupil.processor.tokenizer.convert_tokens_to_ids(pupil.processor.image_token)
    assert example.ids.count(image) == plain.ids.count(image)


def test_a_template_that_ends_no_turn_is_refused(pupil, encoder):
    kept = pupil.processor.chat_template
    pupil.processor.chat_template = (
        "{% for m in messages %}{{ m.role }}: {% for p in m.content %}{{ p.text or '' }}"
        "{% endfor %}\n{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}"
    )
    try:
        with pytest.raises(CloseupError, match=r"does not end a turn with '<\|im_end\|>'"):
            encoder.example(talk(pupil))
    finally:
        pupil.processor.chat_template = kept


def test_a_template_that_forgets_earlier_turns_is_refused(pupil, encoder):
    kept = pupil.processor.chat_template
    pupil.processor.chat_template = (
        "{% for m in messages %}{% if loop.last or m.role != 'assistant' %}"
        "{{ m.role }}: {% for p in m.content %}{{ p.text or '' }}{% endfor %}<|im_end|>"
        "{% endif %}{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}"
    )
    try:
        with pytest.raises(CloseupError, match="changes earlier turns"):
            encoder.example(talk(pupil))
    finally:
        pupil.processor.chat_template = kept
