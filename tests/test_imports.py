"""Imports point down only."""

import ast
import subprocess
import sys
from pathlib import Path

import closeup

ROOT = Path(closeup.__file__).parent

LAYERS = [
    {"records", "geometry"},
    {"page"},
    {"question"},
    {"message"},
    {
        "episode",
        "images",
        "plugins",
        "prompts",
        "replies",
        "panels",
        "reading_order",
        "sources",
        "stats",
    },
    {"bench", "cues", "looking", "pictures", "turn"},
    {"readers", "tasks", "tools"},
    {"conversation", "annotate"},
    {"run_info"},
    {"store"},
    {"check", "groups", "models"},
    {"ask", "synthetic"},
    {"ask_page", "build", "evaluate", "audit", "serve"},
    {"judge", "rewards", "teach"},
    {"training"},
    {"tiny"},
    {"show"},
    {"report", "export", "script"},
    {"study", "view"},
    {"cli"},
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
PACKAGES = {path.name for path in ROOT.iterdir() if path.is_dir()}


def imported(file: Path) -> set[str]:
    """Top-level names of closeup that a file imports, wherever in it the import stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module == "closeup":
            names = [f"closeup.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("closeup.")}
    return found


def test_readers_tasks_and_models_do_not_know_each_other():
    for package in ("readers", "tasks", "models"):
        others = {"readers", "tasks", "models"} - {package}
        if package == "models":  # the oracle is what the tasks say
            others -= {"tasks"}
        for file in (ROOT / package).rglob("*.py"):
            assert not imported(file) & others, file


def test_every_import_points_down():
    wrong = []
    for file in sorted(ROOT.rglob("*.py")):
        home = file.relative_to(ROOT).parts[0].removesuffix(".py")
        if home == "__init__":
            continue
        for name in imported(file) - {home}:
            if LEVEL[name] >= LEVEL[home]:
                wrong.append(f"{file.relative_to(ROOT)} imports closeup.{name}")
    assert not wrong


def test_torch_is_imported_only_where_models_run():
    homes = {"models", "training", "tiny"}
    for file in ROOT.rglob("*.py"):
        names = set()
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module.partition(".")[0])
        if names & {"torch", "transformers"}:
            assert file.relative_to(ROOT).parts[0] in homes


def test_no_verb_loads_torch_before_it_is_asked_for_a_model_of_its_own():
    code = "import sys, closeup.cli.main, closeup.models; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_importing_closeup_loads_nothing_heavy():
    heavy = ("numpy", "scipy", "sklearn", "aggdraw", "torch", "transformers", "rich", "tyro")
    code = f"import sys, closeup; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_public_names_are_exactly_what_can_be_imported():
    for name in closeup.__all__:
        assert getattr(closeup, name) is not None
    assert sorted(closeup.__all__) == closeup.__all__
