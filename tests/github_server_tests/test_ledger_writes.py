"""Writing to a branch by compare-and-swap, and what can stand in the way."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from github import Github, GithubException

from tests.github_server.hub import GitHubServer
from tests.github_server.state.access import Token
from tests.github_server.state.repository import Repository

Ask = Callable[..., dict[str, Any]]
Client = Callable[[Token], Github]

APPEND = """mutation Append($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid } ref { name target { oid } } }
}"""


def _input(expected: str, **files: str) -> dict[str, Any]:
    additions = [{"path": path, "contents": base64.b64encode(text.encode()).decode()} for path, text in files.items()]
    return {
        "branch": {"repositoryNameWithOwner": "acme/shop", "branchName": "ledger"},
        "expectedHeadOid": expected,
        "fileChanges": {"additions": additions},
        "message": {"headline": "Record [skip ci]"},
    }


@pytest.fixture
def start(repo: Repository) -> str:
    """A branch to write to; gives its tip."""
    return repo.branch("ledger")


def test_append__signed_by_github_and_authored_by_the_token(repo: Repository, ask: Ask, start: str) -> None:
    """The commit is the token's account's, committed and signed by GitHub, and the branch points at it."""
    token = repo.workflow_token()

    answer = ask(token, APPEND, input=_input(start, entry="one\n"))

    oid = answer["data"]["createCommitOnBranch"]["commit"]["oid"]
    assert answer["data"]["createCommitOnBranch"]["ref"] == {"name": "ledger", "target": {"oid": oid}}
    assert repo.tip("ledger") == oid
    commit = repo.world.store.get_commit(oid)
    assert commit.parents == (start,)
    assert commit.author.email == token.account.noreply == "41898282+github-actions[bot]@users.noreply.github.com"
    assert commit.committer.email == "noreply@github.com"
    assert commit.signature is not None
    assert commit.signature.by_github
    assert repo.activity[-1].actor is token.account


def test_append__only_from_the_expected_head(repo: Repository, ask: Ask, start: str) -> None:
    """Of two writers from the same head the second is told that its data is stale, and changes nothing."""
    token = repo.workflow_token()
    ask(token, APPEND, input=_input(start, entry="one\n"))
    after = repo.tip("ledger")

    answer = ask(token, APPEND, input=_input(start, entry="two\n"))

    assert answer["data"] == {"createCommitOnBranch": None}
    (error,) = answer["errors"]
    assert error == {
        "type": "STALE_DATA",
        "path": ["createCommitOnBranch"],
        "locations": [{"line": 2, "column": 3}],
        "message": f'Expected branch to point to "{start}" but it did not.  Pull and try again.',
    }
    assert repo.tip("ledger") == after


def test_append__through_pygithub(repo: Repository, client: Client, start: str) -> None:
    """The real client runs the mutation, and raises on the error."""
    requester = client(repo.workflow_token()).requester

    requester.graphql_named_mutation("createCommitOnBranch", _input(start, entry="one\n"), "commit { oid }")

    with pytest.raises(GithubException) as refused:
        requester.graphql_named_mutation("createCommitOnBranch", _input(start, entry="two\n"), "commit { oid }")
    assert "STALE_DATA" in str(refused.value)


def test_append__to_a_missing_branch(repo: Repository, ask: Ask) -> None:
    """A branch that is not there is not made by the mutation."""
    answer = ask(repo.workflow_token(), APPEND, input=_input(repo.tip("main"), entry="one\n"))

    assert (answer["errors"][0]["type"], answer["errors"][0]["message"]) == ("NOT_FOUND", "Branch not found")


def test_append__refused_by_a_ruleset(repo: Repository, ask: Ask, start: str) -> None:
    """A ruleset on every branch that wants pull requests refuses the write, in GitHub's words."""
    repo.rules.add("pull_request", "~ALL")

    answer = ask(repo.workflow_token(), APPEND, input=_input(start, entry="one\n"))

    (error,) = answer["errors"]
    assert error["type"] == "UNPROCESSABLE"
    assert error["message"] == "Repository rule violations found\n\nChanges must be made through a pull request.\n\n"
    assert repo.tip("ledger") == start


