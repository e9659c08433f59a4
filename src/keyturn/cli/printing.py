"""Prints styled lines: with colour and wrapped on a terminal, as plain text everywhere else."""

import sys
from collections.abc import Iterable
from typing import Final

from keyturn.render.styled import Line, Style

_RICH: Final = {
    Style.PLAIN: "",
    Style.HEADING: "bold",
    Style.FAINT: "dim",
    Style.GOOD: "bold green",
    Style.WAITING: "bold yellow",
    Style.BAD: "bold red",
}


def say(lines: Iterable[Line]) -> None:
    """Write the lines to standard output. A terminal gets colour unless `NO_COLOR` is set."""
    if not sys.stdout.isatty():
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal pays for it
    from rich.padding import Padding  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(highlight=False, markup=False, emoji=False)
    for line in lines:
        text = Text.assemble(*((piece.text, _RICH[piece.style]) for piece in line.pieces))
        console.print(Padding(text, (0, 0, 0, line.indent)) if line.indent else text)


def warn(message: str) -> None:
    """Write a remark to standard error, where no program mistakes it for the answer."""
    sys.stderr.write(f"keyturn: {message}\n")
