"""The command line: one file a verb, and no logic."""

from closeup.cli import audit, build, check, report, run, serve  # registers the verbs, in this order
from closeup.cli.main import main

__all__ = ["audit", "build", "check", "main", "report", "run", "serve"]
