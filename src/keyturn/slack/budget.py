"""How long a run may spend on Slack in all: every call and every wait comes out of one budget."""

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct, field

LONGEST = 20.0
"""Seconds that a whole run may spend on Slack, however many pull requests it judges."""


class Budget(Struct):
    """The clock, a way to wait, and the seconds that are left."""

    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    left: float = field(default=LONGEST)

    def wait(self, seconds: float) -> bool:
        """Wait, and say so; `False`, without waiting, where that would take all that is left."""
        if seconds >= self.left:
            return False
        self.left -= seconds
        self.sleep(seconds)
        return True

    def spend_since(self, started: datetime) -> None:
        """Count what a call took."""
        self.left = max(0.0, self.left - max(0.0, (self.clock() - started).total_seconds()))
