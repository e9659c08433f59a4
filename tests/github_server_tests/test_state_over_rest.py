"""The server over REST, asked by the real PyGithub."""

from collections.abc import Callable

import pytest
from github import Github, GithubException, InputGitTreeElement

from tests.github_server.hub import GitHubServer
from tests.github_server.state.access import Role, Token
from tests.github_server.state.git_store import Executable, Submodule, Symlink
from tests.github_server.state.repository import Repository

Client = Callable[[Token], Github]


def test_pull_request__files_commits_and_reviews(repo: Repository, client: Client) -> None:
    """A pull request shows its files, its commits and its reviews as they were pushed and given."""
    bot, ann = repo.bot("agent"), repo.user("ann", role="write")
    pull = repo.pull_request(author=bot, files={"src/a.py": "print(1)\n", "rules.yml": None})
    pull.push({"src/b.py": "print(2)\n"}, author=ann)
    review = pull.approve(ann, "fine")

    seen = client(repo.workflow_token()).get_repo("acme/shop").get_pull(pull.number)

    assert seen.user.login == "agent[bot]"
    assert seen.user.type == "Bot"
    assert [(each.filename, each.status) for each in seen.get_files()] == [
        ("rules.yml", "removed"),
        ("src/a.py", "added"),
        ("src/b.py", "added"),
    ]
    commits = list(seen.get_commits())
    assert [each.author.login for each in commits] == ["agent[bot]", "ann"]
    assert commits[-1].sha == seen.head.sha == pull.head_oid
    assert [(each.id, each.user.login, each.state, each.commit_id) for each in seen.get_reviews()] == [
        (review.id, "ann", "APPROVED", pull.head_oid)
    ]


def test_files__a_rename_keeps_its_old_name(repo: Repository, client: Client) -> None:
    """A file moved with most of its content is renamed, and REST tells from where."""
    repo.commit("main", {"src/tax.py": "".join(f"line {number}\n" for number in range(20))})
    moved = "".join(f"line {number}\n" for number in range(18)) + "new\n"
    pull = repo.pull_request(author=repo.bot("agent"), files={"src/tax.py": None, "lib/vat.py": moved})

    (file,) = client(repo.workflow_token()).get_repo("acme/shop").get_pull(pull.number).get_files()

    assert (file.filename, file.status, file.previous_filename) == ("lib/vat.py", "renamed", "src/tax.py")
    assert (file.additions, file.deletions) == (1, 2)


def test_tree__modes_are_gits(repo: Repository, client: Client) -> None:
    """Links, submodules and executables stand in the tree with git's modes."""
    head = repo.commit("main", {"a": Symlink("rules.yml"), "b": Submodule("1" * 40), "c": Executable("#!/bin/sh\n")})

    tree = client(repo.workflow_token()).get_repo("acme/shop").get_git_tree(head.oid)

    assert {each.path: (each.mode, each.type) for each in tree.tree} == {
        "README.md": ("100644", "blob"),
        "a": ("120000", "blob"),
        "b": ("160000", "commit"),
        "c": ("100755", "blob"),
        "rules.yml": ("100644", "blob"),
    }


def test_contents__of_a_branch(repo: Repository, client: Client) -> None:
    """The contents of a path are those of the branch that is named."""
    repo.branch("stage")
    repo.commit("stage", {"rules.yml": "version: 2\n"})
    seen = client(repo.workflow_token()).get_repo("acme/shop")

    found = seen.get_contents("rules.yml", ref="stage")

    assert not isinstance(found, list)
    assert found.decoded_content == b"version: 2\n"
    with pytest.raises(GithubException) as refused:
        seen.get_contents("missing.yml")
    assert refused.value.status == 404


