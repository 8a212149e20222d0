import copy
import pickle
from pathlib import Path

import pytest

from closeup.models.keys import Key, find
from closeup.records import CloseupError

SECRET = "sk-Secret-0123456789"


def file(folder: Path, data: bytes, mode: int = 0o600) -> str:
    path = folder / "key"
    path.write_bytes(data)
    path.chmod(mode)
    return str(path)


def test_a_file_goes_before_the_environment_and_nothing_is_none(tmp_path, monkeypatch):
    monkeypatch.setenv("SOME_KEY", "from-env")
    monkeypatch.delenv("OTHER_KEY", raising=False)
    found = find("SOME_KEY", file(tmp_path, b"from-file\n"))
    assert found
    assert found.headers == {"Authorization": "Bearer from-file"}
    found = find("SOME_KEY", None)
    assert found
    assert found.headers == {"Authorization": "Bearer from-env"}
    assert found.source == "SOME_KEY"
    assert find("OTHER_KEY", None) is None


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (f"{SECRET}\n{SECRET}\n".encode(), "need one line"),
        (f"key {SECRET}".encode(), "without spaces"),
        (f"\xef\xbb\xbf{SECRET}".encode("latin-1"), "ASCII"),
        (b"\x00\x01", "ASCII"),
        (b"k" * 5000, "limit"),
    ],
)
def test_a_file_that_is_no_key_is_refused_in_a_line_without_it(tmp_path, data, rule):
    with pytest.raises(CloseupError, match=rule) as error:
        find("SOME_KEY", file(tmp_path, data))
    assert "Secret" not in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CloseupError, match="nowhere: no such file"):
        find("SOME_KEY", str(tmp_path / "nowhere"))


def test_a_file_that_everyone_can_read_is_refused(tmp_path):
    with pytest.raises(CloseupError, match="chmod o-r"):
        find("SOME_KEY", file(tmp_path, SECRET.encode(), 0o644))


def test_a_broken_key_in_the_environment_is_refused(monkeypatch):
    monkeypatch.setenv("SOME_KEY", f"{SECRET}\n{SECRET}")
    with pytest.raises(CloseupError, match="SOME_KEY: not an API key"):
        find("SOME_KEY", None)


def test_a_key_shows_in_no_repr_and_cannot_be_written():
    key = Key(SECRET, "SOME_KEY")
    assert f"{key!r} {key} {[key]}".count("Secret") == 0
    with pytest.raises(TypeError):
        pickle.dumps(key)
    with pytest.raises(TypeError):
        copy.deepcopy(key)


@pytest.mark.parametrize(
    "said",
    [f"bad key {SECRET}!", f"key '{SECRET[:7]}***{SECRET[-4:]}' is wrong", f"{SECRET}{SECRET}"],
)
def test_a_quoted_key_is_taken_out_of_a_text_also_where_half_of_it_is_blotted_out(said):
    clean = Key(SECRET, "SOME_KEY").redacted(said)
    assert "[key]" in clean
    assert SECRET[-4:] not in clean


@pytest.mark.parametrize(
    ("key", "said", "clean"),
    [
        ("EMPTY", "EMPTYness of an EMPTY queue", "EMPTYness of an [key] queue"),
        ("EMPTY", "Bearer EMPTY: wrong", "Bearer [key]: wrong"),
        ("a", "an answer that was late", "an answer that was late"),
        ("sk-Secret-1", "sk-Secret service", "sk-Secret service"),
    ],
)
def test_a_key_as_short_as_a_word_is_taken_out_only_where_it_stands_by_itself(key, said, clean):
    assert Key(key, "SOME_KEY").redacted(said) == clean


def test_a_text_without_the_key_stays_as_it_is():
    assert Key(SECRET, "SOME_KEY").redacted("ask-Secure: no sk-1") == "ask-Secure: no sk-1"
