"""One card and one reply each, whatever goes wrong: lost answers, races, lost or edited memories, deleted cards."""

import dataclasses
import threading
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from keyturn.core.facts import PullRequestState
from tests.slack.tale import Tale
from tests.slack_server.server import CHANNEL, TOKEN
from tests.slack_server.workspace import Message, Token
from tests.support.build import OPENED, review

APPROVED: dict[str, Any] = {"reviews": (review("ann", when=0.2),)}


def replies(tale: Tale) -> list[str]:
    """The texts in the threads of all cards."""
    return [reply.text for card in tale.slack.cards for reply in tale.slack.replies(card)]


# Lost answers


@pytest.mark.parametrize("fault", ["lose_reply", "fail_afterwards"])
def test_card__whose_answer_was_lost_is_found_and_not_posted_again(tale: Tale, fault: str) -> None:
    """Slack took the card, and its answer never came: keyturn looks for it before it would post again."""
    getattr(tale.slack.faults, fault)(method="chat.postMessage")
    delivered = tale.run()
    assert delivered.warnings == ()
    assert len(tale.slack.cards) == 1
    tale.run(0.1)
    assert tale.slack.methods.count("chat.postMessage") == 1


def test_card__that_never_arrived_is_posted_by_the_same_run(tale: Tale) -> None:
    """The connection ended before Slack took the card: keyturn finds none, and posts it."""
    tale.slack.faults.drop(method="chat.postMessage")
    assert tale.run().warnings == ()
    assert len(tale.slack.cards) == 1


def test_card__is_left_to_the_next_run_where_no_answer_comes_at_all(tale: Tale) -> None:
    """Every attempt was lost: the run gives up with a warning, and the next one does not post a second card."""
    tale.slack.faults.lose_reply(method="chat.postMessage")
    tale.slack.faults.drop(method="conversations.history", times=None, after=1)
    assert len(tale.run().warnings) == 1
    tale.slack.faults.clear()
    assert tale.run(0.1).warnings == ()
    assert len(tale.slack.cards) == 1


def test_reply__whose_answer_was_lost_is_found_and_not_posted_again(tale: Tale) -> None:
    """The same holds for what is told in the thread."""
    tale.run()
    tale.slack.faults.lose_reply(method="chat.postMessage")
    assert tale.run(0.5, **APPROVED).warnings == ()
    tale.run(0.6)
    assert len(replies(tale)) == 1


def test_reply__that_never_arrived_is_posted_by_the_same_run(tale: Tale) -> None:
    """A reply that is not in the thread after a lost answer is posted again."""
    tale.run()
    tale.slack.faults.drop(method="chat.postMessage")
    assert tale.run(0.5, **APPROVED).warnings == ()
    assert len(replies(tale)) == 1


def test_update__whose_answer_was_lost_is_sent_again(tale: Tale) -> None:
    """The same text twice changes nothing, so an update is simply repeated."""
    tale.run()
    tale.slack.faults.lose_reply(method="chat.update")
    assert tale.run(0.5, **APPROVED).warnings == ()
    assert tale.run(0.6).memory is tale.memory


# Races


def raced(tale: Tale, *memories: Mapping[str, object] | None) -> list[Mapping[str, object] | None]:
    """Two runs tell Slack of the same step at the same moment, each with its memory; what each remembers."""
    ended: list[Mapping[str, object] | None] = []

    def run(memory: Mapping[str, object] | None) -> None:
        told = dataclasses.replace(tale, memory=memory).tell()
        assert told.warnings == ()
        ended.append(told.memory)

    threads = [threading.Thread(target=run, args=(memory,)) for memory in memories]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return ended


def test_card__of_two_runs_that_raced_is_one(tale: Tale) -> None:
    """Neither run sees the other's card before it has posted its own; both keep the first and take back the second."""
    tale.happens()
    tale.slack.faults.wait_for_others(2, method="chat.postMessage")
    first, second = raced(tale, None, None)
    assert len(tale.slack.cards) == 1
    assert first == second
    assert tale.slack.methods.count("chat.postMessage") == 2
    tale.memory = first
    assert tale.run(0.1).memory is first


def test_card__of_two_runs_one_slower_than_the_other_is_one(tale: Tale) -> None:
    """The run that looks after the other has posted takes over its card and posts none."""
    tale.happens()
    other = dataclasses.replace(tale)
    tale.slack.faults.meanwhile(other.tell, method="conversations.history")
    tale.deliver()
    assert len(tale.slack.cards) == 1
    assert tale.slack.methods.count("chat.postMessage") == 1


