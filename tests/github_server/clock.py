"""The server's own time: nothing it stamps comes from the machine's clock."""

from datetime import UTC, datetime, timedelta
from typing import Final

START: Final = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class Clock:
    """A clock that stands still until a test moves it; whole seconds, UTC, as GitHub's times are."""

    def __init__(self, now: datetime = START) -> None:
        """Start at `now`, by default Monday 2026-01-05 09:00 UTC."""
        self._now = now.astimezone(UTC).replace(microsecond=0)

    @property
    def now(self) -> datetime:
        """The present second."""
        return self._now

    def set(self, moment: datetime | str) -> datetime:
        """Go to a moment, given as an aware datetime or as ISO 8601 text; returns it."""
        if isinstance(moment, str):
            moment = datetime.fromisoformat(moment)
        if moment.tzinfo is None:
            message = f"{moment!r} has no time zone"
            raise ValueError(message)
        self._now = moment.astimezone(UTC).replace(microsecond=0)
        return self._now

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> datetime:
        """Move on by this much; returns the new present."""
        return self.set(self._now + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds))


def iso(moment: datetime) -> str:
    """Write a moment as GitHub does: `2026-01-05T09:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def optional_iso(moment: datetime | None) -> str | None:
    """Write a moment as GitHub does, or null."""
    return None if moment is None else iso(moment)
