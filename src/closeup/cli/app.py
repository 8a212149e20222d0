"""The app that the verbs are registered with, and the types that several of them share."""

from pathlib import Path
from typing import Annotated, Literal

import tyro

app = tyro.extras.SubcommandApp()

From = Annotated[Path, tyro.conf.arg(name="from", metavar="PATH")]
MaybePath = Annotated[Path | None, tyro.conf.arg(metavar="PATH")]
MaybeInt = Annotated[int | None, tyro.conf.arg(metavar="N")]
Flag = tyro.conf.FlagCreatePairsOff
SplitName = Literal["train", "test"]
ClusterName = Literal["page", "issue"]
