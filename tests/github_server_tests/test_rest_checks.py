"""Statuses, check runs, workflows and rules over REST, asked by the real PyGithub."""

from collections.abc import Callable

import pytest
from github import Github, GithubException

from tests.github_server.hub import GitHubServer
from tests.github_server.state.access import Token
from tests.github_server.state.repository import Repository

Client = Callable[[Token], Github]


def test_status__newest_of_each_context(repo: Repository, client: Client) -> None:
    """The combined status shows the newest status of each context, compared without case."""
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"})
    commit = client(repo.workflow_token()).get_repo("acme/shop").get_commit(pull.head_oid)

    made = commit.create_status("pending", "https://example.org/1", "waiting", "keyturn")
    commit.create_status("success", "https://example.org/2", "approved", "Keyturn")
    repo.status(pull.head_oid, "ci", "failure")

    combined = commit.get_combined_status()
    assert made.creator.login == "github-actions[bot]"
    assert combined.state == "failure"
    assert {(each.context, each.state) for each in combined.statuses} == {("Keyturn", "success"), ("ci", "failure")}


@pytest.mark.parametrize(
    ("description", "target", "told"),
    [
        ("x" * 141, "https://example.org", "description is too long (maximum is 140 characters)"),
        ("x", "ftp://example.org", "target_url must use http(s) scheme"),
    ],
)
def test_status__refused(repo: Repository, client: Client, description: str, target: str, told: str) -> None:
    """A description over 140 characters or an address that is not of the web is refused."""
    commit = client(repo.workflow_token()).get_repo("acme/shop").get_commit(repo.tip("main"))

    with pytest.raises(GithubException) as refused:
        commit.create_status("success", target, description, "keyturn")

    assert refused.value.status == 422
    assert told in str(refused.value.data)


def test_status__a_thousand_times_at_most(hub: GitHubServer, repo: Repository, client: Client) -> None:
    """One commit takes only so many statuses of one context."""
    hub.world.limits.statuses = 2
    commit = client(repo.workflow_token()).get_repo("acme/shop").get_commit(repo.tip("main"))
    commit.create_status("success", context="keyturn")
    commit.create_status("success", context="KEYTURN")

    with pytest.raises(GithubException) as refused:
        commit.create_status("success", context="keyturn")

    assert refused.value.status == 422


def test_check_run__made_and_changed_by_its_own_app_only(repo: Repository, client: Client) -> None:
    """A check run belongs to the App that made it; another App may not change it."""
    seen = client(repo.app_token("keyturn-gate")).get_repo("acme/shop")
    run = seen.create_check_run("keyturn", repo.tip("main"), status="in_progress", external_id="x@y#1")

    run.edit(conclusion="success", output={"title": "Approved", "summary": "Two approvals."})

    (found,) = seen.get_commit(repo.tip("main")).get_check_runs(check_name="keyturn")
    assert (found.status, found.conclusion, found.external_id) == ("completed", "success", "x@y#1")
    assert found.app.slug == "keyturn-gate"
    with pytest.raises(GithubException) as refused:
        client(repo.workflow_token()).get_repo("acme/shop").get_check_run(run.id).edit(conclusion="failure")
    assert refused.value.status == 403
    assert "Invalid app_id `15368`" in str(refused.value.data)


def test_check_run__a_person_cannot_make_one(repo: Repository, client: Client) -> None:
    """Only Apps make check runs."""
    seen = client(repo.user_token(repo.maintainer)).get_repo("acme/shop")

    with pytest.raises(GithubException) as refused:
        seen.create_check_run("keyturn", repo.tip("main"))

    assert refused.value.status == 403


def test_check_run__of_the_workflows_token_joins_the_first_actions_suite(repo: Repository, client: Client) -> None:
    """A run made with the workflow's token lands in whichever Actions suite came first on that commit."""
    job = repo.check_run(repo.tip("main"), "test", workflow="ci")

    made = client(repo.workflow_token()).get_repo("acme/shop").create_check_run("keyturn", repo.tip("main"))

    assert made.check_suite.id == job.suite.id


def test_rules__of_a_branch(repo: Repository, client: Client) -> None:
    """Rulesets tell which checks a branch requires and from which App."""
    repo.rules.require_checks("main", {"keyturn": 15368, "test": None})

    _, rules = client(repo.workflow_token()).requester.requestJsonAndCheck(
        "GET", "/repos/acme/shop/rules/branches/main"
    )

    assert rules[0]["type"] == "required_status_checks"
    assert rules[0]["parameters"]["required_status_checks"] == [
        {"context": "keyturn", "integration_id": 15368},
        {"context": "test"},
    ]


def test_merge__refused_until_the_required_check_passes(repo: Repository, client: Client) -> None:
    """A required check that is missing, or given by another App than the pinned one, stops the merge."""
    repo.rules.require_checks("main", {"keyturn": 15368})
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"})
    seen = client(repo.workflow_token()).get_repo("acme/shop").get_pull(pull.number)
    pull.status("keyturn")

    with pytest.raises(GithubException) as refused:
        seen.merge()
    pull.status("keyturn", by=repo.world.actions.bot)
    seen.merge()

    assert refused.value.status == 405
    assert pull.state == "MERGED"


def test_workflows__as_their_files_name_them(repo: Repository, client: Client) -> None:
    """A workflow is named by its file, has its runs, and may be disabled."""
    repo.commit("main", {".github/workflows/sweep.yml": "name: keyturn sweep\non: {schedule: [{cron: 7 * * * *}]}\n"})
    repo.checks.disabled_workflows[".github/workflows/sweep.yml"] = "disabled_inactivity"
    run = repo.checks.add_workflow_run(
        "sweep", event="schedule", sha=repo.tip("main"), branch="main", actor=repo.maintainer
    )
    seen = client(repo.workflow_token()).get_repo("acme/shop")

    (workflow,) = seen.get_workflows()

    assert (workflow.name, workflow.state) == ("keyturn sweep", "disabled_inactivity")
    assert [each.id for each in workflow.get_runs()] == [run.id]
