"""Who is mentioned: the rule book's people, else those a public address leads to, else the plain login."""

import pytest
from msgspec.structs import replace

from tests.slack.tale import BOOK, Tale
from tests.slack_server.workspace import ALL_SCOPES

ADDRESSES = {"bob": "bob@example.com", "carol": "carol@example.com", "ann": "ann@example.com"}


@pytest.fixture(autouse=True)
def _addresses(tale: Tale) -> None:
    tale.email_of = ADDRESSES.get


def first_line(tale: Tale) -> str:
    """Whom the card calls."""
    return tale.slack.cards[0].text.partition(" ⏳")[0]


def test_person__is_found_by_a_public_address(tale: Tale) -> None:
    """Who is not in the rule book's map is looked up once; who is in it is not looked up at all."""
    tale.slack.person("U0000BOB", "bob@example.com")
    tale.slack.person("U00WRONG", "ann@example.com")
    tale.run()
    assert first_line(tale) == "<@U00000ANN> <@U0000BOB> `carol` <!subteam^S0PLATFORM>"
    asked = [call.arguments["email"] for call in tale.slack.calls if call.method == "users.lookupByEmail"]
    assert asked == ["bob@example.com", "carol@example.com"]


@pytest.mark.parametrize("flaw", ["deleted", "is_bot", "restricted"])
def test_person__who_is_no_full_member_is_not_mentioned(tale: Tale, flaw: str) -> None:
    """Guests, bots and people who left are named by their login."""
    tale.slack.person("U0000BOB", "bob@example.com", **{flaw: True})
    tale.run()
    assert "`bob`" in first_line(tale)


def test_person__with_an_odd_id_is_not_mentioned(tale: Tale) -> None:
    """Whatever answers in Slack's place cannot bring markup in."""
    tale.slack.person("U1> <!channel", "bob@example.com")
    tale.run()
    assert "`bob`" in first_line(tale)


def test_lookup__that_the_token_may_not_do_is_tried_once_and_not_complained_of(tale: Tale) -> None:
    """Looking people up is optional, and so is its scope."""
    tale.slack.token.scopes = ALL_SCOPES - {"users:read.email"}
    assert tale.run().warnings == ()
    assert tale.slack.methods.count("users.lookupByEmail") == 1
    assert first_line(tale).startswith("<@U00000ANN> `bob`")


def test_lookup__that_fails_stops_nothing(tale: Tale) -> None:
    """The card goes out with the plain login."""
    tale.slack.faults.refuse("fatal_error", method="users.lookupByEmail", times=None)
    assert tale.run().warnings == ()
    assert "`bob`" in first_line(tale)


def test_lookup__happens_only_when_something_is_sent(tale: Tale) -> None:
    """An up-to-date card costs no look-up, and the answers found do not make it look out of date."""
    tale.slack.person("U0000BOB", "bob@example.com")
    tale.run()
    calls = len(tale.slack.calls)
    assert tale.run(0.1).memory is tale.memory
    assert len(tale.slack.calls) == calls


def test_lookup__is_not_made_where_nobody_has_an_address(tale: Tale) -> None:
    """Without a way from logins to addresses nothing is asked."""
    tale.email_of = None
    tale.run()
    assert "users.lookupByEmail" not in tale.slack.methods


def test_login__that_is_unknown_in_slack_is_plain_code(tale: Tale) -> None:
    """A plain login mentions nobody by accident."""
    tale.email_of = None
    assert tale.book is not None
    tale.book = replace(tale.book, slack=replace(BOOK.slack, users={}, teams={}))
    tale.run()
    assert first_line(tale) == "`ann` `bob` `carol` `acme/platform`"
