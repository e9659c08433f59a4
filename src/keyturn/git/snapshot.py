"""A branch of the local repository as the facts of a pull request that nobody has opened yet."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from keyturn.core.facts import (
    Account,
    Change,
    ChangedFile,
    Commit,
    Facts,
    FileVersion,
    Identity,
    Rules,
)
from keyturn.core.manifest import LARGEST, FileKind, ManifestFile
from keyturn.core.place import is_manifest
from keyturn.core.source import oversized
from keyturn.git.changes import RawChange, read_diff
from keyturn.git.commits import RawCommit, Signature, read_log
from keyturn.git.comparison import Comparison
from keyturn.git.objects import Blob, Entry, Objects

MOST_OLDER: Final = 50
"""So many older versions of the rule book are looked at for one that can be read."""

_NO_REPLY: Final = re.compile(
    r"(?:(?P<id>[0-9]{1,18})\+)?(?P<login>[a-z0-9_-]+(?:\[bot\])?)@users\.noreply\.github\.com", re.IGNORECASE
)
_CHANGES: Final = {"A": Change.ADDED, "D": Change.REMOVED, "R": Change.RENAMED, "C": Change.COPIED, "T": Change.CHANGED}
_FILE_KINDS: Final = {
    "100644": FileKind.REGULAR,
    "100755": FileKind.REGULAR,
    "120000": FileKind.SYMLINK,
    "160000": FileKind.SUBMODULE,
}


class Circumstances(Struct, frozen=True, kw_only=True):
    """What git does not know of the pull request and the caller says: who opens it, its labels, where things stand."""

    author: str | None = None
    labels: frozenset[str] = frozenset()
    rules_path: str = "rules.yml"
    manifest_path: str = ".agent/manifests/*"


def facts_of(comparison: Comparison, told: Circumstances) -> Facts:
    """The facts, offline. Raises GitError where git cannot give them."""
    changes = read_diff(comparison.diff.output())
    commits = read_log(comparison.log.output())
    objects = comparison.repository.objects
    files = tuple(map(_changed_file, changes))
    return Facts(
        author=Account.named(told.author) if told.author is not None else None,
        head=comparison.head.commit,
        head_branch=comparison.head.branch,
        base=comparison.base.branch or comparison.base.name,
        labels=told.labels,
        files=files,
        file_count=len(files),
        commits=tuple(map(_commit, commits)),
        commit_count=len(commits),
        manifests=tuple(_manifests(changes, objects, told.manifest_path)),
        manifest_path=told.manifest_path,
        rules_path=told.rules_path,
        rules=Rules(rule_book_at(objects, comparison.base.commit, told.rules_path)),
    )


def with_older_rules(facts: Facts, comparison: Comparison) -> Facts:
    """The facts with the rule book's older versions among the commits that were the base branch's tip, newest first."""
    repository, path = comparison.repository, facts.rules_path
    listed = repository.git.run(
        "rev-list",
        "--first-parent",
        f"--max-count={MOST_OLDER}",
        comparison.base.commit,
        "--",
        f":(top,literal){path.strip('/')}",
    )
    found = (rule_book_at(repository.objects, commit, path) for commit in listed.decode("ascii").split())
    older = tuple(version for version in found if version is not None)
    return replace(facts, rules=replace(facts.rules, older=older))


def rule_book_at(objects: Objects, commit: str, path: str) -> FileVersion | None:
    """The rule book in the tree of a commit; `None` where there is none."""
    entry = objects.entry(commit, path)
    if entry is None:
        return None
    if _FILE_KINDS.get(entry.mode) is not FileKind.REGULAR:
        return FileVersion(path, None, "the rule book is a regular file; found something else in its place")
    blob = _blob(objects, entry)
    if blob.content is None:
        return FileVersion(path, None, oversized(blob.size) if blob.size else _MISSING)
    return FileVersion(path, blob.content)


_MISSING: Final = "its content is not in this clone, or damaged; fetch it (git fetch --refetch) or clone anew"


def _manifests(changes: Iterable[RawChange], objects: Objects, manifest_path: str) -> Iterator[ManifestFile]:
    for change in sorted(changes, key=lambda change: change.path):
        if change.status == "D" or not is_manifest(change.path, manifest_path):
            continue
        kind = _FILE_KINDS.get(change.mode, FileKind.OTHER)
        blob = _blob(objects, Entry(change.mode, change.oid)) if kind is FileKind.REGULAR else Blob(0, None)
        yield ManifestFile(path=change.path, kind=kind, content=blob.content, size=blob.size)


def _blob(objects: Objects, entry: Entry) -> Blob:
    return objects.blob(entry.oid, LARGEST) or Blob(0, None)


def _changed_file(change: RawChange) -> ChangedFile:
    kind = _CHANGES.get(change.status, Change.MODIFIED)
    if kind is Change.MODIFIED and change.same_content:
        kind = Change.CHANGED
    return ChangedFile(change.path, kind, change.previous, change.notes)


def _commit(commit: RawCommit) -> Commit:
    return Commit(
        oid=commit.oid,
        authors=tuple(map(_identity, commit.authors)),
        committer=_identity(commit.committer),
        signed_by_github=False,
    )


def _identity(signature: Signature) -> Identity:
    """Git knows no accounts, but GitHub's own addresses name one."""
    found = _NO_REPLY.fullmatch(signature.email)
    if found is None:
        return Identity(signature.name, signature.email, None)
    named = Account.named(found["login"])
    number = int(found["id"]) if found["id"] else None
    return Identity(signature.name, signature.email, replace(named, id=number))
