"""The short new comments that wake the agent and people, since an edited comment wakes nobody; each is posted once."""

from collections.abc import Iterable
from enum import StrEnum, unique

from keyturn.core.compose import overrides_of
from keyturn.core.decision import Outcome
from keyturn.core.events import events_of
from keyturn.core.judgement import Judgement
from keyturn.core.record import Event, OverrideRecord, RecordedEvent
from keyturn.core.rulebook import Override
from keyturn.render.announcements import announcement
from keyturn.render.headline import headline_of
from keyturn.render.markdown import bullets, code, fence, mention, names
from keyturn.render.marker import marker
from keyturn.render.people import may_approve, may_override, still_may_approve
from keyturn.render.sentences import EMOJI, NEXT_STEPS
from keyturn.render.status import observes
from keyturn.render.votes import approvals_wanted
from keyturn.render.words import joined, moment

LONGEST_QUOTE = 1_000
MOST_MENTIONS = 20
"""More people than this are not woken at once."""


@unique
class Notice(StrEnum):
    """What a notice says."""

    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    EMERGENCY_STOP = "emergency_stop"
    OVERRIDDEN = "overridden"
    INVALID = "invalid"
    ESCALATED = "escalated"
    MERGED_WITHOUT_APPROVAL = "merged_without_approval"
    LEDGER_BROKEN = "ledger_broken"
    VERDICT_FORGED = "verdict_forged"


FOR_OUTCOME = {
    Outcome.APPROVED: Notice.APPROVED,
    Outcome.REJECTED: Notice.REJECTED,
    Outcome.EXPIRED: Notice.EXPIRED,
    Outcome.EMERGENCY_STOP: Notice.EMERGENCY_STOP,
    Outcome.OVERRIDDEN: Notice.OVERRIDDEN,
    Outcome.INVALID: Notice.INVALID,
}
"""The notice that an outcome calls for when it becomes that; the other outcomes wake nobody."""

_FOR_EVENT = {
    Notice.MERGED_WITHOUT_APPROVAL: Event.MERGED_WITHOUT_APPROVAL,
    Notice.LEDGER_BROKEN: Event.LEDGER_BROKEN,
    Notice.VERDICT_FORGED: Event.VERDICT_FORGED,
}

_COMES_BACK = {Notice.APPROVED: Event.APPROVED, Notice.INVALID: Event.INVALIDATED}
"""Outcomes that a request may come back to, with nothing in the facts to tell one time from the other."""


def notice(kind: Notice, judgement: Judgement, event: RecordedEvent | None = None) -> str:
    """The text of a notice, its marker in the first line.

    `event` is what the ledger records where the notice tells of a broken ledger, a forged verdict or a merge past the
    gate; elsewhere it is left out.
    """
    if kind in _FOR_EVENT:
        at = event if event is not None else RecordedEvent(event=_FOR_EVENT[kind], at=judgement.now)
        return _text(kind, judgement, _to_override_people(judgement), announcement(at), event)
    lines = [f"{EMOJI[judgement.decision.outcome]} **{headline_of(judgement, code)}.**", *_body(kind, judgement)]
    if observes(judgement):
        lines.append("keyturn only observes here, so this blocks nothing.")
    return _text(kind, judgement, _addressed(kind, judgement), "\n\n".join(lines), event)


def notice_key(kind: Notice, judgement: Judgement, event: RecordedEvent | None = None) -> dict[str, object]:
    """The values of a notice's marker, by which it is found again: one notice for each.

    Outcomes are told once for each request, or commit and base where there is no request, with what made them: the
    review of a rejection, the commands of an override. What became approved or invalid again meanwhile is told again.
    Events are told once for each moment.
    """
    decision = judgement.decision
    key: dict[str, object] = {"kind": "notice", "notice": kind.value}
    if event is not None:
        return {**key, "at": event.at.isoformat()}
    key["of"] = decision.request_id or f"{decision.head}.{decision.base}"
    if kind in _COMES_BACK and (times := _times(judgement, _COMES_BACK[kind])) > 1:
        key["times"] = times
    if kind is Notice.REJECTED:
        key["by"] = [objection.review.id for objection in judgement.objections if objection.on_head][-1:]
    if kind is Notice.OVERRIDDEN and judgement.override is not None:
        key["by"] = [voice.source for voice in judgement.override.voices[: judgement.override.needed]]
    return key


