"""A message for Slack, and where one stands."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import Struct, field

from keyturn.render.card import EVENT_TYPE

CHANNEL_ID: Final = re.compile(r"[CDG][A-Z0-9]{2,30}")
TS: Final = re.compile(r"[0-9]{1,12}\.[0-9]{1,9}")


class Message(Struct, frozen=True):
    """What is said: `text` is the notification and stands above the card, `attachments` hold the card.

    `facts` are what keyturn finds the message by and reads back from it. Anybody in the channel can read them, so they
    hold no secret.
    """

    text: str
    attachments: Sequence[Mapping[str, Any]] = ()
    facts: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def metadata(self) -> dict[str, Any]:
        """The facts as Slack keeps them."""
        return {"event_type": EVENT_TYPE, "event_payload": dict(self.facts)}


class Writer(Struct, frozen=True):
    """Who writes, by the ids of bot and user, which metadata cannot forge; empty where Slack does not say."""

    bot: str
    user: str

    @staticmethod
    def of(said: Mapping[str, object], user: str = "user") -> "Writer":
        """Read it from what Slack says; `user` is the key that the user's id stands under."""
        return Writer(str(said.get("bot_id") or ""), str(said.get(user) or ""))

    def may_be(self, other: "Writer") -> bool:
        """Whether nothing tells the two apart."""
        if self.bot and other.bot:
            return self.bot == other.bot
        return not (self.user and other.user) or self.user == other.user


class Found(Struct, frozen=True):
    """A message of keyturn's kind that stands in a channel."""

    ts: str
    writer: Writer
    facts: Mapping[str, object]


def found(message: object) -> Found | None:
    """Read a message of the API; `None` where it is none of keyturn's kind."""
    if not isinstance(message, dict):
        return None
    metadata, ts = message.get("metadata"), message.get("ts")
    if not isinstance(metadata, dict) or metadata.get("event_type") != EVENT_TYPE:
        return None
    facts = metadata.get("event_payload")
    if not isinstance(facts, dict) or not isinstance(ts, str) or not TS.fullmatch(ts):
        return None
    return Found(ts, Writer.of(message), facts)
