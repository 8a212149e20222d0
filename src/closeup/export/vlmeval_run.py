"""VLMEvalKit with closeup's benches.

    python -m closeup.export.vlmeval_run --data closeup_<hash> --model …

All arguments are those of VLMEvalKit's `run.py`. What is added is one dataset class, for the tables
that `closeup export --to vlmevalkit` wrote into `$LMUData`: closeup's prompts as they stand, and
closeup's scoring. A reply that VLMEvalKit could not get is left unscored, never taken for 0.
"""

import os
import sys
from pathlib import Path
from typing import Any

import pandas  # pyright: ignore
from vlmeval import dataset as datasets  # pyright: ignore
from vlmeval.dataset.image_base import ImageBaseDataset  # pyright: ignore
from vlmeval.smp import LMUDataRoot, load, toliststr  # pyright: ignore
from vlmeval.smp.file import INFER_FAIL_MSG  # pyright: ignore

from closeup.export.shared import score


class CloseupDataset(ImageBaseDataset):
    """All questions of a bench. `evaluate` gives a table: a row a split, a column a task."""

    TYPE = "closeup"  # of no kind that models have a prompt of their own for

    @classmethod
    def supported_datasets(cls) -> list[str]:
        """The benches in `$LMUData`."""
        tables = sorted(Path(LMUDataRoot()).glob("closeup_*.tsv"))
        return [table.stem for table in tables if table.stem.count("_") == 1]

    def load_data(self, dataset: str) -> Any:
        """The table."""
        return load(os.path.join(LMUDataRoot(), f"{dataset}.tsv"))

    def post_build(self, dataset: str) -> None:
        """Undo the unwrapping of lists of one image."""
        self.data["image_path"] = [toliststr(paths) for paths in self.data["image_path"]]

    def dump_image(self, line: Any) -> list[str]:
        """The paths of a row's images."""
        return [os.path.join(self.img_root, os.path.basename(name)) for name in line["image_path"]]

    def build_prompt(self, line: Any) -> list[dict[str, str]]:
        """The images, then all text."""
        row = self.data.iloc[line] if isinstance(line, int) else line
        shown = [{"type": "image", "value": path} for path in self.dump_image(row)]
        return [*shown, {"type": "text", "value": row["question"]}]

    def evaluate(self, eval_file: str, **_: Any) -> Any:
        """Mean scores by split and task, unscored replies left out; `Overall` is the mean of the
        tasks."""
        asked = {str(row["index"]): row for _, row in self.data.iterrows()}
        values: dict[str, dict[str, list[float]]] = {}
        for index, reply in _replies(eval_file):
            row = asked[index]
            worth = None
            if INFER_FAIL_MSG not in reply:
                worth = score(row["record"], row["source"], reply).value
            by_task = values.setdefault(row["split"], {}).setdefault(row["category"], [])
            if worth is not None:
                by_task.append(worth)
        rows = []
        for split, by_task in sorted(values.items()):
            means = {task: sum(got) / len(got) for task, got in sorted(by_task.items()) if got}
            overall = sum(means.values()) / len(means) if means else float("nan")
            rows.append({"split": split, "Overall": overall, **means})
        return pandas.DataFrame(rows)


def _replies(file: str) -> list[tuple[str, str]]:
    """Each row's index and reply. A table of text is read as text: "3" is no number here."""
    if file.endswith(".tsv"):
        table = pandas.read_csv(file, sep="\t", dtype=str, keep_default_na=False)
    else:
        table = load(file).fillna("")
    pairs = zip(table["index"], table["prediction"], strict=True)
    return [(str(index), str(reply)) for index, reply in pairs]


def register() -> None:
    """Let VLMEvalKit find the benches, before it would take them for custom data."""
    if CloseupDataset not in datasets.DATASET_CLASSES:
        datasets.DATASET_CLASSES.insert(0, CloseupDataset)


def main() -> None:
    """VLMEvalKit's own command."""
    os.environ.setdefault("PRED_FORMAT", "tsv")  # a spreadsheet would take replies for formulas
    register()
    from vlmeval import run  # pyright: ignore

    run.load_env()
    run.main()


if __name__ == "__main__":
    sys.exit(main())
