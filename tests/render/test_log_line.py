"""Lines for the runner's log."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.render.log_line import LONGEST, Level, annotation, log_line
from tests.render.hostile import hostile

commands = st.lists(
    st.sampled_from([":", "::", "#", "##", "[", "]", "error", " ", "\n", "\r", "%0A", "é", "\u00ad"])
).map("".join)
any_text = st.one_of(hostile, commands, st.text())


def obeyed(line: str) -> bool:
    """Whether the runner takes a line for a command: `::` at its start, or `##[` anywhere, compared loosely."""
    loosely = re.sub(r"[^\x20-\x7e]", "", line)
    return loosely.lstrip().startswith("::") or "##[" in loosely


@given(any_text)
def test_log_line__is_never_obeyed(text: str) -> None:
    """Whatever a manifest holds, its text is one line of ASCII that the runner only prints."""
    line = log_line(text)
    assert not obeyed(line)
    assert line.isascii()
    assert line.isprintable()
    assert len(line) <= LONGEST


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("plain: text", "plain: text"),
        ("::set-env name=A::b", ": :set-env name=A: :b"),
        (" ##[add-path]/x", " ## [add-path]/x"),
        ("one\n::error::two", "one\\n: :error: :two"),
        ("\udc80", "\\x80"),
    ],
)
def test_log_line__stays_readable(text: str, line: str) -> None:
    """Commands are broken up with a blank, line breaks written out."""
    assert log_line(text) == line


@given(any_text, any_text, any_text)
def test_annotation__is_one_command_with_our_level(message: str, title: str, file: str) -> None:
    """The runner reads the level, file, line and title that were meant, and all the rest as the message."""
    line = annotation(Level.WARNING, message, title=title, file=file, line=3)
    assert line.isascii()
    assert line.isprintable()
    read = re.fullmatch(r"::(?P<level>\w+) (?P<properties>[^:]*)::(?P<data>.*)", line)
    assert read is not None
    assert read["level"] == "warning"
    keys = [part.partition("=")[0] for part in read["properties"].split(",")]
    assert keys == (["file", "line", "title"] if title else ["file", "line"])
    assert "::" not in read["data"]
    assert len(read["data"]) <= 3 * LONGEST


def test_annotation__keeps_the_lines_of_a_message() -> None:
    """Line breaks of a message are shown on the page of the run."""
    assert annotation(Level.ERROR, "one\ntwo 100%") == "::error::one%0Atwo 100%25"


def test_annotation__cuts_a_long_message() -> None:
    """An annotation shows 4,096 characters at most."""
    assert annotation(Level.NOTICE, "x" * 9_000) == f"::notice::{'x' * (LONGEST - 3)}..."
