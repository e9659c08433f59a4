"""Durations as people write them in the rule book: `90s`, `60m`, `4h`, `3d`, `1h30m`."""

import re
from datetime import timedelta

LONGEST = timedelta(days=366)
"""The longest duration that is read: every deadline stays a date that exists."""

_WRITTEN = re.compile(r"(?:([0-9]{1,8})d)?(?:([0-9]{1,8})h)?(?:([0-9]{1,8})m)?(?:([0-9]{1,8})s)?")


def parse_duration(text: str) -> timedelta:
    """The duration that `text` says: days of 24 hours, hours, minutes, seconds, each at most once, in that order.

    Raises ValueError, with what is allowed, for anything else, for nothing at all and for more than 366 days.
    """
    written = _WRITTEN.fullmatch(text)
    if not text or written is None:
        msg = "a duration is written like 90s, 60m, 4h, 3d or 1h30m"
        raise ValueError(msg)
    days, hours, minutes, seconds = (int(part or 0) for part in written.groups())
    duration = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if not timedelta(0) < duration <= LONGEST:
        msg = "a duration is more than nothing and at most 366d"
        raise ValueError(msg)
    return duration


def format_duration(duration: timedelta) -> str:
    """The shortest way to write a duration that is not negative, whole seconds: `1h30m`, `3d`, `0s`."""
    left = int(duration.total_seconds())
    if left < 0:
        msg = "a duration is not negative"
        raise ValueError(msg)
    written = ""
    for letter, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count:
            written += f"{count}{letter}"
    return written or "0s"
