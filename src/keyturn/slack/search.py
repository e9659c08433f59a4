"""Finds keyturn's own messages about a pull request again, by their metadata and by who wrote them."""

from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Final

from msgspec import Struct, field

from keyturn.slack.message import Found
from keyturn.slack.trouble import Trouble
from keyturn.slack.web import Web

CARD: Final = "card"
"""The part that a card plays; other messages are known by the event they tell of."""


class Seen(Struct, frozen=True):
    """What stands in Slack: the card of each request, the `ts` of what tells of an event, and needless copies.

    `parent` is the message that a thread hangs on.
    """

    cards: Mapping[str, Found] = field(default_factory=dict)
    parent: Found | None = None
    parts: Mapping[str, str] = field(default_factory=dict)
    spare: tuple[Found, ...] = ()


def in_channel(web: Web, channel: str, oldest: int, place: str, passed_over: Container[str] = ()) -> Seen:
    """What stands in the channel about a pull request since a moment; messages `passed_over` (by `ts`) do not count.

    Of several cards of one request, the oldest is the card, whoever posted it first: runs that raced agree on it. A
    card that was posted anew goes before the one it replaced.
    """
    cards: dict[str, Found] = {}
    parts: dict[str, str] = {}
    spare: list[Found] = []
    mine = (message for message in _own(web, web.history(channel, oldest)) if _place(message) == place)
    for message in sorted(mine, key=lambda message: (not message.facts.get("anew"), _moment(message))):
        part, request = str(message.facts.get("part")), message.facts.get("request_id")
        if part != CARD:
            parts.setdefault(part, message.ts)
        elif message.ts not in passed_over and isinstance(request, str):
            first = cards.setdefault(request, message)
            if first is not message and first.facts.get("anew") == message.facts.get("anew"):
                spare.append(message)
    return Seen(cards=cards, parts=parts, spare=tuple(spare))


def in_thread(web: Web, channel: str, ts: str) -> Seen:
    """A card with the parts told in its thread, each by the oldest message that tells it."""
    first: Found | None = None
    parts: dict[str, str] = {}
    spare: list[Found] = []
    for message in sorted(_own(web, web.thread(channel, ts)), key=_moment):
        if message.ts == ts:
            first = message
        elif parts.setdefault(str(message.facts.get("part")), message.ts) != message.ts:
            spare += [message]
    return Seen(parent=first, parts=parts, spare=tuple(spare))


def take_back(web: Web, channel: str, spare: Iterable[Found]) -> None:
    """Delete messages that say what another one says; whatever fails leaves a message too many, and no harm."""
    for message in spare:
        with suppress(Trouble):
            web.delete(channel, message.ts)


def _own(web: Web, messages: Iterable[Found]) -> Iterator[Found]:
    """Those that this very bot wrote: anybody can copy metadata."""
    for message in messages:
        if web.wrote(message):
            yield message


def _place(message: Found) -> str:
    return f"{message.facts.get('repository')}#{message.facts.get('pull_request')}"


def _moment(message: Found) -> tuple[int, int]:
    seconds, _, rest = message.ts.partition(".")
    return int(seconds), int(rest)
