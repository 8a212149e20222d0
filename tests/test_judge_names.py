import pytest

from closeup.judge.names import alike, check_pinned
from closeup.records import CloseupError


@pytest.mark.parametrize(
    "name",
    [
        "openai:gpt-4o-2024-11-20",
        "openai:gpt-4-0613",
        "openai:ft:gpt-4o-mini-2024-07-18:org::id",
        "gemini:gemini-2.5-pro",
        "https://api.openai.com/v1#gpt-4o-2024-11-20",
        "http://127.0.0.1:8000/v1#qwen",
        "http://notopenai.com/v1#qwen",
        "http://[::1#qwen",
        "hf:Qwen/Qwen2.5-VL-7B-Instruct",
        "closeup.judge.scripted:Lexical",
    ],
)
def test_a_name_of_one_version_is_taken(name: str):
    check_pinned(name)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("openai:gpt-4o", "no date"),
        ("openai:gpt-4.1-mini", "no date"),
        ("openai:chatgpt-4o-latest", "no date"),
        ("https://api.openai.com/v1#gpt-4o", "no date"),
        ("gemini:gemini-pro", "no version"),
        ("https://generativelanguage.googleapis.com/v1beta/openai#gemini-pro", "no version"),
        ("gemini:gemini-2.5-flash-latest", "the newest of its kind"),
        ("http://host/v1#any:latest", "the newest of its kind"),
    ],
)
def test_a_name_that_floats_is_refused(name: str, rule: str):
    with pytest.raises(CloseupError, match=f"judge '{name}': {rule}.*--allow-floating"):
        check_pinned(name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("openai:gpt-4o-2024-11-20", "gpt-4o"),
        ("openai:gpt-4o-2024-11-20", "openai:gpt-4o"),
        ("http://127.0.0.1:8000/v1#Qwen/Qwen2.5-VL-7B-Instruct", "hf:qwen/qwen2.5-vl-7b-instruct"),
        ("gemini:gemini-2.5-pro-preview-05-06", "Gemini-2.5-Pro"),
    ],
)
def test_versions_of_one_model_are_alike_whoever_serves_them(one: str, other: str):
    assert alike(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("openai:gpt-4o", "openai:gpt-4o-mini"),
        ("gemini:gemini-2.5-pro", "gemini:gemini-2.5-flash"),
        ("qwen2.5-vl-7b", "qwen2.5-vl-3b"),
        ("lexical", "the artist"),
    ],
)
def test_other_models_are_not_alike(one: str, other: str):
    assert not alike(one, other)
