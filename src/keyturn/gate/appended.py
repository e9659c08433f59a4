"""What a run has appended to the ledger so far, so that it knows its own entries and does not collide with itself."""

from collections.abc import Iterable

from msgspec import Struct, field
from msgspec.structs import replace

from keyturn.core.debts import DEBTS_PATH
from keyturn.core.record import folder
from keyturn.ports import Snapshot


class Appended(Struct):
    """The paths of the files that a run wrote; and the ledger's heads on which it put a commit, with that commit."""

    paths: set[str] = field(default_factory=set)
    on_top: dict[str | None, str] = field(default_factory=dict)

    def note(self, paths: Iterable[str], tip: str | None, commit: str) -> None:
        """Remember a commit that this run put on top of `tip`.

        One that changes what is owed in the repository concerns every pull request; snapshots do not outlive it.
        """
        written = set(paths)
        self.paths |= written
        if DEBTS_PATH not in written:
            self.on_top[tip] = commit

    def caught_up(self, number: int, known: Snapshot) -> Snapshot:
        """A snapshot, as it would have been read on top of what this run has appended since about others.

        A sweep reads many pull requests before it writes about the first of them. The ledger's head is compared when
        it appends, so that nobody else can have written in between.
        """
        if any(path.startswith(f"{folder(number)}/") for path in self.paths):
            return known
        tip = known.ledger_tip
        while tip in self.on_top:
            tip = self.on_top[tip]
        return replace(known, ledger_tip=tip)
