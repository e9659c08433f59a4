"""The short new comments that wake people and the agent, each once."""

import re
from datetime import timedelta

import pytest
from hypothesis import given

from keyturn.core.decision import Outcome
from keyturn.core.facts import ReviewState
from keyturn.core.judgement import Judgement
from keyturn.core.record import Event, RecordedEvent
from keyturn.render.marker import read_marker
from keyturn.render.notices import FOR_OUTCOME, Notice, notice, notice_key
from tests.render.examples import (
    APPROVED_BY_ANN,
    BOOK,
    EMERGENCY,
    OPENED,
    example,
    facts,
    judged,
    override_comment,
    review,
)
from tests.render.golden_files import FORGED
from tests.render.hostile import hostile_judgements, live

GITHUB_TAKES = 65_536


def mentioned(body: str) -> list[str]:
    """Whom a text wakes: every name after an at-sign outside code."""
    outside = re.sub(r"(`+).*?\1", "", body.partition("\n")[2], flags=re.DOTALL)
    return re.findall(r"@([\w/-]+)", outside)


@given(hostile_judgements())
def test_notice__keeps_every_foreign_text_in_code(judgement: Judgement) -> None:
    """A notice wakes whom the rule book names and nobody else, whatever manifest, review or reason say."""
    named = {"claude", "zoe", "acme/sre", "erin", "acme/leads"}
    for kind in Notice:
        if kind is Notice.OVERRIDDEN and judgement.decision.outcome is not Outcome.OVERRIDDEN:
            continue
        body = notice(kind, judgement)
        assert live(body) == []
        assert set(mentioned(body)) <= named
        assert len(body) <= GITHUB_TAKES


@pytest.mark.parametrize(
    ("kind", "name", "woken"),
    [
        (Notice.APPROVED, "approved", ["claude"]),
        (Notice.REJECTED, "rejected", ["claude"]),
        (Notice.EXPIRED, "expired", ["claude"]),
        (Notice.EMERGENCY_STOP, "emergency_stop", ["claude", "zoe", "acme/sre"]),
        (Notice.OVERRIDDEN, "overridden", ["claude"]),
        (Notice.INVALID, "invalid_manifest", ["claude"]),
        (Notice.ESCALATED, "escalated", ["erin", "acme/leads"]),
        (Notice.LEDGER_BROKEN, "ledger_broken", ["zoe", "acme/sre"]),
    ],
)
def test_notice__wakes_whoever_can_act(kind: Notice, name: str, woken: list[str]) -> None:
    """The agent for what it must know, the people of `override` for an emergency, those of `escalation` for delay."""
    assert mentioned(notice(kind, example(name))) == woken


def test_notice__mentions_nobody_where_the_rule_book_names_nobody() -> None:
    """Without `agents.mention` and `override` a notice wakes only those who follow the pull request."""
    book = BOOK.replace(', mention: "@claude"', "").replace("override: {users: [zoe], teams: [acme/sre]}\n", "")
    body = notice(Notice.EMERGENCY_STOP, judged(facts(EMERGENCY, book)))
    assert mentioned(body) == []
    assert "Nobody is named in `override`" in body


def test_notice__says_when_keyturn_only_observes() -> None:
    """Where nothing is blocked, a notice does not sound as if it were."""
    assert "keyturn only observes here" in notice(Notice.EMERGENCY_STOP, example("observed"))


@pytest.mark.parametrize("outcome", Outcome)
def test_notice__is_called_for_by_six_outcomes(outcome: Outcome) -> None:
    """Exactly the outcomes that an agent must hear of have a notice, of the same name."""
    wake = {"approved", "rejected", "expired", "emergency_stop", "overridden", "invalid"}
    assert (outcome in FOR_OUTCOME) == (outcome.value in wake)
    assert outcome not in FOR_OUTCOME or FOR_OUTCOME[outcome] == outcome.value


def test_notice_key__is_what_the_marker_holds() -> None:
    """The same values find the notice again, however the rest reads by then."""
    assert read_marker(notice(Notice.APPROVED, example("approved"))) == notice_key(Notice.APPROVED, example("approved"))
    assert read_marker(notice(Notice.VERDICT_FORGED, example("pending"), FORGED)) == notice_key(
        Notice.VERDICT_FORGED, example("approved"), FORGED
    )


def test_notice_key__stays_the_same_within_a_request() -> None:
    """A run that finds nothing new owes no second notice."""
    first = judged(facts(reviews=(APPROVED_BY_ANN,)))
    later = judged(facts(reviews=(APPROVED_BY_ANN,), title="another"))
    for kind in Notice:
        assert notice_key(kind, first) == notice_key(kind, later)


def test_notice_key__tells_a_second_objection_from_the_first() -> None:
    """A new request for changes on the same commit wakes the agent again."""
    first = review("carol", ReviewState.CHANGES_REQUESTED)
    second = review("ann", ReviewState.CHANGES_REQUESTED, submitted_at=OPENED + timedelta(hours=2))
    one, both = judged(facts(reviews=(first,))), judged(facts(reviews=(first, second)))
    assert notice_key(Notice.REJECTED, one) != notice_key(Notice.REJECTED, both)


def test_notice_key__tells_an_override_from_a_later_one() -> None:
    """An override withdrawn and given again is told again."""
    one = judged(facts(EMERGENCY, comments=(override_comment(),)), timedelta(hours=3))
    other = judged(facts(EMERGENCY, comments=(override_comment("yan"),)), timedelta(hours=3))
    assert notice_key(Notice.OVERRIDDEN, one) != notice_key(Notice.OVERRIDDEN, other)


def test_notice_key__tells_events_apart_by_their_moment() -> None:
    """Each forged verdict is announced, and each once."""
    later = RecordedEvent(event=Event.VERDICT_FORGED, at=OPENED + timedelta(seconds=1))
    keys = [notice_key(Notice.VERDICT_FORGED, example("pending"), event) for event in (FORGED, later)]
    assert keys[0] != keys[1]
