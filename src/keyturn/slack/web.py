"""Slack's Web API with a bot token: the few methods that keyturn needs, through slack-sdk."""

import logging
import math
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Protocol

from keyturn.slack.line import Line, Reply
from keyturn.slack.message import TS, Found, Message, Writer, found
from keyturn.slack.trouble import UNSURE, Lost, Refused, gone, refused
from keyturn.version import VERSION

if TYPE_CHECKING:  # most runs have nothing to tell, and loading the library takes as long as all the rest of theirs
    from slack_sdk import WebClient
    from slack_sdk.web import SlackResponse

SLACK: Final = "https://slack.com/api/"
PAGE: Final = 200
MOST_PAGES: Final = 10
"""A channel is searched no further back than so many pages."""

SILENT: Final = logging.getLogger("keyturn.slack.silent")
SILENT.setLevel(logging.CRITICAL + 1)
"""slack-sdk logs addresses and what proxies answer; nothing of that may reach the runner's log."""

_CODE: Final = re.compile(r"[a-z0-9_]{1,80}")
_SCOPES: Final = re.compile(r"[a-z:._,]{1,200}")
_POINTER: Final = re.compile(r"\[json-pointer:(/[\w/]{1,100})\]")
_BUSY: Final = frozenset({"ratelimited", "rate_limited"})


class _Page(Protocol):
    def __call__(self, client: "WebClient", *, cursor: str | None) -> "SlackResponse": ...


