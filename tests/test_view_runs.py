"""The runs of a viewer: their rows and cards, as they are at every look."""

import shutil

import pytest
import reports
import trainable
from viewers import (
    places,  # noqa: F401
    running,  # noqa: F401
    viewing,
)

from closeup.rewards.reward import Parts
from closeup.store import Store
from closeup.training.paid import TABLE, put
from closeup.training.recipe import Recipe
from closeup.training.run_folder import RunFolder
from closeup.view.opened import open_all


def first():
    return reports.questions()[0]


def test_the_bench_of_a_run_is_open_without_being_named(folder, tmp_path):
    opened = open_all([folder / "a"])
    assert [shelf.path for shelf in opened.shelves] == [folder / "bench"]
    assert opened.runs[0].shelf is opened.shelves[0]


def test_a_run_whose_bench_is_gone_is_shown_without_pages_and_says_why(folder, tmp_path):
    shutil.copytree(folder / "a", tmp_path / "a")
    with Store.create(tmp_path / "a", Store.open(tmp_path / "a").info) as store:
        gone = store.info.model_copy(update={"bench": str(tmp_path / "gone")})
        store.write("UPDATE run SET info = ?", (gone.to_json(),))
    with viewing(tmp_path / "a", corrections=tmp_path / "c.jsonl") as viewer:
        assert "no manifest.json: not a bench" in viewer.get("/").text
        told = viewer.get("/api/episode", run=0, id=first().id).json
    assert (told["question"], told["pages"]) == (None, {})
    assert told["episode"]["turns"]


def test_rows_go_question_by_question_the_runs_beside_each_other(viewer):
    told = viewer.get("/api/episodes").json
    rows = [told["defaults"]["row"] | row for row in told["rows"]]
    assert [run["key"] for run in told["runs"]] == ["A", "B"]
    assert [(row["run"], row["question"]) for row in rows[:3]] == [
        (0, first().id),
        (1, first().id),
        (0, reports.questions()[1].id),
    ]
    assert rows[0]["gold"] == first().answer
    assert sum(row["failed"] for row in rows) == 12
    assert [row["asked"] for row in rows[:2]] == [True, False]
    alone = viewer.get("/api/episodes", run=1).json
    assert [run["key"] for run in alone["runs"]] == ["B"]


def test_a_card_is_what_the_store_has(viewer, folder):
    with Store.open(folder / "a") as store:
        episode = store.episode(first().id)
    assert episode is not None
    told = viewer.get("/api/episode", run=0, id=first().id).json
    said = [turn.get("thought", "") + turn["text"] for turn in told["episode"]["turns"]]
    assert said == [turn.text for turn in episode.turns]
    assert "What is this character doing?" in told["episode"]["asked"]
    assert told["pages"]["page0000"]["width"] == 1000
    failed = viewer.get("/api/episode", run=1, id=first().id).json
    assert "slept" in failed["episode"]["failure"]


@pytest.mark.parametrize(
    ("words", "count"),
    [("Once more", 12), ("RUNS sits", 24), ("page0001/00005", 2), ("nothing like it", 0)],
)
def test_words_are_searched_in_all_that_was_asked_said_and_answered(viewer, words, count):
    assert len(viewer.get("/api/search", text=words).json["found"]) == count


def test_a_run_that_is_being_written_shows_what_is_new_at_the_next_look(tmp_path):
    asked = reports.questions()
    bench = reports.bench_of(tmp_path / "bench", asked)
    run = reports.write_run(tmp_path / "run", bench, [reports.plain(asked[0], "A")])
    with viewing(run, corrections=tmp_path / "c.jsonl") as viewer:
        assert len(viewer.get("/api/episodes").json["rows"]) == 1
        with Store.create(run, Store.open(run).info) as store:
            store.put(asked[1], reports.plain(asked[1], "B"))
            store.flush()
            assert len(viewer.get("/api/episodes").json["rows"]) == 2
            found = viewer.get("/api/search", text=asked[1].id).json["found"]
            assert found == [[0, asked[1].id, 0]]
            # What is not flushed is not there yet, and is in nobody's way.
            store.write("DELETE FROM asked", ())
            assert len(viewer.get("/api/episodes").json["rows"]) == 2


