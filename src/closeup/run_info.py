"""What a run says of itself, and of each of its questions: the two records of a run folder."""

from typing import NamedTuple

from closeup.conversation import Budget
from closeup.geometry import Grid
from closeup.images import Resolution
from closeup.message import Sampling
from closeup.records import Record


class RunInfo(Record):
    """What a run is of. What a reply depends on must agree for a run to be taken up again."""

    model: str
    seed: int
    grid: Grid
    resolution: Resolution
    tools: tuple[str, ...] = ()
    native_tools: bool = False
    oracle_crop: bool = False
    budget: Budget = Budget()
    crops: Resolution
    sampling: Sampling = Sampling()
    epochs: int = 1
    bench_hash: str
    bench: str
    """The bench's folder, as it was given."""
    endpoint: str = ""
    """Where the model was served, or empty."""
    closeup: str
    """The version that began the run."""


MAY_CHANGE = ("epochs", "bench_hash", "bench", "endpoint", "closeup")
"""Fields of RunInfo that may be others when a run is taken up again: then the last ones stand."""


class Result(NamedTuple):
    """One question of a run, as the statistics see it."""

    question: str
    epoch: int
    task: str
    split: str
    issue: str
    cluster: str
    chance: float | None
    gold: str | None
    """The class of the right answer: an option's text, a letter or a number; or None."""
    answer: str | None
    """The class that was answered."""
    value: float | None
    """The score; None: unscored."""
    parsed: int | None
    """1 where an answer could be read from the reply, 0 where not; None where there is no reply."""
    failure: str | None
    """Why there is no answer, where the provider failed."""
    calls: int | None
    """Tools called, in vain or not."""
    input_tokens: int | None
    output_tokens: int | None
    cached_tokens: int | None
    seconds: float | None
    """Waited for the model."""
