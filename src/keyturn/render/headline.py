"""The state of a pull request in one line, from its decision."""

from collections.abc import Callable, Sequence

from keyturn.core.decision import Checks, Decision, DecisionFrame, Outcome, ReasonCode
from keyturn.core.judgement import Judgement
from keyturn.core.record import RecordedDecision
from keyturn.render.sentences import OUTCOMES, REASONS
from keyturn.render.visible import visible
from keyturn.render.words import counted, joined, moment

LONGEST_NAME = 100
MOST_CHECKS = 2

Naming = Callable[[str], str]
"""How a login or the name of a check is written in the medium at hand."""


def plain(text: str) -> str:
    """A name in plain text, every character of it visible."""
    return visible(text, LONGEST_NAME)


def headline(decision: Decision | RecordedDecision, naming: Naming = plain, overriders: Sequence[str] = ()) -> str:
    """What the state is and what it hangs on, without a full stop; deterministic and without the current time."""
    word = OUTCOMES[decision.outcome]
    match decision.outcome:
        case Outcome.APPROVED | Outcome.OVERRIDDEN:
            overridden = decision.outcome is Outcome.OVERRIDDEN
            how = ": let through without the approvals it needs" if overridden else ""
            return f"{word}{_by(overriders if overridden else decision.approvals.counted, naming)}{how}"
        case Outcome.AUTO_APPROVED:
            return f"{word}: tier auto needs no approval"
        case Outcome.NOT_GOVERNED:
            return f"{word}: nothing to approve"
        case Outcome.PENDING:
            return _waiting(decision, naming)
        case Outcome.REJECTED:
            who = decision.rejection.login if decision.rejection else None
            return f"{word}{_by((who,) if who else (), naming)}"
        case Outcome.EXPIRED:
            when = f" on {moment(decision.expires_at)}" if decision.expires_at else ""
            return f"{word}{when} with {_progress(decision)}"
        case Outcome.EMERGENCY_STOP:
            return f"{word}: nobody can approve this, only an override lets it through"
        case Outcome.INVALID | Outcome.ERROR:
            return f"{word}: {reasons(decision)}"


def headline_of(judgement: Judgement, naming: Naming = plain) -> str:
    """The line for a judgement, which knows who overrode."""
    return headline(judgement.decision, naming, overriders(judgement))


def overriders(judgement: Judgement) -> tuple[str, ...]:
    """The people whose commands let the pull request through, in the order in which they spoke."""
    override = judgement.override
    if override is None or not override.holds:
        return ()
    return tuple(voice.by.login for voice in override.voices)


def reasons(decision: DecisionFrame) -> str:
    """The reasons for the outcome in words, the remarks that follow every outcome left out."""
    remarks = {ReasonCode.UNDECLARED_FILES, ReasonCode.REQUESTER_UNKNOWN, ReasonCode.ADVISORY}
    return joined([REASONS[code] for code in decision.reason_codes if code not in remarks])


def still_needed(decision: DecisionFrame) -> int:
    """How many approvals are missing; 0 where no number of them is waited for."""
    return max((decision.approvals.required or 0) - len(decision.approvals.counted), 0)


def _progress(decision: DecisionFrame) -> str:
    return f"{len(decision.approvals.counted)} of {counted(decision.approvals.required or 0, 'approval')}"


def _waiting(decision: DecisionFrame, naming: Naming) -> str:
    codes = set(decision.reason_codes)
    if ReasonCode.DRAFT in codes:
        return "Draft: nobody is asked until it is ready for review"
    waits = []
    if ReasonCode.OBJECTION in codes:
        waits.append("an answer to a request for changes")
    if ReasonCode.APPROVALS_MISSING in codes:
        waits.append(counted(still_needed(decision), "more approval" if decision.approvals.counted else "approval"))
    waits += _checks(decision.checks or Checks(), naming)
    but = next((_OBSTACLES[code] for code in _OBSTACLES if code in codes), "")
    return f"{OUTCOMES[Outcome.PENDING]} for {joined(waits) or 'checks'}{but}"


_OBSTACLES = {
    ReasonCode.QUORUM_UNREACHABLE: ", but too few people could approve it",
    ReasonCode.ROSTER_UNREADABLE: ", but the roster cannot be read",
}


def _checks(checks: Checks, naming: Naming) -> list[str]:
    """The checks that are waited for: by name while they are few."""
    groups = (("failed", checks.failed), ("not seen", checks.missing), ("running", checks.pending))
    unmet = [f"{naming(name)} ({state})" for state, found in groups for name in found]
    if len(unmet) <= MOST_CHECKS:
        return unmet
    failed = f", {len(checks.failed):,} of them failed" if checks.failed else ""
    return [f"{len(unmet):,} checks{failed}"]


def _by(logins: Sequence[str], naming: Naming) -> str:
    if not logins:
        return ""
    shown = [naming(login) for login in logins[:3]]
    if len(logins) > len(shown):
        shown.append(f"{len(logins) - len(shown)} more")
    return f" by {joined(shown)}"