def _times(judgement: Judgement, event: Event) -> int:
    """How often the ledger tells this of the present request, what this run is about to record included."""
    decision = judgement.decision
    same = (decision.request_id, decision.head, decision.base)
    told = [
        found.event
        for entry in judgement.facts.ledger.entries
        if (entry.decision.request_id, entry.decision.head, entry.decision.base) == same
        for found in entry.events
    ]
    return [*told, *(found.event for found in events_of(judgement))].count(event)


def override_reminder(record: OverrideRecord, judgement: Judgement) -> str:
    """The comment on a review issue when the review is overdue: it mentions nobody but those who owe it."""
    terms = judgement.rules.governing.override if judgement.rules.governing else None
    people = [voice.login for voice in record.voices]
    refused = (
        f" Until it is done, {names(people)} may not override again." if terms and terms.overdue == "refuse" else ""
    )
    first = marker({"kind": "overdue", "due": record.due.isoformat()})
    return (
        f"{first}\n⏰ **This review was due {moment(record.due)}.**{refused} It is done when somebody who could have "
        "approved the pull request, and did not override it, closes this issue."
    )


def _text(kind: Notice, judgement: Judgement, addressed: Iterable[str], body: str, event: RecordedEvent | None) -> str:
    prefix = " ".join(dict.fromkeys(name for name in addressed if name))
    first = marker(notice_key(kind, judgement, event))
    return f"{first}\n{f'{prefix} ' if prefix else ''}{body}\n"


def _addressed(kind: Notice, judgement: Judgement) -> list[str]:
    """Whom a notice wakes: people named in the rule book, and the agent by what `agents.mention` says."""
    book = judgement.rules.governing
    if book is None:
        return []
    if kind is Notice.ESCALATED:
        return _mentions(book.escalation.users, book.escalation.teams)
    agent = [book.agents.mention.strip()]
    return [*agent, *_to_override_people(judgement)] if kind is Notice.EMERGENCY_STOP else agent


def _to_override_people(judgement: Judgement) -> list[str]:
    terms = judgement.rules.governing.override if judgement.rules.governing else Override()
    return _mentions(terms.users, terms.teams)


def _mentions(users: Iterable[str], teams: Iterable[str]) -> list[str]:
    return [mention(name) for name in (*users, *teams)][:MOST_MENTIONS]


def _body(kind: Notice, judgement: Judgement) -> Iterable[str]:
    decision, requirement = judgement.decision, judgement.requirement
    match kind:
        case Notice.APPROVED:
            yield "It may be merged."
        case Notice.REJECTED:
            if decision.rejection is not None and decision.rejection.reason.strip():
                yield fence(decision.rejection.reason, LONGEST_QUOTE)
            yield NEXT_STEPS[decision.next_step]
        case Notice.EXPIRED if requirement is not None:
            yield (
                f"To go on, {may_approve(judgement, requirement.approvers)} comments `/keyturn renew`, "
                "or a new commit opens a new request."
            )
        case Notice.EMERGENCY_STOP:
            severest = [item for item in decision.actions if item.tier == "emergency"]
            yield bullets([f"{code(item.action_type)} {code(item.target)}" for item in severest[:10]])
            who = may_override(judgement.rules.governing) if judgement.rules.governing else ""
            if who:
                yield f"If this is an incident, {who} may let it through with a comment that starts with:"
                yield fence(f"/keyturn override {decision.head} <reason>", 200)
            else:
                yield "Nobody is named in `override`, so nobody can let it through."
            yield f"For the agent: {NEXT_STEPS[decision.next_step]}"
        case Notice.OVERRIDDEN:
            record = overrides_of(judgement)[-1]
            said = [f"{code(voice.login)}: {code(voice.reason, 300)}" for voice in record.voices]
            yield f"{joined(said, 'and')}. A review of this is due {moment(record.due)}."
        case Notice.INVALID:
            errors = [f"{error.file}:{error.line or ''} {error.message}".strip(": ") for error in decision.errors[:10]]
            yield fence("\n".join(errors), LONGEST_QUOTE)
            yield NEXT_STEPS[decision.next_step]
        case Notice.ESCALATED if requirement is not None:
            expires = f" It expires {moment(decision.expires_at)}." if decision.expires_at else ""
            yield (
                f"This has waited long enough to ask more people: it needs {approvals_wanted(judgement)} from "
                f"{still_may_approve(judgement, requirement.approvers)}.{expires}"
            )
        case _:
            return
