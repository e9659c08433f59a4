"""The form of the calendar of working time, and what its texts say."""

import re
from datetime import date, time
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from keyturn.core.form import Form, one_of
from keyturn.core.shapes import checked_by

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"


def parse_days(text: str) -> frozenset[int]:
    """The days that `mon-fri` or `mon,wed-fri` names, Monday as 0; a range may run over the end of the week."""
    days: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        ends = [first, last] if "-" in part else [first]
        for end in ends:
            if end not in DAYS:
                msg = f"days are written like mon-fri or mon,wed,fri; {one_of(end, DAYS)}"
                raise ValueError(msg)
        start, stop = DAYS.index(ends[0]), DAYS.index(ends[-1])
        days |= {day % len(DAYS) for day in range(start, stop + 1 if stop >= start else stop + 1 + len(DAYS))}
    return frozenset(days)


def parse_hours(text: str) -> tuple[time, time]:
    """The two times of `09:00-18:00`, the earlier one first. Raises ValueError for anything else."""
    start, dash, end = text.partition("-")
    if not dash or not re.fullmatch(_CLOCK, start) or not re.fullmatch(_CLOCK, end):
        msg = "hours are written like 09:00-18:00, from 00:00 to 23:59"
        raise ValueError(msg)
    if start >= end:
        msg = "the working day ends after it begins; a day does not run over midnight"
        raise ValueError(msg)
    return time.fromisoformat(start), time.fromisoformat(end)


def parse_holiday(text: str) -> date:
    """The day that `2026-12-25` names. Raises ValueError for anything else."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    msg = "a holiday is a day that exists, written like 2026-12-25"
    raise ValueError(msg)


def _check_zone(text: str) -> None:
    if re.fullmatch(r"[A-Z][A-Za-z0-9_+/-]*", text):
        try:
            ZoneInfo(text)
        except (OSError, ValueError, LookupError):
            pass
        else:
            return
    msg = "there is no such time zone; zones are called like Europe/Berlin, America/New_York or UTC"
    raise ValueError(msg)


class CalendarForm(Form):
    """Working time, which is all that escalate_after and expire_after then count."""

    timezone: Annotated[str, checked_by(_check_zone)] = Field(description="The time zone, such as Europe/Berlin.")
    days: Annotated[str, checked_by(parse_days)] = Field(
        description="The working days, such as mon-fri or mon,wed,fri."
    )
    hours: Annotated[str, Field(json_schema_extra={"pattern": f"^{_CLOCK}-{_CLOCK}$"}), checked_by(parse_hours)] = (
        Field(description="The working hours of each day, such as 09:00-18:00.")
    )
    holidays: list[
        Annotated[str, Field(json_schema_extra={"pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}), checked_by(parse_holiday)]
    ] = Field(default=[], description="Days off, such as 2026-12-25, in quotes.")
