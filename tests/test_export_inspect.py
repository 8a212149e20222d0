"""inspect_ai runs a bench and reads a run, by its own code."""

import gc
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from benches import choice, counting, write_bench
from inspect_ai import eval as inspect_eval
from inspect_ai.log import EvalLog, read_eval_log, recompute_metrics
from inspect_ai.model import ContentImage, ModelOutput, ModelUsage, get_model
from PIL import Image
from test_export import closeup, credited, two_views

from closeup.bench import Bench
from closeup.export.inspect_log import CREDITS, FILE
from closeup.export.inspect_task import bench as bench_task
from closeup.geometry import Box
from closeup.report.summary import summary
from closeup.store import Store

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inspect") / "bench"
    boxes = [Box(10, 20, 110, 220), Box(300, 300, 500, 700)]
    made = [choice(i, [boxes[0], boxes[1].shifted(i, 0)], "AB"[i % 2]) for i in range(12)]
    made += [counting(i, i % 3, Box(0, 0, 500, 400 + 9 * i), 0.3) for i in range(12, 20)]
    names = dict.fromkeys(page for question in made for page in question.pages)
    write_bench(folder, made, {name: Image.new("RGB", (1000, 1000), "white") for name in names})
    credited(folder, lambda page: "Ann")
    return folder


@pytest.fixture(scope="module")
def run(bench: Path) -> Path:
    out = bench.parent / "run"
    assert closeup("run", bench, "--model", "random", "--out", out, "--quiet") == 0
    return out


def scores(run: Path) -> dict[str, float | None]:
    with Store.open(run) as store:
        return {task: row.score for task, row in summary(store).items()}


def reported(log: EvalLog) -> dict[str, float]:
    assert log.status == "success", log.error
    assert log.results
    return {name: metric.value for name, metric in log.results.scores[0].metrics.items()}


def evaluate(bench: Path, logs: Path, answer, **options: object) -> EvalLog:
    """Run the task with a model whose reply `answer` gives for the messages so far."""

    def reply(messages, *_):
        said = ModelOutput.from_content("mockllm/model", answer(messages))
        said.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
        return said

    model = get_model("mockllm/model", custom_outputs=reply, memoize=False)
    log = inspect_eval(
        "closeup/bench",  # found by closeup's entry point
        task_args={"path": str(bench), **options},
        model=model,
        log_dir=str(logs),
        log_realtime=False,
        display="none",
    )[0]
    gc.collect()  # of the streams that inspect leaves open, under this module's filter
    return log


def test_inspect_scores_the_same_replies_the_same(bench: Path, run: Path, tmp_path: Path):
    samples: Any = bench_task(path=str(bench)).dataset
    with Store.open(run) as store:
        said = {episode.question: episode.reply for episode in store.episodes()}
    by_text = {sample.input[-1].text: said[sample.id] for sample in samples}
    assert len(by_text) == len(said)
    log = evaluate(bench, tmp_path, lambda messages: by_text[messages[-1].text])
    assert {task: reported(log)[task] for task in scores(run)} == pytest.approx(scores(run))
    assert log.samples
    for sample in log.samples:
        assert isinstance(sample.messages[1].content[0], ContentImage)


def test_an_inspect_model_zooms_and_sees_the_crop(bench: Path, tmp_path: Path):
    call = '<tool_call>{"name": "zoom_in", "arguments": {"bbox_2d": [0, 0, 500, 250]}}</tool_call>'
    seen = []

    def answer(messages) -> str:
        seen.append(messages)
        return call if len(messages) == 2 else "<answer>A</answer>"

    log = evaluate(bench, tmp_path, answer, zoom=True)
    assert log.samples
    assert all(len(sample.messages) == 5 for sample in log.samples)
    shown = log.samples[0].messages[3]
    assert shown.role == "user"
    assert "<tool_response>" in shown.text
    assert "[0, 0, 500, 250] of image 1" in shown.text
    assert sum(isinstance(part, ContentImage) for part in shown.content) == 1
    assert '"zoom_in"' in log.samples[0].messages[0].text


def test_a_changed_look_or_bench_is_another_version_of_the_task(bench: Path):
    versions = [
        bench_task(path=str(bench)).version,
        bench_task(path=str(bench), grid="pixel").version,
        bench_task(path=str(bench), pixels=300_000).version,
        bench_task(path=str(bench), zoom=True).version,
    ]
    assert len(set(versions)) == 4


