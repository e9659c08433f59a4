"""What GitHub refuses though its description allows it: one row for each refusal."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.github_server.hub import GitHubServer
from tests.github_server.state.git_store import Symlink
from tests.github_server.state.repository import Repository
from tests.github_server_tests.asking import Ask

Body = dict[str, Any] | None
NOBODY = "9" * 40
S = "/repos/acme/shop"


@pytest.fixture
def send(hub: GitHubServer, repo: Repository) -> Callable[..., requests.Response]:
    """A repository with pull request 1 and issue 2, and a way to ask as one of several."""
    ann = repo.user("ann", role="write")
    repo.user("tom", role="read")
    repo.team("acme/platform", ann)
    pull = repo.pull_request(author=ann, files={"a": "a"}, head="ann/a")
    pull.review(ann, "COMMENTED", "hm")
    repo.issue(ann, "debt")
    repo.commit("main", {"dangling": Symlink("nowhere")})
    names = {"$review": str(pull.reviews[0].id), "$main": repo.tip("main"), "$tree": _tree(repo)}
    tokens = {
        "gate": repo.app_token(),
        "workflow": repo.workflow_token(),
        "pulls": repo.workflow_token({"pull_requests": "write"}),
        "ann": repo.user_token(ann),
        "tom": repo.user_token(repo.user("tom", role="read")),
    }

    def ask(who: str, method: str, path: str, body: Body) -> requests.Response:
        for name, text in names.items():
            path = path.replace(name, text)
            body = None if body is None else {key: text if value == name else value for key, value in body.items()}
        headers = {"Authorization": f"token {tokens[who].value}"}
        return requests.request(method, hub.api_url + path, json=body, headers=headers, timeout=10)

    return ask


def _tree(repo: Repository) -> str:
    return repo.world.store.get_commit(repo.tip("main")).tree


@pytest.mark.parametrize(
    ("who", "method", "path", "body", "status", "told"),
    [
        ("gate", "GET", "/repos/acme/nothing", None, 404, "Not Found"),
        ("gate", "GET", f"{S}/pulls/404", None, 404, "Not Found"),
        ("gate", "GET", f"{S}/pulls/1/reviews/1", None, 404, "Not Found"),
        ("gate", "GET", f"{S}/issues/404", None, 404, "Not Found"),
        ("gate", "GET", f"{S}/issues/comments/404", None, 404, "Not Found"),
        ("gate", "GET", f"{S}/labels/none", None, 404, "Not Found"),
        ("gate", "GET", f"{S}/check-runs/404", None, 404, "Not Found"),
        ("gate", "GET", f"{S}/actions/runs/404", None, 404, "Not Found"),
        ("gate", "GET", f"{S}/actions/workflows/none.yml", None, 404, "Not Found"),
        ("gate", "GET", f"{S}/git/ref/heads/none", None, 404, "Not Found"),
        ("gate", "GET", f"{S}/git/commits/{NOBODY}", None, 404, "Not Found"),
        ("gate", "GET", f"{S}/git/blobs/{NOBODY}", None, 404, "Not Found"),
        ("gate", "GET", f"{S}/contents/a?ref=none", None, 404, "No commit found for the ref none"),
        ("gate", "GET", f"{S}/compare/main...none", None, 404, "Not Found"),
        ("gate", "GET", f"{S}/compare/main", None, 404, "Not Found"),
        ("gate", "GET", f"{S}/branches/none", None, 404, "Branch not found"),
        ("gate", "GET", f"{S}/collaborators/eve", None, 404, "Not Found"),
        ("gate", "GET", f"{S}/branches/main/protection", None, 403, "Resource not accessible by integration"),
        ("gate", "GET", "/users/nobody", None, 404, "Not Found"),
        ("gate", "GET", "/user", None, 403, "Resource not accessible by integration"),
        ("gate", "GET", "/apps/none", None, 404, "Not Found"),
        ("ann", "GET", "/installation/repositories", None, 403, "installation access token"),
        ("gate", "GET", "/orgs/acme/teams/none", None, 404, "Not Found"),
        ("gate", "GET", "/orgs/acme/teams/platform/memberships/tom", None, 404, "Not Found"),
        ("workflow", "GET", "/orgs/acme/teams/platform/memberships/ann", None, 403, "not accessible by integration"),
        ("gate", "GET", f"{S}/commits/{NOBODY}/status", None, 422, "No commit found for SHA"),
        ("gate", "POST", f"{S}/statuses/{NOBODY}", {"state": "success"}, 422, "No commit found for SHA"),
        ("tom", "POST", f"{S}/statuses/$main", {"state": "success"}, 403, "Must have push access to repository"),
        ("gate", "POST", f"{S}/check-runs", {"name": "x", "head_sha": NOBODY}, 422, "No commit found for SHA"),
        ("gate", "POST", f"{S}/git/blobs", {"content": "?", "encoding": "base64"}, 422, "Validation Failed"),
        ("gate", "POST", f"{S}/git/trees", {"tree": [{"path": "a", "sha": NOBODY}]}, 422, "is not a valid blob"),
        ("gate", "POST", f"{S}/git/trees", {"tree": [], "base_tree": NOBODY}, 404, "Not Found"),
        ("gate", "POST", f"{S}/git/commits", {"message": "m", "tree": NOBODY}, 422, "Tree SHA does not exist"),
        (
            "gate",
            "POST",
            f"{S}/git/commits",
            {"message": "m", "tree": "$tree", "parents": [NOBODY]},
            422,
            "does not exist or is not a commit object",
        ),
        ("gate", "POST", f"{S}/git/refs", {"ref": "heads/x", "sha": "$main"}, 422, "at least two slashes"),
        ("gate", "POST", f"{S}/git/refs", {"ref": "refs/heads/x", "sha": NOBODY}, 422, "Object does not exist"),
        ("gate", "PATCH", f"{S}/git/refs/heads/none", {"sha": "$main"}, 422, "Reference does not exist"),
        ("gate", "PATCH", f"{S}/git/refs/heads/main", {"sha": NOBODY}, 422, "Object does not exist"),
        ("gate", "PATCH", f"{S}/git/refs/heads/ann/a", {"sha": "$main"}, 422, "Update is not a fast forward"),
        ("gate", "DELETE", f"{S}/git/refs/heads/none", None, 422, "Reference does not exist"),
        ("gate", "POST", f"{S}/pulls", {"head": "none", "base": "main", "title": "t"}, 422, "Validation Failed"),
        ("ann", "POST", f"{S}/pulls/1/reviews", {"event": "APPROVE"}, 422, "Unprocessable Entity"),
        (
            "gate",
            "PUT",
            f"{S}/pulls/1/reviews/$review/dismissals",
            {"message": "m"},
            422,
            "Can not dismiss a commented",
        ),
        ("gate", "POST", f"{S}/pulls/1/requested_reviewers", {"team_reviewers": ["none"]}, 422, "not a collaborator"),
        ("gate", "PUT", f"{S}/pulls/1/merge", {"sha": NOBODY}, 409, "Head branch was modified"),
        ("gate", "DELETE", f"{S}/issues/1/labels/none", None, 404, "Label does not exist"),
        ("pulls", "POST", f"{S}/issues/2/comments", {"body": "b"}, 403, "Resource not accessible by integration"),
        ("gate", "PATCH", f"{S}/check-runs/404", {"conclusion": "success"}, 404, "Not Found"),
    ],
)
def test_rest__refused(
    send: Callable[..., requests.Response],
    who: str,
    method: str,
    path: str,
    body: Body,
    status: int,
    told: str,
) -> None:
    """The refusal has GitHub's status, words and form."""
    answer = send(who, method, path, body)

    assert (answer.status_code, answer.json()["status"]) == (status, str(status))
    assert told in answer.json()["message"]


