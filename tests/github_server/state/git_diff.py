"""The files that differ between two trees, renames found as git finds them."""

import difflib
from collections import Counter
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from tests.github_server.state.git_objects import SUBMODULE, SYMLINK, Blob
from tests.github_server.state.git_store import GitStore, Leaf

SIMILAR: Final = 0.5
"""From this share of equal content on, git takes a removed and an added file for one that was renamed."""

PatchStatus: TypeAlias = Literal["ADDED", "DELETED", "MODIFIED", "RENAMED", "COPIED", "CHANGED"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """One changed file; `status` is GraphQL's word for it, and `previous` the old name of a rename or copy."""

    path: str
    status: PatchStatus
    oid: str
    previous: str | None
    additions: int
    deletions: int
    patch: str | None


def compare_trees(store: GitStore, old: str, new: str, *, copies: bool = False) -> tuple[FileChange, ...]:
    """List what turns one tree into the other, in order of path; `copies` also looks for copies of changed files."""
    before, after = store.leaves(old), store.leaves(new)
    removed = {path: leaf for path, leaf in before.items() if path not in after}
    added = {path: leaf for path, leaf in after.items() if path not in before}
    edited = {path: (leaf, after[path]) for path, leaf in before.items() if path in after and after[path] != leaf}
    sources = _renames(store, removed, added)
    changes = [
        _change(store, path, "CHANGED" if _kind(old) != _kind(new) else "MODIFIED", old, new)
        for path, (old, new) in edited.items()
    ]
    changes += [
        _change(store, path, "RENAMED", removed[source], added[path], source) for path, source in sources.items()
    ]
    taken = set(sources.values())
    changes += [_change(store, path, "DELETED", leaf, None) for path, leaf in removed.items() if path not in taken]
    origins = {leaf.oid: path for path, (leaf, _) in edited.items()} | {removed[path].oid: path for path in taken}
    for path, leaf in added.items():
        if path in sources:
            continue
        if copies and leaf.oid in origins:
            changes.append(_change(store, path, "COPIED", leaf, leaf, origins[leaf.oid]))
        else:
            changes.append(_change(store, path, "ADDED", None, leaf))
    return tuple(sorted(changes, key=lambda change: change.path.encode(errors="surrogateescape")))


def _renames(store: GitStore, removed: dict[str, Leaf], added: dict[str, Leaf]) -> dict[str, str]:
    """Map each new name to the old one it comes from: equal content first, then the most alike."""
    sources: dict[str, str] = {}
    left = dict(removed)
    for path, leaf in added.items():
        same = next(
            (old for old, candidate in left.items() if candidate.oid == leaf.oid and _kind(candidate) == _kind(leaf)),
            None,
        )
        if same is not None and store_size(store, leaf) > 0:
            sources[path] = same
            del left[same]
    scored = [
        (score, path, old)
        for path, leaf in added.items()
        if path not in sources
        for old, candidate in left.items()
        if _kind(candidate) == _kind(leaf) == "file" and (score := _similarity(store, candidate, leaf)) >= SIMILAR
    ]
    for _, path, old in sorted(scored, key=lambda row: (-row[0], row[1], row[2])):
        if path not in sources and old in left:
            sources[path] = old
            del left[old]
    return sources


def store_size(store: GitStore, leaf: Leaf) -> int:
    """Count the bytes of a file; a submodule counts as one that is not empty."""
    return 1 if leaf.mode == SUBMODULE else len(store.get_blob(leaf.oid).data)


def _similarity(store: GitStore, old: Leaf, new: Leaf) -> float:
    before, after = store.get_blob(old.oid).data, store.get_blob(new.oid).data
    longest = max(len(before), len(after))
    if not before or not after or min(len(before), len(after)) < SIMILAR * longest:
        return 0.0
    shared = Counter(before.splitlines(keepends=True)) & Counter(after.splitlines(keepends=True))
    return sum(len(line) * times for line, times in shared.items()) / longest


def _kind(leaf: Leaf) -> str:
    return {SUBMODULE: "submodule", SYMLINK: "symlink"}.get(leaf.mode, "file")


def _change(
    store: GitStore, path: str, status: PatchStatus, old: Leaf | None, new: Leaf | None, previous: str | None = None
) -> FileChange:
    lines = None if _binary(store, old) or _binary(store, new) else _unified(_text(store, old), _text(store, new))
    return FileChange(
        path=path,
        status=status,
        oid=(new or old or Leaf("", "")).oid,
        previous=previous,
        additions=sum(line.startswith("+") for line in lines or ()),
        deletions=sum(line.startswith("-") for line in lines or ()),
        patch="\n".join(lines) if lines else None,
    )


def _binary(store: GitStore, leaf: Leaf | None) -> bool:
    if leaf is None or leaf.mode == SUBMODULE:
        return False
    blob = store.objects[leaf.oid]
    return isinstance(blob, Blob) and blob.is_binary


def _text(store: GitStore, leaf: Leaf | None) -> list[str]:
    if leaf is None:
        return []
    if leaf.mode == SUBMODULE:
        return [f"Subproject commit {leaf.oid}"]
    return store.get_blob(leaf.oid).data.decode(errors="replace").splitlines()


def _unified(old: list[str], new: list[str]) -> list[str]:
    return list(difflib.unified_diff(old, new, lineterm=""))[2:]
