import json

import orjson
import pytest
from servers import completion

from closeup.geometry import Box, View
from closeup.message import Message, Reply, Request, Sampling, Usage
from closeup.models.wire import Dialect, MalformedError, body, complaint, reply
from closeup.pictures import Encoded
from closeup.turn import turn

PLAIN = Dialect()
PAGE = View("p1", Box(0, 0, 100, 200), (100, 200))
CROP = View("p1", Box(10, 10, 50, 60), (40, 50))
IMAGES = {
    PAGE: Encoded("image/jpeg", b"/9j/PAGE+base64=", "a" * 64, (100, 200)),
    CROP: Encoded("image/png", b"iVBORcrop", "b" * 64, (40, 50)),
}
ASKED = (
    Message(role="system", parts=("You read comics.",)),
    Message(role="user", parts=(PAGE, 'Who says "no"\n?'), question="q1"),
)
CALL = '<tool_call>{"name": "zoom_in", "arguments": {"bbox_2d": [1, 2, 3, 4]}}</tool_call>'
ZOOMED = (
    *ASKED,
    Message(role="assistant", parts=(f"<think>Small.</think>Let me look.{CALL}",)),
    Message(role="tool", parts=(CROP, "\nThis is image 2.")),
)
TOOL = {"type": "function", "function": {"name": "zoom_in", "parameters": {"type": "object"}}}


def sent(request: Request, dialect: Dialect = PLAIN, known: set[str] | None = None):
    return json.loads(b"".join(body(request, "tiny", dialect, IMAGES, known)))


def url(view: View) -> str:
    return IMAGES[view].url.decode()


def test_a_question_goes_out_with_its_image_before_it_and_its_id_not_at_all():
    told = sent(Request(messages=ASKED))
    assert told == {
        "model": "tiny",
        "messages": [
            {"role": "system", "content": "You read comics."},
            {
                "role": "user",
                "content": [
                    {"type": "image_url", "image_url": {"url": url(PAGE)}},
                    {"type": "text", "text": 'Who says "no"\n?'},
                ],
            },
        ],
        "max_tokens": 2048,
        "temperature": 0.0,
    }


def test_the_bytes_of_an_image_are_sent_as_they_are_and_not_copied():
    pieces = body(Request(messages=ASKED), "tiny", Dialect(), IMAGES)
    assert any(piece is IMAGES[PAGE].base64 for piece in pieces)


def test_a_tools_result_is_a_users_turn_in_tags():
    assistant, tool = sent(Request(messages=ZOOMED))["messages"][2:]
    assert assistant == {
        "role": "assistant",
        "content": f"<think>Small.</think>Let me look.{CALL}",
    }
    assert tool["role"] == "user"
    assert tool["content"] == [
        {"type": "text", "text": "<tool_response>\n"},
        {"type": "image_url", "image_url": {"url": url(CROP)}},
        {"type": "text", "text": "\nThis is image 2.\n</tool_response>"},
    ]


def test_a_result_without_an_image_is_one_string():
    told = (*ZOOMED[:3], Message(role="tool", parts=("error: no", "\nAnswer now.")))
    last = sent(Request(messages=told))["messages"][-1]
    assert last["content"] == "<tool_response>\nerror: no\nAnswer now.\n</tool_response>"


def test_native_calls_have_an_id_and_their_images_follow_in_a_users_turn():
    told = sent(Request(messages=ZOOMED, tools=(TOOL,)))
    assistant, tool, shown = told["messages"][2:]
    (call,) = assistant["tool_calls"]
    assert assistant["content"] == "<think>Small.</think>Let me look."
    assert call["function"]["name"] == "zoom_in"
    assert json.loads(call["function"]["arguments"]) == {"bbox_2d": [1, 2, 3, 4]}
    assert tool == {"role": "tool", "tool_call_id": call["id"], "content": "\nThis is image 2."}
    assert shown == {
        "role": "user",
        "content": [{"type": "image_url", "image_url": {"url": url(CROP)}}],
    }
    assert told["tools"] == [TOOL]


