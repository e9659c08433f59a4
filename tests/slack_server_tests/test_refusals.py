"""The server that stands for Slack refuses what Slack refuses, asked by the real slack-sdk."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Final

import pytest
from slack_sdk import WebClient, WebhookClient
from slack_sdk.errors import SlackApiError

from tests.slack_server.server import CHANNEL, TOKEN, SlackServer
from tests.slack_server.workspace import ALL_SCOPES, Channel, Message

SECTION: Final = {"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    """A workspace that listens."""
    with SlackServer().listening() as server:
        yield server


@pytest.fixture
def client(slack: SlackServer) -> WebClient:
    """The real client, without its own repetitions."""
    return WebClient(token=TOKEN, base_url=slack.api, retry_handlers=[])


def refused(call: Callable[[], object]) -> str:
    """The error of a call that must fail."""
    with pytest.raises(SlackApiError) as raised:
        call()
    return str(raised.value.response["error"])


def attachment(**changes: Any) -> dict[str, Any]:
    """A card's attachment."""
    return {"color": "#d4a72c", "fallback": "a card", "blocks": [SECTION], **changes}


def section(**changes: Any) -> list[dict[str, Any]]:
    """A card of one section."""
    return [attachment(blocks=[{"type": "section", **changes}])]


def text(length: int, kind: str = "mrkdwn") -> dict[str, str]:
    """A text object."""
    return {"type": kind, "text": "x" * length}


def metadata(**payload: Any) -> dict[str, Any]:
    """The metadata of a message."""
    return {"event_type": "keyturn_message", "event_payload": payload}


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ({"text": " "}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"attachments": section(text=text(3_001))}, "invalid_blocks"),
        ({"attachments": section(text=text(0))}, "invalid_blocks"),
        ({"attachments": section()}, "invalid_blocks"),
        ({"attachments": section(text=text(1), accessory={"type": "button"})}, "invalid_blocks"),
        ({"attachments": section(fields=[text(1)] * 11)}, "invalid_blocks"),
        ({"attachments": section(fields=[text(2_001)])}, "invalid_blocks"),
        ({"attachments": section(text={"type": "markdown", "text": "x"})}, "invalid_blocks"),
        ({"attachments": [attachment(blocks=[SECTION] * 51)]}, "invalid_blocks"),
        ({"attachments": [attachment(blocks=[{"type": "header", "text": text(151, "plain_text")}])]}, "invalid_blocks"),
        ({"attachments": [attachment(blocks=[{"type": "header", "text": text(1)}])]}, "invalid_blocks"),
        ({"attachments": [attachment(blocks=[{"type": "context", "elements": [text(1)] * 11}])]}, "invalid_blocks"),
        ({"attachments": [attachment(blocks=[{"type": "context", "elements": []}])]}, "invalid_blocks"),
        ({"attachments": [attachment(blocks=[{"type": "actions", "elements": []}])]}, "invalid_blocks"),
        ({"attachments": [attachment(blocks=[{"type": "divider", "block_id": "a"}] * 2)]}, "invalid_blocks"),
        ({"attachments": [attachment(blocks=[{"type": "divider", "block_id": "a" * 256}])]}, "invalid_blocks"),
        ({"attachments": [attachment(color="amber")]}, "invalid_blocks"),
        ({"attachments": [attachment(fallback="")]}, "invalid_blocks"),
        ({"attachments": [attachment()] * 101}, "too_many_attachments"),
        ({"metadata": {"event_type": "keyturn_message"}}, "invalid_metadata_format"),
        ({"metadata": {"event_type": "with space", "event_payload": {}}}, "invalid_metadata_format"),
        ({"metadata": metadata(a={"b": {"c": 1}})}, "invalid_metadata_schema"),
        ({"metadata": metadata(a="x" * 16_000)}, "metadata_too_large"),
        ({"thread_ts": "1700000000.000001"}, "thread_not_found"),
        ({"reply_broadcast": True}, "invalid_arguments"),
        ({"link_names": True}, "invalid_arguments"),
        ({"channel": "C0NOWHERE"}, "channel_not_found"),
    ],
)
def test_post__refuses_what_slack_refuses(client: WebClient, message: dict[str, Any], error: str) -> None:
    """Limits, missing text, duplicate ids, bad metadata, unknown channels and threads."""
    whole = {"channel": CHANNEL, "text": "hello", **message}
    assert refused(lambda: client.api_call("chat.postMessage", json=whole)) == error


