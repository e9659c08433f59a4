"""Everything the server knows: the root from which all its state is reached."""

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.github_server.clock import Clock
from tests.github_server.state.access import Level, Token
from tests.github_server.state.accounts import (
    ACTIONS_APP_ID,
    ACTIONS_BOT_ID,
    WEB_FLOW_ID,
    Account,
    AccountKind,
    App,
    Team,
    node_id,
)
from tests.github_server.state.git_objects import Person
from tests.github_server.state.git_store import GitStore

if TYPE_CHECKING:
    from tests.github_server.state.repository import Repository

FIRST_ID: Final = {"IC": 3_000_000_000, "PRR": 4_000_000_000}
"""Comments and reviews have outgrown 32 bits on GitHub; other things start at 1,000 here."""


@dataclass(slots=True)
class Limits:
    """Where GitHub stops; lower them to reach them cheaply."""

    files: int = 3000
    commits: int = 250
    statuses: int = 1000
    body: int = 65_536
    description: int = 140
    blob_text: int = 512_000
    issue_requests: bool = True


class World:
    """The accounts, repositories, tokens and objects of one server."""

    def __init__(self, clock: Clock) -> None:
        """Start with GitHub's own accounts only."""
        self.clock = clock
        self.limits = Limits()
        self.store = GitStore()
        self.web_url = "https://github.com"
        self.api_url = "https://api.github.com"
        self.accounts: list[Account] = []
        self.apps: list[App] = []
        self.teams: list[Team] = []
        self.repositories: list[Repository] = []
        self.tokens: dict[str, Token] = {}
        self.nodes: dict[str, object] = {}
        self._addresses: dict[str, Account] = {}
        self._counters: defaultdict[str, int] = defaultdict(int)
        self.github = self.organization("github")
        self.web_flow = self.account("User", "web-flow", number=WEB_FLOW_ID, name="GitHub", email="noreply@github.com")
        self.actions = self.app("github-actions", name="GitHub Actions", number=ACTIONS_APP_ID, bot_id=ACTIONS_BOT_ID)

    def count(self, name: str) -> int:
        """Give the next number of a series: 1, 2, 3 and so on."""
        self._counters[name] += 1
        return self._counters[name]

    def identify(self, prefix: str, thing: object) -> tuple[int, str]:
        """Give a new thing its number and its global id, under which it is found again."""
        number = FIRST_ID.get(prefix, 1000) + self.count(prefix)
        name = node_id(prefix, number)
        self.nodes[name] = thing
        return number, name

    def account(
        self,
        kind: AccountKind,
        login: str,
        *,
        number: int | None = None,
        rest_login: str = "",
        name: str | None = None,
        email: str | None = None,
    ) -> Account:
        """Open an account; raises ValueError where the login is taken."""
        if self.find_account(rest_login or (f"{login}[bot]" if kind == "Bot" else login)) is not None:
            message = f"the account {login} exists already"
            raise ValueError(message)
        account = Account(
            kind=kind,
            login=login,
            id=number if number is not None else 5000 + self.count("account"),
            rest_login=rest_login,
            name=name,
            email=email,
        )
        self.accounts.append(account)
        self._addresses |= dict.fromkeys(account.addresses, account)
        self.nodes[account.node_id] = account
        return account

    def organization(self, login: str) -> Account:
        """Find or open an organisation."""
        return self.find_account(login) or self.account("Organization", login)

    def app(
        self,
        slug: str,
        *,
        name: str | None = None,
        number: int | None = None,
        bot_id: int | None = None,
        owner: Account | None = None,
    ) -> App:
        """Find or register an App, with its bot."""
        for known in self.apps:
            if known.slug == slug:
                return known
        app = App(
            id=number if number is not None else 900_000 + self.count("app"),
            slug=slug,
            name=name or slug,
            owner=owner or self.github,
            bot=self.account("Bot", slug, number=bot_id),
        )
        self.apps.append(app)
        self.nodes[app.node_id] = app
        return app

    def team(self, handle: str, *members: Account) -> Team:
        """Found a team, named `org/slug`."""
        org, _, slug = handle.partition("/")
        team = Team(
            organization=self.organization(org),
            slug=slug,
            name=slug,
            id=2000 + self.count("team"),
            members=list(members),
        )
        self.teams.append(team)
        self.nodes[team.node_id] = team
        return team

    def token(
        self, account: Account, repository: "Repository | None", app: App | None, permissions: dict[str, Level] | None
    ) -> Token:
        """Issue a token."""
        number = self.count("token")
        token = Token(
            value=f"{'ghs' if app else 'ghp'}_{number:036d}",
            account=account,
            app=app,
            permissions=dict(permissions or {}),
            repositories=[repository] if repository is not None else [],
            installation=70_000 + number,
        )
        self.tokens[token.value] = token
        return token

    def find_account(self, login: str) -> Account | None:
        """Find a living account by the login that REST writes, without regard to case."""
        wanted = login.casefold()
        return next((each for each in self.accounts if not each.deleted and each.rest_login.casefold() == wanted), None)

    def find_repository(self, owner: str, name: str) -> "Repository | None":
        """Find a repository by name, without regard to case."""
        wanted = f"{owner}/{name}".casefold()
        return next((each for each in self.repositories if each.full_name.casefold() == wanted), None)

    def find_team(self, org: str, slug: str) -> Team | None:
        """Find a team, without regard to case."""
        return next((each for each in self.teams if each.handle.casefold() == f"{org}/{slug}".casefold()), None)

    def owner_of(self, person: Person) -> Account | None:
        """Find the account to which a commit's author or committer belongs, by address."""
        account = self._addresses.get(person.email.lower())
        return None if account is None or account.deleted else account
