"""REST's form of issues, pull requests, comments, reviews, labels and reactions."""

from collections import Counter
from typing import Any, Final

from tests.github_server.clock import iso, optional_iso
from tests.github_server.graphql.fields_conversation import association
from tests.github_server.rest import shapes
from tests.github_server.rest.shapes import living, repository_url, user
from tests.github_server.state.accounts import GHOST_ID, Account, Team
from tests.github_server.state.conversation import Comment, Conversation, Label, Reaction
from tests.github_server.state.pull_request import PullRequest
from tests.github_server.state.repository import Repository
from tests.github_server.state.reviews import Review
from tests.github_server.state.world import World

REACTIONS: Final = {
    "THUMBS_UP": "+1",
    "THUMBS_DOWN": "-1",
    "LAUGH": "laugh",
    "CONFUSED": "confused",
    "HEART": "heart",
    "HOORAY": "hooray",
    "ROCKET": "rocket",
    "EYES": "eyes",
}
GHOST: Final = Account(kind="User", login="ghost", id=GHOST_ID)


def author(world: World, account: Account) -> dict[str, Any]:
    """Show who wrote an issue, a pull request or a comment: of a deleted account, the ghost."""
    return user(world, GHOST if account.deleted else account)


def label(repository: Repository, it: Label) -> dict[str, Any]:
    """Show a label."""
    return {
        "id": it.id,
        "node_id": it.node_id,
        "url": f"{repository_url(repository)}/labels/{it.name}",
        "name": it.name,
        "description": it.description,
        "color": it.color,
        "default": False,
    }


def reaction(world: World, it: Reaction) -> dict[str, Any]:
    """Show a reaction."""
    return {
        "id": it.id,
        "node_id": it.node_id,
        "user": living(world, it.user),
        "content": REACTIONS[it.content],
        "created_at": iso(it.created_at),
    }


def reaction_counts(url: str, reactions: list[Reaction]) -> dict[str, Any]:
    """Count reactions by kind."""
    counts = Counter(each.content for each in reactions)
    return {
        "url": f"{url}/reactions",
        "total_count": len(reactions),
        **{word: counts[kind] for kind, word in REACTIONS.items()},
    }


def page(it: Conversation) -> str:
    """Give the address of the page people see."""
    kind = "pull" if isinstance(it, PullRequest) else "issues"
    return f"{it.repository.world.web_url}/{it.repository.full_name}/{kind}/{it.number}"


def comment(it: Comment) -> dict[str, Any]:
    """Show a comment."""
    repository, world = it.conversation.repository, it.conversation.repository.world
    url = f"{repository_url(repository)}/issues/comments/{it.id}"
    return {
        "id": it.id,
        "node_id": it.node_id,
        "url": url,
        "html_url": f"{page(it.conversation)}#issuecomment-{it.id}",
        "issue_url": f"{repository_url(repository)}/issues/{it.conversation.number}",
        "user": author(world, it.author),
        "created_at": iso(it.created_at),
        "updated_at": iso(it.updated_at),
        "body": it.body,
        "author_association": association(repository, it.author),
        "performed_via_github_app": None if it.app is None else shapes.app(world, it.app),
        "reactions": reaction_counts(url, it.reactions),
    }


def review(it: Review) -> dict[str, Any]:
    """Show a review; a pending one has no time of submission."""
    pull, world = it.pull_request, it.pull_request.repository.world
    html, url = f"{page(pull)}#pullrequestreview-{it.id}", f"{repository_url(pull.repository)}/pulls/{pull.number}"
    shown: dict[str, Any] = {
        "id": it.id,
        "node_id": it.node_id,
        "user": living(world, it.author),
        "body": it.body,
        "state": it.state,
        "html_url": html,
        "pull_request_url": url,
        "author_association": association(pull.repository, it.author),
        "_links": {"html": {"href": html}, "pull_request": {"href": url}},
        "commit_id": it.commit if world.store.has_commit(it.commit) else None,
    }
    if it.submitted_at is not None:
        shown["submitted_at"] = iso(it.submitted_at)
    return shown


