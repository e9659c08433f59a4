"""How long a run goes on about a pull request: while it moves, while GitHub refuses, while others are still at it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from keyturn.gate.judged import NotTaken

PATIENCE: Final = timedelta(seconds=60)
"""How long a run goes on judging afresh while others move the ledger or the pull request under it."""

MOST_LOOKS: Final = 8
"""So often it looks again at what it left to others, after longer and longer pauses: some forty seconds in all."""

MOST_REFUSALS: Final = 3
"""So often it judges afresh because GitHub did not take a success: each time costs the repository's calls."""


class Persistence(Struct):
    """Counts what a run tried for one pull request, and pauses between.

    `pause` waits a random while, about a second, so that runs that collide part. Whatever the clock says, it ends.
    """

    clock: Callable[[], datetime]
    pause: Callable[[], None]
    until: datetime
    looks: int = 0
    refusals: int = 0

    @classmethod
    def begin(cls, clock: Callable[[], datetime], pause: Callable[[], None]) -> "Persistence":
        """Nothing was tried yet."""
        return cls(clock, pause, clock() + PATIENCE)

    def looks_again(self) -> bool:
        """Wait, and say so, before another look; `False` where it was looked often enough."""
        if self.looks == MOST_LOOKS:
            return False
        self.looks += 1
        self._rest(self.looks)
        self.until = self.clock() + PATIENCE
        return True

    def judges_again(self, why: Exception) -> bool:
        """Wait, and say so, before judging afresh; `False` where that went on for long enough."""
        self.refusals += isinstance(why, NotTaken)
        if self.clock() >= self.until or self.refusals > MOST_REFUSALS:
            return False
        self._rest(max(1, self.refusals))
        return True

    def _rest(self, pauses: int) -> None:
        for _ in range(pauses):
            self.pause()
