"""Where the writer's tests write: a repository with one open pull request, and a writer with a token for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from keyturn.core.chain import Anchor
from keyturn.core.verdict import Annotation, VerdictState
from keyturn.github.client import Client
from keyturn.github.patience import Patience
from keyturn.github.writer import GitHubWriter
from keyturn.ports import PublishedVerdict, VerdictToPublish
from keyturn.settings import Publish, Settings
from tests.github_server.hub import GitHubServer
from tests.github_server.state.access import Level, Token
from tests.github_server.state.pull_request import PullRequest
from tests.github_server.state.repository import Repository

ANCHOR = Anchor("pulls/0/1/000001.json", "c" * 40, 1)


@dataclass(slots=True, kw_only=True)
class WritingPlace:
    """A server, its one repository, the pull request in it, and how long the writers waited, in seconds."""

    server: GitHubServer
    repository: Repository
    pull: PullRequest
    waits: list[float] = field(default_factory=list)
    _clients: list[Client] = field(default_factory=list)

    def writer(
        self, *, app: bool = False, token: Token | None = None, permissions: dict[str, Level] | None = None
    ) -> GitHubWriter:
        """A writer with the workflow's own token, or with that of an App, which publishes check runs."""
        if token is None:
            issue = self.repository.app_token if app else self.repository.workflow_token
            token = issue(permissions=permissions)
        settings = Settings(
            repository=self.repository.full_name,
            token=token.value,
            api_url=self.server.api_url,
            publish=Publish.CHECK if app else Publish.STATUS,
        )
        client = Client(settings, Patience(now=lambda: self.server.clock.now, sleep=self._sleep))
        self._clients.append(client)
        return GitHubWriter(client, settings)

    def close(self) -> None:
        """Close the writers' connections."""
        for client in self._clients:
            client.close()

    def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.server.clock.advance(seconds=seconds)

    @property
    def head(self) -> str:
        """The pull request's head commit."""
        return self.pull.head_oid

    def told(self) -> list[str]:
        """Every request so far in one line, addresses from the repository on."""
        home = f"/repos/{self.repository.full_name}"
        return [str(request).replace(home, "") for request in self.server.requests]


@contextmanager
def writing_place(*, enterprise: bool = False) -> Iterator[WritingPlace]:
    """Open a repository `acme/shop` with a pull request by an agent; nothing may breach GitHub's interface in it."""
    with GitHubServer(enterprise=enterprise) as server:
        repository = server.repository("acme/shop")
        pull = repository.pull_request(author=repository.bot("release-bot"), files={"src/tax.py": "rate = 19\n"})
        place = WritingPlace(server=server, repository=repository, pull=pull)
        try:
            yield place
        finally:
            place.close()


def verdict(
    state: VerdictState = VerdictState.PENDING,
    *,
    name: str = "keyturn",
    description: str = "Waiting for 1 approval",
    anchor: Anchor | None = ANCHOR,
    replaces: PublishedVerdict | None = None,
    annotations: tuple[Annotation, ...] = (),
    text: str = "",
) -> VerdictToPublish:
    """A verdict about pull request 1."""
    return VerdictToPublish(
        name=name,
        state=state,
        description=description,
        target="https://github.com/acme/shop/pull/1",
        anchor=anchor,
        replaces=replaces,
        title="Waiting for one approval",
        summary="One approval is missing.",
        text=text,
        annotations=annotations,
    )
