"""What a pull request still lacks, and who can give it."""

from collections.abc import Iterable

from keyturn.core.decision import Checks, Outcome, ReasonCode
from keyturn.core.events import steps_of
from keyturn.core.judgement import Judgement
from keyturn.core.record import Event
from keyturn.core.requirement import Requirement
from keyturn.render.headline import still_needed
from keyturn.render.markdown import bullets, code, details, fence, names
from keyturn.render.people import (
    MOST_NAMED,
    excluded_among,
    may_approve,
    may_override,
    people_or_teams,
    still_may_approve,
)
from keyturn.render.votes import approvals_wanted
from keyturn.render.words import capitalised, counted, joined, moment

ERRORS_BUDGET = 8_000


def missing_part(judgement: Judgement, *, teams_can_be_asked: bool, escalation_is_heard: bool) -> str:
    """What has to happen before the pull request may pass, as a list; empty where nothing has to."""
    decision = judgement.decision
    match decision.outcome:
        case Outcome.INVALID | Outcome.ERROR:
            return _errors(judgement)
        case Outcome.PENDING:
            lines = [*_waits(judgement, teams_can_be_asked=teams_can_be_asked), *_checks(decision.checks or Checks())]
            if not escalation_is_heard:
                lines.append("The escalation reaches nobody: the teams in `escalation` are empty or cannot be read.")
        case Outcome.REJECTED:
            lines = ["An answer to the review below: a commit that does what was asked for, or a change of mind."]
        case Outcome.EXPIRED:
            lines = _renewal(judgement)
        case Outcome.EMERGENCY_STOP:
            lines = list(_emergency(judgement))
        case _:
            return ""
    return f"### What is missing\n\n{bullets(lines)}" if lines else ""


def deadlines_part(judgement: Judgement) -> str:
    """The moments of the request, in UTC, while approvals are waited for; with enough of them no deadline runs."""
    request, book = judgement.request, judgement.rules.book
    if request is None or book is None or request.opened_at is None or request.expires_at is None:
        return ""
    if judgement.decision.passes or not still_needed(judgement.decision):
        return ""
    lines = [f"Opened {moment(request.opened_at)}"]
    if request.escalates_at is not None:
        asked = people_or_teams(book.escalation.users, book.escalation.teams)
        done = Event.ESCALATED in steps_of(judgement).done
        verb = "was" if done else "is then"
        whom = f": {asked} {verb} asked" if asked else ", though `escalation` names nobody to ask"
        lines.append(f"{'Escalated' if done else 'Escalates'} {moment(request.escalates_at)}{whom}")
    late = judgement.decision.outcome is Outcome.EXPIRED
    lines.append(f"{'Expired' if late else 'Expires'} {moment(request.expires_at)}")
    if book.calendar is not None:
        lines.append(f"Deadlines count working time in {code(book.calendar.timezone)}")
    return f"### Deadlines\n\n{bullets(lines)}"


def override_part(judgement: Judgement) -> str:
    """The override line, ready to paste, for those who may; only where something blocks."""
    decision, book = judgement.decision, judgement.rules.governing
    if decision.passes or book is None or decision.outcome is Outcome.ERROR:
        return ""
    who = may_override(book)
    if not who:
        return f"Nobody is named in `override` of {code(book.path)}, so nobody can break the glass."
    terms = book.override
    both = "" if terms.approvals == 1 else f" {terms.approvals} people must each do so."
    body = (
        f"{capitalised(who)} may let this commit through with a comment whose first line is this, "
        f"the reason at least {terms.min_reason} characters long.{both} A review is owed afterwards.\n\n"
        f"{fence(f'/keyturn override {decision.head} <reason>', 200)}"
    )
    stopped = decision.outcome is Outcome.EMERGENCY_STOP
    return f"### Break the glass\n\n{body}" if stopped else details("Break the glass, in an incident", body)


