"""The small words of the core: tiers, verdicts, texts, and the bytes of a ledger entry."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.core.decision import PASSING, Outcome
from keyturn.core.record import Abridged, bytes_hash, entry_path, folder
from keyturn.core.shown import shortened, shown
from keyturn.core.tier import BY_SEVERITY, Tier
from keyturn.core.verdict import VerdictState, state_of, verdict_name
from tests.support.timeline import Timeline


def test_tier__compares_by_severity() -> None:
    """Tiers go from `auto` to `emergency`, never by spelling."""
    assert [tier.severity for tier in Tier] == [0, 1, 2, 3]
    assert sorted(Tier, reverse=True) == list(BY_SEVERITY) == list(reversed(Tier))
    for lower, higher in pairwise(Tier):
        assert lower < higher
        assert higher > lower
        assert lower <= higher
        assert higher >= lower
        assert [lower > higher, higher < lower, lower >= higher, higher <= lower] == [False] * 4
        assert lower <= lower  # noqa: PLR0124 - that is the comparison under test
        assert lower >= lower  # noqa: PLR0124 - equals are compared on purpose
        assert [lower < lower, lower > lower] == [False] * 2  # noqa: PLR0124 - equals are compared on purpose


@pytest.mark.parametrize("compare", ["__lt__", "__gt__", "__le__", "__ge__"])
def test_tier__does_not_compare_with_text(compare: str) -> None:
    """A tier and a mere text have no order, so that nothing compares by spelling by mistake."""
    assert getattr(Tier.SINGLE, compare)("auto") is NotImplemented


@pytest.mark.parametrize(
    ("outcome", "state", "passes"),
    [
        (Outcome.ERROR, "error", False),
        (Outcome.NOT_GOVERNED, "success", True),
        (Outcome.OVERRIDDEN, "success", True),
        (Outcome.INVALID, "failure", False),
        (Outcome.EMERGENCY_STOP, "failure", False),
        (Outcome.REJECTED, "failure", False),
        (Outcome.EXPIRED, "failure", False),
        (Outcome.PENDING, "pending", False),
        (Outcome.AUTO_APPROVED, "success", True),
        (Outcome.APPROVED, "success", True),
    ],
)
def test_state_of__each_outcome(outcome: Outcome, state: str, *, passes: bool) -> None:
    """Each outcome has its verdict; only four of them are success."""
    assert state_of(outcome) == state
    assert (outcome in PASSING) is passes


def test_verdict_state__strictest() -> None:
    """Of several verdicts the strictest is error, then failure, then pending; success is the laxest."""
    assert sorted(VerdictState, key=lambda state: state.strictness) == ["success", "pending", "failure", "error"]


@pytest.mark.parametrize(
    ("base", "observe", "name"),
    [
        ("main", False, "keyturn"),
        ("stage", False, "keyturn: stage"),
        ("main", True, "keyturn (observe)"),
        ("stage", True, "keyturn: stage (observe)"),
    ],
)
def test_verdict_name__carries_the_base(base: str, name: str, *, observe: bool) -> None:
    """A verdict for another branch than the default one, or one that only observes, has a name of its own."""
    assert verdict_name("keyturn", base, "main", observe=observe) == name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("src/a.py", "src/a.py"),
        ("caf\u00e9\n", "caf\u00e9\n"),
        ("a\udcff\udc80", "a\\xff\\x80"),
        ("\udcc3\udca9", "\u00e9"),
        ("half \ud83d of it", "half \\ud83d of it"),
        ("\udbff\udfff\udc7f", "\\udbff\\udfff\\udc7f"),
        ("\U0001f600", "\U0001f600"),
    ],
)
def test_shown__any_output_can_carry_it(text: str, expected: str) -> None:
    """Bytes that are no UTF-8, and halves of characters, are written as escapes."""
    assert shown(text) == expected


@given(st.text(st.characters(), max_size=20))
def test_shown__can_always_be_encoded(text: str) -> None:
    """Whatever a text holds, it can be written as UTF-8 afterwards, and is left alone if it could be before."""
    assert shown(text).encode().decode() == shown(text)
    if not any("\ud800" <= letter <= "\udfff" for letter in text):
        assert shown(text) == text


@pytest.mark.parametrize(
    ("text", "limit", "expected"), [("abc", 3, "abc"), ("abcd", 3, "ab\u2026"), ("", 1, ""), ("ab", 1, "\u2026")]
)
def test_shortened__to_a_limit(text: str, limit: int, expected: str) -> None:
    """A text that is too long is cut to the limit, an ellipsis included."""
    assert shortened(text, limit) == expected


@pytest.mark.parametrize(
    ("number", "sequence", "path"),
    [(12, 1, "pulls/0/12/000001.json"), (1000, 42, "pulls/1/1000/000042.json"), (999, 7, "pulls/0/999/000007.json")],
)
def test_entry_path__on_the_ledger_branch(number: int, sequence: int, path: str) -> None:
    """An entry stands in its pull request's folder, by its sequence in six digits."""
    assert entry_path(number, sequence) == path
    assert path.startswith(f"{folder(number)}/")


def test_ledger_entry__its_bytes_are_ascii_json() -> None:
    """The bytes of an entry are ASCII JSON and a line feed, keys as they are published; they are what is hashed."""
    story = Timeline()
    story.look(0)
    entry = story.entries[0]
    written = entry.as_bytes()
    read = json.loads(written.decode("ascii"))
    assert written.endswith(b"}\n")
    assert (read["schema"], read["decision"]["schema"]) == ("keyturn/ledger/v1", "keyturn/decision/v1")
    assert type(entry).model_validate_json(written) == entry
    assert entry.path == "pulls/0/12/000001.json"
    assert bytes_hash(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_recorded_decision__as_it_was_published() -> None:
    """A decision comes back from the ledger as it was published; lists that were abridged there are empty."""
    story = Timeline()
    told = story.look(0).decision
    recorded = story.entries[0].decision
    assert recorded.as_decision() == told
    abridged = recorded.model_copy(update={"actions": Abridged(number=1, digest="sha256:x")})
    assert abridged.as_decision() == told.model_copy(update={"actions": ()})