def test_append__allowed_to_the_app_that_bypasses(repo: Repository, ask: Ask, start: str) -> None:
    """A ruleset does not hold for the App it names."""
    token = repo.app_token("keyturn-gate")
    assert token.app is not None
    repo.rules.add("update", "ledger", bypass=(token.app.id,))

    assert "errors" not in ask(token, APPEND, input=_input(start, entry="one\n"))
    assert "errors" in ask(repo.workflow_token(), APPEND, input=_input(repo.tip("ledger"), entry="two\n"))


def test_append__without_the_right_to_write(repo: Repository, ask: Ask, start: str) -> None:
    """A token that may only read contents is refused."""
    answer = ask(repo.workflow_token({"contents": "read"}), APPEND, input=_input(start, entry="one\n"))

    assert answer["errors"][0]["type"] == "FORBIDDEN"


def test_bootstrap__refused_by_a_ruleset(repo: Repository, client: Client) -> None:
    """Where creating branches is restricted, REST refuses the ref and says why."""
    repo.rules.add("creation", "~ALL")
    seen = client(repo.workflow_token()).get_repo("acme/shop")

    with pytest.raises(GithubException) as refused:
        seen.create_git_ref("refs/heads/keyturn-ledger", repo.tip("main"))

    assert refused.value.status == 422
    assert "Cannot create ref due to creations being restricted." in str(refused.value.message)


def test_append__a_file_gone_by_deletion(repo: Repository, ask: Ask, start: str) -> None:
    """Files are added and deleted in one commit; a path that is not there cannot be deleted."""
    change = _input(start, entry="one\n")
    change["fileChanges"]["deletions"] = [{"path": "rules.yml"}]
    ask(repo.workflow_token(), APPEND, input=change)
    again = _input(repo.tip("ledger"))
    again["fileChanges"]["deletions"] = [{"path": "rules.yml"}]

    answer = ask(repo.workflow_token(), APPEND, input=again)

    tree = repo.world.store.get_commit(repo.tip("ledger")).tree
    assert sorted(repo.world.store.leaves(tree)) == ["README.md", "entry"]
    assert answer["errors"][0]["type"] == "UNPROCESSABLE"


def test_reaction__to_a_review_and_to_a_comment(repo: Repository, ask: Ask) -> None:
    """A reaction is added once, to comments and to reviews."""
    ann = repo.user("ann", role="write")
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"})
    review, comment = pull.approve(ann, "/keyturn renew"), pull.comment(ann, "/keyturn recheck")
    react = (
        """mutation React($id: ID!) { addReaction(input: {subjectId: $id, content: EYES}) { reaction { content } } }"""
    )

    for _ in range(2):
        for subject in (review, comment):
            answer = ask(repo.workflow_token(), react, id=subject.node_id)
            assert answer["data"] == {"addReaction": {"reaction": {"content": "EYES"}}}

    assert [len(review.reactions), len(comment.reactions)] == [1, 1]


def test_comment__added_and_changed_by_mutation(hub: GitHubServer, repo: Repository, ask: Ask) -> None:
    """A comment can be added and changed over GraphQL; the edit shows."""
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"})
    token = repo.workflow_token()
    add = """mutation Add($id: ID!) {
      addComment(input: {subjectId: $id, body: "one"}) { commentEdge { node { id } } } }"""
    change = """mutation Change($id: ID!) { updateIssueComment(input: {id: $id, body: "two"}) {
      issueComment { body lastEditedAt editor { login } viewerDidAuthor } } }"""
    made = ask(token, add, id=pull.node_id)["data"]["addComment"]["commentEdge"]["node"]["id"]
    hub.clock.advance(minutes=1)

    answer = ask(token, change, id=made)

    assert answer["data"]["updateIssueComment"]["issueComment"] == {
        "body": "two",
        "lastEditedAt": "2026-01-05T09:01:00Z",
        "editor": {"login": "github-actions"},
        "viewerDidAuthor": True,
    }
