"""People, teams, tokens and what they may do over REST, asked by the real PyGithub."""

from collections.abc import Callable

import pytest
from github import Github, GithubException

from tests.github_server.hub import GitHubServer
from tests.github_server.state.access import Role, Token
from tests.github_server.state.repository import Repository

Client = Callable[[Token], Github]


def test_reviewers__people(repo: Repository, client: Client) -> None:
    """Collaborators can be asked; the author and strangers cannot."""
    ann = repo.user("ann", role="write")
    repo.user("eve")
    pull = repo.pull_request(author=repo.user("dev", role="write"), files={"a": "a"})
    seen = client(repo.workflow_token()).get_repo("acme/shop").get_pull(pull.number)

    seen.create_review_request(reviewers=["ann"])

    assert pull.requested == [ann]
    for login in ("eve", "dev"):
        with pytest.raises(GithubException) as refused:
            seen.create_review_request(reviewers=[login])
        assert refused.value.status == 422


def test_reviewers__teams_need_the_right_to_read_members(repo: Repository, client: Client) -> None:
    """The workflow's token cannot ask a team; an App that reads members can."""
    team = repo.team("acme/platform", repo.user("ann", role="write"))
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"})

    with pytest.raises(GithubException) as refused:
        client(repo.workflow_token()).get_repo("acme/shop").get_pull(pull.number).create_review_request(
            team_reviewers=["platform"]
        )
    client(repo.app_token()).get_repo("acme/shop").get_pull(pull.number).create_review_request(
        team_reviewers=["platform"]
    )

    assert refused.value.status == 422
    assert "Could not resolve to a node with the global id of 'T_" in str(refused.value.data)
    assert pull.requested == [team]


def test_team__read_with_members_only(repo: Repository, client: Client) -> None:
    """A team's members are shown to a token that may read them, and to no other."""
    ann = repo.user("ann", role="write")
    repo.team("acme/platform", ann)

    with pytest.raises(GithubException) as refused:
        client(repo.workflow_token()).requester.requestJsonAndCheck("GET", "/orgs/acme/teams/platform/members")
    _, members = client(repo.app_token()).requester.requestJsonAndCheck("GET", "/orgs/acme/teams/platform/members")

    assert refused.value.status == 403
    assert [each["login"] for each in members] == ["ann"]


@pytest.mark.parametrize(
    ("role", "permission"),
    [
        ("admin", "admin"),
        ("maintain", "write"),
        ("write", "write"),
        ("triage", "read"),
        ("read", "read"),
        ("none", "none"),
    ],
)
def test_permission__role_and_what_it_amounts_to(
    hub: GitHubServer, client: Client, role: Role, permission: str
) -> None:
    """The permission folds maintain into write and triage into read; the role is told besides."""
    repo = hub.repository("acme/secret", private=True)
    repo.user("ann", role=role)

    seen = client(repo.workflow_token()).get_repo("acme/secret")

    assert seen.get_collaborator_permission("ann") == permission
    assert seen.get_collaborator_role_name("ann") == role


def test_permission__a_bot_is_no_user(repo: Repository, client: Client) -> None:
    """Asked for a bot's role, GitHub answers 404."""
    repo.bot("Copilot", rest_login="Copilot")

    with pytest.raises(GithubException) as refused:
        client(repo.workflow_token()).get_repo("acme/shop").get_collaborator_permission("Copilot")

    assert (refused.value.status, refused.value.message) == (404, "Copilot is not a user")


def test_activity__tells_who_pushed(repo: Repository, client: Client) -> None:
    """The repository's activity names the pusher of a branch's head, newest first."""
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"})
    before = pull.head_oid
    pull.push({"b": "b"}, pusher=repo.user("eve", role="write"))

    requester = client(repo.workflow_token()).requester
    _, found = requester.requestJsonAndCheck(
        "GET", "/repos/acme/shop/activity", parameters={"ref": pull.head_ref, "per_page": 100}
    )

    assert [(each["activity_type"], each["actor"]["login"]) for each in found] == [
        ("push", "eve"),
        ("branch_creation", "agent[bot]"),
    ]
    assert (found[0]["before"], found[0]["after"]) == (before, pull.head_oid)


def test_activity__kept_to_itself(repo: Repository, client: Client) -> None:
    """A repository may refuse to show its activity."""
    repo.activity_readable = False

    with pytest.raises(GithubException) as refused:
        client(repo.workflow_token()).requester.requestJsonAndCheck("GET", "/repos/acme/shop/activity")

    assert refused.value.status == 403


def test_private__hidden_from_strangers(hub: GitHubServer, client: Client) -> None:
    """To a token without access a private repository does not exist."""
    repo = hub.repository("acme/secret", private=True)
    stranger = repo.user("eve")

    with pytest.raises(GithubException) as refused:
        client(repo.user_token(stranger)).get_repo("acme/secret")

    assert refused.value.status == 404


def test_permissions__missing(repo: Repository, client: Client) -> None:
    """What a token was not granted is refused in GitHub's words."""
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"})
    seen = client(repo.workflow_token({"pull_requests": "read", "contents": "read"})).get_repo("acme/shop")

    with pytest.raises(GithubException) as refused:
        seen.get_pull(pull.number).create_issue_comment("hello")

    assert (refused.value.status, refused.value.message) == (403, "Resource not accessible by integration")


def test_token__unknown(repo: Repository, client: Client) -> None:
    """A token nobody issued is refused."""
    token = repo.workflow_token()
    token.value = "ghs_unknown"

    with pytest.raises(GithubException) as refused:
        client(token).get_repo("acme/shop")

    assert (refused.value.status, refused.value.data["message"]) == (401, "Bad credentials")


def test_collaborators__by_what_they_may(repo: Repository, client: Client) -> None:
    """Those with a role are listed, if asked only those who may push."""
    repo.user("ann", role="write")
    repo.user("tom", role="triage")
    repo.user("eve")
    seen = client(repo.workflow_token()).get_repo("acme/shop")

    assert {each.login for each in seen.get_collaborators()} == {"acme-maintainer", "ann", "tom"}
    assert {each.login for each in seen.get_collaborators(permission="push")} == {"acme-maintainer", "ann"}
