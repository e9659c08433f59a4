"""Keeps cards true in one channel: posts the one of the present request, updates it, closes those of earlier ones."""

from contextlib import suppress
from typing import Final

from msgspec import Struct, field

from keyturn.slack.happenings import end_of, requests
from keyturn.slack.line import Line
from keyturn.slack.memory import KeptCard, Mark, Memory
from keyturn.slack.message import Found, Message
from keyturn.slack.occasion import Occasion, Payload
from keyturn.slack.people import People
from keyturn.slack.search import CARD, Seen, in_channel, in_thread, take_back
from keyturn.slack.trouble import GONE, NOT_EDITABLE, OF_THE_MESSAGE, Lost, Refused, Trouble
from keyturn.slack.web import Web

SUPERSEDED: Final = "superseded"
"""Stands for the digest of a card that was closed for a newer request."""

_BLIND: Final = "Until then keyturn cannot find its own messages again, and one may be missing or stand there twice."


class Board(Struct, kw_only=True):
    """One delivery's view of the channel, changed as the delivery goes on; `memory` says how far it got.

    Every method raises `Trouble` where the delivery cannot go on.
    """

    web: Web
    line: Line
    channel: str
    occasion: Occasion
    people: People
    cards: dict[str, KeptCard] = field(default_factory=dict)
    told: Mark = (0, 0)
    covered: Mark = (0, 0)
    """How far the card itself told the ledger when it was posted."""
    known: dict[str, str] = field(default_factory=dict)
    """The events that have a message already, by their keys, with its `ts`."""
    is_new: bool = False
    """Whether this very delivery posted the card, so that its thread is empty."""
    blind: Refused | None = None
    """Why the channel cannot be read; `None` while it can."""
    warnings: list[str] = field(default_factory=list)
    _has_looked: bool = False
    _has_read: bool = False
    _passed_over: set[str] = field(default_factory=set)

    @property
    def memory(self) -> Memory:
        """What to remember."""
        return Memory(channel=self.channel, told=self.told, cards=tuple(self.cards.values()))

    @property
    def card(self) -> KeptCard | None:
        """The card of the present request, where one stands in the channel."""
        kept = self.cards.get(self.occasion.request)
        return kept if kept is not None and kept.ts is not None and not kept.gone else None

    def recollect(self) -> None:
        """Learn anew, from the channel, what the lost memory held."""
        seen = self._look(self.occasion.since)
        self._has_looked = True
        about_this = {request for _, request in requests(self.occasion.entries)} | {self.occasion.request}
        for request, found in seen.cards.items():
            if request in about_this:
                self._adopt(request, found)
        self.known |= seen.parts
        take_back(self.web, self.channel, seen.spare)
        for kept in self.cards.values():
            if kept.ts is not None and kept.request != self.occasion.request:
                with suppress(Refused):  # that card, or its thread, may be gone
                    self._read_thread(kept.ts)

    def settle_card(self) -> None:
        """Post the card, or bring it up to date."""
        kept = self.cards.get(self.occasion.request)
        if kept is None or (kept.ts is None and not kept.gone):
            if not self.occasion.deserves_card:
                return
            found = None if self._has_looked else self._find()
            if found is None:
                self._post_unless_unsure(kept)
                return
            kept = self._adopt(self.occasion.request, found)
        if not kept.gone and (kept.digest != self.occasion.digest or kept.superseded):
            self._update(kept)

    def read(self, *, again: bool = False) -> None:
        """Learn what is told already: by a run that died before it could say so, or by one that races with this one.

        Where the card turns out to be gone, it is posted anew. What was read in this delivery is read `again` only
        where that is asked for.
        """
        card = self.card
        if self._has_read and not again:
            return
        if card is None or card.ts is None:
            self.known |= self._look(self.occasion.since).parts
            return
        try:
            self._read_thread(card.ts)
        except Refused as refused:
            self.replace_card(refused)

    def replace_card(self, why: Refused) -> None:
        """Post the card anew, once, where the one that was there is gone or can never be edited."""
        kept = self.cards[self.occasion.request]
        if kept.ts is not None:
            self._passed_over.add(kept.ts)
        if kept.anew or not self.occasion.deserves_card:
            self.cards[kept.request] = kept.model_copy(update={"gone": True})
            if why.code not in GONE:
                self.warnings.append(str(why))
            return
        found = self._find()
        if found is None:
            self._post(anew=True)
        else:
            self._update(self._adopt(kept.request, found))

    def close_others(self) -> None:
        """Turn the cards of earlier requests grey."""
        for kept in tuple(self.cards.values()):
            if kept.request == self.occasion.request or kept.ts is None or kept.gone or kept.superseded:
                continue
            payload, end = self.occasion.superseded(kept.request), end_of(self.occasion.entries)
            message = self._message(payload, kept.request, digest=SUPERSEDED, told=end)
            changes: dict[str, object] = {"superseded": True, "digest": SUPERSEDED}
            try:
                self.web.update(self.channel, kept.ts, message)
            except Refused as refused:
                if refused.code not in NOT_EDITABLE:
                    raise
                changes = {"gone": True}
            self.cards[kept.request] = kept.model_copy(update=changes)

    def warn_blind(self) -> None:
        """Say what it means that the channel cannot be read."""
        if self.blind is not None:
            self.warnings.append(f"{self.blind} {_BLIND}")

    # Posting and updating

    def _post_unless_unsure(self, kept: KeptCard | None) -> None:
        """A card that may be there is not posted again where nobody can look."""
        if kept is None or self.blind is None:
            self._post(anew=False)

    def _post(self, *, anew: bool) -> None:
        occasion, request = self.occasion, self.occasion.request
        payload = self.people.render(occasion.slack, self.web, occasion.card)
        end = end_of(occasion.entries)
        message = self._message(payload, request, digest=occasion.digest, told=end, anew=anew)
        ts = self._post_once(message)
        self.cards.pop(request, None)
        self.cards[request] = KeptCard(request=request, ts=ts, digest=occasion.digest, anew=anew)
        if ts is None:
            return
        self.is_new, self.covered = True, end
        with suppress(Trouble):
            self._yield_to_the_first(ts)

    def _post_once(self, message: Message) -> str | None:
        """Post the card and return its `ts`; after a lost answer look before posting again, and `None` if blind."""
        try:
            return self.web.post(self.channel, message)
        except Lost as lost:
            if self.blind is not None:
                self.warnings.append(str(lost))
                return None
            if not self.line.pause(1):
                raise
        found = self._find()
        return found.ts if found is not None else self.web.post(self.channel, message)

    def _yield_to_the_first(self, ts: str) -> None:
        """Where two runs raced, both keep the card that was posted first, and take the other back."""
        seen = self._look(self.occasion.request_since)
        first = seen.cards.get(self.occasion.request)
        if first is not None and first.ts != ts:
            self._adopt(self.occasion.request, first)
            self.is_new = False
        take_back(self.web, self.channel, seen.spare)

    def _update(self, kept: KeptCard) -> None:
        """Bring the card up to date, unless a run that knew more has done so."""
        occasion, end = self.occasion, end_of(self.occasion.entries)
        try:
            there = self._read_thread(kept.ts or "")
            if there is not None and _mark(there, "as_of") > end:
                self.cards[kept.request] = kept.model_copy(update={"digest": str(there.facts.get("digest"))})
                return
            payload = self.people.render(occasion.slack, self.web, occasion.card)
            told = max(self.covered, self.told)
            message = self._message(payload, kept.request, digest=occasion.digest, told=told, anew=kept.anew)
            self.web.update(self.channel, kept.ts or "", message)
        except Refused as refused:
            if refused.code in NOT_EDITABLE:
                self.replace_card(refused)
            elif refused.code in OF_THE_MESSAGE:
                self.warnings.append(str(refused))
            else:
                raise
            return
        self.cards[kept.request] = kept.model_copy(update={"digest": occasion.digest, "superseded": False})

    def _message(self, payload: Payload, request: str, *, digest: str, told: Mark, anew: bool = False) -> Message:
        facts: dict[str, str | int] = {
            **payload["metadata"]["event_payload"],
            "request_id": request,
            "part": CARD,
            "digest": digest,
            "told": "{}.{}".format(*told),
            "as_of": "{}.{}".format(*end_of(self.occasion.entries)),
        }
        return Message(payload["text"], payload["attachments"], {**facts, "anew": 1} if anew else facts)

    # Looking

    def _find(self) -> Found | None:
        """The card of the present request, where one stands in the channel."""
        return self._look(self.occasion.request_since).cards.get(self.occasion.request)

    def _look(self, since: int) -> Seen:
        """What stands in the channel since a moment; nothing, where it cannot be read."""
        if self.blind is None:
            try:
                return in_channel(self.web, self.channel, since, self.occasion.place, self._passed_over)
            except Refused as refused:
                self.blind = refused
        return Seen()

    def _read_thread(self, ts: str) -> Found | None:
        """The card as it stands, where that can be read; what its thread tells is known from now on.

        Raises `Refused` where the card is gone. Whatever else keeps from reading keeps from nothing else: the memory
        says where the card stands, and an update says whether it still does.
        """
        if self.blind is None:
            try:
                seen = in_thread(self.web, self.channel, ts)
            except Refused as refused:
                if refused.code in GONE:
                    raise
                self.blind = refused
            else:
                self._has_read = True
                self.known |= seen.parts
                return seen.parent
        return None

    def _adopt(self, request: str, found: Found) -> KeptCard:
        digest = str(found.facts.get("digest", ""))
        kept = KeptCard(
            request=request,
            ts=found.ts,
            digest=digest,
            anew=bool(found.facts.get("anew")),
            superseded=digest == SUPERSEDED,
        )
        self.cards[request] = kept
        if request == self.occasion.request:
            self.covered = _mark(found, "told")
        return kept


def _mark(found: Found, name: str) -> Mark:
    """A mark of the ledger as a message's facts hold it."""
    sequence, _, count = str(found.facts.get(name, "")).partition(".")
    return (int(sequence), int(count)) if sequence.isdecimal() and count.isdecimal() else (0, 0)
