import pytest

from closeup.plugins import find
from closeup.records import CloseupError

KNOWN = {"one": 1, "two": 2}


def test_a_known_name_is_found_and_so_is_one_of_ones_own(tmp_path, monkeypatch):
    assert find("thing", "two", KNOWN) == 2
    (tmp_path / "my_own_things.py").write_text("three = 3")
    monkeypatch.chdir(tmp_path)
    assert find("thing", "my_own_things:three", KNOWN) == 3


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("four", "thing 'four': need one of one, two, four:N, or package.module:Name"),
        ("no.such.module:x", "thing 'no.such.module:x': cannot be imported: No module named"),
        ("closeup.page:Nobody", "thing 'closeup.page:Nobody': cannot be imported: "),
        (":x", "thing ':x': cannot be imported: "),
        ("x" * 10_000, "thing 'xxx"),
    ],
)
def test_what_is_not_there_is_one_clear_line(name: str, message: str):
    with pytest.raises(CloseupError) as caught:
        find("thing", name, KNOWN, "four:N")
    assert str(caught.value).startswith(message)
    assert len(str(caught.value)) < 300
