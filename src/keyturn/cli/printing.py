"""Prints styled lines: with colour and wrapped on a terminal, as plain text everywhere else."""

import os
import sys
from collections.abc import Iterable
from typing import Final

from keyturn.render.styled import Line, Style, safe

_RICH: Final = {
    Style.PLAIN: "",
    Style.HEADING: "bold",
    Style.FAINT: "dim",
    Style.GOOD: "bold green",
    Style.WAITING: "bold yellow",
    Style.BAD: "bold red",
}


LONGEST: Final = 20_000
"""A message to standard error has at most so many characters."""


def say(lines: Iterable[Line]) -> None:
    """Write the lines to standard output. A terminal gets colour unless `NO_COLOR` is set."""
    if not sys.stdout.isatty():
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal pays for it
    from rich.text import Text  # noqa: PLC0415 - as Console

    console = Console(
        highlight=False, markup=False, emoji=False, color_system=None if os.environ.get("NO_COLOR") else "auto"
    )
    for line in lines:
        text = Text.assemble(*((piece.text, _RICH[piece.style]) for piece in line.pieces))
        for part in text.wrap(console, max(console.width - line.indent, 20), overflow="fold") or (text,):
            console.print(Text(" " * line.indent).append_text(part), soft_wrap=True)


def warn(message: str) -> None:
    """Write a remark to standard error, where no program mistakes it for the answer."""
    sys.stderr.write(f"keyturn: {safe(message, LONGEST, line_feeds=True)}\n")
