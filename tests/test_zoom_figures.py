import pytest
from benches import choice, write_bench
from runs import PAIR, episode, info, write_run

from closeup.episode import ToolCall
from closeup.geometry import Box, View
from closeup.question import Mark
from closeup.records import CloseupError
from closeup.report.zoom import covered_by, zoom_figures, zoomed
from closeup.store import Store

EVIDENCE = Box(100, 100, 200, 200)


def asked(*boxes):
    """A question whose evidence lies in these boxes."""
    question = choice(0, PAIR, "A")
    marks = tuple(Mark(view=0, box=box) for box in boxes)
    return question.model_copy(update={"evidence": marks})


def looking(question, *boxes, page=None, contrast=False, value=1.0):
    """An episode that zooms on these boxes, one after the other."""
    views = [View(page or question.pages[0], box, (10, 10), contrast) for box in boxes]
    calls = [
        ToolCall(turn=i, tool="zoom_in", arguments="{}", asked=box, view=i + 1)
        for i, box in enumerate(boxes)
    ]
    return episode(question, value, views=views, calls=calls)


def test_a_crop_of_the_evidence_itself_is_a_full_hit():
    question = asked(EVIDENCE)
    told = zoomed(looking(question, EVIDENCE), question)
    assert told == (1, 0, 1.0, 1.0, 1.0, (1.0,))


def test_a_wide_crop_covers_but_does_not_fit():
    question = asked(EVIDENCE)
    told = zoomed(looking(question, Box(100, 100, 300, 300)), question)
    assert (told.covered, told.iou, told.sizes) == (1.0, 0.25, (4.0,))


def test_each_evidence_box_has_its_own_best_crop():
    other = Box(500, 500, 600, 600)
    question = asked(EVIDENCE, other)
    told = zoomed(looking(question, EVIDENCE), question)
    assert (told.covered, told.union, told.iou) == (0.5, 0.5, 0.5)
    both = zoomed(looking(question, EVIDENCE, other), question)
    assert (both.covered, both.union, both.iou) == (1.0, 1.0, 1.0)


def test_two_halves_make_a_union():
    question = asked(EVIDENCE)
    left, right = Box(100, 100, 150, 200), Box(150, 100, 200, 200)
    told = zoomed(looking(question, left, right), question)
    assert (told.covered, told.union, told.iou) == (0.5, 1.0, 0.5)


def test_overlapping_parts_are_not_counted_twice():
    box = Box(0, 0, 10, 10)
    parts = [Box(0, 0, 6, 10), Box(4, 0, 8, 10), Box(-5, -5, 2, 2)]
    assert covered_by(box, parts) == pytest.approx(0.8)
    assert covered_by(box, []) == 0
    assert covered_by(box, [Box(20, 20, 30, 30)]) == 0


def test_failed_repeated_and_blind_calls_are_wasted():
    question = asked(EVIDENCE)
    told = looking(question, EVIDENCE, Box(100, 100, 200, 199), Box(700, 700, 800, 800))
    failed = ToolCall(turn=3, tool="zoom_in", arguments="[]", error="no such box")
    told = told.model_copy(update={"calls": (*told.calls, failed)})
    assert zoomed(told, question)[:2] == (4, 3)


def test_looking_at_the_whole_page_again_is_a_repeat_but_with_more_contrast_is_not():
    question = asked(EVIDENCE)
    page = Box(0, 0, 1000, 1000)
    assert zoomed(looking(question, page), question).wasted == 1
    assert zoomed(looking(question, page, contrast=True), question).wasted == 0


def test_the_same_place_on_another_page_shows_no_evidence():
    question = asked(EVIDENCE)
    told = zoomed(looking(question, EVIDENCE, page="other"), question)
    assert told == (1, 1, 0.0, 0.0, 0.0, ())


def test_the_same_place_on_two_pages_is_no_repeat():
    question = asked()
    told = looking(question, EVIDENCE, Box(100, 100, 200, 199))
    assert zoomed(told, question).wasted == 1
    other = View("other", told.views[2].box, (10, 10))
    apart = told.model_copy(update={"views": (*told.views[:2], other)})
    assert zoomed(apart, question).wasted == 0


def test_a_tool_that_gives_text_looks_where_it_was_asked_to():
    question = asked(EVIDENCE)
    call = ToolCall(turn=0, tool="read_text", arguments="{}", asked=EVIDENCE)
    told = zoomed(episode(question, calls=[call]), question)
    assert (told.calls, told.wasted, told.iou) == (1, 0, 1.0)


def test_without_a_call_or_evidence_nothing_is_said_of_a_hit():
    question = asked(EVIDENCE)
    assert zoomed(episode(question), question) == (0, 0, None, None, None, None)
    bare = question.model_copy(update={"evidence": ()})
    assert zoomed(looking(bare, EVIDENCE), bare) == (1, 0, None, None, None, None)


def test_a_run_is_summed_up_over_episodes(tmp_path):
    made = [choice(i, PAIR, "A") for i in range(4)]
    bench = write_bench(tmp_path / "bench", made)
    with Store.create(tmp_path / "run", info(bench_hash=bench.content_hash)) as store:
        store.put(made[0], looking(made[0], PAIR[0]))
        store.put(made[1], looking(made[1], Box(0, 0, 100, 50), Box(900, 900, 990, 990), value=0.0))
        store.put(made[2], episode(made[2]))
        store.put(made[3], episode(made[3], 0.0, answer=None))
    found = zoom_figures(Store.open(tmp_path / "run"), bench=bench)
    assert list(found) == ["depth_comparison"]
    row = found["depth_comparison"]
    assert (row.episodes, row.call_rate, row.calls) == (4, 0.5, 0.75)
    assert (row.covered, row.iou, row.size) == (1.0, 0.75, 1.5)
    assert (row.wasted, row.unparsed) == (1 / 3, 0.25)
    assert (row.tokens_per_correct, row.seconds_per_correct) == (200, 1.0)


def test_another_bench_is_refused(tmp_path):
    made = [choice(i, PAIR, "A") for i in range(4)]
    bench = write_bench(tmp_path / "bench", made)
    run = write_run(tmp_path / "run", made, [True] * 4, bench=str(bench.path))
    with pytest.raises(CloseupError, match="another bench than"):
        zoom_figures(run)
