"""Sweeps as processes of their own, which start at the same moment against one server whose clock runs meanwhile."""

import io
import multiprocessing
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Final

from keyturn.cli import action
from keyturn.cli.job import Job

SPEED: Final = 10.0
"""How many seconds pass in a real one: a request takes as long to those who race as it does over the internet."""
LONGEST: Final = 120
"""Real seconds after which a sweep is taken for lost."""


@dataclass(frozen=True, slots=True)
class FastClock:
    """A time that all processes of the machine share: it starts at `base` and runs fast."""

    base: datetime
    started: float

    def now(self) -> datetime:
        """The present moment."""
        return self.base + timedelta(seconds=(time.monotonic() - self.started) * SPEED)


def sleep(seconds: float) -> None:
    """Sleep by that clock."""
    time.sleep(seconds / SPEED)


def race(environments: list[dict[str, str]], clock: FastClock, delays: list[float]) -> list[tuple[int, str]]:
    """Run the Action in one process for each environment, all at once but for these delays; exit codes and logs.

    The processes are forked from one that has imported keyturn and knows nothing of the test.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["keyturn.cli.action"])
    barrier = context.Barrier(len(environments))
    started = []
    for environment, delay in zip(environments, delays, strict=True):
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_run, args=(environment, clock, delay, barrier, theirs), daemon=True)
        process.start()
        theirs.close()
        started.append((process, ours))
    found: list[tuple[int, str]] = []
    for process, ours in started:
        try:
            found.append(ours.recv() if ours.poll(LONGEST) else (-1, "did not end"))
        except EOFError:
            found.append((-1, "ended without a word"))
        process.join(1)
        if process.is_alive():
            process.kill()
        process.join()
        process.close()
    return found


def _run(
    environment: Mapping[str, str], clock: FastClock, delay: float, barrier: Barrier, told: "Connection[object, object]"
) -> None:
    log = io.StringIO()
    barrier.wait(LONGEST)
    sleep(delay)
    code = action.run(environment, Job.of(environment, log), clock=clock.now, sleep=sleep)
    told.send((code, log.getvalue()))
