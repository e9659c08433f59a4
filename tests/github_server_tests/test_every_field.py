"""Every GraphQL field the server has, asked once: it stands in GitHub's schema and resolves to what the schema says."""

from collections.abc import Callable
from typing import Any

import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type, is_required_argument

from tests.github_server.graphql.registry import known_fields
from tests.github_server.graphql.schema import github_schema
from tests.github_server.hub import GitHubServer
from tests.github_server.state.access import Token
from tests.github_server.state.repository import Repository

Ask = Callable[..., dict[str, Any]]

BY_NODE = (
    "AddedToMergeQueueEvent",
    "App",
    "AssignedEvent",
    "AutoMergeEnabledEvent",
    "AutomaticBaseChangeSucceededEvent",
    "BaseRefChangedEvent",
    "BaseRefDeletedEvent",
    "BaseRefForcePushedEvent",
    "Bot",
    "CheckRun",
    "CheckSuite",
    "ClosedEvent",
    "CommentDeletedEvent",
    "ConvertToDraftEvent",
    "HeadRefDeletedEvent",
    "HeadRefForcePushedEvent",
    "Issue",
    "IssueComment",
    "Label",
    "LabeledEvent",
    "MergeQueue",
    "MergeQueueEntry",
    "MergedEvent",
    "Organization",
    "PullRequest",
    "PullRequestReview",
    "Reaction",
    "ReadyForReviewEvent",
    "RemovedFromMergeQueueEvent",
    "ReopenedEvent",
    "Repository",
    "ReviewDismissedEvent",
    "ReviewRequestRemovedEvent",
    "ReviewRequestedEvent",
    "StatusContext",
    "Team",
    "UnlabeledEvent",
    "User",
    "WorkflowRun",
)
ELSEWHERE = {
    "AutoMergeDisabledEvent": "nothing makes one yet",
    "Blob": "object(expression:)",
    "Commit": "object(expression:)",
    "Mannequin": "shares the fields of users",
    "Mutation": "the tests of writes",
    "Query": "every test",
    "Ref": "defaultBranchRef",
    "ReviewRequest": "the tests of teams",
    "Status": "Commit.status",
    "StatusCheckRollup": "Commit.statusCheckRollup",
    "Tree": "object(expression:)",
    "Workflow": "WorkflowRun.workflow",
}


@pytest.fixture
def token(repo: Repository) -> Token:
    """A repository to which everything happened; gives a token that may read it all."""
    ann, bot = repo.user("ann", role="write", email="ann@example.org"), repo.bot("agent")
    repo.team("acme/platform", ann)
    repo.branch("stage")
    pull = repo.pull_request(author=bot, files={"src/a": "a"}, head="agent/a", labels=["agent"])
    pull.unlabel("agent")
    pull.label("agent", by=ann)
    pull.assign(ann)
    pull.to_draft()
    pull.ready()
    pull.request_review(ann)
    pull.remove_request(ann)
    pull.request_review(ann)
    pull.approve(ann, "ok").dismiss(ann)
    pull.comment(ann, "gone").delete()
    pull.comment(ann, "stays").react(ann, "EYES")
    pull.comments[0].edit("edited", by=ann)
    pull.force_push({"src/a": "b"})
    pull.check_run("test")
    pull.check_run("scan", "failure", app="scanner")
    pull.status("ci", description="d")
    pull.retarget("stage", by=ann)
    repo.commit("stage", {"z": "z"})
    repo.force_push("stage", repo.tip("main"))
    pull.retarget("main")
    pull.enable_auto_merge(ann)
    queue = repo.merge_queue("main")
    queue.remove(queue.add(pull, ann))
    pull.close(ann)
    pull.reopen(ann)
    queue.add(pull, ann)
    repo.pull_request(author=ann, files={"m": "m"}).merge()
    repo.pull_request(author=ann, files={"d": "d"}, head="ann/d")
    repo.delete_branch("ann/d")
    repo.pull_request(author=ann, files={"e": "e"}, base="stage")
    repo.delete_branch("stage")
    repo.issue(ann, "debt", labels=["debt"]).close(ann)
    token = repo.app_token()
    token.permissions["administration"] = "read"
    return token


