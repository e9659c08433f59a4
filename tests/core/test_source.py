"""From bytes to text: what is skipped, what is refused, and how it is shown."""

import pytest

from keyturn.core.characters import escaped, named, quoted, refused_character
from keyturn.core.problem import Problem, Refused
from keyturn.core.source import LARGEST, MOST_PROBLEMS, Problems, text_of
from tests.support.reading import said


def refusal(content: bytes) -> list[str]:
    """What is said about these bytes."""
    with pytest.raises(Refused) as caught:
        text_of(content, Problems("x.yml"))
    return said(caught.value, "x.yml")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", ""),
        (b"a: b\n", "a: b\n"),
        (b"\xef\xbb\xbfa: b", "a: b"),
        (b"a: b\r\nc: d\r\n", "a: b\nc: d\n"),
        ("é 😀 \xa0\t".encode(), "é 😀 \xa0\t"),
    ],
)
def test_text_of__read(content: bytes, text: str) -> None:
    """UTF-8 is read, one byte-order mark at the start is skipped, and lines end in line feeds."""
    assert text_of(content, Problems("x.yml")) == text


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"a: \xff", "1:4: the byte 0xff is not UTF-8; save the file as UTF-8"),
        ("a\né: ".encode() + b"\xe9", "2:4: the byte 0xe9 is not UTF-8; save the file as UTF-8"),
        ("a".encode("utf-16"), "1:1: the byte 0xff is not UTF-8; save the file as UTF-8"),
        (b"\xed\xa0\x80", "1:1: the byte 0xed is not UTF-8; save the file as UTF-8"),
        (b"\xef\xbb\xbf\xef\xbb\xbfa", "1:1: found the character U+FEFF ZERO WIDTH NO-BREAK SPACE; outside quotes"),
        (b"a\n\x00b", "2:1: found the character U+0000; outside quotes"),
        (b"a\rb", "1:2: found the character U+000D; outside quotes"),
        (b"\x7f", "1:1: found the character U+007F; outside quotes"),
        ("# x\u2028a: b".encode(), "1:4: found the character U+2028 LINE SEPARATOR; outside quotes"),
        ("# x\u0085a: b".encode(), "1:4: found the character U+0085; outside quotes"),
        (b"a" * (LARGEST + 1), "the file has 262,145 bytes; at most 262,144 (256 KiB) are read"),
    ],
)
def test_text_of__refused(content: bytes, problem: str) -> None:
    """What changes what a reader sees is refused, wherever it stands."""
    assert refusal(content)[0].startswith(problem)


def test_text_of__the_largest_file() -> None:
    """The limit itself is no problem."""
    assert len(text_of(b"a" * LARGEST, Problems("x.yml"))) == LARGEST


def test_text_of__every_character_at_once() -> None:
    """All characters that are refused are named, each in its place."""
    assert [line.split(";")[0] for line in refusal(b"a\x01\x02\nb\nc\x03")] == [
        "1:2: found the character U+0001",
        "1:3: found the character U+0002",
        "3:2: found the character U+0003",
    ]


def test_problems__end_where_there_are_too_many() -> None:
    """Reading ends after a thousand problems, and it is said that there are more."""
    problems = Problems("x.yml")
    for line in range(MOST_PROBLEMS):
        problems.add(line + 1, None, "wrong")
    with pytest.raises(Refused) as caught:
        problems.add(None, None, "one more")
    assert len(caught.value.problems) == MOST_PROBLEMS + 1
    assert caught.value.problems[0] == Problem(
        "x.yml", None, None, "only the first 1,000 problems are listed; there are more"
    )


@pytest.mark.parametrize(
    ("text", "character"),
    [
        ("plain é 😀", None),
        ("no-break\xa0space", None),
        ("unassigned\u0378", None),
        ("a\nb", "\n"),
        ("a\tb", "\t"),
        ("a\u200bb", "\u200b"),
        ("a\U000e0041b", "\U000e0041"),
        ("a\ue000b", "\ue000"),
        ("a\ud800b", "\ud800"),
        ("a\u2028b", "\u2028"),
        ("a\u2029b", "\u2029"),
        ("\x9b", "\x9b"),
        ("\u00ad", "\u00ad"),
    ],
)
def test_refused_character__by_category(text: str, character: str | None) -> None:
    """Control, format, private, surrogate and separator characters are refused, and no others."""
    assert refused_character(text) == character


def test_refused_character__line_feeds_where_they_may_stand() -> None:
    """Line feeds are let through on demand, and nothing else with them."""
    assert refused_character("a\nb\n", line_feeds=True) is None
    assert refused_character("a\nb\r", line_feeds=True) == "\r"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("é", '"é"'),
        ('a"b', '"a\\"b"'),
        ("a\\b", '"a\\\\b"'),
        ("a\u202eb\n", '"a\\u202eb\\n"'),
        ("\ud800", '"\\ud800"'),
        ("x" * 61, '"' + "x" * 59 + '…"'),
    ],
)
def test_quoted__shown(text: str, shown: str) -> None:
    """Nothing invisible gets into a message, and nothing long."""
    assert quoted(text) == shown


def test_escaped__length() -> None:
    """A text is cut after the given number of characters, the last of which says so."""
    assert escaped("abcdef", 4) == "abc…"
    assert escaped("abcd", 4) == "abcd"


def test_named__with_and_without_a_name() -> None:
    """A character is named by code point, and by name where Unicode gives it one."""
    assert named("\u200b") == "U+200B ZERO WIDTH SPACE"
    assert named("\x07") == "U+0007"
