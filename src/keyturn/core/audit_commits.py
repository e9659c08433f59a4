"""Follows the commits of the ledger branch from the oldest on, and finds those that no run of keyturn makes."""

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct, field

from keyturn.core.debts import DEBTS_PATH
from keyturn.core.fault import Fault, Finding
from keyturn.core.ledger_walk import Change, Place, WalkedCommit, place_of

BESIDES: Final = frozenset({DEBTS_PATH, "README.md"})
"""What stands on the branch beside the entries."""


class Held(Struct, frozen=True):
    """What a path held from a commit on; `written` is whether that commit, keyturn's own, put it there as new."""

    since: int
    blob: str | None
    written: bool


class Journey(Struct):
    """The way along the commits: afterwards it knows where each of them stands, and what each path held when."""

    order: dict[str, int] = field(default_factory=dict)
    held: dict[str, list[Held]] = field(default_factory=dict)
    _present: dict[int, set[int]] = field(default_factory=dict)

    def along(self, commits: Iterable[WalkedCommit]) -> Iterator[Finding]:
        """Everything that the commits did and keyturn does not do."""
        before: WalkedCommit | None = None
        for position, commit in enumerate(commits):
            self.order[commit.oid] = position
            if commit.parents != ((before.oid,) if before is not None else ()):
                yield _finding(
                    Fault.FOREIGN, commit, "", f"{_called(commit)} does not stand on the one before it alone"
                )
            if not commit.own and not commit.changes:
                yield _finding(Fault.FOREIGN, commit, "", f"{_called(commit)} was not made by keyturn")
            for change in commit.changes:
                fault, what = self._fault(change, commit)
                if fault is not None:
                    yield _finding(fault, commit, change.path, f"{change.path} {what} {_called(commit)}")
                written = commit.own and change.before is None
                self.held.setdefault(change.path, []).append(Held(position, change.after, written))
            before = commit

    def blob(self, path: str, commit: str) -> str | None:
        """The blob that a path held at a commit of the branch."""
        held = [each.blob for each in self.held.get(path, ()) if each.since <= self.order[commit]]
        return held[-1] if held else None

    def written_at(self, path: str) -> int | None:
        """The position of the commit in which keyturn wrote what stands at a path now; `None` where it did not."""
        held = self.held.get(path)
        return held[-1].since if held and held[-1].written else None

    def _fault(self, change: Change, commit: WalkedCommit) -> tuple[Fault | None, str]:
        place, done = place_of(change.path), _done(change)
        if place is not None:
            return self._entry(change, place, commit)
        if change.path not in BESIDES:
            return Fault.FOREIGN, f"is no part of the ledger, and was {done} in"
        return (None, "") if commit.own else (Fault.FOREIGN, f"was {done} without keyturn in")

    def _entry(self, change: Change, place: Place, commit: WalkedCommit) -> tuple[Fault | None, str]:
        present = self._present.setdefault(place.pull_request, set())
        due = max(present, default=0) + 1
        if change.after is None:
            present.discard(place.sequence)
            return Fault.MISSING, "was removed in"
        present.add(place.sequence)
        if change.before is not None:
            return Fault.EDITED, "was changed in"
        if not commit.own:
            return Fault.FORGED, "was written without keyturn in"
        if place.sequence != due:
            return Fault.REORDERED, f"was written when entry {due} of #{place.pull_request} was due, in"
        return None, ""


def _finding(fault: Fault, commit: WalkedCommit, path: str, what: str) -> Finding:
    return Finding(fault=fault, path=path, what=what, commit=commit.oid)


def _called(commit: WalkedCommit) -> str:
    return f"commit {commit.oid[:10]} of {commit.at:%Y-%m-%d %H:%M} UTC by {commit.author}"


def _done(change: Change) -> str:
    if change.before is None:
        return "added"
    return "removed" if change.after is None else "changed"
