"""A pull request over time, judged again and again, with the ledger that keyturn would have kept."""

from datetime import datetime
from typing import Any, Final

from msgspec.structs import replace

from keyturn.core.chain import Chain
from keyturn.core.compose import Run, compose
from keyturn.core.facts import Facts, LedgerFacts
from keyturn.core.judge import decide
from keyturn.core.judgement import Judgement
from keyturn.core.record import LedgerEntry, bytes_hash
from keyturn.core.rulebook import RuleBook
from keyturn.core.rules_in_force import RulesInForce
from tests.support.build import at, facts
from tests.support.build_book import book

RUN: Final = Run(actor="octocat", url=None, version="0")


class Timeline:
    """What stands on GitHub, and the entries written so far; `look` is one run of keyturn."""

    def __init__(self, given: Facts | None = None, rules: RuleBook | None = None) -> None:
        """Start with a pull request that keyturn has not seen yet."""
        self.facts = given or facts()
        self.rules = RulesInForce(book=rules or book())
        self.entries: list[LedgerEntry] = []

    def change(self, **changes: Any) -> None:
        """Let something happen on GitHub."""
        self.facts = replace(self.facts, **changes)

    def look(self, when: float | datetime, **changes: Any) -> Judgement:
        """Judge `when` hours after the pull request was opened, and write what is new into the ledger."""
        self.change(**changes)
        given = replace(self.facts, ledger=replace(self.facts.ledger, entries=tuple(self.entries)))
        judgement = decide(given, self.rules, when if isinstance(when, datetime) else at(when))
        entry = compose(judgement, self._chain(), RUN) if judgement.governed_by is not None else None
        if entry is not None:
            self.entries.append(entry)
        return judgement

    def forget(self, *, broken: str, highest_generation: int = 0) -> None:
        """Let the ledger be found broken from now on, with nothing left of it."""
        self.entries.clear()
        self.change(ledger=LedgerFacts(broken=(broken,), highest_generation=highest_generation))

    def _chain(self) -> Chain:
        last = self.entries[-1] if self.entries else None
        return Chain(
            entries=tuple(self.entries),
            broken=(),
            highest_generation=0,
            next_sequence=len(self.entries) + 1,
            previous=bytes_hash(last.as_bytes()) if last else None,
        )
