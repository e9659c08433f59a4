"""One card a request: posted when it is due, kept true, and closed when another takes its place."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from keyturn.core.facts import PullRequestState
from keyturn.core.tier import Tier
from keyturn.render.card import GREEN, GREY, RED
from tests.slack.tale import BOOK, HARMLESS, SEVERE, Tale, settings
from tests.slack_server.server import CHANNEL, SlackServer
from tests.slack_server.workspace import Channel
from tests.support.build import AGENT, HEAD, changed, comment, commit, objection, review
from tests.support.build_book import rule

NEXT_HEAD = "c" * 40


def push(head: str) -> dict[str, Any]:
    """The change that a push makes."""
    return {"head": head, "commits": (commit(oid=head),), "pusher": AGENT}


def test_card__is_posted_once_and_then_nothing_is_sent(tale: Tale) -> None:
    """A request gets one card; a run that finds it up to date makes no call and keeps the very memory it was given."""
    first = tale.run()
    assert first.warnings == ()
    assert len(tale.slack.cards) == 1
    before = list(tale.slack.calls)
    second = tale.run(0.5)
    assert second.memory is first.memory
    assert second.warnings == ()
    assert tale.slack.calls == before


def test_card__wakes_those_who_can_approve_in_its_own_text(tale: Tale) -> None:
    """The first mention stands in the text of the message, the only place that Slack notifies from for certain."""
    tale.run()
    (card,) = tale.slack.cards
    assert card.text.startswith("<@U00000ANN> `bob` `carol` <!subteam^S0PLATFORM> ")
    assert "acme/shop#12" in card.text


def test_card__shows_no_preview_of_links(tale: Tale) -> None:
    """Titles of private pull requests are not fetched into the channel."""
    tale.run()
    assert tale.slack.cards[0].options == {"unfurl_links": False, "unfurl_media": False}


def test_card__is_updated_in_place(tale: Tale) -> None:
    """A new state changes the card where it stands, and posts no second one."""
    tale.run()
    tale.run(1, reviews=(review("ann", when=0.5), review("bob", when=0.6)))
    (card,) = tale.slack.cards
    assert len(card.revisions) == 1
    assert "Approved" in card.text
    assert card.attachments[0]["color"] == GREEN


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"manifests": (HARMLESS,), "files": (changed(HARMLESS.path),)}, id="auto_approved"),
        pytest.param({"draft": True}, id="draft"),
        pytest.param({"manifests": (replace(SEVERE, content=b"version: 2"),)}, id="invalid"),
    ],
)
def test_card__is_not_posted_where_nobody_is_asked(tale: Tale, given: dict[str, Any]) -> None:
    """What passes on its own, is a draft or is invalid gets no card, however often it is judged, and costs no call."""
    for hours in (0, 1, 2):
        delivered = tale.run(hours, **given)
        assert (delivered.memory, delivered.warnings) == (None, ())
    assert tale.slack.calls == []


@pytest.mark.parametrize(
    ("given", "state"),
    [
        pytest.param({"draft": True}, "Draft", id="draft"),
        pytest.param({"reviews": (objection("ann"),)}, "Changes requested", id="rejected"),
        pytest.param({"reviews": (review("ann"), review("bob"))}, "Approved", id="approved"),
    ],
)
def test_card__that_is_there_follows_whatever_the_request_becomes(
    tale: Tale, given: dict[str, Any], state: str
) -> None:
    """A card that was posted is kept true in states that would have posted none."""
    tale.run()
    tale.run(2, **given)
    assert len(tale.slack.cards) == 1
    assert state in tale.slack.cards[0].text


def test_card__that_is_there_says_that_the_request_passes_on_its_own_now(tale: Tale) -> None:
    """A change of the rule book can make a request need nobody; its card says so."""
    tale.run()
    tale.book = replace(BOOK, rules=(rule(Tier.AUTO, 5, action_type="write", target="src/*"),))
    tale.run(1)
    assert "Passes on its own" in tale.slack.cards[0].text
    assert len(tale.slack.cards) == 1


def test_card__of_an_earlier_request_turns_grey_when_a_push_opens_another(tale: Tale) -> None:
    """A new head is a new request with a card of its own; the one before says that it was superseded."""
    tale.run()
    tale.run(1, **push(NEXT_HEAD))
    old, new = tale.slack.cards
    assert "Superseded" in old.text
    assert old.attachments[0]["color"] == GREY
    assert "Waiting" in new.text
    assert tale.run(2).memory is tale.memory
    assert tale.slack.methods.count("chat.update") == 1


def test_card__of_an_earlier_head_is_true_again_when_the_branch_comes_back_to_it(tale: Tale) -> None:
    """Coming back to an earlier head continues its request, and so its card."""
    tale.run()
    tale.run(1, **push(NEXT_HEAD))
    tale.run(2, **push(HEAD))
    old, new = tale.slack.cards
    assert "Waiting" in old.text
    assert "Superseded" in new.text


def test_card__of_an_earlier_request_turns_grey_when_the_next_passes_on_its_own(tale: Tale) -> None:
    """Where the new request needs no card, the old one is closed all the same."""
    tale.run()
    tale.run(1, manifests=(HARMLESS,), files=(changed(HARMLESS.path),), **push(NEXT_HEAD))
    (card,) = tale.slack.cards
    assert "Superseded" in card.text


def test_card__of_a_renewed_request_is_a_new_one(tale: Tale) -> None:
    """A renewal opens the next generation: people are asked again, in a message that wakes them."""
    tale.run()
    tale.run(25)
    tale.run(26, comments=(comment("/keyturn renew", "ann", 25.5),))
    old, new = tale.slack.cards
    assert "Superseded" in old.text
    assert new.text.startswith("<@U00000ANN>")


def test_card__of_an_emergency_wakes_those_who_may_override_once(tale: Tale) -> None:
    """At an emergency stop the people and teams of `override` are mentioned, by one message."""
    tale.run(manifests=(SEVERE,))
    tale.run(1)
    tale.run(2, title="Another title")
    (card,) = tale.slack.workspace.messages
    assert card.text.startswith("<@U00000ZOE> <!subteam^S000000SRE> ")
    assert card.attachments[0]["color"] == RED


@pytest.mark.parametrize(
    ("approved", "state", "colour"),
    [(True, "Merged", GREY), (False, "Merged although keyturn had not let it through", RED)],
)
def test_card__of_a_merged_pull_request_says_how_it_ended(tale: Tale, approved: bool, state: str, colour: str) -> None:
    """A card does not stay open in the channel when the pull request is done with."""
    tale.run(reviews=(review("ann", when=0), review("bob", when=0)) if approved else ())
    tale.run(1, state=PullRequestState.MERGED, closed_at=tale.clock.now + timedelta(minutes=50))
    (card,) = tale.slack.cards
    assert state in card.text
    assert card.attachments[0]["color"] == colour
    assert tale.run(2).memory is tale.memory


def test_card__is_kept_true_while_the_rule_book_is_broken(tale: Tale) -> None:
    """A broken rule book names no channel; the card is found by what was remembered of it, and says what is wrong."""
    tale.run()
    tale.book = None
    delivered = tale.run(1)
    assert delivered.warnings == ()
    assert "Invalid" in tale.slack.cards[0].text
    tale.book = BOOK
    tale.memory = None
    tale.run(2)
    (card,) = tale.slack.cards
    assert "Waiting" in card.text


def test_channel__of_the_input_wins(slack: SlackServer) -> None:
    """The channel of the input `slack-channel` is taken before the rule book's."""
    slack.workspace.channels["C0OTHER"] = Channel(id="C0OTHER")
    tale = Tale(slack=slack, settings=settings(slack, slack_channel="C0OTHER"))
    tale.run()
    assert [card.channel for card in slack.cards] == ["C0OTHER"]


def test_channel__that_changes_gets_a_card_of_its_own(tale: Tale) -> None:
    """Where the cards are to go elsewhere, the request is shown there, too."""
    tale.run()
    tale.slack.workspace.channels["C0OTHER"] = Channel(id="C0OTHER")
    tale.settings = replace(tale.settings, slack_channel="C0OTHER")
    tale.run(1)
    tale.run(2)
    assert [card.channel for card in tale.slack.cards] == [CHANNEL, "C0OTHER"]
