"""The timelines of issues and pull requests: events, and what else stands between them."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime

from tests.github_server.exchange import Json
from tests.github_server.graphql.errors import forbidden
from tests.github_server.graphql.fields_git import git_object
from tests.github_server.graphql.paging import Connection, connect
from tests.github_server.graphql.refs import RefNode, branch
from tests.github_server.graphql.registry import Context, Resolver, Typed, define
from tests.github_server.state.accounts import Account
from tests.github_server.state.conversation import Conversation, Event
from tests.github_server.state.pull_request import PullRequest

COMMITS = {"beforeCommit", "afterCommit", "commit"}


def timeline(
    it: Conversation,
    _context: Context,
    *,
    itemTypes: list[str] | None = None,  # noqa: N803 - GraphQL's name
    since: datetime | None = None,
    skip: int = 0,
    **page: Json,
) -> Connection:
    """Page through the items of these types since a moment, in the order in which they happened."""
    items = _everything(it)
    if itemTypes is not None:
        items = [row for row in items if row[1] in itemTypes]
    if since is not None:
        items = [row for row in items if row[0] >= since]
    chosen = [row[2] for row in items[skip:]]
    inner = connect(chosen, {key: page.get(key) for key in ("after", "before")})
    updated = {"updatedAt": it.updated_at, "filteredCount": len(inner.nodes)}
    result = connect(chosen, page, extra=updated)
    return connect(chosen, page, extra=updated | {"pageCount": len(result.nodes)})


def _everything(it: Conversation) -> Sequence[tuple[datetime, str, object]]:
    rows: list[tuple[datetime, str, object]] = [(event.created_at, item_type(event.kind), event) for event in it.events]
    rows += [(comment.created_at, "ISSUE_COMMENT", comment) for comment in it.comments]
    if isinstance(it, PullRequest):
        rows += [
            (review.submitted_at, "PULL_REQUEST_REVIEW", review)
            for review in it.reviews
            if review.submitted_at is not None
        ]
        rows += [(commit.committer.date, "PULL_REQUEST_COMMIT", pull_commit(it, commit.oid)) for commit in it.commits()]
    return sorted(rows, key=lambda row: row[0])


def item_type(kind: str) -> str:
    """Name the item type of an event's GraphQL type: LABELED_EVENT of LabeledEvent."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind).upper()


def pull_commit(pull: PullRequest, oid: str) -> Typed:
    """Show a commit as one of a pull request."""
    return Typed(
        "PullRequestCommit",
        {"id": f"PURC_{pull.id}_{oid}", "commit": git_object(pull.repository, oid), "pullRequest": pull},
    )


def _field(name: str) -> Resolver:
    def read(event: Event, context: Context) -> object:
        value = event.fields[name]
        if name in COMMITS:
            return git_object(event.conversation.repository, value if isinstance(value, str) else None)
        return context.account(value) if isinstance(value, Account) else value

    return read


def _requested_reviewer(event: Event, context: Context) -> object:
    return requested_reviewer(event.fields["requestedReviewer"], context)


def requested_reviewer(reviewer: object, context: Context) -> object:
    """Show who was asked; a team is forbidden to a token that cannot read teams, even by its type alone.

    Seen at `reviewRequests.nodes.0.requestedReviewer`: https://github.com/cli/cli/issues/14317
    """
    if isinstance(reviewer, Account):
        return context.account(reviewer)
    if not context.token.may_read_members():
        raise forbidden()
    return reviewer


def _page(event: Event, context: Context) -> str:
    it = event.conversation
    kind = "pull" if isinstance(it, PullRequest) else "issues"
    return f"{context.world.web_url}/{it.repository.full_name}/{kind}/{it.number}#event-{event.id}"


def _reason(event: Event, _context: Context) -> str | None:
    return "COMPLETED" if not isinstance(event.conversation, PullRequest) else None


def _forced_ref(event: Event, _context: Context) -> RefNode | None:
    it = event.conversation
    if not isinstance(it, PullRequest):
        return None
    if event.kind == "BaseRefForcePushedEvent":
        return branch(it.repository, it.base_ref)
    return None if it.head_repository is None else branch(it.head_repository, it.head_ref)


EVENT: dict[str, Callable[..., object]] = {
    "id": lambda event, _: event.node_id,
    "createdAt": lambda event, _: event.created_at,
    "actor": lambda event, context: context.account(event.actor),
}
SHARED: dict[str, Callable[..., object]] = {
    "assignable": lambda event, _: event.conversation,
    "closable": lambda event, _: event.conversation,
    "databaseId": lambda event, _: event.id,
    "labelable": lambda event, _: event.conversation,
    "pullRequest": lambda event, _: event.conversation,
    "ref": _forced_ref,
    "requestedReviewer": _requested_reviewer,
    "resourcePath": lambda event, context: _page(event, context).removeprefix(context.world.web_url),
    "stateReason": _reason,
    "url": _page,
}
"""Fields that several kinds of event have, and that mean the same in each."""

KINDS: dict[str, tuple[str, ...]] = {
    "AddedToMergeQueueEvent": ("enqueuer", "mergeQueue", "pullRequest"),
    "AssignedEvent": ("assignable", "assignee"),
    "AutoMergeDisabledEvent": ("disabler", "pullRequest", "reason"),
    "AutoMergeEnabledEvent": ("enabler", "pullRequest"),
    "AutomaticBaseChangeSucceededEvent": ("newBase", "oldBase", "pullRequest"),
    "BaseRefChangedEvent": ("currentRefName", "databaseId", "previousRefName", "pullRequest"),
    "BaseRefDeletedEvent": ("baseRefName", "pullRequest"),
    "BaseRefForcePushedEvent": ("afterCommit", "beforeCommit", "pullRequest", "ref"),
    "ClosedEvent": ("closable", "closer", "resourcePath", "stateReason", "url"),
    "CommentDeletedEvent": ("databaseId", "deletedCommentAuthor"),
    "ConvertToDraftEvent": ("pullRequest", "resourcePath", "url"),
    "HeadRefDeletedEvent": ("headRefName", "pullRequest"),
    "HeadRefForcePushedEvent": ("afterCommit", "beforeCommit", "pullRequest", "ref"),
    "LabeledEvent": ("label", "labelable"),
    "MergedEvent": ("commit", "mergeRefName", "pullRequest", "resourcePath", "url"),
    "ReadyForReviewEvent": ("pullRequest", "resourcePath", "url"),
    "RemovedFromMergeQueueEvent": ("beforeCommit", "enqueuer", "mergeQueue", "pullRequest", "reason"),
    "ReopenedEvent": ("closable",),
    "ReviewDismissedEvent": (
        "databaseId",
        "dismissalMessage",
        "previousReviewState",
        "pullRequest",
        "pullRequestCommit",
        "resourcePath",
        "review",
        "url",
    ),
    "ReviewRequestRemovedEvent": ("pullRequest", "requestedReviewer"),
    "ReviewRequestedEvent": ("pullRequest", "requestedReviewer"),
    "UnlabeledEvent": ("label", "labelable"),
}
for _kind, _names in KINDS.items():
    define(_kind, {**EVENT, **{name: SHARED.get(name) or _field(name) for name in _names}})
