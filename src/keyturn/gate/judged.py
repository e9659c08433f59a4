"""A pull request in the course of a run: what was read, what was decided, and the ledger entry that holds it."""

from msgspec import Struct
from msgspec.structs import replace

from keyturn.core.chain import Anchor
from keyturn.core.decision import Decision, Outcome
from keyturn.core.facts import PullRequestState
from keyturn.core.judgement import Judgement
from keyturn.core.record import LedgerEntry, OverrideRecord
from keyturn.core.rulebook import Mode
from keyturn.core.verdict import VerdictState, state_of, verdict_name
from keyturn.ports import Snapshot, Unavailable


class JudgeAgain(Exception):  # noqa: N818 - it is a turn of the story, not a fault
    """What was judged is no longer what is there, so that it must be judged afresh."""


class NotTaken(JudgeAgain):
    """GitHub did not take a success, which must not be sent again later as it is; `why` says what it said."""

    def __init__(self, why: Unavailable) -> None:
        """Keep what GitHub said."""
        super().__init__(str(why))
        self.why = why


class Judged(Struct, frozen=True, kw_only=True):
    """One pull request, judged.

    `entry` is the ledger entry that this run writes, `None` where nothing is new. `ledger_commit` is a commit of the
    ledger branch that holds the newest entry, `None` where there is none. `own` are the paths of all entries that this
    run has written so far. `first_look` is whether this is the run's first look at it.
    """

    snapshot: Snapshot
    judgement: Judgement
    entry: LedgerEntry | None
    ledger_commit: str | None
    own: frozenset[str] = frozenset()
    first_look: bool = False

    @property
    def number(self) -> int:
        """The number of the pull request."""
        return self.judgement.facts.number or 0

    @property
    def is_open(self) -> bool:
        """Whether it can still be merged."""
        return self.judgement.facts.state is PullRequestState.OPEN

    @property
    def is_governed(self) -> bool:
        """Whether it is keyturn's business."""
        return self.judgement.decision.outcome is not Outcome.NOT_GOVERNED

    @property
    def observed(self) -> bool:
        """Whether the rule book only observes, and holds nothing back."""
        book = self.judgement.rules.book
        return book is not None and book.mode is Mode.OBSERVE

    @property
    def state(self) -> VerdictState:
        """The state of its verdict."""
        return VerdictState.SUCCESS if self.observed else state_of(self.judgement.decision.outcome)

    @property
    def entries(self) -> tuple[LedgerEntry, ...]:
        """Its ledger entries, oldest first, this run's own included."""
        return self.snapshot.chain.entries + ((self.entry,) if self.entry is not None else ())

    def wrote(self, entry: LedgerEntry) -> bool:
        """Whether this run wrote an entry."""
        return entry is self.entry or entry.path in self.own

    def that_overrode(self, record: OverrideRecord) -> LedgerEntry | None:
        """The entry that first holds an override."""
        return next((entry for entry in self.entries if _holds(entry, record)), None)

    @property
    def told(self) -> Judgement:
        """The judgement as the next run would tell it: with what this run has written about overrides."""
        if not self.entries:
            return self.judgement
        history = replace(self.judgement.history, overrides=self.entries[-1].state.overrides)
        return replace(self.judgement, history=history)

    @property
    def newest_entry(self) -> str | None:
        """The file name of the newest ledger entry, this run's own included."""
        if self.entry is not None:
            return self.entry.path.rpartition("/")[2]
        return self.snapshot.fingerprint.newest_entry

    @property
    def anchor(self) -> Anchor | None:
        """The entry that its verdict rests on, the newest that tells anything; `None` where the ledger knows it not.

        Entries that only keep books, without an event and with the decision of the one before, are passed over.
        """
        if not self.entries or self.ledger_commit is None:
            return None
        newest = self.entries[-1]
        for before in reversed(self.entries[:-1]):
            if newest.events or newest.decision != before.decision:
                break
            newest = before
        return Anchor(newest.path, self.ledger_commit, newest.state.generation)

    @property
    def last_word(self) -> Decision:
        """The decision to report: of a closed pull request the last one that the ledger holds."""
        if not self.is_open and self.entries:
            return self.entries[-1].decision.as_decision()
        return self.judgement.decision

    def name(self, check_name: str) -> str:
        """The name of its verdict."""
        facts = self.judgement.facts
        return verdict_name(check_name, facts.base, facts.default_branch or facts.base, observe=self.observed)


def _holds(entry: LedgerEntry, override: OverrideRecord) -> bool:
    return any(record.voices == override.voices for record in entry.state.overrides)
