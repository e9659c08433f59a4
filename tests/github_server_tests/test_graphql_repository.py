"""Repositories, their git objects, issues and queues over GraphQL, and what is refused."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.github_server.hub import GitHubServer
from tests.github_server.state.git_store import Submodule, Symlink
from tests.github_server.state.repository import Repository

Ask = Callable[..., dict[str, Any]]


def test_viewer__of_a_workflow(repo: Repository, ask: Ask) -> None:
    """The workflow's own token acts as the bot of Actions, which the viewer's login shows with its ending."""
    answer = ask(repo.workflow_token(), "{ viewer { login databaseId } rateLimit { cost limit remaining } }")

    assert answer["data"] == {
        "viewer": {"login": "github-actions[bot]", "databaseId": 41898282},
        "rateLimit": {"cost": 1, "limit": 1000, "remaining": 999},
    }


def test_tree__entries_with_decimal_modes(repo: Repository, ask: Ask) -> None:
    """A folder is listed with git's modes in decimal; a link is not followed, a submodule has no object."""
    repo.commit("main", {"m/a.yml": "x\n", "m/b.yml": Symlink("a.yml"), "m/c.yml": Submodule("2" * 40)})

    answer = ask(
        repo.workflow_token(),
        """{ repository(owner: "acme", name: "shop") { defaultBranchRef { name target { ... on Commit {
             file(path: "m") { mode type object { ... on Tree {
               entries { name mode type size object { ... on Blob { text } } } } } } } } } } }""",
    )

    folder = answer["data"]["repository"]["defaultBranchRef"]["target"]["file"]
    assert (folder["mode"], folder["type"]) == (0o040000, "tree")
    assert folder["object"]["entries"] == [
        {"name": "a.yml", "mode": 33188, "type": "blob", "size": 2, "object": {"text": "x\n"}},
        {"name": "b.yml", "mode": 40960, "type": "blob", "size": 5, "object": {"text": "a.yml"}},
        {"name": "c.yml", "mode": 57344, "type": "commit", "size": 0, "object": None},
    ]


def test_history__of_a_path(hub: GitHubServer, repo: Repository, ask: Ask) -> None:
    """The history of a path lists the commits that changed it, newest first."""
    first = repo.tip("main")
    hub.clock.advance(hours=1)
    repo.commit("main", {"other": "x"})
    changed = repo.commit("main", {"rules.yml": "version: 2\n"})

    answer = ask(
        repo.workflow_token(),
        """{ repository(owner: "acme", name: "shop") { object(expression: "main") { ... on Commit {
             history(first: 10, path: "rules.yml") { nodes { oid committedDate } } } } } }""",
    )

    assert answer["data"]["repository"]["object"]["history"]["nodes"] == [
        {"oid": changed.oid, "committedDate": "2026-01-05T10:00:00Z"},
        {"oid": first, "committedDate": "2026-01-05T09:00:00Z"},
    ]


def test_object__by_name_and_by_expression(repo: Repository, ask: Ask) -> None:
    """An object is found by its name, or by a revision and a path."""
    answer = ask(
        repo.workflow_token(),
        """query($oid: GitObjectID!) { repository(owner: "acme", name: "shop") {
             byName: object(oid: $oid) { oid __typename }
             byPath: object(expression: "main:rules.yml") { ... on Blob { text isBinary isTruncated byteSize } }
             missing: object(expression: "main:nothing") { oid } } }""",
        oid=repo.tip("main"),
    )

    assert answer["data"]["repository"] == {
        "byName": {"oid": repo.tip("main"), "__typename": "Commit"},
        "byPath": {"text": "version: 1\n", "isBinary": False, "isTruncated": False, "byteSize": 11},
        "missing": None,
    }


def test_issues__by_label_with_who_closed_them(repo: Repository, ask: Ask) -> None:
    """Issues are listed by label and state, and tell who closed them and what did."""
    ann = repo.user("ann", role="write")
    repo.issue(ann, "Other")
    issue = repo.issue(ann, "Review", labels=["keyturn-override-review"])
    issue.close(ann)

    answer = ask(
        repo.workflow_token(),
        """{ repository(owner: "acme", name: "shop") {
             issues(first: 50, labels: ["keyturn-override-review"], states: [CLOSED]) { totalCount nodes { number title
               timelineItems(last: 5, itemTypes: [CLOSED_EVENT]) { nodes { ... on ClosedEvent {
                 actor { login } closer { __typename } } } } } } } }""",
    )

    (found,) = answer["data"]["repository"]["issues"]["nodes"]
    assert found["number"] == issue.number
    assert found["timelineItems"]["nodes"] == [{"actor": {"login": "ann"}, "closer": None}]


