"""YAML is read only as far as it means the same to everybody, and refused before it costs anything."""

from contextlib import suppress
from typing import Any, ClassVar

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from keyturn.core.nodes import ListNode, MapNode, Meaning, Node, Scalar, found, plain_data
from keyturn.core.problem import Refused
from keyturn.core.source import Problems
from keyturn.core.strict_yaml import read_yaml
from keyturn.core.tree import MOST_NODES
from tests.support.bombs import yaml_bombs
from tests.support.reading import said


def read(text: str, loader: type = yaml.CSafeLoader) -> Node | None:
    """The tree of a text that is right; Refused for any other."""
    problems = Problems("x.yml")
    root = read_yaml(text, problems, loader)
    if problems:
        raise problems.refusal()
    return root


def problems_of(text: str) -> list[str]:
    """What is said about a text."""
    with pytest.raises(Refused) as caught:
        read(text)
    return said(caught.value, "x.yml")


def test_yaml__a_tree_with_places() -> None:
    """Every key and value knows its line and column, counted from 1."""
    root = read("a:\n  - b\n  - 'c d'\ne: {f: 1}\n")
    assert isinstance(root, MapNode)
    assert plain_data(root) == {"a": ["b", "c d"], "e": {"f": 1}}
    items = root.get("a")
    assert isinstance(items, ListNode)
    assert items.items == [Scalar("b", plain=True, line=2, column=5), Scalar("c d", plain=False, line=3, column=5)]
    assert root.entries["e"][0] == Scalar("e", plain=True, line=4, column=1)
    assert root.get("nothing") is None


def test_yaml__nothing_at_all() -> None:
    """A text of comments holds no value."""
    assert read("# nothing\n") is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: &x b", "1:4: anchors are refused; found &x"),
        ("a: &x [b]", "1:4: anchors are refused; found &x"),
        ("a: &x {b: c}", "1:4: anchors are refused; found &x"),
        ("a: *x", "1:4: aliases are refused; found *x: write the value out"),
        ("a: !x b", "1:4: tags are refused; found !x: leave it out"),
        ("a: ! b", "1:4: tags are refused; found !: leave it out"),
        ("a: !!binary aGk=", "1:4: tags are refused; found tag:yaml.org,2002:binary: leave it out"),
        ("a: !!set {b}", "1:4: tags are refused; found tag:yaml.org,2002:set: leave it out"),
        (
            "!!python/object/new:os.system [x]",
            "1:1: tags are refused; found tag:yaml.org,2002:python/object/new:os.system",
        ),
        ("%TAG ! x\n---\na: b", "1:1: tags are refused; found a %TAG directive"),
        ("a: b\n---\nc: d", "2:1: a further document begins here; a file holds one"),
        ("a: b\nc: d\na: e", '3:1: the key "a" stands here and on line 1; a key stands once'),
        ("a: {b: 1, b: 1}", '1:11: the key "b" stands here and on line 1; a key stands once'),
        ("<<: {a: b}", "1:1: mappings are not merged (<<); write the keys out"),
        ("? [a]\n: b", "1:3: a key is a text; found a list"),
        ("{a: b}: c", "1:1: a key is a text; found a mapping"),
        ("1: a", "1:1: a key is a text; found the number 1; put it in quotes"),
        ("on: a", '1:1: a key is a text; found "on" without quotes, which reads as true or false; put it in quotes'),
        ("2026-01-02: a", '1:1: a key is a text; found "2026-01-02" without quotes, which reads as a date; put it in'),
        ("? \n: a", "1:2: a key is missing before the colon"),
        ("~: a", "1:1: a key is missing before the colon"),
        ("[" * 13 + "]" * 13, "1:13: lists and mappings may stand at most 12 deep inside each other"),
        (
            'a: "b\\u202e"',
            "1:4: found the character U+202E RIGHT-TO-LEFT OVERRIDE; control and invisible characters are",
        ),
        (
            "a: b\u200b",
            "1:4: found the character U+200B ZERO WIDTH SPACE; control and invisible characters are refused",
        ),
        ('"a\\0": b', "1:1: found the character U+0000; control and invisible characters are refused"),
        (
            "a: |\n  b\n",
            "1:4: found the character U+000A; control and invisible characters are refused; only a description",
        ),
        ("a: b: c", "1:5: this is not valid YAML: mapping values are not allowed"),
        ("a:\n\tb: c", "2:1: this is not valid YAML: found character that cannot start any token"),
        ("a: [b\n", "2:1: this is not valid YAML: did not find expected ',' or ']'"),
        ('a: "\\UFFFFFFFF"', "1:7: this is not valid YAML: found invalid Unicode character escape code"),
    ],
)
def test_yaml__refused(text: str, problem: str) -> None:
    """Whatever only looks simple is refused, and the place is named."""
    assert [line for line in problems_of(text) if line.startswith(problem)], problems_of(text)


