"""One pull request at one moment, as Slack is told of it: what was judged, what happened, and how it reads."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from msgspec import Struct

from keyturn.core.decision import Outcome
from keyturn.core.judgement import Judgement
from keyturn.core.record import Event, LedgerEntry
from keyturn.core.rulebook import Slack
from keyturn.render.card import card, superseded_card, wants_card
from keyturn.render.card import place as place_of
from keyturn.render.slack_replies import reply
from keyturn.render.slack_text import Directory, directory, link
from keyturn.slack.happenings import ALWAYS_TOLD, Happening, happenings, request_of, requests
from keyturn.slack.memory import Mark

Payload = Mapping[str, Any]
Written = Callable[[Directory], Payload]

_ONLY_WHILE = {
    Event.APPROVED: Outcome.APPROVED,
    Event.EMERGENCY_STOPPED: Outcome.EMERGENCY_STOP,
    Event.ESCALATED: Outcome.PENDING,
    Event.EXPIRED: Outcome.EXPIRED,
}
"""What is worth no message any more, and nobody's attention, once the request has moved on."""

_CLOCKS_APART = 600
"""Seconds that the clocks of Slack and of the runner may differ by."""


class Occasion(Struct, frozen=True, dict=True):
    """What is to be told. Nothing here knows Slack's state or speaks with it."""

    judgement: Judgement
    entries: Sequence[LedgerEntry]

    @cached_property
    def place(self) -> str:
        """Repository and number."""
        return place_of(self.judgement)

    @property
    def link(self) -> str:
        """The pull request's page, under its name."""
        facts = self.judgement.facts
        return link(f"{facts.server_url}/{facts.repository}/pull/{facts.number}", self.place)

    @cached_property
    def request(self) -> str:
        """The request that the card is about."""
        return request_of(self.judgement, self.entries)

    @property
    def facts(self) -> dict[str, str | int]:
        """By what a message about the request is found again."""
        facts = self.judgement.facts
        return {"request_id": self.request, "repository": facts.repository or "", "pull_request": facts.number or 0}

    @property
    def slack(self) -> Slack:
        """Channel and people, of the rule book that is valid now."""
        book = self.judgement.rules.book
        return book.slack if book is not None else Slack()

    @property
    def deserves_card(self) -> bool:
        """Whether a card is posted where there is none."""
        return wants_card(self.judgement)

    @property
    def since(self) -> int:
        """No message about the pull request is older than this moment, in Unix seconds."""
        return self._moment(self.entries)

    @property
    def request_since(self) -> int:
        """No message about the request is older than this moment, in Unix seconds."""
        return self._moment([entry for entry, request in requests(self.entries) if request == self.request])

    @cached_property
    def digest(self) -> str:
        """What tells one state of the card from another, without looking anybody up."""
        plain = json.dumps(self.card(directory(self.slack)), sort_keys=True, default=str)
        return hashlib.sha256(plain.encode()).hexdigest()[:16]

    def card(self, who: Directory) -> Payload:
        """The card as it should be."""
        return card(self.judgement, who)

    def superseded(self, request: str) -> Payload:
        """What an earlier request's card should be."""
        return superseded_card(self.judgement, request)

    def reply(self, happening: Happening) -> Written:
        """What tells of an event that `after` gave."""
        return lambda who: reply(happening.event, self.judgement, who) or {}

    def after(self, told: Mark) -> tuple[Happening, ...]:
        """What happened since and is told by a message of its own."""
        return tuple(happening for happening in happenings(self.entries, told) if self._is_told(happening))

    def _is_told(self, happening: Happening) -> bool:
        event = happening.event.event
        about_this = happening.request == self.request or event in ALWAYS_TOLD
        timely = _ONLY_WHILE.get(event, self.judgement.decision.outcome) is self.judgement.decision.outcome
        return about_this and timely and reply(happening.event, self.judgement, Directory()) is not None

    def _moment(self, entries: Sequence[LedgerEntry]) -> int:
        first = min((entry.time for entry in entries), default=self.judgement.now)
        return max(0, int(first.timestamp()) - _CLOCKS_APART)
