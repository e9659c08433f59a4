"""What is still to be said about a pull request, and the ledger entry that calls for it: whose run wrote it says it."""

from collections.abc import Collection, Iterable, Iterator

from msgspec import Struct

from keyturn.core.decision import Outcome
from keyturn.core.record import Event, LedgerEntry, RecordedEvent
from keyturn.gate.judged import Judged
from keyturn.ports import OwnComment
from keyturn.render.marker import read_marker
from keyturn.render.notices import FOR_OUTCOME, Notice, notice_key

_ASKING = frozenset({Event.REQUESTED, Event.ESCALATED, Event.RENEWED})
"""What makes keyturn ask for review."""

_BECAME = {
    Notice.APPROVED: {Event.APPROVED},
    Notice.REJECTED: {Event.REJECTED, Event.OBJECTED},
    Notice.EXPIRED: {Event.EXPIRED},
    Notice.EMERGENCY_STOP: {Event.EMERGENCY_STOPPED},
    Notice.INVALID: {Event.INVALIDATED},
}
"""The events by which a request comes to an outcome that is told; an override is looked up among the overrides."""

_TOLD = {
    Event.ESCALATED: Notice.ESCALATED,
    Event.MERGED_WITHOUT_APPROVAL: Notice.MERGED_WITHOUT_APPROVAL,
    Event.LEDGER_BROKEN: Notice.LEDGER_BROKEN,
    Event.VERDICT_FORGED: Notice.VERDICT_FORGED,
}


class Owed(Struct, frozen=True):
    """A notice that is called for, the event that it tells of, and the ledger entry that calls for it."""

    kind: Notice
    event: RecordedEvent | None
    entry: LedgerEntry | None


def unsaid(judged: Judged, there: Iterable[OwnComment]) -> Iterator[Owed]:
    """The notices that are owed and not among these comments."""
    said = [read_marker(own.body) for own in there]
    for owed in _owed(judged):
        if notice_key(owed.kind, judged.judgement, owed.event) not in said:
            yield owed


def _owed(judged: Judged) -> Iterator[Owed]:
    """The notices that the present state calls for, and those for events of the request that is running."""
    judgement = judged.judgement
    outcome = FOR_OUTCOME.get(judgement.decision.outcome)
    if outcome is not None and judged.is_open:
        yield Owed(outcome, None, _that_came_to(outcome, judged))
    for entry in judged.entries:
        for event in entry.events:
            kind = _TOLD.get(event.event)
            if kind is None:
                continue
            running = entry.decision.request_id == judgement.decision.request_id
            if kind is not Notice.ESCALATED or (running and judgement.decision.outcome is Outcome.PENDING):
                yield Owed(kind, event, entry)


def _that_came_to(outcome: Notice, judged: Judged) -> LedgerEntry | None:
    """The entry by which the present outcome came about."""
    overrides = judged.entries[-1].state.overrides if judged.entries else ()
    if outcome is Notice.OVERRIDDEN and overrides:
        return judged.that_overrode(overrides[-1])
    return _newest(judged, _BECAME.get(outcome, frozenset()))


def that_asks(judged: Judged) -> LedgerEntry | None:
    """The entry by which somebody is to be asked for review now."""
    return _newest(judged, _ASKING)


def _newest(judged: Judged, events: Collection[Event]) -> LedgerEntry | None:
    """The newest entry with one of these events; without any, the newest of all."""
    found = (entry for entry in reversed(judged.entries) if any(event.event in events for event in entry.events))
    return next(found, judged.entries[-1] if judged.entries else None)
