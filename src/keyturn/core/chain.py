"""Whether the ledger's entries about a pull request can be trusted: signed, unbroken, and as the verdicts name them."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from keyturn.core.record import Event, LedgerEntry, bytes_hash, entry_path, folder


class Anchor(Struct, frozen=True):
    """The entry that a verdict rests on.

    Its path, the ledger commit that wrote it, and the generation of its request.
    """

    path: str
    commit: str
    generation: int

    def __str__(self) -> str:
        """As a check run carries it in `external_id`: `<path>@<commit>#<generation>`."""
        return f"{self.path}@{self.commit}#{self.generation}"

    def as_query(self) -> str:
        """As a status carries it behind the address of the pull request's page; slashes stay as they are."""
        return f"keyturn={self.path}@{self.commit}&generation={self.generation}"


_EXTERNAL_ID = re.compile(r"(?P<path>[^@#?&]+)@(?P<commit>[0-9a-f]+)#(?P<generation>[0-9]{1,9})")
_QUERY = re.compile(r"[^?#]*\?keyturn=(?P<path>[^@#?&]+)@(?P<commit>[0-9a-f]+)&generation=(?P<generation>[0-9]{1,9})")


def anchor_in(text: str | None) -> Anchor | None:
    """The anchor in a check run's external id or in a status's target URL; `None` where there is none."""
    if not text:
        return None
    found = _EXTERNAL_ID.fullmatch(text) or _QUERY.fullmatch(text)
    return Anchor(found["path"], found["commit"], int(found["generation"])) if found else None


class LedgerFile(Struct, frozen=True):
    """A file in a pull request's folder at the tip of the ledger branch.

    `content` is `None` where it cannot be read whole.
    """

    name: str
    oid: str
    content: bytes | None


class LedgerCommit(Struct, frozen=True):
    """A commit on the ledger branch that touched the folder.

    `own` is whether GitHub signed it and keyturn's own account is its author.
    """

    oid: str
    own: bool


class SeenAnchor(Struct, frozen=True):
    """An anchor in a verdict by keyturn's own account, made at `at`.

    `entry_oid` is the blob that the anchor's commit has at the anchor's path, `None` where commit or path cannot be
    found. Only where `binding` is it compared: for the newest verdict on the head, or on an earlier head where that has
    none.
    """

    anchor: Anchor
    at: datetime
    entry_oid: str | None
    binding: bool


class LedgerFolder(Struct, frozen=True):
    """All that was read of one pull request's place in the ledger; `commits` are newest first."""

    files: tuple[LedgerFile, ...] = ()
    commits: tuple[LedgerCommit, ...] = ()
    anchors: tuple[SeenAnchor, ...] = ()
    commented: bool = False
    """Whether a comment of keyturn's own account with its marker stands on the pull request."""


class Chain(Struct, frozen=True):
    """The verified entries, oldest first, from the last restart on.

    `broken` says in words what does not hold, empty where all does. `next_sequence` and `previous` are what the next
    entry carries: its number, and the hash of the file before it.
    """

    entries: tuple[LedgerEntry, ...]
    broken: tuple[str, ...]
    highest_generation: int
    next_sequence: int
    previous: str | None


_NAME = re.compile(r"[0-9]{6}\.json")


def verify(ledger: LedgerFolder, pull_request: int) -> Chain:
    """Check a pull request's entries. Never raises for what they hold.

    An entry that records `ledger_broken` restarts the chain: what lies before it is known not to hold, and is neither
    trusted nor complained of again.
    """
    files = sorted(ledger.files, key=lambda file: file.name)
    numbered = [file for file in files if _NAME.fullmatch(file.name)]
    read = [(file, _parse(file)) for file in numbered]
    start = next((i for i in range(len(read) - 1, -1, -1) if _restarts(read[i][1])), 0)
    restarted = bool(read) and _restarts(read[start][1])
    entries, broken = _linked(read[start:], pull_request, restarted=restarted)
    foreign = _foreign(ledger.commits, len(read) - start, restarted=restarted)
    restart = entries[0].time if restarted and entries else None
    named = _anchored(ledger, pull_request, restart)
    unknown = _unknown(ledger, pull_request)
    strangers = tuple(f"{folder(pull_request)}/{f.name} is no entry" for f in files if not _NAME.fullmatch(f.name))
    last = numbered[-1] if numbered else None
    return Chain(
        entries=tuple(entries),
        broken=(*broken, *foreign, *strangers, *named, *unknown),
        highest_generation=max((seen.anchor.generation for seen in ledger.anchors), default=0),
        next_sequence=int(last.name[:6]) + 1 if last else 1,
        previous=bytes_hash(last.content or b"") if last else None,
    )


def _parse(file: LedgerFile) -> LedgerEntry | None:
    if file.content is None:
        return None
    try:
        return LedgerEntry.model_validate_json(file.content)
    except ValueError:
        return None


def _restarts(entry: LedgerEntry | None) -> bool:
    return entry is not None and any(event.event is Event.LEDGER_BROKEN for event in entry.events)


def _linked(
    read: Sequence[tuple[LedgerFile, LedgerEntry | None]], pull_request: int, *, restarted: bool
) -> tuple[list[LedgerEntry], tuple[str, ...]]:
    """The entries that follow from one another, up to the first that does not, and why that one does not."""
    entries: list[LedgerEntry] = []
    first = int(read[0][0].name[:6]) if restarted else 1
    previous: str | None = None
    for expected, (file, entry) in enumerate(read, start=first):
        path = entry_path(pull_request, expected)
        if not path.endswith(f"/{file.name}"):
            return entries, (f"{path} is missing",)
        if entry is None:
            return entries, (f"{path} is not a ledger entry",)
        if entry.sequence != expected or entry.decision.pull_request != pull_request:
            return entries, (f"{path} is an entry of another place",)
        if entry.previous != previous and not (restarted and expected == first):
            return entries, (f"{path} does not follow from the entry before it",)
        entries.append(entry)
        previous = bytes_hash(file.content or b"")
    return entries, ()


def _foreign(commits: Sequence[LedgerCommit], entries: int, *, restarted: bool) -> tuple[str, ...]:
    """The commits that keyturn did not make, among those since the chain started; each of its own adds one entry."""
    since = commits[:entries] if restarted else commits
    found = [f"ledger commit {commit.oid[:10]} was not made by keyturn" for commit in since if not commit.own]
    if not found and len(since) != entries:
        found.append(f"{entries} entries were written by {len(since)} commits")
    return tuple(found)


def _anchored(ledger: LedgerFolder, pull_request: int, restart: datetime | None) -> Iterable[str]:
    """What the binding anchors find changed or gone, those aside that a restart made void."""
    at_tip = {f"{folder(pull_request)}/{file.name}": file.oid for file in ledger.files}
    for seen in ledger.anchors:
        if not seen.binding or (restart is not None and seen.at <= restart):
            continue
        path = seen.anchor.path
        if not path.startswith(f"{folder(pull_request)}/"):
            continue
        if path not in at_tip:
            yield f"{path}, which a verdict names, is gone"
        elif seen.entry_oid != at_tip[path]:
            yield f"{path} is not as the verdict names it"


def _unknown(ledger: LedgerFolder, pull_request: int) -> Iterable[str]:
    """What keyturn once said of a pull request that the ledger does not know."""
    if ledger.files:
        return
    if ledger.commented:
        yield "keyturn has commented on this pull request, but the ledger does not know it"
    if any(seen.anchor.path.startswith(f"{folder(pull_request)}/") for seen in ledger.anchors):
        yield "keyturn has given a verdict on this pull request, but the ledger does not know it"
