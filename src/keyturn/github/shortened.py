"""Keeps text within what GitHub takes, as a last resort: whoever writes a text is to keep within the limit."""


def shortened(text: str, most: int) -> str:
    """The text, or as much of it as fits into `most` characters with an ellipsis at the end."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
