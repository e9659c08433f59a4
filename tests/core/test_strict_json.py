"""JSON gets the same treatment as YAML: the same tree, the same refusals, with places."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.core.nodes import MapNode, Meaning, Node, Scalar, plain_data
from keyturn.core.problem import Problem, Refused
from keyturn.core.source import Problems
from keyturn.core.strict_json import read_json
from tests.support.bombs import json_bombs
from tests.support.reading import said


def read(text: str) -> Node | None:
    """The tree of a text that is right; Refused for any other."""
    problems = Problems("x.json")
    root = read_json(text, problems)
    if problems:
        raise problems.refusal()
    return root


def test_json__a_tree_with_places() -> None:
    """Every key and value knows its line and column, counted from 1."""
    root = read('{"a": [1,\n  "b"],\n "c": {}}')
    assert isinstance(root, MapNode)
    assert plain_data(root) == {"a": [1, "b"], "c": {}}
    assert root.entries["a"][0] == Scalar("a", plain=False, line=1, column=2)
    assert root.entries["c"][1] == MapNode({}, 3, 7)


@pytest.mark.parametrize("text", ["", " ", "\n\t "])
def test_json__nothing_at_all(text: str) -> None:
    """An empty text holds no value."""
    assert read(text) is None


def refusal(text: str) -> tuple[Problem, ...]:
    """What is said about a text; nothing about one that is right."""
    try:
        read(text)
    except Refused as refused:
        return refused.problems
    return ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"a": 1, "a": 2}', '1:10: the key "a" stands here and on line 1; a key stands once'),
        ('{"a": 1, "\\u0061": 2}', '1:10: the key "a" stands here and on line 1; a key stands once'),
        ('["\\ud800"]', "1:2: found the character U+D800; control and invisible characters are refused"),
        ('["\\u202e"]', "1:2: found the character U+202E RIGHT-TO-LEFT OVERRIDE; control and invisible characters"),
        ('["a\\nb"]', "1:2: found the character U+000A; control and invisible characters are refused; only a descrip"),
        ("[" * 13 + "]" * 13, "1:13: lists and mappings may stand at most 12 deep inside each other"),
        ('{"a": NaN}', '1:7: this is not valid JSON: found "NaN"; wanted: a text in double quotes, a number, true,'),
        ('{"a": -Infinity}', '1:7: this is not valid JSON: found "-Infinity"; wanted: a text in double quotes'),
        ('{"a": 01}', '1:7: this is not valid JSON: found "01"; wanted: a text in double quotes'),
        ('{"a": +1}', '1:7: this is not valid JSON: found "+1"; wanted: a text in double quotes'),
        ("{\"a\": 'b'}", "1:7: this is not valid JSON: found \"'b'\"; wanted: a text in double quotes"),
        ('{"a": tru}', '1:7: this is not valid JSON: found "tru"; wanted: a text in double quotes'),
        ('{"a": }', '1:7: this is not valid JSON: found "}"; wanted: a text in double quotes'),
        ('{"a" 1}', '1:6: this is not valid JSON: found "1"; wanted: a colon'),
        ("{a: 1}", '1:2: this is not valid JSON: found "a"; wanted: a key in double quotes'),
        ('{"a": 1,}', '1:9: this is not valid JSON: found "}"; wanted: a key in double quotes'),
        ("[1,]", '1:4: this is not valid JSON: found "]"; wanted: a text in double quotes'),
        ("[1 2]", '1:4: this is not valid JSON: found "2"; wanted: a comma or ]'),
        ("[1", "1:3: this is not valid JSON: found the end of the file; wanted: a comma or ]"),
        ('{"a": 1', "1:8: this is not valid JSON: found the end of the file; wanted: a comma or }"),
        ("[1] [2]", '1:5: this is not valid JSON: found "["; wanted: nothing more after the value'),
        ("[1] // two", '1:5: this is not valid JSON: found "//"; wanted: nothing more after the value'),
        ('["a', '1:2: this is not valid JSON: found "\\"a"; wanted: a double quote where the text ends'),
        ('["\\x"]', '1:2: this is not valid JSON: found "\\"\\\\x\\""; wanted: a text whose escapes are those of JSON'),
        (
            '["a\tb"]',
            '1:2: this is not valid JSON: found "\\"a\\tb\\""; wanted: a text whose escapes are those of JSON',
        ),
        ("[\xa01]", '1:2: this is not valid JSON: found "\\xa01"; wanted: a text in double quotes'),
    ],
)
def test_json__refused(text: str, problem: str) -> None:
    """What RFC 8259 does not allow is refused, and what it leaves open is too."""
    with pytest.raises(Refused) as caught:
        read(text)
    assert said(caught.value, "x.json")[0].startswith(problem), said(caught.value, "x.json")


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ('"on"', Meaning.TEXT),
        ("1", Meaning.WHOLE_NUMBER),
        ("1.0", Meaning.NUMBER),
        ("-1", Meaning.NUMBER),
        ("1E400", Meaning.NUMBER),
        ("10000000000", Meaning.NUMBER),
        ("true", Meaning.TRUE_OR_FALSE),
        ("null", Meaning.NOTHING),
    ],
)
def test_json__values(text: str, meaning: Meaning) -> None:
    """Values mean what the same values mean in YAML."""
    root = read(text)
    assert isinstance(root, Scalar)
    assert root.meaning is meaning


_VALUES = st.recursive(
    st.integers(0, 999_999_999) | st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=4),
    max_leaves=10,
)


@given(_VALUES, st.booleans())
def test_json__what_was_written_is_read(value: object, ascii_only: bool) -> None:
    """Any tree of texts, whole numbers, lists and mappings comes back as it was written, however it is escaped."""
    root = read(json.dumps(value, ensure_ascii=ascii_only, indent=1))
    assert root is not None
    assert plain_data(root) == value


@given(st.text(st.sampled_from('[]{},:"\\ \n\t019.eE+-truefalsn\\u00e9/'), max_size=12))
def test_json__agrees_with_the_standard_library(text: str) -> None:
    """A text is refused as no JSON exactly where Python's own reader refuses it."""
    try:
        json.loads(text, parse_constant=_no_constant)
    except ValueError:
        right = False
    else:
        right = True
    wrong = any("this is not valid JSON" in problem.message for problem in refusal(text))
    assert wrong is not right or not text.strip()


def _no_constant(name: str) -> None:
    raise ValueError(name)


@pytest.mark.parametrize(("name", "text"), [pytest.param(*bomb, id=bomb[0]) for bomb in json_bombs()])
def test_json__bombs_cost_little(name: str, text: str) -> None:
    """However a file is made, few problems are made of it, and nothing else is ever raised."""
    assert len(refusal(text)) <= 1_001
