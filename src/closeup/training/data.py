"""What is learned from: questions of a bench's training split, in the order they are learned.

The order is drawn from the recipe's seed alone, so a resumed run goes on with the very next one.
"""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import count as count_from
from itertools import islice
from pathlib import Path

from closeup.bench import Bench, Entry
from closeup.pictures import Pictures
from closeup.question import Question
from closeup.records import CloseupError, shorten
from closeup.synthetic.artist import PAGES_PER_ISSUE, SERIES, TEST_SEEDS_FROM, style_of
from closeup.synthetic.styles import STYLES
from closeup.tasks import find
from closeup.teach import Trajectories
from closeup.training.recipe import Data, Recipe

WINDOW = 32
"""Pages whose questions are asked before the next pages are turned to."""
PAGE_PIXELS = 3_000_000
_PAGE = re.compile(rf"{SERIES}/([0-9]+)/[0-9]+")


def questions(recipe: Recipe) -> list[Question]:
    """The questions of a whole run, in its order: in GRPO one for each group, in SFT one for each
    example. Raises CloseupError where the bench cannot be trained on."""
    bench = opened(recipe.data)
    count = recipe.train.steps * recipe.train.batch
    if recipe.rollouts:
        count = -(-count // recipe.rollouts.group)
    drawn = order(pool(recipe.data, bench), shares(recipe.data), count, recipe.seed)
    return bench.questions_at(entry.offset for entry in drawn)


def opened(data: Data) -> Bench:
    """The bench. Code of a task of one's own runs only where the recipe names it."""
    return Bench.open(Path(data.bench), trusted=[name for name in data.tasks if ":" in name])


def pictures(bench: Bench) -> Pictures:
    """The bench's images, with room for the pages of a window."""
    return Pictures.at(bench.image_path, WINDOW * PAGE_PIXELS)


def shares(data: Data) -> dict[str, float]:
    """The shares of the tasks, by the names that stand in their questions."""
    return {find(name).name: share for name, share in data.tasks.items() if share > 0}


def pool(data: Data, bench: Bench) -> dict[str, list[Entry]]:
    """What may be asked, by task, in the order of the bench.

    Raises CloseupError where the bench is for tests, or has no training question of a task that
    the recipe names.
    """
    if bench.manifest.seed_range == "test" or not bench.manifest.pages.get("train"):
        raise CloseupError(f"{bench.path}: has no pages to train on, only test pages")
    styles = frozenset(data.without_styles)
    if unknown := sorted(styles - STYLES.keys()):
        raise CloseupError(f"without_styles: {shorten(unknown[0])}: need one of {list(STYLES)}")
    wanted = shares(data)
    found: dict[str, list[Entry]] = {name: [] for name in sorted(wanted)}
    for entry in bench.entries():
        if entry.split != "train" or (wanted and entry.task not in wanted):
            continue
        known = found.setdefault(entry.task, [])
        if data.limit is not None and len(known) >= data.limit:
            continue
        number = _synthetic(entry)
        if number is not None and number * PAGES_PER_ISSUE >= TEST_SEEDS_FROM:
            raise CloseupError(f"{bench.path}: {entry.page}: a page of a test seed")
        if styles and number is None:
            raise CloseupError(f"without_styles: {bench.path}: {entry.page}: of no known style")
        if number is None or not styles or style_of(number).name not in styles:
            known.append(entry)
    for name, entries in found.items():
        if not entries:
            raise CloseupError(f"{bench.path}: no training question of task {shorten(name)}")
    if not found:
        raise CloseupError(f"{bench.path}: no training questions")
    return found


def learned(data: Data, bench: Bench) -> tuple[dict[str, list[Entry]], Trajectories | None]:
    """What can be learned, by task: questions, and where the recipe names them the episodes that
    show how, without which a question is left out.

    Raises CloseupError as `pool` does, and for a task of which no episode was kept.
    """
    found = pool(data, bench)
    if data.trajectories is None:
        return found, None
    episodes = Trajectories(Path(data.trajectories))
    shown = {
        task: [entry for entry in entries if entry.id in episodes]
        for task, entries in found.items()
    }
    for task, entries in shown.items():
        if not entries:
            place = f"data.trajectories: {data.trajectories}"
            raise CloseupError(f"{place}: no kept episode of task {shorten(task)}")
    return shown, episodes


def order(
    pool: Mapping[str, Sequence[Entry]], shares: Mapping[str, float], count: int, seed: int
) -> list[Entry]:
    """The next `count` questions: the task drawn by its share, then its questions in turn.

    Questions of the same pages stand near each other, so that a page is decoded once and not for
    every one of them: pages come in windows, in an order that is shuffled anew each time round. A
    task that the window has no more of is asked about other pages, so shares hold all the same.
    """
    return list(islice(_endless(pool, shares, seed), count))


def _endless(
    pool: Mapping[str, Sequence[Entry]], shares: Mapping[str, float], seed: int
) -> Iterator[Entry]:
    names = sorted(pool)
    weights = [shares[name] if shares else 1.0 for name in names]
    whole = sum(weights)
    elsewhere = {name: _turns(pool[name], f"{seed}/{name}") for name in names}
    for number, asked in enumerate(_windows(pool, seed)):
        dice = random.Random(f"closeup/order/{seed}/{number}")
        own = {name: dice.sample(asked.get(name, []), len(asked.get(name, []))) for name in names}
        there = sum(map(len, own.values()))
        # As many as it has of each task's share: no task that is rare cuts it short.
        draws = sum(
            min(len(own[name]), weight / whole * there)
            for name, weight in zip(names, weights, strict=True)
        )
        for name in dice.choices(names, weights, k=max(1, round(draws))):
            yield own[name].pop() if own[name] else next(elsewhere[name])


def _windows(pool: Mapping[str, Sequence[Entry]], seed: int) -> Iterator[dict[str, list[Entry]]]:
    """The questions of a window's pages, by task; window after window, without end."""
    of_page: dict[str, dict[str, list[Entry]]] = {}
    for task, entries in pool.items():
        for entry in entries:
            of_page.setdefault(entry.page, {}).setdefault(task, []).append(entry)
    for turn in count_from(0):
        pages = sorted(of_page)
        random.Random(f"closeup/pages/{seed}/{turn}").shuffle(pages)
        for start in range(0, len(pages), WINDOW):
            found: dict[str, list[Entry]] = {}
            for page in pages[start : start + WINDOW]:
                for task, entries in of_page[page].items():
                    found.setdefault(task, []).extend(entries)
            yield found


def _turns(entries: Sequence[Entry], seed: str) -> Iterator[Entry]:
    """The questions of a task without end, shuffled anew each time round."""
    for turn in count_from(0):
        shuffled = list(entries)
        random.Random(f"closeup/turn/{seed}/{turn}").shuffle(shuffled)
        yield from shuffled


def _synthetic(entry: Entry) -> int | None:
    """The number of a synthetic page's issue, whichever dataset it came with; None for others."""
    found = _PAGE.fullmatch(entry.page)
    return int(found[1]) if found else None