def issue(it: Conversation) -> dict[str, Any]:
    """Show an issue, or a pull request as an issue."""
    repository, world = it.repository, it.repository.world
    url = f"{repository_url(repository)}/issues/{it.number}"
    closed = next((event.actor for event in reversed(it.events) if event.kind == "ClosedEvent"), None)
    shown: dict[str, Any] = {
        "id": it.id,
        "node_id": it.node_id,
        "url": url,
        "repository_url": repository_url(repository),
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": page(it),
        "number": it.number,
        "state": "open" if it.is_open else "closed",
        "state_reason": None if it.is_open else "completed",
        "title": it.title,
        "body": it.body,
        "user": author(world, it.author),
        "labels": [label(repository, each) for each in it.labels],
        "assignee": user(world, it.assignees[0]) if it.assignees else None,
        "assignees": [user(world, each) for each in it.assignees],
        "milestone": None,
        "locked": it.locked,
        "active_lock_reason": None,
        "comments": len(it.comments),
        "closed_at": optional_iso(it.closed_at),
        "closed_by": living(world, closed) if not it.is_open else None,
        "created_at": iso(it.created_at),
        "updated_at": iso(it.updated_at),
        "author_association": association(repository, it.author),
        "performed_via_github_app": None,
        "reactions": reaction_counts(url, it.reactions),
    }
    if isinstance(it, PullRequest):
        pull = f"{repository_url(repository)}/pulls/{it.number}"
        shown["pull_request"] = {
            "url": pull,
            "html_url": page(it),
            "diff_url": f"{page(it)}.diff",
            "patch_url": f"{page(it)}.patch",
            "merged_at": optional_iso(it.merged_at),
        }
    return shown


def pull_request(it: PullRequest) -> dict[str, Any]:
    """Show a pull request as a list does."""
    repository, world = it.repository, it.repository.world
    url, issues = f"{repository_url(repository)}/pulls/{it.number}", f"{repository_url(repository)}/issues/{it.number}"
    links = {
        "self": url,
        "html": page(it),
        "issue": issues,
        "comments": f"{issues}/comments",
        "review_comments": f"{url}/comments",
        "review_comment": f"{repository_url(repository)}/pulls/comments{{/number}}",
        "commits": f"{url}/commits",
        "statuses": f"{repository_url(repository)}/statuses/{it.head_oid}",
    }
    return {
        "id": it.id,
        "node_id": it.node_id,
        "url": url,
        "html_url": page(it),
        "diff_url": f"{page(it)}.diff",
        "patch_url": f"{page(it)}.patch",
        "issue_url": issues,
        **{
            f"{name}_url": links[name]
            for name in ("comments", "review_comments", "review_comment", "commits", "statuses")
        },
        "number": it.number,
        "state": "open" if it.is_open else "closed",
        "locked": it.locked,
        "title": it.title,
        "user": author(world, it.author),
        "body": it.body,
        "labels": [label(repository, each) for each in it.labels],
        "milestone": None,
        "active_lock_reason": None,
        "created_at": iso(it.created_at),
        "updated_at": iso(it.updated_at),
        "closed_at": optional_iso(it.closed_at),
        "merged_at": optional_iso(it.merged_at),
        "merge_commit_sha": it.merge_commit,
        "assignee": user(world, it.assignees[0]) if it.assignees else None,
        "assignees": [user(world, each) for each in it.assignees],
        "requested_reviewers": [living(world, each) for each in it.requested if isinstance(each, Account)],
        "requested_teams": [shapes.team(world, each) for each in it.requested if isinstance(each, Team)],
        "head": _side(it.head_repository, it.head_ref, it.head_oid),
        "base": _side(repository, it.base_ref, it.base_oid),
        "_links": {name: {"href": address} for name, address in links.items()},
        "author_association": association(repository, it.author),
        "auto_merge": None,
        "draft": it.draft,
    }


def full_pull_request(it: PullRequest) -> dict[str, Any]:
    """Show a pull request as the answer to a question about it alone."""
    return pull_request(it) | {
        "merged": it.merged_at is not None,
        "mergeable": None if not it.is_open else True,
        "rebaseable": None,
        "mergeable_state": "unknown",
        "merged_by": living(it.repository.world, it.merged_by),
        "comments": len(it.comments),
        "review_comments": 0,
        "maintainer_can_modify": it.is_cross_repository,
        "commits": len(it.commits()),
        "additions": sum(each.additions for each in it.changes()),
        "deletions": sum(each.deletions for each in it.changes()),
        "changed_files": len(it.changes()),
    }


def _side(repository: Repository | None, ref: str, sha: str) -> dict[str, Any]:
    if repository is None:
        return {"label": f"unknown repository:{ref}", "ref": ref, "sha": sha, "user": None, "repo": None}
    return {
        "label": f"{repository.owner.login}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": user(repository.world, repository.owner),
        "repo": shapes.repository(repository),
    }
