"""The whole judgement of one pull request, from frozen facts to a decision, top to bottom."""

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from keyturn.core.assessment import Assessment, assess
from keyturn.core.checks import unmet
from keyturn.core.commands import Command, commands
from keyturn.core.decision import Checks
from keyturn.core.exclusion import Bystanders
from keyturn.core.facts import Facts
from keyturn.core.governance import governed_by
from keyturn.core.history import History, recall
from keyturn.core.inquiry import Inquiry
from keyturn.core.judgement import Judgement
from keyturn.core.objections import objections
from keyturn.core.outcome import Evidence, adds_up, outcome_of, waits_for_people_unweighed
from keyturn.core.override import override_of
from keyturn.core.proposal import Proposal, propose
from keyturn.core.quorum import quorum_of
from keyturn.core.report import Findings, report, report_not_governed
from keyturn.core.request import Request, open_request
from keyturn.core.requirement import Requirement, requirement_of
from keyturn.core.rulebook import Agents, Approvers, RuleBook
from keyturn.core.rules_in_force import RulesInForce
from keyturn.core.tier import Tier


def decide(facts: Facts, rules: RulesInForce, now: datetime) -> Judgement:
    """Judge a pull request.

    Pure: the same facts, rules and second always give the same judgement, in whatever order the facts' lists stand.
    Raises nothing for anything that the facts may hold. Parts of a second do not count.
    """
    now = now.replace(microsecond=0)
    history = recall(facts.ledger, now)
    governed = _governed_by(facts, rules, history)
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
    checks = _checks(facts, requirement, inquiry)
    evidence = Evidence(
        facts=facts,
        rules=rules,
        history=history,
        proposal=proposal,
        assessment=assessment,
        requirement=requirement,
        request=request,
        objections=standing,
        override=override,
        quorum=None,
        checks=checks,
        wanted=inquiry.wanted(),
    )
    finding = outcome_of(evidence, now)
    if requirement is not None and waits_for_people_unweighed(evidence, finding):
        quorum = quorum_of(requirement, bystanders)
        evidence = replace(evidence, quorum=quorum, wanted=inquiry.wanted())
        finding = outcome_of(evidence, now)
    decision = report(
        Findings(
            facts=facts,
            rules=rules,
            finding=finding,
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
        quorum=evidence.quorum,
        commands=spoken,
        wanted=inquiry.wanted(),
    )


def _governed_by(facts: Facts, rules: RulesInForce, history: History) -> str | None:
    """Why the pull request is governed; also where it cannot be known whether it is."""
    once = history.governed or bool(facts.ledger.broken)
    reason = governed_by(facts, rules.governing, once=once)
    if reason is None and (rules.wants_older or not adds_up(facts)):
        return "it is not known yet whether it is governed"
    return reason


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