def _selection(kind: str) -> str:
    """Ask for every field the server knows of a type, leaving out those that need an argument."""
    described = github_schema().type_map[kind]
    assert isinstance(described, GraphQLObjectType)
    parts = []
    for name in known_fields(kind):
        field = described.fields[name]
        if any(is_required_argument(argument) for argument in field.args.values()):
            continue
        inner = get_named_type(field.type)
        if is_leaf_type(inner):
            parts.append(name)
        elif inner.name.endswith("Connection"):
            parts.append(
                f"{name}(first: 1) {{ totalCount pageInfo {{ hasNextPage }} edges {{ cursor node {{ __typename }} }} }}"
            )
        else:
            parts.append(f"{name} {{ __typename }}")
    return " ".join(parts)


@pytest.mark.parametrize("kind", BY_NODE)
def test_field__of_a_node(hub: GitHubServer, ask: Ask, token: Token, kind: str) -> None:
    """Each field of each kind of node gives a value that the schema allows."""
    ids = [name for name, it in hub.world.nodes.items() if _name(it) == kind]
    assert ids

    answer = ask(
        token, f"query Q($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {kind} {{ {_selection(kind)} }} }} }}", ids=ids
    )

    assert "errors" not in answer
    assert all(answer["data"]["nodes"])


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("Commit", 'object(expression: "agent/a") { %s }'),
        ("Tree", 'object(expression: "agent/a:src") { %s }'),
        ("Blob", 'object(expression: "agent/a:src/a") { %s }'),
        ("Ref", "defaultBranchRef { %s }"),
        ("StatusCheckRollup", 'object(expression: "agent/a") { ... on Commit { statusCheckRollup { %s } } }'),
        ("Status", 'object(expression: "agent/a") { ... on Commit { status { %s context(name: "CI") { state } } } }'),
        (
            "Workflow",
            """object(expression: "agent/a") { ... on Commit { checkSuites(first: 1, filterBy: {appId: 15368}) {
                 nodes { checkRuns(first: 1, filterBy: {checkName: "test"}) { totalCount }
                         workflowRun { workflow { %s } } } } } }""",
        ),
    ],
)
def test_field__of_what_is_no_node(ask: Ask, token: Token, kind: str, path: str) -> None:
    """Each field of git objects, refs, rollups and workflows gives a value that the schema allows."""
    selection = f"... on {kind} {{ {_selection(kind)} }}"

    answer = ask(token, f'{{ repository(owner: "acme", name: "shop") {{ {path.replace("%s", selection)} }} }}')

    assert "errors" not in answer


@pytest.mark.parametrize("kind", sorted([*BY_NODE, *ELSEWHERE]))
def test_field__stands_in_the_schema(kind: str) -> None:
    """The server knows no field that GitHub's schema does not have."""
    described = github_schema().type_map[kind]
    assert isinstance(described, GraphQLObjectType)
    assert set(known_fields(kind)) <= set(described.fields)


def test_field__every_type_is_visited() -> None:
    """No type of the server's is left out above."""
    assert set(known_fields()) == {*BY_NODE, *ELSEWHERE}


def _name(it: object) -> str | None:
    kind = getattr(it, "kind", None)
    if isinstance(kind, str) and kind in BY_NODE:
        return kind
    names = {
        "Comment": "IssueComment",
        "Review": "PullRequestReview",
        "QueueEntry": "MergeQueueEntry",
        "Status": "StatusContext",
    }
    return names.get(type(it).__name__, type(it).__name__)


def test_lookup__owner_organization_and_user(ask: Ask, token: Token) -> None:
    """Accounts are found by login, and their repositories by name."""
    answer = ask(
        token,
        """{ repositoryOwner(login: "acme") { __typename repository(name: "shop") { nameWithOwner } }
             organization(login: "acme") { repository(name: "shop") { name } }
             user(login: "ann") { databaseId isViewer }
             repository(owner: "acme", name: "shop") { label(name: "DEBT") { name } issue(number: 5) { number }
               refs(refPrefix: "refs/heads/agent/", first: 5) { nodes { name prefix } } } }""",
    )

    assert "errors" not in answer
    assert answer["data"]["repositoryOwner"] == {
        "__typename": "Organization",
        "repository": {"nameWithOwner": "acme/shop"},
    }
    assert answer["data"]["repository"] == {
        "label": {"name": "debt"},
        "issue": {"number": 5},
        "refs": {"nodes": [{"name": "agent/a", "prefix": "refs/heads/"}]},
    }
