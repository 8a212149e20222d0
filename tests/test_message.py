"""A reply is found by everything that was sent, and by nothing else."""

import pytest

from closeup.geometry import Box, View
from closeup.message import Message, Reply, Request, Sampling, Usage

VIEW = View("p", Box(0, 0, 10, 10), (10, 10))
HASHES = {"p": "1111", "q": "2222", "copy of p": "1111"}


def request(view: View = VIEW, text: str = "who?", **changes: object) -> Request:
    asked = Message(role="user", parts=(view, text), question="task/p/1")
    return Request.model_validate({"messages": (asked,)} | changes)


def key(model: str = "m", **changes) -> str:
    return request(**changes).key(model, HASHES.__getitem__)


@pytest.mark.parametrize(
    "changes",
    [
        {"view": View("q", VIEW.box, VIEW.size)},
        {"view": View("p", Box(0, 0, 10, 9), VIEW.size)},
        {"view": View("p", VIEW.box, (5, 5))},
        {"view": View("p", VIEW.box, VIEW.size, contrast=True)},
        {"text": "who else?"},
        {"sampling": Sampling(temperature=1.0)},
        {"sampling": Sampling(seed=1)},
        {"tools": ({"type": "function"},)},
        {"epoch": 1},
        {"model": "another"},
    ],
    ids=str,
)
def test_whatever_changes_what_is_sent_is_another_request(changes):
    assert key(**changes) != key()


def test_a_page_is_named_by_its_content_and_a_question_not_at_all():
    assert key(view=View("copy of p", VIEW.box, VIEW.size)) == key()
    other = request().messages[0].model_copy(update={"question": "task/p/2"})
    assert Request(messages=(other,)).key("m", HASHES.__getitem__) == key()


def test_tokens_add_up():
    total = Usage(input=3, output=2, cached=1) + Usage(input=4, output=5, cached=2)
    assert total == Usage(input=7, output=7, cached=3)


def test_text_that_cannot_be_written_is_made_writable():
    reply = Reply(text="\ud800 B", served_by="\udfff")
    assert (reply.text, reply.served_by) == ("? B", "?")
    assert Reply.parse(reply.to_json(), "here") == reply


def test_the_text_of_a_message_leaves_out_its_images():
    assert Message(role="tool", parts=(VIEW, "a ", "crop")).text == "a crop"
