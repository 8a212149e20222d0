"""How many processes a run has, and what they share: as accelerate was told."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field

from closeup.records import CloseupError, Record, read_bytes, shorten


class Launch(Record):
    """The processes of a run, one a GPU."""

    processes: int = Field(default=1, ge=1)
    zero: int = Field(default=0, ge=0, le=3)
    """DeepSpeed's ZeRO stage, or 0 without DeepSpeed. From 1 on the processes share the
    optimiser's state, from 2 on the gradients, with 3 the weights as well."""

    @classmethod
    def now(cls) -> "Launch":
        """The one that this process is part of, as `accelerate launch` tells it."""
        deepspeed = os.environ.get("ACCELERATE_USE_DEEPSPEED", "false").lower() == "true"
        told: dict[str, Any] = {
            "zero_stage": os.environ.get("ACCELERATE_DEEPSPEED_ZERO_STAGE", "2"),
            "deepspeed_config_file": os.environ.get("ACCELERATE_DEEPSPEED_CONFIG_FILE"),
        }
        zero = str(_zero(told)) if deepspeed else "0"
        return cls(processes=_count(os.environ.get("WORLD_SIZE", "1")), zero=_count(zero))

    @classmethod
    def of(cls, path: Path) -> "Launch":
        """The one that an accelerate config file describes, YAML or JSON.

        Raises CloseupError where it is no such file.
        """
        raw = _read(path)
        shared: Any = raw.get("deepspeed_config") or {}
        zero = _zero(shared) if raw.get("distributed_type") == "DEEPSPEED" else 0
        return cls.parse(_line(raw.get("num_processes", 1), zero), str(path))


def _zero(told: Mapping[str, Any]) -> Any:
    """The ZeRO stage, whether it stands there or in a file of DeepSpeed's own that is named."""
    if not (named := told.get("deepspeed_config_file")):
        return told.get("zero_stage", 2)
    try:
        own = json.loads(read_bytes(Path(str(named))))
    except (ValueError, RecursionError) as error:
        raise CloseupError(f"{named}: not readable as JSON: {error}") from None
    zero = own.get("zero_optimization", {}) if isinstance(own, dict) else None
    if not isinstance(zero, dict):
        raise CloseupError(f"{named}: not a config of DeepSpeed's")
    return zero.get("stage", 0)


def _read(path: Path) -> dict[str, Any]:
    try:
        import yaml
    except ImportError:
        raise CloseupError(f"{path}: needs YAML: pip install 'closeup[train]'") from None
    try:
        raw = yaml.safe_load(read_bytes(path))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise CloseupError(f"{path}: not readable as YAML: {str(error).splitlines()[0]}") from None
    if not isinstance(raw, dict) or not isinstance(raw.get("deepspeed_config") or {}, dict):
        raise CloseupError(f"{path}: not a config of accelerate's")
    return raw


def _line(processes: object, zero: object) -> str:
    return json.dumps({"processes": processes, "zero": zero}, default=str)


def _count(text: str) -> int:
    if not text.isdecimal():
        raise CloseupError(f"WORLD_SIZE or ZeRO stage {shorten(text)}: need a whole number")
    return int(text)