@pytest.mark.parametrize(
    "message",
    [
        {"text": "x" * 40_000},
        {"attachments": section(text=text(3_000))},
        {"attachments": section(fields=[text(2_000)] * 10)},
        {"attachments": [attachment(blocks=[SECTION] * 50)]},
        {"attachments": [attachment(blocks=[{"type": "context", "elements": [text(1)] * 10}])]},
        {"attachments": [attachment(blocks=[{"type": "header", "text": text(150, "plain_text")}])]},
        {"metadata": metadata(a="x" * 10_000, b=1, c=True)},
    ],
)
def test_post__takes_what_is_at_the_limit(client: WebClient, slack: SlackServer, message: dict[str, Any]) -> None:
    """The server is no stricter than Slack at its limits, so that a test that passes proves something."""
    ts = client.chat_postMessage(**{"channel": CHANNEL, "text": "hello", **message})["ts"]
    assert [card.ts for card in slack.cards] == [ts]


def test_update__takes_shorter_texts_than_post(client: WebClient) -> None:
    """`chat.update` refuses a text of more than 4,000 characters that `chat.postMessage` took."""
    ts = client.chat_postMessage(channel=CHANNEL, text="x" * 4_001)["ts"]
    assert refused(lambda: client.chat_update(channel=CHANNEL, ts=ts, text="x" * 4_001)) == "msg_too_long"
    client.chat_update(channel=CHANNEL, ts=ts, text="x" * 4_000)


def test_update__refuses_messages_that_are_not_there_not_own_or_too_old(client: WebClient, slack: SlackServer) -> None:
    """Unknown `ts`, somebody else's message, and the workspace's edit window."""
    ts = str(client.chat_postMessage(channel=CHANNEL, text="hello")["ts"])
    foreign = Message(ts="1.000001", channel=CHANNEL, user="U1", bot=None, text="hello")
    slack.workspace.messages.append(foreign)
    assert refused(lambda: client.chat_update(channel=CHANNEL, ts="2.000001", text="x")) == "message_not_found"
    assert refused(lambda: client.chat_update(channel=CHANNEL, ts=foreign.ts, text="x")) == "cant_update_message"
    assert refused(lambda: client.chat_delete(channel=CHANNEL, ts=foreign.ts)) == "cant_delete_message"
    slack.workspace.edit_window = timedelta(minutes=1)
    slack.workspace.now += timedelta(minutes=2)
    assert refused(lambda: client.chat_update(channel=CHANNEL, ts=ts, text="x")) == "edit_window_closed"


def test_thread__outlives_its_deleted_first_message(client: WebClient, slack: SlackServer) -> None:
    """A tombstone stays on top of the thread, can be replied to, and can neither be updated nor found by metadata."""
    ts = str(client.chat_postMessage(channel=CHANNEL, text="card", metadata=metadata(part="card"))["ts"])
    client.chat_postMessage(channel=CHANNEL, text="reply", thread_ts=ts)
    slack.workspace.delete(slack.cards[0])
    client.chat_postMessage(channel=CHANNEL, text="another", thread_ts=ts)
    assert refused(lambda: client.chat_update(channel=CHANNEL, ts=ts, text="x")) == "message_not_found"
    thread: list[dict[str, Any]] = client.conversations_replies(channel=CHANNEL, ts=ts, include_all_metadata=True)[
        "messages"
    ]
    assert thread[0]["subtype"] == "tombstone"
    assert "metadata" not in thread[0]


@pytest.mark.parametrize(
    ("scope", "call"),
    [
        ("chat:write", lambda client: client.chat_postMessage(channel=CHANNEL, text="x")),
        ("chat:write", lambda client: client.chat_update(channel=CHANNEL, ts="1.0", text="x")),
        ("chat:write", lambda client: client.chat_delete(channel=CHANNEL, ts="1.0")),
        ("channels:history", lambda client: client.conversations_history(channel=CHANNEL)),
        ("channels:history", lambda client: client.conversations_replies(channel=CHANNEL, ts="1.0")),
        ("users:read.email", lambda client: client.users_lookupByEmail(email="a@example.com")),
    ],
)
def test_scope__that_is_missing_is_named(
    client: WebClient, slack: SlackServer, scope: str, call: Callable[[WebClient], object]
) -> None:
    """Each method needs its scope, and the refusal says which."""
    slack.token.scopes = ALL_SCOPES - {scope}
    with pytest.raises(SlackApiError) as raised:
        call(client)
    assert (raised.value.response["error"], raised.value.response["needed"]) == ("missing_scope", scope)


