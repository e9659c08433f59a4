"""The timeline of a pull request, over GraphQL."""

from tests.github_server.hub import GitHubServer
from tests.github_server.state.repository import Repository
from tests.github_server_tests.asking import Ask, read_pull


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

    found = read_pull(
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
    found = read_pull(
        ask,
        repo,
        pull.number,
        f'timelineItems(first: 9, since: "2026-01-05T10:00:00Z", itemTypes: [LABELED_EVENT]) {{ {items} }}',
    )

    assert found["timelineItems"]["nodes"] == [{"label": {"name": "late"}}]
