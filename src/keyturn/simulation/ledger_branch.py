"""The ledger's branch in memory: entries are appended to it, and somebody may tamper with them."""

from collections.abc import Iterable

from msgspec import Struct, field

from keyturn.core.chain import Anchor, LedgerCommit, LedgerFile, LedgerFolder, SeenAnchor
from keyturn.core.debts import updated
from keyturn.core.facts import Debt
from keyturn.core.record import LedgerEntry, bytes_hash
from keyturn.simulation.impossible import Impossible
from keyturn.simulation.names import oid_of
from keyturn.simulation.terms import LedgerBecomes


class LedgerBranch(Struct):
    """The folder of one pull request, and the debts; every commit is found again for ever, as on GitHub."""

    exists: bool = False
    debts: bytes | None = None
    files: dict[str, bytes] = field(default_factory=dict)
    commits: list[LedgerCommit] = field(default_factory=list)
    trees: dict[str, dict[str, str]] = field(default_factory=dict)

    def append(self, entry: LedgerEntry, debts: Iterable[Debt]) -> str:
        """Write an entry, and what it changes of the debts that were known, in one commit of keyturn's own.

        Returns the commit.
        """
        number = entry.decision.pull_request or 0
        self.files[entry.path] = entry.as_bytes()
        self.debts = updated(self.debts, number, entry.state.overrides, debts) or self.debts
        return self._commit(own=True)

    def becomes(self, what: LedgerBecomes) -> None:
        """Let somebody tamper with it. Raises Impossible where nothing is written yet."""
        if not self.files:
            msg = "the ledger holds no entry yet"
            raise Impossible(msg)
        newest = max(self.files)
        if what is LedgerBecomes.DELETED:
            self.exists, self.debts = False, None
            self.files.clear()
            self.commits.clear()
        elif what is LedgerBecomes.EDITED:
            self.files[newest] += b"\n"
            self._commit(own=False)
        else:
            del self.files[newest]
            if what is LedgerBecomes.REMOVED:
                self._commit(own=False)
            else:
                self.commits.pop(0)

    def blob(self, anchor: Anchor) -> str | None:
        """The blob that a commit has at an anchor's path."""
        return self.trees.get(anchor.commit, {}).get(anchor.path)

    def folder(self, anchors: Iterable[SeenAnchor], *, commented: bool) -> LedgerFolder:
        """All that the core verifies."""
        files = (LedgerFile(path.rpartition("/")[2], _blob(content), content) for path, content in self.files.items())
        return LedgerFolder(tuple(files), tuple(self.commits), tuple(anchors), commented)

    def _commit(self, *, own: bool) -> str:
        oid = oid_of("ledger commit", str(len(self.trees)))
        self.exists = True
        self.trees[oid] = {path: _blob(content) for path, content in self.files.items()}
        self.commits.insert(0, LedgerCommit(oid, own))
        return oid


def _blob(content: bytes) -> str:
    return bytes_hash(content)[:40]
