"""From the bytes of a file that people or agents write to its text, and the list of what is wrong with it."""

import re

from keyturn.core.characters import named
from keyturn.core.problem import Problem, Refused

LARGEST = 256 * 1024
"""The most bytes a manifest or a rule book may have."""

MOST_PROBLEMS = 1_000
"""The most problems that are listed for one file."""

_BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
_UNREADABLE = re.compile(
    r"\r(?!\n)|[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


class Problems:
    """What is wrong with one file. Reading ends with Refused when there is no room for more."""

    def __init__(self, file: str) -> None:
        """Start with nothing wrong."""
        self._file = file
        self._listed: list[Problem] = []

    def __bool__(self) -> bool:
        """Whether anything is wrong."""
        return bool(self._listed)

    def add(self, line: int | None, column: int | None, message: str) -> None:
        """Note one problem; line and column count from 1. Raises Refused where a thousand are noted already."""
        if len(self._listed) == MOST_PROBLEMS:
            more = f"only the first {MOST_PROBLEMS:,} problems are listed; there are more"
            raise Refused([*self._listed, Problem(self._file, None, None, more)])
        self._listed.append(Problem(self._file, line, column, message))

    def listed(self) -> list[Problem]:
        """The problems noted so far."""
        return self._listed

    def refusal(self) -> Refused:
        """Everything noted so far, ready to be raised."""
        return Refused(self._listed)

    def fatal(self, line: int | None, column: int | None, message: str) -> Refused:
        """Note a problem after which reading on makes no sense; the result is to be raised."""
        self.add(line, column, message)
        return self.refusal()


def text_of(content: bytes, problems: Problems) -> str:
    """The text of a file: UTF-8, without the byte-order mark at its start, its lines ended by line feeds.

    Raises Refused for a file that is too large, is no UTF-8, or holds characters that change what a reader sees:
    control characters, further byte-order marks, and line breaks that not every program takes for one.
    """
    if len(content) > LARGEST:
        raise problems.fatal(None, None, oversized(len(content)))
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8")) + 1
        raise problems.fatal(
            before.count(b"\n") + 1,
            column,
            f"the byte 0x{content[error.start]:02x} is not UTF-8; save the file as UTF-8",
        ) from None
    text = text.removeprefix(_BYTE_ORDER_MARK)
    line, line_start = 1, 0
    for unreadable in _UNREADABLE.finditer(text):
        start = unreadable.start()
        line += text.count("\n", line_start, start)
        line_start = max(line_start, text.rfind("\n", line_start, start) + 1)
        problems.add(
            line,
            start - line_start + 1,
            f"found the character {named(unreadable.group())}; outside quotes a file holds printable characters, "
            "spaces, tabs and line ends (LF or CRLF) only",
        )
    if problems:
        raise problems.refusal()
    return text.replace("\r\n", "\n")


def oversized(size: int) -> str:
    """What to say about a file of so many bytes, which are too many."""
    return f"the file has {size:,} bytes; at most {LARGEST:,} (256 KiB) are read"
