"""Pull requests, issues and git data over REST, asked by the real PyGithub."""

from collections.abc import Callable

import pytest
from github import Github, GithubException, InputGitTreeElement

from tests.github_server.hub import GitHubServer
from tests.github_server.state.access import Token
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
