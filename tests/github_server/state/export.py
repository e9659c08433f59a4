"""A repository of the server as a real git repository on disk, with the same objects and names."""

import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path

from tests.github_server.state.git_history import ancestors
from tests.github_server.state.git_objects import Blob, Commit, Tree, encode_commit, encode_tree, type_of
from tests.github_server.state.git_store import GitObject, GitStore
from tests.github_server.state.repository import Repository


def export(repository: Repository, folder: Path) -> Path:
    """Write a bare repository with every ref and what it reaches; returns the folder."""
    head = f"--initial-branch={repository.default_branch}"
    subprocess.run(["git", "init", "--quiet", "--bare", head, str(folder)], check=True)
    store = repository.world.store
    for oid in {name for tip in repository.refs.values() for name in ancestors(store, tip)}:
        for found in _reached(store, store.get_commit(oid)):
            _write(folder, found)
    for name, oid in repository.refs.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{oid}\n", encoding="ascii")
    return folder


def _reached(store: GitStore, start: Commit) -> Iterator[GitObject]:
    yield start
    waiting = [start.tree]
    while waiting:
        tree = store.get_tree(waiting.pop())
        yield tree
        for entry in tree.entries:
            if entry.kind == "tree":
                waiting.append(entry.oid)
            elif entry.kind == "blob":
                yield store.get_blob(entry.oid)


def _write(folder: Path, found: GitObject) -> None:
    path = folder / "objects" / found.oid[:2] / found.oid[2:]
    if path.exists():
        return
    content = _content(found)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(zlib.compress(f"{type_of[type(found)]} {len(content)}\0".encode() + content))


def _content(found: GitObject) -> bytes:
    match found:
        case Blob():
            return found.data
        case Tree():
            return encode_tree(found.entries)[0]
        case Commit():
            return encode_commit(found)
