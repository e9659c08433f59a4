"""What happened to a pull request since the ledger last wrote about it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from msgspec import Struct

from keyturn.core.approvals import NotCounted, by_person
from keyturn.core.commands import Command
from keyturn.core.decision import Discount, Outcome, ReasonCode
from keyturn.core.facts import Account, BaseChangeKind, PullRequestState, Review
from keyturn.core.judgement import Judgement
from keyturn.core.record import Event, LedgerEntry, RecordedEvent
from keyturn.core.report import LONGEST_REASON, REMARKS
from keyturn.core.rulebook import Mode
from keyturn.core.shown import shortened, shown

_OUTCOMES = {
    Outcome.AUTO_APPROVED: Event.AUTO_APPROVED,
    Outcome.APPROVED: Event.APPROVED,
    Outcome.REJECTED: Event.REJECTED,
    Outcome.INVALID: Event.INVALIDATED,
    Outcome.EMERGENCY_STOP: Event.EMERGENCY_STOPPED,
    Outcome.EXPIRED: Event.EXPIRED,
    Outcome.OVERRIDDEN: Event.OVERRIDDEN,
}


class Steps(Struct, frozen=True):
    """The steps of the clock that are done for the current request, those that fell due now included."""

    done: tuple[Event, ...]
    due: tuple[RecordedEvent, ...]


def events_of(judgement: Judgement) -> tuple[RecordedEvent, ...]:
    """Everything that is new about an open pull request, in the order in which a reader would tell it."""
    last = judgement.history.last
    return (
        *_ledger(judgement),
        *_retargeted(judgement, last),
        *_requested(judgement),
        *_renewed(judgement),
        *_approvals(judgement, last),
        *_objections(judgement, last),
        *steps_of(judgement).due,
        *_overrides(judgement),
        *_outcome(judgement, last),
    )


def closing_events(judgement: Judgement) -> tuple[RecordedEvent, ...]:
    """What is new about a pull request that is closed: a broken ledger, and the closing where it is not known yet."""
    facts, last = judgement.facts, judgement.history.last
    if last is not None and last.state.closed:
        return tuple(_ledger(judgement))
    if facts.state is PullRequestState.MERGED:
        book = judgement.rules.book
        observed = book is not None and book.mode is Mode.OBSERVE
        judged = (last.decision.head, last.decision.base) if last is not None else None
        same = judged == (facts.head, shown(facts.base))
        passed = same and last is not None and (last.decision.passes or observed)
        event = Event.MERGED if passed else Event.MERGED_WITHOUT_APPROVAL
    else:
        event = Event.CLOSED
    return (*_ledger(judgement), _event(event, facts.closed_at or judgement.now, facts.closed_by))


def steps_of(judgement: Judgement) -> Steps:
    """The escalation and the expiry of the current request.

    Each once, at the moment it fell due, however late it is noticed.
    """
    request, decision, now = judgement.request, judgement.decision, judgement.now
    if request is None:
        return Steps((), ())
    done = [step for step in (Event.ESCALATED, Event.EXPIRED) if judgement.history.was_done(request.id, step)]
    due: list[RecordedEvent] = []
    waiting = decision.outcome is Outcome.EXPIRED or (
        decision.outcome is Outcome.PENDING
        and ReasonCode.APPROVALS_MISSING in decision.reason_codes
        and ReasonCode.DRAFT not in decision.reason_codes
    )
    if waiting and request.escalates_at is not None and now >= request.escalates_at and Event.ESCALATED not in done:
        due.append(_event(Event.ESCALATED, request.escalates_at))
    if decision.outcome is Outcome.EXPIRED and request.expires_at is not None and Event.EXPIRED not in done:
        due.append(_event(Event.EXPIRED, request.expires_at))
    return Steps((*done, *(event.event for event in due)), tuple(due))


def _event(
    event: Event, at: datetime, by: Account | None = None, *, source: str | None = None, note: str | None = None
) -> RecordedEvent:
    return RecordedEvent(event=event, at=at, by=by.login if by else None, source=source, note=note)


def _ledger(judgement: Judgement) -> Iterable[RecordedEvent]:
    broken = judgement.facts.ledger.broken
    if broken:
        yield _event(Event.LEDGER_BROKEN, judgement.now, note="; ".join(broken))


def _retargeted(judgement: Judgement, last: LedgerEntry | None) -> Iterable[RecordedEvent]:
    base = shown(judgement.facts.base)
    if last is None or last.decision.base == base:
        return
    changes = [change for change in judgement.facts.base_changes if change.kind is not BaseChangeKind.FORCE_PUSHED]
    change = max(changes, key=lambda change: change.at, default=None)
    yield _event(
        Event.RETARGETED,
        change.at if change else judgement.now,
        change.by if change else None,
        note=f"from {last.decision.base} to {base}",
    )


def _requested(judgement: Judgement) -> Iterable[RecordedEvent]:
    request, requirement = judgement.request, judgement.requirement
    if request is None or requirement is None or not request.is_new or not requirement.asks_people:
        return
    if judgement.decision.outcome is not Outcome.INVALID and request.opened_at is not None:
        yield _event(Event.REQUESTED, request.opened_at)


def _renewed(judgement: Judgement) -> Iterable[RecordedEvent]:
    """Each renewal, behind the expiry that it ended where no run was there to see it."""
    for renewal in judgement.request.renewals if judgement.request else ():
        command = renewal.command
        if (Event.RENEWED, command.source) in judgement.history.recorded:
            continue
        if not judgement.history.was_done(renewal.expired, Event.EXPIRED):
            yield _event(Event.EXPIRED, renewal.expired_at)
        yield _event(Event.RENEWED, command.at, command.by, source=command.source)


def _approvals(judgement: Judgement, last: LedgerEntry | None) -> Iterable[RecordedEvent]:
    decision = judgement.decision
    same_request = last is not None and last.decision.request_id == decision.request_id
    before = set(last.decision.approvals.counted) if last is not None and same_request else set()
    discounted = {(item.login, item.reason) for item in last.decision.approvals.discounted} if last else set()
    for counted in judgement.tally.counted:
        if counted.account.login not in before:
            yield _event(Event.APPROVAL_COUNTED, counted.review.submitted_at, counted.account, source=counted.review.id)
    for item in judgement.tally.not_counted:
        if (item.account.login, item.reason) not in discounted:
            yield _event(Event.APPROVAL_DISCOUNTED, _discounted_at(judgement, item), item.account, note=item.reason)


_SINCE: Final = frozenset({Discount.STALE, Discount.BEFORE_RETARGET, Discount.BEFORE_RENEWAL})
"""Why an approval that counted once does so no more; it is no fault of its own, and its own time says nothing."""


def _discounted_at(judgement: Judgement, item: NotCounted) -> datetime:
    """When an approval was given that never counted, or was taken back; else when it was found to count no more."""
    facts, last = judgement.facts, judgement.history.last
    newest = by_person(facts.reviews)[item.account.key][-1]
    moment = max([newest.submitted_at, *(gone.at for gone in facts.dismissals if gone.review == newest.id)])
    is_news = item.reason not in _SINCE and (last is None or moment > last.time)
    return moment if is_news else judgement.now


def _objections(judgement: Judgement, last: LedgerEntry | None) -> Iterable[RecordedEvent]:
    known = set(last.state.objections) if last else set()
    in_vain = set(last.state.dismissed_in_vain) if last else set()
    standing = {objection.review.id: objection for objection in judgement.objections}
    for review_id, objection in standing.items():
        review = objection.review
        if review_id not in known:
            yield _event(Event.OBJECTED, review.submitted_at, review.author, source=review_id)
        if is_dismissed_in_vain(judgement, review) and review_id not in in_vain:
            by = objection.dismissed_by.login if objection.dismissed_by else "somebody"
            yield _event(
                Event.OBJECTED,
                review.submitted_at,
                review.author,
                source=review_id,
                note=f"{by} dismissed it without being entitled to; it stands",
            )
    for review_id in sorted(known - standing.keys()):
        yield _cleared(judgement, review_id)


def is_dismissed_in_vain(judgement: Judgement, review: Review) -> bool:
    """Whether somebody dismissed an objection that stands all the same."""
    return any(dismissal.review == review.id for dismissal in judgement.facts.dismissals)


def _cleared(judgement: Judgement, review_id: str) -> RecordedEvent:
    """Who ended an objection, and when: the objector by a newer review, or else whoever dismissed it last."""
    facts = judgement.facts
    review = next((review for review in facts.reviews if review.id == review_id), None)
    if review is not None and review.author is not None:
        newest = by_person(facts.reviews)[review.author.key][-1]
        if newest.id != review_id:
            return _event(Event.OBJECTION_CLEARED, newest.submitted_at, review.author, source=review_id)
    dismissals = [dismissal for dismissal in facts.dismissals if dismissal.review == review_id]
    if dismissals:
        last = max(dismissals, key=lambda dismissal: dismissal.at)
        return _event(Event.OBJECTION_CLEARED, last.at, last.by, source=review_id)
    return _event(Event.OBJECTION_CLEARED, judgement.now, source=review_id)


def _overrides(judgement: Judgement) -> Iterable[RecordedEvent]:
    override = judgement.override
    if override is None:
        return
    accepted = {voice.comment for record in judgement.history.overrides for voice in record.voices}
    for refused in override.refused:
        source = refused.command.source
        if source in accepted or (Event.OVERRIDE_REFUSED, source) in judgement.history.recorded:
            continue
        yield _event(Event.OVERRIDE_REFUSED, refused.command.at, refused.command.by, source=source, note=refused.why)


def reason_of(override: Command) -> str:
    """Why somebody broke the glass, as the ledger keeps it: the beginning of what they wrote, where that is long."""
    return shortened(shown(override.reason), LONGEST_REASON)


def _outcome(judgement: Judgement, last: LedgerEntry | None) -> Iterable[RecordedEvent]:
    """The outcome, where it is another than before, one of another head or base, or one by another override.

    Expiry is a step of the clock and told there.
    """
    decision, override = judgement.decision, judgement.override
    event = _OUTCOMES.get(decision.outcome)
    if event is None or event is Event.EXPIRED:
        return
    made_by = override.made_by if override is not None else ()
    again = last is not None and (last.decision.outcome, last.decision.head, last.decision.base) == (
        decision.outcome,
        decision.head,
        decision.base,
    )
    if again and (not made_by or judgement.history.knows_override(voice.source for voice in made_by)):
        return
    if decision.outcome is Outcome.OVERRIDDEN and override is not None and made_by:
        reasons = "; ".join(f"{voice.by.login}: {reason_of(voice)}" for voice in override.voices)
        yield _event(event, made_by[-1].at, made_by[-1].by, note=reasons)
        return
    if decision.outcome is Outcome.REJECTED and decision.rejection is not None:
        newest = [objection.review for objection in judgement.objections if objection.on_head][-1]
        yield _event(event, newest.submitted_at, newest.author, source=newest.id)
        return
    yield _event(event, _approved_at(judgement, last) if event is Event.APPROVED else judgement.now)


_PEOPLES: Final = frozenset(
    {
        ReasonCode.OBJECTION,
        ReasonCode.CHANGES_REQUESTED,
        ReasonCode.APPROVALS_MISSING,
        ReasonCode.QUORUM_UNREACHABLE,
        *REMARKS,
    }
)
"""What people alone put an end to, at a moment that is known; and what stands in nobody's way."""


def _approved_at(judgement: Judgement, last: LedgerEntry | None) -> datetime:
    """When the last that was missing came, where only people were waited for; else when that was found."""
    decision, now = judgement.decision, judgement.now
    if last is None or last.decision.request_id != decision.request_id:
        return now
    given = sorted(counted.review.submitted_at for counted in judgement.tally.counted)
    ended = [told.at for told in _objections(judgement, last) if told.event is Event.OBJECTION_CLEARED]
    moment = max([given[(decision.approvals.required or 1) - 1], *ended])
    return moment if moment > last.time and _PEOPLES.issuperset(last.decision.reason_codes) else now
