"""Keeps a run with much to say from overwhelming GitHub, which limits how much may be written in a minute."""

from datetime import datetime
from typing import Final

from msgspec import Struct, field

from keyturn.github.patience import Patience

MINUTE: Final = 60.0
WRITES: Final = 150
"""Writes that a run may make in a minute; GitHub lets 180 pass. One pull request never needs that many."""
CREATIONS: Final = 70
"""Those among them that create content, and so notify people; GitHub lets 80 pass."""


class Pace(Struct):
    """Counts the writes of a run. What it waits is not taken from the run's patience, since nothing went wrong."""

    patience: Patience
    _writes: list[datetime] = field(default_factory=list)
    _creations: list[datetime] = field(default_factory=list)

    def step(self, *, creates: bool = False, at_once: bool = False) -> None:
        """Call before each write: waits where it would be too many in a minute, unless it must be made at once."""
        if not at_once:
            self._wait(self._writes, WRITES)
            if creates:
                self._wait(self._creations, CREATIONS)
        now = self.patience.now()
        self._writes.append(now)
        if creates:
            self._creations.append(now)

    def _wait(self, made: list[datetime], most: int) -> None:
        if len(made) >= most:
            since = (self.patience.now() - made[-most]).total_seconds()
            if since < MINUTE:
                self.patience.sleep(MINUTE - since)
