"""When a deadline falls, in real time or in working time."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from keyturn.core.rulebook import Calendar

LONGEST_SEARCH = timedelta(days=366 * 5)
"""No deadline lies further away than this, however little time the calendar leaves to work."""

_LAST_SECOND = datetime.max.replace(microsecond=0, tzinfo=UTC)


def deadline(start: datetime, duration: timedelta, calendar: Calendar | None) -> datetime:
    """The moment (UTC) at which a duration has passed since `start`, in working time where there is a calendar.

    Working time counts real seconds, so that a day on which the clocks change is as long as it was. Where the calendar
    leaves too little time to work, the deadline is five years after `start`.
    """
    try:
        return start + duration if calendar is None else _in_working_time(start, duration, calendar)
    except OverflowError:
        return _LAST_SECOND


def _in_working_time(start: datetime, duration: timedelta, calendar: Calendar) -> datetime:
    left = duration
    end = start + LONGEST_SEARCH
    day = start.astimezone(ZoneInfo(calendar.timezone)).date()
    while day <= end.date():
        opens, closes = _hours(day, calendar)
        begins = max(opens, start)
        open_for = max(closes - begins, timedelta(0))
        if left <= open_for:
            return min(begins + left, end)
        left -= open_for
        day += timedelta(days=1)
    return end


def _hours(day: date, calendar: Calendar) -> tuple[datetime, datetime]:
    """The working hours of a day in UTC; empty on a day off."""
    if day.weekday() not in calendar.days or day in calendar.holidays:
        return datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)
    return _moment(day, calendar.start, calendar), _moment(day, calendar.end, calendar)


def _moment(day: date, at: time, calendar: Calendar) -> datetime:
    return datetime.combine(day, at, ZoneInfo(calendar.timezone)).astimezone(UTC)
