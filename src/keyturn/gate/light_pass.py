"""Which pull requests a sweep must read whole, and in which order."""

from collections.abc import Iterable
from datetime import datetime

from keyturn.core.decision import Outcome, ReasonCode
from keyturn.core.record import Abridged, Event, LedgerEntry
from keyturn.core.verdict import VerdictState, state_of
from keyturn.ports import Light, PublishedVerdict
from keyturn.render.marker import read_marker


def must_be_read(light: Light, now: datetime) -> bool:
    """Whether it differs from the ledger, is due, waits for what a glance does not show, or stands at success.

    One about which the ledger was written lately is read too, unless keyturn's comment says that everything was done
    that follows: a run may have died between writing and telling.
    """
    entry, verdict = light.entry, light.verdict
    if entry is None or verdict is None or light.closed or _may_be_untold(light, now):
        return True
    if light.commands or not verdict.own or verdict.state in (VerdictState.SUCCESS, VerdictState.ERROR):
        return True
    return _differs(light, entry, verdict) or _is_due(entry, now) or _waits_for_checks(entry)


def by_deadline(lights: Iterable[Light]) -> list[Light]:
    """The nearest deadline first, then those without one, by number."""
    return sorted(lights, key=lambda light: (_nearest(light), light.number))


def _may_be_untold(light: Light, now: datetime) -> bool:
    if light.entry is None or not light.was_written_lately(now):
        return False
    return all((read_marker(line) or {}).get("told") != light.entry.mark for line in light.markers)


def _differs(light: Light, entry: LedgerEntry, verdict: PublishedVerdict) -> bool:
    decision, reviews = entry.decision, entry.facts.reviews
    seen = (light.head, light.base, light.rules_digest)
    if seen != (decision.head, decision.base, decision.rules_digest) or isinstance(reviews, Abridged):
        return True
    if decision.outcome is Outcome.PENDING and light.draft != (ReasonCode.DRAFT in decision.reason_codes):
        return True
    if verdict.anchor is None or verdict.state is not state_of(decision.outcome):
        return True
    return light.reviews != frozenset((review.id, review.state, review.commit) for review in reviews)


def _is_due(entry: LedgerEntry, now: datetime) -> bool:
    if any(record.reviewed_at is None for record in entry.state.overrides):
        return True
    if entry.decision.outcome is not Outcome.PENDING:
        return False
    return any(at is not None and now >= at for at in (_escalates_at(entry), entry.decision.expires_at))


def _waits_for_checks(entry: LedgerEntry) -> bool:
    checks = entry.decision.checks
    return checks is not None and bool(checks.missing or checks.pending or checks.failed)


def _escalates_at(entry: LedgerEntry) -> datetime | None:
    return None if Event.ESCALATED in entry.state.steps_done else entry.decision.escalates_at


def _nearest(light: Light) -> float:
    """Seconds since the epoch at which something falls due; without end where nothing does."""
    if light.entry is None:
        return float("inf")
    moments = (_escalates_at(light.entry), light.entry.decision.expires_at)
    return min((at.timestamp() for at in moments if at is not None), default=float("inf"))
