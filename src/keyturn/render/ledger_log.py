"""The ledger's entries as a history that people read."""

from collections.abc import Iterable

from keyturn.core.decision import PASSING, Outcome
from keyturn.core.ledger_walk import LedgerTip, Standing
from keyturn.core.record import Event, LedgerEntry, RecordedEvent
from keyturn.render.headline import headline
from keyturn.render.styled import Line, Piece, Style, faint, line, safe
from keyturn.render.words import moment

_LONGEST_NOTE = 500
_WAITING = frozenset({Outcome.PENDING, Outcome.EXPIRED})
_TOLD = {
    Event.REQUESTED: "approval was asked for",
    Event.APPROVAL_COUNTED: "an approval counted",
    Event.APPROVAL_DISCOUNTED: "an approval did not count",
    Event.OBJECTED: "changes were asked for",
    Event.OBJECTION_CLEARED: "an objection was cleared",
    Event.AUTO_APPROVED: "it needed nobody",
    Event.APPROVED: "it was approved",
    Event.REJECTED: "it was rejected",
    Event.INVALIDATED: "it was refused as invalid",
    Event.EMERGENCY_STOPPED: "it was stopped: nobody can approve it",
    Event.ESCALATED: "it waited too long, and escalated",
    Event.EXPIRED: "the request expired",
    Event.RENEWED: "the request was renewed",
    Event.RETARGETED: "it was retargeted",
    Event.OVERRIDDEN: "the glass was broken",
    Event.OVERRIDE_REFUSED: "an override was refused",
    Event.OVERRIDE_REVIEWED: "the override was reviewed",
    Event.OVERRIDE_OVERDUE: "the review of an override is overdue",
    Event.VERDICT_FORGED: "a verdict was forged, and put right",
    Event.LEDGER_BROKEN: "the ledger was found broken, and started afresh",
    Event.MERGED: "it was merged",
    Event.MERGED_WITHOUT_APPROVAL: "it was merged although nothing let it through",
    Event.CLOSED: "it was closed",
}
_ALARMING = frozenset({Event.VERDICT_FORGED, Event.LEDGER_BROKEN, Event.MERGED_WITHOUT_APPROVAL})


def history(tip: LedgerTip, pull_request: int | None) -> Iterable[Line]:
    """What the ledger tells of one pull request, or of all in the order in which it was written down.

    It is told as it stands; whether it holds is for `ledger verify` to say.
    """
    standings = tip.entries(pull_request)
    if not standings:
        yield line("The ledger tells nothing" + (f" of #{pull_request}." if pull_request is not None else "."))
        return
    readable = [(standing.entry.time, standing, standing.entry) for standing in standings if standing.entry is not None]
    for _, standing, entry in sorted(readable, key=lambda item: (item[0], item[1].path)):
        yield from _told(standing, entry)
    for standing in standings:
        if standing.entry is None:
            yield line(Piece(f"{standing.path} holds no entry of the ledger", Style.BAD))


def _told(standing: Standing, entry: LedgerEntry) -> Iterable[Line]:
    decision = entry.decision
    overriders = [voice.login for record in entry.state.overrides[-1:] for voice in record.voices]
    number = f"#{standing.place.pull_request}"
    yield line(
        faint(f"{moment(entry.time)}  "),
        Piece(f"{number}  ", Style.HEADING),
        Piece(headline(decision, safe, overriders), _style(decision.outcome)),
    )
    tier = f", tier {decision.tier}" if decision.tier is not None else ""
    actor = f", run for {safe(entry.actor)}" if entry.actor else ""
    place = f"entry {standing.place.sequence}, {safe(decision.head[:10])} into {safe(decision.base)}{tier}{actor}"
    yield line(faint(place), indent=4)
    yield from (_event(event, entry) for event in entry.events)


def _event(event: RecordedEvent, entry: LedgerEntry) -> Line:
    by = f" by {safe(event.by)}" if event.by is not None else ""
    earlier = f" on {moment(event.at)}" if event.at != entry.time else ""
    note = f": {safe(event.note, _LONGEST_NOTE)}" if event.note else ""
    style = Style.BAD if event.event in _ALARMING else Style.PLAIN
    return line("- ", Piece(f"{_TOLD[event.event]}{by}{earlier}{note}", style), indent=4)


def _style(outcome: Outcome) -> Style:
    if outcome in PASSING:
        return Style.GOOD
    return Style.WAITING if outcome in _WAITING else Style.BAD
