"""Reward terms: what each pays for, and what it does not."""

import json
import math
import sys
import types

import benches
import pytest

from closeup import rewards
from closeup.conversation import Budget, Conversation
from closeup.episode import Episode
from closeup.geometry import Box, View
from closeup.images import Resolution
from closeup.looking import Look, hidden, looks, sought
from closeup.message import Message, Reply
from closeup.question import Crop, Mark, Question
from closeup.records import CloseupError
from closeup.rewards import Means, Reward, Term, lazy
from closeup.rewards.crop_sufficiency import CropSufficiency, random_crop
from closeup.rewards.redundancy import Redundancy
from closeup.rewards.region_f import RegionF
from closeup.rewards.region_iou import RegionIoU
from closeup.rewards.tool_benefit import ToolBenefit
from closeup.rewards.tool_count import ToolCount
from closeup.tasks import TASKS
from closeup.tools import Tool, ZoomIn
from closeup.tools.enhance import Enhance
from closeup.tools.tool import Scene, Seen

A, B = Box(100, 100, 300, 300), Box(600, 600, 800, 700)
DEPTH = benches.choice(0, [A, B], "A").model_copy(
    update={"evidence": (Mark(view=0, box=A), Mark(view=0, box=B))}
)
ACTION = benches.described(0, ["running", "eating"], "B", A)
ACTION = ACTION.model_copy(update={"evidence": (Mark(view=0, box=A),)})
PANEL = Box(0, 0, 400, 500)
COUNT = benches.counting(0, 2, PANEL, 0.3).model_copy(update={"evidence": (Mark(view=0, box=A),)})
RIGHT = {"A": "<answer>A</answer>", "B": "<answer>B</answer>", 2: "<answer>2</answer>"}


class Reads(Tool):
    """Gives a text and no image, as OCR does."""

    name = "reads"

    def use(self, arguments, scene) -> Seen:
        asked, _ = scene.region(arguments.image, arguments.bbox_2d)
        return Seen(("KRACH",), asked)


def call(box: Box, image: int = 1, tool: str = "zoom_in") -> str:
    """A turn that calls a tool; the grid is pixels, and pages are shown as they are."""
    told = {"name": tool, "arguments": {"bbox_2d": list(box.corners), "image": image}}
    return f"<think>A closer look.</think><tool_call>{json.dumps(told)}</tool_call>"


def episode(question: Question, *said: str, calls: int = 3, finish: str = "stop") -> Episode:
    """What comes of these turns, by the rules of a conversation."""
    views = tuple(Resolution(pixels=None).view(crop) for crop in question.views)
    scene = Scene(views, "pixel", Resolution(pixels=None), lambda view: pytest.fail("decoded"))
    tools = {tool.name: tool for tool in (ZoomIn(), Enhance(), Reads())}
    talk = Conversation([Message(role="user", parts=views)], tools, scene, Budget(calls=calls))
    for number, text in enumerate(said):
        last = number == len(said) - 1
        talk.hear(Reply(text=text, finish=finish if last else "stop"))  # type: ignore[arg-type]
    assert talk.stop is not None
    reply = "" if talk.stop == "out of budget" else said[-1]
    return Episode(
        question=question.id,
        task=question.task,
        model="test",
        grid="pixel",
        views=tuple(talk.views),
        prompt="",
        turns=talk.turns,
        calls=tuple(talk.calls),
        stop=talk.stop,
        score=TASKS[question.task].score(question, reply),
    )


def right(question: Question, *boxes: Box) -> Episode:
    """Zooms, then the right answer."""
    return episode(question, *map(call, boxes), TASKS[question.task].solution(question))


def wrong(question: Question, *boxes: Box) -> Episode:
    """Zooms, then another answer."""
    other = lazy.mistaken(question)
    return episode(question, *map(call, boxes), TASKS[question.task].solution(other))


# What all terms have in common


class Even:
    """A scorer to which all crops are the same."""

    def log_prob(self, question: Question, view: View) -> float:
        return -1.0


def all_terms(*questions: Question) -> list[Term]:
    made: dict[str, Term] = {
        "tool_benefit": ToolBenefit({question.id: 0.5 for question in questions}),
        "crop_sufficiency": CropSufficiency(Even()),
    }
    return [made.get(name) or term.make(Means()) for name, term in rewards.TERMS.items()]


