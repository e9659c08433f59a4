"""The object store all repositories of the server share, as a fork shares its parent's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias, TypeVar

from tests.github_server.state.git_objects import (
    EXECUTABLE,
    FILE,
    FOLDER,
    SUBMODULE,
    SYMLINK,
    Blob,
    Commit,
    Person,
    Signature,
    Tree,
    TreeEntry,
    encode_commit,
    encode_tree,
    object_id,
)

GitObject: TypeAlias = Blob | Tree | Commit
Kind = TypeVar("Kind", Blob, Tree, Commit)


@dataclass(frozen=True, slots=True)
class Symlink:
    """A file that is a symbolic link to `target`."""

    target: str


@dataclass(frozen=True, slots=True)
class Submodule:
    """A path that names a commit of another repository."""

    oid: str


@dataclass(frozen=True, slots=True)
class Executable:
    """A file with the executable bit."""

    text: str


Content: TypeAlias = str | bytes | Symlink | Submodule | Executable | None
"""What a test may put at a path; none takes the path away."""


class Leaf(NamedTuple):
    """A file in a tree: its mode, as octal text, and the object it names."""

    mode: str
    oid: str


class GitStore:
    """Every blob, tree and commit, by name."""

    def __init__(self) -> None:
        """Start empty."""
        self.objects: dict[str, GitObject] = {}
        self._leaves: dict[str, dict[str, Leaf]] = {}

    def blob(self, data: bytes) -> Blob:
        """Store a file's bytes."""
        blob = Blob(object_id("blob", data), data)
        self.objects[blob.oid] = blob
        return blob

    def tree(self, entries: Iterable[TreeEntry]) -> Tree:
        """Store a folder."""
        content, ordered = encode_tree(entries)
        tree = Tree(object_id("tree", content), ordered)
        self.objects[tree.oid] = tree
        return tree

    def commit(
        self,
        tree: str,
        parents: Iterable[str],
        *,
        author: Person,
        committer: Person,
        message: str,
        signature: Signature | None = None,
    ) -> Commit:
        """Store a commit."""
        draft = Commit(
            oid="",
            tree=tree,
            parents=tuple(parents),
            author=author,
            committer=committer,
            message=message,
            signature=signature,
        )
        commit = replace(draft, oid=object_id("commit", encode_commit(draft)))
        self.objects[commit.oid] = commit
        return commit

    def get_blob(self, oid: str) -> Blob:
        """Read a blob; raises KeyError where there is none of that name."""
        return self._get(oid, Blob)

    def get_tree(self, oid: str) -> Tree:
        """Read a tree; raises KeyError where there is none of that name."""
        return self._get(oid, Tree)

    def get_commit(self, oid: str) -> Commit:
        """Read a commit; raises KeyError where there is none of that name."""
        return self._get(oid, Commit)

    def has_commit(self, oid: str) -> bool:
        """Whether a commit of that full name is stored."""
        return isinstance(self.objects.get(oid), Commit)

    def leaf(self, content: Content) -> Leaf | None:
        """Store what a test put at a path, and give its mode and object."""
        match content:
            case None:
                return None
            case Submodule(oid):
                return Leaf(SUBMODULE, oid)
            case Symlink(target):
                return Leaf(SYMLINK, self.blob(target.encode()).oid)
            case Executable(text):
                return Leaf(EXECUTABLE, self.blob(text.encode()).oid)
            case bytes():
                return Leaf(FILE, self.blob(content).oid)
            case _:
                return Leaf(FILE, self.blob(content.encode()).oid)

    def edit(self, tree: str | None, changes: Mapping[str, Leaf | None]) -> str:
        """Store the tree that `tree` becomes with these paths set, or taken away; gives its name."""
        return self._edit(tree, changes) or self.tree(()).oid

    def leaves(self, tree: str) -> dict[str, Leaf]:
        """List every file below a tree by path; do not change the answer."""
        if tree not in self._leaves:
            found: dict[str, Leaf] = {}
            for entry in self.get_tree(tree).entries:
                if entry.kind == "tree":
                    below = self.leaves(entry.oid)
                    found |= {f"{entry.name}/{path}": leaf for path, leaf in below.items()}
                else:
                    found[entry.name] = Leaf(entry.mode, entry.oid)
            self._leaves[tree] = found
        return self._leaves[tree]

    def entry(self, tree: str, path: str) -> TreeEntry | None:
        """Find the entry at a path, file or folder; an empty or missing path gives none."""
        found: TreeEntry | None = None
        for name in path.strip("/").split("/"):
            if found is not None:
                if found.kind != "tree":
                    return None
                tree = found.oid
            found = next((entry for entry in self.get_tree(tree).entries if entry.name == name), None)
            if found is None:
                return None
        return found

    def _edit(self, tree: str | None, changes: Mapping[str, Leaf | None]) -> str | None:
        entries = {} if tree is None else {entry.name: entry for entry in self.get_tree(tree).entries}
        below: dict[str, dict[str, Leaf | None]] = {}
        for path, leaf in changes.items():
            name, _, rest = path.partition("/")
            if rest:
                below.setdefault(name, {})[rest] = leaf
            elif leaf is None:
                entries.pop(name, None)
            else:
                entries[name] = TreeEntry(leaf.mode, leaf.oid, name)
        for name, inner in below.items():
            old = entries.get(name)
            folder = self._edit(old.oid if old is not None and old.kind == "tree" else None, inner)
            if folder is None:
                entries.pop(name, None)
            else:
                entries[name] = TreeEntry(FOLDER, folder, name)
        return self.tree(entries.values()).oid if entries else None

    def _get(self, oid: str, kind: type[Kind]) -> Kind:
        found = self.objects[oid]
        if not isinstance(found, kind):
            raise KeyError(oid)
        return found
