"""What people see once the verdict stands: comment, notices, review requests, labels, Slack; all best effort."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol, Self

from msgspec import Struct, field
from msgspec.structs import replace

from keyturn.core.asking import Asked, escalation_is_heard, to_ask
from keyturn.core.decision import Decision
from keyturn.core.judgement import Judgement
from keyturn.core.record import LedgerEntry
from keyturn.gate.answering import Answering
from keyturn.gate.judged import Judged
from keyturn.gate.others import Others
from keyturn.gate.owed import that_asks, unsaid
from keyturn.ports import OwnComment, Reader, Unavailable, Writer
from keyturn.render.comment import Extras, comment
from keyturn.render.marker import marker, read_marker
from keyturn.render.notices import notice
from keyturn.settings import Settings

STICKY = {"kind": "request"}
"""What the marker of the one comment says besides what Slack keeps in it."""

LABEL = "keyturn: "
"""What the labels that keyturn keeps start with."""


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

    @property
    def is_mute(self) -> bool:
        """Whether nothing can be said for the rest of this run."""

    def owes(self, judgement: Judgement, entries: Sequence[LedgerEntry], memory: Mapping[str, object] | None) -> bool:
        """Whether anything has not been said yet; nothing is sent to find that out."""

    def deliver(
        self, judgement: Judgement, entries: Sequence[LedgerEntry], memory: Mapping[str, object] | None
    ) -> Delivered:
        """Bring card and replies up to date."""


class Aftercare(Struct, frozen=True, kw_only=True):
    """Tells people and the agent what was decided. What fails becomes a warning, and the next run catches up.

    What follows from an entry of the ledger is done by the run that wrote it, and by `others` once that one is gone.

    `answering` is the node id of the comment or review that caused this run, `None` where none did.
    """

    reader: Reader
    writer: Writer
    settings: Settings
    messenger: Messenger
    others: Others
    answering: str | None = None
    edited: dict[int, OwnComment | None] = field(default_factory=dict)
    """The one comments that this run has written, by pull request; `None` where it is not known which one it is."""

    def look_after(self, judged: Judged, group: Sequence[Judged]) -> tuple[str, ...]:
        """Do everything that is owed for a governed pull request and not another run's to do; returns warnings."""
        there = judged.snapshot.standing.comments
        sticky = sticky_of(there)
        kept = Memory.of(sticky, judged.judgement.decision.request_id)
        if judged.is_open and not self._more_follows(judged, there, kept):
            kept = replace(kept, told=_mark(judged))
        new = replace(kept)
        steps: list[Callable[[], Iterable[str]]] = [
            lambda: self._notices(judged, there),
            lambda: Answering(self.reader, self.writer, self.others, self.answering).answer(judged, there),
        ]
        if judged.is_open:
            steps = [
                lambda: self._comment(judged, group, sticky, kept),
                *steps,
                lambda: self._ask(judged, new),
                lambda: self._label(judged),
            ]
        failed = [warning for step in steps for warning in _tried(step)]
        warned = tuple(_tried(lambda: self._tell(judged, new)))
        is_owed = self.messenger.owes(judged.told, judged.entries, new.slack)
        if not failed and not is_owed and judged.number not in self.others.left:
            new.told = _mark(judged)
        return (*failed, *warned, *_tried(lambda: self._remember(judged, group, sticky, kept, new)))

    def _more_follows(self, judged: Judged, there: Sequence[OwnComment], kept: "Memory") -> bool:
        """Whether anything is to be done once the one comment stands."""
        return bool(
            any(unsaid(judged, there))
            or judged.judgement.commands
            or _to_ask(judged, kept)
            or self._labels(judged) != ((), ())
            or self.messenger.owes(judged.told, judged.entries, kept.slack)
        )

    def say_error(self, judged: Judged, decision: Decision) -> tuple[str, ...]:
        """Let the one comment say that keyturn could not find out, instead of what it decided before; returns warnings.

        None is begun for that: a comment on a pull request that the ledger does not know would be a broken chain.
        """
        if judged.judgement.facts.head != decision.head or not judged.is_governed:
            return ()
        failed = replace(judged, judgement=replace(judged.judgement, decision=decision), entry=None)
        return tuple(_tried(lambda: self._replace(failed, judged.judgement.decision.request_id)))

    # The one comment, which also keeps what must be remembered

    def _replace(self, judged: Judged, request: str | None) -> Iterator[str]:
        sticky = sticky_of(self.reader.own_comments(judged.number))
        body = self._body(judged, [judged], Memory.of(sticky, request))
        if sticky is not None and sticky.body != body:
            self.writer.edit_comment(sticky, body)
        yield from ()

    def _comment(
        self, judged: Judged, group: Sequence[Judged], sticky: OwnComment | None, memory: "Memory"
    ) -> Iterator[str]:
        body = self._body(judged, group, memory)
        if sticky is None and self.others.are_gone(judged):
            self.edited[judged.number] = None
            self.edited[judged.number] = self.writer.comment(judged.number, body)
        elif sticky is not None and sticky.body != body:
            self.edited[judged.number] = sticky
            self.writer.edit_comment(sticky, body)
        yield from ()

    def _tell(self, judged: Judged, memory: "Memory") -> Iterator[str]:
        if not self.messenger.owes(judged.told, judged.entries, memory.slack):
            return
        if judged.entries and not (self.messenger.is_mute or self.others.is_ours(judged, judged.entries[-1])):
            return
        told = self.messenger.deliver(judged.told, judged.entries, memory.slack)
        memory.slack = told.memory
        yield from told.warnings

    def _remember(
        self, judged: Judged, group: Sequence[Judged], sticky: OwnComment | None, kept: "Memory", new: "Memory"
    ) -> Iterator[str]:
        """Keep the memory in the marker of the comment, which may have been written just now.

        The rest of one that is not written any more stays as it was.
        """
        if new == kept:
            return
        there = self.edited.get(judged.number, sticky)
        if there is None and judged.number in self.edited:
            there = sticky_of(self.reader.own_comments(judged.number))
        if there is not None and judged.is_open:
            self.writer.edit_comment(there, self._body(judged, group, new))
        elif there is not None:
            text = there.body.partition("\n")[2]
            self.writer.edit_comment(there, f"{marker(new.as_marker())}\n{text}")
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
        for owed in unsaid(judged, there):
            if self.others.is_ours(judged, owed.entry):
                self.writer.comment(judged.number, notice(owed.kind, judged.judgement, owed.event))
        yield from ()

    # Review requests and labels

    def _ask(self, judged: Judged, memory: "Memory") -> Iterator[str]:
        """Ask whoever is still needed, once a request."""
        asked = _to_ask(judged, memory)
        if asked and self.others.is_ours(judged, that_asks(judged)):
            refused = self.writer.ask(judged.number, asked.users, asked.teams)
            memory.unasked = tuple(sorted({*memory.unasked, *refused}))
            memory.asked = tuple(sorted({*memory.asked, *asked.teams} - {*refused}))
        yield from ()

    def _label(self, judged: Judged) -> Iterator[str]:
        wanted, stale = self._labels(judged)
        if wanted or stale:
            self.writer.set_labels(judged.number, wanted, stale)
        yield from ()

    def _labels(self, judged: Judged) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The labels to put on and to take off."""
        if not self.settings.labels:
            return (), ()
        wanted = f"{LABEL}{judged.judgement.decision.outcome}"
        there = judged.snapshot.standing.labels
        stale = tuple(label for label in sorted(there) if label.startswith(LABEL) and label != wanted)
        return () if wanted in there else (wanted,), stale


def sticky_of(comments: Iterable[OwnComment]) -> OwnComment | None:
    """The one comment that keyturn keeps up to date: its oldest own comment with the marker of that kind."""
    found = [own for own in comments if (read_marker(own.body) or {}).get("kind") == STICKY["kind"]]
    return min(found, key=lambda own: own.number, default=None)


def _mark(judged: Judged) -> str | None:
    return judged.entries[-1].mark if judged.entries else None


class Memory(Struct):
    """What the marker of the one comment holds.

    Slack's memory, whom the token could not ask for this request, the teams that it asked, since GitHub does not show
    every token that they were, and the newest ledger entry of which everything that follows has been done: a sweep
    need not look again whether the run that wrote it died over that.
    """

    slack: Mapping[str, object] | None
    request: str | None
    unasked: tuple[str, ...]
    asked: tuple[str, ...]
    told: str | None = None

    @classmethod
    def of(cls, sticky: OwnComment | None, request: str | None) -> Self:
        """The memory in a comment; whoever edited it can at most make keyturn ask or tell once more."""
        kept = (read_marker(sticky.body) if sticky is not None else None) or {}
        slack, told = kept.get("slack"), kept.get("told")
        of_request = kept if kept.get("request") == request else {}
        return cls(
            slack if isinstance(slack, dict) else None,
            request,
            _names(of_request.get("unasked")),
            _names(of_request.get("asked")),
            told if isinstance(told, str) else None,
        )

    def as_marker(self) -> dict[str, object]:
        """The values of the marker; what there is nothing to say of is left out."""
        kept: dict[str, object] = dict(STICKY)
        if self.slack is not None:
            kept["slack"] = dict(self.slack)
        if self.unasked or self.asked:
            lists = {"unasked": list(self.unasked), "asked": list(self.asked)}
            kept |= {"request": self.request, **{name: names for name, names in lists.items() if names}}
        if self.told is not None:
            kept["told"] = self.told
        return kept


def _names(kept: object) -> tuple[str, ...]:
    return tuple(name for name in kept if isinstance(name, str)) if isinstance(kept, list) else ()


def _to_ask(judged: Judged, memory: Memory) -> Asked:
    """Who is still to be asked for review; whoever only commented, or cannot be asked, is let be."""
    standing, opened_at = judged.snapshot.standing, judged.judgement.decision.opened_at
    answered = {key for key, at in standing.requested.items() if opened_at is not None and at >= opened_at}
    silent = standing.asked | answered | {name.casefold() for name in (*memory.unasked, *memory.asked)}
    return to_ask(judged.judgement, silent, standing.dropped)


def _tried(step: Callable[[], Iterable[str]]) -> Iterator[str]:
    try:
        yield from step()
    except Unavailable as refused:
        yield str(refused)
