"""REST handlers of git data: refs, commits, trees, blobs, contents, comparisons."""

import base64
import binascii
from datetime import datetime
from typing import Any

from tests.github_server.exchange import Answer, Json, RefusalError, invalid, not_found
from tests.github_server.rest import shapes_git
from tests.github_server.rest.routing import Call, Need, route
from tests.github_server.state.git_diff import compare_trees
from tests.github_server.state.git_history import ancestors, between, merge_base, touching
from tests.github_server.state.git_objects import FOLDER, Commit, Person, Tree, TreeEntry
from tests.github_server.state.git_store import Leaf
from tests.github_server.state.refs import move_ref
from tests.github_server.state.rules import RuleViolationError
from tests.github_server.state.writing import BY_GITHUB

REPO = "/repos/{owner}/{repo}"
READ: Need = ("contents", "read")
WRITE: Need = ("contents", "write")


@route("POST", f"{REPO}/git/blobs", WRITE)
def create_blob(call: Call) -> Json:
    """Store a file's bytes."""
    content = call.body["content"]
    try:
        is_base64 = call.body.get("encoding") == "base64"
        data = base64.b64decode("".join(content.split()), validate=True) if is_base64 else content.encode()
    except binascii.Error as error:
        raise invalid(resource="Blob", field="content", code="invalid") from error
    oid = call.world.store.blob(data).oid
    return Answer(
        status=201, body={"sha": oid, "url": shapes_git.blob(call.repository, call.world.store.get_blob(oid))["url"]}
    )


@route("POST", f"{REPO}/git/trees", WRITE)
def create_tree(call: Call) -> Json:
    """Store a tree, from nothing or on top of another."""
    store, changes = call.world.store, dict[str, Leaf | None]()
    for entry in call.body["tree"]:
        if "content" in entry:
            changes[entry["path"]] = Leaf(entry.get("mode", "100644"), store.blob(entry["content"].encode()).oid)
        elif entry.get("sha") is None:
            changes[entry["path"]] = None
        elif entry["sha"] in store.objects or entry.get("type") == "commit":
            changes[entry["path"]] = Leaf(entry.get("mode", "100644"), entry["sha"])
        else:
            raise RefusalError(422, f"tree.sha {entry['sha']} is not a valid blob")
    base = call.body.get("base_tree")
    tree = store.get_commit(base).tree if base is not None and store.has_commit(base) else base
    if tree is not None and not isinstance(store.objects.get(tree), Tree):
        raise not_found()
    return Answer(status=201, body=_tree(call, store.edit(tree, changes), recursive=False))


@route("POST", f"{REPO}/git/commits", WRITE)
def create_commit(call: Call) -> Json:
    """Store a commit; where no author is named, GitHub writes the token's account and signs what an App commits."""
    body, store, now = call.body, call.world.store, call.world.clock.now
    if not isinstance(store.objects.get(body["tree"]), Tree):
        raise RefusalError(422, "Tree SHA does not exist")
    for parent in body.get("parents", ()):
        if not store.has_commit(parent):
            raise RefusalError(422, f"Parent SHA {parent} does not exist or is not a commit object")
    own = call.token.account.signs(now)
    author = _person(body.get("author"), own)
    committer = _person(body.get("committer"), author)
    by_github = call.token.app is not None and not body.get("author") and not body.get("committer")
    if by_github:
        committer = call.world.web_flow.signs(now)
    commit = store.commit(
        body["tree"],
        body.get("parents", ()),
        author=author,
        committer=committer,
        message=body["message"],
        signature=BY_GITHUB if by_github else None,
    )
    return Answer(status=201, body=shapes_git.git_commit(call.repository, commit))


def _person(given: dict[str, str] | None, default: Person) -> Person:
    if not given:
        return default
    date = datetime.fromisoformat(given["date"]) if given.get("date") else default.date
    return Person(given["name"], given["email"], date)


@route("POST", f"{REPO}/git/refs", WRITE)
def create_ref(call: Call) -> Json:
    """Create a ref to a commit that exists."""
    name, oid, repository = call.body["ref"], call.body["sha"], call.repository
    if not name.startswith("refs/") or name.count("/") < 2:
        raise RefusalError(422, f"Reference name must start with 'refs/' and contain at least two slashes: {name}")
    if name in repository.refs:
        raise RefusalError(422, "Reference already exists")
    if not call.world.store.has_commit(oid):
        raise RefusalError(422, "Object does not exist")
    _obey(call, name, "creation")
    move_ref(repository, name, oid, call.token.account)
    return Answer(status=201, body=shapes_git.ref(repository, name, oid))


