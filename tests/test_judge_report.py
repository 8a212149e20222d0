import json

import native
import pytest
from benches import describing, write_bench
from rich.console import Console
from runs import episode, info
from test_judge_run import QUIET, Favouring, Judge, Mumbling, Speaker, answered

from closeup.judge import judge
from closeup.judge.checklist import Verdict
from closeup.judge.judgement import Judgement
from closeup.judge.judgements import Judgements
from closeup.judge.scripted import Lexical, Literal
from closeup.models import Given
from closeup.page import Page
from closeup.question import Question
from closeup.records import CloseupError
from closeup.report.judged import Judged, summary, table
from closeup.report.summary import summary as scores
from closeup.store import Store
from closeup.tasks import Issue
from closeup.tasks.panel_understanding import PanelUnderstanding, written_by

PLACES = [f"{name} {what}" for name in ("old", "new", "red") for what in ("barn", "yard", "roof")]


def panel(number: int, author: str = "") -> Question:
    facts = (f"rain falls on the {PLACES[number]}", f"two cats see the {PLACES[number]}", "a lamp")
    tags = (f"written by: {author}",) if author else ()
    return describing(number, facts).model_copy(update={"tags": tags})


@pytest.fixture
def bench(tmp_path):
    return write_bench(tmp_path / "bench", [panel(i) for i in range(len(PLACES))])


def shown(found: Judged) -> str:
    console = Console(width=80)
    with console.capture() as captured:
        console.print(table(found))
    return captured.get()


def mixed() -> Speaker:
    """Tells the half of it, or all, or something else, or nothing."""
    said: dict[str, str | None] = {
        f"q{i}": f"rain falls on the {place}" for i, place in enumerate(PLACES)
    }
    said["q0"] = "rain falls on the old barn. two cats see the old barn, and a lamp."
    said["q1"] = "three cats see the old yard by a lamp"
    said["q2"] = ""
    said["q8"] = None
    return Speaker(**said)


def test_recall_and_contradictions_are_means_over_descriptions(bench, tmp_path):
    with answered(bench, tmp_path, mixed()) as store:
        judge(store, bench, Lexical(Given.of(bench)), console=QUIET)
        row = summary(store).judges["lexical"]
    # One of all three, one of one with a contradiction, one of none, five of one, one failed.
    assert (row.n, row.unscored, row.unreadable) == (9, 1, 0)
    assert row.recall == pytest.approx((1 + 1 / 3 + 0 + 5 / 3) / 8)
    assert row.contradicted == pytest.approx(1 / 3 / 8)
    assert row.recall_low is not None
    assert row.recall_high is not None
    assert row.recall_low < 3 / 8 < row.recall_high


def test_two_judges_are_averaged_and_their_agreement_told(bench, tmp_path):
    with answered(bench, tmp_path, mixed()) as store:
        for one in (Lexical(Given.of(bench)), Literal(Given.of(bench)), Favouring("b")):
            judge(store, bench, one, console=QUIET)
        found = summary(store)
    recalls = [row.recall for row in found.judges.values() if row.recall is not None]
    assert len(recalls) == 3
    assert found.combined.recall == pytest.approx(sum(recalls) / 3)
    assert found.alpha is not None
    assert 0 < found.alpha < 1
    assert found.correlation is not None
    assert found.correlation > 0
    assert found.judges["counting"].flips
    assert found.judges["lexical"].flips == 0
    assert found.proxy.n == 9
    assert found.warnings == ()


def test_a_judge_that_agrees_with_itself_alone_has_no_alpha(bench, tmp_path):
    with answered(bench, tmp_path, mixed()) as store:
        judge(store, bench, Judge(), console=QUIET)
        found = summary(store)
    assert found.alpha is None
    assert found.warnings == (
        "one judge alone: nothing tells how far it can be trusted; name another --judge",
    )


def test_silence_makes_no_correlation(bench, tmp_path):
    with answered(bench, tmp_path, Speaker("a lamp", q0="")) as store:
        judge(store, bench, Judge(), console=QUIET)
        found = summary(store)
    assert found.combined.recall == pytest.approx(8 / 3 / 9)
    assert found.correlation is None


def test_a_judgement_that_cannot_be_read_is_unscored_and_never_zero(bench, tmp_path):
    with answered(bench, tmp_path, Speaker("rain falls on the old barn.")) as store:
        judge(store, bench, Lexical(Given.of(bench)), console=QUIET)
        before = summary(store).combined
        judge(store, bench, Mumbling(9), console=QUIET)
        found = summary(store)
    row = found.judges["counting"]
    assert (row.n, row.unscored, row.unreadable, row.recall) == (9, 9, 9, None)
    assert found.combined == before


def test_what_was_not_judged_yet_is_unscored(bench, tmp_path):
    with answered(bench, tmp_path, mixed()) as store:
        judge(store, bench, Judge(), limit=2, console=QUIET)
        row = summary(store).judges["counting"]
    assert (row.unscored, row.unreadable) == (6, 0)  # two judged, one silent


