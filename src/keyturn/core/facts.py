"""Everything known about one pull request at one moment, frozen, before anything is decided.

Hosts fill this in and never decide; the core decides and never asks. Times are aware datetimes in UTC. What has to be
looked up on demand (`roles`, `teams`, `people`, `pusher`, `runs`) has three states: absent or `UNREAD` (nobody asked
yet), `None` (asked, and it cannot be read), or the answer. The core treats the first two alike, strictly, and says
through `Judgement.wanted` what it would ask.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum, StrEnum, unique
from typing import Final

from msgspec import Struct, field

from keyturn.core.accounts import Account, AccountKind, Commit, Identity, Role
from keyturn.core.conversation import BaseChange, BaseChangeKind, Comment, Dismissal, Review, ReviewState
from keyturn.core.manifest import ManifestFile
from keyturn.core.record import LedgerEntry

__all__ = [
    "UNREAD",
    "Account",
    "AccountKind",
    "BaseChange",
    "BaseChangeKind",
    "Change",
    "ChangedFile",
    "Check",
    "CheckState",
    "Comment",
    "Commit",
    "Debt",
    "Dismissal",
    "Facts",
    "FileVersion",
    "Identity",
    "LedgerFacts",
    "PullRequestState",
    "Review",
    "ReviewState",
    "Role",
    "Rules",
    "Unread",
    "WorkflowRun",
]


class Unread(Enum):
    """The type of `UNREAD`: a fact that nobody has asked for yet."""

    UNREAD = "unread"


UNREAD: Final = Unread.UNREAD


@unique
class Change(StrEnum):
    """What happened to a file."""

    ADDED = "added"
    MODIFIED = "modified"
    REMOVED = "removed"
    RENAMED = "renamed"
    COPIED = "copied"
    CHANGED = "changed"
    """Its mode or kind changed: executable bit, symlink, submodule."""


class ChangedFile(Struct, frozen=True):
    """A file that differs between the merge base and the head.

    `previous` is the old name of a rename or the source of a copy. `notes` are remarks of the local repository (mode,
    symlink, submodule, binary); GitHub gives none.
    """

    path: str
    change: Change
    previous: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every name under which the change must pass: both of a rename."""
        if self.change is Change.RENAMED and self.previous is not None:
            return (self.path, self.previous)
        return (self.path,)


@unique
class CheckState(StrEnum):
    """Where a check stands; only `success` meets a requirement."""

    SUCCESS = "success"
    PENDING = "pending"
    FAILED = "failed"
    """Ended in anything else: failure, error, cancelled, skipped, neutral, stale."""


class Check(Struct, frozen=True, kw_only=True):
    """A check run (`app` is its slug) or a commit status (`app` is `None`, `creator` its author) of the head commit.

    `order` rises with time among checks of the same name. `own` marks keyturn's own verdict and job.
    """

    name: str
    state: CheckState
    order: tuple[datetime, int]
    app: str | None = None
    workflow: str | None = None
    event: str | None = None
    run: int | None = None
    own: bool = False


class WorkflowRun(Struct, frozen=True):
    """A run of a workflow on the head commit, keyturn's own left out."""

    id: int
    name: str
    finished: bool


@unique
class PullRequestState(StrEnum):
    """Open, or why not."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"
    MERGED = "MERGED"


class FileVersion(Struct, frozen=True):
    """The bytes of a file at a commit.

    `content` is `None` where the path holds no readable regular file, and `problem` says why.
    """

    path: str
    content: bytes | None
    problem: str | None = None


class Rules(Struct, frozen=True):
    """The rule book as the default branch has it, and older versions, newest first, where that one cannot be used.

    `current` is `None` where there is no such file. `older` is read only when `current` is missing or refused.
    """

    current: FileVersion | None
    older: tuple[FileVersion, ...] | Unread = UNREAD


class LedgerFacts(Struct, frozen=True):
    """What the ledger holds of this pull request, as far as it can be trusted.

    `entries` is the verified chain, oldest first; `broken` says in words what does not hold of it, empty where all
    does; `highest_generation` is the highest that any verdict on any head of the pull request names (0: none).
    """

    entries: tuple[LedgerEntry, ...] = ()
    broken: tuple[str, ...] = ()
    highest_generation: int = 0


class Debt(Struct, frozen=True):
    """A review owed for an override: the issue that asks for it, who broke the glass, and when it is due.

    `from_issue` marks one that only the open issue tells of, because the ledger that held it is gone or damaged.
    """

    pull_request: int
    issue: int | None
    people: tuple[str, ...]
    due: datetime
    from_issue: bool = False


class Facts(Struct, frozen=True, kw_only=True):
    """One pull request, whole.

    `number` is `None` offline, where only git was asked; the fields that only GitHub knows are then empty.
    """

    server_url: str = "https://github.com"
    repository: str | None = None
    number: int | None = None
    title: str = ""
    state: PullRequestState = PullRequestState.OPEN
    draft: bool = False
    author: Account | None = None
    created_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: Account | None = None

    head: str
    head_branch: str | None = None
    head_repository: str | None = None
    """Where the head branch is: `owner/name`; `None` where that repository is gone."""
    base: str
    default_branch: str | None = None

    labels: frozenset[str] = frozenset()
    """Those set now and those that an event shows were ever set."""
    files: tuple[ChangedFile, ...] = ()
    file_count: int = 0
    """As GitHub counts them; more than `files` holds where the API stops listing."""
    commits: tuple[Commit, ...] = ()
    commit_count: int = 0
    manifests: tuple[ManifestFile, ...] = ()
    """The manifests that the pull request adds, modifies, renames or copies into their place, in path order."""
    manifest_path: str = ".agent/manifests/*"
    rules_path: str = "rules.yml"
    rules: Rules

    reviews: tuple[Review, ...] = ()
    dismissals: tuple[Dismissal, ...] = ()
    comments: tuple[Comment, ...] = ()
    base_changes: tuple[BaseChange, ...] = ()
    checks: tuple[Check, ...] = ()

    roles: Mapping[str, Role | None] = field(default_factory=dict)
    """By `Account.key`."""
    teams: Mapping[str, frozenset[str] | None] = field(default_factory=dict)
    """Members' keys by `org/slug` in lower case."""
    people: Mapping[str, Account | None] = field(default_factory=dict)
    """Accounts behind logins that a manifest names, by key; `None` where there is no such account."""
    pusher: Account | Unread | None = UNREAD
    """Who pushed the current head; `None` where the activity does not show it."""
    runs: tuple[WorkflowRun, ...] | Unread | None = UNREAD

    ledger: LedgerFacts = LedgerFacts()
    debts: tuple[Debt, ...] = ()
    """Reviews owed for overrides in the whole repository, by what the ledger holds and no issue closed since."""
    advisory: bool | None = None
    """Whether the token is anything but that of an App of keyturn's own; `None` offline."""

    @property
    def offline(self) -> bool:
        """Whether only git was asked."""
        return self.number is None
