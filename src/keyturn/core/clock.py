"""When a deadline falls, in real time or in working time."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from keyturn.core.rulebook import Calendar

LONGEST_SEARCH = timedelta(days=366 * 5)
"""A calendar without a working hour in five years has none."""


def deadline(start: datetime, duration: timedelta, calendar: Calendar | None) -> datetime:
    """The moment (UTC) at which a duration has passed since `start`, in working time where there is a calendar.

    Working time counts real seconds, so that a day on which the clocks change is as long as it was. Raises
    `OverflowError` where the calendar's holidays leave no time to work within five years.
    """
    if calendar is None:
        return start + duration
    left = duration
    day = start.astimezone(ZoneInfo(calendar.timezone)).date()
    last = (start + LONGEST_SEARCH).date()
    while day <= last:
        opens, closes = _hours(day, calendar)
        begins = max(opens, start)
        if begins < closes:
            if begins + left <= closes:
                return begins + left
            left -= closes - begins
        day += timedelta(days=1)
    msg = f"the calendar leaves no {duration} of working time within five years after {start:%Y-%m-%d}"
    raise OverflowError(msg)


def _hours(day: date, calendar: Calendar) -> tuple[datetime, datetime]:
    """The working hours of a day in UTC; empty on a day off."""
    if day.weekday() not in calendar.days or day in calendar.holidays:
        return datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)
    return _moment(day, calendar.start, calendar), _moment(day, calendar.end, calendar)


def _moment(day: date, at: time, calendar: Calendar) -> datetime:
    return datetime.combine(day, at, ZoneInfo(calendar.timezone)).astimezone(UTC)