def test_rest__a_draft_or_closed_pull_request_is_not_merged(
    send: Callable[..., requests.Response], repo: Repository
) -> None:
    """What is a draft or closed cannot be merged, and says so."""
    repo.pull_requests[0].to_draft()
    draft = send("gate", "PUT", f"{S}/pulls/1/merge", {})
    repo.pull_requests[0].close()
    closed = send("gate", "GET", f"{S}/pulls/1/merge", None)

    assert (draft.status_code, draft.json()["message"]) == (405, "Pull Request is not mergeable")
    assert closed.status_code == 404


def test_rest__issues_switched_off(send: Callable[..., requests.Response], repo: Repository) -> None:
    """Where a repository has no issues none can be opened."""
    repo.issues_enabled = False

    assert send("gate", "POST", f"{S}/issues", {"title": "t"}).status_code == 410


def test_rest__the_same_label_twice(send: Callable[..., requests.Response]) -> None:
    """A label that is there cannot be made again."""
    answers = [send("gate", "POST", f"{S}/labels", {"name": name}) for name in ("x", "X")]

    assert [each.status_code for each in answers] == [201, 422]
    assert answers[1].json()["errors"] == [{"resource": "Label", "field": "name", "code": "already_exists"}]


def test_rest__no_token(hub: GitHubServer, repo: Repository) -> None:
    """Without a token nothing is answered: keyturn never asks without one."""
    answer = requests.get(f"{hub.api_url}/repos/{repo.full_name}", timeout=10)

    assert (answer.status_code, answer.json()["message"]) == (401, "Requires authentication")


