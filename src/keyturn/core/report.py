"""A judgement's findings, written down as the decision that agents and programs read."""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

from keyturn.core.assessment import Assessment
from keyturn.core.decision import (
    Approvals,
    Checks,
    DecidedAction,
    Decision,
    Discounted,
    FileError,
    NextStep,
    Outcome,
    ReasonCode,
    Rejection,
)
from keyturn.core.digest import manifest_digest
from keyturn.core.facts import Facts
from keyturn.core.objections import Objection
from keyturn.core.outcome import Finding
from keyturn.core.proposal import Proposal
from keyturn.core.request import Request
from keyturn.core.requirement import Requirement, requester_is_known, unattributed
from keyturn.core.rules_in_force import RulesInForce
from keyturn.core.shown import shortened, shown

LONGEST_REASON = 2000
"""What somebody wrote against a pull request, or to override it, is quoted up to so many characters."""


class Findings(Struct, frozen=True, kw_only=True):
    """All that a decision reports."""

    facts: Facts
    rules: RulesInForce
    finding: Finding
    proposal: Proposal
    assessment: Assessment | None
    requirement: Requirement | None
    request: Request | None
    objections: Sequence[Objection]
    checks: Checks | None


_UNKNOWN: Final = frozenset({Outcome.INVALID, Outcome.ERROR})
"""The outcomes of which neither tier nor approvals can be told."""


def report(findings: Findings) -> Decision:
    """The decision about a governed pull request."""
    facts, request = findings.facts, findings.request
    requirement = findings.requirement if findings.finding.outcome not in _UNKNOWN else None
    tally = request.tally if request is not None else None
    return Decision(
        repository=facts.repository,
        pull_request=facts.number,
        head=facts.head,
        base=shown(facts.base),
        outcome=findings.finding.outcome,
        tier=requirement.tier if requirement else None,
        reason_codes=tuple(dict.fromkeys((*findings.finding.reasons, *findings.finding.remarks))),
        next_step=next_step(findings.finding.outcome, findings.finding.reasons),
        request_id=request.id if request else None,
        generation=request.generation if request and not facts.offline else None,
        manifest_digest=findings.proposal.digest,
        rules_digest=findings.rules.digest,
        approvals=Approvals(
            required=requirement.approvals
            if requirement and findings.finding.without_override not in _UNKNOWN
            else None,
            counted=tuple(item.account.login for item in tally.counted) if tally else (),
            discounted=tuple(Discounted(login=i.account.login, reason=i.reason) for i in tally.not_counted)
            if tally
            else (),
        ),
        checks=findings.checks,
        opened_at=request.opened_at if request else None,
        escalates_at=request.escalates_at if request else None,
        expires_at=request.expires_at if request else None,
        actions=tuple(_actions(findings.assessment, findings.rules)),
        undeclared=tuple(shown(name) for name in findings.assessment.undeclared) if findings.assessment else (),
        rejection=_rejection(findings),
        errors=tuple(_errors(findings)),
    )


def report_not_governed(facts: Facts, rules: RulesInForce) -> Decision:
    """The decision about a pull request that is none of keyturn's business."""
    return Decision(
        repository=facts.repository,
        pull_request=facts.number,
        head=facts.head,
        base=shown(facts.base),
        outcome=Outcome.NOT_GOVERNED,
        tier=None,
        reason_codes=(ReasonCode.NOT_GOVERNED, *((ReasonCode.ADVISORY,) if facts.advisory else ())),
        next_step=NextStep.NONE,
        request_id=None,
        generation=None,
        manifest_digest=manifest_digest(()),
        rules_digest=rules.digest,
        approvals=Approvals(required=0),
        checks=None if facts.offline else Checks(),
        opened_at=None,
        escalates_at=None,
        expires_at=None,
    )


REMARKS: Final = (
    ReasonCode.UNDECLARED_FILES,
    ReasonCode.COMMITS_UNATTRIBUTED,
    ReasonCode.REQUESTER_UNKNOWN,
    ReasonCode.ADVISORY,
)
"""What a reader should know whatever the outcome, in its order behind the reasons."""


