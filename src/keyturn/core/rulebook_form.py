"""The form that a rule book must have, as its JSON Schema tells editors."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from keyturn.core.calendar_form import CalendarForm
from keyturn.core.form import Form
from keyturn.core.rulebook_terms import (
    ApprovalsSurvive,
    Mode,
    NoManifest,
    Overdue,
    Permission,
    Requester,
    Unattributed,
)
from keyturn.core.rules_form import PathsForm, RulesForm
from keyturn.core.shapes import Account, ActionType, Duration, LoginPattern, Pattern, Team, Version, refused, slack_id
from keyturn.core.tier import Tier

_Choice = Field(strict=False)


class AgentsForm(Form):
    """Whose pull requests are governed; one that brings a manifest always is."""

    authors: list[LoginPattern] = Field(
        default=["*[bot]"], description="Login patterns of who opens the pull request; only * is special."
    )
    committers: list[LoginPattern] = Field(
        default=[], description="Login patterns of any author, committer or co-author of a commit."
    )
    labels: list[Pattern] = Field(default=[], description="Patterns of the labels that say so.")
    branches: list[Pattern] = Field(
        default=[], description="Patterns of the pull request's own branch; * crosses slashes too."
    )
    except_: list[LoginPattern] = Field(
        default=[],
        alias="except",
        description="Bots whose pull requests are not governed by authors, committers and branches, while they wrote "
        "every commit alone.",
    )
    no_manifest: Annotated[NoManifest, _Choice] = Field(
        default=NoManifest.UNDECLARED,
        description="A governed pull request without a manifest: undeclared counts every changed file as undeclared, "
        "invalid refuses it.",
    )
    mention: str = Field(default="", description="Put in front of the notices to the agent, such as @claude.")


def _mapped(check: object) -> object:
    return {"name": check} if isinstance(check, str) else check


class CheckForm(Form):
    """A check that must have succeeded on the head commit."""

    name: Pattern = Field(description="Pattern of the check run's name or the status context.")
    app: Pattern | None = Field(
        default=None, description="The slug of the app whose check runs count, such as github-actions."
    )


Check = Annotated[CheckForm, BeforeValidator(_mapped, json_schema_input_type=Pattern | CheckForm)]


class ApproversForm(Form):
    """The roster: the people whose approval may count."""

    permission: Annotated[Permission, _Choice] = Field(
        default=Permission.WRITE, description="What an approver may at least do in the repository."
    )
    users: list[Account] = Field(default=[], description="If users or teams are listed, only they may approve.")
    teams: list[Team] = Field(
        default=[], description="Teams as organisation/team; needs a token that can read the organisation."
    )


class ChecksOnlyForm(Form):
    """What `auto` and `emergency` may ask for."""

    advice: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("approvals", "escalate_after", "expire_after", "approvers"),
        "auto needs no approval and emergency can only be overridden; both may list checks and nothing else",
    )

    checks: list[Check] = Field(default=[], description="Checks that must have succeeded in this tier and above.")


class SingleForm(Form):
    """What `single` asks for."""

    approvals: int = Field(default=1, ge=1, description="How many different people must approve.")
    escalate_after: Duration = Field(default="60m", description="When to ask those named in escalation.")
    expire_after: Duration = Field(default="24h", description="When the request expires.")
    checks: list[Check] = Field(default=[], description="Checks that must have succeeded in this tier and above.")
    approvers: ApproversForm | None = Field(
        default=None, description="This tier's own roster, in the place of the rule book's."
    )


class MultiForm(SingleForm):
    """What `multi` asks for."""

    approvals: int = Field(default=2, ge=1, description="How many different people must approve.")
    escalate_after: Duration = Field(default="4h", description="When to ask those named in escalation.")


class TiersForm(Form):
    """What each tier asks for."""

    auto: ChecksOnlyForm = Field(default=ChecksOnlyForm(), description="auto needs no approval; it may list checks.")
    single: SingleForm = Field(description="Waits for the approval of one person, or more.")
    multi: MultiForm = Field(description="Waits for the approval of two people, or more.")
    emergency: ChecksOnlyForm = Field(
        default=ChecksOnlyForm(), description="emergency can only be overridden; it may list checks."
    )


class EscalationForm(Form):
    """Whom to ask when a request waits longer than `escalate_after`."""

    users: list[Account] = Field(default=[], description="GitHub logins.")
    teams: list[Team] = Field(default=[], description="Teams as organisation/team.")


class OverrideForm(Form):
    """Who may break the glass, and the review they owe afterwards."""

    users: list[Account] = Field(default=[], description="GitHub logins. Nobody may override until somebody is named.")
    teams: list[Team] = Field(default=[], description="Teams as organisation/team.")
    approvals: int = Field(default=1, ge=1, description="How many different people must each ask.")
    min_reason: int = Field(default=20, ge=1, description="How many characters a reason has at least.")
    review_within: Duration = Field(default="72h", description="When the review afterwards is due.")
    overdue: Annotated[Overdue, _Choice] = Field(
        default=Overdue.REFUSE, description="Whether people who owe an overdue review may override again."
    )


class SlackForm(Form):
    """Where cards go, and who is who."""

    channel: Annotated[str, slack_id("CDG", "a channel")] | None = Field(
        default=None, description="The id of the channel, from its details; the input slack-channel wins."
    )
    users: dict[Account, Annotated[str, slack_id("UW", "a person")]] = Field(
        default={},
        description="GitHub logins and the ids of the people in Slack.",
        json_schema_extra={"additionalProperties": False},
    )
    teams: dict[Team, Annotated[str, slack_id("S", "a user group")]] = Field(
        default={},
        description="Teams as organisation/team and the ids of the user groups in Slack.",
        json_schema_extra={"additionalProperties": False},
    )


class VolumeForm(Form):
    """More changed files than this, manifests aside, are never below that tier."""

    advice: ClassVar[Mapping[str, str]] = {
        "auto": "every pull request is at least auto; allowed: single, multi, emergency"
    }

    single: int | None = Field(default=None, ge=0, description="More changed files are at least single.")
    multi: int | None = Field(default=None, ge=0, description="More changed files are at least multi.")
    emergency: int | None = Field(default=None, ge=0, description="More changed files are emergency.")


def _above_auto(tier: Tier) -> Tier:
    if tier is Tier.AUTO:
        why = "what nobody declared never passes on its own; allowed: single, multi, emergency"
        raise refused(why)
    return tier


class RuleBookForm(Form):
    """The rule book of keyturn: which tier an action belongs to, and what each tier asks for."""

    model_config = ConfigDict(title="keyturn rule book")

    version: Version = Field(description="The version of this format.")
    mode: Annotated[Mode, _Choice] = Field(
        default=Mode.ENFORCE,
        description="enforce holds pull requests back; observe only says what would have happened.",
    )
    agents: AgentsForm = Field(default=AgentsForm(), description="Whose pull requests are governed.")
    unmatched: Annotated[Tier, _Choice] = Field(description="The tier of an action that no rule matches.")
    undeclared: Annotated[Tier, _Choice, AfterValidator(_above_auto)] = Field(
        description="The tier of a changed file that no action covers.",
        json_schema_extra={"not": {"const": "auto"}},
    )
    read_only: list[ActionType] = Field(
        default=["read", "search", "lint", "test"], description="Action types that never cover a changed file."
    )
    removals: list[ActionType] = Field(default=["delete"], description="Action types that may cover a removed file.")
    volume: VolumeForm = Field(default=VolumeForm(), description="Tiers for pull requests that change many files.")
    rules: RulesForm = Field(description="Which actions belong to which tier; the most severe that matches wins.")
    paths: PathsForm = Field(
        default=PathsForm(), description="The lowest tier at which a changed file may pass, by glob."
    )
    tiers: TiersForm = Field(description="What each tier asks for.")
    approvers: ApproversForm = Field(description="The people whose approval may count, unless a tier has its own.")
    requester: Annotated[Requester, _Choice] = Field(
        default=Requester.OPTIONAL,
        description="Where approvals are needed, a manifest without requested_by: optional passes, add_one needs one "
        "more approval, required is invalid.",
    )
    unattributed_commits: Annotated[Unattributed, _Choice] = Field(
        default=Unattributed.ADD_ONE,
        description="Commits that nobody can be named for: add_one needs one more approval, block is invalid, allow.",
    )
    approvals_survive: Annotated[ApprovalsSurvive, _Choice] = Field(
        default=ApprovalsSurvive.NEVER, description="Any new head voids approvals."
    )
    escalation: EscalationForm = Field(default=EscalationForm(), description="Whom to ask when a request waits.")
    calendar: CalendarForm | None = Field(
        default=None, description="If it is there, escalate_after and expire_after count working time only."
    )
    override: OverrideForm = Field(default=OverrideForm(), description="Who may break the glass.")
    slack: SlackForm = Field(default=SlackForm(), description="Where cards go, and who is who.")
