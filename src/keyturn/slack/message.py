"""A message for Slack, and where one stands."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from keyturn.render.card import EVENT_TYPE

CHANNEL_ID: Final = re.compile(r"[CDG][A-Z0-9]{2,30}")
TS: Final = re.compile(r"[0-9]{1,12}\.[0-9]{6}")


@dataclass(frozen=True, slots=True)
class Message:
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


@dataclass(frozen=True, slots=True)
class Found:
    """A message of keyturn's kind that stands in a channel; `bot` is who wrote it, which metadata cannot forge."""

    ts: str
    bot: str
    facts: Mapping[str, object]


def found(message: object) -> Found | None:
    """Read a message of the API; `None` where it is none of keyturn's kind."""
    if not isinstance(message, dict):
        return None
    metadata, ts, bot = message.get("metadata"), message.get("ts"), message.get("bot_id")
    if not isinstance(metadata, dict) or metadata.get("event_type") != EVENT_TYPE:
        return None
    facts = metadata.get("event_payload")
    if not isinstance(facts, dict) or not isinstance(bot, str) or not isinstance(ts, str) or not TS.fullmatch(ts):
        return None
    return Found(ts, bot, facts)
