"""The docs say what is there."""

import re
from pathlib import Path

import pytest

import closeup
from closeup.cli import main
from closeup.readers import READERS
from closeup.tasks import TASKS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
DOCS = README + "".join(file.read_text() for file in sorted(ROOT.glob("docs/*.md")))
SOURCE = Path(closeup.__file__).parent
INNER = ("__init__", "__main__", "app", "main", "model")


def test_the_readme_names_every_reader_and_every_task():
    for name in [*READERS, *TASKS]:
        assert f"`{name}`" in README


def test_the_architecture_names_every_module():
    tree = (ROOT / "ARCHITECTURE.md").read_text()
    for path in SOURCE.iterdir():
        if path.name.startswith("_") or path.suffix not in ("", ".py"):
            continue
        assert re.search(rf"^  {re.escape(path.name)}/? ", tree, re.M), path.name


VERBS = sorted(path.stem for path in (SOURCE / "cli").glob("*.py") if path.stem not in INNER)


def test_the_docs_show_every_verb():
    for verb in VERBS:
        assert f"closeup {verb} " in DOCS, verb


@pytest.mark.parametrize("verb", VERBS)
def test_every_option_the_docs_use_is_there(verb: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main([verb, "--help"])
    text = capsys.readouterr().out
    for line in re.findall(rf"closeup {verb} [^`\n]*", DOCS):
        for option in re.findall(r"(?<!\S)--[a-z-]+", line.split("#")[0]):
            assert option in text, f"{verb} {option}"


def test_every_link_between_the_docs_leads_somewhere():
    for file in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", file.read_text()):
            assert (file.parent / target).exists(), f"{file.name}: {target}"


def test_no_tracked_text_names_a_machine():
    for file in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *SOURCE.rglob("*.py")]:
        assert not re.search(r"(^|[^\w.])/(work|root|home)/", file.read_text()), file