class Web:
    """Speaks with one workspace. Every method raises `Refused`, `Unreached` or `Lost` where it came to nothing.

    Only `post` is never sent twice; whatever may be repeated without harm is tried again once after a lost answer.
    """

    def __init__(self, line: Line, token: str, api_url: str) -> None:
        """Connect nothing yet; an empty `api_url` is Slack's own."""
        self._line = line
        self._token = token
        self._api_url = api_url or SLACK
        self._own: Writer | None = None

    def post(self, channel: str, message: Message, *, thread_ts: str | None = None, broadcast: bool = False) -> str:
        """Write a message, or a reply in a thread that a broadcast shows in the channel, too; its `ts`."""
        data = self._ask(
            "post a message",
            lambda client: client.chat_postMessage(
                channel=channel,
                text=message.text,
                attachments=list(map(dict, message.attachments)),
                metadata=message.metadata,
                thread_ts=thread_ts,
                reply_broadcast=True if broadcast else None,
                unfurl_links=False,
                unfurl_media=False,
            ),
        )
        ts, posted = data.get("ts"), data.get("message")
        if self._own is None and isinstance(posted, dict) and posted.get("bot_id"):
            self._own = Writer.of(posted)
        if not isinstance(ts, str) or not TS.fullmatch(ts):
            why = "Slack was asked to post a message, and did not say where it stands."
            raise Lost(why)
        return ts

    def update(self, channel: str, ts: str, message: Message) -> None:
        """Replace a message of one's own."""
        self._again(
            "update the card",
            lambda client: client.chat_update(
                channel=channel,
                ts=ts,
                text=message.text,
                blocks=[],
                attachments=list(map(dict, message.attachments)),
                metadata=message.metadata,
                parse="none",
            ),
        )

    def delete(self, channel: str, ts: str) -> None:
        """Take back a message of one's own."""
        self._again("take back a message", lambda client: client.chat_delete(channel=channel, ts=ts))

    def history(self, channel: str, oldest: int) -> Iterator[Found]:
        """The messages of keyturn's kind in a channel since a moment (Unix seconds), newest first, by whoever wrote."""
        pages = self._pages(
            "look for its card in the channel",
            lambda client, *, cursor: client.conversations_history(
                channel=channel, oldest=str(oldest), limit=PAGE, cursor=cursor, include_all_metadata=True
            ),
        )
        return (read for message in pages if (read := found(message)) is not None)

    def thread(self, channel: str, ts: str) -> Iterator[Found]:
        """The messages of keyturn's kind in a thread, oldest first; the parent, where it is one, comes first.

        Raises `Refused` where the parent was deleted and Slack keeps the thread under a tombstone.
        """
        pages = self._pages(
            "read the card's thread",
            lambda client, *, cursor: client.conversations_replies(
                channel=channel, ts=ts, limit=PAGE, cursor=cursor, include_all_metadata=True
            ),
        )
        for message in pages:
            if message.get("subtype") == "tombstone" and message.get("ts") == ts:
                raise gone()
            if (read := found(message)) is not None:
                yield read

    def wrote(self, message: Found) -> bool:
        """Whether this token's bot wrote the message.

        Asked of Slack at most once, and not at all after a message was posted. Where Slack does not say who anybody is,
        the message is taken for one's own: Slack refuses to let another's be edited, which is noticed then.
        """
        if self._own is None:
            try:
                said: Mapping[str, Any] = self._again("say whose token it is", lambda client: client.auth_test())
            except Refused:
                said = {}
            self._own = Writer.of(said, user="user_id")
        return self._own.may_be(message.writer)

    def person(self, email: str) -> str | None:
        """The id of the person with this address; `None` where there is none, or no full member."""
        data = self._again("look up a person by e-mail", lambda client: client.users_lookupByEmail(email=email))
        user = data.get("user")
        if not isinstance(user, dict) or any(user.get(key) for key in ("deleted", "is_bot", "is_restricted")):
            return None
        name = user.get("id")
        return name if isinstance(name, str) and re.fullmatch(r"[UW][A-Z0-9]{2,30}", name) else None

    def _pages(self, asked: str, call: _Page) -> Iterator[Mapping[str, Any]]:
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            data = self._again(asked, partial(call, cursor=cursor))
            messages = data.get("messages")
            for message in messages if isinstance(messages, list) else ():
                if isinstance(message, dict):
                    yield message
            after = data.get("response_metadata")
            cursor = after.get("next_cursor") if isinstance(after, dict) else None
            if not cursor:
                return

    def _again(self, asked: str, call: "Callable[[WebClient], SlackResponse]") -> Mapping[str, Any]:
        try:
            return self._ask(asked, call)
        except Lost:
            if not self._line.pause(1):
                raise
            return self._ask(asked, call)

    def _ask(self, asked: str, call: "Callable[[WebClient], SlackResponse]") -> Mapping[str, Any]:
        from slack_sdk import WebClient  # noqa: PLC0415 - loaded by the first call
        from slack_sdk.errors import SlackApiError  # noqa: PLC0415 - as WebClient

        def send(seconds: float) -> Reply:
            client = WebClient(
                token=self._token,
                base_url=self._api_url,
                timeout=math.ceil(seconds),
                logger=SILENT,
                retry_handlers=[],  # the library's own would post a second time after a lost answer
                user_agent_prefix=f"keyturn/{VERSION}",
            )
            try:
                response = call(client)
            except SlackApiError as refusal:
                response = refusal.response
            return Reply(_status(response), response.headers, response.data)

        body = self._line.send(asked, send).body
        if isinstance(body, dict) and body.get("ok") is True:
            return body
        raise _trouble(asked, body)


def _status(response: "SlackResponse") -> int:
    """The status, which is 429 where only the words say so."""
    said: object = response.data
    busy = isinstance(said, dict) and said.get("error") in _BUSY
    return HTTPStatus.TOO_MANY_REQUESTS if busy else response.status_code


def _trouble(asked: str, body: object) -> Exception:
    """What an answer that is no success means. Only words of the shape that Slack's own have are passed on."""
    said = body if isinstance(body, dict) else {}
    code = said.get("error")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        why = "something else than Slack answered; check the input `slack-api-url` and the runner's proxy"
        return Lost(f"Slack was asked to {asked}, and {why}.")
    if code in UNSURE:
        return Lost(f"Slack was asked to {asked}, and says that it failed inside ({code}).")
    needed = said.get("needed")
    scopes = needed if isinstance(needed, str) and _SCOPES.fullmatch(needed) else ""
    details = said.get("response_metadata")
    pointers = _POINTER.findall(str(details.get("messages"))) if isinstance(details, dict) else []
    return refused(code, asked=asked, needed=scopes, pointers=pointers[:3])
