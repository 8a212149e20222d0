"""The report as a file, without a browser."""

import json
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest
import reports
import trainable
from benches import texts
from PIL import Image

from closeup.bench import Bench
from closeup.cli import main
from closeup.records import CloseupError
from closeup.report.html import write
from closeup.report.html_chart import chart
from closeup.report.html_pages import Wanted, in_order
from closeup.report.summary import summary
from closeup.report.terminal import interval, percent
from closeup.rewards.reward import Parts
from closeup.store import Store
from closeup.training.paid import TABLE, put
from closeup.training.recipe import Recipe
from closeup.training.run_folder import RunFolder


class Read(HTMLParser):
    """Tables as rows of texts, by caption; blocks of data by id; tags that were opened."""

    def __init__(self, text):
        super().__init__()
        self.tables, self.blocks, self.tags, self.attributes = {}, {}, [], []
        self._rows, self._cell, self._caption, self._block = [], None, None, None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        if tag == "table":
            self._rows = []
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th", "caption"):
            self._cell = ""
        elif tag == "script":
            self._block = dict(attrs).get("id")

    def handle_endtag(self, tag):
        if tag == "caption":
            self._caption = self._cell
        elif tag in ("td", "th"):
            self._rows[-1].append(self._cell)
        elif tag == "table":
            self.tables[self._caption] = self._rows
        elif tag == "script":
            self._block = None

    def handle_data(self, data):
        if self._block:
            self.blocks[self._block] = self.blocks.get(self._block, "") + data
        elif self._cell is not None:
            self._cell += data


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return reports.pair(tmp_path_factory.mktemp("runs"))


def made(runs, out, **how):
    told = write(runs, out / "report.html", **how)
    text = (out / "report.html").read_text(encoding="utf-8")
    return told, text, Read(text)


def test_the_tables_say_what_the_terminal_says(runs, tmp_path):
    _, _, read = made(runs, tmp_path)
    with Store.open(runs[0]) as store:
        row = summary(store)["action_recognition"]
    head, line = read.tables["A: zoomer"]
    told = dict(zip(head, line, strict=True))
    assert told["score, %"] == percent(row.score) == "50.0"
    assert told["95 %"] == interval(row.low, row.high)
    assert (told["chance, %"], told["unparsed, %"], told["n"]) == ("50.0", "8.3", "12")
    assert dict(zip(*read.tables["B: plain"], strict=True))["unscored"] == "1"
    _, pair = read.tables["B − A: plain against zoomer"]
    assert pair[1:4] == ["11", "45.5", "45.5"]
    looked = dict(zip(*read.tables["A: where zoomer looked"], strict=True))
    assert (looked["n"], looked["calls"], looked["covered, %"]) == ("12", "2.00", "0.0")
    assert [row[0] for row in read.tables["What the runs took"]] == ["run", "A: zoomer", "B: plain"]


def test_every_two_runs_are_compared_and_their_p_corrected_for_the_number_of_pairs(tmp_path):
    asked = reports.questions()
    bench = reports.bench_of(tmp_path / "bench", asked)
    runs = [
        reports.write_run(tmp_path / name, bench, [reports.plain(q, name) for q in asked[::step]])
        for name, step in (("A", 1), ("B", 1), ("C", 2))
    ]
    _, _, read = made(runs, tmp_path)
    rows = read.tables["Every two runs, over all tasks"]
    assert [row[:5] for row in rows[1:]] == [
        ["B − A", "12", "50.0", "50.0", "+0.0"],
        ["C − A", "6", "100.0", "0.0", "-100.0"],
        ["C − B", "6", "0.0", "0.0", "+0.0"],
    ]
    for name in ("B − A", "C − A", "C − B"):
        assert f"{name}: parrot against parrot" in read.tables
    uncorrected, corrected = zip(*(row[-2:] for row in rows[1:]), strict=True)
    assert uncorrected[1] == ".250"
    assert corrected[1] == ".750"


def test_of_many_runs_each_is_compared_with_the_first_only(tmp_path):
    asked = reports.questions()
    bench = reports.bench_of(tmp_path / "bench", asked)
    runs = [
        reports.write_run(tmp_path / name, bench, [reports.plain(q, "A") for q in asked[:2]])
        for name in "abcdefg"
    ]
    _, _, read = made(runs, tmp_path)
    _, _, fewer = made(runs[:6], tmp_path)
    assert len(fewer.tables["Every two runs, over all tasks"]) == 1 + 15
    rows = read.tables["Every run and the first, over all tasks"]
    assert [row[0] for row in rows[1:]] == [f"{letter} − A" for letter in "BCDEFG"]
    assert not [caption for caption in read.tables if caption.startswith("C − B")]


