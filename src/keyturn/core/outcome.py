"""The outcome of a judgement and every reason for it, in the order in which they go before one another."""

from datetime import datetime

from msgspec import Struct

from keyturn.core.assessment import MAX_COMMITS, MAX_FILES, Assessment
from keyturn.core.decision import PASSING, Checks, Outcome, ReasonCode
from keyturn.core.facts import Change, Facts
from keyturn.core.history import History
from keyturn.core.inquiry import Wanted
from keyturn.core.objections import Objection
from keyturn.core.override import Override
from keyturn.core.proposal import Proposal
from keyturn.core.quorum import Quorum
from keyturn.core.request import Request
from keyturn.core.requirement import Requirement, requester_is_known, unattributed
from keyturn.core.rulebook import NoManifest, Requester, Unattributed
from keyturn.core.rules_in_force import RulesInForce
from keyturn.core.tier import Tier


class Finding(Struct, frozen=True):
    """An outcome and its reasons; `remarks` follow them and change nothing.

    `without_override` is the outcome that an override lifted, else the outcome itself.
    """

    outcome: Outcome
    reasons: tuple[ReasonCode, ...]
    remarks: tuple[ReasonCode, ...]
    without_override: Outcome


class Evidence(Struct, frozen=True, kw_only=True):
    """Everything that an outcome follows from; `wanted` are the facts that nobody has asked for yet."""

    facts: Facts
    rules: RulesInForce
    history: History
    proposal: Proposal
    assessment: Assessment | None
    requirement: Requirement | None
    request: Request | None
    objections: tuple[Objection, ...]
    override: Override
    quorum: Quorum | None
    checks: Checks | None
    wanted: Wanted

    @property
    def subject(self) -> tuple[str | None, str | None]:
        """What is judged, and by what: the id of the request and the digest of the rule book."""
        return (self.request.id if self.request is not None else None, self.rules.digest)


def outcome_of(evidence: Evidence, now: datetime) -> Finding:
    """The first outcome that holds, with all of its reasons.

    While a fact is missing that might forbid it, no outcome passes.
    """
    stands, reasons = _standing(evidence, now)
    outcome = stands
    if evidence.override.holds:
        outcome, reasons = Outcome.OVERRIDDEN, [ReasonCode.OVERRIDE]
    unread = evidence.wanted.pusher or evidence.wanted.people
    if not adds_up(evidence.facts) or (unread and outcome in PASSING):
        outcome, reasons = Outcome.ERROR, [ReasonCode.FACTS_INCOMPLETE]
    return Finding(outcome, tuple(reasons), _remarks(evidence), stands)


def adds_up(facts: Facts) -> bool:
    """Whether all files and commits are listed, as far as anybody could list them, and renames with both names."""
    if len(facts.files) < facts.file_count <= MAX_FILES or len(facts.commits) < facts.commit_count <= MAX_COMMITS:
        return False
    return not any(file.change is Change.RENAMED and file.previous is None for file in facts.files)


def _standing(evidence: Evidence, now: datetime) -> tuple[Outcome, list[ReasonCode]]:
    """The first outcome that holds where nobody broke the glass, with all of its reasons."""
    faults = _faults(evidence)
    requirement, request, assessment = evidence.requirement, evidence.request, evidence.assessment
    if faults or requirement is None or request is None or assessment is None:
        return Outcome.INVALID, faults
    if assessment.tier is Tier.EMERGENCY:
        return Outcome.EMERGENCY_STOP, _stops(assessment)
    if any(objection.on_head for objection in evidence.objections):
        return Outcome.REJECTED, [ReasonCode.CHANGES_REQUESTED]
    return _waiting(request, requirement, evidence, now)


def _waiting(
    request: Request, requirement: Requirement, evidence: Evidence, now: datetime
) -> tuple[Outcome, list[ReasonCode]]:
    """The outcome of a request that nobody stopped."""
    short = len(request.tally.counted) < (requirement.approvals or 0)
    waits = _waits(evidence, request, short=short)
    if evidence.facts.offline and requirement.checks:
        waits.append(ReasonCode.CHECKS_PENDING)
    if evidence.facts.draft:
        return Outcome.PENDING, [ReasonCode.DRAFT, *waits]
    if short and request.expires_at is not None and now >= request.expires_at:
        return Outcome.EXPIRED, [ReasonCode.EXPIRED]
    if waits:
        return Outcome.PENDING, waits
    if requirement.tier is Tier.AUTO:
        return Outcome.AUTO_APPROVED, [ReasonCode.TIER_AUTO]
    return Outcome.APPROVED, [ReasonCode.QUORUM]


