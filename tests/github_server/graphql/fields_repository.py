"""Resolvers of the query's roots, of repositories, issues and labels."""

from collections.abc import Callable, Sequence
from typing import Any

from tests.github_server.exchange import Json
from tests.github_server.graphql.errors import not_found
from tests.github_server.graphql.fields_git import git_object
from tests.github_server.graphql.paging import Connection, connect
from tests.github_server.graphql.refs import RefNode
from tests.github_server.graphql.registry import Context, InRepository, define
from tests.github_server.state.accounts import Account
from tests.github_server.state.conversation import Conversation, Issue
from tests.github_server.state.merge_queue import MergeQueue
from tests.github_server.state.pull_request import PullRequest
from tests.github_server.state.repository import Repository

ORDERS: dict[str, Callable[[Conversation], Any]] = {
    "CREATED_AT": lambda it: (it.created_at, it.number),
    "UPDATED_AT": lambda it: (it.updated_at, it.number),
    "COMMENTS": lambda it: len(it.comments),
}


def _repository(_source: object, context: Context, *, owner: str, name: str, **_: object) -> Repository:
    found = context.world.find_repository(owner, name)
    if found is None or not context.token.sees(found):
        raise not_found(what="a Repository", detail=f"with the name '{owner}/{name}'")
    return found


def _account(kind: str, told: str) -> Callable[..., Account]:
    def find(_source: object, context: Context, *, login: str) -> Account:
        found = context.world.find_account(login)
        if found is None or (kind and found.kind != kind):
            raise not_found(what=told, detail=f"with the login of '{login}'")
        return found

    return find


def _node(_source: object, context: Context, *, id: str) -> object:  # noqa: A002 - GraphQL's name
    found = context.world.nodes.get(id)
    if found is None:
        raise not_found(what="a node", detail=f"with the global id of '{id}'")
    repository = getattr(found, "repository", None)
    if isinstance(repository, Repository) and not context.token.sees(repository):
        raise not_found(what="a node", detail=f"with the global id of '{id}'")
    return found


def _rate_limit(_source: object, context: Context, **_: object) -> dict[str, object]:
    budget = context.token.graphql
    return {
        "cost": context.cost,
        "limit": budget.limit,
        "nodeCount": context.nodes,
        "remaining": budget.remaining,
        "resetAt": budget.resets_at,
        "used": budget.used,
    }


def ref(repository: Repository, context: Context, *, qualifiedName: str) -> RefNode | None:  # noqa: N803 - GraphQL's name
    """Find a ref by its full name; a bare one is taken for a branch, as GitHub does."""
    context.needs(repository, "contents")
    name = qualifiedName if qualifiedName.startswith("refs/") else f"refs/heads/{qualifiedName}"
    return RefNode(repository, name) if name in repository.refs else None


def _refs(repository: Repository, context: Context, *, query: str = "", **arguments: Json) -> Connection:
    context.needs(repository, "contents")
    prefix = arguments["refPrefix"]
    names = sorted(name for name in repository.refs if name.startswith(prefix) and query in name)
    return connect([RefNode(repository, name) for name in names], arguments)


def _object(
    repository: Repository, context: Context, *, oid: str | None = None, expression: str | None = None
) -> InRepository | None:
    context.needs(repository, "contents")
    if oid is not None:
        return git_object(repository, oid)
    revision, colon, path = (expression or "").partition(":")
    found = revision_of(repository, revision)
    if found is None or not colon:
        return git_object(repository, found)
    commit = repository.world.store.get_commit(found)
    if not path:
        return git_object(repository, commit.tree)
    entry = repository.world.store.entry(commit.tree, path)
    return git_object(repository, None if entry is None else entry.oid)


def revision_of(repository: Repository, text: str) -> str | None:
    """Find the commit that a branch, a full ref, HEAD or a commit's full name stands for."""
    if text == "HEAD":
        text = repository.default_branch
    for name in (text, f"refs/{text}", f"refs/heads/{text}"):
        if name in repository.refs:
            return repository.refs[name]
    return text if repository.world.store.has_commit(text) else None


