"""Characters that hide, turn or pile up are written out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.render.visible import flowing, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("naïve 界 😀", "naïve 界 😀"),
        ("a\u202eb", "a\\u202eb"),
        ("a\u200bb", "a\\u200bb"),
        ("a\u00adb", "a\\xadb"),
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("\x9b", "\\x9b"),
        ("\U000e0041", "\\U000e0041"),
        ("\u3164", "\\u3164"),
        ("x\ufe0f", "x\\ufe0f"),
        ("e\u0301", "é"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("\udc80", "\\x80"),
        ("\ud800", "\\ud800"),
    ],
)
def test_visible__shows_what_is_there(text: str, shown: str) -> None:
    """Letters and signs stay; control, invisible, turning and private characters become escapes."""
    assert visible(text, 100) == shown


def test_visible__heaps_no_marks() -> None:
    """A letter keeps three marks; further ones are written out, since a heap covers the lines around."""
    assert visible("x" + "\u0323" * 5, 100) == "x" + "\u0323" * 3 + "\\u0323" * 2


def test_flowing__is_one_line() -> None:
    """What somebody wrote on several lines reads as one, without escapes in between."""
    assert flowing(" Two things:\n\n1. this\r\n2.\tthat\n") == "Two things: 1. this 2. that"


def test_visible__lets_line_feeds_through_where_asked() -> None:
    """In a block lines are kept."""
    assert visible("a\nb\r\n", 100, line_feeds=True) == "a\nb\\r\n"


@given(st.text(st.characters()), st.integers(min_value=1, max_value=40))
def test_visible__never_exceeds_its_limit(text: str, limit: int) -> None:
    """However much an escape takes, the limit holds, a cut shows, and the rest can be sent to anybody."""
    shown = visible(text, limit)
    assert len(shown) <= limit
    assert shown.isprintable()
    assert shown.encode().decode() == shown
    assert shown.endswith("…") or len(visible(text, 20 * limit + 400)) <= limit