def _waits(judgement: Judgement, *, teams_can_be_asked: bool) -> Iterable[str]:
    codes, requirement, book = set(judgement.decision.reason_codes), judgement.requirement, judgement.rules.book
    if ReasonCode.DRAFT in codes:
        yield "Mark the pull request as ready for review; until then nobody is asked."
    if ReasonCode.OBJECTION in codes:
        yield "An answer to the changes requested below."
    if requirement is None or book is None or ReasonCode.APPROVALS_MISSING not in codes:
        return
    yield _approvals(judgement, requirement)
    if requirement.approvers.named:
        listed = {item.account.key for item in judgement.tally.not_counted}
        excluded = excluded_among(judgement, requirement.approvers.users)
        for login, why in [found for found in excluded if found[0].casefold() not in listed][:MOST_NAMED]:
            yield f"{code(login)} cannot approve this: {why}."
        if requirement.approvers.teams and not teams_can_be_asked:
            teams = names(requirement.approvers.teams, "or")
            yield f"This token cannot ask teams for review: please ask somebody in {teams} yourself."
    else:
        yield f"{code(book.path)} names no approvers, so nobody is asked by name: please ask a reviewer yourself."
    if ReasonCode.QUORUM_UNREACHABLE in codes:
        yield (
            f"**Fewer people than needed could approve this at all.** Name more people in `approvers` of "
            f"{code(book.path)}, or break the glass; waiting will not help."
        )
    if ReasonCode.ROSTER_UNREADABLE in codes:
        yield (
            "**It cannot be read who is on the roster.** Teams need a token that may read the organisation's members: "
            "that of a GitHub App with `Members: read`."
        )


def _approvals(judgement: Judgement, requirement: Requirement) -> str:
    wanted = f"**{approvals_wanted(judgement)}** from {still_may_approve(judgement, requirement.approvers)}."
    if not requirement.extras:
        return wanted
    return f"{wanted} {counted(len(requirement.extras), 'approval')} more than usual: {joined(requirement.extras)}."


def _checks(checks: Checks) -> Iterable[str]:
    if checks.failed:
        yield f"**Failed**, and required: {names(checks.failed)}."
    if checks.missing:
        yield f"Required, and not seen on this commit yet: {names(checks.missing)}."
    if checks.pending:
        yield f"Required, and still running: {names(checks.pending)}."


def _renewal(judgement: Judgement) -> list[str]:
    requirement = judgement.requirement
    if requirement is None:
        return []
    who = may_approve(judgement, requirement.approvers)
    command = "`/keyturn renew` as the first line of a comment or of an approving review"
    return [
        f"**A renewal**: {command}, by {who}. Approvals are then needed afresh.",
        "Or a new commit, which opens a new request.",
    ]


def _emergency(judgement: Judgement) -> Iterable[str]:
    assessment = judgement.assessment
    if assessment is not None and (assessment.too_many_files or assessment.too_many_commits):
        yield "It is too large to be judged. Split it into smaller pull requests, or break the glass."
    else:
        yield "No approval can let this through. Take out what is marked **emergency** below, or break the glass."
    checks = judgement.decision.checks or Checks()
    yield from _checks(checks)


def _errors(judgement: Judgement) -> str:
    decision = judgement.decision
    lines = [
        f"{place}: {error.message}" if (place := _place(error.file, error.line)) else error.message
        for error in decision.errors
    ]
    kept: list[str] = []
    used = 0
    for line in lines:
        used += len(line) + 1
        if kept and used > ERRORS_BUDGET:
            break
        kept.append(line)
    more = f"\n\n{counted(len(lines) - len(kept), 'further error')}." if len(kept) < len(lines) else ""
    title = "### What to mend" if decision.outcome is Outcome.INVALID else "### What happened"
    return f"{title}\n\n{fence(chr(10).join(kept), ERRORS_BUDGET)}{more}" if lines else ""


def _place(file: str, line: int | None) -> str:
    return f"{file}:{line}" if file and line is not None else file