def test_private_channel__needs_its_own_scope_and_hides_from_strangers(client: WebClient, slack: SlackServer) -> None:
    """A private channel that the bot is not in does not exist for it."""
    slack.workspace.channels["G0PRIVATE"] = Channel(id="G0PRIVATE", private=True, members=set())
    assert refused(lambda: client.chat_postMessage(channel="G0PRIVATE", text="x")) == "channel_not_found"
    slack.token.scopes = ALL_SCOPES - {"groups:history"}
    assert refused(lambda: client.conversations_history(channel="G0PRIVATE")) == "missing_scope"


def test_channel__that_the_bot_is_not_in_is_written_to_with_a_scope_only(client: WebClient, slack: SlackServer) -> None:
    """`chat:write.public` opens public channels for writing, and never for reading."""
    slack.channel.members.clear()
    assert refused(lambda: client.chat_postMessage(channel=CHANNEL, text="x")) == "not_in_channel"
    slack.token.scopes |= {"chat:write.public"}
    client.chat_postMessage(channel=CHANNEL, text="x")
    assert refused(lambda: client.conversations_history(channel=CHANNEL)) == "not_in_channel"


@pytest.mark.parametrize(("token", "error"), [("", "not_authed"), ("xoxb-unknown", "invalid_auth")])
def test_token__that_is_absent_or_unknown_is_refused(slack: SlackServer, token: str, error: str) -> None:
    """Nothing is done for a stranger."""
    stranger = WebClient(token=token, base_url=slack.api, retry_handlers=[])
    assert refused(stranger.auth_test) == error


def test_history__shows_metadata_only_where_it_is_asked_for(client: WebClient) -> None:
    """Without `include_all_metadata` the payload is left out; threads show their replies, the channel does not."""
    ts = client.chat_postMessage(channel=CHANNEL, text="card", metadata=metadata(part="card"))["ts"]
    client.chat_postMessage(channel=CHANNEL, text="quiet", thread_ts=ts)
    client.chat_postMessage(channel=CHANNEL, text="loud", thread_ts=ts, reply_broadcast=True)
    shown: list[dict[str, Any]] = client.conversations_history(channel=CHANNEL, include_all_metadata=True)["messages"]
    assert [message["text"] for message in shown] == ["loud", "card"]
    assert shown[1]["metadata"] == metadata(part="card")
    hidden: list[dict[str, Any]] = client.conversations_history(channel=CHANNEL)["messages"]
    assert hidden[1]["metadata"] == {"event_type": "keyturn_message"}
    thread: list[dict[str, Any]] = client.conversations_replies(channel=CHANNEL, ts=str(ts))["messages"]
    assert [message["text"] for message in thread] == ["card", "quiet", "loud"]


def test_history__comes_in_pages_and_from_a_moment_on(client: WebClient, slack: SlackServer) -> None:
    """A cursor leads to the next page, newest message first; `oldest` leaves out what is older."""
    for count in range(3):
        slack.workspace.now += timedelta(hours=1)
        client.chat_postMessage(channel=CHANNEL, text=str(count))
    first = client.conversations_history(channel=CHANNEL, limit=2)
    cursor = first["response_metadata"]["next_cursor"]
    second = client.conversations_history(channel=CHANNEL, limit=2, cursor=cursor)
    assert [message["text"] for message in [*first["messages"], *second["messages"]]] == ["2", "1", "0"]
    assert second["response_metadata"]["next_cursor"] == ""
    since = str(slack.workspace.now.timestamp() - 60)
    assert [m["text"] for m in client.conversations_history(channel=CHANNEL, oldest=since)["messages"]] == ["2"]


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"text": "hello"}, 200, "ok"),
        ({"text": ""}, 400, "no_text"),
        ({"text": "hello", "channel": "#other"}, 400, "invalid_payload"),
        ({"text": "hello", "attachments": section(text=text(3_001))}, 400, "invalid_blocks"),
    ],
)
def test_webhook__answers_in_plain_text(slack: SlackServer, body: dict[str, Any], status: int, said: str) -> None:
    """A webhook takes a message or says in a word why not."""
    response = WebhookClient(slack.hook, retry_handlers=[]).send_dict(body)
    assert (response.status_code, response.body) == (status, said)


def test_webhook__that_does_not_exist_says_so(slack: SlackServer) -> None:
    """An address that is not a webhook's."""
    response = WebhookClient(f"{slack.address}/services/T0/B0/other", retry_handlers=[]).send(text="hello")
    assert (response.status_code, response.body) == (404, "no_service")


def test_method__that_keyturn_does_not_need_is_not_served(client: WebClient) -> None:
    """A new call shows up in the tests before it shows up in a scope."""
    assert refused(client.conversations_list) == "unknown_method"