def test_each_native_call_of_an_episode_has_an_id_of_its_own():
    told = sent(Request(messages=(*ZOOMED, *ZOOMED[2:]), tools=(TOOL,)))["messages"]
    ids = [m["tool_calls"][0]["id"] for m in told if "tool_calls" in m]
    assert [m["tool_call_id"] for m in told if m["role"] == "tool"] == ids
    assert len(set(ids)) == 2


@pytest.mark.parametrize(
    "said",
    [
        "<tool_call>{broken</tool_call>",
        '<tool_call>{"name": "no such name!", "arguments": {}}</tool_call>',
        '<tool_call>{"name": "zoom_in", "arguments": [1]}</tool_call>',
    ],
)
def test_a_call_that_no_provider_would_take_goes_out_as_the_text_it_was(said):
    told = (
        *ASKED,
        Message(role="assistant", parts=(said,)),
        Message(role="tool", parts=("error: no",)),
    )
    assistant, tool = sent(Request(messages=told, tools=(TOOL,)))["messages"][2:]
    assert assistant == {"role": "assistant", "content": said}
    assert tool == {"role": "user", "content": "<tool_response>\nerror: no\n</tool_response>"}


def test_of_several_calls_the_first_goes_out_as_it_alone_was_answered():
    told = (*ASKED, Message(role="assistant", parts=(CALL + CALL.replace("1", "9"),)), ZOOMED[3])
    (call,) = sent(Request(messages=told, tools=(TOOL,)))["messages"][2]["tool_calls"]
    assert json.loads(call["function"]["arguments"]) == {"bbox_2d": [1, 2, 3, 4]}


def test_a_dialect_renames_the_bound_and_leaves_out_what_is_refused():
    asked = Request(messages=ASKED, sampling=Sampling(seed=3, top_p=0.5), tools=(TOOL,), epoch=2)
    reasons = sent(asked, Dialect("max_completion_tokens", samples=False, detail="high"))
    assert reasons["max_completion_tokens"] == 2048
    assert not {"temperature", "top_p", "max_tokens", "parallel_tool_calls"} & reasons.keys()
    assert reasons["messages"][1]["content"][0]["image_url"]["detail"] == "high"
    assert reasons["seed"] == 5  # another draw in another epoch
    gemini = sent(asked, Dialect(seeds=False, one_call=True))
    assert "seed" not in gemini
    assert gemini["parallel_tool_calls"] is False


def test_what_sampling_leaves_open_is_not_sent():
    open_ = Sampling(temperature=None, max_tokens=None)
    assert sent(Request(messages=ASKED, sampling=open_)).keys() == {"model", "messages"}


def test_a_known_image_is_named_and_not_sent():
    new = sent(Request(messages=ZOOMED), known={"b" * 64})["messages"]
    first, second = new[1]["content"][0], new[3]["content"][1]
    assert first == {
        "type": "image_url",
        "image_url": {"url": url(PAGE)},
        "uuid": "closeup-" + "a" * 64,
    }
    assert second == {"type": "image_url", "image_url": None, "uuid": "closeup-" + "b" * 64}


def read(**message: object) -> Reply:
    text = message.pop("content", None)
    assert text is None or isinstance(text, str)
    return reply(orjson.dumps(completion(text, **message)))


def test_a_response_becomes_a_reply_with_its_tokens_and_who_served_it():
    assert reply(orjson.dumps(completion("<answer>C</answer>"))) == Reply(
        text="<answer>C</answer>",
        usage=Usage(input=1200, output=20, cached=1024),
        served_by="tiny-2026-01-01 fp_1",
    )


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_reasoning_that_a_server_split_off_is_put_back(name):
    assert read(content="B", **{name: "Hm.\n"}).text == "<think>Hm.\n</think>B"


def test_a_native_call_is_read_as_the_text_protocol_reads_it():
    function = {
        "name": "zoom_in",
        "arguments": '{"bbox_2d": [1, 2, 3, 4], "x": "</tool_call><think>"}',
    }
    calls = [{"id": "1", "type": "function", "function": function}]
    said = turn(read(content="Look.", tool_calls=calls).text)
    assert (said.tool, said.problem) == ("zoom_in", "")
    assert said.parsed == {"bbox_2d": [1, 2, 3, 4], "x": "</tool_call><think>"}


