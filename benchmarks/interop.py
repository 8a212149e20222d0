"""The other harnesses load what closeup exports, by their own code, and score the same replies.

    make interop

A synthetic bench is asked of the scripted `random` model; its replies then go through lmms-eval and
VLMEvalKit, which print their scores beside closeup's. Exit code 1 where any differ by 1e-9.
"""

import argparse
import os
import shutil
import sys
from pathlib import Path

from closeup.cli import main as closeup
from closeup.report.summary import summary
from closeup.store import Store

TOLERANCE = 1e-9
Scores = dict[str, float]


def prepare(out: Path, pages: int) -> tuple[Scores, dict[str, str]]:
    """Make everything; closeup's score of each task, and the replies by question."""
    shutil.rmtree(out, ignore_errors=True)
    bench, run = out / "bench", out / "run"
    for args in (
        ["build", "--reader", "synthetic", "--pages", pages, "--seed", 1_000_000, "--out", bench],
        ["run", bench, "--model", "random", "--out", run, "--quiet"],
        ["export", bench, "--to", "lmms_eval", "--out", out / "lmms_eval"],
        ["export", bench, "--to", "vlmevalkit", "--out", out / "LMUData"],
    ):
        closeup([str(arg) for arg in args])
    with Store.open(run) as store:
        scores = {task: row.score or 0.0 for task, row in summary(store).items()}
        return scores, {episode.question: episode.reply for episode in store.episodes()}


def lmms_eval(folder: Path, replies: dict[str, str]) -> Scores:
    """The scores by lmms-eval's own evaluator."""
    from lmms_eval.api.model import lmms  # pyright: ignore
    from lmms_eval.evaluator import simple_evaluate  # pyright: ignore
    from lmms_eval.protocol import ChatMessages  # pyright: ignore
    from lmms_eval.tasks import TaskManager  # pyright: ignore

    class Replay(lmms):
        is_simple = False

        def generate_until(self, requests):
            return [self._reply(*request.args) for request in requests]

        def _reply(self, _, to_messages, __, number, task, split):
            doc = self.task_dict[task][split][number]
            images, _, _ = ChatMessages(messages=to_messages(doc)).extract_media()
            assert len(images) == len(doc["images"])
            return replies[doc["id"]]

        def loglikelihood(self, requests):
            raise NotImplementedError

        def generate_until_multi_round(self, requests):
            raise NotImplementedError

    manager = TaskManager(include_path=str(folder), include_defaults=False)
    found = simple_evaluate(
        model=Replay(),
        tasks=[next(name for name in manager.all_groups if name.startswith("closeup_"))],
        task_manager=manager,
        bootstrap_iters=0,
        log_samples=False,
    )
    for name, row in sorted(found["results"].items()):
        if "score_stderr_clustered,none" in row:
            print(f"lmms-eval {name}: {row['score,none']} ± {row['score_stderr_clustered,none']}")
    return {
        name.split("_", 2)[2]: row["score,none"]
        for name, row in found["results"].items()
        if name.count("_") > 1
    }


def vlmevalkit(folder: Path, replies: dict[str, str]) -> tuple[Scores, Scores]:
    """The scores by closeup's dataset class, and those of the choices by VLMEvalKit as it is.

    The latter reads no tags, so that it gets the letters alone.
    """
    os.environ |= {"LMUData": str(folder), "PRED_FORMAT": "tsv"}
    from vlmeval.dataset import build_dataset  # pyright: ignore

    from closeup.export import vlmeval_run

    vlmeval_run.register()
    name = next(file.stem for file in folder.glob("closeup_????????.tsv"))
    scores: list[Scores] = []
    for table in (name, f"{name}_MCQ"):
        dataset = build_dataset(table)
        assert type(dataset).__name__ == ("CloseupDataset" if table == name else "CustomMCQDataset")
        for number in range(len(dataset)):
            *images, text = dataset.build_prompt(number)
            assert images
            assert all(Path(image["value"]).is_file() for image in images)
            assert text["type"] == "text"
        told = [replies[question] for question in dataset.data["id"]]
        if table != name:
            told = [reply.removeprefix("<answer>").removesuffix("</answer>") for reply in told]
        answers = dataset.data.drop(columns="image", errors="ignore").assign(prediction=told)
        file = folder / f"replay_{table}.tsv"
        answers.to_csv(file, sep="\t", index=False)
        found = dataset.evaluate(str(file), model="exact_matching", nproc=1)
        row = found.iloc[0].to_dict()
        kinds = ("split", "Overall", "choice", "integer", "order", "text")
        scores.append({task: float(value) for task, value in row.items() if task not in kinds})
    return scores[0], scores[1]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, default=Path("results/interop/data"))
    parser.add_argument("--pages", type=int, default=6)
    args = parser.parse_args()
    out = args.out.absolute()
    os.environ |= {"HF_HUB_OFFLINE": "1", "HF_HOME": str(out / "hf")}
    own, replies = prepare(out, args.pages)
    theirs = {"lmms-eval": lmms_eval(out / "lmms_eval", replies)}
    whole, choices = vlmevalkit(out / "LMUData", replies)
    theirs |= {"VLMEvalKit": whole, "VLMEvalKit as it is": choices}
    wrong = 0
    print(f"{'task':28}" + "".join(f"{name:>22}" for name in ["closeup", *theirs]))
    for task, score in own.items():
        row = [scores.get(task) for scores in theirs.values()]
        print(
            f"{task:28}{score:22.12f}"
            + "".join(f"{v:22.12f}" if v is not None else f"{'':22}" for v in row)
        )
        wrong += sum(value is not None and abs(value - score) > TOLERANCE for value in row)
        wrong += any(value is None for value in row[:2])
    print("all agree" if not wrong else f"{wrong} differ")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
