"""Ctrl-C: the first ends a run when the replies that are out have come, the second at once.

What is out is paid for. SIGTERM and SIGHUP end it at once, for whoever sends them will not wait.
"""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from closeup.evaluate.progress import Display
from closeup.evaluate.schedule import Schedule


@contextmanager
def stopping(schedule: Schedule, display: Display) -> Iterator[Callable[[], bool]]:
    """While it lasts, signals stop the schedule or the task; gives what tells whether one came."""
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False  # signals are for the main thread alone
        return
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    assert task is not None
    came: list[int] = []

    def heard(number: int) -> None:
        came.append(number)
        if number == signal.SIGINT and len(came) == 1:
            schedule.stop()
            display.say("finishing what is out; Ctrl-C again drops it")
        else:
            task.cancel()

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    for number in numbers:
        loop.add_signal_handler(number, heard, number)
    try:
        yield lambda: bool(came)
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)
