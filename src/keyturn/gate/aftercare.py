"""What people see once the verdict stands: comment, notices, review requests, labels, Slack; all best effort."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol, Self

from msgspec import Struct
from msgspec.structs import replace

from keyturn.core.asking import escalation_is_heard, to_ask
from keyturn.core.decision import Outcome
from keyturn.core.judgement import Judgement
from keyturn.core.record import Event, LedgerEntry, RecordedEvent
from keyturn.gate.answering import Answering
from keyturn.gate.judged import Judged
from keyturn.ports import OwnComment, Reader, Unavailable, Writer
from keyturn.render.comment import Extras, comment
from keyturn.render.marker import marker, read_marker
from keyturn.render.notices import FOR_OUTCOME, Notice, notice, notice_key, override_reminder
from keyturn.settings import Settings

STICKY = {"kind": "request"}
"""What the marker of the one comment says besides what Slack keeps in it."""

PATIENT = 3
"""How often a run looks again whether another one has said what is owed, before it says it itself."""

LABEL = "keyturn: "
"""What the labels that keyturn keeps start with."""

_TOLD = {
    Event.ESCALATED: Notice.ESCALATED,
    Event.MERGED_WITHOUT_APPROVAL: Notice.MERGED_WITHOUT_APPROVAL,
    Event.LEDGER_BROKEN: Notice.LEDGER_BROKEN,
    Event.VERDICT_FORGED: Notice.VERDICT_FORGED,
}


class Delivered(Protocol):
    """What a messenger did: what it wants to be remembered, and warnings."""

    @property
    def memory(self) -> Mapping[str, object] | None:
        """Plain JSON, handed back at the next delivery."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What went wrong, with the fix."""


class Messenger(Protocol):
    """Mirrors a request where people talk. It never raises, and does nothing where nothing is owed."""

    def deliver(
        self, judgement: Judgement, entries: Sequence[LedgerEntry], memory: Mapping[str, object] | None
    ) -> Delivered:
        """Bring card and replies up to date."""


class Aftercare(Struct, frozen=True, kw_only=True):
    """Tells people and the agent what was decided. What fails becomes a warning, and the next run catches up.

    `pause` waits a moment.
    `answering` is the node id of the comment or review that caused this run, `None` where none did.
    """

    reader: Reader
    writer: Writer
    settings: Settings
    messenger: Messenger
    pause: Callable[[], None]
    answering: str | None = None

    def look_after(self, judged: Judged, group: Sequence[Judged]) -> tuple[str, ...]:
        """Do everything that is owed for a governed pull request; returns warnings."""
        try:
            there = self._there(judged)
        except Unavailable as refused:
            return (str(refused),)
        sticky = sticky_of(there)
        kept = Memory.of(sticky, judged.judgement.decision.request_id)
        new = replace(kept)
        steps: list[Callable[[], Iterable[str]]] = [
            lambda: self._notices(judged, there),
            lambda: Answering(self.reader, self.writer, self.answering).answer(judged, there),
            lambda: self._remind(judged),
        ]
        if judged.is_open:
            steps = [
                lambda: self._comment(judged, group, sticky, kept),
                *steps,
                lambda: self._ask(judged, new),
                lambda: self._label(judged),
                lambda: self._tell(judged, new),
                lambda: self._remember(judged, group, new) if new != kept else (),
            ]
        else:
            steps = [
                *steps,
                lambda: self._tell(judged, new),
                lambda: self._mark(sticky, new) if sticky is not None and new != kept else (),
            ]
        return tuple(warning for step in steps for warning in _tried(step))

    def _there(self, judged: Judged) -> tuple[OwnComment, ...]:
        """The comments that keyturn has written already.

        Where any is owed for what another run put down in the ledger, that run may be about to write it: so it is
        given a moment, and then its comments are read again.
        """
        there = judged.snapshot.standing.comments
        for _ in range(PATIENT if judged.entry is None else 0):
            lacks_one = judged.is_open and sticky_of(there) is None
            if not (lacks_one or any(True for _ in _unsaid(judged, there))):
                break
            self.pause()
            there = self.reader.own_comments(judged.number)
        return there

    # The one comment, which also keeps what must be remembered

    def _comment(
        self, judged: Judged, group: Sequence[Judged], sticky: OwnComment | None, memory: "Memory"
    ) -> Iterator[str]:
        body = self._body(judged, group, memory)
        if sticky is None:
            self.writer.comment(judged.number, body)
        elif sticky.body != body:
            self.writer.edit_comment(sticky, body)
        yield from ()

    def _tell(self, judged: Judged, memory: "Memory") -> Iterator[str]:
        told = self.messenger.deliver(judged.told, judged.entries, memory.slack)
        memory.slack = told.memory
        yield from told.warnings

    def _remember(self, judged: Judged, group: Sequence[Judged], memory: "Memory") -> Iterator[str]:
        """Keep the memory in the marker of the comment, which may have been written just now."""
        sticky = sticky_of(self.reader.own_comments(judged.number))
        if sticky is not None:
            self.writer.edit_comment(sticky, self._body(judged, group, memory))
        yield from ()

    def _mark(self, sticky: OwnComment, memory: "Memory") -> Iterator[str]:
        """Keep the memory in the marker of a comment that is not written any more: the rest of it stays as it was."""
        text = sticky.body.partition("\n")[2]
        self.writer.edit_comment(sticky, f"{marker(memory.as_marker())}\n{text}")
        yield from ()

    def _body(self, judged: Judged, group: Sequence[Judged], memory: "Memory") -> str:
        base = judged.judgement.facts.base
        others = [other for other in group if other.number != judged.number and other.judgement.facts.base == base]
        shared = max((other.state for other in (judged, *others)), key=lambda state: state.strictness)
        extras = Extras(
            marker=memory.as_marker(),
            siblings=tuple(other.number for other in others),
            shared=shared if others else None,
            teams_can_be_asked=not any("/" in name for name in memory.unasked),
            escalation_is_heard=escalation_is_heard(judged.judgement),
            events=tuple(judged.entry.events) if judged.entry is not None else (),
        )
        return comment(judged.told, extras)

    # New comments, which wake people

    def _notices(self, judged: Judged, there: Iterable[OwnComment]) -> Iterator[str]:
        for kind, event in _unsaid(judged, there):
            self.writer.comment(judged.number, notice(kind, judged.judgement, event))
        yield from ()

    def _remind(self, judged: Judged) -> Iterator[str]:
        """Remind those who owe the review of an override, in its issue, when it becomes overdue."""
        if judged.entry is None or Event.OVERRIDE_OVERDUE not in {event.event for event in judged.entry.events}:
            return
        for record in judged.entry.state.overrides:
            if record.overdue and record.reviewed_at is None and record.issue is not None:
                self.writer.comment_issue(record.issue, override_reminder(record, judged.judgement))
        yield from ()

    # Review requests and labels

    def _ask(self, judged: Judged, memory: "Memory") -> Iterator[str]:
        """Ask whoever is still needed, once a request: whoever only commented, or cannot be asked, is let be."""
        standing, opened_at = judged.snapshot.standing, judged.judgement.decision.opened_at
        answered = {key for key, at in standing.requested.items() if opened_at is not None and at >= opened_at}
        silent = standing.asked | answered | {name.casefold() for name in memory.unasked}
        asked = to_ask(judged.judgement, silent, standing.dropped)
        if asked:
            refused = self.writer.ask(judged.number, asked.users, asked.teams)
            memory.unasked = tuple(sorted({*memory.unasked, *refused}))
        yield from ()

    def _label(self, judged: Judged) -> Iterator[str]:
        if not self.settings.labels:
            return
        wanted = f"{LABEL}{judged.judgement.decision.outcome}"
        there = judged.snapshot.standing.labels
        stale = [label for label in sorted(there) if label.startswith(LABEL) and label != wanted]
        if wanted not in there or stale:
            self.writer.set_labels(judged.number, [wanted] if wanted not in there else [], stale)
        yield from ()


