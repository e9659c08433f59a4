"""The ledger's history in words: every event, its moment and its note, and colour that follows the outcome."""

from datetime import timedelta

import pytest

from keyturn.core.decision import Outcome
from keyturn.core.ledger_walk import LedgerTip
from keyturn.core.record import Event, LedgerEntry, RecordedEvent
from keyturn.render.ledger_log import history
from keyturn.render.styled import Style
from tests.support.build_ledger import LedgerBuilder


def tip_of(entry: LedgerEntry) -> LedgerTip:
    """A ledger with this one entry."""
    return LedgerTip("c" * 40, {entry.path: "b" * 40}, {"b" * 40: entry.as_bytes()})


def an_entry(*events: RecordedEvent, outcome: Outcome = Outcome.PENDING, actor: str | None = None) -> LedgerEntry:
    """An entry about #12 with these events."""
    entry = LedgerBuilder().entry(12)
    decision = entry.decision.model_copy(update={"outcome": outcome})
    return entry.model_copy(update={"events": events, "decision": decision, "actor": actor})


@pytest.mark.parametrize("event", list(Event))
def test_history__has_words_for_every_event(event: Event) -> None:
    """Nothing the ledger records is told as a bare identifier."""
    at = LedgerBuilder().now
    told = [str(line) for line in history(tip_of(an_entry(RecordedEvent(event=event, at=at))), 12)]
    assert len(told) == 3
    assert told[2].startswith("    - ")
    assert "_" not in told[2]


def test_history__says_when_an_event_fell_due_and_what_was_noted() -> None:
    """A step that a late run noticed is told with its own moment; a note is shown on one line, its tricks visible."""
    entry = an_entry()
    event = RecordedEvent(
        event=Event.OVERRIDE_REFUSED, at=entry.time - timedelta(days=1), by="mallory", note="no\n##[set-output]\u202e"
    )
    told = [str(line) for line in history(tip_of(entry.model_copy(update={"events": (event,)})), 12)]
    assert told[2] == (
        "    - an override was refused by mallory on 2026-01-04 09:01 UTC: no\\n#\\u0023[set-output]\\u202e"
    )


@pytest.mark.parametrize(
    ("outcome", "style"),
    [
        (Outcome.APPROVED, Style.GOOD),
        (Outcome.OVERRIDDEN, Style.GOOD),
        (Outcome.PENDING, Style.WAITING),
        (Outcome.EXPIRED, Style.WAITING),
        (Outcome.EMERGENCY_STOP, Style.BAD),
        (Outcome.INVALID, Style.BAD),
    ],
)
def test_history__shows_the_outcome_in_its_colour(outcome: Outcome, style: Style) -> None:
    """What lets through, what waits, and what is held back are told apart at a glance."""
    first, *_ = history(tip_of(an_entry(outcome=outcome)), None)
    assert first.pieces[-1].style is style


def test_history__alarms_are_marked() -> None:
    """A merge past the gate must not drown among approvals."""
    at = LedgerBuilder().now
    entry = an_entry(
        RecordedEvent(event=Event.MERGED_WITHOUT_APPROVAL, at=at, by="mallory"),
        RecordedEvent(event=Event.CLOSED, at=at),
    )
    lines = list(history(tip_of(entry), 12))
    assert [line.pieces[-1].style for line in lines[2:]] == [Style.BAD, Style.PLAIN]


def test_history__of_an_empty_ledger_says_so() -> None:
    """No entry at all is told in words."""
    assert [str(line) for line in history(LedgerTip("c" * 40, {}, {}), None)] == ["The ledger tells nothing."]
