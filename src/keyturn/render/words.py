"""Small pieces of English: numbers with their nouns, lists in a row, moments."""

from collections.abc import Sequence
from datetime import UTC, datetime


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """The number with its noun: `1 approval`, `2 approvals`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def joined(items: Sequence[str], last: str = "and") -> str:
    """Items in a row: `a`, `a and b`, `a, b and c`."""
    if len(items) <= 1:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def moment(at: datetime) -> str:
    """A moment in UTC, to the second where it has any: `2026-01-02 03:04 UTC`."""
    at = at.astimezone(UTC)
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at.second else f"{at:%Y-%m-%d %H:%M} UTC"


def capitalised(sentence: str) -> str:
    """The sentence with a capital as its first letter."""
    return sentence[:1].upper() + sentence[1:]
