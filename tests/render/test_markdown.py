"""The few functions through which every foreign text reaches Markdown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.render.markdown import cell, code, details, fence, length, mention, names, table, told
from keyturn.render.visible import visible
from tests.render.hostile import hostile, live, tokens

any_text = st.one_of(hostile, st.text(max_size=60), st.text(alphabet="` \\|\n", max_size=12))


def code_in(body: str) -> list[str]:
    """The contents of the inline code of a text."""
    return [token.content for token in tokens(body) if token.type == "code_inline"]


@given(any_text)
def test_code__is_one_piece_of_code_with_all_of_the_text(text: str) -> None:
    """Inline code ends where the text ends, whatever backticks and spaces it holds."""
    shown = visible(text, 200)
    if shown.strip():
        assert code_in(f"before {code(text)} after") == [shown]
    else:
        assert code(text) == "(blank)"


@given(any_text)
def test_code__starts_no_block_at_the_start_of_a_line(text: str) -> None:
    """A line, a list item or a paragraph may start with it."""
    assert [token.type for token in tokens(code(text)) if token.type == "fence"] == []
    assert live(code(text)) == []


@given(any_text, any_text)
def test_cell__stays_in_its_cell(one: str, other: str) -> None:
    """A bar ends no cell, not even behind backslashes, and the text is shown as it is."""
    body = table(("a", "b"), [(cell(one), cell(other))])
    shown = [visible(text, 200) for text in (one, other)]
    found = [token for token in tokens(body) if token.type == "td_open"]
    assert len(found) == 2
    assert code_in(body) == [text for text in shown if text.strip()]


@given(any_text)
def test_fence__holds_all_of_the_text(text: str) -> None:
    """A fenced block ends behind the text, whatever fences it holds."""
    found = [token for token in tokens(fence(text, 2_000)) if token.type == "fence"]
    assert [token.content for token in found] == [visible(text, 2_000, line_feeds=True) + "\n"]


@given(hostile)
def test_told__makes_code_of_a_name_wherever_it_stands(login: str) -> None:
    """A sentence of the core about somebody never carries their name as plain text."""
    assert live(told(f"{login} is not named in `override` of rules.yml", login)) == []


def test_told__leaves_plain_words_alone() -> None:
    """A sentence reads as one; names, files, commits and commands in it are code."""
    sentence = "ann owes an overdue review of #12; write `/keyturn override <commit> <reason>` in rules.yml"
    assert told(sentence, "ann") == (
        "`ann` owes an overdue review of `#12;` write `/keyturn override <commit> <reason>` in `rules.yml`"
    )


def test_told__shows_a_sentence_with_half_a_code_whole_as_code() -> None:
    """Where backticks do not pair, nothing is taken for code by accident."""
    assert told("what `is this", "ann") == "``what `is this``"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("ann", "@ann"),
        ("acme/platform", "@acme/platform"),
        ("ann-b1", "@ann-b1"),
        ("acme_corp", "@acme_corp"),
        ("ann](http://x)", "`ann](http://x)`"),
        ("ann bob", "`ann bob`"),
        ("-ann", "`-ann`"),
        ("a/b/c", "`a/b/c`"),
        ("", "(blank)"),
    ],
)
def test_mention__is_made_of_names_only(name: str, written: str) -> None:
    """What has the form of a login or team is mentioned; anything else is code."""
    assert mention(name) == written


def test_names__counts_what_it_leaves_out() -> None:
    """A long list is cut and says by how much."""
    assert names(["a", "b"]) == "`a` and `b`"
    assert names(["a", "b", "c"], "or", most=2) == "`a`, `b` or 1 more"


def test_details__lets_markdown_in() -> None:
    """What opens on a click is still Markdown."""
    assert code_in(details("More", "see `this`")) == ["this"]


def test_length__counts_astral_characters_twice() -> None:
    """GitHub may count UTF-16 code units, so that is what is counted."""
    assert length("a😀") == 3