def test_reply__of_two_runs_that_raced_is_one(tale: Tale) -> None:
    """Both runs read the thread before either has written; the second copy is taken back."""
    tale.run()
    tale.happens(0.5, **APPROVED)
    tale.slack.faults.wait_for_others(2, method="chat.postMessage")
    raced(tale, tale.memory, tale.memory)
    assert len(replies(tale)) == 1
    assert tale.slack.methods.count("chat.postMessage") == 1 + 2


def test_card__that_a_crashed_racer_left_behind_is_taken_back_by_the_survivor(tale: Tale) -> None:
    """The run that should have taken back its own card died; the other one does it."""
    tale.happens()
    double = dataclasses.replace(tale, settings=replace(tale.settings))

    def crash() -> None:
        double.tell()
        double.slack.workspace.messages.append(
            dataclasses.replace(double.slack.cards[0], ts=double.slack.workspace.next_ts(), revisions=[])
        )

    tale.slack.faults.meanwhile(crash, method="chat.postMessage")
    tale.deliver()
    assert len(tale.slack.cards) == 1


def test_card__that_knows_more_is_not_overwritten_by_a_slower_run(tale: Tale) -> None:
    """A run that judged before an approval came tells Slack after one that knows of it: the card stays true."""
    tale.run()
    tale.happens(0.5, **APPROVED)
    slow = dataclasses.replace(tale, entries=list(tale.entries))
    tale.run(0.6, reviews=(review("ann", when=0.2), review("bob", when=0.55)))
    before = [message.text for message in tale.slack.workspace.messages]
    slow.deliver()
    assert [message.text for message in tale.slack.workspace.messages] == before
    tale.memory = slow.memory
    tale.run(0.7)
    assert [message.text for message in tale.slack.workspace.messages] == before


def test_card__that_two_crashed_racers_left_twice_is_one_again_for_who_must_look(tale: Tale) -> None:
    """Neither run could take its card back; the next that reads the channel does."""
    tale.happens()
    tale.tell()
    first = tale.slack.cards[0]
    tale.slack.workspace.messages.append(dataclasses.replace(first, ts=tale.slack.workspace.next_ts(), revisions=[]))
    tale.run(0.1)
    assert tale.slack.cards == [first]


# Dead runs


def test_card__of_a_run_that_died_before_it_could_remember_is_taken_over(tale: Tale) -> None:
    """The card stands there, and no comment says so: its metadata shows it."""
    tale.happens()
    tale.tell()
    assert tale.memory is None
    tale.run(0.1)
    assert len(tale.slack.cards) == 1
    assert tale.slack.methods.count("chat.postMessage") == 1


def test_card__of_a_later_request_posted_by_a_dead_run_is_taken_over(tale: Tale) -> None:
    """The memory is older than the card: a new card is looked for before it is posted, even with a memory at hand."""
    tale.run()
    tale.happens(1, head="c" * 40)
    tale.tell()
    tale.run(1.1)
    assert len(tale.slack.cards) == 2
    old, new = tale.slack.cards
    assert "Superseded" in old.text
    assert "Waiting" in new.text


# Memories


def edited(**changes: Any) -> Callable[[dict[str, Any]], None]:
    """An edit of the memory's own values."""
    return lambda memory: memory.update(changes)


def edit_card(**changes: Any) -> Callable[[dict[str, Any]], None]:
    """An edit of what is remembered of the card."""
    return lambda memory: memory["cards"][0].update(changes)


@pytest.mark.parametrize(
    "edit",
    [
        edited(channel="C0ELSEWHERE"),
        edited(told=[999, 0]),
        edited(cards=[]),
        edited(seal="0" * 32),
        edited(seal="ü"),
        edited(seal=None),
        edited(more="x" * 1000),
        edit_card(ts="1700000000.000001"),
        edit_card(ts=7),
        edit_card(digest="0" * 16),
        edit_card(gone=True),
        lambda memory: memory.clear(),
    ],
)
def test_memory__that_somebody_edited_is_not_believed(tale: Tale, edit: Callable[[dict[str, Any]], None]) -> None:
    """The marker stands in a comment that others may edit. Whatever they write, the card is found by its metadata."""
    tale.run()
    tale.run(0.5, **APPROVED)
    untouched = tale.slack.workspace.next_ts()
    foreign = Message(ts=untouched, channel=CHANNEL, user="U1", bot="B0KEYTURN", text="another card")
    tale.slack.workspace.messages.append(foreign)
    memory: dict[str, Any] = deepcopy(dict(tale.memory or {}))
    edit(memory)
    tale.memory = memory
    assert tale.run(0.6).warnings == ()
    cards = [card for card in tale.slack.cards if card is not foreign]
    assert len(cards) == 1
    assert len(tale.slack.replies(cards[0])) == 1
    assert foreign.revisions == []
    assert tale.run(0.7).memory is tale.memory


