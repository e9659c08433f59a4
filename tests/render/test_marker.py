"""The hidden first line by which keyturn finds its own texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.render.marker import marker, read_marker
from tests.render.hostile import live, tokens

values = st.dictionaries(st.text(max_size=8), st.one_of(st.text(max_size=20), st.integers(), st.none()), max_size=4)


@given(values)
def test_marker__is_read_back(kept: dict[str, object]) -> None:
    """What was written is what is read, in front of any text."""
    assert read_marker(f"{marker(kept)}\nhello -->") == kept


@given(values)
def test_marker__is_hidden_and_ends_itself(kept: dict[str, object]) -> None:
    """No value can end the comment early."""
    found = list(tokens(marker(kept)))
    assert [token.type for token in found] == ["html_block"]
    assert live(f"{marker(kept)}\n") == []


def test_marker__is_the_same_for_equal_values() -> None:
    """The order of keys does not matter, so that a text is found again by its marker."""
    assert marker({"a": 1, "b": 2}) == marker({"b": 2, "a": 1})


@pytest.mark.parametrize(
    "body",
    [
        "",
        "hello",
        "<!-- keyturn: -->",
        "<!-- keyturn:e30 -->",
        "<!-- keyturn:W10= -->",
        "<!-- keyturn:////  -->",
        "<!-- keyturn:bm90IGpzb24= -->",
        "<!-- keyturn:e30= --> and more",
        "> <!-- keyturn:e30= -->",
        "hello\n<!-- keyturn:e30= -->",
    ],
)
def test_marker__is_not_seen_where_it_is_not(body: str) -> None:
    """Garbled markers, markers of something else, quoted ones and those further down are none."""
    assert read_marker(body) is None


def test_marker__is_read_where_lines_end_in_crlf() -> None:
    """A comment edited in a browser has its lines ended by CR and LF."""
    assert read_marker("<!-- keyturn:e30= -->\r\nhello") == {}
