"""The plain way through a webhook: a new message at each transition, since no message can be found or changed."""

from msgspec import Struct

from keyturn.core.record import Event
from keyturn.render.slack_text import directory
from keyturn.slack.happenings import ALWAYS_TOLD, NOT_IN_A_CARD, Happening, end_of
from keyturn.slack.hook import Hook
from keyturn.slack.memory import WEBHOOK, KeptCard, Memory
from keyturn.slack.message import Message
from keyturn.slack.occasion import Occasion

MOST_LINES = 10
"""A run that comes late tells no more than the last so many events."""

_NO_TRANSITION = frozenset({Event.APPROVAL_COUNTED, Event.OBJECTION_CLEARED})
"""What a reply in a thread tells quietly, and a new message in the channel would not."""


class Bulletin(Struct, frozen=True, kw_only=True):
    """What the webhook is owed: the request itself, where no message showed it yet, and what happened since."""

    occasion: Occasion
    memory: Memory | None
    shows_request: bool
    happened: tuple[Happening, ...]

    @property
    def is_owed(self) -> bool:
        """Whether there is anything to say."""
        return self.shows_request or bool(self.happened)

    def post(self, hook: Hook) -> Memory:
        """Say it in one message. Raises `Trouble`; after a lost answer it may have been said."""
        hook.post(self._message())
        return self.said

    @property
    def said(self) -> Memory:
        """What to remember once it is said, or may have been."""
        kept = () if self.memory is None else self.memory.cards
        others = tuple(card for card in kept if card.request != self.occasion.request)
        shown = KeptCard(request=self.occasion.request)
        return Memory(channel=WEBHOOK, told=end_of(self.occasion.entries), cards=(*others, shown))

    def _message(self) -> Message:
        who = directory(self.occasion.slack)
        card = self.occasion.card(who)
        lines = [card["text"]] if self.shows_request else [self.occasion.link]
        lines += [self.occasion.reply(happening)(who)["text"] for happening in self.happened[-MOST_LINES:]]
        return Message("\n".join(lines), card["attachments"])


def bulletin(occasion: Occasion, memory: Memory | None) -> Bulletin:
    """What is owed.

    Where the memory is lost, the present state makes up for all that may have been said before; of what a card does not
    say, only the newest entry's is told.
    """
    end = end_of(occasion.entries)
    if memory is None:
        told, stands = (end[0], 0), False
    else:
        told, stands = memory.told, any(kept.request == occasion.request for kept in memory.cards)
    shows_request = occasion.deserves_card and not stands

    def is_told(happening: Happening) -> bool:
        event = happening.event.event
        if shows_request:
            return event in NOT_IN_A_CARD
        return event in ALWAYS_TOLD or (stands and event not in _NO_TRANSITION)

    happened = tuple(happening for happening in occasion.after(told) if is_told(happening))
    return Bulletin(occasion=occasion, memory=memory, shows_request=shows_request, happened=happened)
