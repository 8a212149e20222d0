import io

from layouts import LAYOUTS, write
from rich.console import Console

from closeup.check import MAX_BAD, check, table
from closeup.readers import READERS
from closeup.sources import Source


def checked(reader, folder):
    return check(READERS[reader], Source.open(folder))


def text(result):
    out = io.StringIO()
    Console(width=200, file=out).print(table(result))
    return out.getvalue()


def test_check_counts_what_is_known_and_needs_no_images(tmp_path):
    result = checked("ai4va", write(tmp_path, LAYOUTS["ai4va"]))
    assert result.counts["pages"]["all"] == 1
    assert result.counts["panels"]["all"] == 2
    assert result.counts["characters"]["all"] == 2
    assert result.counts["characters"]["with depth"] == 1
    assert result.counts["characters"]["with actions"] == 0
    assert result.inferred["panels.order"] == 1
    assert result.issues == {"Vaillant/0451"}


def test_a_depth_of_zero_is_known(tmp_path):
    files = {
        name: t.replace('"Interdepth": 2', '"Interdepth": 0')
        for name, t in LAYOUTS["ai4va"].items()
    }
    assert checked("ai4va", write(tmp_path, files)).counts["characters"]["with depth"] == 1


def test_bad_pages_are_kept_and_the_others_counted(tmp_path):
    result = checked("closeup_json", write(tmp_path, {**LAYOUTS["closeup_json"], "b.json": "{"}))
    assert result.counts["pages"]["all"] == 1
    assert len(result.bad) == result.bad_count == 1
    assert "b.json" in str(result.bad[0])


def test_of_very_many_bad_pages_the_first_are_kept_and_all_are_counted(tmp_path):
    result = checked("closeup_json", write(tmp_path, {"a.jsonl": "{}\n" * (MAX_BAD + 7)}))
    assert [bad.place for bad in result.bad] == [
        f"{tmp_path / 'a.jsonl'}:{line}" for line in range(1, MAX_BAD + 1)
    ]
    assert result.bad_count == MAX_BAD + 7
    assert f" {MAX_BAD + 7} " in text(result)


def test_the_table_says_what_is_known_and_what_was_inferred(tmp_path):
    shown = text(checked("comix", write(tmp_path, LAYOUTS["comix"])))
    for part in ("characters", "1 named", "1 with a speaker", "inferred on 1 pages: panels.order"):
        assert part in shown
