"""Lines of text whose parts know what they mean; a terminal gives them colour, a pipe gets the words alone."""

from collections.abc import Iterable
from enum import StrEnum, unique

from msgspec import Struct

from keyturn.core.tier import Tier
from keyturn.render.visible import visible


@unique
class Style(StrEnum):
    """What a piece of text is, for the eye; no meaning hangs on it alone."""

    PLAIN = "plain"
    HEADING = "heading"
    FAINT = "faint"
    GOOD = "good"
    WAITING = "waiting"
    BAD = "bad"


class Piece(Struct, frozen=True):
    """A piece of a line, in one style."""

    text: str
    style: Style = Style.PLAIN


class Line(Struct, frozen=True):
    """One line, `indent` spaces from the edge; a terminal wraps it below its first piece."""

    pieces: tuple[Piece, ...] = ()
    indent: int = 0

    def __str__(self) -> str:
        """The line without any style."""
        return (" " * self.indent + "".join(piece.text for piece in self.pieces)).rstrip()


OF_TIER = {Tier.AUTO: Style.GOOD, Tier.SINGLE: Style.WAITING, Tier.MULTI: Style.WAITING, Tier.EMERGENCY: Style.BAD}


def line(*pieces: str | Piece, indent: int = 0) -> Line:
    """A line of these pieces."""
    return Line(tuple(Piece(piece) if isinstance(piece, str) else piece for piece in pieces), indent)


def heading(text: str) -> tuple[Line, Line]:
    """An empty line and a heading."""
    return Line(), line(Piece(text, Style.HEADING))


def faint(text: str) -> Piece:
    """A piece that may be skipped in reading."""
    return Piece(text, Style.FAINT)


def safe(text: str, limit: int = 200, *, line_feeds: bool = False) -> str:
    """A text from outside, every character visible, and no command to the runner of a workflow; on one line or several.

    The runner takes `##[` for a command wherever it stands, and `::` where a line starts; lines of ours never start
    with a text from outside.
    """
    return visible(text, limit, line_feeds=line_feeds).replace("##[", r"#\u0023[")


def capped(lines: Iterable[Line], most: int, indent: int = 2) -> Iterable[Line]:
    """At most so many lines, and how many more there are."""
    lines = tuple(lines)
    yield from lines[:most]
    if len(lines) > most:
        yield line(faint(f"… and {len(lines) - most:,} more; --format json tells all"), indent=indent)
