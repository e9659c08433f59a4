"""The table of REST handlers, and what a handler may ask for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from urllib.parse import urlencode

from tests.github_server.exchange import Answer, RefusalError, Request, not_found
from tests.github_server.journal import Journal
from tests.github_server.state.access import Level, Token
from tests.github_server.state.accounts import Account
from tests.github_server.state.git_objects import Commit
from tests.github_server.state.pull_request import PullRequest
from tests.github_server.state.repository import Repository
from tests.github_server.state.world import World

NO_RIGHT: Final = "Resource not accessible by integration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request to one operation: who asks, with which path parameters, query and body."""

    world: World
    journal: Journal
    token: Token
    request: Request
    values: Mapping[str, str]

    @property
    def body(self) -> dict[str, Any]:
        """The body, an empty one where there is none."""
        body = self.request.body
        return body if isinstance(body, dict) else {}

    @property
    def repository(self) -> Repository:
        """The repository of the path; 404 where there is none that the token may see."""
        found = self.world.find_repository(self.values["owner"], self.values["repo"])
        if found is None or not self.token.sees(found):
            raise not_found()
        return found

    @property
    def pull_request(self) -> PullRequest:
        """The pull request of the path."""
        found = self.repository.find_pull_request(self.number("pull_number"))
        if found is None:
            raise not_found()
        return found

    def number(self, name: str) -> int:
        """Read a path parameter that is a number."""
        if not self.values[name].isdecimal():
            raise not_found()
        return int(self.values[name])

    def query(self, name: str, default: str | None = None) -> str | None:
        """Read a query parameter; the last one counts where it is given twice."""
        values = self.request.query.get(name)
        return values[-1] if values else default

    def commit(self, revision: str) -> Commit:
        """Find the commit that a branch, a ref or a full name stands for; 422 where there is none."""
        refs, store = self.repository.refs, self.world.store
        for name in (revision, f"refs/{revision}", f"refs/heads/{revision}"):
            if name in refs:
                return store.get_commit(refs[name])
        if store.has_commit(revision):
            return store.get_commit(revision)
        raise RefusalError(422, f"No commit found for SHA: {revision}")

    def account(self, login: str) -> Account:
        """Find an account."""
        found = self.world.find_account(login)
        if found is None:
            raise not_found()
        return found

    def page(self, items: Sequence[Any], show: Callable[[Any], Any], *, default: int = 30) -> Answer:
        """Answer with the page of a list that the query asks for, with links to the others."""
        chosen, headers = self.cut(items, default=default)
        return Answer(body=[show(each) for each in chosen], headers=headers)

    def cut(self, items: Sequence[Any], *, default: int = 30) -> tuple[Sequence[Any], dict[str, str]]:
        """Cut the page of a list that the query asks for, and make the header that links to the others."""
        size = min(int(self.query("per_page") or default) or default, 100)
        number, last = max(int(self.query("page") or 1), 1), max(-(-len(items) // size), 1)
        links: dict[str, int] = {}
        if number > 1:
            links |= {"prev": number - 1, "first": 1}
        if number < last:
            links |= {"next": number + 1, "last": last}
        told = ", ".join(f'<{self._address(page)}>; rel="{name}"' for name, page in links.items())
        return items[(number - 1) * size : number * size], {"Link": told} if told else {}

    def _address(self, page: int) -> str:
        query = {name: values[-1] for name, values in self.request.query.items()} | {"page": str(page)}
        return f"{self.world.api_url}{self.request.path}?{urlencode(query)}"


Handler: TypeAlias = Callable[[Call], Any]
Need: TypeAlias = tuple[str, Level]
Needs: TypeAlias = tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """A handler and the permissions of which any one is enough."""

    handler: Handler
    needs: Needs


ROUTES: dict[tuple[str, str], Route] = {}


def route(method: str, template: str, *needs: Need) -> Callable[[Handler], Handler]:
    """Register a handler for an operation of the published description."""

    def register(handler: Handler) -> Handler:
        ROUTES[method, template] = Route(handler, needs)
        return handler

    return register


def check(call: Call, needs: Needs) -> None:
    """Refuse where the token has none of the permissions, as GitHub words it for Apps and for people."""
    if not needs or "repo" not in call.values:
        return
    repository = call.repository
    if any(call.token.may(scope, level, repository) for scope, level in needs):
        return
    if call.token.app is not None:
        raise RefusalError(403, NO_RIGHT)
    if any(level == "write" for _, level in needs) and repository.role_of(call.token.account) != "none":
        raise RefusalError(403, "Must have push access to repository")
    raise not_found()
