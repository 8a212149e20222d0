"""Tests on real comics take their place from CLOSEUP_DATA and are deselected without it."""

import os
import signal
from pathlib import Path

import pytest

# A shell starts what it runs in the background deaf to Ctrl-C, and its children with it.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.environ.get("CLOSEUP_DATA"):
        return
    real = [item for item in items if item.get_closest_marker("real_data")]
    items[:] = [item for item in items if item not in real]
    config.hook.pytest_deselected(items=real)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real comics."""
    return Path(os.environ["CLOSEUP_DATA"])
