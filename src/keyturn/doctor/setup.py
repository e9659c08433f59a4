"""How keyturn is set up on a repository: one frozen snapshot, read at one moment."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum, unique
from typing import Final

from msgspec import Struct, field

from keyturn.core.facts import FileVersion, Role

ACTIONS_APP: Final = 15368
"""The number of the App GitHub Actions, whose token every workflow has."""


@unique
class TokenKind(StrEnum):
    """Whose token it is."""

    APP = "app"
    """A GitHub App's own."""
    WORKFLOW = "workflow"
    """The workflow's own, which acts as github-actions[bot]."""
    PERSON = "person"
    """A person's, who looks at the set-up from outside."""


class RequiredCheck(Struct, frozen=True):
    """A check that a branch requires; `app` is the number of the App it is pinned to, `source` what requires it."""

    name: str
    app: int | None
    source: str


class ReviewRule(Struct, frozen=True, kw_only=True):
    """What GitHub itself asks of reviews on a branch.

    `dismissal_limited` is whether only named people may dismiss, `None` where GitHub does not say.
    """

    source: str
    approvals: int
    code_owners: bool
    last_push: bool
    dismissal_limited: bool | None


class Branch(Struct, frozen=True, kw_only=True):
    """A protected branch, and what its rulesets and its classic protection demand.

    `strict` names what asks for branches that are up to date. `classic_unread` is whether the branch has a classic
    protection that the token may not read.
    """

    name: str
    checks: tuple[RequiredCheck, ...] = ()
    reviews: tuple[ReviewRule, ...] = ()
    strict: tuple[str, ...] = ()
    merge_queue: bool = False
    kinds: frozenset[str] = frozenset()
    """The kinds of the rules that hold for it, in GitHub's words, such as `non_fast_forward`."""
    classic_unread: bool = False


class Probe(Struct, frozen=True):
    """Whether the token has a permission, such as `checks: read`; `said` is the refusal, empty where it has it."""

    permission: str
    said: str = ""


class LedgerTrial(Struct, frozen=True, kw_only=True):
    """What came of writing a ledger on a scratch branch; `problem` and `left_behind` are empty where all went well."""

    branch: str
    problem: str = ""
    signed: bool = True
    left_behind: str = ""


class WorkflowFile(Struct, frozen=True, kw_only=True):
    """A workflow on the default branch.

    `state` is GitHub's, such as `active`, `None` where it may not be read; `last_run` is the start of the newest
    finished run, `last_result` its conclusion.
    """

    file: FileVersion
    state: str | None = None
    last_run: datetime | None = None
    last_result: str | None = None


class People(Struct, frozen=True, kw_only=True):
    """Roles by login and members by team, both by key; `None` where they cannot be read.

    `collaborators` are the roles of everybody who has one, `None` where they cannot be read.
    """

    roles: Mapping[str, Role | None] = field(default_factory=dict)
    teams: Mapping[str, frozenset[str] | None] = field(default_factory=dict)
    collaborators: Mapping[str, Role] | None = None


class Setup(Struct, frozen=True, kw_only=True):
    """Everything that the checks look at.

    `app` is the number of the App that the gate works as, and `app_slug` its name: as the user said, else the token's
    own; `None` where a person's token cannot tell. `ledger` and `probes` are `None` where nothing was tried.
    """

    repository: str
    now: datetime
    default_branch: str
    check_name: str
    ledger_branch: str
    login: str
    token: TokenKind
    app: int | None
    app_slug: str | None
    branches: tuple[Branch, ...]
    ledger_rules: frozenset[str]
    ledger_exists: bool
    ledger: LedgerTrial | None
    probes: tuple[Probe, ...]
    tried_writes: bool
    rules: FileVersion | None
    cases: FileVersion | None
    workflows: tuple[WorkflowFile, ...]
    people: People
