"""What the workspace holds: tokens, channels, people, webhooks, messages. The state behind the server, free of HTTP."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

BOT: Final = "B0KEYTURN"
BOT_USER: Final = "U0KEYTURN"
ALL_SCOPES: Final = frozenset({"chat:write", "channels:history", "groups:history", "users:read", "users:read.email"})


@dataclass(slots=True, kw_only=True)
class Token:
    """What a bot token may do, and whose it is; `trouble` is the error that every call with it gets."""

    scopes: frozenset[str] = ALL_SCOPES
    bot: str = BOT
    user: str = BOT_USER
    trouble: str | None = None


@dataclass(slots=True, kw_only=True)
class Channel:
    """A channel; `members` are user ids, `trouble` is the error that posting to it gets."""

    id: str
    members: set[str] = field(default_factory=lambda: {BOT_USER})
    private: bool = False
    archived: bool = False
    trouble: str | None = None


@dataclass(slots=True, kw_only=True)
class Person:
    """Somebody with an account in the workspace."""

    id: str
    email: str
    deleted: bool = False
    is_bot: bool = False
    restricted: bool = False


@dataclass(slots=True, kw_only=True)
class Webhook:
    """An incoming webhook: it writes to one channel, and its address is the secret."""

    path: str
    channel: str
    trouble: tuple[int, str] | None = None


@dataclass(slots=True, kw_only=True)
class Message:
    """A message as it stands; `revisions` are the texts it had before, oldest first.

    A `tombstone` is what a deleted message leaves on top of its thread.
    """

    ts: str
    channel: str
    user: str
    bot: str | None
    text: str
    attachments: list[Any] = field(default_factory=list)
    blocks: list[Any] = field(default_factory=list)
    metadata: dict[str, Any] | None = None
    thread_ts: str | None = None
    broadcast: bool = False
    options: dict[str, Any] = field(default_factory=dict)
    tombstone: bool = False
    revisions: list[str] = field(default_factory=list)

    @property
    def in_channel(self) -> bool:
        """Whether it stands in the channel itself."""
        return self.thread_ts is None or self.broadcast

    def as_json(self, *, with_metadata: bool) -> dict[str, Any]:
        """The message as the API returns it; the payload of metadata only where it was asked for."""
        shown: dict[str, Any] = {
            "type": "message",
            "ts": self.ts,
            "user": self.user,
            "text": self.text,
            "attachments": self.attachments,
            "blocks": self.blocks,
        }
        if self.tombstone:
            shown["subtype"] = "tombstone"
        elif self.bot is not None:
            shown |= {"bot_id": self.bot, "subtype": "bot_message"}
        if self.thread_ts is not None:
            shown["thread_ts"] = self.thread_ts
        if self.metadata is not None:
            shown["metadata"] = self.metadata if with_metadata else {"event_type": self.metadata["event_type"]}
        return shown


class Workspace:
    """One Slack workspace with its own clock."""

    def __init__(self, now: datetime = datetime(2026, 1, 2, 9, 0, tzinfo=UTC)) -> None:
        """Start with nobody and nothing in it."""
        self.now = now
        self.tokens: dict[str, Token] = {}
        self.channels: dict[str, Channel] = {}
        self.people: list[Person] = []
        self.webhooks: dict[str, Webhook] = {}
        self.messages: list[Message] = []
        self.edit_window: timedelta | None = None
        self._count = 0

    def next_ts(self) -> str:
        """A moment that no other message has."""
        self._count += 1
        return f"{int(self.now.timestamp())}.{self._count:06d}"

    def find(self, channel: str, ts: str) -> Message | None:
        """The message at this moment of this channel."""
        return next((message for message in self.messages if (message.channel, message.ts) == (channel, ts)), None)

    def delete(self, message: Message) -> None:
        """Take a message away, as a person does by hand; a thread keeps a tombstone in place of its first message."""
        if len(self.thread(message.channel, message.ts)) == 1:
            self.messages.remove(message)
            return
        message.text, message.user, message.bot = "This message was deleted.", "USLACKBOT", None
        message.metadata, message.attachments, message.blocks, message.tombstone = None, [], [], True

    def thread(self, channel: str, ts: str) -> list[Message]:
        """A message and its replies, oldest first."""
        return [m for m in self.messages if m.channel == channel and ts in {m.ts, m.thread_ts}]
