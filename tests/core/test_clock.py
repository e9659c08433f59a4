"""When a deadline falls, in real time and in working time."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.core.clock import LONGEST_SEARCH, deadline
from keyturn.core.rulebook import Calendar

BERLIN = Calendar(
    timezone="Europe/Berlin",
    days=frozenset(range(5)),
    start=time(9),
    end=time(18),
    holidays=frozenset({date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1)}),
)
AUCKLAND = Calendar(
    timezone="Pacific/Auckland", days=frozenset(range(7)), start=time(0), end=time(23, 59), holidays=frozenset()
)
NIGHTS = Calendar(timezone="Europe/Berlin", days=frozenset(range(7)), start=time(1), end=time(5), holidays=frozenset())


def moment(text: str, zone: str = "Europe/Berlin") -> datetime:
    """A local moment, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def hours(number: float) -> timedelta:
    """So many hours."""
    return timedelta(hours=number)


@pytest.mark.parametrize("duration", [timedelta(seconds=1), hours(1), hours(24), timedelta(days=366)])
def test_deadline__without_a_calendar_time_just_passes(duration: timedelta) -> None:
    """Without a calendar, a deadline is that much later, whatever the clocks do."""
    start = moment("2026-03-28 22:00")
    assert deadline(start, duration, None) == start + duration


@pytest.mark.parametrize(
    ("start", "duration", "expected"),
    [
        pytest.param("2026-03-02 10:00", hours(1), "2026-03-02 11:00", id="within the day"),
        pytest.param("2026-03-02 10:00", hours(8), "2026-03-02 18:00", id="just until closing"),
        pytest.param("2026-03-02 10:00", hours(8) + timedelta(seconds=1), "2026-03-03 09:00:01", id="a second more"),
        pytest.param("2026-03-02 17:30", hours(1), "2026-03-03 09:30", id="over night"),
        pytest.param("2026-03-02 07:00", hours(1), "2026-03-02 10:00", id="before opening"),
        pytest.param("2026-03-02 09:00", hours(1), "2026-03-02 10:00", id="at opening"),
        pytest.param("2026-03-02 18:00", hours(1), "2026-03-03 10:00", id="at closing"),
        pytest.param("2026-03-02 17:59:59", hours(1), "2026-03-03 09:59:59", id="a second before closing"),
        pytest.param("2026-03-02 23:00", hours(1), "2026-03-03 10:00", id="in the evening"),
        pytest.param("2026-03-06 17:00", hours(2), "2026-03-09 10:00", id="over the weekend"),
        pytest.param("2026-03-07 12:00", hours(2), "2026-03-09 11:00", id="on a Saturday"),
        pytest.param("2026-03-02 09:00", hours(24), "2026-03-04 15:00", id="a day is 24 hours of work"),
        pytest.param("2026-03-02 09:00", hours(45), "2026-03-06 18:00", id="a whole week"),
        pytest.param("2026-03-02 09:00", hours(46), "2026-03-09 10:00", id="an hour more"),
        pytest.param("2026-12-24 17:00", hours(2), "2026-12-28 10:00", id="over Christmas, a Friday, and the weekend"),
        pytest.param("2026-12-25 12:00", hours(1), "2026-12-28 10:00", id="on a holiday"),
        pytest.param("2026-12-31 17:00", hours(2), "2027-01-04 10:00", id="over New Year"),
        pytest.param("2026-03-27 17:00", hours(2), "2026-03-30 10:00", id="over the weekend that loses an hour"),
        pytest.param("2026-10-23 17:00", hours(2), "2026-10-26 10:00", id="over the weekend that gains an hour"),
    ],
)
def test_deadline__working_time(start: str, duration: timedelta, expected: str) -> None:
    """With a calendar only working time counts: its days, its hours, in its zone, without its holidays."""
    assert deadline(moment(start), duration, BERLIN) == moment(expected)


@pytest.mark.parametrize(
    ("calendar", "start", "duration", "expected"),
    [
        pytest.param(NIGHTS, "2026-03-29T00:00:00", hours(3), "2026-03-29T03:00:00", id="Berlin loses an hour"),
        pytest.param(
            NIGHTS, "2026-03-29T00:00:00", hours(3) + timedelta(seconds=1), "2026-03-29T23:00:01", id="to the second"
        ),
        pytest.param(NIGHTS, "2026-10-24T23:00:00", hours(5), "2026-10-25T04:00:00", id="Berlin gains an hour"),
        pytest.param(
            NIGHTS, "2026-10-24T23:00:00", hours(5) + timedelta(seconds=1), "2026-10-26T00:00:01", id="to the second"
        ),
        pytest.param(AUCKLAND, "2026-09-26T12:00:00", hours(22), "2026-09-27T10:00:00", id="Auckland loses an hour"),
        pytest.param(AUCKLAND, "2026-09-26T12:00:00", hours(23), "2026-09-27T11:01:00", id="and a minute each night"),
        pytest.param(AUCKLAND, "2026-04-04T11:00:00", hours(24), "2026-04-05T11:00:00", id="Auckland gains an hour"),
        pytest.param(AUCKLAND, "2026-04-04T11:00:00", hours(25), "2026-04-05T12:01:00", id="and a minute each night"),
    ],
)
def test_deadline__days_on_which_the_clocks_change(
    calendar: Calendar, start: str, duration: timedelta, expected: str
) -> None:
    """Working time counts real seconds: a day on which the clocks change is as long as it was (here in UTC)."""
    begin, end = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (start, expected))
    assert deadline(begin, duration, calendar) == end


