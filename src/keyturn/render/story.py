"""A played timeline as a story: what happened, what keyturn decided, what it recorded, and what it did."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from keyturn.core.decision import Decision, Outcome
from keyturn.core.duration import format_duration
from keyturn.core.override import Override
from keyturn.core.record import Event, RecordedEvent
from keyturn.core.verdict import VerdictState
from keyturn.render.answers import refusal
from keyturn.render.headline import headline, overriders, plain
from keyturn.render.sentences import DISCOUNTS
from keyturn.render.step_told import happened
from keyturn.render.styled import Line, Piece, Style, faint, line, safe
from keyturn.render.words import counted, joined, moment
from keyturn.simulation.play import Outcome as PlayedTimeline
from keyturn.simulation.play import Played
from keyturn.simulation.run import Ran

_STYLES = {
    Outcome.APPROVED: Style.GOOD,
    Outcome.AUTO_APPROVED: Style.GOOD,
    Outcome.NOT_GOVERNED: Style.GOOD,
    Outcome.OVERRIDDEN: Style.GOOD,
    Outcome.PENDING: Style.WAITING,
}
_CLOCK_MATTERS = {Outcome.PENDING, Outcome.REJECTED}
_CLOSING = {Event.CLOSED, Event.MERGED, Event.MERGED_WITHOUT_APPROVAL}


def story(outcome: PlayedTimeline) -> Iterable[Line]:
    """A timeline from beginning to end."""
    timeline = outcome.timeline
    yield line(Piece(f"“{safe(timeline.name)}”", Style.HEADING))
    if timeline.about is not None:
        yield line(faint(safe(timeline.about, 1_000)), indent=2)
    zone = _zone(outcome)
    before: datetime | None = None
    said: tuple[str, ...] = ()
    closed = False
    for played in outcome.steps:
        yield Line()
        yield _when(played, before, timeline.form.pull_request.author, zone)
        closed = closed or any(event.event in _CLOSING for event in played.ran.events)
        now = tuple(_standing(played, zone))
        yield _decided(played.ran, closed=closed)
        yield from (line(faint(text), indent=8) for text in now if text not in said)
        yield from (line(faint("· "), text, indent=8) for text in (*_recorded(played, zone), *_done(played, zone)))
        for difference in played.differences:
            text = f"{difference.key} was expected to be {difference.expected}, and is {difference.found}"
            yield line(Piece(f"✗ {safe(text, 500)}", Style.BAD), indent=6)
        before, said = played.step.at, now


def _when(played: Played, before: datetime | None, author: str, zone: ZoneInfo | None) -> Line:
    at = played.step.at
    later = f", {format_duration(at - before)} later" if before is not None and at > before else ""
    return line(Piece(_day(at, zone), Style.HEADING), faint(f"{later}: "), happened(played.step, author), indent=2)


def _decided(ran: Ran, *, closed: bool) -> Line:
    """The outcome; of a closed pull request the last one, which stands."""
    who = overriders(ran.judgement) if ran.judgement is not None else ()
    told = Piece(headline(ran.decision, plain, who), _STYLES.get(ran.decision.outcome, Style.BAD))
    return line("→ ", faint("closed; the last decision was: ") if closed else "", told, indent=6)


def _standing(played: Played, zone: ZoneInfo | None) -> Iterable[str]:
    """What holds for longer than a step: the verdict, the tier and its reasons, the approvals, the deadlines."""
    decision, judgement = played.ran.decision, played.ran.judgement
    tier = f"tier {decision.tier}: " if decision.tier else ""
    yield f"{_verdict(played)}; {tier}{', '.join(decision.reason_codes)}"
    approvals = decision.approvals
    if approvals.counted and approvals.required is not None:
        yield f"approvals that count: {joined([*approvals.counted])} ({approvals.required} needed)"
    for item in approvals.discounted:
        yield f"{safe(item.login)} does not count: {DISCOUNTS[item.reason]} ({item.reason})"
    if judgement is not None and judgement.quorum is not None and not judgement.quorum.reachable:
        could = joined([safe(login) for login in judgement.quorum.candidates]) or "nobody"
        yield f"{could} could approve it, and {counted(approvals.required or 0, 'approval')} are needed"
    if judgement is not None and judgement.override is not None and not judgement.override.holds:
        yield from _overriding(judgement.override)
    yield from _deadlines(decision, zone)
    for error in decision.errors[:3] if judgement is not None else ():
        yield safe(error.message, 300)


def _verdict(played: Played) -> str:
    if played.verdict is None:
        return "no verdict"
    still = "still " if played.ran.judgement is None and played.verdict is not VerdictState.ERROR else ""
    return f"verdict {still}{played.verdict}"


def _overriding(override: Override) -> Iterable[str]:
    """Who asked for an override that takes more people."""
    if override.voices:
        who = joined([safe(voice.by.login) for voice in override.voices])
        yield f"to override it, {who} asked; {override.needed} people are needed"


def _deadlines(decision: Decision, zone: ZoneInfo | None) -> Iterable[str]:
    if decision.expires_at is not None and decision.outcome in _CLOCK_MATTERS:
        escalates = f"escalates {_day(decision.escalates_at, zone)}, " if decision.escalates_at else ""
        yield f"{escalates}expires {_day(decision.expires_at, zone)}"


def _zone(outcome: PlayedTimeline) -> ZoneInfo | None:
    """The zone of the rule book's calendar, by whose clocks people tell the time there."""
    for played in outcome.steps:
        book = played.ran.judgement.rules.governing if played.ran.judgement is not None else None
        if book is not None and book.calendar is not None:
            return ZoneInfo(book.calendar.timezone)
    return None


