"""What GitHub does not know is refused and remembered, so that a test which asks for it fails."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.github_server.hub import GitHubServer
from tests.github_server.state.access import Token
from tests.github_server.state.repository import Repository

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def lenient() -> GitHubServer:
    """A server whose complaints the test looks at itself."""
    return GitHubServer()


def _send(hub: GitHubServer, token: Token, method: str, path: str, **how: Any) -> requests.Response:
    headers = {"Authorization": f"token {token.value}"}
    return requests.request(method, hub.api_url + path, headers=headers, timeout=10, **how)


@pytest.mark.parametrize(
    ("method", "path", "how", "told"),
    [
        ("POST", "/repos/acme/shop/statuses/%s", {"json": {"state": "green"}}, "green"),
        ("POST", "/repos/acme/shop/statuses/%s", {"json": {"context": "x"}}, "'state' is a required property"),
        (
            "POST",
            "/repos/acme/shop/statuses/%s",
            {"json": {"state": "success", "contxt": "x"}},
            "unknown member 'contxt'",
        ),
        ("GET", "/repos/acme/shop/pulls?state=merged", {}, "merged"),
        ("GET", "/repos/acme/shop/pulls?per_pag=100", {}, "unknown query parameter 'per_pag'"),
        (
            "POST",
            "/repos/acme/shop/check-runs",
            {"json": {"name": "x", "head_sha": "y", "conclusion": "green"}},
            "green",
        ),
        ("POST", "/repos/acme/shop/issues/1/reactions", {"json": {"content": "shrug"}}, "shrug"),
    ],
)
def test_rest__a_request_against_the_description(
    lenient: GitHubServer, method: str, path: str, how: dict[str, Any], told: str
) -> None:
    """A wrong or misspelt parameter or body is recorded, answered 422 and fails the test."""
    repo = lenient.repository("acme/shop")

    answer = _send(lenient, repo.workflow_token(), method, path.replace("%s", repo.tip("main")), **how)

    assert answer.status_code == 422
    assert any(told in violation for violation in lenient.violations)
    with pytest.raises(AssertionError, match="acme/shop"), lenient:
        pass


def test_rest__an_operation_github_does_not_have(lenient: GitHubServer) -> None:
    """An address or method that the description lacks is recorded and answered 404."""
    token = lenient.repository("acme/shop").workflow_token()

    answer = _send(lenient, token, "GET", "/repos/acme/shop/pull/1")

    assert answer.status_code == 404
    assert lenient.violations == ["GET /repos/acme/shop/pull/1: GitHub has no such operation"]
    lenient.close()


def test_rest__an_operation_the_server_lacks(lenient: GitHubServer) -> None:
    """What GitHub has and the server does not is a gap of the server, told apart from a breach."""
    token = lenient.repository("acme/shop").workflow_token()

    answer = _send(lenient, token, "GET", "/repos/acme/shop/stargazers")

    assert answer.status_code == 501
    assert lenient.violations == []
    assert lenient.unimplemented == ["GET /repos/{owner}/{repo}/stargazers"]
    with pytest.raises(AssertionError, match="not implemented by the test server"), lenient:
        pass


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ('{ repository(owner: "acme", name: "shop") { pullRequets(first: 1) { totalCount } } }', "pullRequets"),
        ('{ repository(owner: "acme") { id } }', "name"),
        (
            '{ repository(owner: "acme", name: "shop") { pullRequests(first: 1, states: GREEN) { totalCount } } }',
            "GREEN",
        ),
        ("{ viewer { login }", "Syntax Error"),
        ('{ repository(owner: "acme", name: "shop") { object(oid: "abc") { oid } } }', "abc"),
        (
            '{ repository(owner: "acme", name: "shop") { pullRequests(first: 101) { nodes { id } } } }',
            "exceeds the `first` limit of 100 records",
        ),
        (
            '{ repository(owner: "acme", name: "shop") { pullRequests { nodes { id } } } }',
            "You must provide a `first` or `last` value to properly paginate the `pullRequests` connection.",
        ),
        (
            """{ repository(owner: "acme", name: "shop") { pullRequests(first: 100) { nodes { comments(first: 100) {
                 nodes { reactions(first: 100) { nodes { content } } } } } } } }""",
            "exceeds the maximum limit of 500,000",
        ),
    ],
)
def test_graphql__a_query_against_the_schema(lenient: GitHubServer, query: str, told: str) -> None:
    """A query that GitHub would refuse is answered with errors and no data, and fails the test."""
    token = lenient.repository("acme/shop").workflow_token()

    answer = _send(lenient, token, "POST", "/graphql", json={"query": query})

    assert answer.status_code == 200
    assert "data" not in answer.json()
    assert any(told in violation for violation in lenient.violations)
    with pytest.raises(AssertionError, match="GraphQL"), lenient:
        pass


def test_graphql__a_field_the_server_lacks(lenient: GitHubServer) -> None:
    """A field that the schema has and the server does not is an error in the answer, never a silent null."""
    token = lenient.repository("acme/shop").workflow_token()

    answer = _send(
        lenient, token, "POST", "/graphql", json={"query": '{ repository(owner: "acme", name: "shop") { isMirror } }'}
    )

    assert answer.json()["errors"]
    assert lenient.unimplemented == ["GraphQL field Repository.isMirror"]
    lenient.close()


def test_graphql__variables_of_the_wrong_type(lenient: GitHubServer) -> None:
    """Variables are held against the schema too."""
    token = lenient.repository("acme/shop").workflow_token()
    query = 'query Q($number: Int!) { repository(owner: "acme", name: "shop") { pullRequest(number: $number) { id } } }'

    answer = _send(lenient, token, "POST", "/graphql", json={"query": query, "variables": {"number": "one"}})

    assert "errors" in answer.json()
    assert any("number" in violation for violation in lenient.violations)
    lenient.close()


def test_graphql__costs_points(repo: Repository, ask: Ask) -> None:
    """A query costs what the documentation says: the requests that fill its connections, by the hundred."""
    token = repo.workflow_token()
    query = """{ rateLimit { cost used nodeCount } repository(owner: "acme", name: "shop") {
      pullRequests(first: 100) { nodes { comments(first: 10) { nodes { reactions(first: 1) { totalCount } } } } } } }"""

    answer = ask(token, query)

    assert answer["data"]["rateLimit"] == {"cost": 11, "used": 11, "nodeCount": 100 + 100 * 10 + 100 * 10 * 1}


def test_limits__used_up(hub: GitHubServer, repo: Repository) -> None:
    """When an hour's requests are used up, GitHub refuses until the hour is over."""
    token = repo.workflow_token()
    token.core.limit = 1

    answers = [_send(hub, token, "GET", "/repos/acme/shop") for _ in range(2)]
    hub.clock.advance(hours=1)
    later = _send(hub, token, "GET", "/repos/acme/shop")

    assert [each.status_code for each in [*answers, later]] == [200, 403, 200]
    assert answers[1].headers["x-ratelimit-remaining"] == "0"
    assert "API rate limit exceeded" in answers[1].json()["message"]


