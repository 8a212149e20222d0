import dataclasses
from typing import Any

import pupils
import pytest
import takes

from closeup.conversation import ANSWER_NOW
from closeup.message import Message, Reply
from closeup.models.hf import processor as processors
from closeup.tools.zoom_in import ZoomIn
from closeup.training import learner
from closeup.training.data import questions
from closeup.training.environment import UNENDED, Environment, Stage, ended
from closeup.training.template import HEAR, talking

pytestmark = pytest.mark.filterwarnings("ignore:.*is deprecated and will be removed:FutureWarning")
REPLIES = (
    "",
    "B",
    "<answer>B</answer>",
    pupils.ZOOM,
    f"<think>closer</think>{pupils.ZOOM}",
    f"<think>{pupils.ZOOM}</think><answer>A</answer>",
    f"{pupils.ZOOM}<answer>A</answer>",
    f"<answer>A</answer>{pupils.ZOOM}",
    pupils.ZOOM * 2,
    f"{pupils.ZOOM}<tool_response>I see a cat</tool_response><answer>A</answer>",
    "<tool_response>I see a cat</tool_response>",
    "<tool_call>",
    "<tool_call>zoom in!</tool_call>",
    '<tool_call>{"name": "no_such_tool", "arguments": {}}</tool_call>',
    '<tool_call>{"name": "zoom_in", "arguments": {"bbox_2d": [9, 9, 1, 1]}}',
    '<TOOL_CALL>{"name": "zoom_in"}</TOOL_CALL>',
    f"<think>never closed {pupils.ZOOM}",
)
CUT = "cut off"


@pytest.fixture(scope="module")
def stage() -> Stage:
    return pupils.stage(pupils.recipe("qwen25", pupils.bare("qwen25")))


@pytest.fixture(scope="module")
def words(stage: Stage) -> Any:
    """The tokenizer that TRL is given."""
    return _words(stage.learner, tools=True)


def _words(pupil: learner.Learner, tools: bool) -> Any:
    ends = pupil.model.generation_config.eos_token_id
    return talking(pupil.processor, ends, tools).tokenizer


def _parsed(words: Any, text: str, before: str = "", end: bool = True) -> dict[str, Any]:
    ids = words(text)["input_ids"] + ([words.eos_token_id] if end else [])
    return words.parse_response(ids, prefix=words(before)["input_ids"])


@pytest.mark.parametrize("end", [True, False], ids=["ended", "unended"])
@pytest.mark.parametrize("text", REPLIES)
def test_a_reply_is_one_call_just_where_the_conversation_goes_on(stage, words, text, end):
    message = _parsed(words, text, end=end)
    talk = stage.begin(0)
    reply: Reply = message["reply"]
    assert reply.text == message["content"] == text
    assert reply.finish == ("stop" if end else "length")
    goes_on = talk.hear(reply) is None
    assert [call["function"]["name"] for call in message.get("tool_calls", ())] == [HEAR] * goes_on


@pytest.mark.parametrize("text", REPLIES)
def test_a_reply_after_the_last_call_is_never_a_call(stage, words, text):
    talk = stage.begin(0)
    while ANSWER_NOW not in talk.messages[-1].text:
        assert talk.hear(Reply(text=pupils.ZOOM)) is None
    before = words.decode(words(f"<tool_response>{talk.messages[-1].text}")["input_ids"])
    message = _parsed(words, text, before=f"{before}\n</tool_response><|im_end|>\n<|im_start|>")
    assert talk.hear(message["reply"]) is not None
    assert "tool_calls" not in message


@pytest.mark.parametrize("text", REPLIES)
def test_without_tools_no_reply_is_a_call(stage, text):
    assert "tool_calls" not in _parsed(_words(stage.learner, tools=False), text)


def test_a_reply_is_read_as_a_model_of_this_process_says_it(words):
    ids = words("<think>a</think><|vision_start|>b<tool_call>")["input_ids"]
    reply = words.reply([*ids, words.eos_token_id, words.pad_token_id], [1, 2, 3])
    assert reply.text == "<think>a</think>b<tool_call>"
    assert (reply.usage.input, reply.usage.output) == (3, len(ids) + 1)
    opened = words("<|im_start|>assistant\n<think>\n")["input_ids"]
    assert words.reply(ids, opened).text.startswith("<think><think>a")


