"""Resolvers of issues, comments and reviews, and of what they share with pull requests."""

from collections import Counter

from tests.github_server.exchange import Json
from tests.github_server.graphql.errors import forbidden
from tests.github_server.graphql.fields_git import git_object
from tests.github_server.graphql.fields_repository import state_of
from tests.github_server.graphql.paging import Connection, connect
from tests.github_server.graphql.registry import Context, InRepository, define
from tests.github_server.graphql.timeline import timeline
from tests.github_server.state.access import ROLES
from tests.github_server.state.accounts import Account
from tests.github_server.state.conversation import Comment, Conversation
from tests.github_server.state.pull_request import PullRequest
from tests.github_server.state.repository import Repository
from tests.github_server.state.reviews import Review


def association(repository: Repository, account: Account) -> str:
    """Say what the author is to the repository, as GitHub's field of that name does."""
    if account is repository.owner:
        return "OWNER"
    if account.kind == "Mannequin":
        return "MANNEQUIN"
    if repository.roles.get(account, "none") != "none":
        return "COLLABORATOR"
    merged = any(pull.merged_at and pull.author is account for pull in repository.pull_requests)
    return "CONTRIBUTOR" if merged else "NONE"


def address(it: Conversation | Comment | Review, context: Context) -> str:
    """Give the page on which people see it."""
    conversation = (
        it if isinstance(it, Conversation) else it.conversation if isinstance(it, Comment) else it.pull_request
    )
    kind = "pull" if isinstance(conversation, PullRequest) else "issues"
    page = f"{context.world.web_url}/{conversation.repository.full_name}/{kind}/{conversation.number}"
    if isinstance(it, Comment):
        return f"{page}#issuecomment-{it.id}"
    return f"{page}#pullrequestreview-{it.id}" if isinstance(it, Review) else page


def _reactions(it: Json, _context: Context, *, content: str | None = None, **page: Json) -> Connection:
    return connect([each for each in it.reactions if content is None or each.content == content], page)


def _reaction_groups(it: Json, context: Context) -> list[dict[str, object]]:
    own = {each.content for each in it.reactions if each.user is context.token.account}
    counts = Counter(each.content for each in it.reactions)
    kinds = ("THUMBS_UP", "THUMBS_DOWN", "LAUGH", "HOORAY", "CONFUSED", "HEART", "ROCKET", "EYES")
    return [
        {
            "content": kind,
            "reactors": {"totalCount": counts[kind]},
            "users": {"totalCount": counts[kind]},
            "viewerHasReacted": kind in own,
        }
        for kind in kinds
    ]


def _repository_of(it: Comment | Review | Conversation) -> Repository:
    match it:
        case Comment():
            return it.conversation.repository
        case Review():
            return it.pull_request.repository
        case _:
            return it.repository


def _can_push(review: Review, _context: Context) -> bool:
    role = review.pull_request.repository.role_of(review.author)
    return ROLES.index(role) >= ROLES.index("write")


def _on_behalf_of(review: Review, context: Context, **page: Json) -> Connection:
    if review.on_behalf_of and not context.token.may_read_members():
        raise forbidden()
    return connect(review.on_behalf_of, page)


def _reviewed(review: Review, _context: Context) -> InRepository | None:
    return git_object(review.pull_request.repository, review.commit)


COMMENT = {
    "id": lambda it, _: it.node_id,
    "fullDatabaseId": lambda it, _: it.id,
    "url": address,
    "resourcePath": lambda it, context: address(it, context).removeprefix(context.world.web_url),
    "repository": lambda it, _: _repository_of(it),
    "author": lambda it, context: context.account(it.author),
    "authorAssociation": lambda it, _: association(_repository_of(it), it.author),
    "body": lambda it, _: it.body,
    "bodyText": lambda it, _: it.body,
    "createdAt": lambda it, _: it.created_at,
    "updatedAt": lambda it, _: it.updated_at,
    "viewerDidAuthor": lambda it, context: it.author is context.token.account,
    "reactions": _reactions,
    "reactionGroups": _reaction_groups,
}
EDITED = {
    "lastEditedAt": lambda it, _: it.edited_at,
    "includesCreatedEdit": lambda it, _: it.edited_at is not None,
    "editor": lambda it, context: context.account(it.editor),
}
CONVERSATION = {
    **COMMENT,
    "databaseId": lambda it, _: it.id,
    "number": lambda it, _: it.number,
    "title": lambda it, _: it.title,
    "state": lambda it, _: state_of(it),
    "closed": lambda it, _: not it.is_open,
    "closedAt": lambda it, _: it.closed_at,
    "locked": lambda it, _: it.locked,
    "labels": lambda it, _, **page: connect(it.labels, page),
    "assignees": lambda it, _, **page: connect(it.assignees, page),
    "comments": lambda it, _, **page: connect(it.comments, page),
    "timelineItems": timeline,
}
define("Issue", {**CONVERSATION, "stateReason": lambda it, _, **__: None if it.is_open else "COMPLETED"})
define(
    "IssueComment",
    {
        **COMMENT,
        **EDITED,
        "isMinimized": lambda it, _: it.minimized is not None,
        "minimizedReason": lambda it, _: it.minimized,
        "pullRequest": lambda it, _: it.conversation if isinstance(it.conversation, PullRequest) else None,
    },
)
define(
    "PullRequestReview",
    {
        **COMMENT,
        **EDITED,
        "state": lambda it, _: it.state,
        "submittedAt": lambda it, _: it.submitted_at,
        "commit": _reviewed,
        "pullRequest": lambda it, _: it.pull_request,
        "authorCanPushToRepository": _can_push,
        "onBehalfOf": _on_behalf_of,
        "isMinimized": lambda _, __: False,
    },
)
define(
    "Reaction",
    {
        "id": lambda it, _: it.node_id,
        "databaseId": lambda it, _: it.id,
        "content": lambda it, _: it.content,
        "createdAt": lambda it, _: it.created_at,
        "user": lambda it, _: it.user if it.user.kind == "User" else None,
    },
)