def report_error(
    repository: str,
    number: int | None,
    head: str,
    base: str,
    code: ReasonCode,
    message: str,
    *,
    seen: Decision | None = None,
) -> Decision:
    """The decision about a pull request that keyturn could not find out about; it never passes.

    `number` is `None` where it is about a merge group whose members cannot be found. `seen` is what was decided of this
    head in the same run, before it came to nothing: what it remarks holds still.
    """
    remarks = seen.reason_codes if seen is not None and seen.head == head else ()
    return Decision(
        repository=repository,
        pull_request=number,
        head=head,
        base=base,
        outcome=Outcome.ERROR,
        tier=None,
        reason_codes=(code, *(remark for remark in REMARKS if remark in remarks)),
        next_step=NextStep.WAIT,
        request_id=None,
        generation=None,
        manifest_digest=None,
        rules_digest=None,
        approvals=Approvals(required=None),
        checks=Checks(),
        opened_at=None,
        escalates_at=None,
        expires_at=None,
        errors=(FileError(file="", line=None, message=message),),
    )


_FIXED_STEPS: Final = {
    Outcome.ERROR: NextStep.WAIT,
    Outcome.NOT_GOVERNED: NextStep.NONE,
    Outcome.OVERRIDDEN: NextStep.NONE,
    Outcome.EMERGENCY_STOP: NextStep.STOP,
    Outcome.REJECTED: NextStep.ANSWER_REVIEW,
    Outcome.EXPIRED: NextStep.RENEW,
    Outcome.AUTO_APPROVED: NextStep.NONE,
    Outcome.APPROVED: NextStep.NONE,
}


def next_step(outcome: Outcome, reasons: Iterable[ReasonCode]) -> NextStep:
    """What the agent should do now."""
    reasons = set(reasons)
    if outcome is Outcome.INVALID:
        return _mend(reasons)
    if outcome is Outcome.PENDING:
        return _answer(reasons)
    return _FIXED_STEPS[outcome]


def _answer(reasons: set[ReasonCode]) -> NextStep:
    """What to do first about what a pull request waits for."""
    if ReasonCode.OBJECTION in reasons:
        return NextStep.ANSWER_REVIEW
    return NextStep.FIX_CHECKS if ReasonCode.CHECKS_FAILED in reasons else NextStep.WAIT


def _mend(reasons: set[ReasonCode]) -> NextStep:
    """What to amend where something is invalid."""
    if reasons & {ReasonCode.RULES_MISSING, ReasonCode.RULES_INVALID}:
        return NextStep.STOP
    if ReasonCode.COMMITS_UNATTRIBUTED in reasons:
        return NextStep.AMEND_COMMITS
    return NextStep.AMEND_MANIFEST


def _actions(assessment: Assessment | None, rules: RulesInForce) -> Iterable[DecidedAction]:
    for item in assessment.actions if assessment else ():
        rule = item.classification.rule
        yield DecidedAction(
            index=item.index,
            manifest=shown(item.manifest.path),
            action_type=item.action.action_type,
            target=item.action.target,
            tier=item.classification.tier,
            rule=f"{rules.book.path}:{rule.line}" if rule and rules.book else None,
        )


def _rejection(findings: Findings) -> Rejection | None:
    on_head = [objection.review for objection in findings.objections if objection.on_head]
    if findings.finding.outcome is not Outcome.REJECTED or not on_head:
        return None
    newest, facts = on_head[-1], findings.facts
    return Rejection(
        login=newest.author.login if newest.author else None,
        review_url=f"{facts.server_url}/{facts.repository}/pull/{facts.number}#pullrequestreview-{newest.number}",
        submitted_at=newest.submitted_at,
        reason=shortened(shown(newest.body), LONGEST_REASON),
    )


def _errors(findings: Findings) -> Iterable[FileError]:
    """Everything that makes the pull request invalid, each with what to do."""
    for problem in (*findings.proposal.problems, *findings.rules.problems):
        yield FileError(file=shown(problem.file), line=problem.line, message=shown(problem.message))
    if findings.finding.outcome is not Outcome.INVALID:
        return
    if ReasonCode.MANIFEST_MISSING in findings.finding.reasons:
        yield FileError(
            file=findings.facts.manifest_path,
            line=None,
            message="the pull request brings no manifest; add one (`keyturn draft` writes a first version)",
        )
    if ReasonCode.REQUESTER_MISSING in findings.finding.reasons:
        for manifest in findings.proposal.manifests:
            if not requester_is_known((manifest,)):
                yield FileError(
                    file=shown(manifest.path),
                    line=None,
                    message="`requested_by` is missing; name the GitHub login of the person who asked for the work",
                )
    if ReasonCode.COMMITS_UNATTRIBUTED in findings.finding.reasons:
        for commit in sorted(unattributed(findings.facts), key=lambda commit: commit.oid):
            yield FileError(
                file="",
                line=None,
                message=f"nobody can be named for commit {commit.oid[:10]}; "
                "commit again with an address that belongs to a GitHub account",
            )
