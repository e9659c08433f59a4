"""Every REST operation the server has, asked once: its answer is as GitHub's description says, or the test fails."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.github_server.hub import GitHubServer
from tests.github_server.rest.routing import ROUTES
from tests.github_server.state.access import Token
from tests.github_server.state.git_store import Submodule, Symlink
from tests.github_server.state.repository import Repository
from tests.github_server.state.rules import Protection

R = "/repos/{owner}/{repo}"
Body = dict[str, Any] | None
Row = tuple[str, str, str, Body]

TOUR: tuple[Row, ...] = (
    ("GET", R, "/repos/acme/shop", None),
    ("GET", f"{R}/collaborators/{{username}}/permission", "/repos/acme/shop/collaborators/ann/permission", None),
    ("GET", f"{R}/collaborators/{{username}}", "/repos/acme/shop/collaborators/ann", None),
    ("GET", f"{R}/branches/{{branch}}", "/repos/acme/shop/branches/main", None),
    ("GET", f"{R}/branches/{{branch}}/protection", "/repos/acme/shop/branches/main/protection", None),
    ("GET", f"{R}/rules/branches/{{branch}}", "/repos/acme/shop/rules/branches/main", None),
    ("GET", f"{R}/activity", "/repos/acme/shop/activity?per_page=1", None),
    ("POST", f"{R}/git/blobs", "/repos/acme/shop/git/blobs", {"content": "aGk=", "encoding": "base64"}),
    (
        "POST",
        f"{R}/git/trees",
        "/repos/acme/shop/git/trees",
        {"base_tree": "$main", "tree": [{"path": "n", "mode": "100644", "type": "blob", "content": "n"}]},
    ),
    (
        "POST",
        f"{R}/git/commits",
        "/repos/acme/shop/git/commits",
        {"message": "m", "tree": "$tree", "parents": ["$main"]},
    ),
    ("POST", f"{R}/git/refs", "/repos/acme/shop/git/refs", {"ref": "refs/heads/new", "sha": "$main"}),
    ("GET", f"{R}/git/ref/{{ref}}", "/repos/acme/shop/git/ref/heads/new", None),
    ("GET", f"{R}/git/matching-refs/{{ref}}", "/repos/acme/shop/git/matching-refs/heads/n", None),
    ("PATCH", f"{R}/git/refs/{{ref}}", "/repos/acme/shop/git/refs/heads/new", {"sha": "$main", "force": True}),
    ("DELETE", f"{R}/git/refs/{{ref}}", "/repos/acme/shop/git/refs/heads/new", None),
    ("GET", f"{R}/git/commits/{{commit_sha}}", "/repos/acme/shop/git/commits/$main", None),
    ("GET", f"{R}/git/trees/{{tree_sha}}", "/repos/acme/shop/git/trees/$main?recursive=1", None),
    ("GET", f"{R}/git/blobs/{{file_sha}}", "/repos/acme/shop/git/blobs/$blob", None),
    ("GET", f"{R}/contents/{{path}}", "/repos/acme/shop/contents/docs?ref=main", None),
    ("GET", f"{R}/contents/{{path}}", "/repos/acme/shop/contents/docs/link", None),
    ("GET", f"{R}/contents/{{path}}", "/repos/acme/shop/contents/docs/a.md", None),
    ("GET", f"{R}/commits", "/repos/acme/shop/commits?sha=main&path=docs", None),
    ("GET", f"{R}/commits/{{ref}}", "/repos/acme/shop/commits/main", None),
    ("GET", f"{R}/compare/{{basehead}}", "/repos/acme/shop/compare/main...agent/x", None),
    ("GET", f"{R}/pulls", "/repos/acme/shop/pulls?state=all&sort=updated&direction=desc", None),
    ("POST", f"{R}/pulls", "/repos/acme/shop/pulls", {"title": "t", "head": "spare", "base": "main"}),
    ("GET", f"{R}/pulls/{{pull_number}}", "/repos/acme/shop/pulls/1", None),
    ("PATCH", f"{R}/pulls/{{pull_number}}", "/repos/acme/shop/pulls/1", {"title": "new", "base": "stage"}),
    ("GET", f"{R}/pulls/{{pull_number}}/files", "/repos/acme/shop/pulls/1/files", None),
    ("GET", f"{R}/pulls/{{pull_number}}/commits", "/repos/acme/shop/pulls/1/commits", None),
    ("GET", f"{R}/commits/{{commit_sha}}/pulls", "/repos/acme/shop/commits/$head/pulls", None),
    ("GET", f"{R}/pulls/{{pull_number}}/requested_reviewers", "/repos/acme/shop/pulls/1/requested_reviewers", None),
    (
        "POST",
        f"{R}/pulls/{{pull_number}}/requested_reviewers",
        "/repos/acme/shop/pulls/1/requested_reviewers",
        {"reviewers": ["ann"], "team_reviewers": ["platform"]},
    ),
    (
        "DELETE",
        f"{R}/pulls/{{pull_number}}/requested_reviewers",
        "/repos/acme/shop/pulls/1/requested_reviewers",
        {"reviewers": ["ann"], "team_reviewers": ["platform"]},
    ),
    ("GET", f"{R}/pulls/{{pull_number}}/reviews", "/repos/acme/shop/pulls/1/reviews", None),
    ("GET", f"{R}/pulls/{{pull_number}}/reviews/{{review_id}}", "/repos/acme/shop/pulls/1/reviews/$review", None),
    (
        "POST",
        f"{R}/pulls/{{pull_number}}/reviews",
        "/repos/acme/shop/pulls/1/reviews",
        {"event": "COMMENT", "body": "hm", "commit_id": "$head"},
    ),
    (
        "PUT",
        f"{R}/pulls/{{pull_number}}/reviews/{{review_id}}/dismissals",
        "/repos/acme/shop/pulls/1/reviews/$review/dismissals",
        {"message": "no"},
    ),
    ("GET", f"{R}/issues", "/repos/acme/shop/issues?state=all&labels=debt", None),
    (
        "POST",
        f"{R}/issues",
        "/repos/acme/shop/issues",
        {"title": "t", "body": "b", "labels": ["debt"], "assignees": ["ann"]},
    ),
    ("GET", f"{R}/issues/{{issue_number}}", "/repos/acme/shop/issues/1", None),
    (
        "PATCH",
        f"{R}/issues/{{issue_number}}",
        "/repos/acme/shop/issues/2",
        {"state": "closed", "labels": ["debt", "x"]},
    ),
    ("GET", f"{R}/issues/{{issue_number}}/comments", "/repos/acme/shop/issues/1/comments", None),
    ("POST", f"{R}/issues/{{issue_number}}/comments", "/repos/acme/shop/issues/1/comments", {"body": "hello"}),
    ("GET", f"{R}/issues/comments/{{comment_id}}", "/repos/acme/shop/issues/comments/$comment", None),
    ("PATCH", f"{R}/issues/comments/{{comment_id}}", "/repos/acme/shop/issues/comments/$comment", {"body": "new"}),
    (
        "POST",
        f"{R}/issues/comments/{{comment_id}}/reactions",
        "/repos/acme/shop/issues/comments/$comment/reactions",
        {"content": "+1"},
    ),
    (
        "GET",
        f"{R}/issues/comments/{{comment_id}}/reactions",
        "/repos/acme/shop/issues/comments/$comment/reactions",
        None,
    ),
    ("DELETE", f"{R}/issues/comments/{{comment_id}}", "/repos/acme/shop/issues/comments/$comment", None),
    (
        "POST",
        f"{R}/issues/{{issue_number}}/labels",
        "/repos/acme/shop/issues/1/labels",
        {"labels": ["keyturn: pending"]},
    ),
    ("GET", f"{R}/issues/{{issue_number}}/labels", "/repos/acme/shop/issues/1/labels", None),
    (
        "DELETE",
        f"{R}/issues/{{issue_number}}/labels/{{name}}",
        "/repos/acme/shop/issues/1/labels/keyturn:%20pending",
        None,
    ),
    ("PUT", f"{R}/issues/{{issue_number}}/labels", "/repos/acme/shop/issues/1/labels", {"labels": ["a", "b"]}),
    ("GET", f"{R}/labels", "/repos/acme/shop/labels", None),
    ("POST", f"{R}/labels", "/repos/acme/shop/labels", {"name": "fresh", "color": "ff0000", "description": "d"}),
    ("GET", f"{R}/labels/{{name}}", "/repos/acme/shop/labels/fresh", None),
    (
        "POST",
        f"{R}/statuses/{{sha}}",
        "/repos/acme/shop/statuses/$head",
        {"state": "pending", "context": "keyturn", "description": "d", "target_url": "https://example.org/x"},
    ),
    ("GET", f"{R}/commits/{{ref}}/statuses", "/repos/acme/shop/commits/$head/statuses", None),
    ("GET", f"{R}/commits/{{ref}}/status", "/repos/acme/shop/commits/$head/status", None),
    (
        "POST",
        f"{R}/check-runs",
        "/repos/acme/shop/check-runs",
        {
            "name": "keyturn",
            "head_sha": "$head",
            "status": "in_progress",
            "external_id": "x",
            "output": {
                "title": "t",
                "summary": "s",
                "annotations": [
                    {"path": "a", "start_line": 1, "end_line": 1, "annotation_level": "failure", "message": "m"}
                ],
            },
        },
    ),
    ("GET", f"{R}/commits/{{ref}}/check-runs", "/repos/acme/shop/commits/$head/check-runs?filter=all", None),
    ("GET", f"{R}/commits/{{ref}}/check-suites", "/repos/acme/shop/commits/$head/check-suites", None),
    ("GET", f"{R}/check-runs/{{check_run_id}}", "/repos/acme/shop/check-runs/$run", None),
    ("PATCH", f"{R}/check-runs/{{check_run_id}}", "/repos/acme/shop/check-runs/$run", {"conclusion": "success"}),
    ("GET", f"{R}/check-runs/{{check_run_id}}/annotations", "/repos/acme/shop/check-runs/$run/annotations", None),
    ("GET", f"{R}/actions/runs", "/repos/acme/shop/actions/runs?head_sha=$head&status=success", None),
    ("GET", f"{R}/actions/runs/{{run_id}}", "/repos/acme/shop/actions/runs/$workflow", None),
    ("GET", f"{R}/actions/workflows", "/repos/acme/shop/actions/workflows", None),
    ("GET", f"{R}/actions/workflows/{{workflow_id}}", "/repos/acme/shop/actions/workflows/ci.yml", None),
    (
        "GET",
        f"{R}/actions/workflows/{{workflow_id}}/runs",
        "/repos/acme/shop/actions/workflows/60001/runs?event=push",
        None,
    ),
    ("GET", f"{R}/collaborators", "/repos/acme/shop/collaborators?permission=push", None),
    ("GET", f"{R}/branches", "/repos/acme/shop/branches?per_page=2", None),
    ("GET", "/users/{username}", "/users/ann", None),
    ("GET", "/user", "/user", None),
    ("GET", "/apps/{app_slug}", "/apps/keyturn-gate", None),
    ("GET", "/installation/repositories", "/installation/repositories", None),
    ("GET", "/orgs/{org}/teams/{team_slug}", "/orgs/acme/teams/platform", None),
    ("GET", "/orgs/{org}/teams/{team_slug}/members", "/orgs/acme/teams/platform/members?role=all", None),
    ("GET", "/orgs/{org}/teams/{team_slug}/memberships/{username}", "/orgs/acme/teams/platform/memberships/ann", None),
    ("GET", "/rate_limit", "/rate_limit", None),
    ("PUT", f"{R}/pulls/{{pull_number}}/merge", "/repos/acme/shop/pulls/1/merge", {"merge_method": "squash"}),
    ("GET", f"{R}/pulls/{{pull_number}}/merge", "/repos/acme/shop/pulls/1/merge", None),
)


@pytest.fixture
def send(hub: GitHubServer, repo: Repository) -> Callable[[Row], requests.Response]:
    """A repository with something of everything, and a way to ask one row of the tour."""
    ann = repo.user("ann", role="write")
    repo.team("acme/platform", ann)
    repo.branch("stage")
    repo.commit("main", {".github/workflows/ci.yml": "name: CI\non: push\n"})
    repo.commit("main", {"docs/a.md": "a\n", "docs/link": Symlink("a.md"), "docs/sub": Submodule("4" * 40)})
    repo.branch("spare", repo.build(repo.tip("main"), {"s": "s"}, author=ann).oid)
    repo.rules.require_checks("main", {"test": 15368})
    repo.rules.protections["main"] = Protection(contexts={"test": None})
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"}, head="agent/x", commit={"signed": True})
    repo.issue(ann, "debt", labels=["debt"])
    review, comment = pull.approve(ann, "ok"), pull.comment(ann, "hi")
    pull.check_run("test")
    gate = repo.app_token("keyturn-gate")
    gate.permissions["administration"] = "read"
    run = repo.check_run(pull.head_oid, "scan", app="keyturn-gate")
    person = repo.user_token(ann)
    names = {
        "$main": repo.tip("main"),
        "$head": pull.head_oid,
        "$tree": hub.world.store.get_commit(repo.tip("main")).tree,
        "$blob": hub.world.store.blob(b"a\n").oid,
        "$review": str(review.id),
        "$comment": str(comment.id),
        "$run": str(run.id),
        "$workflow": str(repo.checks.workflow_runs[0].id),
    }

    def ask(row: Row) -> requests.Response:
        method, template, path, body = row
        token: Token = person if template == "/user" else gate
        return requests.request(
            method,
            hub.api_url + _filled(path, names),
            json=None if body is None else _filled(body, names),
            headers={"Authorization": f"token {token.value}"},
            timeout=10,
        )

    return ask


def _filled(value: Any, names: dict[str, str]) -> Any:  # noqa: ANN401 - any JSON
    match value:
        case str():
            for name, text in names.items():
                value = value.replace(name, text)
            return value
        case dict():
            return {key: _filled(inner, names) for key, inner in value.items()}
        case list():
            return [_filled(inner, names) for inner in value]
        case _:
            return value


def test_tour__in_one_go(send: Callable[[Row], requests.Response]) -> None:
    """Each operation answers with success, and in the form that GitHub's description gives it."""
    for row in TOUR:
        answer = send(row)
        assert answer.status_code < 300, (row, answer.text)


