"""Resolvers of pull requests, their files and commits, and of the merge queue."""

from tests.github_server.exchange import Json
from tests.github_server.graphql.fields_conversation import CONVERSATION
from tests.github_server.graphql.fields_git import git_object
from tests.github_server.graphql.paging import Connection, connect
from tests.github_server.graphql.refs import RefNode, branch
from tests.github_server.graphql.registry import Context, Typed, define
from tests.github_server.graphql.timeline import pull_commit, requested_reviewer
from tests.github_server.state.accounts import Account
from tests.github_server.state.merge_queue import QueueEntry
from tests.github_server.state.pull_request import PullRequest
from tests.github_server.state.repository import Repository
from tests.github_server.state.reviews import Review


def _base_ref(pull: PullRequest, _context: Context) -> RefNode | None:
    return branch(pull.repository, pull.base_ref)


def _head_ref(pull: PullRequest, _context: Context) -> RefNode | None:
    return None if pull.head_repository is None else branch(pull.head_repository, pull.head_ref)


def _head_repository(pull: PullRequest, context: Context) -> Repository | None:
    """Show the head's repository, unless it is gone or, a private fork, hidden from the token."""
    head = pull.head_repository
    return head if head is not None and context.token.sees(head) else None


def _head_owner(pull: PullRequest, context: Context) -> Account | None:
    head = _head_repository(pull, context)
    return None if head is None else head.owner


def _files(pull: PullRequest, context: Context, **page: Json) -> Connection:
    files = [
        {"path": each.path, "changeType": each.status, "additions": each.additions, "deletions": each.deletions}
        for each in pull.changes()[: context.world.limits.files]
    ]
    return connect(files, page, total=len(pull.changes()))


def _commits(pull: PullRequest, context: Context, **page: Json) -> Connection:
    """List the commits up to GitHub's limit: beyond it the newest are missing, the head among them."""
    commits = [pull_commit(pull, commit.oid) for commit in pull.commits()[: context.world.limits.commits]]
    return connect(commits, page)


def _reviews(
    pull: PullRequest, context: Context, *, states: list[str] | None = None, author: str | None = None, **page: Json
) -> Connection:
    found = [
        review
        for review in pull.reviews
        if (states is None or review.state in states)
        and (author is None or review.author.login.casefold() == author.casefold())
        and (review.state != "PENDING" or review.author is context.token.account)
    ]
    return connect(found, page)


def _latest(states: set[str]) -> Json:
    def read(pull: PullRequest, _context: Context, **page: Json) -> Connection:
        newest: dict[str, Review] = {}
        for review in sorted(
            (each for each in pull.reviews if each.submitted_at), key=lambda each: (each.submitted_at, each.id)
        ):
            if review.state in states:
                newest.pop(review.author.node_id, None)
                newest[review.author.node_id] = review
        return connect(list(newest.values()), page)

    return read


def _requests(pull: PullRequest, _: Context, **page: Json) -> Connection:
    requests = [
        Typed(
            "ReviewRequest",
            {
                "id": f"RR_{pull.id}_{reviewer.id}",
                "asCodeOwner": False,
                "reviewer": reviewer,
                "pullRequest": pull,
            },
        )
        for reviewer in pull.requested
    ]
    return connect(requests, page)


def _entry_commit(name: str) -> Json:
    return lambda entry, _: git_object(entry.queue.repository, getattr(entry, name))


def _entry(pull: PullRequest, _context: Context) -> QueueEntry | None:
    return pull.queue_entry


define(
    "PullRequest",
    {
        **CONVERSATION,
        "isDraft": lambda it, _: it.draft,
        "merged": lambda it, _: it.merged_at is not None,
        "mergedAt": lambda it, _: it.merged_at,
        "mergedBy": lambda it, context: context.account(it.merged_by),
        "mergeCommit": lambda it, _: git_object(it.repository, it.merge_commit),
        "isCrossRepository": lambda it, _: it.is_cross_repository,
        "maintainerCanModify": lambda it, _: it.is_cross_repository,
        "headRefName": lambda it, _: it.head_ref,
        "headRefOid": lambda it, _: it.head_oid,
        "headRef": _head_ref,
        "headRepository": _head_repository,
        "headRepositoryOwner": _head_owner,
        "baseRefName": lambda it, _: it.base_ref,
        "baseRefOid": lambda it, _: it.base_oid,
        "baseRef": _base_ref,
        "baseRepository": lambda it, _: it.repository,
        "isInMergeQueue": lambda it, _: it.queue_entry is not None,
        "isMergeQueueEnabled": lambda it, _: it.base_ref in it.repository.queues,
        "mergeQueueEntry": _entry,
        "mergeQueue": lambda it, _: it.repository.queues.get(it.base_ref),
        "autoMergeRequest": lambda it, _: it.auto_merge,
        "changedFiles": lambda it, _: len(it.changes()),
        "additions": lambda it, _: sum(each.additions for each in it.changes()),
        "deletions": lambda it, _: sum(each.deletions for each in it.changes()),
        "files": _files,
        "commits": _commits,
        "reviews": _reviews,
        "latestReviews": _latest({"APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED"}),
        "latestOpinionatedReviews": _latest({"APPROVED", "CHANGES_REQUESTED", "DISMISSED"}),
        "reviewRequests": _requests,
    },
)
define(
    "ReviewRequest",
    {"requestedReviewer": lambda request, context: requested_reviewer(request.values["reviewer"], context)},
)
define(
    "MergeQueue",
    {
        "id": lambda queue, _: queue.node_id,
        "repository": lambda queue, _: queue.repository,
        "entries": lambda queue, _, **page: connect(queue.entries, page),
        "url": lambda queue, context: f"{context.world.web_url}/{queue.repository.full_name}/queue/{queue.branch}",
    },
)
define(
    "MergeQueueEntry",
    {
        "id": lambda entry, _: entry.node_id,
        "state": lambda entry, _: entry.state,
        "position": lambda entry, _: entry.position,
        "enqueuedAt": lambda entry, _: entry.enqueued_at,
        "enqueuer": lambda entry, _: entry.enqueuer,
        "headCommit": _entry_commit("head"),
        "baseCommit": _entry_commit("base"),
        "pullRequest": lambda entry, _: entry.pull_request,
        "mergeQueue": lambda entry, _: entry.queue,
        "jump": lambda _, __: False,
        "solo": lambda _, __: False,
    },
)
