"""The bracket expressions of a glob, such as `[a-z]`, `[!0-9]` and `[[:digit:]]`, read as git reads them."""

import re

_NAMED = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": r" \t",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": r"\x21-\x7e",
    "lower": "a-z",
    "print": r"\x20-\x7e",
    "punct": r"\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e",
    "space": r"\t-\r ",
    "upper": "A-Z",
    "xdigit": "0-9a-fA-F",
}
_NAME = re.compile(r"\[:([^\]]*):\]")


def read_class(glob: str, start: int) -> tuple[str, int]:
    """The bracket expression that begins at `start`, as a regular expression that never matches `/`, and its end.

    Raises ValueError for one that can match nothing: not closed, a range that runs backwards, an unknown name.
    """
    position = start + 1
    negated = glob[position : position + 1] in {"!", "^"}
    position += negated
    items = ""
    while not (items and glob[position : position + 1] == "]"):
        name = _NAME.match(glob, position)
        if name is not None:
            if name[1] not in _NAMED:
                msg = f"[:{name[1]}:] is no class of characters; allowed: {', '.join(_NAMED)}"
                raise ValueError(msg)
            items += _NAMED[name[1]]
            position = name.end()
            continue
        low, position = _character(glob, position)
        items += re.escape(low)
        if glob[position : position + 1] == "-" and glob[position + 1 : position + 2] not in {"", "]"}:
            high, position = _character(glob, position + 1)
            if high < low:
                msg = f"the range {low}-{high} runs backwards"
                raise ValueError(msg)
            items += f"-{re.escape(high)}"
    return f"[^/{items}]" if negated else f"(?!/)[{items}]", position + 1


def _character(glob: str, position: int) -> tuple[str, int]:
    position += glob[position : position + 1] == "\\"
    character = glob[position : position + 1]
    if not character:
        msg = "a [ is never closed; write \\[ for the character itself"
        raise ValueError(msg)
    if character == "/":
        msg = "a / never stands between [ and ]"
        raise ValueError(msg)
    return character, position + 1
