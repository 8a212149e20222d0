"""closeup ask: one's own page, one question, and how a model comes to its answer."""

import sys
from pathlib import Path
from typing import Annotated

import tyro
from tyro.conf import OmitArgPrefixes, Positional

from closeup.cli.app import Flag, app
from closeup.cli.model import AskFlags, ModelFlags, make_options, make_setting
from closeup.records import CloseupError


@app.command
def ask(
    page: Positional[Path],
    question: Positional[str],
    model: str,
    crops: Annotated[Path | None, tyro.conf.arg(metavar="DIR")] = None,
    as_json: Annotated[Flag[bool], tyro.conf.arg(name="json")] = False,
    seed: int = 0,
    provider: OmitArgPrefixes[ModelFlags] = ModelFlags(),  # noqa: B008, a frozen record
    episode: OmitArgPrefixes[AskFlags] = AskFlags(),  # noqa: B008
) -> None:
    """Ask a model about a page of one's own, and print how it comes to its answer.

    Args:
        page: An image: JPEG, PNG, WebP, GIF, TIFF or BMP.
        question: In one's own words.
        model: openai:NAME, gemini:NAME, http://HOST:PORT/v1#NAME, hf:NAME-or-folder, closeup-tiny,
            zoomer, or package.module:Name.
        crops: Save every image that the model was shown to this folder, missing or empty.
        as_json: Print everything as JSON.
        seed: Seed of a model that draws.
    """
    import asyncio

    from rich.console import Console

    from closeup.ask_page import ask_page, open_page
    from closeup.models import Given, ModelError, find
    from closeup.report.trajectory import Trajectory, check_folder, save, shown

    if episode.oracle_crop:
        raise CloseupError("--oracle-crop: only a bench knows where its answers are to be seen")
    if crops:
        check_folder(crops)
    pictures, whole = open_page(page)
    asked = find(model, Given(pictures, None, seed, make_options(provider, episode)))
    setting = make_setting(episode, model=asked)
    try:
        with Console(stderr=True).status(f"asking {asked.name}"):
            talk = asyncio.run(ask_page(whole, question, asked, setting, pictures))
    except ModelError as error:
        print(f"closeup: {error}", file=sys.stderr)
        sys.exit(1)
    told = Trajectory.of(talk, question, asked.name, asked.grid)
    if crops:
        save(told, pictures, crops)
    if as_json:
        print(told.to_json())
    else:
        Console().print(shown(told))