def test_enterprise__addresses_have_a_prefix() -> None:
    """GitHub Enterprise answers under /api/v3 and /api/graphql."""
    with GitHubServer(enterprise=True) as hub:
        token = hub.repository("acme/shop").workflow_token()

        rest = _send(hub, token, "GET", "/repos/acme/shop")
        headers = {"Authorization": f"bearer {token.value}"}
        graphql = requests.post(hub.graphql_url, json={"query": "{ viewer { login } }"}, headers=headers, timeout=10)

    assert hub.api_url.endswith("/api/v3")
    assert hub.graphql_url.endswith("/api/graphql")
    assert rest.json()["url"] == f"{hub.api_url}/repos/acme/shop"
    assert graphql.json()["data"] == {"viewer": {"login": "github-actions[bot]"}}


def test_date__is_the_servers(hub: GitHubServer, repo: Repository) -> None:
    """The Date header follows the server's clock, and can be left out."""
    hub.clock.set("2026-03-01T12:00:00Z")
    token = repo.workflow_token()

    with_date = _send(hub, token, "GET", "/repos/acme/shop")
    hub.sends_date = False
    without = _send(hub, token, "GET", "/repos/acme/shop")

    assert with_date.headers["Date"] == "Sun, 01 Mar 2026 12:00:00 GMT"
    assert "Date" not in without.headers
