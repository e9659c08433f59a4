"""What happened is told in the card's thread: once, in order, and only where it still matters."""

from datetime import timedelta

import pytest

from keyturn.core.compose import Learned
from keyturn.core.facts import PullRequestState, Role
from keyturn.core.record import Event, RecordedEvent
from keyturn.slack.messenger import Messenger
from tests.slack.tale import BOOK, HARMLESS, SEVERE, Tale
from tests.support.build import HEAD, OPENED, at, changed, comment, dismissed, objection, review
from tests.support.build_book import book, policies

OVERRIDE = f"/keyturn override {HEAD} The shop is down, and this is the fix."


def texts(tale: Tale) -> list[str]:
    """The replies in the thread of the newest card."""
    return [reply.text for reply in tale.slack.replies(tale.slack.cards[-1])]


def alarm(event: Event, note: str | None = None) -> Learned:
    """Something that a run found out beside the facts."""
    return Learned(events=(RecordedEvent(event=event, at=OPENED, by="mallory", note=note),))


def test_reply__tells_of_each_approval_and_of_the_last(tale: Tale) -> None:
    """Every review that counts is a quiet reply, and so is what it leads to."""
    tale.run()
    tale.run(0.5, reviews=(review("ann", when=0.4),))
    tale.run(0.7, reviews=(review("ann", when=0.4), review("bob", when=0.6)))
    first, second, last = texts(tale)
    assert "`ann` approved; 1 more approval is needed" in first
    assert "`bob` approved" in second
    assert "Approved: it may be merged" in last
    assert not any("<@" in text or "<!subteam" in text for text in texts(tale))


def test_reply__tells_of_an_objection_and_of_its_end(tale: Tale) -> None:
    """Whoever waits in the thread learns that changes were asked for, and that this is settled."""
    tale.run()
    asked = objection("ann", when=0.3)
    tale.run(0.4, reviews=(asked,))
    ended, dismissal = dismissed(asked, "ann", when=0.5)
    tale.run(0.6, reviews=(ended,), dismissals=(dismissal,))
    assert [text.partition(" ")[0] for text in texts(tale)] == ["✋", "The"]


def test_reply__of_an_escalation_is_shown_to_the_channel_and_wakes_those_named(tale: Tale) -> None:
    """An escalation reaches people who do not follow the thread."""
    tale.run()
    tale.run(1)
    (reply,) = tale.slack.replies(tale.slack.cards[0])
    assert reply.text.startswith("<@U0000ERIN> <!subteam^S0000LEADS> ")
    assert reply.broadcast
    tale.run(1.5)
    assert len(tale.slack.replies(tale.slack.cards[0])) == 1


def test_reply__of_an_escalation_that_was_answered_in_between_is_left_out(tale: Tale) -> None:
    """A run died after it had recorded the escalation; by the time of the next the approvals are there."""
    tale.run()
    tale.happens(1)
    tale.run(2, reviews=(review("ann", when=1.5), review("bob", when=1.6)))
    assert not any("has waited" in text for text in texts(tale))
    assert any("may be merged" in text for text in texts(tale))


def test_reply__of_an_expiry_wakes_those_who_can_go_on(tale: Tale) -> None:
    """A deadline that passed calls the people who may approve or renew, by the first run that notices."""
    tale.run()
    tale.run(80)
    (reply,) = tale.slack.replies(tale.slack.cards[0])
    assert reply.text.startswith("<@U00000ANN> ")
    assert "Expired" in reply.text
    assert not reply.broadcast


def test_reply__wakes_those_who_may_override_where_an_emergency_follows_a_card(tale: Tale) -> None:
    """An edited card wakes nobody, so a request that becomes an emergency under new rules is told in a reply, once."""
    tale.book = book(tiers=policies(single={"approvals": 2}), rules=(), slack=BOOK.slack, override=BOOK.override)
    tale.run(manifests=(SEVERE,))
    tale.book = BOOK
    tale.run(0.5)
    tale.run(0.6)
    (reply,) = tale.slack.replies(tale.slack.cards[0])
    assert reply.text.startswith("<@U00000ZOE> <!subteam^S000000SRE> ")