@pytest.mark.parametrize("name", rewards.TERMS)
def test_a_term_goes_by_its_own_name_and_keeps_to_its_range(name):
    term = next(term for term in all_terms(DEPTH, COUNT) if term.name == name)
    assert type(term) is rewards.find(name)
    assert not term.gated or term.looks
    for question in (DEPTH, COUNT):
        for made in (right(question), wrong(question, A, A), right(question, PANEL, A, B)):
            value = term.value(question, made)
            assert value is not None
            assert term.low <= value <= term.high


def test_every_term_is_told_by_itself_and_the_total_is_their_weighted_sum():
    reward = rewards.make({"answer": 1.0, "format": 0.5, "tool_count": 0.25, "region_iou": 2.0})
    parts = reward.of(ACTION, right(ACTION, A))
    assert parts.terms == {"answer": 1.0, "format": 1.0, "tool_count": 1.0, "region_iou": 1.0}
    assert parts.closed == ()
    assert parts.total == 1.0 + 0.5 + 0.25 + 2.0


def test_a_wrong_answer_closes_the_gate_but_the_values_are_still_told():
    parts = rewards.make(rewards.PAPER).of(ACTION, wrong(ACTION, A))
    assert parts.terms == {"answer": 0.0, "format": 1.0, "tool_count": 1.0, "region_iou": 1.0}
    assert parts.closed == ("tool_count", "region_iou")
    assert parts.paid("region_iou") == 0.0
    assert parts.total == 1.0


def test_without_a_gate_looking_is_paid_for_itself():
    parts = rewards.make(rewards.PAPER, gate=False).of(ACTION, wrong(ACTION, A))
    assert parts.closed == ()
    assert parts.total == 3.0


def test_what_does_not_apply_is_none_and_counts_as_nothing():
    reward = rewards.make(rewards.PAPER, tools=False)
    parts = reward.of(ACTION, right(ACTION))
    assert parts.terms == {"answer": 1.0, "format": 1.0, "tool_count": None, "region_iou": None}
    assert parts.total == 2.0
    looked_nowhere = rewards.make(rewards.PAPER).of(ACTION, right(ACTION))
    assert looked_nowhere.terms["region_iou"] == 0.0


@pytest.mark.parametrize(
    "evidence", [(), (Mark(view=0, box=Box(0, 0, 500, 500)),)], ids=["unknown", "a quarter"]
)
def test_zooming_is_paid_only_where_little_of_the_page_is_to_be_seen(evidence):
    question = ACTION.model_copy(update={"evidence": evidence})
    reward = Reward([(term, 1.0) for term in all_terms(question)])
    terms = reward.of(question, right(question, A)).terms
    off = {name for name, value in terms.items() if value is None}
    assert off == {"tool_count", "region_iou", "region_f"}


def test_a_term_of_weight_0_is_watched_and_not_paid():
    parts = rewards.make({"answer": 1.0, "region_iou": 0.0}).of(ACTION, right(ACTION, A))
    assert parts.terms["region_iou"] == 1.0
    assert parts.total == 1.0


def test_open_descriptions_and_unscored_episodes_are_refused_in_one_line():
    reward = rewards.make({"answer": 1.0})
    question = benches.describing(0, ["A dog runs."])
    with pytest.raises(CloseupError, match=r"panel_understanding/.*open description"):
        reward.check(question)
    lost = right(ACTION)
    lost = lost.model_copy(update={"score": lost.score.model_copy(update={"value": None})})
    with pytest.raises(CloseupError, match="an unscored episode"):
        reward.of(ACTION, lost)


def test_a_nearly_right_answer_is_paid_nothing_and_opens_no_gate():
    near = right(ACTION, A)
    near = near.model_copy(update={"score": near.score.model_copy(update={"value": 0.9})})
    parts = rewards.make(rewards.PAPER).of(ACTION, near)
    assert parts.terms["answer"] == 0.0
    assert parts.closed == ("tool_count", "region_iou")


