"""The whole judgement of one pull request, from frozen facts to a decision, top to bottom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from keyturn.core.assessment import Assessment, assess
from keyturn.core.checks import unmet
from keyturn.core.commands import Command, commands
from keyturn.core.decision import Checks, Outcome, ReasonCode
from keyturn.core.exclusion import Bystanders
from keyturn.core.facts import Facts
from keyturn.core.governance import governed_by
from keyturn.core.history import History, recall
from keyturn.core.inquiry import Inquiry
from keyturn.core.judgement import Judgement
from keyturn.core.objections import Objection, objections
from keyturn.core.override import Override, override_of
from keyturn.core.proposal import Proposal, propose
from keyturn.core.quorum import Quorum, quorum_of
from keyturn.core.report import Findings, report, report_not_governed
from keyturn.core.request import Request, open_request
from keyturn.core.requirement import Requirement, requester_is_known, requirement_of, unattributed
from keyturn.core.rulebook import Agents, Approvers, NoManifest, Requester, RuleBook, Unattributed
from keyturn.core.rules_in_force import RulesInForce
from keyturn.core.tier import Tier


def decide(facts: Facts, rules: RulesInForce, now: datetime) -> Judgement:
    """Judge a pull request.

    Pure: the same facts, rules and moment always give the same judgement, in whatever order the facts' lists stand.
    Raises nothing for anything that the facts may hold.
    """
    history = recall(facts.ledger, now)
    once = history.governed or bool(facts.ledger.broken)
    governed = governed_by(facts, rules.governing, once=once)
    inquiry = Inquiry(facts)
    if governed is None:
        return Judgement(
            decision=report_not_governed(facts, rules),
            now=now,
            facts=facts,
            rules=rules,
            history=history,
            governed_by=None,
            wanted=inquiry.wanted(),
        )
    spoken = commands(facts)
    proposal = propose(facts, inquiry)
    assessment, requirement = _severity(facts, proposal, rules.book)
    bystanders = _bystanders(facts, proposal, requirement, rules.governing, inquiry)
    request = _request(facts, history, proposal, requirement, spoken, bystanders, rules.book, now)
    standing = objections(facts, _rosters(rules.governing), bystanders)
    override = override_of(facts, spoken, bystanders, rules.governing, history.refused_for_debt)
    quorum = quorum_of(requirement, bystanders) if requirement and request and request.is_new else None
    checks = _checks(facts, requirement, inquiry)
    evidence = _Evidence(
        facts, rules, history, proposal, assessment, requirement, request, standing, override, quorum, checks
    )
    outcome, reasons = _outcome(evidence, now)
    decision = report(
        Findings(
            facts=facts,
            rules=rules,
            outcome=outcome,
            reasons=reasons,
            remarks=_remarks(evidence),
            proposal=proposal,
            assessment=assessment,
            requirement=requirement,
            request=request,
            objections=standing,
            checks=checks,
        )
    )
    return Judgement(
        decision=decision,
        now=now,
        facts=facts,
        rules=rules,
        history=history,
        governed_by=governed,
        manifests=proposal.manifests,
        assessment=assessment,
        requirement=requirement,
        request=request,
        objections=standing,
        override=override,
        quorum=quorum,
        commands=spoken,
        wanted=inquiry.wanted(),
    )


def _severity(facts: Facts, proposal: Proposal, book: RuleBook | None) -> tuple[Assessment | None, Requirement | None]:
    if book is None or proposal.problems:
        return None, None
    assessment = assess(facts, proposal.manifests, book)
    return assessment, requirement_of(assessment.tier, facts, proposal.manifests, book)


def _bystanders(
    facts: Facts, proposal: Proposal, requirement: Requirement | None, book: RuleBook | None, inquiry: Inquiry
) -> Bystanders:
    if requirement is not None:
        approvers = requirement.approvers
    else:
        approvers = book.approvers if book is not None else Approvers()
    agents = book.agents if book is not None else Agents()
    return Bystanders(facts, agents, approvers, proposal.requesters, inquiry)


def _rosters(book: RuleBook | None) -> tuple[Approvers, ...]:
    """The roster of every tier, each once; an objection by anybody on any of them stands."""
    if book is None:
        return (Approvers(),)
    return tuple(dict.fromkeys((book.approvers, *(book.roster(tier) for tier in Tier))))


def _request(
    facts: Facts,
    history: History,
    proposal: Proposal,
    requirement: Requirement | None,
    spoken: Sequence[Command],
    bystanders: Bystanders,
    book: RuleBook | None,
    now: datetime,
) -> Request | None:
    if requirement is None or book is None or proposal.digest is None:
        return None
    return open_request(
        facts=facts,
        history=history,
        requirement=requirement,
        manifest_digest=proposal.digest,
        commands=spoken,
        bystanders=bystanders,
        calendar=book.calendar,
        now=now,
    )


def _checks(facts: Facts, requirement: Requirement | None, inquiry: Inquiry) -> Checks | None:
    """The required checks that are not met; `None` offline, where nobody can tell."""
    if facts.offline:
        return None
    return unmet(requirement.checks, facts.checks, inquiry) if requirement is not None else Checks()


@dataclass(frozen=True, slots=True)
class _Evidence:
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


def _outcome(evidence: _Evidence, now: datetime) -> tuple[Outcome, list[ReasonCode]]:
    """The first outcome that holds, with all of its reasons."""
    if evidence.override.holds:
        return Outcome.OVERRIDDEN, [ReasonCode.OVERRIDE]
    faults = _faults(evidence)
    requirement, request, assessment = evidence.requirement, evidence.request, evidence.assessment
    if faults or requirement is None or request is None or assessment is None:
        return Outcome.INVALID, faults
    if assessment.tier is Tier.EMERGENCY:
        return Outcome.EMERGENCY_STOP, _stops(assessment)
    if any(objection.on_head for objection in evidence.objections):
        return Outcome.REJECTED, [ReasonCode.CHANGES_REQUESTED]
    return _outcome_of(request, requirement, evidence, now)


def _outcome_of(
    request: Request, requirement: Requirement, evidence: _Evidence, now: datetime
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


def _faults(evidence: _Evidence) -> list[ReasonCode]:
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


def _waits(evidence: _Evidence, request: Request, *, short: bool) -> list[ReasonCode]:
    """What the pull request waits for."""
    checks = evidence.checks or Checks()
    teams = evidence.quorum.unreadable_teams if evidence.quorum is not None else ()
    remembered = _said_before(evidence, request, ReasonCode.ROSTER_UNREADABLE)
    unreadable = request.tally.unreadable or bool(teams) or remembered
    holds = {
        ReasonCode.OBJECTION: bool(evidence.objections),
        ReasonCode.APPROVALS_MISSING: short,
        ReasonCode.QUORUM_UNREACHABLE: short and _unreachable(evidence, request),
        ReasonCode.ROSTER_UNREADABLE: short and unreadable,
        ReasonCode.CHECKS_FAILED: bool(checks.failed),
        ReasonCode.CHECKS_MISSING: bool(checks.missing),
        ReasonCode.CHECKS_PENDING: bool(checks.pending),
    }
    return [code for code, held in holds.items() if held]


def _unreachable(evidence: _Evidence, request: Request) -> bool:
    """Whether too few could approve.

    Worked out when the request opens, and remembered while request and rule book stay the same.
    """
    if evidence.quorum is not None:
        return not evidence.quorum.reachable
    return _said_before(evidence, request, ReasonCode.QUORUM_UNREACHABLE)


def _said_before(evidence: _Evidence, request: Request, code: ReasonCode) -> bool:
    last = evidence.history.last
    book = evidence.rules.book
    return (
        last is not None
        and book is not None
        and not request.is_new
        and last.decision.request_id == request.id
        and last.decision.rules_digest == book.digest
        and code in last.decision.reason_codes
    )


def _remarks(evidence: _Evidence) -> list[ReasonCode]:
    """What a reader should know whatever the outcome."""
    holds = {
        ReasonCode.UNDECLARED_FILES: bool(evidence.assessment and evidence.assessment.undeclared),
        ReasonCode.COMMITS_UNATTRIBUTED: bool(unattributed(evidence.facts)),
        ReasonCode.REQUESTER_UNKNOWN: not evidence.proposal.problems
        and not requester_is_known(evidence.proposal.manifests),
        ReasonCode.ADVISORY: bool(evidence.facts.advisory),
    }
    return [code for code, held in holds.items() if held]
