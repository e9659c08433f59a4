"""A server, a repository, and the real client."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from github import Auth, Github

from tests.github_server.hub import GitHubServer
from tests.github_server.state.access import Token
from tests.github_server.state.repository import Repository

Client = Callable[[Token], Github]
Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def hub() -> Iterator[GitHubServer]:
    """A server that fails the test on leaving if anything was asked of it that GitHub would not know."""
    with GitHubServer(checks_answers=True) as server:
        yield server


@pytest.fixture
def repo(hub: GitHubServer) -> Repository:
    """A public repository with a rule book."""
    return hub.repository("acme/shop", files={"rules.yml": "version: 1\n"})


@pytest.fixture
def client(hub: GitHubServer) -> Iterator[Client]:
    """Makes PyGithub clients that neither wait nor try again."""
    made: list[Github] = []

    def make(token: Token) -> Github:
        github = Github(
            auth=Auth.Token(token.value),
            base_url=hub.api_url,
            retry=None,
            seconds_between_requests=0,
            seconds_between_writes=0,
            per_page=100,
        )
        made.append(github)
        return github

    yield make
    for github in made:
        github.close()


@pytest.fixture
def ask(hub: GitHubServer) -> Ask:
    """Posts a GraphQL request and gives the whole answer, data and errors."""

    def post(token: Token, query: str, **variables: object) -> dict[str, Any]:
        answer = requests.post(
            hub.graphql_url,
            json={"query": query, "variables": variables},
            headers={"Authorization": f"bearer {token.value}"},
            timeout=10,
        )
        assert answer.status_code == 200
        found: dict[str, Any] = answer.json()
        return found

    return post