@pytest.mark.parametrize(
    ("weights", "error"),
    [
        ({"anser": 1.0}, "reward 'anser': need one of answer, format, tool_count"),
        ({"os:sep": 1.0}, "reward 'os:sep': not a closeup.rewards.Term"),
        ({"answer": -1.0}, "weights: answer: -1.0: need a number from 0 on"),
        ({"answer": math.nan}, "weights: answer: nan: need a number from 0 on"),
        ({"answer": 1.0, "closeup.rewards.answer:Answer": 1.0}, "weights: answer: stands twice"),
        ({"tool_benefit": 1.0}, "tool_benefit: without_tools: missing"),
        ({"crop_sufficiency": 1.0}, "crop_sufficiency: scorer: missing"),
    ],
)
def test_a_bad_reward_is_one_clear_line(weights, error):
    with pytest.raises(CloseupError) as caught:
        rewards.make(weights)
    assert error in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_term_of_ones_own_is_named_by_its_place_and_held_to_its_range(monkeypatch):
    class Turns(Term):
        """How many turns there were, which is more than it said it would be."""

        name = "turns"

        def value(self, question: Question, episode: Episode) -> float:
            return float(len(episode.turns))

    module = types.ModuleType("own_terms")
    monkeypatch.setitem(sys.modules, "own_terms", module)
    monkeypatch.setattr(module, "Turns", Turns, raising=False)
    reward = rewards.make({"own_terms:Turns": 0.5})
    assert reward.of(ACTION, right(ACTION)).total == 0.5
    with pytest.raises(ValueError, match=r"turns: 3\.0: need 0\.0 to 1\.0"):
        reward.of(ACTION, right(ACTION, A))


# Where it looked


def test_a_look_is_what_was_shown_and_not_what_was_asked_for():
    made = episode(ACTION, call(Box(-50, 900, 100, 1200)), RIGHT["B"])
    assert looks(made) == [Look("page0000", Box(0, 900, 100, 1000))]


def test_a_call_that_failed_showed_nothing():
    outside, tiny = Box(2000, 2000, 2100, 2100), Box(150, 150, 154, 154)
    made = episode(ACTION, call(outside), call(tiny), "<tool_call>zoom!</tool_call>", "B")
    assert looks(made) == []
    assert [call.asked for call in made.calls] == [outside, tiny, None]


def test_a_tool_that_gives_text_looks_at_what_of_its_box_lies_in_the_image_it_names():
    two = _two_pages()
    made = episode(two, call(Box(900, 0, 1100, 100), image=2, tool="reads"), RIGHT["A"])
    assert looks(made) == [Look("page0001", Box(900, 0, 1000, 100), "reads")]


def test_a_question_about_a_panel_is_about_all_of_it():
    assert sought(COUNT) == [Look("page0000", PANEL)]
    assert RegionIoU().value(COUNT, right(COUNT, PANEL)) == 1.0
    assert RegionIoU().value(COUNT, right(COUNT, A)) < 0.3


def _two_pages() -> Question:
    """Who of the second page is the one of the first?"""
    pages = tuple(Crop(page=f"page000{i}", box=Box(0, 0, 1000, 1000)) for i in range(2))
    refs = {
        "reference": Mark(view=0, box=A),
        "A": Mark(view=1, box=B),
        "B": Mark(view=1, box=A),
    }
    changes = {
        "task": "character_identification",
        "views": pages,
        "refs": refs,
        "evidence": (refs["reference"], refs["A"]),
    }
    return Question.model_validate(dict(benches.choice(0, [A, B], "A")) | changes)


def test_evidence_of_another_page_is_not_seen_at_the_same_place():
    two = _two_pages()
    there = episode(two, call(A, 1), call(B, 2), RIGHT["A"])
    elsewhere = episode(two, call(A, 2), call(B, 1), RIGHT["A"])
    for term in (RegionIoU(), RegionF()):
        assert term.value(two, there) == 1.0
        assert term.value(two, elsewhere) == 0.0


def test_a_zoom_in_a_panel_shown_alone_is_matched_in_the_pixels_of_its_page():
    panel = Box(500, 500, 1000, 1000)
    question = ACTION.model_copy(
        update={
            "views": (Crop(page="page0000", box=panel),),
            "refs": {"character": Mark(view=0, box=B)},
            "evidence": (Mark(view=0, box=B),),
        }
    )
    made = right(question, Box(100, 100, 300, 200))  # pixels of the panel
    assert RegionIoU().value(question, made) == 1.0


def test_panels_to_be_ordered_fill_their_images_and_so_hide_nothing():
    panels = (Box(0, 0, 200, 200), Box(300, 0, 500, 200), Box(0, 300, 200, 500))
    marks = tuple(Mark(view=i, box=box) for i, box in enumerate(panels))
    changes = {
        "task": "panel_reordering",
        "views": tuple(Crop(page="page0000", box=box) for box in panels),
        "refs": dict(zip("ABC", marks, strict=True)),
        "answer": ("A", "B", "C"),
        "answer_format": "order",
        "evidence": marks,
    }
    question = Question.model_validate(dict(benches.choice(0, [A, B], "A")) | changes)
    assert not hidden(question)


# The terms about looking


