"""What keyturn keeps on GitHub, in memory: its ledger, its verdicts, the issues for reviews, and whom it asked."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct, field

from keyturn.core.asking import Asked
from keyturn.core.chain import Chain, SeenAnchor, verify
from keyturn.core.debts import owed
from keyturn.core.facts import Debt, Facts
from keyturn.simulation.ledger_branch import LedgerBranch
from keyturn.simulation.review_issues import ReviewIssues
from keyturn.simulation.verdicts import Verdicts


class Host(Struct):
    """Everything of keyturn's own about one pull request. `commented` is whether its comment stands there."""

    ledger: LedgerBranch = field(default_factory=LedgerBranch)
    verdicts: Verdicts = field(default_factory=Verdicts)
    issues: ReviewIssues = field(default_factory=ReviewIssues)
    commented: bool = False
    requested: dict[str, datetime] = field(default_factory=dict)

    def chain(self, facts: Facts) -> Chain:
        """The entries of the ledger, verified as the core does it."""
        anchors = (
            SeenAnchor(anchor, at, self.ledger.blob(anchor), binding=place == 0)
            for place, (anchor, at) in enumerate(self.verdicts.anchored(facts.head))
        )
        return verify(self.ledger.folder(anchors, commented=self.commented), facts.number or 0)

    def debts(self, facts: Facts, chain: Chain) -> tuple[Debt, ...]:
        """The reviews that are owed for overrides."""
        trusted = self.ledger.exists and not chain.broken
        return owed(self.ledger.debts, self.issues.debts(facts.number or 0), trusted=trusted)

    def silent(self, facts: Facts, opened_at: datetime | None) -> Iterable[str]:
        """The keys of those whom nobody asks again: their review is awaited, or they were asked in this request."""
        for key, at in self.requested.items():
            came = any(r.author is not None and r.author.key == key and r.submitted_at >= at for r in facts.reviews)
            if not came or (opened_at is not None and at >= opened_at):
                yield key

    def ask(self, asked: Asked, at: datetime) -> None:
        """Ask people and teams for review."""
        self.requested |= {name.casefold(): at for name in (*asked.users, *asked.teams)}
