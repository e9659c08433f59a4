"""The words of the rule book: its choices as enums and its parts as frozen values."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from enum import StrEnum

from msgspec import Struct, field

from keyturn.core.tier import Tier


class Permission(StrEnum):
    """A role in the repository; permissions compare by what they allow."""

    TRIAGE = "triage"
    WRITE = "write"
    MAINTAIN = "maintain"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        """0 for `triage` up to 3 for `admin`."""
        return _RANK[self.value]

    def allows(self, needed: "Permission") -> bool:
        """Whether somebody with this permission has at least the needed one."""
        return self.rank >= needed.rank


_RANK = {"triage": 0, "write": 1, "maintain": 2, "admin": 3}


class Mode(StrEnum):
    """Whether keyturn holds pull requests back."""

    ENFORCE = "enforce"
    """The verdict is the required check."""
    OBSERVE = "observe"
    """The verdict is always success, under a name of its own, and says what would have happened."""


class NoManifest(StrEnum):
    """What a governed pull request without a manifest is."""

    UNDECLARED = "undeclared"
    """Every changed file counts as undeclared."""
    INVALID = "invalid"
    """It is refused."""


class Requester(StrEnum):
    """What it costs to leave out who asked the agent, where approvals are needed."""

    OPTIONAL = "optional"
    """Nothing."""
    ADD_ONE = "add_one"
    """One more approval."""
    REQUIRED = "required"
    """A manifest without `requested_by` is invalid; no manifest at all needs one more approval."""


class Unattributed(StrEnum):
    """What commits that nobody can be named for cost."""

    ADD_ONE = "add_one"
    """One more approval, where approvals are needed."""
    BLOCK = "block"
    """The pull request is invalid."""
    ALLOW = "allow"
    """Nothing."""


class Overdue(StrEnum):
    """What becomes of people who owe an overdue review."""

    REFUSE = "refuse"
    """They may not override again."""
    WARN = "warn"
    """They may, and are reminded."""


class ApprovalsSurvive(StrEnum):
    """When approvals outlive a new head."""

    NEVER = "never"
    """Any new head voids approvals."""


class Rule(Struct, frozen=True):
    """One rule: every key must match for its tier to apply. `keys` are (key, pattern) pairs in file order."""

    tier: Tier
    line: int
    keys: tuple[tuple[str, str], ...]


class PathFloor(Struct, frozen=True):
    """The lowest tier at which a changed file that the glob matches may pass; case does not count."""

    tier: Tier
    glob: str
    line: int


class CheckPattern(Struct, frozen=True):
    """A check that must have succeeded: an fnmatch pattern for its name, and the slug of the app that ran it."""

    name: str
    app: str | None = None


class Approvers(Struct, frozen=True):
    """A roster: everybody with the permission, or, of those, only the people and teams that are listed."""

    permission: Permission = Permission.WRITE
    users: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()

    @property
    def named(self) -> bool:
        """Whether people or teams are listed, so that only they are on the roster."""
        return bool(self.users or self.teams)


class TierPolicy(Struct, frozen=True, kw_only=True):
    """What a tier asks for. `auto` and `emergency` ask for checks only: no approvals, no deadlines, no roster."""

    approvals: int = 0
    escalate_after: timedelta | None = None
    expire_after: timedelta | None = None
    checks: tuple[CheckPattern, ...] = ()
    approvers: Approvers | None = None


class Agents(Struct, frozen=True, kw_only=True):
    """Whose pull requests are governed: patterns in which only `*` is special."""

    authors: tuple[str, ...] = ("*[bot]",)
    committers: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    except_: tuple[str, ...] = ()
    no_manifest: NoManifest = NoManifest.UNDECLARED
    mention: str = ""


class Escalation(Struct, frozen=True):
    """Whom to ask when a request waits too long."""

    users: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()


class Calendar(Struct, frozen=True, kw_only=True):
    """Working time: on `days` (Monday is 0) that are no holidays, from `start` to before `end`, in that zone."""

    timezone: str
    days: frozenset[int]
    start: time
    end: time
    holidays: frozenset[date]


class Override(Struct, frozen=True, kw_only=True):
    """Who may break the glass, how many must ask, and the review they owe afterwards; `min_reason` in characters."""

    users: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    approvals: int = 1
    min_reason: int = 20
    review_within: timedelta = timedelta(hours=72)
    overdue: Overdue = Overdue.REFUSE


class Slack(Struct, frozen=True):
    """Where cards go, and who is who: logins and teams (`org/slug`) to Slack's ids."""

    channel: str | None = None
    users: Mapping[str, str] = field(default_factory=dict)
    teams: Mapping[str, str] = field(default_factory=dict)