def _chosen(
    items: Sequence[Any], states: list[str] | None, labels: list[str] | None, order: dict[str, str] | None
) -> list[Any]:
    chosen = [each for each in items if states is None or state_of(each) in states]
    if labels is not None:
        wanted = {label.casefold() for label in labels}
        chosen = [each for each in chosen if wanted & {label.name.casefold() for label in each.labels}]
    order = order or {"field": "CREATED_AT", "direction": "ASC"}
    return sorted(chosen, key=ORDERS[order["field"]], reverse=order["direction"] == "DESC")


def state_of(it: Conversation) -> str:
    """Name the state as GraphQL does."""
    if isinstance(it, PullRequest):
        return it.state
    return "OPEN" if it.is_open else "CLOSED"


def _pull_requests(repository: Repository, context: Context, **arguments: Json) -> Connection:
    context.needs(repository, "pull_requests")
    head, base = arguments.get("headRefName"), arguments.get("baseRefName")
    pulls = [
        pull
        for pull in repository.pull_requests
        if (head is None or pull.head_ref == head) and (base is None or pull.base_ref == base)
    ]
    return connect(
        _chosen(pulls, arguments.get("states"), arguments.get("labels"), arguments.get("orderBy")), arguments
    )


def _issues(repository: Repository, context: Context, **arguments: Json) -> Connection:
    context.needs(repository, "issues")
    found = _chosen(repository.issues, arguments.get("states"), arguments.get("labels"), arguments.get("orderBy"))
    return connect(found, arguments)


def _pull_request(repository: Repository, context: Context, *, number: int) -> PullRequest:
    context.needs(repository, "pull_requests")
    found = repository.find_pull_request(number)
    if found is None:
        raise not_found(what="a PullRequest", detail=f"with the number of {number}")
    return found


def _issue(repository: Repository, context: Context, *, number: int) -> Issue:
    context.needs(repository, "issues")
    found = next((each for each in repository.issues if each.number == number), None)
    if found is None:
        raise not_found(what="an Issue", detail=f"with the number of {number}")
    return found


def _queue(repository: Repository, context: Context, *, branch: str | None = None) -> MergeQueue | None:
    context.needs(repository, "pull_requests")
    return repository.queues.get(branch or repository.default_branch)


def _permission(repository: Repository, context: Context) -> str | None:
    role = repository.role_of(context.token.account)
    return None if context.token.app is not None or role == "none" else role.upper()


define(
    "Query",
    {
        "viewer": lambda _, context: context.token.account,
        "rateLimit": _rate_limit,
        "repository": _repository,
        "user": _account("User", "a User"),
        "organization": _account("Organization", "an Organization"),
        "repositoryOwner": _account("", "a RepositoryOwner"),
        "node": _node,
        "nodes": lambda _, context, *, ids: [_node(None, context, id=each) for each in ids],
    },
)
define(
    "Repository",
    {
        "id": lambda it, _: it.node_id,
        "databaseId": lambda it, _: it.id,
        "name": lambda it, _: it.name,
        "nameWithOwner": lambda it, _: it.full_name,
        "owner": lambda it, _: it.owner,
        "url": lambda it, context: f"{context.world.web_url}/{it.full_name}",
        "resourcePath": lambda it, _: f"/{it.full_name}",
        "createdAt": lambda it, _: it.created_at,
        "isPrivate": lambda it, _: it.private,
        "visibility": lambda it, _: "PRIVATE" if it.private else "PUBLIC",
        "isFork": lambda it, _: it.parent is not None,
        "isArchived": lambda _, __: False,
        "isInOrganization": lambda it, _: it.owner.kind == "Organization",
        "hasIssuesEnabled": lambda it, _: it.issues_enabled,
        "parent": lambda it, _: it.parent,
        "viewerPermission": _permission,
        "defaultBranchRef": lambda it, context: ref(it, context, qualifiedName=f"refs/heads/{it.default_branch}"),
        "ref": ref,
        "refs": _refs,
        "object": _object,
        "pullRequest": _pull_request,
        "pullRequests": _pull_requests,
        "issue": _issue,
        "issues": _issues,
        "label": lambda it, _, *, name: next(
            (each for each in it.labels if each.name.casefold() == name.casefold()), None
        ),
        "labels": lambda it, _, **page: connect(it.labels, page),
        "mergeQueue": _queue,
    },
)
define(
    "Label",
    {
        "id": lambda label, _: label.node_id,
        "name": lambda label, _: label.name,
        "color": lambda label, _: label.color,
        "description": lambda label, _: label.description,
    },
)