def test_a_run_page_tells_settings_and_prompts(viewer):
    text = viewer.get("/run", run=0).text
    assert "zoom_in" in text
    assert "What is this character doing?" in text
    assert "SHA-256" in text


def test_a_training_run_has_curves_and_episodes_with_what_they_were_paid(tmp_path):
    bench = reports.bench_of(tmp_path / "bench", reports.questions(4))
    recipe = Recipe.load(trainable.write(tmp_path, trainable.GRPO, bench.path))
    run = tmp_path / "run"
    with RunFolder.begin(run, recipe) as folder:
        for step in range(1, 60):
            folder.append({"step": step, "loss": 1 / step, "look/calls": 2.0 if step < 30 else 0.0})
    with viewing(run, corrections=tmp_path / "c.jsonl") as viewer:  # no episodes are kept
        assert "grpo, 59 steps" in viewer.get("/").text
        assert viewer.get("/api/episodes").json["rows"] == []
        told = viewer.get("/run", run=0)
    assert told.text.count('class="closeup-chart"') == 2
    assert "collapse at step" in told.text
    assert "sha256-" in told.headers["content-security-policy"]
    reports.write_run(run, bench, [reports.zoomed(first(), "A")])
    with Store.create(run, Store.open(run).info) as store:
        store.write(TABLE, ())
        put(store, first().id, 0, 7, Parts({"answer": 1.0, "region_iou": None}, (), 1.5))
        put(store, first().id, 1, 8, Parts({"answer": 0.0}, (), 0.0))
        store.write("INSERT INTO paid VALUES ('another', 0, 7, 0, 'no JSON')", ())
    with viewing(run, corrections=tmp_path / "c.jsonl") as viewer:
        card = viewer.get("/api/episode", run=0, id=first().id).json["episode"]
    assert card["paid"] == {"step": 7.0, "answer": 1.0, "region_iou": None, "total": 1.5}


def test_what_judges_said_stands_with_the_episode(tmp_path):
    run = reports.described(tmp_path)
    with viewing(run, corrections=tmp_path / "c.jsonl") as viewer:
        row = viewer.get("/api/episodes").json["rows"][0]
        card = viewer.get("/api/episode", run=0, id=row["question"]).json["episode"]
    assert [one["judge"] for one in card["judged"]] == ["kind", f"strict {reports.ALL}"]


def test_the_hard_core_is_marked_in_rows_and_questions(folder, tmp_path):
    (tmp_path / "core.txt").write_text(f"{first().id}\n")
    settings = {"corrections": tmp_path / "c.jsonl", "hard_core": tmp_path / "core.txt"}
    with viewing(folder / "a", **settings) as viewer:
        told = viewer.get("/api/episodes").json
        assert told["audited"]
        assert [row["question"] for row in told["rows"] if row.get("hard")] == [first().id]
        assert viewer.get("/api/episode", run=0, id=first().id).json["question"]["hard_core"]


def test_an_episode_that_cannot_be_read_says_why_in_its_place_and_the_others_are_shown(
    folder, tmp_path
):
    shutil.copytree(folder / "a", tmp_path / "bad")
    broken = "UPDATE asked SET episode = '{\"question\": 7}' WHERE question = ?"
    with Store.create(tmp_path / "bad", Store.open(tmp_path / "bad").info) as store:
        store.write(broken, (first().id,))
    with viewing(tmp_path / "bad", folder / "a", corrections=tmp_path / "c.jsonl") as viewer:
        assert len(viewer.get("/api/episodes").json["rows"]) == 24
        rows = viewer.get("/api/episodes", run=0).json["rows"]
        (none,) = [row for row in rows if not row.get("asked", True)]
        assert (none["question"], none.get("value")) == (first().id, None)
        card = viewer.get("/api/episode", run=0, id=first().id).json["episode"]
        assert card["failure"].startswith(f"{tmp_path / 'bad' / 'run.sqlite'}: {first().id}: ")
        found = viewer.get("/api/search", run=0, text="run.sqlite").json["found"]
        assert found == [[0, first().id, 0]]
