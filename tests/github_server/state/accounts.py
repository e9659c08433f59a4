"""Who acts on GitHub: people, bots, organisations, teams, Apps."""

import base64
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias

from tests.github_server.state.git_objects import Person

AccountKind: TypeAlias = Literal["User", "Bot", "Organization", "Mannequin"]

NODE_PREFIX: Final = {"User": "U", "Bot": "BOT", "Organization": "O", "Mannequin": "M"}
ACTIONS_APP_ID: Final = 15368
ACTIONS_BOT_ID: Final = 41898282
WEB_FLOW_ID: Final = 19864447
GHOST_ID: Final = 10137


def node_id(prefix: str, number: int) -> str:
    """Make a global id that looks like GitHub's: a prefix for the type, then something opaque."""
    return f"{prefix}_kwDO{base64.urlsafe_b64encode(number.to_bytes(8, 'big')).decode().rstrip('=')}"


@dataclass(eq=False, slots=True, kw_only=True)
class Account:
    """One account; `login` is GraphQL's, `rest_login` REST's, which differ for bots."""

    kind: AccountKind
    login: str
    id: int
    rest_login: str = ""
    name: str | None = None
    email: str | None = None
    deleted: bool = False

    def __post_init__(self) -> None:
        """Give bots the ending that REST writes."""
        if not self.rest_login:
            self.rest_login = f"{self.login}[bot]" if self.kind == "Bot" else self.login

    @property
    def node_id(self) -> str:
        """The global id."""
        return node_id(NODE_PREFIX[self.kind], self.id)

    @property
    def noreply(self) -> str:
        """The address that GitHub itself gives the account."""
        return f"{self.id}+{self.rest_login}@users.noreply.github.com"

    @property
    def addresses(self) -> set[str]:
        """Every address by which a commit is told to be this account's, in lower case."""
        own = {self.noreply, f"{self.rest_login}@users.noreply.github.com"}
        return {address.lower() for address in own | ({self.email} if self.email else set())}

    def signs(self, moment: datetime) -> Person:
        """Write a commit's author or committer line."""
        return Person(self.name or self.rest_login, self.email or self.noreply, moment)


@dataclass(eq=False, slots=True, kw_only=True)
class App:
    """A GitHub App; what it does is done by `bot`."""

    id: int
    slug: str
    name: str
    owner: Account
    bot: Account

    @property
    def node_id(self) -> str:
        """The global id."""
        return node_id("A", self.id)


@dataclass(eq=False, slots=True, kw_only=True)
class Team:
    """A team of an organisation."""

    organization: Account
    slug: str
    name: str
    id: int
    members: list[Account] = field(default_factory=list)
    maintainers: list[Account] = field(default_factory=list)
    pending: list[Account] = field(default_factory=list)

    @property
    def node_id(self) -> str:
        """The global id."""
        return node_id("T", self.id)

    @property
    def handle(self) -> str:
        """The name as `org/slug`."""
        return f"{self.organization.login}/{self.slug}"
