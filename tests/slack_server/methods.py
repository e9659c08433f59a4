"""The methods of the Web API that keyturn may call, and incoming webhooks, over one workspace."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from tests.slack_server.rules import LONGEST_UPDATE, RefusedError, check_message, check_metadata, refuse
from tests.slack_server.workspace import Channel, Message, Token, Workspace

Arguments = Mapping[str, Any]
_POST: Final = {
    *("channel", "text", "attachments", "blocks", "metadata"),
    *("thread_ts", "reply_broadcast", "unfurl_links", "unfurl_media"),
}
_UPDATE: Final = {"channel", "ts", "text", "attachments", "blocks", "metadata", "parse"}
_HISTORY: Final = {"channel", "cursor", "include_all_metadata", "inclusive", "latest", "limit", "oldest", "ts"}
_WEBHOOK: Final = {"text", "attachments", "blocks", "unfurl_links", "unfurl_media"}


class Methods:
    """Handles one call at a time; every answer that is a refusal is raised."""

    def __init__(self, workspace: Workspace) -> None:
        """Serve this workspace."""
        self._workspace = workspace
        self._by_name: dict[str, Callable[[Token, Arguments], dict[str, Any]]] = {
            "auth.test": self._auth_test,
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "chat.delete": self._delete,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "users.lookupByEmail": self._look_up,
        }

    def call(self, method: str, token: str | None, arguments: Arguments) -> dict[str, Any]:
        """Do what a method asks."""
        handler = self._by_name.get(method)
        if handler is None:
            refuse("unknown_method", req_method=method)
        if not token:
            refuse("not_authed")
        known = self._workspace.tokens.get(token)
        if known is None:
            refuse("invalid_auth")
        if known.trouble is not None:
            refuse(known.trouble)
        return {"ok": True, **handler(known, arguments)}

    def hook(self, path: str, body: object) -> tuple[int, str]:
        """Take what a webhook brings; the status and text of the answer."""
        webhook = self._workspace.webhooks.get(path)
        if webhook is None:
            return 404, "no_service"
        if webhook.trouble is not None:
            return webhook.trouble
        if not isinstance(body, dict) or set(body) - _WEBHOOK:
            return 400, "invalid_payload"
        try:
            check_message(body)
        except RefusedError as refused:
            return 400, refused.error
        self._workspace.messages.append(
            Message(
                ts=self._workspace.next_ts(),
                channel=webhook.channel,
                user="U0WEBHOOK",
                bot="B0WEBHOOK",
                text=body["text"],
                attachments=body.get("attachments") or [],
                blocks=body.get("blocks") or [],
                options={name: body[name] for name in ("unfurl_links", "unfurl_media") if name in body},
            )
        )
        return 200, "ok"

    def _auth_test(self, token: Token, _: Arguments) -> dict[str, Any]:
        return {"url": "https://example.slack.com/", "team_id": "T0", "user_id": token.user, "bot_id": token.bot}

    def _post(self, token: Token, arguments: Arguments) -> dict[str, Any]:
        _need(token, "chat:write")
        _only(arguments, _POST)
        channel = self._channel(token, arguments)
        if channel.archived:
            refuse("is_archived")
        if channel.trouble is not None:
            refuse(channel.trouble)
        outside = token.user not in channel.members
        if outside and (channel.private or "chat:write.public" not in token.scopes):
            refuse("not_in_channel")
        check_message(arguments)
        thread_ts = arguments.get("thread_ts")
        if thread_ts is not None:
            parent = self._workspace.find(channel.id, str(thread_ts))
            if parent is None or parent.thread_ts is not None:
                refuse("thread_not_found")
        elif arguments.get("reply_broadcast"):
            refuse("invalid_arguments")
        message = Message(
            ts=self._workspace.next_ts(),
            channel=channel.id,
            user=token.user,
            bot=token.bot,
            text=arguments["text"],
            attachments=arguments.get("attachments") or [],
            blocks=arguments.get("blocks") or [],
            metadata=arguments.get("metadata"),
            thread_ts=thread_ts,
            broadcast=bool(arguments.get("reply_broadcast")),
            options={name: arguments[name] for name in ("unfurl_links", "unfurl_media") if name in arguments},
        )
        self._workspace.messages.append(message)
        return {"channel": channel.id, "ts": message.ts, "message": message.as_json(with_metadata=True)}

    def _update(self, token: Token, arguments: Arguments) -> dict[str, Any]:
        _need(token, "chat:write")
        _only(arguments, _UPDATE)
        channel = self._channel(token, arguments)
        message = self._own(token, channel, arguments, "cant_update_message")
        if channel.archived:
            refuse("is_inactive")
        window = self._workspace.edit_window
        if window is not None and self._workspace.now.timestamp() - float(message.ts) > window.total_seconds():
            refuse("edit_window_closed")
        check_message(arguments, longest_text=LONGEST_UPDATE)
        message.revisions.append(message.text)
        message.text = arguments["text"]
        message.blocks = arguments.get("blocks") or []
        if "attachments" in arguments:
            message.attachments = arguments["attachments"]
        if (metadata := arguments.get("metadata")) is not None:
            check_metadata(metadata)
            message.metadata = metadata
        return {"channel": channel.id, "ts": message.ts, "text": message.text}

    def _delete(self, token: Token, arguments: Arguments) -> dict[str, Any]:
        _need(token, "chat:write")
        channel = self._channel(token, arguments)
        message = self._own(token, channel, arguments, "cant_delete_message")
        self._workspace.delete(message)
        return {"channel": channel.id, "ts": message.ts}

    def _history(self, token: Token, arguments: Arguments) -> dict[str, Any]:
        channel = self._readable(token, arguments)
        found = [m for m in self._workspace.messages if m.channel == channel.id and m.in_channel]
        return self._page(list(reversed(found)), arguments)

    def _replies(self, token: Token, arguments: Arguments) -> dict[str, Any]:
        channel = self._readable(token, arguments)
        ts = str(arguments.get("ts"))
        found = self._workspace.thread(channel.id, ts)
        if not any(message.ts == ts for message in found):
            refuse("thread_not_found")
        return self._page(found, arguments)

    def _page(self, messages: list[Message], arguments: Arguments) -> dict[str, Any]:
        """One page, newest first in a channel and oldest first in a thread, as the caller sorted it."""
        try:
            oldest = Decimal(str(arguments.get("oldest") or "0"))
            start, limit = int(arguments.get("cursor") or 0), int(arguments.get("limit") or 100)
        except (InvalidOperation, ValueError):
            refuse("invalid_arguments")
        if not 1 <= limit <= 999:
            refuse("invalid_limit")
        wanted = [message for message in messages if Decimal(message.ts) > oldest]
        page = wanted[start : start + limit]
        more = start + limit < len(wanted)
        with_metadata = str(arguments.get("include_all_metadata")).lower() in {"1", "true"}
        return {
            "messages": [message.as_json(with_metadata=with_metadata) for message in page],
            "has_more": more,
            "response_metadata": {"next_cursor": str(start + limit) if more else ""},
        }

    def _look_up(self, token: Token, arguments: Arguments) -> dict[str, Any]:
        _need(token, "users:read.email")
        found = [person for person in self._workspace.people if person.email == arguments.get("email")]
        if not found:
            refuse("users_not_found")
        user = {
            "id": found[0].id,
            "deleted": found[0].deleted,
            "is_bot": found[0].is_bot,
            "is_restricted": found[0].restricted,
            "is_ultra_restricted": False,
        }
        return {"user": user}

    def _channel(self, token: Token, arguments: Arguments) -> Channel:
        channel = self._workspace.channels.get(str(arguments.get("channel")))
        if channel is None or (channel.private and token.user not in channel.members):
            refuse("channel_not_found")
        return channel

    def _readable(self, token: Token, arguments: Arguments) -> Channel:
        _only(arguments, _HISTORY)
        channel = self._workspace.channels.get(str(arguments.get("channel")))
        _need(token, "groups:history" if channel is not None and channel.private else "channels:history")
        channel = self._channel(token, arguments)
        if token.user not in channel.members:
            refuse("not_in_channel")
        return channel

    def _own(self, token: Token, channel: Channel, arguments: Arguments, error: str) -> Message:
        ts = arguments.get("ts")
        message = self._workspace.find(channel.id, ts) if isinstance(ts, str) else None
        if message is None or message.tombstone:
            refuse("message_not_found")
        if message.bot != token.bot:
            refuse(error)
        return message


def _need(token: Token, scope: str) -> None:
    if scope not in token.scopes:
        refuse("missing_scope", needed=scope, provided=",".join(sorted(token.scopes)))


def _only(arguments: Arguments, known: set[str]) -> None:
    if unknown := set(arguments) - known:
        refuse("invalid_arguments", response_metadata={"messages": [f"[ERROR] {sorted(unknown)}"]})