def test_epochs_are_averaged_within_their_question(tmp_path):
    made = [panel(i) for i in range(9)]
    with Store.create(tmp_path / "run", info(epochs=4)) as store:
        for number, question in enumerate(made):
            for epoch in range(4 if number else 1):
                store.put(question, episode(question, 1.0, epoch=epoch))
                verdict: Verdict = "told" if number else "absent"
                heard = Judgement(judge="one", facts=3, passes=((verdict, verdict, verdict),))
                Judgements(store).put(question.id, epoch, "one", "p", heard)
    with Store.open(tmp_path / "run") as store:
        row = summary(store).judges["one"]
        proxy, score = summary(store).proxy, scores(store)["panel_understanding"]
        by_issue = summary(store, by="issue").judges["one"]
    assert (row.n, row.unscored, row.recall) == (9, 0, pytest.approx(8 / 9))
    assert (proxy.n, proxy.recall_low, proxy.recall_high) == (score.n, score.low, score.high)
    assert (by_issue.recall_low, by_issue.recall_high) != (row.recall_low, row.recall_high)


def test_judges_of_different_descriptions_are_warned_about(bench, tmp_path):
    with answered(bench, tmp_path, Speaker("a lamp")) as store:
        judge(store, bench, Judge(), limit=2, console=QUIET)
        judge(store, bench, Lexical(Given.of(bench)), console=QUIET)
        found = summary(store)
    assert found.warnings == (
        "judges judged different descriptions (counting 2, lexical 9): their rows do not compare",
    )
    assert [row.unjudged for row in (*found.judges.values(), found.combined)] == [7, 0, 0]


def test_a_run_before_any_judge_says_that_it_is_not_judged_yet(bench, tmp_path):
    with answered(bench, tmp_path, Speaker("a lamp")) as store:
        found = summary(store)
    text = shown(found)
    assert "Not judged yet" in text
    assert "all judges" not in text
    assert "no judge" in text
    assert found.combined.unjudged == 9


class Unread(Mumbling):
    name = "unread"


def test_what_has_no_agreement_says_why(bench, tmp_path):
    with answered(bench, tmp_path, Speaker("a lamp")) as store:
        judge(store, bench, Judge(), console=QUIET)
        assert "alpha): – (one judge alone)" in shown(summary(store))
        judge(store, bench, Unread(9), console=QUIET)
        assert summary(store).no_alpha == "no description was judged by two"
    with answered(bench, tmp_path / "silent", Speaker("a dog")) as store:
        for one in (Judge(), Literal(Given.of(bench))):
            judge(store, bench, one, console=QUIET)
        assert summary(store).no_alpha == "all verdicts are the same"


def test_a_judge_of_its_own_answers_or_facts_is_warned_about(tmp_path):
    bench = write_bench(tmp_path / "bench", [panel(0, "Counting"), panel(1), panel(2, "Bo")])

    class Own(Speaker):
        name = "http://127.0.0.1:1/v1#counting-2026-01-01"

    with answered(bench, tmp_path, Own("a lamp")) as store:
        judge(store, bench, Judge(), limit=1, console=QUIET)
        judge(store, bench, Judge("counting-2"), console=QUIET)
        assert summary(store).warnings[:3] == (
            "judge counting judges its own descriptions",
            "judge counting wrote the facts of 1 of 3 descriptions itself",
            "judge counting was not one model throughout: counting-1, counting-2",
        )


def test_a_split_has_its_own_figures(tmp_path):
    train = panel(0).model_copy(update={"split": "train"})
    bench = write_bench(tmp_path / "bench", [train, panel(1), panel(2)])
    with answered(bench, tmp_path, Speaker("a lamp")) as store:
        judge(store, bench, Judge(), console=QUIET)
        assert summary(store, "train").judges["counting"].n == 1
        assert summary(store).judges["counting"].n == 3


def test_a_run_without_descriptions_cannot_be_judged(tmp_path, bench):
    with answered(bench, tmp_path) as store, pytest.raises(CloseupError, match="to judge"):
        summary(store, "train")


def test_the_table_fits_a_terminal_and_the_json_comes_back(bench, tmp_path):
    class Long(Judge):
        name = "openai:gpt-4o-2024-11-20"

    answered(bench, tmp_path, mixed()).close()
    with Store.create(tmp_path / "run", Store.open(tmp_path / "run").info) as store:
        judge(store, bench, Long(), console=QUIET)
        found = summary(store)
    text = shown(found)
    assert "openai:gpt-4o-2024-11-20" in text
    assert "against" in text
    assert max(map(len, text.splitlines())) <= 80
    assert Judged.parse(json.dumps(json.loads(found.to_json())), "json") == found


def test_the_author_of_a_description_is_told_by_its_question_and_changes_nothing_else():
    raw = native.page(0, 0)
    raw["descriptions"][0]["author"] = "gpt-4o"
    told, silent = (
        list(
            PanelUnderstanding().questions(
                Issue("issue", "test", (Page.parse(json.dumps(page), "page"),), 0)
            )
        )
        for page in (raw, native.page(0, 0))
    )
    first, plain = told[0], silent[0]
    assert isinstance(first, Question)
    assert isinstance(plain, Question)
    assert (written_by(first), written_by(plain)) == ("gpt-4o", "")
    assert first.model_copy(update={"tags": first.tags[:-1]}) == plain
    assert told[1:] == silent[1:]


@pytest.mark.parametrize(
    "passes", [[["told"]], [["told", "told"], ["told"]], [["told", "maybe"]], [["told"] * 2] * 3]
)
def test_a_judgement_that_does_not_fit_its_facts_is_refused(passes: list[list[str]]):
    text = json.dumps({"judge": "any", "facts": 2, "passes": passes})
    with pytest.raises(CloseupError, match=r"here: .*passes"):
        Judgement.parse(text, "here")
