import math
import re
import xml.etree.ElementTree as ElementTree

import pytest

from closeup.training.chart import HEIGHT, WIDTH, chart
from closeup.training.chart_lines import Series, smoothed
from closeup.training.curves import FIGURES, draw, drawn

SVG = "{http://www.w3.org/2000/svg}"


def rows(count=50, slope=0.01):
    return [
        {
            "step": step,
            "loss": 1 / step,
            "reward/answer": slope * step,
            "reward/even_groups": 0.5,
            "accuracy/depth_comparison": slope * step,
            "look/coverage": 0.5,
            "length/mean": 80.0,
        }
        for step in range(1, count + 1)
    ]


def read(svg):
    return ElementTree.fromstring(svg)


def texts(svg):
    return [text.text for text in read(svg).iter(f"{SVG}text")]


def paths(svg, kind):
    """The paths of a kind: line, raw, band, only, grid or zero."""
    found = read(svg).iter(f"{SVG}path")
    return [path.get("d", "") for path in found if kind in path.get("class", "").split()]


def heights(path):
    """Where its points are, in pixels from the top."""
    return [float(y) for y in re.findall(r" (-?[\d.]+)", path)]


def line_of(points, **how):
    """The line of the only series; the first such path is the legend's."""
    return paths(chart([Series("one", (points,))], "Title", **how), "line")[1]


def test_a_run_is_faint_points_and_a_line():
    svg = chart([Series("loss", ([(x, x / 10) for x in range(20)],))], "Loss", unit="nats")
    [raw] = paths(svg, "raw")
    assert raw.count("M") == 20
    assert {"Loss", "nats", "loss", "step"} <= set(texts(svg))
    assert "points: as measured, line: running mean" in texts(svg)


def test_several_runs_are_a_mean_and_a_band():
    low, high = [[(x, y) for x in range(20)] for y in (0.2, 0.6)]
    svg = chart([Series("RARL", (low, high))], "Accuracy")
    _, line = paths(svg, "line")
    [band] = paths(svg, "band")
    assert not paths(svg, "raw")
    assert min(heights(band)) < heights(line)[0] < max(heights(band))
    assert "line: mean of 2 runs, band: lowest to highest" in texts(svg)


def test_runs_of_other_lengths_and_steps_are_averaged_where_they_are():
    short, long = [(0, 1.0), (10, 1.0)], [(0, 0.0), (5, 0.0), (20, 0.0)]
    _, line = paths(chart([Series("arm", (short, long))], "Title"), "line")
    top, bottom = heights(line)[0], heights(line)[-1]
    assert heights(line) == [top, top, top, bottom]  # at 0, 5, 10 and 20
    assert top < bottom


def test_the_same_numbers_give_the_same_bytes():
    assert drawn(rows()) == drawn(rows())
    assert drawn(rows()) != drawn(rows(slope=0.02))


def test_hostile_names_stay_text():
    name = '</svg><script>alert("x")</script>&\x00\x1b[2J\ud800'
    svg = chart([Series(name, ([(1, 1.0), (2, 1.0)],))], name, unit=name, x=name)
    svg.encode("utf-8")
    assert not list(read(svg).iter(f"{SVG}script"))
    assert "<script" not in svg


def test_a_chart_tells_itself_in_words():
    svg = chart([Series("answer", ([(1, 0.25), (100, 0.75)],))], "Reward", unit="mean")
    root = read(svg)
    named = [root.find(f"*[@id='{name}']") for name in (root.get("aria-labelledby") or "").split()]
    assert [(part.tag, part.text) for part in named if part is not None] == [
        (f"{SVG}title", "Reward"),
        (f"{SVG}desc", "mean. answer: 0.25 at step 1, 0.75 at step 100."),
    ]


def test_charts_on_one_page_share_no_ids():
    first, second = (
        set(re.findall(r'id="([^"]+)"', svg)) for svg in list(drawn(rows()).values())[:2]
    )
    assert not first & second