@pytest.mark.parametrize(
    ("mutation", "kind", "told"),
    [
        ('addComment(input: {subjectId: "none", body: "x"}) { subject { id } }', "NOT_FOUND", "global id of 'none'"),
        (
            'addComment(input: {subjectId: "$pull", body: " "}) { subject { id } }',
            "UNPROCESSABLE",
            "Body cannot be blank",
        ),
        (
            'addReaction(input: {subjectId: "$pull", content: EYES}) { reaction { content } }',
            "NOT_FOUND",
            "Could not resolve to a Reactable",
        ),
        (
            'updateIssueComment(input: {id: "$pull", body: "x"}) { issueComment { id } }',
            "NOT_FOUND",
            "Could not resolve to an IssueComment",
        ),
        (
            """createCommitOnBranch(input: {branch: {repositoryNameWithOwner: "acme/none", branchName: "main"},
                 expectedHeadOid: "$main", message: {headline: "m"}}) { commit { oid } }""",
            "NOT_FOUND",
            "Could not resolve to a Repository",
        ),
        (
            """createCommitOnBranch(input: {branch: {repositoryNameWithOwner: "acme/shop", branchName: "main"},
                 expectedHeadOid: "$main", message: {headline: "m"},
                 fileChanges: {additions: [{path: "x", contents: "?"}]}}) { commit { oid } }""",
            "UNPROCESSABLE",
            "not Base64",
        ),
    ],
)
def test_mutation__refused(repo: Repository, ask: Ask, mutation: str, kind: str, told: str) -> None:
    """The refusal has its type, its words and no effect."""
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"})
    text = mutation.replace("$pull", pull.node_id).replace("$main", repo.tip("main"))
    before = repo.tip("main")

    (error,) = ask(repo.workflow_token(), f"mutation {{ {text} }}")["errors"]

    assert error["type"] == kind
    assert told in error["message"]
    assert (repo.tip("main"), pull.comments) == (before, [])


def test_mutation__comment_without_the_right(repo: Repository, ask: Ask) -> None:
    """A token that may only read pull requests cannot comment."""
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"})
    token = repo.workflow_token({"pull_requests": "read"})

    answer = ask(
        token, f'mutation {{ addComment(input: {{subjectId: "{pull.node_id}", body: "x"}}) {{ subject {{ id }} }} }}'
    )

    assert answer["errors"][0]["type"] == "FORBIDDEN"


def test_branch__named_by_its_global_id(repo: Repository, ask: Ask) -> None:
    """A branch to commit to can be named by the global id of its ref."""
    token = repo.workflow_token()
    ref = ask(token, '{ repository(owner: "acme", name: "shop") { defaultBranchRef { id } } }')
    name = ref["data"]["repository"]["defaultBranchRef"]["id"]

    answer = ask(
        token,
        """mutation Commit($id: ID!, $oid: GitObjectID!) { createCommitOnBranch(input: {branch: {id: $id},
             expectedHeadOid: $oid, message: {headline: "m", body: "b"}}) { commit { message } } }""",
        id=name,
        oid=repo.tip("main"),
    )

    assert answer["data"]["createCommitOnBranch"]["commit"]["message"] == "m\n\nb"


def test_cursor__that_is_none(repo: Repository, ask: Ask) -> None:
    """A text that is no cursor is refused."""
    query = '{ repository(owner: "acme", name: "shop") { pullRequests(first: 1, after: "?") { totalCount } } }'

    (error,) = ask(repo.workflow_token(), query)["errors"]

    assert error["type"] == "INVALID_CURSOR_ARGUMENTS"


def test_node__of_a_private_repository(hub: GitHubServer, repo: Repository, ask: Ask) -> None:
    """A global id leads nowhere for a token that may not see the repository."""
    secret = hub.repository("acme/secret", private=True)
    pull = secret.pull_request(author=secret.bot("agent"), files={"a": "a"})

    answer = ask(repo.workflow_token(), "query Q($id: ID!) { node(id: $id) { id } }", id=pull.node_id)

    assert answer["errors"][0]["type"] == "NOT_FOUND"
