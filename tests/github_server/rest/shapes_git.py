"""REST's form of commits, trees, blobs, refs and changed files."""

import base64
from typing import Any
from urllib.parse import quote

from tests.github_server.clock import iso
from tests.github_server.rest.shapes import living, repository_url
from tests.github_server.state.git_diff import FileChange
from tests.github_server.state.git_objects import Blob, Commit, Person, TreeEntry
from tests.github_server.state.repository import Repository

STATUS = {
    "ADDED": "added",
    "DELETED": "removed",
    "MODIFIED": "modified",
    "RENAMED": "renamed",
    "COPIED": "copied",
    "CHANGED": "changed",
}


def _person(it: Person) -> dict[str, str]:
    return {"name": it.name, "email": it.email, "date": iso(it.date)}


def verification(commit: Commit) -> dict[str, Any]:
    """Show what is known of a commit's signature."""
    signature = commit.signature
    if signature is None:
        return {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None}
    return {
        "verified": signature.is_valid,
        "reason": signature.state.lower(),
        "signature": "-----BEGIN PGP SIGNATURE-----",
        "payload": f"tree {commit.tree}",
        "verified_at": iso(commit.committer.date),
    }


def git_commit(repository: Repository, commit: Commit) -> dict[str, Any]:
    """Show a commit as git knows it."""
    url, web = repository_url(repository), f"{repository.world.web_url}/{repository.full_name}/commit"
    return {
        "sha": commit.oid,
        "node_id": f"C_{repository.id}_{commit.oid}",
        "url": f"{url}/git/commits/{commit.oid}",
        "html_url": f"{web}/{commit.oid}",
        "author": _person(commit.author),
        "committer": _person(commit.committer),
        "message": commit.message,
        "tree": {"sha": commit.tree, "url": f"{url}/git/trees/{commit.tree}"},
        "parents": [
            {"sha": each, "url": f"{url}/git/commits/{each}", "html_url": f"{web}/{each}"} for each in commit.parents
        ],
        "verification": verification(commit),
    }


def commit(repository: Repository, it: Commit) -> dict[str, Any]:
    """Show a commit as GitHub knows it: with the accounts of author and committer, bots too."""
    world, url = repository.world, repository_url(repository)
    web = f"{world.web_url}/{repository.full_name}/commit"
    return {
        "sha": it.oid,
        "node_id": f"C_{repository.id}_{it.oid}",
        "url": f"{url}/commits/{it.oid}",
        "html_url": f"{web}/{it.oid}",
        "comments_url": f"{url}/commits/{it.oid}/comments",
        "commit": {
            "url": f"{url}/git/commits/{it.oid}",
            "author": _person(it.author),
            "committer": _person(it.committer),
            "message": it.message,
            "comment_count": 0,
            "tree": {"sha": it.tree, "url": f"{url}/git/trees/{it.tree}"},
            "verification": verification(it),
        },
        "author": living(world, world.owner_of(it.author)),
        "committer": living(world, world.owner_of(it.committer)),
        "parents": [{"sha": each, "url": f"{url}/commits/{each}", "html_url": f"{web}/{each}"} for each in it.parents],
    }


def pushed_commit(it: Commit) -> dict[str, Any]:
    """Show a commit as pushes, check suites and runs of workflows do."""
    return {
        "id": it.oid,
        "tree_id": it.tree,
        "message": it.message,
        "timestamp": iso(it.committer.date),
        "author": {"name": it.author.name, "email": it.author.email},
        "committer": {"name": it.committer.name, "email": it.committer.email},
    }


def changed_file(repository: Repository, change: FileChange, sha: str) -> dict[str, Any]:
    """Show a changed file; of a removed one, the blob that is gone."""
    web, path = f"{repository.world.web_url}/{repository.full_name}", quote(change.path)
    shown: dict[str, Any] = {
        "sha": change.oid,
        "filename": change.path,
        "status": STATUS[change.status],
        "additions": change.additions,
        "deletions": change.deletions,
        "changes": change.additions + change.deletions,
        "blob_url": f"{web}/blob/{sha}/{path}",
        "raw_url": f"{web}/raw/{sha}/{path}",
        "contents_url": f"{repository_url(repository)}/contents/{path}?ref={sha}",
    }
    if change.patch is not None:
        shown["patch"] = change.patch
    if change.previous is not None:
        shown["previous_filename"] = change.previous
    return shown


def tree_entry(repository: Repository, entry: TreeEntry, path: str) -> dict[str, Any]:
    """Show an entry of a tree; a submodule has no address."""
    blob = repository.world.store.objects.get(entry.oid)
    shown: dict[str, Any] = {"path": path, "mode": entry.mode, "type": entry.kind, "sha": entry.oid}
    if isinstance(blob, Blob):
        shown["size"] = len(blob.data)
    if entry.kind != "commit":
        shown["url"] = f"{repository_url(repository)}/git/{entry.kind}s/{entry.oid}"
    return shown


def blob(repository: Repository, it: Blob) -> dict[str, Any]:
    """Show a blob, its content in Base64 with lines of 60 characters, as GitHub breaks it."""
    return {
        "sha": it.oid,
        "node_id": f"B_{repository.id}_{it.oid}",
        "size": len(it.data),
        "url": f"{repository_url(repository)}/git/blobs/{it.oid}",
        "content": _wrapped(it.data),
        "encoding": "base64",
    }


def content(repository: Repository, entry: TreeEntry, path: str, ref: str, *, with_text: bool) -> dict[str, Any]:
    """Show what stands at a path."""
    world, url = repository.world, repository_url(repository)
    kind = {"blob": "file", "tree": "dir", "commit": "submodule"}[entry.kind]
    if entry.mode == "120000":
        kind = "symlink"
    here = f"{url}/contents/{quote(path)}?ref={ref}"
    git = f"{url}/git/{'trees' if kind == 'dir' else 'blobs'}/{entry.oid}"
    page = f"{world.web_url}/{repository.full_name}/blob/{ref}/{quote(path)}"
    found = world.store.objects.get(entry.oid)
    shown: dict[str, Any] = {
        "name": entry.name,
        "path": path,
        "sha": entry.oid,
        "size": len(found.data) if isinstance(found, Blob) else 0,
        "url": here,
        "html_url": page,
        "git_url": git,
        "download_url": page if kind == "file" else None,
        "type": kind,
        "_links": {"self": here, "git": git, "html": page},
    }
    if with_text and isinstance(found, Blob):
        shown |= {"content": _wrapped(found.data), "encoding": "base64"}
        if kind == "symlink":
            shown["target"] = found.data.decode(errors="replace")
    return shown


def ref(repository: Repository, name: str, oid: str) -> dict[str, Any]:
    """Show a ref."""
    url = repository_url(repository)
    return {
        "ref": name,
        "node_id": f"REF_{repository.id}_{name}",
        "url": f"{url}/git/{quote(name)}",
        "object": {"sha": oid, "type": "commit", "url": f"{url}/git/commits/{oid}"},
    }


def _wrapped(data: bytes) -> str:
    text = base64.b64encode(data).decode()
    return "".join(f"{text[start : start + 60]}\n" for start in range(0, len(text), 60))
