"""Moments as test cases write them."""

from datetime import UTC, datetime
from typing import Annotated

from keyturn.core.shapes import checked_by


def parse_moment(text: str) -> datetime:
    """The moment in UTC. Raises ValueError, with what is allowed, for a text without a zone or that is no moment."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        msg = 'a moment is written with its zone, such as "2026-01-05T09:00:00Z" or "2026-01-05T10:00+01:00"'
        raise ValueError(msg)
    return moment.astimezone(UTC)


Moment = Annotated[str, checked_by(parse_moment)]
