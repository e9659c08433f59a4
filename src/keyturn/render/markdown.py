"""Markdown in which text from outside is nothing but code: no mention, link, image, HTML, reference or heading."""

import re
from collections.abc import Iterable, Sequence
from itertools import cycle

from keyturn.render.visible import visible
from keyturn.render.words import joined

LONGEST_CODE = 200
"""A text in a line is shown up to so many characters."""

LONGEST_TOLD = 1_000

_TOKEN = re.compile(r"\S+")
_WORD = re.compile(r"\(?(?:[A-Za-z][A-Za-z'-]*|[0-9]{1,6})\)?[,.;:]?")
_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98}[A-Za-z0-9])?")
_ACCOUNT = re.compile(r"[A-Za-z0-9_-]{1,100}(?:\[bot\])?")
_TEAM = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98}[A-Za-z0-9])?/[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,98}[A-Za-z0-9_])?")


def code(text: str, limit: int = LONGEST_CODE) -> str:
    """The text as inline code that cannot end early, on one line; what is not visible is written as escapes."""
    shown = visible(text, limit)
    if not shown.strip():
        return "(blank)"
    ticks = "`" * (_longest_run(shown) + 1)
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def cell(text: str, limit: int = LONGEST_CODE) -> str:
    """The text as inline code for a cell of a table, where a bar would end the cell even in code."""
    return code(text, limit).replace("|", "\\|")


def fence(text: str, limit: int, info: str = "text") -> str:
    """The text as a fenced block, lines kept, at most `limit` characters of it; `info` is a word of ours."""
    shown = visible(text, limit, line_feeds=True)
    ticks = "`" * max(3, _longest_run(shown) + 1)
    return f"{ticks}{info}\n{shown}\n{ticks}"


def names(texts: Sequence[str], last: str = "and", most: int = 10) -> str:
    """Texts as inline code in a row: `a`, `b` and `c`; beyond `most`, how many more there are."""
    shown = [code(text, 100) for text in texts[:most]]
    if len(texts) > most:
        shown.append(f"{len(texts) - most:,} more")
    return joined(shown, last)


def mention(name: str) -> str:
    """A login or `org/slug` as GitHub notifies it, for names from the rule book only; anything else as code."""
    return f"@{name}" if _LOGIN.fullmatch(name) or _TEAM.fullmatch(name) else code(name)


def told(sentence: str, login: str) -> str:
    """A sentence of keyturn's own about somebody: the login, what is in backticks and all but plain words, as code."""
    segments = sentence.split("`")
    if len(segments) % 2 == 0 or not _ACCOUNT.fullmatch(login):
        return code(sentence, LONGEST_TOLD)
    name = re.compile(rf"(?<![\w-])({re.escape(login)})(?![\w-])")
    return "".join(
        code(segment)
        if inside
        else "".join(
            code(part) if named else _TOKEN.sub(_as_word, part) for part, named in _alternating(name.split(segment))
        )
        for segment, inside in _alternating(segments)
    )


def bullets(items: Iterable[str]) -> str:
    """One list item a line; the items are Markdown already."""
    return "\n".join(f"- {item}" for item in items)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; heads and cells are Markdown already, untrusted ones made by `cell`."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def details(summary: str, body: str) -> str:
    """A part that opens on a click; `summary` is text of ours, `body` Markdown."""
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>"


def length(text: str) -> int:
    """The length as GitHub may count it at worst: in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def _alternating(parts: Iterable[str]) -> Iterable[tuple[str, bool]]:
    """The parts of a split text, each with whether it is one of those in between."""
    return zip(parts, cycle((False, True)), strict=False)


def _as_word(found: re.Match[str]) -> str:
    word = found.group()
    return word if _WORD.fullmatch(word) else code(word)


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
