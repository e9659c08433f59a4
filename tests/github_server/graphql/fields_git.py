"""Resolvers of commits, trees, blobs and refs."""

from collections.abc import Iterable
from datetime import datetime

from tests.github_server.exchange import Json
from tests.github_server.graphql.paging import Connection, connect
from tests.github_server.graphql.registry import Context, InRepository, Typed, define
from tests.github_server.state.git_history import ancestors, touching
from tests.github_server.state.git_objects import Blob, Commit, Person, TreeEntry
from tests.github_server.state.pull_request import PullRequest
from tests.github_server.state.repository import Repository
from tests.github_server.state.world import World


def git_object(repository: Repository, oid: str | None) -> InRepository | None:
    """See a git object in a repository, or null where there is none."""
    found = repository.world.store.objects.get(oid) if oid is not None else None
    return None if found is None else InRepository(repository, found)


def git_actor(world: World, person: Person) -> dict[str, object]:
    """Show who wrote a commit; `user` is null for a bot, whatever its address."""
    account = world.owner_of(person)
    user = account if account is not None and account.kind == "User" else None
    return {"name": person.name, "email": person.email, "date": person.date, "user": user}


def coauthors(commit: Commit) -> list[Person]:
    """Read a commit's authors: the author line, then the trailers, each address once."""
    found = {commit.author.email.lower(): commit.author}
    for line in commit.message.splitlines():
        key, _, value = line.partition(":")
        name, _, address = value.strip().partition(" <")
        if key.casefold() == "co-authored-by" and address.endswith(">"):
            found.setdefault(address[:-1].lower(), Person(name, address[:-1], commit.author.date))
    return list(found.values())


def associated(repository: Repository, oid: str) -> list[PullRequest]:
    """List the pull request that brought a commit to the default branch, or the open ones that contain it."""
    store = repository.world.store
    merged = [pull for pull in repository.pull_requests if pull.merged_at and oid in {pull.merge_commit, pull.head_oid}]
    if oid in ancestors(store, repository.tip(repository.default_branch)):
        return merged or [pull for pull in repository.pull_requests if pull.merged_at and _holds(pull, oid)]
    return [pull for pull in repository.pull_requests if pull.is_open and _holds(pull, oid)]


def tree_entry(repository: Repository, entry: TreeEntry | None, path: str) -> Typed | None:
    """Show an entry of a tree; the mode is decimal, as GitHub gives it."""
    if entry is None:
        return None
    blob = repository.world.store.objects.get(entry.oid)
    values = {
        "name": entry.name,
        "path": path,
        "mode": int(entry.mode, 8),
        "type": entry.kind,
        "oid": entry.oid,
        "size": len(blob.data) if isinstance(blob, Blob) else 0,
        "object": git_object(repository, entry.oid) if entry.kind != "commit" else None,
        "repository": repository,
    }
    return Typed("TreeEntry", values)


def _holds(pull: PullRequest, oid: str) -> bool:
    return any(commit.oid == oid for commit in pull.commits())


def _file(node: InRepository, context: Context, *, path: str) -> Typed | None:
    context.needs(node.repository, "contents")
    tree = node.it.tree if isinstance(node.it, Commit) else ""
    return tree_entry(node.repository, node.repository.world.store.entry(tree, path), path)


def _entries(node: InRepository, context: Context) -> list[Typed | None]:
    context.needs(node.repository, "contents")
    entries = node.repository.world.store.get_tree(node.it.oid).entries
    return [tree_entry(node.repository, entry, entry.name) for entry in entries]


def _history(
    node: InRepository,
    context: Context,
    *,
    path: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    **page: Json,
) -> Connection:
    context.needs(node.repository, "contents")
    commits = [
        commit
        for commit in node.repository.remember(("history", node.it.oid, path), lambda: _walk(node, path))
        if (since is None or commit.committer.date >= since) and (until is None or commit.committer.date <= until)
    ]
    return connect(_seen(node.repository, commits), page)


def _walk(node: InRepository, path: str | None) -> list[Commit]:
    return list(touching(node.repository.world.store, node.it.oid, path))


def _seen(repository: Repository, commits: Iterable[Commit]) -> list[InRepository]:
    return [InRepository(repository, commit) for commit in commits]


def _signature(node: InRepository, _: Context) -> dict[str, object] | None:
    signature = node.it.signature if isinstance(node.it, Commit) else None
    if signature is None:
        return None
    return {"isValid": signature.is_valid, "wasSignedByGitHub": signature.by_github, "state": signature.state}


def _text(node: InRepository, context: Context) -> str | None:
    context.needs(node.repository, "contents")
    if not isinstance(node.it, Blob) or node.it.is_binary:
        return None
    return node.it.data[: context.world.limits.blob_text].decode(errors="replace")


def _web(node: InRepository, context: Context) -> str:
    return f"{context.world.web_url}/{node.repository.full_name}/commit/{node.it.oid}"


GIT_OBJECT = {
    "id": lambda node, _: f"{type(node.it).__name__[0]}_{node.repository.id}_{node.it.oid}",
    "oid": lambda node, _: node.it.oid,
    "abbreviatedOid": lambda node, _: node.it.oid[:7],
    "repository": lambda node, _: node.repository,
    "commitUrl": _web,
}
define("Tree", {**GIT_OBJECT, "entries": _entries})
define(
    "Blob",
    {
        **GIT_OBJECT,
        "byteSize": lambda node, _: len(node.it.data),
        "isBinary": lambda node, _: node.it.is_binary,
        "isTruncated": lambda node, context: len(node.it.data) > context.world.limits.blob_text,
        "text": _text,
    },
)
define(
    "Commit",
    {
        **GIT_OBJECT,
        "url": _web,
        "message": lambda node, _: node.it.message,
        "messageHeadline": lambda node, _: node.it.message.partition("\n")[0],
        "messageBody": lambda node, _: node.it.message.partition("\n\n")[2],
        "committedDate": lambda node, _: node.it.committer.date,
        "authoredDate": lambda node, _: node.it.author.date,
        "committedViaWeb": lambda node, _: node.it.committer.email == "noreply@github.com",
        "tree": lambda node, _: git_object(node.repository, node.it.tree),
        "parents": lambda node, _, **page: connect(
            [git_object(node.repository, each) for each in node.it.parents], page
        ),
        "author": lambda node, context: git_actor(context.world, node.it.author),
        "authors": lambda node, context, **page: connect(
            [git_actor(context.world, each) for each in coauthors(node.it)], page
        ),
        "committer": lambda node, context: git_actor(context.world, node.it.committer),
        "signature": _signature,
        "file": _file,
        "history": _history,
        "associatedPullRequests": lambda node, _, **page: connect(associated(node.repository, node.it.oid), page),
    },
)
define(
    "Ref",
    {
        "id": lambda ref, _: f"REF_{ref.repository.id}_{ref.name}",
        "name": lambda ref, _: ref.short,
        "prefix": lambda ref, _: ref.name.removesuffix(ref.short),
        "repository": lambda ref, _: ref.repository,
        "target": lambda ref, _: git_object(ref.repository, ref.repository.refs.get(ref.name)),
    },
)
