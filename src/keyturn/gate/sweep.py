"""The scheduled run: a glance at everything that is open, and a judgement of whatever that shows to need one."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from keyturn.core.decision import ReasonCode
from keyturn.core.verdict import VerdictState
from keyturn.gate.light_pass import by_deadline, must_be_read
from keyturn.gate.story import Gate, Result
from keyturn.ports import Light, Reader, Snapshot, Unavailable

AT_ONCE = 25
"""So many pull requests are read whole together: five a query, and what those leave open in one more for all."""


class Swept(Struct, frozen=True):
    """What a sweep came to: the results of those it judged, by number; how many it saw; and those it could not judge.

    `failed` holds open pull requests whose verdict may not be what it should be, with the reason.
    """

    results: tuple[Result, ...]
    seen: int
    failed: tuple[tuple[int, str], ...]


class Sweep(Struct, frozen=True, kw_only=True):
    """Looks after all open pull requests, and after the closed ones that are not done with."""

    reader: Reader
    gate: Gate
    clock: Callable[[], datetime]

    def run(self) -> Swept:
        """Judge whatever differs from the ledger, is due or stands at success, the nearest deadline first.

        One that cannot be read keeps a verdict that blocks; a passing one it loses when a second try fails too. Raises
        `Unavailable` where not even the list can be read.
        """
        lights = list(self.reader.sweep())
        now = self.clock()
        due = by_deadline(light for light in lights if must_be_read(light, now))
        results: list[Result] = []
        unread: list[Light] = []
        for light, snapshot in self._read(due):
            if isinstance(snapshot, Unavailable):
                unread.append(light)
            else:
                results.append(self.gate.judge(light.number, snapshot))
        failed = [self._failed(result) for result in results if not result.published]
        for light, snapshot in self._read(unread):
            if not isinstance(snapshot, Unavailable):
                results.append(self.gate.judge(light.number, snapshot))
            elif light.closed or not _passes(light):
                failed.append((light.number, f"{snapshot}; its verdict still blocks"))
            else:
                results.append(self.gate.give_up(light.number, snapshot))
                failed.append((light.number, str(snapshot)))
        ordered = sorted(results, key=lambda result: result.decision.pull_request or 0)
        return Swept(tuple(ordered), len(lights), tuple(sorted(failed)))

    def _read(self, lights: Sequence[Light]) -> Iterator[tuple[Light, Snapshot | Unavailable]]:
        """Read pull requests whole, a few at once."""
        for start in range(0, len(lights), AT_ONCE):
            some = lights[start : start + AT_ONCE]
            try:
                snapshots = self.reader.snapshots([light.number for light in some])
            except Unavailable as refused:
                snapshots = dict.fromkeys((light.number for light in some), refused)
            for light in some:
                missing = Unavailable(ReasonCode.FACTS_INCOMPLETE, f"GitHub gave nothing about #{light.number}")
                yield light, snapshots.get(light.number, missing)

    def _failed(self, result: Result) -> tuple[int, str]:
        return result.decision.pull_request or 0, "; ".join(result.warnings) or "its verdict could not be published"


def _passes(light: Light) -> bool:
    return light.verdict is None or light.verdict.state is VerdictState.SUCCESS
