"""Makes every character of a text from outside visible, so that what is read is what is there."""

import unicodedata

from keyturn.core.shown import shown

_INVISIBLE = frozenset(
    chr(code)
    for first, last in (
        (0x034F, 0x034F),
        (0x115F, 0x1160),
        (0x17B4, 0x17B5),
        (0x180B, 0x180F),
        (0x2800, 0x2800),
        (0x3164, 0x3164),
        (0xFE00, 0xFE0F),
        (0xFFA0, 0xFFA0),
        (0xE0100, 0xE01EF),
    )
    for code in range(first, last + 1)
)
"""Characters that count as printable and show nothing."""

_MOST_MARKS = 3
"""Further marks on one letter are written out: a heap of them covers the lines above and below."""


def flowing(text: str) -> str:
    """The text as one line: every line break, and every run of blanks, is one blank."""
    return " ".join(text.split())


def visible(text: str, limit: int, *, line_feeds: bool = False) -> str:
    r"""The text in printable characters, composed (NFC), at most `limit` of them, the last an ellipsis if it was cut.

    Control characters, bidirectional and zero-width ones, tags, surrogates and heaped marks are written as escapes such
    as `\u202e`; so are line feeds, unless `line_feeds` lets them through.
    """
    if text.isascii() and text.isprintable():
        return text if len(text) <= limit else text[: limit - 1] + "…"
    read = 4 * limit
    pieces: list[str] = []
    length = marks = 0
    for character in unicodedata.normalize("NFC", shown(text[:read])):
        marks = marks + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        piece = _shown(character, marks, line_feeds=line_feeds)
        length += len(piece)
        if length > limit:
            return _cut(pieces, limit)
        pieces.append(piece)
    return "".join(pieces) if len(text) <= read else _cut(pieces, limit)


def _shown(character: str, marks: int, *, line_feeds: bool) -> str:
    if line_feeds and character == "\n":
        return character
    if character.isprintable() and character not in _INVISIBLE and marks <= _MOST_MARKS:
        return character
    return character.encode("unicode_escape").decode("ascii")


def _cut(pieces: list[str], limit: int) -> str:
    """As many whole pieces as leave room for an ellipsis."""
    kept, length = [], 1
    for piece in pieces:
        length += len(piece)
        if length > limit:
            break
        kept.append(piece)
    return "".join((*kept, "…"))
