"""Slack never decides: whatever fails becomes a warning with its fix, costs little, leaks nothing, and is caught up."""

import json
import logging
from collections.abc import Callable, Iterator

import pytest
from msgspec.structs import replace

from keyturn.slack.budget import LONGEST, Budget
from keyturn.slack.line import Line, Reply
from keyturn.slack.trouble import Lost, Unreached
from tests.slack.tale import Clock, Tale
from tests.slack_server.faults import Fault, Faults
from tests.slack_server.server import CHANNEL, HOOK, TOKEN, SlackServer
from tests.slack_server.workspace import ALL_SCOPES
from tests.support.build import review

SECRETS = (TOKEN, TOKEN.removeprefix("xoxb-"), HOOK, "SeCrEt")

Order = Callable[[Faults], object]


@pytest.fixture(autouse=True)
def _nothing_leaks(tale: Tale, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No test may see a secret, or what a stranger answered, in output, logs, warnings or memory."""
    caplog.set_level(logging.DEBUG)
    yield
    out, err = capfd.readouterr()
    everything = "\n".join([out, err, caplog.text, *tale.warnings, json.dumps(tale.memory)])
    assert [secret for secret in SECRETS if secret in everything] == []
    assert "::error::" not in everything
    assert (out, err) == ("", "")


@pytest.fixture(params=["token", "webhook"])
def told_by(request: pytest.FixtureRequest, tale: Tale) -> str:
    """Both ways of reaching Slack."""
    if request.param == "webhook":
        tale.by_webhook()
    return str(request.param)


CERTAIN: dict[str, Order] = {
    "limited for seconds, always": lambda faults: faults.retry_after(3, times=None),
    "limited for an hour": lambda faults: faults.retry_after(3600, times=None),
    "limited for ever": lambda faults: faults.retry_after("9" * 400, times=None),
    "limited until a date": lambda faults: faults.retry_after("Wed, 21 Oct 2026 07:28:00 GMT", times=None),
    "limited without a word": lambda faults: faults.limited_silently(times=None),
    "a page with status 200": lambda faults: faults.html(times=None),
    "a page with status 502": lambda faults: faults.html(502, times=None),
    "503": lambda faults: faults.status(503, "upstream connect error", times=None),
    "500": lambda faults: faults.status(500, times=None),
    "404": lambda faults: faults.status(404, "no such thing", times=None),
    "JSON that breaks off": lambda faults: faults.body(b'{"ok": tr', times=None),
    "JSON that is a list": lambda faults: faults.body(b"[1]", times=None),
    "JSON that is a text": lambda faults: faults.body(b'"ok"', times=None),
    "JSON without ok": lambda faults: faults.body(b"{}", times=None),
    "nothing": lambda faults: faults.body(b"", times=None),
    "bytes that are no text": lambda faults: faults.body(b"\xff\xfe\x00", times=None),
    "connections that end": lambda faults: faults.drop(times=None),
}


@pytest.mark.parametrize("fault", CERTAIN, ids=str)
def test_failure__becomes_one_warning_and_is_caught_up_by_the_next_run(tale: Tale, told_by: str, fault: str) -> None:
    """Nothing was posted; the run says so in one line and remembers nothing, and the next run posts the card."""
    CERTAIN[fault](tale.slack.faults)
    delivered = tale.run()
    assert tale.slack.cards == []
    assert len(delivered.warnings) == 1
    assert "\n" not in delivered.warnings[0]
    assert sum(tale.clock.waits) <= LONGEST
    if told_by == "webhook" and fault in {"connections that end", "bytes that are no text"}:
        return  # nobody can tell whether the message arrived, so it is not sent again
    assert delivered.memory is None
    tale.slack.faults.clear()
    assert tale.run(0.1).warnings == ()
    assert len(tale.slack.cards) == 1


@pytest.mark.parametrize("seconds", [1, 5])
def test_limit__that_is_short_is_waited_out(tale: Tale, told_by: str, seconds: int) -> None:
    """Slack asks for a moment's patience, and gets it."""
    tale.slack.faults.retry_after(seconds, times=2)
    assert tale.run().warnings == ()
    assert len(tale.slack.cards) == 1
    assert tale.clock.waits == [seconds, seconds]
    assert told_by


def test_connection__that_is_refused_closes_the_way_for_the_rest_of_the_run(tale: Tale, told_by: str) -> None:
    """Nothing listens: one attempt, one warning, and the other pull requests of the sweep lose no time over it."""
    tale.slack.stop()
    messenger = tale.messenger()
    tale.happens()
    first = tale.deliver(messenger)
    assert "could not be reached (ConnectionRefusedError)" in first.warnings[0]
    for number in (13, 14):
        tale.happens(0.1 * (number - 12), number=number)
        assert tale.deliver(messenger).warnings == ()
    assert tale.clock.waits == []
    assert told_by


@pytest.mark.parametrize("host", ["keyturn.invalid", "256.256.256.256"])
def test_address__that_leads_nowhere_is_a_warning(tale: Tale, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt `slack-api-url` is explained, and nothing is tried twice."""
    monkeypatch.setattr("socket.getaddrinfo", _unknown)
    tale.settings = replace(tale.settings, slack_api_url=f"https://{host}/api/")
    (warning,) = tale.run().warnings
    assert "could not be reached (gaierror)" in warning
    assert "`slack-api-url`" in warning


def _unknown(*_: object, **__: object) -> None:
    from socket import EAI_NONAME, gaierror  # noqa: PLC0415 - only to raise it

    raise gaierror(EAI_NONAME, "Name or service not known")


@pytest.mark.parametrize(
    ("error", "fix"),
    [
        ("not_in_channel", "Invite the bot to the channel"),
        ("channel_not_found", "Give the channel's id"),
        ("is_archived", "Unarchive the channel"),
        ("restricted_action", "Posting permissions"),
        ("invalid_auth", "OAuth & Permissions"),
        ("not_authed", "OAuth & Permissions"),
        ("token_revoked", "revoked"),
        ("token_expired", "expired"),
        ("account_inactive", "install it again"),
        ("team_not_found", "install the app in the channel's own workspace"),
        ("ekm_access_denied", "administrator"),
        ("something_new", "please report"),
        ("ratelimited", "too busy"),
        ("fatal_error", "failed inside"),
        ("::error::<!channel> xoxb-1111-2222-SeCrEtToKeN", "something else than Slack"),
    ],
)
def test_refusal__is_explained_with_its_fix(tale: Tale, error: str, fix: str) -> None:
    """Whatever Slack's `ok: false` says, the log says what to do about it."""
    tale.slack.faults.refuse(error, method="chat.postMessage", times=None)
    delivered = tale.run()
    assert len(delivered.warnings) == 1
    assert fix in delivered.warnings[0]
    assert delivered.memory is None or tale.slack.cards == []


def test_refusal__names_the_missing_scope(tale: Tale) -> None:
    """The scope that Slack says it needs is what the warning tells to add."""
    tale.slack.token.scopes = ALL_SCOPES - {"chat:write"}
    (warning,) = tale.run().warnings
    assert "Add the scope chat:write" in warning


def test_refusal__of_a_message_names_the_place_in_it(tale: Tale) -> None:
    """A card that Slack refuses as malformed is a defect of keyturn, and the warning says where."""
    said = "[ERROR] too long [json-pointer:/attachments/0/blocks/1/text] <x>"
    details: dict[str, object] = {"response_metadata": {"messages": [said]}}
    tale.slack.faults.refuse("invalid_blocks", more=details, method="chat.postMessage")
    (warning,) = tale.run().warnings
    assert "(invalid_blocks at /attachments/0/blocks/1/text)" in warning
    assert "<x>" not in warning


def test_refusal__of_an_update_keeps_no_reply_back(tale: Tale) -> None:
    """Where one message is refused for what it holds, the others still go out, and the update is tried again."""
    tale.run()
    tale.slack.faults.refuse("invalid_blocks", method="chat.update")
    (warning,) = tale.run(0.5, reviews=(review("ann", when=0.2),)).warnings
    assert "invalid_blocks" in warning
    assert len(tale.slack.replies(tale.slack.cards[0])) == 1
    assert tale.run(0.6).warnings == ()
    assert tale.slack.cards[0].revisions


def test_refusal__of_a_reply_keeps_no_other_back(tale: Tale) -> None:
    """A reply that Slack will never take is given up, with a warning."""
    tale.run()
    tale.slack.faults.refuse("msg_too_long", method="chat.postMessage")
    both = (review("ann", when=0.2), review("bob", when=0.3))
    assert len(tale.run(0.5, reviews=both).warnings) == 1
    assert len(tale.slack.replies(tale.slack.cards[0])) == 2
    assert tale.run(0.6).memory is tale.memory


def test_refusal__closes_the_way_for_the_rest_of_the_run(tale: Tale) -> None:
    """What Slack refuses for the channel or the token, it would refuse for every pull request: it is said once."""
    tale.slack.channel.archived = True
    messenger = tale.messenger()
    tale.happens()
    assert len(tale.deliver(messenger).warnings) == 1
    calls = len(tale.slack.calls)
    tale.happens(0.1, number=13)
    assert tale.deliver(messenger).warnings == ()
    assert len(tale.slack.calls) == calls


def test_failure__half_way_loses_nothing_that_was_done(tale: Tale) -> None:
    """The card was updated, then Slack went away: the next run only tells what is missing."""
    tale.run()
    tale.slack.faults.status(503, method="conversations.replies", times=None)
    assert len(tale.run(0.5, reviews=(review("ann", when=0.2),)).warnings) == 1
    tale.slack.faults.clear()
    assert tale.run(0.6).warnings == ()
    assert len(tale.slack.replies(tale.slack.cards[0])) == 1
    assert tale.slack.methods.count("chat.update") == 1


def test_failure__of_the_check_for_a_race_is_no_failure(tale: Tale) -> None:
    """The card stands; that nobody could look for a second one at once is no news."""
    tale.slack.faults.refuse("fatal_error", method="conversations.history", after=1, times=None)
    assert tale.run().warnings == ()
    assert tale.run(0.1).memory is tale.memory


def test_answer__that_does_not_say_where_the_card_stands_is_a_lost_one(tale: Tale) -> None:
    """`ok: true` without a `ts` is no use: keyturn looks for the card, finds none, and posts it."""
    tale.slack.faults.body(b'{"ok": true}', method="chat.postMessage")
    assert tale.run().warnings == ()
    assert len(tale.slack.cards) == 1


@pytest.mark.parametrize(
    "messages",
    [
        b"7",
        b"[7]",
        b'[{"ts": "1.000001", "bot_id": "B0KEYTURN", "metadata": {"event_type": "keyturn_request"}}]',
        b'[{"ts": "x", "bot_id": "B0KEYTURN", "metadata": {"event_type": "keyturn_request", "event_payload": {}}}]',
        b'[{"ts": "1.000001", "metadata": {"event_type": "another"}}, {"ts": "1.000001", "metadata": 7}]',
    ],
)
def test_history__of_an_odd_shape_holds_no_card(tale: Tale, messages: bytes) -> None:
    """Whatever stands in the channel, what is not a message of keyturn's is passed over."""
    tale.slack.faults.body(b'{"ok": true, "messages": ' + messages + b"}", method="conversations.history")
    assert tale.run().warnings == ()
    assert len(tale.slack.cards) == 1


@pytest.mark.parametrize("head", ["a" * 40, "c" * 40])
def test_channel__that_was_archived_since_is_explained(tale: Tale, head: str) -> None:
    """A card that cannot be updated any more, for it is in an archive, costs one warning a run and nothing else."""
    tale.run()
    tale.slack.channel.archived = True
    (warning,) = tale.run(0.5, head=head, reviews=(review("ann", when=0.2),)).warnings
    assert "Unarchive the channel" in warning
    tale.slack.channel.archived = False
    assert tale.run(0.6).warnings == ()
    assert tale.run(0.7).memory is tale.memory


def test_card__of_an_earlier_request_that_cannot_be_closed_now_is_closed_later(tale: Tale) -> None:
    """The new card is there; that the old one stays amber for a while is a warning."""
    tale.run()
    tale.slack.faults.refuse("ekm_access_denied", method="chat.update")
    assert len(tale.run(0.5, head="c" * 40).warnings) == 1
    assert tale.run(0.6).warnings == ()
    assert "Superseded" in tale.slack.cards[0].text


@pytest.mark.parametrize("after", [0, 1])
def test_answer__lost_when_the_time_is_up_is_left_to_the_next_run(tale: Tale, after: int) -> None:
    """There is no time to look whether card or reply arrived: the next run does, and posts none twice."""
    late = Fault(where={"method": "chat.postMessage", "after": after}, lose_reply=True)
    late.meanwhile = lambda: tale.clock.sleep(LONGEST - 0.5)
    tale.slack.faults.order(late)
    tale.happens()
    tale.happens(0.5)
    assert len(tale.run(1).warnings) == 1
    assert tale.run(1.1).warnings == ()
    (card,) = tale.slack.cards
    assert len(tale.slack.replies(card)) == 1


# A token that cannot read the channel


@pytest.fixture
def blind(tale: Tale) -> Tale:
    """A token without the scopes that reading takes."""
    tale.slack.token.scopes = frozenset({"chat:write"})
    return tale


def test_card__is_posted_without_looking_where_the_token_cannot_look(blind: Tale) -> None:
    """The card and its replies are posted all the same, with a warning that names the scope to add."""
    (warning,) = blind.run().warnings
    assert "Add the scope channels:history" in warning
    assert len(blind.slack.cards) == 1
    assert blind.run(0.1).memory is blind.memory
    assert len(blind.run(0.5, reviews=(review("ann", when=0.2),)).warnings) == 1
    assert len(blind.slack.replies(blind.slack.cards[0])) == 1


def test_card__is_posted_in_a_public_channel_that_the_bot_is_not_in(tale: Tale) -> None:
    """With `chat:write.public` the card arrives, and the warning says to invite the bot, so that it can look."""
    tale.slack.token.scopes |= {"chat:write.public"}
    tale.slack.channel.members.clear()
    (warning,) = tale.run().warnings
    assert "Invite the bot" in warning
    assert len(tale.slack.cards) == 1


@pytest.mark.parametrize("error", ["unknown_method", "access_denied", "missing_scope", "no_such_word"])
def test_card__is_kept_true_where_its_thread_cannot_be_read(tale: Tale, error: str) -> None:
    """The memory says where the card stands: it is updated and answered there, and no second one is posted."""
    tale.run()
    tale.slack.faults.refuse(error, method="conversations.*", times=None)
    assert len(tale.run(0.5, reviews=(review("ann", when=0.2),)).warnings) == 1
    tale.run(1)
    (card,) = tale.slack.cards
    assert card.revisions
    assert len(tale.slack.replies(card)) == 2


@pytest.mark.parametrize("body", [b'{"ok": true}', b'{"ok": true, "messages": []}'])
def test_card__that_its_thread_does_not_show_is_not_taken_for_deleted(tale: Tale, body: bytes) -> None:
    """Only Slack's own word, or its tombstone, says that a card is gone; an empty answer does not."""
    tale.run()
    tale.slack.faults.body(body, method="conversations.*", times=None)
    assert tale.run(0.5, reviews=(review("ann", when=0.2),)).warnings == ()
    (card,) = tale.slack.cards
    assert card.revisions
    assert len(tale.slack.replies(card)) == 1


def test_card__is_found_again_where_slack_does_not_say_whose_the_token_is(tale: Tale) -> None:
    """Without an answer to that, the metadata has to do; were the card another's, Slack would refuse to edit it."""
    tale.run()
    tale.memory = None
    tale.slack.faults.refuse("unknown_method", method="auth.test", times=None)
    tale.run(0.5, reviews=(review("ann", when=0.2),))
    (card,) = tale.slack.cards
    assert card.revisions


@pytest.mark.parametrize("ts", ["1767603600.1", "1.000001"])
def test_card__stands_where_slack_says_whatever_the_length_of_it(tale: Tale, ts: str) -> None:
    """A `ts` is a text with a point in it; how many digits it has is Slack's affair."""
    answer = f'{{"ok": true, "channel": "{CHANNEL}", "ts": "{ts}"}}'.encode()
    tale.slack.faults.body(answer, method="chat.postMessage")
    assert tale.run().warnings == ()
    assert tale.memory is not None
    assert ts in json.dumps(tale.memory)


def test_limit__that_only_the_words_speak_of_is_waited_out(tale: Tale) -> None:
    """`ok: false` with `ratelimited` is a limit, whatever the status says."""
    tale.slack.faults.retry_after(3, status=200, method="chat.postMessage")
    assert tale.run().warnings == ()
    assert tale.clock.waits == [3]
    assert len(tale.slack.cards) == 1


def test_card__that_may_have_arrived_is_not_posted_again_where_nobody_can_look(blind: Tale) -> None:
    """A lost answer, and no way to look: rather no card than two, and the warning says what to do about it."""
    blind.slack.faults.lose_reply(method="chat.postMessage")
    first = blind.run()
    assert any("no usable answer" in warning for warning in first.warnings)
    assert any("channels:history" in warning for warning in first.warnings)
    second = blind.run(0.1)
    assert len(blind.slack.cards) == 1
    assert any("channels:history" in warning for warning in second.warnings)
    blind.slack.token.scopes = ALL_SCOPES
    assert blind.run(0.2).warnings == ()
    assert blind.run(0.3).memory is blind.memory
    assert len(blind.slack.cards) == 1


def test_reply__that_may_have_arrived_is_not_posted_again_where_nobody_can_look(blind: Tale) -> None:
    """The same holds for a reply, which is then taken for told."""
    blind.run()
    blind.slack.faults.lose_reply(method="chat.postMessage")
    blind.run(0.5, reviews=(review("ann", when=0.2),))
    blind.run(0.6)
    assert len(blind.slack.replies(blind.slack.cards[0])) == 1


def test_card__that_is_gone_is_posted_anew_even_where_nobody_can_look(blind: Tale) -> None:
    """That a reply finds no card to hang on says enough."""
    blind.run()
    blind.slack.workspace.delete(blind.slack.cards[0])
    blind.run(1)
    (card,) = blind.slack.cards
    assert any("has waited" in reply.text for reply in blind.slack.replies(card))


# Time


def test_time__spent_on_slack_in_a_run_is_bounded(tale: Tale) -> None:
    """Slack answers, but each answer takes seven seconds: after twenty the run goes on without it, and says so."""
    tale.slack.faults.meanwhile(lambda: tale.clock.sleep(7), times=None)
    messenger = tale.messenger()
    warnings: list[str] = []
    for number in range(12, 20):
        tale.happens(number=number)
        tale.entries.clear()
        warnings += tale.deliver(messenger).warnings
    assert sum(tale.clock.waits) <= 21
    (warning,) = warnings
    assert "20 seconds" in warning


def test_time__of_many_short_limits_is_bounded(tale: Tale) -> None:
    """Every call is limited once, for four seconds: the waits of a whole run stay below twenty seconds."""
    for after in range(0, 40, 2):
        tale.slack.faults.retry_after(4, after=after)
    messenger = tale.messenger()
    for number in range(12, 20):
        tale.entries.clear()
        tale.happens(number=number)
        tale.deliver(messenger)
    assert sum(tale.clock.waits) < LONGEST


def line(seconds: float) -> Line:
    """A line with so much time left in this run."""
    return Line(Budget(Clock(), lambda _: None, seconds))


@pytest.mark.parametrize("fault", ["delay", "drip"])
def test_call__that_hangs_is_given_up(slack: SlackServer, tale: Tale, fault: str) -> None:
    """Neither silence nor bytes that only drip hold a run up."""
    from keyturn.slack.web import Web  # noqa: PLC0415 - loaded late as in a run

    getattr(slack.faults, fault)(0.9)
    with pytest.raises(Lost, match="TimeoutError"):
        Web(line(0.1), TOKEN, slack.api).thread(CHANNEL, "1.000001").__next__()
    assert tale.warnings == []


def test_line__sends_nothing_once_it_is_closed() -> None:
    """After what fails for the whole run, every further call ends at once."""
    closed = line(10)
    closed.close(Lost("Slack went away."))

    def never(_: float) -> Reply:
        raise AssertionError

    with pytest.raises(Unreached, match="Slack went away"):
        closed.send("say hello", never)


def test_defect__of_our_own_is_a_warning_too(tale: Tale) -> None:
    """Whatever is wrong with keyturn's own code here, the verdict is out already, and the run goes on."""

    def broken(_: str) -> str:
        raise KeyError(TOKEN)

    tale.email_of = broken
    (warning,) = tale.run().warnings
    assert warning == "Slack was not told, by a defect of keyturn (KeyError); please report it."