def sticky_of(comments: Iterable[OwnComment]) -> OwnComment | None:
    """The one comment that keyturn keeps up to date: its oldest own comment with the marker of that kind."""
    found = [own for own in comments if (read_marker(own.body) or {}).get("kind") == STICKY["kind"]]
    return min(found, key=lambda own: own.number, default=None)


class Memory(Struct):
    """What the marker of the one comment holds: Slack's memory, and whom the token could not ask for this request."""

    slack: Mapping[str, object] | None
    request: str | None
    unasked: tuple[str, ...]

    @classmethod
    def of(cls, sticky: OwnComment | None, request: str | None) -> Self:
        """The memory in a comment; whoever edited it can at most make keyturn ask or tell once more."""
        kept = (read_marker(sticky.body) if sticky is not None else None) or {}
        slack, unasked = kept.get("slack"), kept.get("unasked")
        of_request = kept.get("request") == request and isinstance(unasked, list)
        names = [name for name in unasked if isinstance(name, str)] if of_request and isinstance(unasked, list) else []
        return cls(slack if isinstance(slack, dict) else None, request, tuple(names))

    def as_marker(self) -> dict[str, object]:
        """The values of the marker; what there is nothing to say of is left out."""
        kept: dict[str, object] = dict(STICKY)
        if self.slack is not None:
            kept["slack"] = dict(self.slack)
        if self.unasked:
            kept |= {"request": self.request, "unasked": list(self.unasked)}
        return kept


def _unsaid(judged: Judged, there: Iterable[OwnComment]) -> Iterator[tuple[Notice, RecordedEvent | None]]:
    """The notices that are owed and not among these comments."""
    said = [read_marker(own.body) for own in there]
    for kind, event in _owed(judged):
        if notice_key(kind, judged.judgement, event) not in said:
            yield kind, event


def _owed(judged: Judged) -> Iterator[tuple[Notice, RecordedEvent | None]]:
    """The notices that the present state calls for, and those for events of the request that is running."""
    judgement = judged.judgement
    outcome = FOR_OUTCOME.get(judgement.decision.outcome)
    if outcome is not None and judged.is_open:
        yield outcome, None
    for entry in judged.entries:
        for event in entry.events:
            kind = _TOLD.get(event.event)
            if kind is None:
                continue
            running = entry.decision.request_id == judgement.decision.request_id
            if kind is not Notice.ESCALATED or (running and judgement.decision.outcome is Outcome.PENDING):
                yield kind, event


def _tried(step: Callable[[], Iterable[str]]) -> Iterator[str]:
    try:
        yield from step()
    except Unavailable as refused:
        yield str(refused)