@route("GET", f"{REPO}/git/ref/{{ref}}", READ)
def get_ref(call: Call) -> Json:
    """Show one ref, named in full without `refs/`."""
    name = f"refs/{call.values['ref']}"
    oid = call.repository.refs.get(name)
    if oid is None:
        raise not_found()
    return shapes_git.ref(call.repository, name, oid)


@route("GET", f"{REPO}/git/matching-refs/{{ref}}", READ)
def matching_refs(call: Call) -> Json:
    """List the refs whose names begin so."""
    prefix, repository = f"refs/{call.values['ref']}", call.repository
    found = sorted((name, oid) for name, oid in repository.refs.items() if name.startswith(prefix))
    return [shapes_git.ref(repository, name, oid) for name, oid in found]


@route("PATCH", f"{REPO}/git/refs/{{ref}}", WRITE)
def update_ref(call: Call) -> Json:
    """Move a ref; without force only forward."""
    name, oid, repository = f"refs/{call.values['ref']}", call.body["sha"], call.repository
    before = repository.refs.get(name)
    if before is None:
        raise RefusalError(422, "Reference does not exist")
    if not call.world.store.has_commit(oid):
        raise RefusalError(422, "Object does not exist")
    if not call.body.get("force") and before not in ancestors(call.world.store, oid):
        raise RefusalError(422, "Update is not a fast forward")
    _obey(call, name, "update")
    move_ref(repository, name, oid, call.token.account)
    return shapes_git.ref(repository, name, oid)


@route("DELETE", f"{REPO}/git/refs/{{ref}}", WRITE)
def delete_ref(call: Call) -> Json:
    """Delete a ref."""
    name = f"refs/{call.values['ref']}"
    if name not in call.repository.refs:
        raise RefusalError(422, "Reference does not exist")
    _obey(call, name, "deletion")
    move_ref(call.repository, name, None, call.token.account)
    return Answer(status=204)


def _obey(call: Call, name: str, what: str) -> None:
    try:
        call.repository.rules.check_write(name.removeprefix("refs/heads/"), what, call.token)
    except RuleViolationError as error:
        raise RefusalError(422, str(error)) from error


@route("GET", f"{REPO}/git/commits/{{commit_sha}}", READ)
def get_git_commit(call: Call) -> Json:
    """Show a commit as git knows it."""
    if not call.world.store.has_commit(call.values["commit_sha"]):
        raise not_found()
    return shapes_git.git_commit(call.repository, call.world.store.get_commit(call.values["commit_sha"]))


@route("GET", f"{REPO}/git/trees/{{tree_sha}}", READ)
def get_tree(call: Call) -> Json:
    """Show a tree by its own name, or that of a commit or branch."""
    name = call.values["tree_sha"]
    oid = name if isinstance(call.world.store.objects.get(name), Tree) else call.commit(name).tree
    return _tree(call, oid, recursive=call.query("recursive") is not None)


def _tree(call: Call, oid: str, *, recursive: bool) -> dict[str, Any]:
    repository, store = call.repository, call.world.store

    def walk(tree: str, prefix: str) -> list[tuple[str, TreeEntry]]:
        rows: list[tuple[str, TreeEntry]] = []
        for entry in store.get_tree(tree).entries:
            rows.append((prefix + entry.name, entry))
            if recursive and entry.mode == FOLDER:
                rows += walk(entry.oid, f"{prefix}{entry.name}/")
        return rows

    shown = [shapes_git.tree_entry(repository, entry, path) for path, entry in walk(oid, "")]
    url = f"{call.world.api_url}/repos/{repository.full_name}/git/trees/{oid}"
    return {"sha": oid, "url": url, "tree": shown, "truncated": False}


@route("GET", f"{REPO}/git/blobs/{{file_sha}}", READ)
def get_blob(call: Call) -> Json:
    """Show a blob."""
    try:
        return shapes_git.blob(call.repository, call.world.store.get_blob(call.values["file_sha"]))
    except KeyError as error:
        raise not_found() from error


