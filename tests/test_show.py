"""What report and viewer share: the cards, the prompts put together again, scripts and styles."""

import json
import re

import pytest
import reports
from benches import describing, ordering, texts
from runs import info

from closeup.bench import Bench
from closeup.show import assets, cards
from closeup.show.cards import MOST_TEXT
from closeup.show.opening import Opening

STATIC = (*assets.SCRIPTS, "report.js")


def test_a_question_says_where_its_regions_are_and_an_order_which_is_which():
    asked = texts(0, ("runs", "sits"), "B")
    card = cards.question_card(asked, hard_core=True)
    assert [(ref.page, ref.label) for ref in card.refs] == [("page0000", "character")]
    assert (card.gold, card.facts, card.hard_core) == ("B", (), True)
    order = cards.question_card(ordering(0, ("x", "y"), ("B", "A"), 0.5))
    assert (order.gold, [mark.label for mark in order.evidence]) == ("B, A", ["B", "A"])
    described = cards.question_card(describing(0, ("a dog runs",)))
    assert (described.gold, described.facts) == ("", ("a dog runs",))


def test_reasoning_stands_apart_and_nothing_is_lost():
    told = reports.zoomed(texts(0, ("runs", "sits"), "A"), "A")
    for turn, shown in zip(told.turns, cards.episode_card(told).turns, strict=True):
        assert shown.thought + shown.text == turn.text
    first = cards.episode_card(told).turns[0]
    assert first.thought.startswith("<think>")
    assert first.text.startswith("<tool_call>")


@pytest.mark.parametrize(
    "said", ["a <think>b</think> c <think>d</think> e", "<think>never closed", "", "b</think>c"]
)
def test_however_it_thinks_all_of_it_is_shown(said):
    told = reports.plain(texts(0, ("runs", "sits"), "A"), "A")
    turn = told.turns[0].model_copy(update={"parts": (said,)})
    [shown] = cards.episode_card(told.model_copy(update={"turns": (turn,)})).turns
    assert shown.thought + shown.text == said


def test_a_long_text_is_cut_and_says_so():
    text = cards.cut("x" * (MOST_TEXT + 1234))
    assert text.endswith("… (1,234 more characters)")
    assert len(text) < MOST_TEXT + 50


def test_a_compact_card_and_the_defaults_make_the_card_again():
    told = reports.zoomed(texts(0, ("runs", "sits"), "A"), "A")
    card = cards.episode_card(told)
    whole = json.loads(json.dumps(cards.defaults()))["episode"] | cards.compact(card)
    assert set(type(card).model_fields) == set(whole)
    assert len(json.dumps(cards.compact(card))) < len(card.to_json())


def test_json_in_a_page_ends_no_script_and_opens_no_comment():
    block = assets.json_block({"a": reports.ALL + "\u2028</ScRiPt >"})
    assert "<" not in block
    assert "\u2028" not in block
    assert json.loads(block)["a"].startswith(reports.ALL)


def test_scripts_make_no_html_of_text_and_can_stand_in_a_page():
    for name in STATIC:
        text = assets.static(name)
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", text)
        assert not re.search(r"\beval\(|new Function|setTimeout\(\s*[\"'`]|javascript:", text)
        assert not re.search(r"</script|<!--|https?://(?!www\.w3\.org/)", text, re.I), name
    style = assets.static(assets.STYLE)
    assert not re.search(r"</style|url\(|@import", style)


def test_a_policy_names_what_it_lets_run_and_nothing_else():
    policy = assets.policy(["a{}"], ["x()"], "data:")
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    # sha256 of "a{}" in base64, as a browser takes it.
    assert re.search(r"style-src 'sha256-[A-Za-z0-9+/]{43}='", policy)


@pytest.fixture
def bench(tmp_path) -> Bench:
    return reports.bench_of(tmp_path / "bench", reports.questions(4))


def test_a_question_is_put_into_words_in_the_models_grid(bench):
    question = bench.question(reports.questions(4)[0].id)
    in_pixels = Opening(info(grid="pixel"), bench).asked(question)
    assert "[100, 100, 300, 400]" in in_pixels
    assert "A: runs\nB: sits" in in_pixels
    opening = Opening(info(grid="rel1000", tools=("zoom_in",)), bench)
    assert "zoom_in" in opening.system
    assert "{options}" in opening.template(question.task)


def test_code_that_a_run_or_a_bench_names_is_not_run(bench, tmp_path, monkeypatch):
    (tmp_path / "evil.py").write_text(f"open({str(tmp_path / 'owned')!r}, 'w')")
    monkeypatch.syspath_prepend(tmp_path)
    question = reports.questions(4)[0]
    told = Opening(info(tools=("evil:Tool",)), bench)
    assert (told.system, told.asked(question)) == ("", "")
    count = bench.manifest.tasks[question.task].model_copy(update={"source": "evil:Task"})
    changed = bench.manifest.model_copy(update={"tasks": {question.task: count}})
    other = Opening(info(), Bench(bench.path, changed, ()))
    assert (other.template(question.task), other.asked(question)) == ("", "")
    assert not (tmp_path / "owned").exists()
