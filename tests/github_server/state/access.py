"""Tokens: as whom a request acts, and what it may do where."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from tests.github_server.state.accounts import Account, App

if TYPE_CHECKING:
    from tests.github_server.state.repository import Repository

Level: TypeAlias = Literal["read", "write"]
Role: TypeAlias = Literal["none", "read", "triage", "write", "maintain", "admin"]

ROLES: Final[tuple[Role, ...]] = ("none", "read", "triage", "write", "maintain", "admin")

ROLE_FOR: Final[Mapping[tuple[str, Level], Role]] = {
    ("issues", "write"): "triage",
    ("administration", "read"): "admin",
    ("administration", "write"): "admin",
}
"""The role a person needs where it is not read for reading and write for writing."""

GRANTS: Final[Mapping[str, Level]] = {
    "contents": "write",
    "pull_requests": "write",
    "issues": "write",
    "statuses": "write",
    "checks": "write",
    "actions": "read",
}
"""What keyturn's workflow grants its token."""


@dataclass(slots=True)
class Budget:
    """An hourly allowance; it fills up again an hour after its first use."""

    limit: int
    used: int = 0
    resets_at: datetime | None = None

    def refresh(self, now: datetime) -> None:
        """Begin a new hour where the old one is over."""
        if self.resets_at is None or now >= self.resets_at:
            self.used = 0
            self.resets_at = now + timedelta(hours=1)

    @property
    def remaining(self) -> int:
        """What is left of this hour."""
        return max(self.limit - self.used, 0)


@dataclass(eq=False, slots=True, kw_only=True)
class Token:
    """A bearer token: of an App (the workflow's own is one of GitHub Actions'), or of a person."""

    value: str
    account: Account
    app: App | None = None
    permissions: dict[str, Level] = field(default_factory=dict)
    repositories: list["Repository"] = field(default_factory=list)
    installation: int = 0
    core: Budget = field(default_factory=lambda: Budget(5000))
    graphql: Budget = field(default_factory=lambda: Budget(5000))

    def sees(self, repository: "Repository") -> bool:
        """Whether the repository exists for this token."""
        if not repository.private:
            return True
        if self.app is not None:
            return repository in self.repositories
        return repository.role_of(self.account) != "none"

    def may(self, scope: str, level: Level, repository: "Repository") -> bool:
        """Whether it may read or write things of this kind there.

        Where it is installed an App needs the permission even to read what is public: GitHub is perhaps more lenient
        there, and never stricter. Elsewhere it reads what everybody may, public forks for one.
        """
        if self.app is not None:
            if repository not in self.repositories:
                return level == "read" and scope != "administration" and not repository.private
            return scope == "metadata" or self._granted(scope, level)
        needed = ROLE_FOR.get((scope, level), level)
        return ROLES.index(repository.role_of(self.account)) >= ROLES.index(needed)

    def may_read_members(self) -> bool:
        """Whether it may read the teams of organisations."""
        return self.app is None or self._granted("members", "read")

    def _granted(self, scope: str, level: Level) -> bool:
        granted = self.permissions.get(scope)
        return granted in {"write", level}
