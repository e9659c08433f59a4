"""Git's objects with git's own names: blobs, trees and commits whose SHA-1 equals what git computes."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

FILE: Final = "100644"
EXECUTABLE: Final = "100755"
SYMLINK: Final = "120000"
SUBMODULE: Final = "160000"
FOLDER: Final = "040000"
EMPTY_TREE: Final = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


@dataclass(frozen=True, slots=True)
class Person:
    """Who wrote a commit, as the commit itself says, and when (UTC)."""

    name: str
    email: str
    date: datetime


@dataclass(frozen=True, slots=True)
class Signature:
    """What GitHub says of a commit's signature; `state` is a GitSignatureState."""

    is_valid: bool
    by_github: bool
    state: str


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One name in a tree, with git's octal mode as text."""

    mode: str
    oid: str
    name: str

    @property
    def kind(self) -> Literal["blob", "tree", "commit"]:
        """The type of the object it names; a submodule names a commit."""
        if self.mode == FOLDER:
            return "tree"
        return "commit" if self.mode == SUBMODULE else "blob"


@dataclass(frozen=True, slots=True)
class Blob:
    """The bytes of a file."""

    oid: str
    data: bytes

    @property
    def is_binary(self) -> bool:
        """Whether git takes it for binary: a zero byte among the first 8,000."""
        return b"\0" in self.data[:8000]


@dataclass(frozen=True, slots=True)
class Tree:
    """A folder, its entries in git's order."""

    oid: str
    entries: tuple[TreeEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit; `signature` is what the host found, none when it is not signed."""

    oid: str
    tree: str
    parents: tuple[str, ...]
    author: Person
    committer: Person
    message: str
    signature: Signature | None


type_of: Final[Mapping[type, str]] = {Blob: "blob", Tree: "tree", Commit: "commit"}


def encode_tree(entries: Iterable[TreeEntry]) -> tuple[bytes, tuple[TreeEntry, ...]]:
    """Give the bytes git stores for a tree, and the entries in git's order: a folder sorts as if it ended in `/`."""
    ordered = tuple(
        sorted(
            entries,
            key=lambda entry: (entry.name + ("/" if entry.kind == "tree" else "")).encode(errors="surrogateescape"),
        )
    )
    parts = [
        entry.mode.lstrip("0").encode()
        + b" "
        + entry.name.encode(errors="surrogateescape")
        + b"\0"
        + bytes.fromhex(entry.oid)
        for entry in ordered
    ]
    return b"".join(parts), ordered


def encode_commit(commit: Commit) -> bytes:
    """Give the bytes git stores for a commit; a signed one carries a signature block that names its state."""
    lines = [f"tree {commit.tree}", *(f"parent {parent}" for parent in commit.parents)]
    lines += [f"author {_person(commit.author)}", f"committer {_person(commit.committer)}"]
    if commit.signature is not None:
        lines += ["gpgsig -----BEGIN PGP SIGNATURE-----", f" {commit.signature.state}", " -----END PGP SIGNATURE-----"]
    return ("\n".join(lines) + "\n\n" + commit.message).encode()


def object_id(kind: str, content: bytes) -> str:
    """Name an object as git does."""
    return hashlib.sha1(f"{kind} {len(content)}\0".encode() + content, usedforsecurity=False).hexdigest()


def _person(person: Person) -> str:
    return f"{person.name} <{person.email}> {int(person.date.timestamp())} +0000"
