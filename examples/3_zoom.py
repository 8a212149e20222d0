"""Let a model zoom in, and see where it looked: its boxes on the page beside the evidence.

python examples/3_zoom.py BENCH OUT [MODEL]

Runs a few questions with the tool `zoom_in`, prints for each call the region that the model got and
how much of the evidence lies in it, and saves the crops as PNG.
"""

import sys
from pathlib import Path

from closeup import tools
from closeup.ask import Setting
from closeup.bench import Bench
from closeup.evaluate import run
from closeup.models import Given, find
from closeup.store import Store


def main(folder: Path, out: Path, name: str = "zoomer") -> None:
    bench = Bench.open(folder)
    given = Given.of(bench)
    model = find(name, given)
    setting = Setting(tools=tools.find(["zoom_in"]))
    run(bench, model, out / "run", pictures=given.pictures, setting=setting, limit=5)
    with Store.open(out / "run") as store:
        for number, episode in enumerate(store.episodes()):
            question = bench.question(episode.question)
            print(f"{question.id}: {episode.stop}, score {episode.score.value}")
            for call in episode.calls:
                if call.view is None:
                    print(f"  {call.tool}: {call.error}")
                    continue
                view = episode.views[call.view]
                seen = [view.box.coverage(mark.box) for mark in question.evidence]
                box = [round(side) for side in view.box.corners]
                print(f"  {call.tool} {box}: {max(seen, default=0):.0%} of the evidence")
                crop = out / f"{number}-image{call.view + 1}.png"
                given.pictures.pixels(view).save(crop)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