def test_what_pairs_say_of_their_runs_is_said_by_the_runs_letters(runs, tmp_path):
    asked = reports.questions()
    bench = Bench.open(runs[0].parent / "bench")
    third = reports.write_run(tmp_path / "c", bench, [reports.plain(asked[1], "A")], seed=7)
    _, text, _ = made([*runs, third], tmp_path)
    assert "seed: 0 in B, 7 in C" in text
    assert "11 questions have a score in A only" in text
    assert "10 questions have a score in B only" in text


def test_runs_without_a_common_question_are_told_to_be(tmp_path):
    asked = reports.questions()
    bench = reports.bench_of(tmp_path / "bench", asked)
    runs = [
        reports.write_run(tmp_path / name, bench, [reports.plain(q, "A") for q in own])
        for name, own in (("a", asked[:6]), ("b", asked[6:]), ("c", asked))
    ]
    _, text, read = made(runs, tmp_path)
    assert read.tables["Every two runs, over all tasks"][1] == ["B − A", "0", *["–"] * 8]
    assert "No question has a score in both." in text


def test_the_same_runs_give_the_same_bytes(runs, tmp_path):
    assert made(runs, tmp_path)[1] == made(runs, tmp_path)[1]


def test_the_manifest_says_how_it_was_asked(runs, tmp_path):
    _, text, _ = made(runs, tmp_path)
    plain = re.sub(r"<[^>]*>", " ", text.partition("<script")[0])
    for words in ("rel1000", "zoom_in; called in text", "1,000,000 pixels at most", "3 calls"):
        assert words in plain
    with Store.open(runs[0]) as store:
        assert store.info.bench_hash in plain
    assert "What is this character doing?" in plain  # behind a fold
    assert "no hash of the run confirms it" in plain  # these episodes' hashes are none


def test_a_prompt_that_a_hash_confirms_is_said_to_be_the_one_sent(tmp_path, capsys):
    bench = reports.bench_of(tmp_path / "bench", reports.questions(4))
    main(["run", str(bench.path), "--model", "zoomer", "--out", str(tmp_path / "r"), "--quiet"])
    _, text, _ = made([tmp_path / "r"], tmp_path)
    assert "as it was sent: the hash of an episode agrees" in text


def test_pages_are_embedded_within_the_budget_and_wrong_ones_first(tmp_path):
    asked = [texts(i, ("runs", "sits"), "A", views=view) for i, view in enumerate(_views(8))]
    images = {q.pages[0]: Image.effect_noise((700, 700), 90).convert("RGB") for q in asked}
    bench = reports.write_bench(tmp_path / "bench", asked, images)
    episodes = [reports.plain(q, "B" if i == 7 else "A") for i, q in enumerate(asked)]
    run = reports.write_run(tmp_path / "run", bench, episodes)
    told, text, read = made([run], tmp_path, images_mb=0.4)
    index = json.loads(read.blocks["index"])
    there = [name for name, page in index["pages"][0].items() if page.get("image") is not None]
    assert 0 < len(there) < 8
    assert there[0] == "page7"
    assert sum(len(block) for name, block in read.blocks.items() if "image" in name) <= 400_000
    assert f"{len(there)} of 8 pages embedded" in told
    assert f"{8 - len(there)} left out" in told
    assert told in text
    assert "0 of 8 pages" in made([run], tmp_path, images_mb=0)[0]


def _views(count):
    from closeup.geometry import Box
    from closeup.question import Crop

    return [(Crop(page=f"page{i}", box=Box(0, 0, 1000, 1000)),) for i in range(count)]


def test_wrong_answers_pages_come_first_and_the_tasks_in_turn():
    wanted = [Wanted(0, f"p{i}", task, wrong=i % 2 == 1) for i in range(4) for task in "ab"]
    wanted += [Wanted(0, "q", "b", wrong=True)]
    assert [page for _, page in in_order(wanted)] == ["p1", "p3", "q", "p0", "p2"]


def test_linked_pages_are_found_from_where_the_report_lies(runs, tmp_path):
    told, _, read = made(runs, tmp_path, images="link")
    pages = json.loads(read.blocks["index"])["pages"][0]
    for page in pages.values():
        assert page["image"].startswith("./")
        assert (tmp_path / page["image"]).is_file()
    assert "--images link" in told


