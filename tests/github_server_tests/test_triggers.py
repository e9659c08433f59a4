"""Events and the runner: payloads as GitHub shapes them, the environment as its runner sets it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.github_server import triggers
from tests.github_server.examples import example, overlay
from tests.github_server.hub import GitHubServer
from tests.github_server.state.pull_request import PullRequest
from tests.github_server.state.repository import Repository
from tests.github_server.triggers import Trigger


@pytest.fixture
def pull(repo: Repository) -> PullRequest:
    """A bot's pull request."""
    return repo.pull_request(author=repo.bot("agent"), files={"a": "a"}, head="agent/a")


def _review(pull: PullRequest) -> Trigger:
    return triggers.review(pull.approve(pull.repository.user("ann", role="write")))


def _comment(pull: PullRequest) -> Trigger:
    return triggers.comment(pull.comment(pull.repository.user("ann", role="write"), "/keyturn renew"))


def _run(pull: PullRequest) -> Trigger:
    checks = pull.repository.checks
    return triggers.workflow_run(
        checks.add_workflow_run("ci", event="pull_request", sha=pull.head_oid, branch=pull.head_ref, actor=pull.author)
    )


def _group(pull: PullRequest) -> Trigger:
    return triggers.merge_group(pull.repository.merge_queue("main").add(pull, pull.repository.maintainer))


@pytest.mark.parametrize(
    ("make", "event"),
    [
        (triggers.pull_request, "pull_request"),
        (_review, "pull_request_review"),
        (_comment, "issue_comment"),
        (_run, "workflow_run"),
        (lambda pull: triggers.workflow_dispatch(pull.repository, {"pull-request": "1"}), "workflow_dispatch"),
        (lambda pull: triggers.push(pull.repository), "push"),
        (lambda pull: triggers.status(pull.status("ci")), "status"),
        (_group, "merge_group"),
    ],
)
def test_payload__has_every_member_of_githubs_example(
    pull: PullRequest, make: Callable[[PullRequest], Trigger], event: str
) -> None:
    """A payload has what GitHub's own example of the event has, and nothing of the example's repository or people."""
    trigger = make(pull)

    theirs = example(event, trigger.payload.get("action"))
    assert trigger.name == event
    assert theirs.keys() - {"installation"} <= trigger.payload.keys()
    assert theirs["repository"].keys() <= trigger.payload["repository"].keys()
    assert trigger.payload["repository"]["full_name"] == "acme/shop"
    assert theirs["repository"]["full_name"] not in json.dumps(trigger.payload)


def test_pull_request__runs_on_the_merge_of_head_and_base(pull: PullRequest) -> None:
    """A run of `pull_request` is told the merge ref; one of `pull_request_target` the default branch."""
    plain, target = triggers.pull_request(pull), triggers.pull_request(pull, event="pull_request_target")

    assert (plain.ref, plain.head_ref, plain.base_ref) == ("refs/pull/1/merge", "agent/a", "main")
    assert (target.ref, target.sha) == ("refs/heads/main", pull.repository.tip("main"))
    assert plain.payload["pull_request"]["head"]["sha"] == pull.head_oid
    assert plain.payload["sender"]["login"] == "agent[bot]"


def test_review__state_in_lower_case(pull: PullRequest) -> None:
    """Events write a review's state in lower case, unlike the API."""
    trigger = _review(pull)

    assert trigger.payload["review"]["state"] == "approved"
    assert trigger.payload["review"]["node_id"] == pull.reviews[0].node_id


def test_comment__on_a_pull_request_says_so(pull: PullRequest) -> None:
    """The issue of a comment on a pull request has a member `pull_request`; that of an issue has none."""
    on_issue = pull.repository.issue(pull.repository.maintainer, "Hello").comment(pull.repository.maintainer, "Hi")

    assert _comment(pull).payload["issue"]["pull_request"]["url"].endswith("/pulls/1")
    assert "pull_request" not in triggers.comment(on_issue).payload["issue"]