def test_yaml__everything_at_once() -> None:
    """Reading goes on behind a problem, so that all of them are told together."""
    assert [line.split(";")[0] for line in problems_of("a: &x b\nc: *x\nd: !y z\na: 1\non: 2\ne: \u200b\n")] == [
        "1:4: anchors are refused",
        "2:4: aliases are refused",
        "3:4: tags are refused",
        '4:1: the key "a" stands here and on line 1',
        "5:1: a key is a text",
        "6:4: found the character U+200B ZERO WIDTH SPACE",
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a:\n\tb: c", '; found "\\tb: c": indent with spaces, not tabs'),
        ("a: [b", "; found the end of the line"),
        ("a: @b", '; found "@b"'),
    ],
)
def test_yaml__what_the_parser_could_not_read(text: str, found: str) -> None:
    """Where a text is no YAML, it is shown what stands there."""
    assert problems_of(text)[0].endswith(found)


def test_yaml__an_error_of_no_place() -> None:
    """Where the parser cannot say where it failed, the refusal names the file alone."""
    with pytest.raises(Refused) as caught:
        read('a: "\\UFFFFFFFF"', yaml.SafeLoader)
    assert said(caught.value, "x.yml")[0].startswith("this is not valid YAML: ")


def test_yaml__twelve_deep_is_allowed() -> None:
    """The limit itself is no problem."""
    assert plain_data(read("[" * 12 + "]" * 12) or Scalar("", plain=False, line=1, column=1)) != []


def test_yaml__an_alias_as_a_key_is_said_once() -> None:
    """What was refused already is not refused a second time for what it would have been."""
    assert problems_of("? *x\n: b\n") == ["1:3: aliases are refused; found *x: write the value out"]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        *[
            (word, Meaning.TEXT)
            for word in ("a", "60m", "4h", "mon-fri", "09:00-18:00", "v1", "1.2.3", "-", "--", "1e", "0x")
        ],
        *[(word, Meaning.TEXT) for word in ("nope", "yess", "offer", "+a", "1_a", "12:3a", "2026-01", "<", "==", "é")],
        *[(word, Meaning.NOTHING) for word in ("", "~", "null", "Null", "NULL")],
        *[(word, Meaning.TRUE_OR_FALSE) for word in ("true", "True", "FALSE", "yes", "No", "on", "OFF", "y", "N")],
        *[(word, Meaning.WHOLE_NUMBER) for word in ("0", "1", "42", "999999999")],
        *[
            (word, Meaning.NUMBER)
            for word in ("1000000000", "010", "0o17", "0x1", "0b1", "1_000", "-1", "+1", "08", "00")
        ],
        *[
            (word, Meaning.NUMBER)
            for word in ("12:30", "1:2:3", "09:00", "12:30:45.5", "1.5", "1.", ".5", "1e3", "1.5e-3")
        ],
        *[(word, Meaning.NUMBER) for word in ("-1.5", ".inf", "-.INF", "+.Inf", ".nan", ".NaN")],
        *[
            (word, Meaning.DATE)
            for word in ("2026-12-25", "2026-1-2", "2026-12-25T10:00:00Z", "2026-12-25 10:00:00 +1")
        ],
        ("<<", Meaning.MERGE),
        ("=", Meaning.DEFAULT),
    ],
)
def test_scalar__meaning(text: str, meaning: Meaning) -> None:
    """Without quotes a value is a text only where every program that reads YAML takes it for one; in quotes always."""
    assert Scalar(text, plain=True, line=1, column=1).meaning is meaning
    assert Scalar(text, plain=False, line=1, column=1).meaning is Meaning.TEXT


