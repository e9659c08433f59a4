"""The verdicts that stand on the commits of a simulated pull request, keyturn's own and those that others set."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct, field

from keyturn.core.chain import Anchor
from keyturn.core.verdict import VerdictState

OWN_ACCOUNT = "keyturn[bot]"
"""Keyturn's own account."""


class Verdict(Struct, frozen=True, kw_only=True):
    """A verdict as it stands; `anchor` names the entry of the ledger that it rests on."""

    name: str
    state: VerdictState
    anchor: Anchor | None
    at: datetime
    by: str

    @property
    def own(self) -> bool:
        """Whether keyturn's own account set it."""
        return self.by.casefold() == OWN_ACCOUNT


class Verdicts(Struct):
    """The newest verdict of each name on each commit."""

    found: dict[tuple[str, str], Verdict] = field(default_factory=dict)

    def give(self, head: str, verdict: Verdict) -> None:
        """Set a verdict on a commit."""
        self.found[head, verdict.name] = verdict

    def on(self, head: str, name: str) -> Verdict | None:
        """The verdict of a name on a commit."""
        return self.found.get((head, name))

    def anchored(self, head: str) -> Iterable[tuple[Anchor, datetime]]:
        """The entries that keyturn's own verdicts name, those on this commit first, each time the newest first."""
        own = [(oid, verdict) for (oid, _), verdict in self.found.items() if verdict.own]
        own.sort(key=lambda pair: (pair[0] == head, pair[1].at), reverse=True)
        return [(verdict.anchor, verdict.at) for _, verdict in own if verdict.anchor is not None]