def test_workflow_run__of_a_fork_names_no_pull_request(repo: Repository) -> None:
    """A run for a fork's pull request has an empty list of pull requests and the fork as its head repository."""
    eve = repo.user("eve")
    fork = repo.fork(eve)
    pull = repo.pull_request(author=eve, files={"a": "a"}, head="fix", head_repository=fork)
    run = repo.checks.add_workflow_run(
        "signal", event="pull_request_review", sha=pull.head_oid, branch="fix", actor=eve, head_repository=fork
    )

    shown = triggers.workflow_run(run).payload["workflow_run"]

    assert shown["pull_requests"] == []
    assert shown["head_repository"]["full_name"] == "eve/shop"
    assert (shown["head_sha"], shown["head_branch"], shown["event"]) == (pull.head_oid, "fix", "pull_request_review")


def test_merge_group__names_its_base_and_head(repo: Repository, pull: PullRequest) -> None:
    """A merge group's event gives head and base, and runs on the group's own branch."""
    other = repo.pull_request(author=repo.bot("agent"), files={"b": "b"})
    queue = repo.merge_queue("main")
    first, second = queue.add(pull, repo.maintainer), queue.add(other, repo.maintainer)

    whole = triggers.merge_group(second, base=first.base)

    assert whole.payload["merge_group"]["base_sha"] == repo.tip("main")
    assert whole.payload["merge_group"]["head_sha"] == second.head
    assert whole.ref == f"refs/heads/gh-readonly-queue/main/pr-{other.number}-{first.head}"


@pytest.mark.parametrize(
    ("theirs", "ours", "made"),
    [
        ({"a": 1, "b": {"c": 2}}, {"b": {"c": 3}}, {"a": 1, "b": {"c": 3}}),
        ({"a": {"b": 1}}, {"a": None}, {"a": None}),
        ({"a": [1, 2]}, {"a": []}, {"a": []}),
        ({}, {"new": {"x": 1}}, {"new": {"x": 1}}),
    ],
)
def test_overlay__ours_over_theirs(theirs: dict[str, Any], ours: dict[str, Any], made: dict[str, Any]) -> None:
    """Objects are merged; lists and nulls replace."""
    assert overlay(theirs, ours) == made


def test_job__environment_of_a_runner(hub: GitHubServer, pull: PullRequest, tmp_path: Path) -> None:
    """The action finds its event, its inputs with hyphens kept and defaults filled, and its token only as an input."""
    token = pull.repository.workflow_token()
    trigger = triggers.pull_request(pull)

    job = hub.job(trigger, tmp_path, token=token, inputs={"publish": "check"})

    environment = job.environment
    assert environment["INPUT_GITHUB-TOKEN"] == token.value
    assert environment["INPUT_GITHUB-API-URL"] == environment["GITHUB_API_URL"] == hub.api_url
    assert environment["INPUT_PUBLISH"] == "check"
    assert environment["INPUT_CHECK-NAME"] == "keyturn"
    assert "GITHUB_TOKEN" not in environment
    assert environment["GITHUB_EVENT_NAME"] == "pull_request"
    assert json.loads(Path(environment["GITHUB_EVENT_PATH"]).read_text()) == trigger.payload
    assert environment["GITHUB_REPOSITORY"] == "acme/shop"


def test_job__refuses_an_input_the_action_does_not_have(hub: GitHubServer, pull: PullRequest, tmp_path: Path) -> None:
    """A misspelt input is an error of the test."""
    with pytest.raises(ValueError, match="publsh"):
        hub.job(triggers.pull_request(pull), tmp_path, inputs={"publsh": "check"})


def test_job__outputs_as_the_runner_reads_them(hub: GitHubServer, pull: PullRequest, tmp_path: Path) -> None:
    """Outputs are single lines, or lines up to a delimiter."""
    job = hub.job(triggers.pull_request(pull), tmp_path)
    Path(job.environment["GITHUB_OUTPUT"]).write_text("outcome=pending\ndecision<<END\n{\n}\nEND\ntier=single\n")

    assert job.outputs() == {"outcome": "pending", "decision": "{\n}", "tier": "single"}