@route("GET", f"{REPO}/contents/{{path}}", READ)
def get_contents(call: Call) -> Json:
    """Show a file or list a folder; a link to a file of the repository is followed, as GitHub does."""
    repository, path = call.repository, call.values["path"].strip("/")
    ref = call.query("ref") or repository.default_branch
    try:
        commit = call.commit(ref)
    except RefusalError as error:
        raise RefusalError(404, f"No commit found for the ref {ref}") from error
    return _contents(call, commit, path, ref)


def _contents(call: Call, commit: Commit, path: str, ref: str) -> Json:
    repository, store = call.repository, call.world.store
    entry = store.entry(commit.tree, path) if path else TreeEntry(FOLDER, commit.tree, "")
    if entry is None:
        raise not_found()
    if entry.mode == "120000":
        target = store.get_blob(entry.oid).data.decode()
        linked = store.entry(commit.tree, f"{path.rpartition('/')[0]}/{target}")
        if linked is not None and linked.kind == "blob":
            return shapes_git.content(repository, linked, path, ref, with_text=True)
    if entry.kind != "tree":
        return shapes_git.content(repository, entry, path, ref, with_text=True)
    prefix = f"{path}/" if path else ""
    listed = [
        shapes_git.content(repository, each, prefix + each.name, ref, with_text=False)
        for each in store.get_tree(entry.oid).entries
    ]
    return [each | ({"type": "file"} if each["type"] == "submodule" else {}) for each in listed]


@route("GET", f"{REPO}/commits", READ)
def list_commits(call: Call) -> Json:
    """List the commits of a branch or below a commit, newest first, of one path if asked."""
    repository = call.repository
    head = call.commit(call.query("sha") or repository.default_branch).oid
    commits = list(touching(call.world.store, head, call.query("path")))
    return call.page(commits, lambda each: shapes_git.commit(repository, each))


@route("GET", f"{REPO}/commits/{{ref}}", READ)
def get_commit(call: Call) -> Json:
    """Show a commit with what it changed against its first parent."""
    repository, store, commit = call.repository, call.world.store, call.commit(call.values["ref"])
    before = store.get_commit(commit.parents[0]).tree if commit.parents else store.tree(()).oid
    changes = compare_trees(store, before, commit.tree)
    added, gone = sum(each.additions for each in changes), sum(each.deletions for each in changes)
    return shapes_git.commit(repository, commit) | {
        "stats": {"additions": added, "deletions": gone, "total": added + gone},
        "files": [shapes_git.changed_file(repository, each, commit.oid) for each in changes[:300]],
    }


@route("GET", f"{REPO}/compare/{{basehead}}", READ)
def compare(call: Call) -> Json:
    """Compare two revisions from where they parted: at most 300 files and 250 commits a page."""
    repository, store = call.repository, call.world.store
    base, dots, head = call.values["basehead"].partition("...")
    if not dots:
        raise not_found()
    try:
        old, new = call.commit(base.rpartition(":")[2]), call.commit(head.rpartition(":")[2])
    except RefusalError as error:
        raise not_found() from error
    parted = merge_base(store, old.oid, new.oid)
    if parted is None:
        raise RefusalError(404, f"No common ancestor between {base} and {head}.")
    ahead, behind = between(store, old.oid, new.oid), between(store, new.oid, old.oid)
    changes = compare_trees(store, store.get_commit(parted).tree, new.tree)
    chosen, headers = call.cut(ahead, default=250)
    url = f"{call.world.api_url}/repos/{repository.full_name}/compare/{call.values['basehead']}"
    web = f"{call.world.web_url}/{repository.full_name}/compare/{call.values['basehead']}"
    state = (
        "identical" if not ahead and not behind else "diverged" if ahead and behind else "ahead" if ahead else "behind"
    )
    shown = {
        "url": url,
        "html_url": web,
        "permalink_url": web,
        "diff_url": f"{web}.diff",
        "patch_url": f"{web}.patch",
        "base_commit": shapes_git.commit(repository, old),
        "merge_base_commit": shapes_git.commit(repository, store.get_commit(parted)),
        "status": state,
        "ahead_by": len(ahead),
        "behind_by": len(behind),
        "total_commits": len(ahead),
        "commits": [shapes_git.commit(repository, each) for each in chosen],
        "files": [shapes_git.changed_file(repository, each, new.oid) for each in changes[:300]],
    }
    return Answer(body=shown, headers=headers)