def test_colours_follow_the_page_and_touch_nothing_else_on_it():
    [style] = [style.text or "" for style in read(chart([], "Nothing")).iter(f"{SVG}style")]
    light, dark = style.split("@media (prefers-color-scheme:dark){")
    for rules in (light, dark.removesuffix("}")):
        names = re.findall(r"([^{}]+)\{[^}]*\}", rules)
        assert len(names) > 20
        assert all(n.startswith(".closeup-chart ") for group in names for n in group.split(","))


@pytest.mark.parametrize(
    "points",
    [[], [(5, 0.3)], [(1, 0.0), (2, 0.0)], [(1, -3.0), (2, -2.0)], [(0, 1e-9), (9, 3e12)]],
)
def test_any_numbers_stay_within_the_picture(points):
    svg = chart([Series("one", (points,))], "Title")
    for kind in ("line", "only", "grid", "zero"):
        for path in paths(svg, kind):
            assert all(0 <= y <= HEIGHT for y in heights(path))
    for text in read(svg).iter(f"{SVG}text"):
        assert 0 <= float(text.get("x", "")) <= WIDTH


def test_what_is_not_finite_is_left_out():
    points = [(1, 0.5), (2, math.nan), (3, math.inf), (4, 0.5)]
    assert line_of(points) == line_of([(1, 0.5), (4, 0.5)])
    nulls = [{"step": 1, "loss": None}, {"step": 2, "loss": 0.5}, {"step": 3}]
    assert list(drawn(nulls)) == ["loss"]


def test_a_rare_outlier_neither_sets_the_scale_nor_bends_the_line():
    calm = [(x, 0.5 + x % 2 / 10) for x in range(200)]
    wild = [*calm[:100], (100, 1e6), *calm[101:]]
    svg = chart([Series("loss", (wild,))], "Loss")
    assert "1 point lies beyond the axis" in "".join(map(str, texts(svg)))
    assert max(heights(paths(svg, "line")[1])) - min(heights(paths(svg, "line")[1])) < 20


def test_a_scale_holds_zero_and_round_numbers():
    ticks = [t for t in texts(chart([Series("one", ([(0, 0.31), (400, 0.68)],))], "Title")) if t]
    assert {"0", "0.2", "0.4", "0.6", "0.8", "100", "200", "300", "400"} <= set(ticks)
    long = texts(chart([Series("one", ([(0, 0.5), (30_000, -0.5)],))], "Title"))
    assert {"5,000", "30,000", "−0.50", "0.50"} <= set(long)


def test_a_long_run_stays_small():
    points = [(x, math.sin(x)) for x in range(20_000)]
    svg = chart([Series(f"term {i}", (points,)) for i in range(8)], "Reward")
    assert len(svg) < 60_000
    assert "at step 19,999" in svg


def test_a_running_mean_keeps_a_straight_line_straight_within():
    straight = [(float(x), 2.0 * x) for x in range(100)]
    assert [y for _, y in smoothed(straight)[10:-10]] == pytest.approx(range(20, 180, 2))
    noisy = [(x, float(x % 2)) for x in range(100)]
    assert all(0.4 < y < 0.6 for _, y in smoothed(noisy)[5:-5])


def test_a_run_draws_what_it_measured_into_its_folder(tmp_path):
    draw(tmp_path, rows())
    names = sorted(path.name for path in (tmp_path / "curves").iterdir())
    assert names == [
        "accuracy.svg",
        "lengths.svg",
        "looking.svg",
        "loss.svg",
        "rewards.svg",
        "spread.svg",
    ]
    assert (tmp_path / "curves/loss.svg").read_text() == drawn(rows())["loss"]
    assert "even groups" not in texts(drawn(rows())["rewards"])
    assert "depth comparison" in texts(drawn(rows())["accuracy"])


def test_every_figure_can_be_drawn_alone():
    for name, figure in FIGURES.items():
        measure = next(iter(figure.names))
        measure += "one" if measure.endswith("/") else ""
        assert list(drawn([{"step": 1, measure: 0.5}, {"step": 2, measure: 0.7}])) == [name]
