"""How long a run waits for GitHub in all: every wait comes out of one budget."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from msgspec import Struct, field

from keyturn.core.decision import ReasonCode
from keyturn.ports import Unavailable

Found = TypeVar("Found")


READ_AGAIN_AFTER = (1.0, 3.0, 5.0)
"""Seconds before each further reading of what did not add up: less than ten in all."""
LONGEST_WAIT = 90.0
"""Seconds that a whole run may spend waiting for GitHub."""


class Patience(Struct):
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

    def settled(self, read: Callable[[], Found]) -> Found:
        """What is read; where it does not add up it is read again within ten seconds, and then raises `Unavailable`."""
        for pause in READ_AGAIN_AFTER:
            try:
                return read()
            except Unavailable as failed:
                if failed.code is not ReasonCode.FACTS_INCOMPLETE or not self.wait(pause):
                    raise
        return read()