def test_memory__of_another_pull_request_is_not_believed(tale: Tale) -> None:
    """A marker copied from one comment into another cannot make keyturn write on another request's card."""
    tale.run()
    other = Tale(slack=tale.slack, settings=tale.settings, given={"number": 13}, memory=tale.memory)
    other.run()
    assert ["#12" in card.text for card in tale.slack.cards] == [True, False]
    assert "#12" in tale.slack.cards[0].text


def test_memory__that_was_lost_is_learnt_from_the_channel(tale: Tale) -> None:
    """Cards and replies of earlier requests are known again, too."""
    tale.run()
    tale.run(0.5, **APPROVED)
    tale.run(0.6, head="c" * 40, reviews=())
    before = [message.text for message in tale.slack.workspace.messages]
    tale.memory = None
    assert tale.run(0.7).warnings == ()
    assert [message.text for message in tale.slack.workspace.messages] == before
    assert tale.slack.methods.count("chat.postMessage") == 3


def test_memory__stays_small(tale: Tale) -> None:
    """However many requests a pull request has seen, the marker that holds the memory keeps its size."""
    for count in range(12):
        tale.run(count / 10, head=f"{count:x}" * 40)
    cards = (tale.memory or {})["cards"]
    assert isinstance(cards, list)
    assert len(cards) == 8


# Others' messages


@pytest.mark.parametrize("bot", ["B0SOMEBODY", None])
def test_card__of_somebody_else_is_not_taken_for_keyturns(tale: Tale, bot: str | None) -> None:
    """Anybody can post a message with the metadata of a card; only what keyturn's own bot wrote counts."""
    tale.happens()
    tale.tell()
    (card,) = tale.slack.cards
    card.bot, card.user = bot, "U0SOMEBODY"
    tale.run(0.1)
    assert [message.bot for message in tale.slack.cards] == [bot, "B0KEYTURN"]
    assert tale.run(0.2).memory is tale.memory


def test_card__of_another_pull_request_or_repository_is_not_taken_for_this_ones(tale: Tale) -> None:
    """Several repositories may share a channel."""
    Tale(slack=tale.slack, settings=tale.settings, given={"number": 13}).run()
    Tale(slack=tale.slack, settings=tale.settings, given={"repository": "acme/other"}).run()
    tale.run()
    assert len(tale.slack.cards) == 3


def test_card__is_found_behind_many_other_messages(tale: Tale) -> None:
    """The channel's history is read page by page."""
    tale.happens()
    tale.tell()
    chatter = (
        Message(ts=tale.slack.workspace.next_ts(), channel=CHANNEL, user="U1", bot=None, text="hello")
        for _ in range(450)
    )
    tale.slack.workspace.messages.extend(chatter)
    tale.run(0.1)
    assert tale.slack.methods.count("chat.postMessage") == 1
    assert tale.slack.methods.count("conversations.history") == 2 + 3, (
        "two for the first run, three pages for the second"
    )


# Cards that are gone


def test_card__that_was_deleted_is_posted_anew_once(tale: Tale) -> None:
    """A deleted card comes back when there is something to show; deleted again, it stays away."""
    tale.run()
    tale.slack.workspace.delete(tale.slack.cards[0])
    assert tale.run(0.3, **APPROVED).warnings == ()
    (card,) = tale.slack.cards
    tale.slack.workspace.delete(card)
    both = (review("ann", when=0.2), review("bob", when=0.4))
    assert tale.run(0.5, reviews=both).warnings == ()
    assert tale.slack.cards == []
    calls = len(tale.slack.calls)
    assert tale.run(0.6).memory is tale.memory
    assert len(tale.slack.calls) == calls


def test_card__that_was_deleted_is_not_missed_while_nothing_happens(tale: Tale) -> None:
    """Nobody asks Slack whether the card still stands there as long as nothing is owed."""
    tale.run()
    tale.slack.workspace.delete(tale.slack.cards[0])
    tale.run(0.1)
    assert tale.slack.cards == []


def test_card__that_was_deleted_with_only_a_reply_owed_is_posted_anew(tale: Tale) -> None:
    """An escalation changes nothing on the card; that it is gone shows in the thread."""
    tale.run()
    tale.happens(0.99)
    tale.deliver()
    tale.slack.workspace.delete(tale.slack.cards[0])
    tale.run(1)
    (card,) = tale.slack.cards
    assert any("has waited" in reply.text for reply in tale.slack.replies(card))


