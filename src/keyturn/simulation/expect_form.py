"""The form of what a test case expects of a decision; what it leaves out may be anything."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from keyturn.core.decision import Discount, NextStep, Outcome, ReasonCode
from keyturn.core.form import Form
from keyturn.core.record import Event
from keyturn.core.shapes import Account, Shape
from keyturn.core.tier import Tier
from keyturn.core.verdict import VerdictState
from keyturn.simulation.moments import Moment
from keyturn.simulation.terms import UNMATCHED, IssueState

Asked = Annotated[
    str,
    Shape(
        r"[A-Za-z0-9_-]{1,39}(?:/[A-Za-z0-9_.-]{1,255})?",
        "a person is given by login, a team is written organisation/team, such as acme/platform",
    ),
]
Loose = Field(strict=False)


class ExpectedRuleForm(Form):
    """The keys of a rule, as they stand in the rule book."""

    action_type: str | None = None
    target: str | None = None
    scope: str | None = None
    estimated_impact: str | None = None
    description: str | None = None
    agent: str | None = None


def _keys(rule: object) -> object:
    return {} if rule == UNMATCHED else rule


ExpectedRule = Annotated[
    ExpectedRuleForm, BeforeValidator(_keys, json_schema_input_type=Literal["unmatched"] | ExpectedRuleForm)
]


class ExpectedChecksForm(Form):
    """The required checks that are not met."""

    missing: list[str] = Field(default=[])
    pending: list[str] = Field(default=[])
    failed: list[str] = Field(default=[])


class ExpectForm(Form):
    """What is expected of a decision."""

    advice: ClassVar[Mapping[str, str]] = {"rules": "say the one `rule` that gave the severest action its tier"}

    outcome: Annotated[Outcome, Loose] | None = Field(default=None, description="The outcome.")
    tier: Annotated[Tier, Loose] | None = Field(default=None, description="The tier of the pull request.")
    rule: ExpectedRule | None = Field(
        default=None,
        description="The rule that gave the severest action its tier (the first of several), by its keys; "
        "`unmatched` where none did.",
    )
    reason_codes: list[Annotated[ReasonCode, Loose]] | None = Field(default=None, description="All reasons, in order.")
    next_step: Annotated[NextStep, Loose] | None = Field(default=None, description="What the agent should do.")
    approvals: Annotated[int, Field(ge=0)] | None = Field(default=None, description="How many approvals are needed.")
    counted: list[Account] | None = Field(default=None, description="Whose approvals count.")
    discounted: dict[Account, Annotated[Discount, Loose]] | None = Field(
        default=None, description="Whose approvals do not count, and why."
    )
    checks: ExpectedChecksForm | None = Field(default=None, description="The required checks that are not met.")
    undeclared: list[str] | None = Field(default=None, description="The changed files that no action covers.")
    events: list[Annotated[Event, Loose]] | None = Field(
        default=None, description="What the ledger records of this step, in order."
    )
    generation: Annotated[int, Field(ge=1)] | None = Field(default=None, description="The request's generation.")
    escalates_at: Moment | None = Field(default=None, description="When the request escalates.")
    expires_at: Moment | None = Field(default=None, description="When the request expires.")
    asked: list[Asked] | None = Field(
        default=None, description="Whom keyturn asks for review now: people, and teams as organisation/team."
    )
    verdict: Annotated[VerdictState, Loose] | None = Field(
        default=None, description="What stands on the head commit once keyturn has run."
    )
    review_issue: Annotated[IssueState, Loose] | None = Field(
        default=None, description="Where the issue for the review of the newest override stands once keyturn has run."
    )


def _outcome(expected: object) -> object:
    return {"outcome": expected} if isinstance(expected, str) else expected


Expectation = Annotated[ExpectForm, BeforeValidator(_outcome, json_schema_input_type=Outcome | ExpectForm)]
