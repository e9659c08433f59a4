"""How long a run waits for GitHub in all: every wait comes out of one budget."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

LONGEST_WAIT = 90.0
"""Seconds that a whole run may spend waiting for GitHub."""


@dataclass(slots=True)
class Patience:
    """The clock, a way to wait, and what is left of the time that a run may spend waiting."""

    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    left: float = field(default=LONGEST_WAIT)

    def wait(self, seconds: float) -> bool:
        """Wait, and say so; `False`, without waiting, where that would exceed what is left."""
        if seconds > self.left:
            return False
        self.left -= seconds
        self.sleep(seconds)
        return True

    def spend(self, since: datetime) -> None:
        """Count what a failed try took: a server that hangs wears patience out, too."""
        self.left = max(0.0, self.left - max(0.0, (self.now() - since).total_seconds()))
