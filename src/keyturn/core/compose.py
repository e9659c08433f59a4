"""The next entry of a pull request's ledger, where there is anything new to write."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import rfc8785
from msgspec import Struct

from keyturn.core.chain import Chain
from keyturn.core.commands import Command
from keyturn.core.decision import Decision, Published
from keyturn.core.digest import bytes_digest
from keyturn.core.events import closing_events, events_of, is_dismissed_in_vain, reason_of, steps_of
from keyturn.core.facts import Facts, PullRequestState
from keyturn.core.judgement import Judgement
from keyturn.core.record import (
    MAX_ENTRY_BYTES,
    Abridged,
    Event,
    LedgerEntry,
    OverrideRecord,
    OverrideVoice,
    RecordedDecision,
    RecordedEvent,
    RecordedFacts,
    RecordedReview,
    State,
)
from keyturn.core.shown import shown

_LONG_LISTS = ("actions", "undeclared", "errors")


class Run(Struct, frozen=True):
    """Which run writes: the account that caused it, the address of its log, keyturn's version."""

    actor: str | None
    url: str | None
    version: str


class Learned(Struct, frozen=True):
    """What the run found out beside the facts: events of its own, and what became of overrides since."""

    events: tuple[RecordedEvent, ...] = ()
    overrides: tuple[OverrideRecord, ...] | None = None


NOTHING_LEARNED: Final = Learned()


def compose(judgement: Judgement, chain: Chain, run: Run, learned: Learned = NOTHING_LEARNED) -> LedgerEntry | None:
    """The entry that records a judgement; `None` where nothing is new.

    New is any event, and any difference of decision or state from those of the entry before. The state of a closed pull
    request keeps the last decision. A list that would make the entry too large is replaced by its number and digest.
    """
    last = judgement.history.last
    if judgement.facts.state is PullRequestState.OPEN:
        events = (*events_of(judgement), *overdue_events(judgement), *learned.events)
        state = _state(judgement, learned)
        decision = _recorded(judgement.decision)
    else:
        events = (*closing_events(judgement), *overdue_events(judgement), *learned.events)
        state = _closed(judgement, learned)
        decision = last.decision if last is not None else _recorded(judgement.decision)
    if last is not None and not events and state == last.state and last.decision in (decision, _abridged(decision)):
        return None
    entry = LedgerEntry(
        sequence=chain.next_sequence,
        previous=chain.previous,
        time=judgement.now,
        events=events,
        state=state,
        decision=decision,
        facts=_facts(judgement.facts),
        actor=run.actor,
        run_url=run.url,
        version=run.version,
    )
    if len(entry.as_bytes()) <= MAX_ENTRY_BYTES:
        return entry
    return entry.model_copy(
        update={
            "decision": _abridged(decision),
            "facts": entry.facts.model_copy(update={"reviews": _abridge(entry.facts.reviews)}),
        }
    )


def bookkeeping(newest: LedgerEntry, chain: Chain, now: datetime, overrides: tuple[OverrideRecord, ...]) -> LedgerEntry:
    """The entry that tells nothing but where the reviews of overrides are asked for; `chain` ends with `newest`."""
    return newest.model_copy(
        update={
            "sequence": chain.next_sequence,
            "previous": chain.previous,
            "time": now,
            "events": (),
            "state": newest.state.model_copy(update={"overrides": overrides}),
        }
    )


def _state(judgement: Judgement, learned: Learned) -> State:
    history, request = judgement.history, judgement.request
    standing = judgement.objections
    return State(
        generation=request.generation if request else history.first_generation,
        opened_at=request.opened_at if request else None,
        steps_done=steps_of(judgement).done,
        overrides=overrides_of(judgement) if learned.overrides is None else learned.overrides,
        refused_for_debt=tuple(sorted({*history.refused_for_debt, *_for_debt(judgement)})),
        first_generation=history.first_generation,
        void_before=history.void_before,
        objections=tuple(objection.review.id for objection in standing),
        dismissed_in_vain=tuple(
            objection.review.id for objection in standing if is_dismissed_in_vain(judgement, objection.review)
        ),
    )


def _closed(judgement: Judgement, learned: Learned) -> State:
    last = judgement.history.last
    state = last.state if last is not None else _state(judgement, learned)
    if judgement.facts.ledger.broken:
        history = judgement.history
        state = state.model_copy(
            update={"first_generation": history.first_generation, "void_before": history.void_before}
        )
    overrides = overrides_of(judgement) if learned.overrides is None else learned.overrides
    return state.model_copy(update={"overrides": overrides, "closed": True})


def _for_debt(judgement: Judgement) -> tuple[str, ...]:
    return judgement.override.for_debt if judgement.override is not None else ()


def overrides_of(judgement: Judgement) -> tuple[OverrideRecord, ...]:
    """The overrides of a pull request so far, the one that holds now included, each with the review it owes.

    A review that fell due is marked overdue. An override is known by the comments that made it.
    """
    known = tuple(
        record.model_copy(update={"overdue": True})
        if record.reviewed_at is None and not record.overdue and judgement.now >= record.due
        else record
        for record in judgement.history.overrides
    )
    override, book = judgement.override, judgement.rules.governing
    if override is None or book is None or override.at is None:
        return known
    if judgement.history.knows_override(voice.source for voice in override.made_by):
        return known
    return (
        *known,
        OverrideRecord(
            head=judgement.facts.head,
            base=shown(judgement.facts.base),
            at=override.at,
            due=override.at + book.override.review_within,
            voices=tuple(_voice(command) for command in override.made_by),
        ),
    )


def _voice(command: Command) -> OverrideVoice:
    return OverrideVoice(login=command.by.login, at=command.at, comment=command.source, reason=reason_of(command))


def overdue_events(judgement: Judgement) -> tuple[RecordedEvent, ...]:
    """The reviews of overrides that fell due without being done, each told once."""
    return tuple(
        RecordedEvent(event=Event.OVERRIDE_OVERDUE, at=record.due, by=record.voices[0].login if record.voices else None)
        for record in judgement.history.overrides
        if record.reviewed_at is None and not record.overdue and judgement.now >= record.due
    )


def _recorded(decision: Decision) -> RecordedDecision:
    return RecordedDecision.model_validate(decision.model_dump(by_alias=False))


def _abridged(decision: RecordedDecision) -> RecordedDecision:
    return decision.model_copy(update={name: _abridge(getattr(decision, name)) for name in _LONG_LISTS})


def _abridge(items: Iterable[Any] | Abridged) -> Abridged | tuple[()]:
    """A list as its number and digest; an empty one stays, and one that is abridged already."""
    if isinstance(items, Abridged):
        return items
    plain = [item.model_dump(mode="json") if isinstance(item, Published) else item for item in items]
    return Abridged(number=len(plain), digest=bytes_digest(rfc8785.dumps(plain))) if plain else ()


def _facts(facts: Facts) -> RecordedFacts:
    files: list[Mapping[str, str | None]] = [
        {
            "path": shown(file.path),
            "change": file.change.value,
            "previous": shown(file.previous) if file.previous is not None else None,
        }
        for file in sorted(facts.files, key=lambda file: file.path)
    ]
    return RecordedFacts(
        base=shown(facts.base),
        reviews=tuple(
            RecordedReview(
                id=review.id,
                login=review.author.login if review.author else None,
                state=review.state.value,
                commit=review.commit,
                submitted_at=review.submitted_at,
            )
            for review in sorted(facts.reviews, key=lambda review: (review.submitted_at, review.number, review.id))
        ),
        files=max(facts.file_count, len(facts.files)),
        files_digest=bytes_digest(rfc8785.dumps(files)),
    )