def _faults(evidence: Evidence) -> list[ReasonCode]:
    """Why the pull request is invalid."""
    book, proposal, requirement = evidence.rules.governing, evidence.proposal, evidence.requirement
    found = []
    if proposal.missing and book is not None and book.agents.no_manifest is NoManifest.INVALID:
        found.append(ReasonCode.MANIFEST_MISSING)
    if proposal.problems:
        found.append(ReasonCode.MANIFEST_INVALID)
    if evidence.rules.book is not None:
        if (
            requirement is not None
            and requirement.asks_people
            and evidence.rules.book.requester is Requester.REQUIRED
            and proposal.manifests
            and not requester_is_known(proposal.manifests)
        ):
            found.append(ReasonCode.REQUESTER_MISSING)
        if evidence.rules.book.unattributed_commits is Unattributed.BLOCK and unattributed(evidence.facts):
            found.append(ReasonCode.COMMITS_UNATTRIBUTED)
    else:
        found.append(ReasonCode.RULES_MISSING if evidence.rules.missing else ReasonCode.RULES_INVALID)
    return found


def _stops(assessment: Assessment) -> list[ReasonCode]:
    found = [ReasonCode.TIER_EMERGENCY]
    if assessment.too_many_files:
        found.append(ReasonCode.TOO_MANY_FILES)
    if assessment.too_many_commits:
        found.append(ReasonCode.TOO_MANY_COMMITS)
    return found


def _waits(evidence: Evidence, request: Request, *, short: bool) -> list[ReasonCode]:
    """What the pull request waits for."""
    checks, quorum = evidence.checks or Checks(), evidence.quorum
    holds = {
        ReasonCode.OBJECTION: bool(evidence.objections),
        ReasonCode.APPROVALS_MISSING: short,
        ReasonCode.QUORUM_UNREACHABLE: short and quorum is not None and not quorum.reachable,
        ReasonCode.ROSTER_UNREADABLE: short and (request.tally.unreadable or bool(quorum and quorum.unreadable_teams)),
        ReasonCode.CHECKS_FAILED: bool(checks.failed),
        ReasonCode.CHECKS_MISSING: bool(checks.missing),
        ReasonCode.CHECKS_PENDING: bool(checks.pending),
    }
    return [code for code, held in holds.items() if held]


def waits_for_people_unweighed(evidence: Evidence, finding: Finding) -> bool:
    """Whether approvals are missing, and it is not known that the roster could give them.

    To find out takes looking up everybody whom the rule book names. Where they could, that is done once for a request
    under a rule book, and remembered; where they could not, in every run, since people are asked to mend it. Offline
    nobody can be looked up.
    """
    missing = ReasonCode.APPROVALS_MISSING in finding.reasons
    return missing and not evidence.facts.offline and not _was_reachable(evidence)


def _was_reachable(evidence: Evidence) -> bool:
    """Whether the last entry of the ledger found nothing amiss with the roster of this same request and rule book."""
    last = evidence.history.last
    if last is None or last.decision.outcome is not Outcome.PENDING:
        return False
    same = (last.decision.request_id, last.decision.rules_digest) == evidence.subject
    return same and _DOUBTS.isdisjoint(last.decision.reason_codes)


_DOUBTS = frozenset({ReasonCode.QUORUM_UNREACHABLE, ReasonCode.ROSTER_UNREADABLE})


def _remarks(evidence: Evidence) -> tuple[ReasonCode, ...]:
    """What a reader should know whatever the outcome."""
    holds = {
        ReasonCode.UNDECLARED_FILES: bool(evidence.assessment and evidence.assessment.undeclared),
        ReasonCode.COMMITS_UNATTRIBUTED: bool(unattributed(evidence.facts)),
        ReasonCode.REQUESTER_UNKNOWN: not evidence.proposal.problems
        and not requester_is_known(evidence.proposal.manifests),
        ReasonCode.ADVISORY: bool(evidence.facts.advisory),
    }
    return tuple(code for code, held in holds.items() if held)
