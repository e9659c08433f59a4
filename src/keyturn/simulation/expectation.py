"""What a test case expected of a decision, and what it is instead."""

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import Enum

from msgspec import Struct

from keyturn.core.assessment import Assessment
from keyturn.core.rulebook import Rule
from keyturn.core.verdict import VerdictState
from keyturn.simulation.expect_form import ExpectedChecksForm, ExpectedRuleForm, ExpectForm
from keyturn.simulation.moments import parse_moment
from keyturn.simulation.run import Ran
from keyturn.simulation.terms import UNMATCHED, IssueState

_MOMENTS = {"escalates_at", "expires_at"}


class Difference(Struct, frozen=True):
    """One key of an expectation that was not met; both values as a test case would write them."""

    key: str
    expected: str
    found: str


def differences(
    expected: ExpectForm, ran: Ran, verdict: VerdictState | None, review_issue: IssueState | None
) -> Iterable[Difference]:
    """Everything that is not as expected, in the order of the form.

    `verdict` is what stands on the head commit, `review_issue` how the issue of the newest override stands.
    """
    found = {
        **_found(ran),
        "verdict": verdict.value if verdict is not None else None,
        "review_issue": review_issue.value if review_issue is not None else None,
    }
    for key in ExpectForm.model_fields:
        wanted = getattr(expected, key)
        if wanted is None:
            continue
        told = parse_moment(wanted) if key in _MOMENTS else _expected(wanted)
        real = found[key]
        if told != real:
            yield Difference(key, written(told), written(real))


def severest_rule(assessment: Assessment | None) -> Rule | None:
    """The rule that gave the severest action its tier, the first of several; `None` where no rule did."""
    actions = assessment.actions if assessment is not None else ()
    worst = min(actions, key=lambda item: (-item.classification.tier.severity, item.index), default=None)
    return worst.classification.rule if worst is not None else None


def written(value: object) -> str:
    """A value as a test case writes it."""
    match value:
        case None:
            return "none"
        case dict():
            return "{" + ", ".join(f"{key}: {written(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(written(item) for item in value) + "]"
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case _:
            return str(value)


def _found(ran: Ran) -> dict[str, object]:
    decision, checks = ran.decision, ran.decision.checks
    rule = severest_rule(ran.judgement.assessment if ran.judgement is not None else None)
    return {
        "outcome": decision.outcome.value,
        "tier": decision.tier.value if decision.tier is not None else None,
        "rule": dict(rule.keys) if rule is not None else UNMATCHED,
        "reason_codes": [code.value for code in decision.reason_codes],
        "next_step": decision.next_step.value,
        "approvals": decision.approvals.required,
        "counted": list(decision.approvals.counted),
        "discounted": {item.login: item.reason.value for item in decision.approvals.discounted},
        "checks": {
            "missing": list(checks.missing) if checks is not None else [],
            "pending": list(checks.pending) if checks is not None else [],
            "failed": list(checks.failed) if checks is not None else [],
        },
        "undeclared": list(decision.undeclared),
        "events": [event.event.value for event in ran.events],
        "generation": decision.generation,
        "escalates_at": decision.escalates_at,
        "expires_at": decision.expires_at,
        "asked": [*ran.asked.users, *ran.asked.teams],
    }


def _expected(wanted: object) -> object:
    match wanted:
        case ExpectedRuleForm():
            return wanted.model_dump(exclude_none=True) or UNMATCHED
        case ExpectedChecksForm():
            return wanted.model_dump()
        case Enum():
            return wanted.value
        case list():
            return [_expected(item) for item in wanted]
        case dict():
            return {key: _expected(item) for key, item in wanted.items()}
        case _:
            return wanted