def test_what_the_model_is_told_is_what_an_evaluation_sends(stage):
    environment = Environment(stage)
    asked = environment.reset(row=3, prompt=())
    first = stage.opened(3).first.messages
    special = tuple(processors.special_tokens(stage.learner.processor).values())
    images = {part: stage.pictures.pixels(part) for part in first[1].parts if part != str(part)}
    assert asked == processors.conversation(first, images, special)[1]["content"]
    told = environment.hear(Reply(text=pupils.ZOOM))
    texts = [part["text"] for part in told if part["type"] == "text"]
    assert texts[0] == "<tool_response>\n"
    assert texts[-1] == "\n</tool_response>"
    assert [part["image"].size for part in told if part["type"] == "image"] == [(56, 56)]
    assert UNENDED not in told[0]
    assert environment.hear(Reply(text=pupils.ZOOM, finish="length"))[0][UNENDED]


def test_what_goes_wrong_in_a_tool_is_raised_and_not_told(stage):
    class Broken(ZoomIn):
        def use(self, arguments: Any, scene: Any) -> Any:
            raise ZeroDivisionError("a bug")

    setting = dataclasses.replace(stage.learner.setting, tools={"zoom_in": Broken()})
    pupil = dataclasses.replace(stage.learner, setting=setting)
    environment = Environment(pupils.stage(pupils.recipe("qwen25", pupils.bare("qwen25")), pupil))
    environment.reset(row=0)
    with pytest.raises(ZeroDivisionError):
        environment.hear(Reply(text=pupils.ZOOM))
    with pytest.raises(ZeroDivisionError):
        ended(environment, [{"role": "assistant", "reply": Reply(text=pupils.ZOOM)}])


def test_a_parse_that_disagrees_with_the_conversation_is_an_error(stage):
    environment = Environment(stage)
    environment.reset(row=0)
    with pytest.raises(RuntimeError, match="came as no call"):
        ended(environment, [{"role": "assistant", "reply": Reply(text=pupils.ZOOM)}])
    environment.reset(row=0)
    with pytest.raises(RuntimeError, match="came as a call"):
        environment.hear(Reply(text="<answer>A</answer>"))


def test_a_question_is_counted_each_time_it_is_asked(stage):
    again = Stage([stage.questions[i] for i in (0, 1, 0, 0)], {}, stage.learner, stage.pictures)
    assert [again.turn(row) for row in range(4)] == [0, 0, 1, 2]
    assert again.most_turns == 2


def test_a_crop_without_room_cuts_the_episode_off_and_it_is_worth_nothing(tmp_path):
    recipe = pupils.recipe(
        "qwen25",
        pupils.bare("qwen25"),
        rollouts={"group": 4, "completion_tokens": 300},
        rewards={"weights": {"answer": 1.0, "format": 1.0}},
    )
    answer = f"<answer>{questions(recipe)[0].answer}</answer>"
    scripts = [(pupils.ZOOM, answer), *[(answer,)] * 3]
    taken = takes.sampled(recipe, tmp_path / "run", scripts)
    assert [(e.stop, e.score.value) for e in taken.episodes] == [("answered", 1.0)] * 4
    _, completion, taught = taken.row(0)
    room = len(completion) - taught[::-1].index(0)  # up to where the answer begins
    for most in (room - 1, room):  # the crop does not fit; it fits, and not a token more
        cut, *others = takes.again(taken, scripts, most)
        assert (cut.stop, cut.score.value, len(cut.calls)) == (CUT, 0.0, 1)
        assert "completion_tokens" in cut.score.reason
        assert [(e.stop, e.score.value) for e in others] == [("answered", 1.0)] * 3
    cut, *_ = takes.again(taken, scripts, room + 2)
    assert (cut.stop, cut.score.value) == (CUT, 0.0)
    assert cut.turns[-1] == Message(role="assistant", parts=(cut.reply,))
    assert len(cut.reply) < len(answer)