@given(st.text(alphabet="0123456789_+-.:eExXobOtTzZ \tyYnN~=<aflnusrinf", max_size=12))
def test_scalar__never_a_text_where_yaml_1_1_says_otherwise(text: str) -> None:
    """Whatever YAML 1.1 reads as something else than a text is none here either."""
    resolver: Any = yaml.resolver.Resolver()
    if resolver.resolve(yaml.ScalarNode, text, (True, False)) != "tag:yaml.org,2002:str":
        assert Scalar(text, plain=True, line=1, column=1).meaning is not Meaning.TEXT


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("abc", '"abc"'),
        ('"on"', '"on"'),
        ("7", "the number 7"),
        ("on", '"on" without quotes, which reads as true or false'),
        ("010", '"010" without quotes, which reads as a number'),
        ("~", "nothing"),
        ("[]", "a list"),
        ("{}", "a mapping"),
        ('"say \\"hi\\" \\\\ there"', '"say \\"hi\\" \\\\ there"'),
        ("x" * 100, '"' + "x" * 59 + '…"'),
    ],
)
def test_found__words(text: str, words: str) -> None:
    """What was found is shown short, escaped, and with what it means."""
    root = read(text)
    assert isinstance(root, Scalar | ListNode | MapNode)
    assert found(root) == words


_PIECES = [
    *("a", "b: ", "- ", "\n", "  ", "\n  ", "\n- ", "[", "]", "{", "}", ",", ", ", ": ", ":", '"', "'", "\n    "),
    *(" # x", "? ", "!a ", "&a ", "*a", "---\n", "...\n", "é", "\\", "\\n", '"\\u202e"', '"\\ud800"', "|-\n", ">+\n"),
    *("\r\n", "@", "`", "~", "<<: ", "12:30", "a: b\n", "\n\n", "😀", "a:b", "%YAML 1.2\n---\n", "\xa0", '"a\n b"'),
]


@given(st.lists(st.sampled_from(_PIECES), max_size=10).map("".join))
def test_yaml__the_same_with_and_without_the_c_library(text: str) -> None:
    """What is read does not depend on which of the two parsers is installed."""
    results = []
    for loader in (yaml.SafeLoader, yaml.CSafeLoader):
        try:
            root = read(text.replace("\r\n", "\n"), loader)
        except Refused:
            results.append("refused")
        else:
            results.append(repr(root and _texts(root)))
    assert results[0] == results[1]


def _texts(node: Node) -> object:
    match node:
        case ListNode():
            return [_texts(item) for item in node.items]
        case MapNode():
            return {key: _texts(value) for key, (_, value) in node.entries.items()}
        case _:
            return node.text if isinstance(node, Scalar) else None


class CountingLoader(yaml.CSafeLoader):
    """A parser that counts the events that it gives."""

    taken: ClassVar = 0

    def get_event(self) -> yaml.Event | None:
        """Count one event."""
        CountingLoader.taken += 1
        return super().get_event()


@pytest.mark.parametrize(("name", "text"), [pytest.param(*bomb, id=bomb[0]) for bomb in yaml_bombs()])
def test_yaml__bombs_cost_little(name: str, text: str) -> None:
    """However a file is made, no more than its share of events is taken from it before it is refused or read."""
    CountingLoader.taken = 0
    with suppress(Refused):
        read(text.replace("\x07", " "), CountingLoader)
    assert CountingLoader.taken <= 2 * MOST_NODES + 10
