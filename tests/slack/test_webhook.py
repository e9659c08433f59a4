"""Through a webhook: a new message at each transition, and nothing twice as far as nobody can look."""

import pytest
from msgspec.structs import replace

from keyturn.core.compose import Learned
from keyturn.core.record import Event, RecordedEvent
from tests.slack.tale import HARMLESS, SEVERE, Tale
from tests.slack_server.server import HOOK
from tests.slack_server.workspace import Webhook
from tests.support.build import OPENED, changed, objection, review


@pytest.fixture(autouse=True)
def _webhook(tale: Tale) -> None:
    tale.by_webhook()


def texts(tale: Tale) -> list[str]:
    """What stands in the channel."""
    return [message.text for message in tale.slack.workspace.messages]


def test_webhook__shows_the_request_once(tale: Tale) -> None:
    """The card is a message like any other, mentions and all; a run that finds nothing new sends nothing."""
    first = tale.run()
    assert first.warnings == ()
    (text,) = texts(tale)
    assert text.startswith("<@U00000ANN> ")
    second = tale.run(0.1)
    assert second.memory is first.memory
    assert tale.slack.methods == ["webhook"]


def test_webhook__says_each_transition_in_a_new_message_with_the_card(tale: Tale) -> None:
    """Nothing can be updated, so each transition shows the card as it is then; approvals on the way are left out."""
    tale.run()
    tale.run(0.3, reviews=(review("ann", when=0.2),))
    tale.run(1)
    both = (review("ann", when=0.2), review("bob", when=1.1))
    tale.run(1.2, reviews=both)
    assert len(texts(tale)) == 3
    _, escalated, approved = tale.slack.workspace.messages
    assert "<@U0000ERIN>" in escalated.text
    assert "may be merged" in approved.text
    assert approved.text.startswith("<https://github.com/acme/shop/pull/12|acme/shop#12>")
    assert all(message.attachments for message in tale.slack.workspace.messages)


def test_webhook__shows_a_new_request_in_a_message_of_its_own(tale: Tale) -> None:
    """A push asks afresh; the message before stays as it was."""
    tale.run()
    tale.run(0.5, head="c" * 40)
    tale.run(0.6)
    assert len(texts(tale)) == 2


@pytest.mark.parametrize("lost", ["edited", "gone"])
def test_webhook__says_the_present_state_once_where_the_memory_is_lost(tale: Tale, lost: str) -> None:
    """Nobody can look what was said before: one message with the present state makes up for it."""
    tale.run()
    tale.run(0.5, reviews=(objection("ann", when=0.2),))
    tale.memory = None if lost == "gone" else {**(tale.memory or {}), "told": [0, 0]}
    tale.run(0.6)
    tale.run(0.7)
    assert len(texts(tale)) == 3
    assert "Changes requested" in texts(tale)[-1]


def test_webhook__wakes_those_who_may_override_once(tale: Tale) -> None:
    """An emergency stop mentions them in its first message, and no other repeats it."""
    tale.run(manifests=(SEVERE,))
    tale.run(0.5, title="Another title")
    (text,) = texts(tale)
    assert "<@U00000ZOE>" in text


def test_webhook__says_nothing_where_nobody_is_asked(tale: Tale) -> None:
    """What passes on its own, costs no call."""
    for hours in (0, 1):
        assert tale.run(hours, manifests=(HARMLESS,), files=(changed(HARMLESS.path),)).memory is None
    assert tale.slack.calls == []


def test_webhook__says_what_must_never_go_unnoticed(tale: Tale) -> None:
    """A forged verdict is told even where there is no card, once."""
    tale.run(manifests=(HARMLESS,), files=(changed(HARMLESS.path),))
    forged = RecordedEvent(event=Event.VERDICT_FORGED, at=OPENED)
    tale.happens(0.5, learned=Learned(events=(forged,)))
    tale.deliver()
    tale.run(0.6)
    (text,) = texts(tale)
    assert "not keyturn's" in text


def test_webhook__whose_answer_was_lost_is_not_used_again(tale: Tale) -> None:
    """The message may stand in the channel; the warning says that it may not."""
    tale.slack.faults.lose_reply()
    (warning,) = tale.run().warnings
    assert "may be missing" in warning
    assert tale.run(0.1).memory is tale.memory
    assert len(texts(tale)) == 1


@pytest.mark.parametrize(
    ("trouble", "fix"),
    [
        ((404, "no_service"), "make a new one"),
        ((403, "invalid_token"), "make a new one"),
        ((410, "channel_is_archived"), "Unarchive"),
        ((403, "action_prohibited"), "administrator"),
        ((404, "channel_not_found"), "channel's id"),
        ((400, "user_not_found"), "make a new one"),
        ((400, "invalid_payload"), "please report"),
        ((200, "<html>Sign in</html>"), "Check `slack-webhook-url`"),
        ((403, "<html>Forbidden</html>"), "Check `slack-webhook-url`"),
        ((200, ""), "Check `slack-webhook-url`"),
    ],
)
def test_webhook__refused_is_explained_with_its_fix(tale: Tale, trouble: tuple[int, str], fix: str) -> None:
    """Each refusal says what to do, keeps the address to itself, and is caught up later."""
    webhook = tale.slack.workspace.webhooks[HOOK]
    tale.slack.workspace.webhooks[HOOK] = Webhook(path=HOOK, channel=webhook.channel, trouble=trouble)
    (warning,) = tale.run().warnings
    assert fix in warning
    assert "SeCrEt" not in warning
    tale.slack.workspace.webhooks[HOOK] = webhook
    assert tale.run(0.1).warnings == ()
    assert len(texts(tale)) == 1


def test_token__goes_before_the_webhook(tale: Tale) -> None:
    """Where both are set, the token serves; the webhook's memory means nothing to it."""
    tale.run()
    by_token = Tale(slack=tale.slack, settings=tale.settings).settings
    tale.settings = replace(by_token, slack_token="xoxb-1111-2222-SeCrEtToKeN", slack_api_url=tale.slack.api)
    tale.run(0.1)
    assert tale.slack.methods[1:] == ["conversations.history", "chat.postMessage", "conversations.history"]
