"""Tells whether Slack is owed anything, from the ledger and the memory alone: most runs end here without a call."""

from keyturn.slack.happenings import ALWAYS_TOLD, may_have_card
from keyturn.slack.memory import KeptCard, Memory
from keyturn.slack.occasion import Occasion


def owes(occasion: Occasion, memory: Memory | None) -> bool:
    """Whether a card has to be posted, brought up to date, found again or closed, or an event told."""
    if memory is None:
        return occasion.deserves_card or may_have_card(occasion.entries)
    cards = {kept.request: kept for kept in memory.cards}
    card = cards.pop(occasion.request, None)
    if _card_is_owed(occasion, card) or any(map(_is_open, cards.values())):
        return True
    stands = card is not None and card.ts is not None and not card.gone
    return any(stands or happening.event.event in ALWAYS_TOLD for happening in occasion.after(memory.told))


def _card_is_owed(occasion: Occasion, card: KeptCard | None) -> bool:
    if card is None:
        return occasion.deserves_card
    if card.gone:
        return False
    if card.ts is None:
        return occasion.deserves_card
    return card.superseded or card.digest != occasion.digest


def _is_open(card: KeptCard) -> bool:
    return card.ts is not None and not card.gone and not card.superseded