def test_arguments_that_are_no_json_come_back_to_the_model_as_its_mistake():
    calls = [{"function": {"name": "zoom_in", "arguments": '{"bbox_2d": [1, '}}]
    said = turn(read(tool_calls=calls).text)
    assert said.calls == 1
    assert "no JSON" in said.problem


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("stop", "stop"),
        ("tool_calls", "stop"),
        (None, "stop"),
        (["length"], "stop"),
        ("length", "length"),
        ("content_filter", "filter"),
    ],
)
def test_the_reason_to_finish_is_kept(reason, finish):
    response = completion("B")
    response["choices"][0]["finish_reason"] = reason
    assert reply(orjson.dumps(response)).finish == finish


def test_a_refusal_is_the_providers_doing():
    for content in (None, ""):
        told = read(refusal="I cannot.", content=content)
        assert (told.text, told.finish) == ("I cannot.", "filter")


def test_a_reply_without_text_is_one_only_where_the_provider_says_why():
    response = completion(None)
    response["choices"][0]["finish_reason"] = "length"
    assert reply(orjson.dumps(response)).text == ""
    with pytest.raises(MalformedError, match="neither text nor a call"):
        read()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"{}",
        b'{"choices": []}',
        b'{"choices": [null]}',
        b'{"choices": {"0": 1}}',
        b'{"choices": [{"message": "B"}]}',
        b'{"choices": [{"message": {"content": 7}}]}',
        b'{"choices": [{"message": {"content": "B"}, "finish_reason": "abort"}]}',
        b'{"error": {"message": "overloaded"}}',
        b"[" * 100_000,
        b'{"choices": [{"message": {"content": NaN}}]}',
        b"\xff\xfe",
    ],
)
def test_what_is_no_reply_is_malformed_and_never_an_answer(data):
    with pytest.raises(MalformedError) as error:
        reply(data)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("content", "total", "text"),
    [
        (rb"\ud83d <answer>B</answer>", b"20", "? <answer>B</answer>"),
        (b"B", b"NaN", "B"),
        (b"B", b"-Infinity", "B"),
        ("\u00e9".encode(), b"NaN", "\u00e9"),
    ],
)
def test_a_reply_that_only_a_lenient_reader_takes_is_one(content, total, text):
    data = b'{"choices": [{"message": {"content": "' + content + b'"}}], '
    told = reply(data + b'"usage": {"prompt_tokens": 7, "total_tokens": ' + total + b"}}")
    assert (told.text, told.usage.input) == (text, 7)


def test_a_native_call_with_half_a_surrogate_pair_is_read():
    call = {"function": {"name": "read_text", "arguments": '{"hint": "\\ud83d"}'}}
    assert turn(read(tool_calls=[call]).text).parsed == {"hint": "?"}


def test_what_is_nested_too_deeply_to_be_written_again_is_malformed_and_no_crash():
    deep = "[" * 500 + "]" * 500
    with pytest.raises(MalformedError, match="nested too deeply"):
        read(tool_calls=[{"function": {"name": "zoom_in", "arguments": deep}}])
    assert complaint(f'{{"error": {deep}}}'.encode()).startswith('{"error"')


def test_wrong_counts_are_not_believed():
    response = completion("B")
    response["usage"] = {"prompt_tokens": -5, "completion_tokens": "many", "total_tokens": True}
    assert reply(orjson.dumps(response)).usage == Usage()
    response["usage"] = [1]
    assert reply(orjson.dumps(response)).usage == Usage()


def test_reasoning_that_is_counted_in_the_total_only_is_output():
    response = completion("B")
    response["usage"] = {"prompt_tokens": 100, "completion_tokens": 5, "total_tokens": 405}
    assert reply(orjson.dumps(response)).usage == Usage(input=100, output=305)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"error": {"message": "too long"}}', "too long"),
        (b'[{"error": {"code": 400, "message": "bad key"}}]', "bad key"),
        (b'{"error": "plain"}', "plain"),
        (b'{"message": "top"}', "top"),
        (b'{"detail": [{"msg": "deep"}]}', '[{"msg":"deep"}]'),
        (b"<html>502</html>", "<html>502</html>"),
        (b"", ""),
    ],
)
def test_a_providers_complaint_is_found_in_any_common_form(data, said):
    assert said in complaint(data)
