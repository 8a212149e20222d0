"""A run as a log of inspect_ai, for `inspect view` and whatever else reads `.eval` files.

Everything said is there, and what was seen as far as the budget goes: crops and pages are embedded,
sample by sample, until they fill it; from then on a line of text stands for an image. The means are
inspect's own, over closeup's scores; its error bars are clustered, but not corrected for few
clusters as `closeup report` does.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from closeup import tools as known_tools
from closeup.ask import Setting, opening
from closeup.bench import Bench
from closeup.export.shared import (
    credit_list,
    fresh,
    gold,
    need,
    public,
    result_clusters,
    write_credits,
)
from closeup.geometry import View
from closeup.message import Message
from closeup.models.scripted import Replay
from closeup.pictures import Pictures
from closeup.question import Split
from closeup.records import CloseupError
from closeup.run_info import Result, RunInfo
from closeup.store import Store
from closeup.tasks import task_of

if TYPE_CHECKING:
    from inspect_ai.log import EvalSample

FILE, CREDITS = "closeup.eval", "credits.jsonl"
BUDGET_MB = 200
SCORER = "closeup_score"


def export_run(
    run: Store, bench: Bench, out: Path, split: Split | None = None, budget_mb: int = BUDGET_MB
) -> None:
    """Write `closeup.eval` and the credits of its pages into a folder.

    Raises CloseupError where the bench is not the run's, or inspect_ai is not installed.
    """
    need("inspect_ai", "inspect-ai", "inspect")
    if bench.content_hash != run.info.bench_hash:
        raise CloseupError(f"{bench.path}: not the bench of {run.folder}: name it with --bench")
    from inspect_ai.log import recompute_metrics, write_eval_log

    with fresh(out):
        samples = list(_samples(run, bench, split, _Images(bench, budget_mb * 1_000_000)))
        pages = {page for sample in samples for page in bench.question(str(sample.id)).pages}
        log = _log(run.info, samples, credit_list(bench, pages))
        recompute_metrics(log)
        write_eval_log(log, str(out / FILE))
        write_credits(bench, pages, out / CREDITS)


def _log(info: RunInfo, samples: "list[EvalSample]", owed: list[dict[str, str | int]]) -> Any:
    from inspect_ai.log import EvalConfig, EvalDataset, EvalLog, EvalSpec, EvalStats
    from inspect_ai.model import GenerateConfig

    now = datetime.now(UTC).isoformat(timespec="seconds")
    sampling = info.sampling
    return EvalLog(
        version=2,
        status="success",
        eval=EvalSpec(
            created=now,
            task="closeup/bench",
            task_version=info.bench_hash,
            task_args={"grid": info.grid, "tools": list(info.tools)},
            dataset=EvalDataset(name="bench", samples=len({s.id for s in samples}), shuffled=False),
            model=info.model,
            model_generate_config=GenerateConfig(
                temperature=sampling.temperature,
                top_p=sampling.top_p,
                max_tokens=sampling.max_tokens,
            ),
            config=EvalConfig(epochs=info.epochs, epochs_reducer=["mean"]),
            scorers=[_scorer()],
            packages={"closeup": info.closeup},
            metadata={"run": public(info), "credits": owed},
        ),
        stats=EvalStats(started_at=now, completed_at=now),
        samples=samples,
    )


def _scorer() -> Any:
    """What `closeup_score` of `inspect_task` is in a log, with its metrics."""
    from closeup.export.inspect_task import ALL

    def grouped(metric: str, params: dict[str, str], all_label: str, name: str) -> dict[str, Any]:
        told = {"type": "metric", "name": metric, "params": params}
        options = {"metric": told, "group_key": "task", "all_label": all_label}
        return {"name": "inspect_ai/grouped", "options": options | {"name_template": name}}

    means = grouped("mean", {}, ALL, "{group_name}")
    errors = grouped("stderr", {"cluster": "cluster"}, f"{ALL} stderr", "{group_name} stderr")
    return {"name": SCORER, "metrics": [means, errors]}


def _samples(
    run: Store, bench: Bench, split: Split | None, images: "_Images"
) -> "Iterator[EvalSample]":
    info = run.info
    asker = Replay(info.model, lambda *_: (), grid=info.grid, resolution=info.resolution)
    tools = [name for name in info.tools if name in known_tools.TOOLS]
    setting = Setting(
        tools=known_tools.find(tools),
        budget=info.budget,
        native=info.native_tools,
        oracle_crop=info.oracle_crop,
        crops=info.crops,
    )
    clusters = result_clusters(run, split)
    for result in run.results(split):
        question = bench.question(result.question)
        opened = opening(question, asker, task_of(bench, question.task), setting)
        yield _sample(run, bench, result, clusters[question.id], opened, images)


def _sample(
    run: Store,
    bench: Bench,
    result: Result,
    cluster: str,
    opened: tuple[Message, ...],
    images: "_Images",
) -> "EvalSample":
    from inspect_ai.log import EvalError, EvalSample
    from inspect_ai.model import ModelOutput, ModelUsage

    from closeup.export.inspect_task import as_inspect, metadata

    question = bench.question(result.question)
    episode = run.episode(result.question, result.epoch)
    asked = [images.message(message) for message in opened]
    said = [images.message(turn) for turn in episode.turns] if episode else []
    sample = EvalSample(
        id=question.id,
        epoch=result.epoch + 1,
        input=asked,
        target=gold(question),
        messages=[*asked, *said],
        metadata=metadata(question, bench.manifest.tasks[question.task].source, cluster),
    )
    if episode is None:
        told = result.failure or "no reply"
        sample.error = EvalError(message=told, traceback="", traceback_ansi="")
        return sample
    usage = ModelUsage(
        input_tokens=episode.usage.input,
        output_tokens=episode.usage.output,
        total_tokens=episode.usage.input + episode.usage.output,
        input_tokens_cache_read=episode.usage.cached,
    )
    sample.output = ModelOutput.from_content(run.info.model, episode.reply)
    sample.output.usage = usage
    sample.model_usage = {run.info.model: usage}
    sample.scores = {SCORER: as_inspect(episode.score)}
    sample.metadata |= {
        "stop": episode.stop,
        "calls": [json.loads(call.to_json()) for call in episode.calls],
        "served_by": episode.served_by,
    }
    sample.total_time = sample.working_time = episode.seconds
    return sample


class _Images:
    """Messages as inspect's, their images embedded while the budget lasts."""

    def __init__(self, bench: Bench, budget: int) -> None:
        self._pictures = Pictures.at(bench.image_path)
        self._left = budget

    def message(self, message: Message) -> Any:
        from inspect_ai.model import (
            ChatMessageAssistant,
            ChatMessageSystem,
            ChatMessageUser,
            ContentText,
        )

        match message.role:
            case "system":
                return ChatMessageSystem(content=message.text)
            case "assistant":
                return ChatMessageAssistant(content=message.text)
        parts = [self._part(part) for part in message.parts]
        if message.role == "tool":
            wrap = ContentText(text="<tool_response>\n"), ContentText(text="\n</tool_response>")
            parts = [wrap[0], *parts, wrap[1]]
        return ChatMessageUser(content=parts)

    def _part(self, part: str | View) -> Any:
        from inspect_ai.model import ContentImage, ContentText

        if isinstance(part, str):
            return ContentText(text=part)
        if self._left > 0:
            url = self._pictures.encoded(part).url.decode()
            self._left -= len(url)
            if self._left >= 0:
                return ContentImage(image=url, detail="high")
        box, (width, height) = list(part.box.pixels()), part.size
        return ContentText(text=f"[image: {box} of page {part.page}, {width}x{height} pixels]")
