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
from tests.github_server_tests.tour import TOUR, Row


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


def _filled(value: Any, names: dict[str, str]) -> Any:
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