def test_reply__tells_of_an_override_and_reminds_of_its_review(tale: Tale) -> None:
    """An override, the review that is overdue and the review at last each get a reply; the reminder wakes who owes."""
    tale.run(manifests=(SEVERE,), roles={"zoe": Role.WRITE})
    tale.run(1, comments=(comment(OVERRIDE, "zoe", 0.5),))
    tale.run(74)
    tale.happens(80, learned=alarm(Event.OVERRIDE_REVIEWED))
    tale.deliver()
    overridden, overdue, reviewed = texts(tale)
    assert "Overridden by `zoe`" in overridden
    assert overdue.startswith("<@U00000ZOE> ")
    assert "overdue" in overdue
    assert "reviewed by `mallory`" in reviewed


@pytest.mark.parametrize("event", [Event.VERDICT_FORGED, Event.LEDGER_BROKEN])
def test_reply__tells_of_what_must_never_go_unnoticed(tale: Tale, event: Event) -> None:
    """A forged verdict and a broken ledger are told to those who may override."""
    tale.run()
    tale.happens(0.5, learned=alarm(event, note="<!channel> `see`"))
    tale.deliver()
    (text,) = texts(tale)
    assert text.startswith("<@U00000ZOE> ")
    assert "<!channel>" not in text


def test_reply__of_a_merge_past_the_gate_follows_the_card(tale: Tale) -> None:
    """A pull request that was merged without approval is announced in its thread."""
    tale.run()
    tale.run(1, state=PullRequestState.MERGED, closed_at=at(0.5))
    assert any("was merged by" in text for text in texts(tale))


def test_alarm__finds_a_place_where_there_is_no_card(tale: Tale) -> None:
    """A pull request that passed on its own has no card; that its verdict was forged is said in the channel, once."""
    tale.run(manifests=(HARMLESS,), files=(changed(HARMLESS.path),))
    tale.happens(0.5, learned=alarm(Event.VERDICT_FORGED))
    tale.deliver()
    tale.run(1)
    (message,) = tale.slack.workspace.messages
    assert message.text.startswith("<https://github.com/acme/shop/pull/12|acme/shop#12> ")
    assert "not keyturn's" in message.text


def test_alarm__without_a_card_is_not_repeated_when_the_memory_is_lost(tale: Tale) -> None:
    """What stands in the channel by itself is found again by its metadata."""
    tale.run(manifests=(HARMLESS,), files=(changed(HARMLESS.path),))
    tale.happens(0.5, learned=alarm(Event.VERDICT_FORGED))
    tale.deliver()
    tale.memory = None
    tale.run(1)
    assert len(tale.slack.workspace.messages) == 1


def test_reply__of_an_earlier_request_is_not_told_to_the_next(tale: Tale) -> None:
    """Approvals of a commit that is gone matter to nobody in the new card's thread."""
    tale.run()
    tale.happens(0.3, reviews=(review("ann", when=0.2),))
    tale.run(0.5, head="c" * 40, reviews=())
    assert texts(tale) == []


def test_reply__that_a_dead_run_owed_is_told_by_the_next(tale: Tale) -> None:
    """A run that recorded the escalation and died before Slack is finished by the next one, which finds nothing new."""
    tale.run()
    tale.happens(1)
    entries = len(tale.entries)
    tale.run(1.1)
    assert len(tale.entries) == entries
    assert any("has waited" in text for text in texts(tale))


def test_reply__that_was_posted_by_a_dead_run_is_not_posted_again(tale: Tale) -> None:
    """A run told everything and died before it could remember; the next one reads the thread first."""
    tale.run()
    tale.happens(1, reviews=(review("ann", when=0.5),))
    tale.tell()
    before = texts(tale)
    tale.run(1.1)
    assert texts(tale) == before


def test_card__posted_late_makes_up_for_what_happened_before(tale: Tale) -> None:
    """Where no earlier run told anything, the card shows the state, and only what wakes others is told besides."""
    tale.happens()
    tale.happens(0.5, reviews=(review("ann", when=0.3),))
    tale.run(1.2)
    assert len(tale.slack.cards) == 1
    (text,) = texts(tale)
    assert "has waited" in text


def test_delivery__of_several_pull_requests_by_one_messenger_is_told_apart(tale: Tale) -> None:
    """A sweep tells of one pull request after another; each has its card and its memory."""
    other = Tale(slack=tale.slack, settings=tale.settings, given={"number": 13})
    messenger: Messenger = tale.messenger()
    for told in (tale, other, tale, other):
        told.happens(len(told.entries) * timedelta(minutes=1) / timedelta(hours=1))
        told.deliver(messenger)
    assert ["#12" in card.text for card in tale.slack.cards] == [True, False]
