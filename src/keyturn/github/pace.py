"""Keeps a run with much to say from overwhelming GitHub, which limits how fast content may be created."""

from datetime import datetime
from typing import Final

from msgspec import Struct, field

from keyturn.github.patience import Patience

FREE: Final = 40
"""Writes that a run may make as fast as it can: more than one pull request ever needs."""
APART: Final = 1.0
"""Seconds from one write to the next after those, which stays below GitHub's 80 in a minute."""


class Pace(Struct):
    """Counts the writes of a run. What it waits is not taken from the run's patience, since nothing went wrong."""

    patience: Patience
    _made: int = 0
    _last: datetime | None = field(default=None)

    def step(self, *, at_once: bool = False) -> None:
        """Call before each write: waits where it would come too soon, unless it must be made at once."""
        if self._made >= FREE and self._last is not None and not at_once:
            since = (self.patience.now() - self._last).total_seconds()
            if since < APART:
                self.patience.sleep(APART - since)
        self._made += 1
        self._last = self.patience.now()
