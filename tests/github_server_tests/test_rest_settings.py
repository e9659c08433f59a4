"""How the server tells of a repository's settings, as `keyturn doctor` asks for them."""

import pytest
import requests

from tests.github_server.hub import GitHubServer
from tests.github_server.state.access import Token
from tests.github_server.state.repository import Repository
from tests.github_server.state.rules import Protection


def get(hub: GitHubServer, token: Token, path: str) -> requests.Response:
    """Ask for something of the repository."""
    headers = {"Authorization": f"bearer {token.value}"}
    return requests.get(f"{hub.api_url}/repos/acme/shop{path}", headers=headers, timeout=10)


@pytest.mark.parametrize(
    ("query", "names"),
    [("", ["main", "old", "stage"]), ("?protected=true", ["main", "old"]), ("?protected=false", ["stage"])],
)
def test_branches__by_protection(hub: GitHubServer, repo: Repository, query: str, names: list[str]) -> None:
    """A branch is protected by a ruleset or by the older kind of protection."""
    repo.branch("stage")
    repo.branch("old")
    repo.rules.add("deletion", "main")
    repo.rules.protections["old"] = Protection()
    listed = get(hub, repo.workflow_token(), f"/branches{query}").json()
    assert [branch["name"] for branch in listed] == names


def test_protection__with_reviews(hub: GitHubServer, repo: Repository) -> None:
    """What the older kind asks of reviews is shown to administrators, as GitHub describes it."""
    repo.rules.protections["main"] = Protection(reviews={"required_approving_review_count": 2})
    shown = get(hub, repo.user_token(repo.maintainer), "/branches/main/protection").json()
    assert shown["required_pull_request_reviews"] == {
        "dismiss_stale_reviews": False,
        "require_code_owner_reviews": False,
        "required_approving_review_count": 2,
    }


def test_issue__needs_a_title(hub: GitHubServer, repo: Repository) -> None:
    """A blank title is refused, and no issue is made."""
    answer = requests.post(
        f"{hub.api_url}/repos/acme/shop/issues",
        json={"title": " "},
        headers={"Authorization": f"bearer {repo.workflow_token().value}"},
        timeout=10,
    )
    assert (answer.status_code, answer.json()["message"]) == (422, "Validation Failed")
    assert repo.issues == []
