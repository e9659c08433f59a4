"""Texts from a repository in a form that any output can carry."""

import re

_NO_BYTE = re.compile("[\ud800-\udc7f\udd00-\udfff]")
"""Halves of characters that stand for no byte; JSON can smuggle them in."""


def shown(text: str) -> str:
    r"""The text with bytes that are no UTF-8 (kept by git and by us as lone surrogates) written as `\\xNN`."""
    whole = _NO_BYTE.sub(lambda half: f"\\u{ord(half[0]):04x}", text)
    return whole.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def shortened(text: str, limit: int) -> str:
    """The text, cut to `limit` characters with an ellipsis as the last one where it is longer."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
