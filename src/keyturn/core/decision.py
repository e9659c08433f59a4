"""The decision as keyturn publishes it: outcome, every reason for it, and what to do next."""

from datetime import datetime
from enum import StrEnum, unique
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from keyturn.core.tier import Tier


@unique
class Outcome(StrEnum):
    """What keyturn decided."""

    ERROR = "error"
    """keyturn could not find out."""
    NOT_GOVERNED = "not_governed"
    """The pull request is none of keyturn's business."""
    OVERRIDDEN = "overridden"
    """Named people broke the glass for this head and base."""
    INVALID = "invalid"
    """Manifest, rule book, commits or requester were refused."""
    EMERGENCY_STOP = "emergency_stop"
    """It proposes what nobody can approve."""
    REJECTED = "rejected"
    """Somebody asked for changes on the current head."""
    EXPIRED = "expired"
    """The deadline passed before enough approvals came."""
    PENDING = "pending"
    """It waits for people or checks, or is a draft."""
    AUTO_APPROVED = "auto_approved"
    """It needs nobody."""
    APPROVED = "approved"
    """The requirement is met."""


PASSING = frozenset({Outcome.NOT_GOVERNED, Outcome.OVERRIDDEN, Outcome.AUTO_APPROVED, Outcome.APPROVED})
"""The outcomes whose verdict is success."""


@unique
class ReasonCode(StrEnum):
    """Why; in a decision they stand in the order of this list."""

    NOT_GOVERNED = "not_governed"
    TIER_AUTO = "tier_auto"
    QUORUM = "quorum"
    OVERRIDE = "override"

    DRAFT = "draft"
    OBJECTION = "objection"
    APPROVALS_MISSING = "approvals_missing"
    QUORUM_UNREACHABLE = "quorum_unreachable"
    ROSTER_UNREADABLE = "roster_unreadable"
    CHECKS_FAILED = "checks_failed"
    CHECKS_MISSING = "checks_missing"
    CHECKS_PENDING = "checks_pending"

    CHANGES_REQUESTED = "changes_requested"
    EXPIRED = "expired"

    TIER_EMERGENCY = "tier_emergency"
    TOO_MANY_FILES = "too_many_files"
    TOO_MANY_COMMITS = "too_many_commits"

    MANIFEST_MISSING = "manifest_missing"
    MANIFEST_INVALID = "manifest_invalid"
    REQUESTER_MISSING = "requester_missing"
    COMMITS_UNATTRIBUTED = "commits_unattributed"
    RULES_MISSING = "rules_missing"
    RULES_INVALID = "rules_invalid"

    FACTS_INCOMPLETE = "facts_incomplete"
    API_UNAVAILABLE = "api_unavailable"
    HEAD_MOVED = "head_moved"
    LEDGER_UNWRITABLE = "ledger_unwritable"

    UNDECLARED_FILES = "undeclared_files"
    REQUESTER_UNKNOWN = "requester_unknown"
    ADVISORY = "advisory"


@unique
class NextStep(StrEnum):
    """What the agent should do now."""

    NONE = "none"
    ANSWER_REVIEW = "answer_review"
    FIX_CHECKS = "fix_checks"
    WAIT = "wait"
    RENEW = "renew"
    STOP = "stop"
    AMEND_MANIFEST = "amend_manifest"
    AMEND_COMMITS = "amend_commits"


@unique
class Discount(StrEnum):
    """Why an approval does not count; the first that applies, in the order of this list, is given."""

    BOT = "bot"
    AGENT = "agent"
    AUTHOR = "author"
    COMMITTER = "committer"
    REQUESTER = "requester"
    PUSHER = "pusher"
    NOT_ELIGIBLE = "not_eligible"
    ROSTER_UNREADABLE = "roster_unreadable"
    DISMISSED = "dismissed"
    SUPERSEDED = "superseded"
    STALE = "stale"
    BEFORE_RETARGET = "before_retarget"
    BEFORE_RENEWAL = "before_renewal"
    TOO_LATE = "too_late"


class Published(BaseModel):
    """What all published values share: frozen, strict, and no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Discounted(Published):
    """Somebody whose approval does not count, and why."""

    login: str
    reason: Discount


class Approvals(Published):
    """How many approvals are needed (`null`: none would do), whose count, and whose do not."""

    required: int | None
    counted: tuple[str, ...] = ()
    discounted: tuple[Discounted, ...] = ()


class Checks(Published):
    """The required checks that are not met."""

    missing: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


class DecidedAction(Published):
    """One action of the manifests with the tier it got; `rule` is `null` where no rule gave it."""

    index: int
    manifest: str
    action_type: str
    target: str
    tier: Tier
    rule: str | None


class Rejection(Published):
    """The newest request for changes on the current head."""

    login: str | None
    review_url: str | None
    submitted_at: datetime
    reason: str


class FileError(Published):
    """What is wrong with a file of the pull request or with the rule book."""

    file: str
    line: int | None
    message: str


class DecisionFrame(Published):
    """What a decision says apart from its long lists."""

    schema_: Literal["keyturn/decision/v1"] = Field(default="keyturn/decision/v1", alias="schema")
    repository: str | None
    pull_request: int | None
    head: str
    base: str
    outcome: Outcome
    tier: Tier | None
    reason_codes: tuple[ReasonCode, ...]
    next_step: NextStep
    request_id: str | None
    generation: int | None
    manifest_digest: str | None
    rules_digest: str | None
    approvals: Approvals
    checks: Checks | None
    opened_at: datetime | None
    escalates_at: datetime | None
    expires_at: datetime | None

    model_config = ConfigDict(serialize_by_alias=True, validate_by_alias=True, validate_by_name=True)

    @property
    def passes(self) -> bool:
        """Whether its verdict is success."""
        return self.outcome in PASSING


class Decision(DecisionFrame):
    """What keyturn decided about one pull request, for agents and programs; times are UTC."""

    actions: tuple[DecidedAction, ...] = ()
    undeclared: tuple[str, ...] = ()
    rejection: Rejection | None = None
    errors: tuple[FileError, ...] = ()

    def as_json(self, *, indent: int | None = None) -> str:
        """The decision as JSON text in ASCII."""
        return self.model_dump_json(indent=indent, ensure_ascii=True)