def test_deadline__the_day_is_that_of_the_zone() -> None:
    """It is Monday morning in Auckland while it is Sunday in UTC."""
    office = Calendar(
        timezone="Pacific/Auckland", days=frozenset({0}), start=time(9), end=time(17), holidays=frozenset()
    )
    sunday = datetime(2026, 6, 7, 22, tzinfo=UTC)
    assert deadline(sunday, hours(1), office) == sunday + hours(1)


def test_deadline__the_evening_is_that_of_the_zone() -> None:
    """It is still Monday evening in Los Angeles while it is Tuesday in UTC; deadlines are told in UTC."""
    office = Calendar(
        timezone="America/Los_Angeles", days=frozenset({0}), start=time(9), end=time(20), holidays=frozenset()
    )
    tuesday = datetime(2026, 6, 9, 1, tzinfo=UTC)
    assert deadline(tuesday, hours(1), office) == tuesday + hours(1)
    next_week = deadline(tuesday, hours(3), office)
    assert next_week == moment("2026-06-15 10:00", "America/Los_Angeles")
    assert next_week.tzinfo is UTC


NEVER = Calendar(
    timezone="UTC",
    days=frozenset({0}),
    start=time(9),
    end=time(10),
    holidays=frozenset(date(2026, 3, 2) + timedelta(weeks=week) for week in range(300)),
)
RARELY = Calendar(timezone="UTC", days=frozenset({0}), start=time(9), end=time(10), holidays=frozenset())


def test_deadline__at_most_five_years() -> None:
    """A calendar without time to work, or with too little, gives a deadline five years away and raises nothing."""
    start = datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert deadline(start, hours(1), NEVER) == start + LONGEST_SEARCH
    assert deadline(start, timedelta(days=366), RARELY) == start + LONGEST_SEARCH
    assert deadline(start, hours(1), RARELY) == datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert deadline(start, hours(52), RARELY) == datetime(2027, 2, 22, 10, tzinfo=UTC)


def test_deadline__never_beyond_five_years() -> None:
    """Even where the last working day would still do, no deadline lies further away than five years."""
    start = datetime(2026, 3, 2, 8, tzinfo=UTC)
    end = start + LONGEST_SEARCH
    last_day = Calendar(
        timezone="UTC",
        days=frozenset({end.weekday()}),
        start=time(7),
        end=time(20),
        holidays=frozenset(end.date() - timedelta(weeks=week) for week in range(1, 300)),
    )
    assert deadline(start, timedelta(minutes=30), last_day) == end.replace(hour=7, minute=30)
    assert deadline(start, hours(2), last_day) == end


@pytest.mark.parametrize("calendar", [None, BERLIN])
@pytest.mark.parametrize("start", [datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)])
def test_deadline__at_the_ends_of_time(start: datetime, calendar: Calendar | None) -> None:
    """At the ends of what a date can be there is a deadline all the same, in whole seconds."""
    found = deadline(start, timedelta(days=366), calendar)
    assert found >= start.replace(microsecond=0)
    assert found.microsecond == 0


MOMENTS = st.integers(0, 5 * 366 * 24 * 3600).map(
    lambda second: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=second)
)


@given(
    MOMENTS,
    st.integers(1, 40 * 3600),
    st.integers(1, 40 * 3600),
    st.sampled_from((None, BERLIN, AUCKLAND, NIGHTS)),
)
def test_deadline__adds_up(start: datetime, first: int, second: int, calendar: Calendar | None) -> None:
    """Working on from a deadline ends where the sum of both durations does; a longer duration never ends earlier."""
    one, both = timedelta(seconds=first), timedelta(seconds=first + second)
    halfway = deadline(start, one, calendar)
    assert start < halfway < deadline(start, both, calendar)
    assert deadline(halfway, timedelta(seconds=second), calendar) == deadline(start, both, calendar)


@given(
    MOMENTS,
    st.integers(1, 30 * 3600),
    st.sampled_from((BERLIN, AUCKLAND, NIGHTS)),
)
def test_deadline__counts_exactly_the_working_seconds(start: datetime, seconds: int, calendar: Calendar) -> None:
    """Counted minute by minute, exactly the duration lies between start and deadline in working time."""
    end = deadline(start, timedelta(seconds=seconds), calendar)
    zone = ZoneInfo(calendar.timezone)
    worked, now = 0, start
    while now < end:
        until = min(end, now.replace(second=0) + timedelta(minutes=1))
        local = now.astimezone(zone)
        open_then = calendar.start <= local.time().replace(second=0) < calendar.end
        if open_then and local.weekday() in calendar.days and local.date() not in calendar.holidays:
            worked += int((until - now).total_seconds())
        now = until
    assert worked == seconds