def test_count_pays_one_zoom_like_three_and_failed_calls_only_cost():
    term = ToolCount()
    assert term.value(ACTION, right(ACTION)) == 0.0
    assert term.value(ACTION, right(ACTION, A)) == term.value(ACTION, right(ACTION, A, B, A)) == 1.0
    outside = Box(2000, 2000, 2100, 2100)
    assert term.value(ACTION, right(ACTION, outside)) == 0.0
    many = episode(ACTION, *[call(outside)] * 3, call(A), RIGHT["B"], calls=9)
    assert term.value(ACTION, many) == 0.0


def test_region_iou_is_the_best_call_for_each_box_then_the_mean():
    half = Box(100, 100, 300, 200)
    assert RegionIoU().value(DEPTH, right(DEPTH, half)) == pytest.approx(0.25)
    assert RegionIoU().value(DEPTH, right(DEPTH, half, A)) == pytest.approx(0.5)
    assert RegionIoU().value(DEPTH, right(DEPTH, A, B)) == 1.0


def test_region_f_pays_nothing_for_the_whole_page_and_less_for_idle_zooms():
    term = RegionF()
    whole = Box(0, 0, 1000, 1000)
    for question in (DEPTH, ACTION, COUNT):
        assert term.value(question, right(question, whole)) == 0.0
    loose = Box(80, 80, 320, 320)
    assert term.value(ACTION, right(ACTION, loose)) == pytest.approx(1.0)
    idle = term.value(ACTION, right(ACTION, A, Box(500, 500, 700, 700)))
    assert 0.5 < idle < 0.75
    assert term.value(ACTION, right(ACTION, Box(190, 190, 210, 210))) == 0.0


def test_region_f_takes_one_zoom_on_two_things_for_both():
    near = [A, Box(310, 100, 510, 300)]
    marks = tuple(Mark(view=0, box=box) for box in near)
    question = DEPTH.model_copy(update={"evidence": marks})
    both = right(question, Box.around(near))
    assert RegionF().value(question, both) == pytest.approx(1.0)
    assert RegionIoU().value(question, both) < 0.5


def test_redundancy_docks_what_was_seen_before():
    term = Redundancy()
    assert term.value(ACTION, right(ACTION)) == 0.0
    assert term.value(ACTION, right(ACTION, A)) == 0.0
    assert term.value(ACTION, right(ACTION, Box(0, 0, 1000, 1000))) == -1.0
    assert term.value(ACTION, right(ACTION, A, A, A)) == pytest.approx(-2 / 3)
    apart = right(ACTION, A, Box(200, 100, 400, 300))  # IoU 1/3
    assert term.value(ACTION, apart) == 0.0


def test_another_kind_of_look_at_one_place_is_not_redundant():
    made = episode(ACTION, call(A), call(A, tool="enhance"), call(A, tool="reads"), RIGHT["B"])
    assert Redundancy().value(ACTION, made) == 0.0


def test_crop_sufficiency_is_the_clipped_gain_over_a_random_crop_of_the_same_size():
    class Sees:
        def log_prob(self, question: Question, view: View) -> float:
            return -0.5 if view.box == A else -0.75 if view.box == B else -1.25

    term = CropSufficiency(Sees())
    assert term.value(ACTION, right(ACTION)) == 0.0
    assert term.value(ACTION, right(ACTION, A)) == pytest.approx(0.75)
    assert term.value(ACTION, right(ACTION, A, B)) == pytest.approx((0.75 + 0.5) / 2)
    assert term.value(ACTION, right(ACTION, Box(0, 0, 1000, 1000))) == 0.0

    class Doubts:
        def log_prob(self, question: Question, view: View) -> float:
            return -9.0 if view.box == A else -1.0

    assert CropSufficiency(Doubts()).value(ACTION, right(ACTION, A)) == 0.0


def test_the_random_crop_is_as_large_in_the_same_image_and_the_same_each_time():
    crop = View("page0000", Box(700, 10, 990, 700), (100, 200))
    drawn = [random_crop(ACTION, crop, f"0/{turn}") for turn in range(50)]
    assert drawn == [random_crop(ACTION, crop, f"0/{turn}") for turn in range(50)]
    assert len(set(drawn)) > 40
    page = ACTION.views[0].box
    for view in drawn:
        assert view is not None
        assert (view.box.width, view.box.height, view.size) == (290, 690, (100, 200))
        assert page.intersection(view.box) == view.box
    assert random_crop(ACTION, View("another", A, (10, 10)), "0/0") is None
