"""Lines for a runner's log, from which no workflow command can come but those that keyturn means to give."""

import re
from enum import StrEnum, unique

from keyturn.core.shown import shown

LONGEST = 4_096
"""A longer line, or annotation, is cut."""


@unique
class Level(StrEnum):
    """How loud an annotation is."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


def log_line(text: str) -> str:
    """The text on one line of printable ASCII, at most 4,096 characters, for standard output or standard error.

    The runner obeys `::command` at the start of a line and `##[command` anywhere, and compares loosely: so both are
    broken up, and what is no ASCII is written as escapes.
    """
    return _cut(_broken_up(_ascii(text)))


def annotation(level: Level, message: str, *, title: str = "", file: str | None = None, line: int | None = None) -> str:
    """The workflow command that puts a message on the page of the run, and on a line of a file where one is named.

    Everything in it is data: it holds no line break, and no part of it can end the command or start another.
    """
    properties = {"file": file, "line": None if line is None else str(line), "title": title or None}
    written = ",".join(f"{key}={_property(value)}" for key, value in properties.items() if value is not None)
    data = _data(_cut(_broken_up(_ascii(message, line_feeds=True))))
    return f"::{level}{' ' if written else ''}{written}::{data}"


def _ascii(text: str, *, line_feeds: bool = False) -> str:
    kept = "\n" if line_feeds else ""
    return "".join(
        character
        if character in kept or (character.isascii() and character.isprintable())
        else character.encode("unicode_escape").decode("ascii")
        for character in shown(text[: LONGEST + 1])
    )


def _broken_up(text: str) -> str:
    return re.sub(r":(?=:)", ": ", re.sub(r"##(?=\[)", "## ", text))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(_broken_up(_ascii(text))).replace(":", "%3A").replace(",", "%2C")