def test_no_text_of_others_becomes_a_tag_an_attribute_or_the_end_of_a_block(tmp_path):
    _, text, read = made(reports.hostile_pair(tmp_path), tmp_path)
    tame = made(reports.pair(tmp_path / "tame"), tmp_path / "tame")[2]
    assert set(read.tags) == set(tame.tags)
    assert set(read.attributes) == set(tame.attributes)
    assert read.tags.count("script") == len(read.blocks) + len(re.findall("<script>", text))
    assert json.loads(read.blocks["index"])["runs"][0]["model"] == reports.ALL
    for block in read.blocks.values():
        assert "<" not in block


def test_of_more_episodes_than_are_wanted_evenly_spaced_ones_are_shown(runs, tmp_path):
    _, text, read = made(runs, tmp_path, episodes=4)
    rows = json.loads(read.blocks["index"])["rows"]
    shown = [row["question"] for row in rows if row["run"] == 0]
    asked = sorted(question.id for question in reports.questions())
    assert shown == asked[::3]
    assert "A: 4 of 12 episodes" in text


def test_without_its_bench_a_run_shows_its_episodes_and_says_what_is_missing(tmp_path):
    runs = reports.pair(tmp_path)
    moved = (tmp_path / "bench").rename(tmp_path / "elsewhere")
    _, text, read = made(runs, tmp_path)
    assert "A: without pages, evidence and zoom statistics." in text
    assert len(json.loads(read.blocks["index"])["rows"]) == 24
    assert "12 episodes" not in text
    told, text, _ = made(runs, tmp_path, bench=moved)
    assert "3 of 3 pages embedded" in told
    assert "without pages" not in text


def test_a_training_run_shows_curves_alarms_recipe_and_what_episodes_were_paid(tmp_path):
    bench = reports.bench_of(tmp_path / "bench", reports.questions(4))
    recipe = Recipe.load(trainable.write(tmp_path, trainable.GRPO, bench.path))
    with RunFolder.begin(tmp_path / "run", recipe) as folder:
        for step in range(1, 60):
            folder.append({"step": step, "loss": 1 / step, "look/calls": 2.0 if step < 30 else 0.0})
    assert "A: 0 of" not in made([tmp_path / "run"], tmp_path)[1]  # no episodes are kept
    episodes = [reports.zoomed(q, "A") for q in reports.questions(4)]
    run = reports.write_run(tmp_path / "run", bench, episodes)
    with Store.create(run, Store.open(run).info) as store:
        store.write(TABLE, ())
        put(store, episodes[0].question, 0, 7, Parts({"answer": 1.0, "region_iou": None}, (), 1.5))
    _, text, read = made([run], tmp_path)
    assert text.count('class="closeup-chart"') == 2
    assert "collapse at step" in text
    assert "&#34;regime&#34;: &#34;grpo&#34;" in text
    card = json.loads(read.blocks["chunk-0"])["episodes"][0]
    assert card["paid"] == {"step": 7.0, "answer": 1.0, "region_iou": None, "total": 1.5}


def test_several_training_runs_are_drawn_on_common_axes_a_line_each(tmp_path):
    bench = reports.bench_of(tmp_path / "bench", reports.questions(4))
    recipe = Recipe.load(trainable.write(tmp_path, trainable.GRPO, bench.path))
    runs = [tmp_path / "x", tmp_path / "y", tmp_path / "z"]
    for number, run in enumerate(runs):
        with RunFolder.begin(run, recipe) as folder:
            for step in range(1, 9):
                row = {"step": step, "reward/total": step * number, "entropy": 0.5}
                folder.append(row if number else {"step": step, "entropy": 0.5, "kl": 0.1})
    _, text, _ = made(runs, tmp_path)
    together = text.partition("Side by side")[2].partition("<h3>")[0]
    titles = re.findall(r'<text class="title"[^>]*>([^<]*)', together)
    assert titles == ["Reward, term by term: total", "Entropy"]  # only one took the KL
    names = re.findall(r'<text class="name"[^>]*>(.): ', together)
    assert names == ["A", "B", "C"] * 2  # whoever did not take it keeps its place and colour
    assert "A: Qwen/Qwen2.5-VL-3B-Instruct: nothing." in together
    assert "Side by side" not in made(runs[:1], tmp_path)[1]