def test_team__members_for_those_who_may(repo: Repository, ask: Ask) -> None:
    """An organisation's team lists its members; without the right the field is forbidden."""
    repo.team("acme/platform", repo.user("ann", role="write"))
    query = """{ organization(login: "acme") { team(slug: "platform") { members(first: 100) { nodes { login } } } } }"""

    shown, hidden = ask(repo.app_token(), query), ask(repo.workflow_token(), query)

    assert shown["data"]["organization"]["team"]["members"]["nodes"] == [{"login": "ann"}]
    assert hidden["data"] == {"organization": {"team": None}}
    assert hidden["errors"][0]["type"] == "FORBIDDEN"
    assert hidden["errors"][0]["path"] == ["organization", "team"]


def test_merge_queue__entries_with_their_groups(repo: Repository, ask: Ask) -> None:
    """The queue lists its entries in order, each with the commit of its group and the one that stands on."""
    ann = repo.user("ann", role="write")
    pulls = [repo.pull_request(author=repo.bot("agent"), files={name: name}) for name in ("a", "b")]
    queue = repo.merge_queue("main")
    entries = [queue.add(pull, ann) for pull in pulls]

    answer = ask(
        repo.workflow_token(),
        """{ repository(owner: "acme", name: "shop") { mergeQueue(branch: "main") { entries(first: 100) { nodes {
             position state pullRequest { number isInMergeQueue } headCommit { oid } baseCommit { oid }
             enqueuer { login } } } } } }""",
    )

    assert answer["data"]["repository"]["mergeQueue"]["entries"]["nodes"] == [
        {
            "position": place,
            "state": "AWAITING_CHECKS",
            "pullRequest": {"number": pull.number, "isInMergeQueue": True},
            "headCommit": {"oid": entry.head},
            "baseCommit": {"oid": entry.base},
            "enqueuer": {"login": "ann"},
        }
        for place, (pull, entry) in enumerate(zip(pulls, entries, strict=True), 1)
    ]
    assert entries[0].base == repo.tip("main")
    assert entries[1].base == entries[0].head


@pytest.mark.parametrize(
    ("query", "kind", "message"),
    [
        (
            '{ repository(owner: "acme", name: "nothing") { id } }',
            "NOT_FOUND",
            "Could not resolve to a Repository with the name 'acme/nothing'.",
        ),
        (
            '{ repository(owner: "acme", name: "shop") { pullRequest(number: 404) { id } } }',
            "NOT_FOUND",
            "Could not resolve to a PullRequest with the number of 404.",
        ),
        ('{ user(login: "nobody") { id } }', "NOT_FOUND", "Could not resolve to a User with the login of 'nobody'."),
    ],
)
def test_missing__is_told_with_type_and_path(repo: Repository, ask: Ask, query: str, kind: str, message: str) -> None:
    """What does not exist is null in the data and named in the errors."""
    (error,) = ask(repo.workflow_token(), query)["errors"]

    assert (error["type"], error["message"]) == (kind, message)


def test_permission__missing_is_forbidden_where_it_is_read(repo: Repository, ask: Ask) -> None:
    """Without the right to read pull requests the field is null and the error says why; the rest is answered."""
    repo.pull_request(author=repo.bot("agent"), files={"a": "a"})

    answer = ask(
        repo.workflow_token({"contents": "read"}),
        '{ repository(owner: "acme", name: "shop") { nameWithOwner pullRequest(number: 1) { title } } }',
    )

    assert answer["data"] == {"repository": {"nameWithOwner": "acme/shop", "pullRequest": None}}
    (error,) = answer["errors"]
    assert (error["type"], error["path"]) == ("FORBIDDEN", ["repository", "pullRequest"])
    assert error["message"] == "Resource not accessible by integration"
