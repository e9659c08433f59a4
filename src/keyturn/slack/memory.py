"""What a delivery leaves for the next, kept in the marker of the pull request's comment, which others may edit."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from keyturn.slack.message import CHANNEL_ID, TS

MOST_CARDS: Final = 8
"""The marker has little room: older cards than these are forgotten, and found by their metadata if need be."""

WEBHOOK: Final = "webhook"
"""Stands for the channel where only the webhook knows which it is."""

Mark = tuple[int, int]
"""How far the ledger has been told: every entry before this sequence, and so many events of this one."""


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class KeptCard(_Kept):
    """The card of one request; `ts` is `None` where Slack never said where it stands, or whether it does.

    `digest` is that of the card last sent. `anew` is whether it replaced a card that was deleted or cannot be edited,
    `gone` whether that happened to this one, too. `superseded` is whether it has been closed for a newer request.
    """

    request: str = Field(max_length=400)
    ts: str | None = Field(default=None, pattern=rf"^{TS.pattern}$")
    digest: str = Field(default="", max_length=64)
    anew: bool = False
    gone: bool = False
    superseded: bool = False


class Memory(_Kept):
    """What was delivered: into which channel, how far the ledger has been told, and the cards, oldest first."""

    channel: str = Field(pattern=rf"^(?:{CHANNEL_ID.pattern}|{WEBHOOK})$")
    told: Mark = (0, 0)
    cards: tuple[KeptCard, ...] = ()


def sealed(memory: Memory, secret: str, place: str) -> dict[str, object]:
    """The memory as plain JSON with a seal, so that nobody can lead the bot to another message or channel.

    `secret` is the token or webhook address, `place` is the pull request's; a memory is worth nothing elsewhere.
    """
    cards = memory.cards[-MOST_CARDS:]
    values = memory.model_copy(update={"cards": cards}).model_dump(mode="json", exclude_defaults=True)
    return {**values, "seal": _seal(values, secret, place)}


def unsealed(values: Mapping[str, object] | None, secret: str, place: str) -> Memory | None:
    """The memory; `None` where there is none, or where anybody but keyturn with this very secret wrote it."""
    if values is None:
        return None
    bare = {name: value for name, value in values.items() if name != "seal"}
    try:
        seal = _seal(bare, secret, place)
        if not hmac.compare_digest(seal, str(values.get("seal")).encode("ascii", "replace").decode("ascii")):
            return None
        return Memory.model_validate_json(json.dumps(bare))
    except (ValidationError, TypeError, ValueError, RecursionError):
        return None


def _seal(values: Mapping[str, object], secret: str, place: str) -> str:
    text = json.dumps([place, values], sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()[:32]