@pytest.mark.parametrize(
    ("terms", "said"), [("[]", "terms"), ("{", "JSON"), ('{"answer": "much"}', "much")]
)
def test_pay_that_is_none_is_one_line(tmp_path, terms, said):
    bench = reports.bench_of(tmp_path / "bench", reports.questions(4))
    recipe = Recipe.load(trainable.write(tmp_path, trainable.GRPO, bench.path))
    RunFolder.begin(tmp_path / "run", recipe).close()
    run = reports.write_run(tmp_path / "run", bench, [reports.zoomed(reports.questions()[0], "A")])
    with Store.create(run, Store.open(run).info) as store:
        store.write(TABLE, ())
        store.write("INSERT INTO paid VALUES ('q', 0, 1, 0.5, ?)", (terms,))
    with pytest.raises(CloseupError, match=said):
        write([run], tmp_path / "report.html")


def test_a_chart_of_scores_tells_itself_in_words_and_marks_chance(runs):
    with Store.open(runs[0]) as one, Store.open(runs[1]) as two:
        svg = chart(["A", "B"], [summary(one), summary(two)])
    assert "action_recognition: A 50.0, B 45.5, chance 50.0." in svg
    assert svg.count('class="chance"') == 1
    assert svg.count('class="reach"') == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("{0}", "{0}", "--out", "{t}/r.html"), "named twice"),
        (("{0}", "--out", "{t}/nowhere/r.html"), "no folder"),
        (("{0}", "--out", "{t}"), "a folder"),
        (("{0}", "--out", "{0}/run.sqlite"), "need a name that ends in .html"),
        (("{t}", "--out", "{t}/r.html"), "not a run"),
        (("{0}", "--out", "{t}/r.html", "--images-mb", "-1"), "images-mb"),
        (("{0}", "--out", "{t}/r.html", "--images-mb", "nan"), "images-mb"),
        (("{0}", "--out", "{t}/r.html", "--episodes", "0"), "episodes"),
        (("{0}", "--out", "{t}/r.html", "--json"), "--json"),
        (("{0}", "--out", "{t}/r.html", "--bench", "{t}"), "not a bench"),
        (("{0}", "--out", "{t}/r.html", "--hard-core", "{t}/none"), "no such file"),
        (("{0}", "--out", "{t}/r.html", "--hard-core", "{0}/../bench/pages.jsonl"), "no question"),
        (("{0}", "--images", "link"), "--out"),
    ],
)
def test_a_mistake_is_one_line_and_leaves_nothing(runs, tmp_path, capsys, words, said):
    with pytest.raises(SystemExit) as stopped:
        main(["report", *(word.format(runs[0], t=tmp_path) for word in words)])
    assert stopped.value.code == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert said in error
    assert list(tmp_path.iterdir()) == []


def test_the_verb_says_what_it_wrote(runs, tmp_path, capsys):
    main(["report", *map(str, runs), "--out", str(tmp_path / "report.html")])
    assert re.search(r"report.html: \d+\.\d MB; 3 of 3 pages embedded", capsys.readouterr().out)


def test_a_report_is_made_where_there_is_no_torch():
    code = "import sys, closeup.report.html; print({'torch', 'transformers'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_page_that_cannot_be_read_is_left_out_and_says_why(tmp_path):
    runs = reports.pair(tmp_path)
    (tmp_path / "bench/images/1.png").write_bytes(b"<svg onload=pwned()>")
    told, _, read = made(runs, tmp_path)
    assert "2 of 3 pages embedded" in told
    assert "1 could not be read" in told
    pages = json.loads(read.blocks["index"])["pages"][0]
    assert "not a readable image" in pages["page0001"]["note"]


def test_an_episode_that_is_missing_from_its_run_is_one_line(tmp_path):
    runs = reports.pair(tmp_path)
    with Store.create(runs[0], Store.open(runs[0]).info) as store:
        first = reports.questions()[0].id
        store.write("UPDATE asked SET episode = NULL WHERE question = ?", (first,))
    with pytest.raises(CloseupError, match=f"{first}: no episode"):
        write(runs, tmp_path / "report.html")


def test_a_training_run_without_episodes_has_no_table_of_costs(tmp_path):
    bench = reports.bench_of(tmp_path / "bench", reports.questions(4))
    recipe = Recipe.load(trainable.write(tmp_path, trainable.GRPO, bench.path))
    with RunFolder.begin(tmp_path / "run", recipe) as folder:
        folder.append({"step": 1, "loss": 1.0})
    _, text, read = made([tmp_path / "run"], tmp_path)
    assert read.tables == {}
    assert "Costs" not in text.partition("<script")[0]


def test_a_run_of_another_bench_is_not_shown_on_this_one(runs, tmp_path):
    other = reports.bench_of(tmp_path / "other", reports.questions(8))
    with pytest.raises(CloseupError, match="another bench than"):
        write(runs, tmp_path / "report.html", bench=other.path)
