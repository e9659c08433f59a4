"""Reads the ledger branch of a local clone, as far as a clone can tell."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from msgspec import Struct, field

from keyturn.core.debts import DEBTS_PATH
from keyturn.core.exclusion import bot_of
from keyturn.core.ledger_walk import Change, LedgerTip, LedgerWalk, WalkedCommit, place_of
from keyturn.git.objects import Objects
from keyturn.git.process import GitError
from keyturn.git.repository import Repository

LARGEST: Final = 1 << 20
"""Bytes of a file that are read; no entry is nearly as large."""
_FOLDER: Final = "040000"
_WHO: Final = re.compile(rb"^author (?P<name>.*) <(?P<email>[^<>]*)> [0-9]+ [-+][0-9]{4}$", re.MULTILINE)
_WHEN: Final = re.compile(rb"^committer .*> (?P<seconds>[0-9]{1,11}) [-+][0-9]{4}$", re.MULTILINE)
_PARENT: Final = re.compile(rb"^parent ([0-9a-f]{40,64})$", re.MULTILINE)
_SIGNED: Final = re.compile(rb"^gpgsig(-sha256)? ", re.MULTILINE)


def read_tip(repository: Repository, branch: str, pull_request: int | None = None) -> LedgerTip:
    """What the branch holds, of one pull request or of all. Raises GitError where it is not here."""
    commit = find_branch(repository, branch)
    return _tip(_Trees(repository.objects), commit, pull_request)


def walk_branch(repository: Repository, branch: str, account: str | None) -> LedgerWalk:
    """The whole branch.

    A commit counts as keyturn's own if it says that `account` wrote it and carries a signature, whosever that is.
    Without `account` the author of the first commit is taken for keyturn. Raises GitError where the branch or a part of
    its history is not here.
    """
    tip = find_branch(repository, branch)
    listed = repository.git.run("rev-list", "--header", "--first-parent", "--reverse", tip)
    headers = [_header(record) for record in listed.split(b"\0") if record]
    if repository.shallow and headers[0].parents:
        msg = "this clone is shallow, and the beginning of the ledger is missing; fetch it: git fetch --unshallow"
        raise GitError(msg)
    account = account or headers[0].author
    trees, commits, before = _Trees(repository.objects), [], None
    for header in headers:
        commits.append(
            WalkedCommit(
                oid=header.oid,
                parents=header.parents,
                own=header.signed and header.author.casefold() == account.casefold(),
                author=header.author if header.signed else f"{header.author}, unsigned",
                at=header.at,
                changes=tuple(trees.changes(before, header.tree)),
            )
        )
        before = header.tree
    return LedgerWalk(tip=_tip(trees, tip, None), account=account, commits=tuple(commits))


def find_branch(repository: Repository, branch: str) -> str:
    """The commit that the branch is at: as the remote had it when it was fetched, else as it is here."""
    for name in (f"refs/remotes/origin/{branch}", f"refs/heads/{branch}", f"refs/remotes/{branch}"):
        commit = repository.objects.commit(name)
        if commit is not None:
            return commit
    fetch = f"git fetch origin {branch}:refs/remotes/origin/{branch}"
    msg = f"there is no branch {branch!r} in this clone; fetch it first: {fetch}"
    raise GitError(msg)


class _Header(Struct, frozen=True, kw_only=True):
    oid: str
    tree: str
    parents: tuple[str, ...]
    author: str
    at: datetime
    signed: bool


def _header(record: bytes) -> _Header:
    oid, _, rest = record.partition(b"\n")
    header = rest.partition(b"\n\n")[0]
    who, when = _WHO.search(header), _WHEN.search(header)
    email = who["email"].decode("utf-8", "replace") if who else ""
    bot = bot_of(email)
    return _Header(
        oid=oid.decode("ascii"),
        tree=header.partition(b"\n")[0].removeprefix(b"tree ").decode("ascii"),
        parents=tuple(parent.decode("ascii") for parent in _PARENT.findall(header)),
        author=bot.login if bot is not None else email or "nobody",
        at=datetime.fromtimestamp(int(when["seconds"]) if when else 0, UTC),
        signed=_SIGNED.search(header) is not None,
    )


class _Trees(Struct):
    """Trees by name, each read once: from one commit to the next nearly all of them stay."""

    objects: Objects
    _known: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)

    def files(self, tree: str, prefix: str = "") -> Iterator[tuple[str, str]]:
        """Every path below a tree, with the blob it names."""
        for name, (mode, oid) in self._read(tree).items():
            if mode == _FOLDER:
                yield from self.files(oid, f"{prefix}{name}/")
            else:
                yield f"{prefix}{name}", oid

    def changes(self, before: str | None, after: str) -> Iterator[Change]:
        """What is different between two trees; without the first, everything is new."""
        yield from self._changes(before, after, "")

    def _changes(self, before: str | None, after: str | None, prefix: str) -> Iterator[Change]:
        if before == after:
            return
        old, new = self._read(before), self._read(after)
        for name in sorted({*old, *new}):
            was, now = old.get(name), new.get(name)
            if was == now:
                continue
            path = f"{prefix}{name}"
            folders = [pair[1] if pair is not None and pair[0] == _FOLDER else None for pair in (was, now)]
            blobs = [pair[1] if pair is not None and pair[0] != _FOLDER else None for pair in (was, now)]
            if any(folders):
                yield from self._changes(folders[0], folders[1], f"{path}/")
            if any(blobs):
                yield Change(path, blobs[0], blobs[1])

    def _read(self, tree: str | None) -> Mapping[str, tuple[str, str]]:
        if tree is None:
            return {}
        if tree not in self._known:
            self._known[tree] = {
                name.decode("utf-8", "surrogateescape"): (entry.mode, entry.oid)
                for name, entry in self.objects.tree(tree)
            }
        return self._known[tree]


def _tip(trees: _Trees, commit: str, pull_request: int | None) -> LedgerTip:
    files = dict(trees.files(f"{commit}^{{tree}}"))
    contents = {}
    for path, oid in files.items():
        place = place_of(path)
        if path == DEBTS_PATH or (place is not None and pull_request in (None, place.pull_request)):
            blob = trees.objects.blob(oid, LARGEST)
            if blob is not None and blob.content is not None:
                contents[oid] = blob.content
    return LedgerTip(commit, files, contents)