def test_a_log_of_a_run_has_its_scores_replies_and_images(bench: Path, run: Path, tmp_path: Path):
    assert closeup("export", run, "--to", "inspect", "--out", tmp_path / "out") == 0
    log = read_eval_log(str(tmp_path / "out" / FILE))
    told = reported(log)
    assert {task: told[task] for task in scores(run)} == pytest.approx(scores(run), abs=1e-12)
    assert told["depth_comparison stderr"] > 0
    recompute_metrics(log)
    assert reported(log) == told
    assert log.samples
    with Store.open(run) as store:
        for sample in log.samples:
            episode = store.episode(str(sample.id))
            assert episode
            assert sample.output.completion == episode.reply
            assert sample.scores
            assert sample.scores["closeup_score"].value == episode.score.value
            assert sample.messages[-1].text == episode.reply
            assert isinstance(sample.messages[1].content[0], ContentImage)


def test_a_log_owns_up_to_its_pages_and_not_to_where_it_was_made(bench, run, tmp_path):
    assert closeup("export", run, "--to", "inspect", "--out", tmp_path / "out") == 0
    log = read_eval_log(str(tmp_path / "out" / FILE))
    told = log.eval.metadata
    assert told
    lines = [json.loads(line) for line in (tmp_path / "out" / CREDITS).read_text().splitlines()]
    assert [line["page"] for line in lines] == [page.id for page in Bench.open(bench).pages()]
    assert {line["license"] for line in lines} == {"CC BY 4.0"}
    owed = [{"license": "CC BY 4.0", "attribution": "Ann", "pages": len(lines)}]
    assert told["credits"] == owed
    task = bench_task(path=str(bench))
    assert task.metadata
    assert task.metadata["credits"] == owed
    assert not {"bench", "endpoint"} & set(told["run"])
    assert str(bench.parent) not in log.model_dump_json()


def test_samples_are_clustered_as_reports_are(tmp_path: Path):
    folder = tmp_path / "bench"
    made = [two_views(0, "page0000", "page0001"), two_views(4, "page0001", "page0001")]
    write_bench(folder, made, {f"page{i:04}": Image.new("RGB", (1000, 1000)) for i in (0, 1)})
    args = ("--model", "random", "--out", tmp_path / "run", "--quiet")
    assert closeup("run", folder, *args) == 0
    assert closeup("export", tmp_path / "run", "--to", "inspect", "--out", tmp_path / "o") == 0
    log = read_eval_log(str(tmp_path / "o" / FILE))
    task: Any = bench_task(path=str(folder)).dataset
    for samples in (log.samples or [], task):
        assert [sample.metadata["cluster"] for sample in samples] == ["issue000", "issue000"]


def test_what_the_provider_failed_to_answer_is_an_error_and_no_zero(bench: Path, tmp_path: Path):
    said = tmp_path / "said.jsonl"
    said.write_text('{"question": "depth_comparison/page0000/00000", "reply": "A"}\n')
    args = ("--model", f"replay:{said}", "--out", tmp_path / "run", "--quiet")
    assert closeup("run", bench, *args) == 1
    assert closeup("export", tmp_path / "run", "--to", "inspect", "--out", tmp_path / "o") == 0
    log = read_eval_log(str(tmp_path / "o" / FILE))
    assert reported(log)["depth_comparison"] == 1.0
    assert log.samples
    assert sum(sample.error is not None for sample in log.samples) == 19
    assert log.results
    assert log.results.completed_samples == 1


def test_a_log_out_of_room_for_images_names_them_instead(bench: Path, run: Path, tmp_path: Path):
    assert closeup("export", run, "--to", "inspect", "--out", tmp_path / "o", "--image-mb", 0) == 0
    log = read_eval_log(str(tmp_path / "o" / FILE))
    assert log.samples
    assert "[image: [0, 0, 1000, 1000] of page page" in log.samples[0].messages[1].text


def test_a_log_needs_the_bench_of_the_run(bench: Path, run: Path, tmp_path: Path, capsys):
    other = tmp_path / "other"
    write_bench(other, [choice(0, [Box(0, 0, 9, 9), Box(20, 20, 50, 50)], "A")])
    args = ("--to", "inspect", "--out", tmp_path / "out", "--bench", other)
    assert closeup("export", run, *args) == 2
    assert "not the bench of" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_without_inspect_an_export_says_what_to_install(run: Path, tmp_path: Path):
    code = (
        "import sys; sys.modules |= {'inspect_ai': None, 'pyarrow': None}\n"
        "from closeup.cli import main; main(sys.argv[1:])"
    )
    for target in ("inspect", "hf"):
        done = subprocess.run(
            [sys.executable, "-c", code, "export", run, "--to", target, "--out", tmp_path / "out"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2, done.stderr
        assert "pip install 'closeup[" in done.stderr
        assert done.stderr.count("\n") == 1