def test_tour__after_people_and_forks_are_gone(
    send: Callable[[Row], requests.Response], hub: GitHubServer, repo: Repository
) -> None:
    """What is read is still of the right form when authors and head repositories are gone.

    But that the head's repository and its owner are null then, as GitHub is known to send, the description leaves out.
    """
    eve = repo.user("eve")
    fork = repo.fork(eve)
    pull = repo.pull_request(author=eve, files={"e": "e"}, head="fix", head_repository=fork)
    pull.comment(eve, "gone soon")
    pull.review(eve, "APPROVED")
    issue = repo.issue(eve, "debt", labels=["debt"])
    issue.close(eve)
    pull.close(eve)
    pull.head_repository = None
    eve.deleted = True
    number = str(pull.number)

    for method, template, path, body in TOUR:
        if method == "GET" and "{pull_number}" in template and not template.endswith(("{review_id}", "/merge")):
            path = path.replace("/1", f"/{number}")  # noqa: PLW2901 - the same row, of another pull request
        if method == "GET":
            assert send((method, template, path, body)).status_code in {200, 204, 404}, path

    assert {defect.rpartition(" <- ")[2].removeprefix("0/") for defect in hub.journal.defects} <= {
        "head/repo: None for not nullable",
        "head/user: None for not nullable",
    }
    hub.journal.defects.clear()


def test_tour__misses_no_handler() -> None:
    """The tour visits every handler there is."""
    assert {(method, template) for method, template, _, _ in TOUR} == set(ROUTES)


def test_contents__in_lines_of_base64(repo: Repository, hub: GitHubServer) -> None:
    """A file's content comes in Base64, broken into lines as GitHub breaks it."""
    repo.commit("main", {"long": "x" * 100})

    answer = requests.get(
        f"{hub.api_url}/repos/acme/shop/contents/long",
        headers={"Authorization": f"token {repo.workflow_token().value}"},
        timeout=10,
    )

    content = answer.json()["content"]
    assert max(map(len, content.splitlines())) == 60
    assert base64.b64decode(content) == b"x" * 100


def test_answer__of_the_wrong_form_is_a_defect(hub: GitHubServer, repo: Repository) -> None:
    """An answer that the description does not allow is found out."""
    repo.label("bug").color = None  # type: ignore[assignment]

    requests.get(
        f"{hub.api_url}/repos/acme/shop/labels",
        headers={"Authorization": f"token {repo.workflow_token().value}"},
        timeout=10,
    )

    (defect,) = hub.journal.defects
    assert "0/color: None for not nullable" in defect
    hub.journal.defects.clear()
