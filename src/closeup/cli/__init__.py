"""The command line: one file a verb, and no logic."""

# Registers the verbs, in this order.
from closeup.cli import (
    annotate,
    ask,
    audit,
    build,
    check,
    compare,
    export,
    judge,
    power,
    report,
    run,
    script,
    serve,
    study,
    teach,
    train,
    view,
)
from closeup.cli.main import main

__all__ = [
    "annotate",
    "ask",
    "audit",
    "build",
    "check",
    "compare",
    "export",
    "judge",
    "main",
    "power",
    "report",
    "run",
    "script",
    "serve",
    "study",
    "teach",
    "train",
    "view",
]
