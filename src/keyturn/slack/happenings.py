"""What the ledger holds that Slack may not have been told yet."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from keyturn.core.decision import DecisionFrame
from keyturn.core.facts import PullRequestState
from keyturn.core.judgement import Judgement
from keyturn.core.record import Event, LedgerEntry, RecordedEvent
from keyturn.render.card import deserves_card
from keyturn.slack.memory import Mark

ALWAYS_TOLD = frozenset(
    {
        Event.LEDGER_BROKEN,
        Event.MERGED_WITHOUT_APPROVAL,
        Event.OVERRIDDEN,
        Event.OVERRIDE_OVERDUE,
        Event.OVERRIDE_REVIEWED,
        Event.VERDICT_FORGED,
    }
)
"""Told even where they belong to an earlier request, or to one that never had a card."""

NOT_IN_A_CARD = frozenset(
    {
        Event.ESCALATED,
        Event.LEDGER_BROKEN,
        Event.MERGED_WITHOUT_APPROVAL,
        Event.OVERRIDE_OVERDUE,
        Event.VERDICT_FORGED,
    }
)
"""What a card that is posted only now does not make up for: these wake others than the card does."""


class Happening(Struct, frozen=True):
    """An event of the ledger with its place there; `mark` is how far the ledger is told once this is."""

    event: RecordedEvent
    request: str
    mark: Mark

    @property
    def key(self) -> str:
        """By what its message is known: `escalated@3.1`."""
        return f"{self.event.event}@{self.mark[0]}.{self.mark[1]}"


def request_of(judgement: Judgement, entries: Sequence[LedgerEntry]) -> str:
    """The key of the request that a pull request is about now; of a closed one, the last that the ledger holds."""
    if judgement.facts.state is not PullRequestState.OPEN and entries:
        return _request(entries[-1].decision, entries)
    return _request(judgement.decision, entries)


def happenings(entries: Sequence[LedgerEntry], told: Mark) -> Iterator[Happening]:
    """Everything that happened after a mark, oldest first."""
    for entry, request in requests(entries):
        for count, event in enumerate(entry.events, start=1):
            mark = (entry.sequence, count)
            if mark > told:
                yield Happening(event, request, mark)


def requests(entries: Sequence[LedgerEntry]) -> Iterator[tuple[LedgerEntry, str]]:
    """Each entry with the key of the request that it is about."""
    for place, entry in enumerate(entries):
        yield entry, _request(entry.decision, entries[:place])


def end_of(entries: Sequence[LedgerEntry]) -> Mark:
    """The mark of a ledger that is told to its end."""
    return (entries[-1].sequence, len(entries[-1].events)) if entries else (0, 0)


def may_have_card(entries: Sequence[LedgerEntry]) -> bool:
    """Whether an earlier run may have posted a card, or a message in place of one."""
    return any(
        deserves_card(entry.decision) or any(event.event in ALWAYS_TOLD for event in entry.events) for entry in entries
    )


def _request(decision: DecisionFrame, entries: Sequence[LedgerEntry]) -> str:
    """The request of a decision; where a broken rule book leaves it none, the last one of that commit and base."""
    if decision.request_id is not None:
        return decision.request_id
    for entry in reversed(entries):
        earlier = entry.decision
        if earlier.request_id is not None and (earlier.head, earlier.base) == (decision.head, decision.base):
            return earlier.request_id
    return f"{decision.head}.{decision.base}"
