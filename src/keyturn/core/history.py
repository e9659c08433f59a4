"""What the ledger remembers of a pull request: when its requests opened, what was done for them, what is owed."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from keyturn.core.facts import LedgerFacts
from keyturn.core.record import Event, LedgerEntry, OverrideRecord


class RequestKey(Struct, frozen=True):
    """What a request is about: these actions, at this head commit, for this base branch."""

    head: str
    base: str
    manifest_digest: str


class History(Struct, frozen=True):
    """The ledger's memory of one pull request, folded from its entries.

    `first_generation` is where the generations of its requests start; no approval made before `void_before` counts.
    `refused_for_debt` names the comments whose override an overdue review refused; paying the debt later does not
    revive them.
    """

    last: LedgerEntry | None = None
    first_generation: int = 1
    void_before: datetime | None = None
    openings: tuple[tuple[RequestKey, int, datetime], ...] = ()
    steps: tuple[tuple[str, Event], ...] = ()
    overrides: tuple[OverrideRecord, ...] = ()
    refused_for_debt: frozenset[str] = frozenset()
    recorded: frozenset[tuple[Event, str]] = frozenset()
    """The events with a source that have been recorded, so that none is recorded twice."""

    @property
    def governed(self) -> bool:
        """Whether the pull request was ever governed; once is for ever."""
        return self.last is not None

    def opened_at(self, key: RequestKey) -> datetime | None:
        """When the request's first generation that still holds was opened; `None` where it never was."""
        return next(
            (at for known, generation, at in self.openings if known == key and generation == self.first_generation),
            None,
        )

    def was_done(self, request_id: str | None, step: Event) -> bool:
        """Whether a step that happens once in a request has been recorded for it."""
        return request_id is not None and (request_id, step) in self.steps

    def knows_override(self, sources: Iterable[str]) -> bool:
        """Whether the override that these comments and reviews made has been recorded."""
        made_by = set(sources)
        return any(made_by == {voice.comment for voice in record.voices} for record in self.overrides)


def recall(ledger: LedgerFacts, now: datetime) -> History:
    """Fold the entries of a pull request into its history.

    Where the chain is broken, what it says of approvals and times is void: requests start afresh now, in the generation
    after the highest that any verdict names. Overrides and the fact that it was governed are kept, since they can only
    make a decision stricter.
    """
    openings: list[tuple[RequestKey, int, datetime]] = []
    steps: list[tuple[str, Event]] = []
    for entry in ledger.entries:
        decision, state = entry.decision, entry.state
        if state.opened_at is not None and decision.manifest_digest is not None:
            key = RequestKey(decision.head, decision.base, decision.manifest_digest)
            openings.append((key, state.generation, state.opened_at))
        if decision.request_id is not None:
            steps += [(decision.request_id, step) for step in state.steps_done]
    last = ledger.entries[-1] if ledger.entries else None
    history = History(
        last=last,
        first_generation=last.state.first_generation if last else 1,
        void_before=last.state.void_before if last else None,
        openings=tuple(openings),
        steps=tuple(steps),
        overrides=last.state.overrides if last else (),
        recorded=frozenset(
            (event.event, event.source)
            for entry in ledger.entries
            for event in entry.events
            if event.source is not None
        ),
        refused_for_debt=frozenset(last.state.refused_for_debt) if last else frozenset(),
    )
    if not ledger.broken:
        return history
    highest = max(ledger.highest_generation, last.state.generation if last else 0)
    return replace(history, first_generation=highest + 1, void_before=now, openings=(), steps=())
