"""Ask one question of a bench, and read what was said: any model, with or without a server.

python examples/2_ask.py BENCH [MODEL]      (such as oracle, or http://127.0.0.1:8000/v1#name)
"""

import asyncio
import sys
from pathlib import Path

from closeup.ask import Setting, ask, opened
from closeup.bench import Bench
from closeup.models import Given, find
from closeup.tasks import task_of


async def main(folder: Path, name: str = "oracle") -> None:
    bench = Bench.open(folder)
    given = Given.of(bench)
    model = find(name, given)
    question = next(bench.questions())
    task = task_of(bench, question.task)
    setting = Setting()
    begun = opened(question, model, task, setting, given.pictures)
    for message in begun.first.messages:
        print(f"[{message.role}] {message.text}")
    episode = await ask(begun, model, setting, given.pictures)
    print(f"[assistant] {episode.reply}")
    print(f"score {episode.score.value}, gold {question.answer!r}, ended: {episode.stop}")
    if close := getattr(model, "close", None):
        await close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), *sys.argv[2:]))
