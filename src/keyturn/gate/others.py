"""Whose turn it is: what follows from a ledger entry is done by the run that wrote it, as long as that run lives."""

from datetime import timedelta
from typing import Final

from msgspec import Struct, field

from keyturn.core.record import LedgerEntry
from keyturn.gate.judged import Judged
from keyturn.ports import Reader

LEASE: Final = timedelta(seconds=90)
"""So long after it wrote an entry, a run that is still going on is left to do what follows from it."""

GRACE: Final = timedelta(seconds=5)
"""The same where nobody can tell whether that run is still going on."""


class Others(Struct, frozen=True):
    """Tells this run's work from that of others. Ask it only about what is still undone.

    `own_run` is the address of this run's log. `left` are the pull requests, by number, of which something is left to
    another run, and `unsure` those where that run may be dead: this one must look again in a moment, and do then what
    is still not done.
    """

    reader: Reader
    own_run: str | None
    left: set[int] = field(default_factory=set)
    unsure: set[int] = field(default_factory=set)

    def begin(self, number: int) -> None:
        """Forget what was left of a pull request when it was last looked at."""
        self.left.discard(number)
        self.unsure.discard(number)

    def is_ours(self, judged: Judged, entry: LedgerEntry | None) -> bool:
        """Whether this run does now what follows from an entry.

        Another run that wrote it and is going on does it. Should it die over it, the next run finds that out. At its
        first look a run leaves alone what others wrote, whatever its age, so that of two runs that find the same thing
        undone one is first.
        """
        if entry is None or judged.wrote(entry):
            return True
        age = judged.judgement.now - entry.time
        is_over = self._is_over(entry) if age < LEASE else True
        if is_over is False:
            self.left.add(judged.number)
            return False
        if judged.first_look or (is_over is None and age < GRACE):
            self.wait_for(judged.number)
            return False
        return True

    def wait_for(self, number: int) -> None:
        """Leave something for this moment to a run that may be at it, or about to begin, and look again."""
        self.left.add(number)
        self.unsure.add(number)

    def are_gone(self, judged: Judged) -> bool:
        """Whether no run but this one is at work on the pull request, so that what none of them began is ours."""
        recent = [entry for entry in judged.entries if judged.judgement.now < entry.time + LEASE]
        return all(self.is_ours(judged, entry) for entry in recent or judged.entries[-1:])

    def _is_over(self, entry: LedgerEntry) -> bool | None:
        """Whether the run that wrote an entry has ended, `None` where nobody can tell."""
        return None if entry.run_url == self.own_run else self.reader.run_is_over(entry.run_url)