def _day(at: datetime, zone: ZoneInfo | None) -> str:
    """A moment with its day of the week; where the rule book has a calendar, also as the clocks there show it."""
    if zone is None:
        return f"{at:%a} {moment(at)}"
    there = at.astimezone(zone)
    day = f"{there:%a} " if there.date() != at.date() else ""
    clock = f"{there:%H:%M:%S}" if at.second else f"{there:%H:%M}"
    return f"{at:%a} {moment(at)} ({day}{clock} in {safe(zone.key)})"


def _recorded(played: Played, zone: ZoneInfo | None) -> Iterable[str]:
    """The entries of the ledger, each with its moment where it was not now."""
    for event in played.ran.events:
        at = f" at {_day(event.at, zone)}" if event.at != played.step.at else ""
        yield f"recorded: {event.event}{_by(event)}{at}{_note(event)}"


def _by(event: RecordedEvent) -> str:
    return f" by {safe(event.by)}" if event.by is not None else ""


def _note(event: RecordedEvent) -> str:
    return f" ({safe(event.note, 300)})" if event.note is not None else ""


def _done(played: Played, zone: ZoneInfo | None) -> Iterable[str]:
    """What keyturn does besides deciding and recording."""
    ran, judgement = played.ran, played.ran.judgement
    if ran.asked:
        yield f"keyturn asks {joined([safe(name) for name in (*ran.asked.users, *ran.asked.teams)])} for review"
    if judgement is not None and played.step.form.comment is not None:
        spoken = [command for command in judgement.commands if command.at == played.step.at]
        told = {event.source for event in ran.events}
        refused = [refusal(judgement, command) for command in spoken if command.source not in told]
        yield from (f"keyturn answers: {safe(why, 300)}" for why in refused if why is not None)
    if any(event.event is Event.VERDICT_FORGED for event in ran.events):
        yield "keyturn sets its verdict right"
    for record in ran.care.opened:
        yield f"keyturn opens issue #{record.issue}: the override is to be reviewed by {_day(record.due, zone)}"
    for record in ran.care.reopened:
        yield f"keyturn reopens issue #{record.issue}, this once: that was not the review"
    for record in ran.care.left:
        yield f"keyturn leaves issue #{record.issue} closed: the review is owed still"
    for record in ran.care.reminded:
        people = joined([safe(voice.login) for voice in record.voices])
        yield f"keyturn reminds {people} in issue #{record.issue}"
