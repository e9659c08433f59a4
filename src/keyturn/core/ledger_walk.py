"""The ledger branch as somebody found it: what stands on it, the commits that led there, and who names its entries."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct, field

from keyturn.core.chain import Anchor
from keyturn.core.record import LedgerEntry, folder

_ENTRY = re.compile(r"(?P<folder>pulls/[0-9]+/(?P<number>[1-9][0-9]*))/(?P<sequence>[0-9]{6})\.json")


class Place(Struct, frozen=True):
    """Where an entry stands: its pull request, and its number there."""

    pull_request: int
    sequence: int


class Standing(Struct, frozen=True):
    """A file at the place of an entry; `entry` is `None` where it holds none, `content` where it cannot be read."""

    path: str
    place: Place
    content: bytes | None
    entry: LedgerEntry | None


class LedgerTip(Struct, frozen=True):
    """What the branch holds at its head `commit`.

    `files` gives the blob at each path, `contents` the bytes of those blobs that were read, so far as they can be.
    """

    commit: str
    files: Mapping[str, str]
    contents: Mapping[str, bytes]

    def bytes_at(self, path: str) -> bytes | None:
        """The bytes of a file; `None` where there is none, or it cannot be read."""
        return self.contents.get(self.files.get(path, ""))

    def entries(self, pull_request: int | None = None) -> tuple[Standing, ...]:
        """The files at the places of entries, of one pull request or of all, by number and sequence."""
        found = [(place, path) for path in self.files if (place := place_of(path)) is not None]
        chosen = [pair for pair in found if pull_request in (None, pair[0].pull_request)]
        chosen.sort(key=lambda pair: (pair[0].pull_request, pair[0].sequence))
        return tuple(_standing(place, path, self.bytes_at(path)) for place, path in chosen)


class Change(Struct, frozen=True):
    """What a commit did to a path: the blobs before and after, `None` where there was none."""

    path: str
    before: str | None
    after: str | None


class WalkedCommit(Struct, frozen=True, kw_only=True):
    """A commit of the branch with what it changed against its first parent.

    `own` is whether keyturn made it, as far as the one who walked can tell; `author` is for people.
    """

    oid: str
    parents: tuple[str, ...]
    own: bool
    author: str
    at: datetime
    changes: tuple[Change, ...]


class NamedEntry(Struct, frozen=True):
    """An entry that a verdict of keyturn's names; the verdict stands on the commit `head` since `at`."""

    anchor: Anchor
    head: str
    at: datetime


class LedgerWalk(Struct, frozen=True, kw_only=True):
    """The whole branch: what stands on it, its commits from the oldest on, and the entries that verdicts name.

    `account` is the login that counted as keyturn's own.
    """

    tip: LedgerTip
    account: str
    commits: tuple[WalkedCommit, ...]
    named: tuple[NamedEntry, ...] = field(default=())


def place_of(path: str) -> Place | None:
    """The place that a path is; `None` where no entry belongs there."""
    found = _ENTRY.fullmatch(path)
    if found is None:
        return None
    place = Place(int(found["number"]), int(found["sequence"]))
    return place if found["folder"] == folder(place.pull_request) and place.sequence else None


def pull_requests(paths: Iterable[str]) -> tuple[int, ...]:
    """The pull requests that have entries at these paths."""
    return tuple(sorted({place.pull_request for path in paths if (place := place_of(path)) is not None}))


def _standing(place: Place, path: str, content: bytes | None) -> Standing:
    try:
        entry = LedgerEntry.model_validate_json(content) if content is not None else None
    except ValueError:
        entry = None
    return Standing(path, place, content, entry)
