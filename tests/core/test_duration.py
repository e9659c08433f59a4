"""Durations, as people write them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.core.duration import LONGEST, format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("90s", timedelta(seconds=90)),
        ("60m", timedelta(hours=1)),
        ("4h", timedelta(hours=4)),
        ("3d", timedelta(days=3)),
        ("1h30m", timedelta(minutes=90)),
        ("1d2h3m4s", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("0h1s", timedelta(seconds=1)),
        ("366d", LONGEST),
    ],
)
def test_parse_duration__read(text: str, duration: timedelta) -> None:
    """Days of 24 hours, hours, minutes and seconds, in that order."""
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    "text", ["", "60", "m", "1.5h", "-1h", "+1h", "1H", "1 h", " 1h", "1h\n", "30m1h", "1h1h", "1w", "١h"]
)
def test_parse_duration__refused(text: str) -> None:
    """Anything else is refused, and it is said how durations are written."""
    with pytest.raises(ValueError, match="a duration is written like 90s, 60m, 4h, 3d or 1h30m"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["0s", "0d0h0m0s", "367d", "366d1s", "99999999d99999999h"])
def test_parse_duration__out_of_range(text: str) -> None:
    """Nothing at all, and more than a leap year, are no deadlines."""
    with pytest.raises(ValueError, match="a duration is more than nothing and at most 366d"):
        parse_duration(text)


@given(st.integers(1, int(LONGEST.total_seconds())))
def test_duration__read_as_written(seconds: int) -> None:
    """A duration that is written and read again is the same."""
    duration = timedelta(seconds=seconds)
    assert parse_duration(format_duration(duration)) == duration


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (timedelta(0), "0s"),
        (timedelta(hours=24), "1d"),
        (timedelta(minutes=90), "1h30m"),
        (timedelta(seconds=59, microseconds=999_999), "59s"),
    ],
)
def test_format_duration__shortest(duration: timedelta, text: str) -> None:
    """Units that count nothing are left out; parts of a second do not count."""
    assert format_duration(duration) == text


def test_format_duration__never_negative() -> None:
    """Time that has passed is no duration."""
    with pytest.raises(ValueError, match="not negative"):
        format_duration(timedelta(seconds=-1))
