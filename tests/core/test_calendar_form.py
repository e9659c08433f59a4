"""The calendar of working time, as people write it."""

from datetime import time

import pytest

from keyturn.core.calendar_form import DAYS, parse_days, parse_hours
from tests.support.reading import RULES, rules, rules_problems, with_keys


def calendar(**changes: str | None) -> str:
    """A rule book with a calendar, some of whose keys are written anew or left out."""
    keys: dict[str, str | None] = {"timezone": "UTC", "days": "mon-fri", "hours": '"09:00-18:00"'}
    keys |= changes
    written = ", ".join(f"{key}: {value}" for key, value in keys.items() if value is not None)
    return with_keys(RULES, calendar=f"{{{written}}}")


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon", {0}),
        ("sun", {6}),
        ("mon-fri", {0, 1, 2, 3, 4}),
        ("mon,wed,fri", {0, 2, 4}),
        ("mon-tue,thu-fri", {0, 1, 3, 4}),
        ("sun-thu", {6, 0, 1, 2, 3}),
        ("sat-sun", {5, 6}),
        ("mon-mon", {0}),
        ("mon-sun", set(range(7))),
        ("tue-mon", set(range(7))),
        ("mon,mon-tue", {0, 1}),
    ],
)
def test_days__read(text: str, days: set[int]) -> None:
    """Days, ranges of days, and lists of both; a range may run over the end of the week."""
    assert parse_days(text) == days


@pytest.mark.parametrize(
    "text", ["", "monday", "Mon", "mon-", "-fri", "mon--fri", "mon,", "mon - fri", "mon-wed-fri", "1-5"]
)
def test_days__refused(text: str) -> None:
    """Anything else is refused, and the names of the days are told."""
    with pytest.raises(ValueError, match=f"days are written like mon-fri or mon,wed,fri; .*allowed: {', '.join(DAYS)}"):
        parse_days(text)


def test_hours__read() -> None:
    """Hours are two times of day."""
    assert parse_hours("00:00-23:59") == (time(0, 0), time(23, 59))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("9:00-18:00", "hours are written like"),
        ("09:00", "hours are written like"),
        ("09:00-24:00", "hours are written like"),
        ("09:60-10:00", "hours are written like"),
        ("09:00-18:00-19:00", "hours are written like"),
        ("18:00-09:00", "the working day ends after it begins"),
        ("09:00-09:00", "the working day ends after it begins"),
    ],
)
def test_hours__refused(text: str, why: str) -> None:
    """Anything else is refused, and so is a day that ends before it begins."""
    with pytest.raises(ValueError, match=why):
        parse_hours(text)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5", "EST5EDT"])
def test_timezone__read(zone: str) -> None:
    """Every zone of the zone database is known by its name."""
    read = rules(calendar(timezone=zone)).calendar
    assert read is not None
    assert read.timezone == zone


@pytest.mark.parametrize(
    "zone",
    [
        "Europe/Berln",
        "Europe",
        "europe/berlin",
        "localtime",
        "posix/UTC",
        "/etc/localtime",
        "../UTC",
        "Etc/../UTC",
        "",
        "CEST",
    ],
)
def test_timezone__refused(zone: str) -> None:
    """Names of no zone, names that depend on the machine, and paths are refused."""
    problems = rules_problems(calendar(timezone=f'"{zone}"'))
    assert len(problems) == 1
    assert problems[0].endswith(
        "there is no such time zone; zones are called like Europe/Berlin, America/New_York or UTC"
    )


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"timezone": None}, "7:11: calendar lacks the key timezone"),
        ({"days": None}, "7:11: calendar lacks the key days"),
        ({"hours": None}, "7:11: calendar lacks the key hours"),
        ({"days": "[mon]"}, "7:33: calendar.days is a list; a text is wanted"),
        ({"hours": "9"}, "7:49: calendar.hours is the number 9; a text is wanted: put it in quotes"),
        (
            {"holidays": "[2026-12-25]"},
            '7:75: calendar.holidays[0] is "2026-12-25" without quotes, which reads as a dat',
        ),
        ({"holidays": '["2026-02-30"]'}, '7:75: calendar.holidays[0] is "2026-02-30"; a holiday is a day that exists'),
        ({"holidays": '["20261225"]'}, '7:75: calendar.holidays[0] is "20261225"; a holiday is a day that exists'),
        ({"holiday": "[]"}, "7:64: calendar.holiday is an unknown key; did you mean holidays?"),
    ],
)
def test_calendar__refused(changes: dict[str, str | None], problem: str) -> None:
    """A calendar needs its zone, days and hours, and days off that exist."""
    problems = rules_problems(calendar(**changes))
    assert len(problems) == 1
    assert problems[0].startswith(problem), problems
