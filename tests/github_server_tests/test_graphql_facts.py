"""The server over GraphQL: everything a gate asks of a pull request, executed on GitHub's published schema."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.github_server.hub import GitHubServer
from tests.github_server.state.git_store import Submodule, Symlink
from tests.github_server.state.repository import Repository

Ask = Callable[..., dict[str, Any]]

PULL = """
query Pull($number: Int!) { repository(owner: "acme", name: "shop") { pullRequest(number: $number) { %s } } }
"""
ACTOR = "__typename login ... on User { databaseId } ... on Bot { databaseId }"


def _pull(ask: Ask, repo: Repository, number: int, fields: str) -> dict[str, Any]:
    answer = ask(repo.workflow_token(), PULL % fields, number=number)
    assert "errors" not in answer
    found: dict[str, Any] = answer["data"]["repository"]["pullRequest"]
    return found


def test_viewer__of_a_workflow(repo: Repository, ask: Ask) -> None:
    """The workflow's own token acts as the bot of Actions, which the viewer's login shows with its ending."""
    answer = ask(repo.workflow_token(), "{ viewer { login databaseId } rateLimit { cost limit remaining } }")

    assert answer["data"] == {
        "viewer": {"login": "github-actions[bot]", "databaseId": 41898282},
        "rateLimit": {"cost": 1, "limit": 1000, "remaining": 999},
    }


def test_author__of_a_bot_has_no_ending(repo: Repository, ask: Ask) -> None:
    """GraphQL names a bot without `[bot]`, and says that it is one."""
    bot = repo.bot("agent")
    pull = repo.pull_request(author=bot, files={"a": "a"})

    assert _pull(ask, repo, pull.number, f"author {{ {ACTOR} }}") == {
        "author": {"__typename": "Bot", "login": "agent", "databaseId": bot.id}
    }


def test_author__of_a_deleted_account_is_null(repo: Repository, ask: Ask) -> None:
    """What a ghost wrote has no author."""
    ann = repo.user("ann", role="write")
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"})
    pull.approve(ann)
    ann.deleted = True

    found = _pull(ask, repo, pull.number, "reviews(first: 1) { nodes { state author { login } } }")

    assert found == {"reviews": {"nodes": [{"state": "APPROVED", "author": None}]}}


def test_commits__people_are_users_and_bots_are_not(repo: Repository, ask: Ask) -> None:
    """A commit's authors are its author and its co-authors; `user` is null for a bot and for nobody's address."""
    ann, bot = repo.user("ann", role="write"), repo.bot("agent")
    pull = repo.pull_request(author=bot, files={"a": "a"})
    pull.push({"b": "b"}, author=("Eve", "eve@nowhere.example"), coauthors=[ann])
    pull.push({"c": "c"}, author=ann, signed=True)

    found = _pull(
        ask,
        repo,
        pull.number,
        """commits(first: 100) { totalCount nodes { commit {
             authors(first: 10) { nodes { email user { login } } } committer { email user { login } }
             signature { isValid state wasSignedByGitHub } parents(first: 3) { totalCount } } } }""",
    )

    one, two, three = (node["commit"] for node in found["commits"]["nodes"])
    assert one["authors"]["nodes"] == [{"email": bot.noreply, "user": None}]
    assert two["authors"]["nodes"] == [
        {"email": "eve@nowhere.example", "user": None},
        {"email": ann.noreply, "user": {"login": "ann"}},
    ]
    assert two["signature"] is None
    assert three["committer"] == {"email": "noreply@github.com", "user": {"login": "web-flow"}}
    assert three["signature"] == {"isValid": True, "state": "VALID", "wasSignedByGitHub": True}
    assert three["parents"] == {"totalCount": 1}


def test_files__change_types(repo: Repository, ask: Ask) -> None:
    """Files are added, deleted, modified, renamed, copied or changed in kind."""
    repo.finds_copies = True
    text = "".join(f"{number}\n" for number in range(9))
    repo.commit("main", {"gone": "x\n", "old": text, "edited": "1\n2\n", "kind": "k\n", "source": f"{text}s\n"})
    pull = repo.pull_request(
        author=repo.bot("agent"),
        files={
            "gone": None,
            "old": None,
            "new": text,
            "edited": "1\n3\n",
            "kind": Symlink("edited"),
            "source": "all new\n",
            "copy": f"{text}s\n",
            "fresh": "f\n",
        },
    )

    found = _pull(
        ask, repo, pull.number, "changedFiles files(first: 100) { nodes { path changeType additions deletions } }"
    )

    assert {each["path"]: each["changeType"] for each in found["files"]["nodes"]} == {
        "copy": "COPIED",
        "edited": "MODIFIED",
        "fresh": "ADDED",
        "gone": "DELETED",
        "kind": "CHANGED",
        "new": "RENAMED",
        "source": "MODIFIED",
    }
    assert found["changedFiles"] == 7
    assert next(each for each in found["files"]["nodes"] if each["path"] == "edited") == {
        "path": "edited",
        "changeType": "MODIFIED",
        "additions": 1,
        "deletions": 1,
    }


def test_files__paged_by_cursor(repo: Repository, ask: Ask) -> None:
    """Pages follow each other forwards and backwards without gap or overlap."""
    pull = repo.pull_request(author=repo.bot("agent"), files={f"{number:03}": "x" for number in range(250)})
    page = "files(%s) { totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { path } }"
    found = _pull(ask, repo, pull.number, page % "first: 100")["files"]
    seen = [each["path"] for each in found["nodes"]]
    while found["pageInfo"]["hasNextPage"]:
        after = found["pageInfo"]["endCursor"]
        found = _pull(ask, repo, pull.number, page % f'first: 100, after: "{after}"')["files"]
        seen += [each["path"] for each in found["nodes"]]

    assert seen == [f"{number:03}" for number in range(250)]
    assert found["totalCount"] == 250
    before = f', before: "{found["pageInfo"]["startCursor"]}"'
    back = _pull(ask, repo, pull.number, page % f"last: 100{before}")["files"]
    assert [each["path"] for each in back["nodes"]] == [f"{number:03}" for number in range(100, 200)]


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


def test_rollup__null_without_checks(repo: Repository, ask: Ask) -> None:
    """A commit of which nothing is said has no rollup."""
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"})

    found = _pull(ask, repo, pull.number, "commits(last: 1) { nodes { commit { statusCheckRollup { state } } } }")

    assert found["commits"]["nodes"] == [{"commit": {"statusCheckRollup": None}}]


def test_rollup__runs_and_statuses(repo: Repository, ask: Ask) -> None:
    """The rollup lists every check run and the newest status of each context."""
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"})
    pull.check_run("test", "success", workflow="ci", event="pull_request")
    pull.check_run("scan", None, app="scanner")
    pull.status("keyturn", "pending")
    pull.status("keyturn", "success", description="approved")

    found = _pull(
        ask,
        repo,
        pull.number,
        """commits(last: 1) { nodes { commit { statusCheckRollup { state contexts(first: 100) { totalCount nodes {
             ... on CheckRun { name status conclusion checkSuite { app { slug databaseId } workflowRun { event
               workflow { name resourcePath } } } }
             ... on StatusContext { context state description creator { __typename login } } } } } } } }""",
    )

    rollup = found["commits"]["nodes"][0]["commit"]["statusCheckRollup"]
    assert rollup["state"] == "PENDING"
    assert rollup["contexts"] == {
        "totalCount": 3,
        "nodes": [
            {
                "name": "test",
                "status": "COMPLETED",
                "conclusion": "SUCCESS",
                "checkSuite": {
                    "app": {"slug": "github-actions", "databaseId": 15368},
                    "workflowRun": {
                        "event": "pull_request",
                        "workflow": {"name": "ci", "resourcePath": "/acme/shop/actions/workflows/ci.yml"},
                    },
                },
            },
            {
                "name": "scan",
                "status": "IN_PROGRESS",
                "conclusion": None,
                "checkSuite": {"app": {"slug": "scanner", "databaseId": 900001}, "workflowRun": None},
            },
            {
                "context": "keyturn",
                "state": "SUCCESS",
                "description": "approved",
                "creator": {"__typename": "User", "login": "acme-maintainer"},
            },
        ],
    }


def test_timeline__every_event(hub: GitHubServer, repo: Repository, ask: Ask) -> None:
    """What happens to a pull request stands on its timeline, with who did it."""
    ann, bot = repo.user("ann", role="write"), repo.bot("agent")
    repo.branch("stage")
    pull = repo.pull_request(author=bot, files={"a": "a"})
    pull.label("agent", by=ann)
    pull.unlabel("agent", by=ann)
    pull.assign(ann, by=ann)
    pull.to_draft(by=ann)
    pull.ready(by=ann)
    pull.request_review(ann)
    pull.remove_request(ann)
    review = pull.approve(ann)
    pull.dismiss(review, by=ann, message="no longer true")
    pull.comment(ann, "oops").delete(by=ann)
    pull.force_push({"a": "b"})
    pull.retarget("stage", by=ann)
    pull.retarget("main")
    repo.force_push("main", repo.build(repo.tip("main"), {"z": "z"}, author=ann).parents[0], by=ann)
    pull.enable_auto_merge(ann)
    repo.merge_queue("main").remove(repo.merge_queue("main").add(pull, ann), ann, "because")
    pull.close(ann)
    pull.reopen(ann)

    found = _pull(
        ask,
        repo,
        pull.number,
        """timelineItems(last: 100, itemTypes: [HEAD_REF_FORCE_PUSHED_EVENT, BASE_REF_CHANGED_EVENT, ASSIGNED_EVENT,
             AUTOMATIC_BASE_CHANGE_SUCCEEDED_EVENT, REVIEW_DISMISSED_EVENT, REVIEW_REQUESTED_EVENT, CLOSED_EVENT,
             REVIEW_REQUEST_REMOVED_EVENT, READY_FOR_REVIEW_EVENT, CONVERT_TO_DRAFT_EVENT, LABELED_EVENT,
             REOPENED_EVENT, UNLABELED_EVENT, COMMENT_DELETED_EVENT, ADDED_TO_MERGE_QUEUE_EVENT,
             REMOVED_FROM_MERGE_QUEUE_EVENT,
             AUTO_MERGE_ENABLED_EVENT, AUTO_MERGE_DISABLED_EVENT, BASE_REF_FORCE_PUSHED_EVENT]) {
             filteredCount pageInfo { hasPreviousPage } nodes { __typename
             ... on LabeledEvent { createdAt actor { login } label { name } }
             ... on ReviewDismissedEvent { actor { login } dismissalMessage previousReviewState
               review { state author { login } } }
             ... on BaseRefChangedEvent { previousRefName }
             ... on AutomaticBaseChangeSucceededEvent { oldBase newBase }
             ... on HeadRefForcePushedEvent { beforeCommit { oid } afterCommit { oid } }
             ... on CommentDeletedEvent { deletedCommentAuthor { login } }
             ... on RemovedFromMergeQueueEvent { reason }
             ... on AssignedEvent { assignee { ... on User { login } } } } }""",
    )["timelineItems"]

    assert [node["__typename"] for node in found["nodes"]] == [
        "LabeledEvent",
        "UnlabeledEvent",
        "AssignedEvent",
        "ConvertToDraftEvent",
        "ReadyForReviewEvent",
        "ReviewRequestedEvent",
        "ReviewRequestRemovedEvent",
        "ReviewDismissedEvent",
        "CommentDeletedEvent",
        "HeadRefForcePushedEvent",
        "BaseRefChangedEvent",
        "AutomaticBaseChangeSucceededEvent",
        "AutoMergeEnabledEvent",
        "AddedToMergeQueueEvent",
        "RemovedFromMergeQueueEvent",
        "ClosedEvent",
        "ReopenedEvent",
    ]
    by_kind = {node["__typename"]: node for node in found["nodes"]}
    assert by_kind["LabeledEvent"]["label"] == {"name": "agent"}
    assert by_kind["ReviewDismissedEvent"] == {
        "__typename": "ReviewDismissedEvent",
        "actor": {"login": "ann"},
        "dismissalMessage": "no longer true",
        "previousReviewState": "APPROVED",
        "review": {"state": "DISMISSED", "author": {"login": "ann"}},
    }
    assert by_kind["HeadRefForcePushedEvent"]["afterCommit"] == {"oid": pull.head_oid}
    assert by_kind["AutomaticBaseChangeSucceededEvent"]["newBase"] == "main"
    assert found["filteredCount"] == 17
    assert hub.clock.now == pull.updated_at


def test_timeline__since_a_moment(hub: GitHubServer, repo: Repository, ask: Ask) -> None:
    """Only what happened at or after a moment is listed."""
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"})
    pull.label("early")
    hub.clock.advance(hours=1)
    pull.label("late")

    items = "nodes { ... on LabeledEvent { label { name } } }"
    found = _pull(
        ask,
        repo,
        pull.number,
        f'timelineItems(first: 9, since: "2026-01-05T10:00:00Z", itemTypes: [LABELED_EVENT]) {{ {items} }}',
    )

    assert found["timelineItems"]["nodes"] == [{"label": {"name": "late"}}]


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


def test_team__forbidden_to_a_token_that_cannot_read_members(repo: Repository, ask: Ask) -> None:
    """A team that was asked for review is refused to the workflow's token, and shown to an App that reads members."""
    team = repo.team("acme/platform", repo.user("ann", role="write"))
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"})
    pull.request_review(team)
    query = (
        PULL % "reviewRequests(first: 9) { totalCount nodes { requestedReviewer { ... on Team { combinedSlug } } } }"
    )

    hidden = ask(repo.workflow_token(), query, number=pull.number)
    shown = ask(repo.app_token(), query, number=pull.number)

    requests = hidden["data"]["repository"]["pullRequest"]["reviewRequests"]
    assert requests == {"totalCount": 1, "nodes": [{"requestedReviewer": None}]}
    (error,) = hidden["errors"]
    assert (error["type"], error["path"][-3:]) == ("FORBIDDEN", ["nodes", 0, "requestedReviewer"])
    requests = shown["data"]["repository"]["pullRequest"]["reviewRequests"]
    assert requests["nodes"] == [{"requestedReviewer": {"combinedSlug": "acme/platform"}}]


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
