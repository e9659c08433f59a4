"""Which characters a value may hold, and how a refused one is named and quoted."""

import unicodedata

_REFUSED = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
"""Control, invisible, private and surrogate characters, and the two line breaks that few editors show."""


def refused_character(text: str, *, line_feeds: bool = False) -> str | None:
    """The first character that no value may hold, if there is one; with `line_feeds`, line feeds are let through."""
    if text.isprintable():
        return None
    return next(
        (
            character
            for character in text
            if unicodedata.category(character) in _REFUSED and not (line_feeds and character == "\n")
        ),
        None,
    )


def named(character: str) -> str:
    """The code point and, where it has one, the name: `U+202E RIGHT-TO-LEFT OVERRIDE`."""
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip()


def escaped(text: str, limit: int = 80) -> str:
    """The text in printable characters, everything else as a backslash escape; cut after `limit` characters."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    if cut.isprintable() and "\\" not in cut:
        return cut
    return "".join(
        character
        if character.isprintable() and character != "\\"
        else character.encode("unicode_escape").decode("ascii")
        for character in cut
    )


def quoted(text: str, limit: int = 60) -> str:
    """The escaped text in double quotes."""
    return '"' + escaped(text, limit).replace('"', '\\"') + '"'