def test_orphan_branch__made_of_blob_tree_commit_and_ref(repo: Repository, client: Client) -> None:
    """A branch with no history can be made through git data."""
    seen = client(repo.workflow_token()).get_repo("acme/shop")
    blob = seen.create_git_blob("hello\n", "utf-8")
    tree = seen.create_git_tree([InputGitTreeElement("README.md", "100644", "blob", sha=blob.sha)])
    commit = seen.create_git_commit("Begin", tree, [])

    made = seen.create_git_ref("refs/heads/keyturn-ledger", commit.sha)

    assert blob.sha == "ce013625030ba8dba906f756967f9e9ca394464a"
    assert made.object.sha == repo.tip("keyturn-ledger") == commit.sha
    assert commit.parents == []
    assert seen.get_git_ref("heads/keyturn-ledger").object.sha == commit.sha
    with pytest.raises(GithubException) as refused:
        seen.create_git_ref("refs/heads/keyturn-ledger", commit.sha)
    assert (refused.value.status, refused.value.message) == (422, "Reference already exists")


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


def test_comments__created_edited_listed_deleted(hub: GitHubServer, repo: Repository, client: Client) -> None:
    """A comment lives as its author lets it, and remembers when it was edited."""
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"})
    seen = client(repo.workflow_token()).get_repo("acme/shop").get_pull(pull.number)
    made = seen.create_issue_comment("first")
    hub.clock.advance(minutes=5)

    made.edit("second")
    made.create_reaction("eyes")

    (comment,) = seen.get_issue_comments()
    assert comment.body == "second"
    assert comment.user.login == "github-actions[bot]"
    assert (comment.updated_at - comment.created_at).total_seconds() == 300
    assert pull.comments[0].edited_at == hub.clock.now
    assert [each.content for each in comment.get_reactions()] == ["eyes"]
    comment.delete()
    assert pull.events[-1].kind == "CommentDeletedEvent"


def test_comment__too_long(repo: Repository, client: Client) -> None:
    """A comment holds 65,536 characters and not one more."""
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"})
    seen = client(repo.workflow_token()).get_repo("acme/shop").get_pull(pull.number)
    seen.create_issue_comment("x" * 65_536)

    with pytest.raises(GithubException) as refused:
        seen.create_issue_comment("x" * 65_537)

    assert "body is too long (maximum is 65536 characters)" in str(refused.value.data)


def test_pages__linked(hub: GitHubServer, repo: Repository, client: Client) -> None:
    """Long lists come in pages of a hundred at most, each linked to the next."""
    pull = repo.pull_request(
        author=repo.bot("agent"), files={f"src/{number}.py": "x" * number for number in range(1, 251)}
    )
    seen = client(repo.workflow_token()).get_repo("acme/shop").get_pull(pull.number)
    hub.journal.clear()

    assert len({each.filename for each in seen.get_files()}) == 250
    assert len(hub.reads) == 3


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


def test_labels__set_and_taken_off(repo: Repository, client: Client) -> None:
    """A label the repository lacks is made when it is set."""
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"})
    seen = client(repo.workflow_token()).get_repo("acme/shop").get_pull(pull.number)

    seen.add_to_labels("keyturn: pending")
    seen.remove_from_labels("keyturn: pending")

    assert pull.labels == []
    assert [label.name for label in repo.labels] == ["keyturn: pending"]
    assert [event.kind for event in pull.events] == ["LabeledEvent", "UnlabeledEvent"]


def test_issues__opened_listed_closed(repo: Repository, client: Client) -> None:
    """Issues are found by label, and remember who closed them."""
    seen = client(repo.workflow_token()).get_repo("acme/shop")
    made = seen.create_issue("Review the override", "Due on Friday", labels=["keyturn-override-review"])
    repo.issues[0].close(repo.user("ann", role="write"))

    assert [each.number for each in seen.get_issues(state="closed", labels=["keyturn-override-review"])] == [
        made.number
    ]
    closer = seen.get_issue(made.number).closed_by
    assert closer is not None
    assert closer.login == "ann"


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


def test_pulls__by_head_and_state(repo: Repository, client: Client) -> None:
    """Open pull requests are found by `owner:branch`, those of forks too."""
    eve = repo.user("eve")
    fork = repo.fork(eve)
    pull = repo.pull_request(author=eve, files={"a": "a"}, head="fix", head_repository=fork)
    closed = repo.pull_request(author=eve, files={"b": "b"}, head="other", head_repository=fork)
    closed.close(eve)

    found = client(repo.workflow_token()).get_repo("acme/shop").get_pulls(state="open", head="eve:fix")

    assert [each.number for each in found] == [pull.number]
    assert next(iter(found)).head.repo.full_name == "eve/shop"


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