def test_card__that_was_deleted_above_its_thread_is_posted_anew(tale: Tale) -> None:
    """Slack keeps a thread whose card was deleted; what is owed is told below the new card, not there."""
    tale.run()
    tale.run(0.3, **APPROVED)
    tale.slack.workspace.delete(tale.slack.cards[0])
    tale.run(1)
    (card,) = tale.slack.cards
    (reply,) = tale.slack.replies(card)
    assert "has waited" in reply.text


def test_card__that_was_deleted_after_approval_is_posted_anew(tale: Tale) -> None:
    """The new card shows the state of the day; what was told in the old thread is not told again."""
    tale.run()
    tale.run(0.3, **APPROVED)
    tale.slack.workspace.messages.clear()
    tale.run(0.5, reviews=(review("ann", when=0.2), review("bob", when=0.4)))
    (card,) = tale.slack.workspace.messages
    assert "Approved" in card.text


def test_card__that_cannot_be_edited_any_more_is_posted_anew_once(tale: Tale) -> None:
    """A workspace may close messages to edits; the card moves on to a new message, found even without memory."""
    tale.slack.workspace.edit_window = timedelta(minutes=5)
    tale.run()
    tale.run(0.3, **APPROVED)
    assert len(tale.slack.cards) == 2
    tale.memory = None
    tale.run(0.31)
    both = (review("ann", when=0.2), review("bob", when=0.4))
    delivered = tale.run(0.5, reviews=both)
    assert len(tale.slack.cards) == 2
    (warning,) = delivered.warnings
    assert "forbids editing" in warning
    assert tale.run(0.6).warnings == ()


def test_card__that_a_dead_run_posted_anew_is_taken_over(tale: Tale) -> None:
    """The card was deleted, posted anew, and the run died: the next one finds the new card and posts none."""
    tale.run()
    tale.slack.workspace.delete(tale.slack.cards[0])
    tale.happens(0.5, **APPROVED)
    tale.tell()
    tale.run(0.6, reviews=(review("ann", when=0.2), review("bob", when=0.55)))
    (card,) = tale.slack.cards
    assert "Approved" in card.text
    assert tale.slack.methods.count("chat.postMessage") == 2 + 2, "two cards, and the two replies of the last run"


def test_card__of_an_earlier_request_that_is_gone_is_let_go(tale: Tale) -> None:
    """There is nothing to turn grey, and nothing to complain of."""
    tale.run()
    tale.slack.workspace.delete(tale.slack.cards[0])
    assert tale.run(0.5, head="c" * 40).warnings == ()
    assert tale.run(0.6).memory is tale.memory
    assert len(tale.slack.cards) == 1


def test_card__of_a_closed_pull_request_that_is_gone_is_let_go(tale: Tale) -> None:
    """Nobody needs a new card for what is done with."""
    tale.run()
    tale.slack.workspace.delete(tale.slack.cards[0])
    closed = {"state": PullRequestState.CLOSED, "closed_at": OPENED + timedelta(minutes=20)}
    assert tale.run(0.5, **closed).warnings == ()
    assert tale.run(0.6).memory is tale.memory
    assert tale.slack.cards == []


def test_card__of_a_request_that_the_ledger_does_not_know_is_left_alone(tale: Tale) -> None:
    """A ledger that lost entries knows fewer requests; their cards are none of this delivery's business."""
    tale.run()
    tale.entries.clear()
    tale.memory = None
    tale.run(0.5, head="c" * 40)
    old, _ = tale.slack.cards
    assert "Waiting" in old.text


def test_card__of_the_token_before_is_replaced_when_the_app_changes(tale: Tale) -> None:
    """Another app cannot edit the first one's card, nor does its memory count: it posts its own."""
    tale.run()
    tale.slack.workspace.tokens["xoxb-another"] = Token(bot="B0ANOTHER")
    tale.settings = replace(tale.settings, slack_token="xoxb-another")
    assert tale.run(0.1).warnings == ()
    assert [card.bot for card in tale.slack.cards] == ["B0KEYTURN", "B0ANOTHER"]


def test_card__is_found_again_when_the_token_was_renewed(tale: Tale) -> None:
    """A new token of the same app finds its cards by metadata, though it cannot read the old memory's seal."""
    tale.run()
    tale.slack.workspace.tokens["xoxb-renewed"] = tale.slack.workspace.tokens.pop(TOKEN)
    tale.settings = replace(tale.settings, slack_token="xoxb-renewed")
    tale.run(0.3, **APPROVED)
    assert len(tale.slack.cards) == 1
