"""The story of one run: facts, decision, ledger, verdict, and then everything that people see."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct, field
from msgspec.structs import replace

from keyturn.core.compose import Learned, Run, compose
from keyturn.core.debts import DEBTS_PATH, updated
from keyturn.core.decision import Decision, ReasonCode
from keyturn.core.forgery import forged
from keyturn.core.record import LedgerEntry, RecordedEvent
from keyturn.core.report import report_error
from keyturn.core.verdict import VerdictState, state_of, verdict_name
from keyturn.gate.aftercare import Aftercare
from keyturn.gate.appended import Appended
from keyturn.gate.judged import JudgeAgain, Judged, NotTaken
from keyturn.gate.others import Others
from keyturn.gate.overrides_owed import OverridesOwed
from keyturn.gate.persistence import Persistence
from keyturn.gate.publication import Publication, stands
from keyturn.gate.settle import settle
from keyturn.ports import Fingerprint, LedgerMoved, Reader, Snapshot, Unavailable, VerdictToPublish, Writer
from keyturn.render.status import decision_description
from keyturn.settings import Settings


class Result(Struct, frozen=True):
    """What came of a pull request.

    `judged` is `None` where keyturn could not find out. `published` is whether the verdict stands on the head commit;
    `warnings` are for the log and the summary.
    """

    decision: Decision
    judged: Judged | None
    published: bool
    warnings: tuple[str, ...] = ()

    @property
    def state(self) -> VerdictState:
        """The state of the verdict; of a closed pull request that of its last decision."""
        if self.judged is None:
            return VerdictState.ERROR
        if self.judged.is_open or self.judged.observed:
            return self.judged.state
        return state_of(self.decision.outcome)


class _Cared(Struct, frozen=True):
    """What became of telling people: the pull request with all that was written down, and whether that was all."""

    judged: Judged
    warnings: tuple[str, ...]
    is_done: bool


class Gate(Struct, kw_only=True):
    """Judges pull requests and publishes what was decided.

    `clock` gives the time in UTC; `pause` waits a random while before judging again, so that runs that collide part.
    """

    reader: Reader
    writer: Writer
    settings: Settings
    run: Run
    clock: Callable[[], datetime]
    pause: Callable[[], None]
    publication: Publication
    aftercare: Aftercare
    overrides_owed: OverridesOwed
    others: Others
    decided: dict[int, Judged] = {}
    """The pull requests as this run last judged them, whatever came of it."""
    observing: bool = False
    """Whether the rule book only observed when this run last read it."""
    appended: Appended = field(default_factory=Appended)

    def judge(self, number: int, known: Snapshot | None = None) -> Result:
        """Judge a pull request and those that share its head commit, until what is published is what is there.

        `known` is a snapshot that was just read, so that it is not read twice.
        """
        persistence = Persistence.begin(self.clock, self.pause)
        result: Result | None = None
        seen: Judged | None = None
        while True:
            try:
                result, is_done = self._judge_once(number, known, first_look=not persistence.looks)
                seen = self.decided[number]
                if is_done or not persistence.looks_again():
                    return result
            except (JudgeAgain, LedgerMoved) as moved:
                if not persistence.judges_again(moved):
                    return self._unsettled(number, moved)
            except Unavailable as unavailable:
                if result is None or self.decided[number] is not seen:
                    return self.give_up(number, unavailable)
                return replace(result, warnings=(*result.warnings, str(unavailable)))  # what is published holds
            known = None

    def _judge_once(self, number: int, known: Snapshot | None, *, first_look: bool) -> tuple[Result, bool]:
        """Judge once; whether that was all, or something is left to another run and must be looked at again."""
        group = tuple(replace(judged, first_look=first_look) for judged in self._read(number, known))
        mine = next(judged for judged in group if judged.number == number)
        if self.settings.dry_run:
            return Result(mine.last_word, mine, published=True), True
        group = self._record(group)
        mine = next(judged for judged in group if judged.number == number)
        if mine.is_open:
            self.publication.publish(group)
        cared = [self._look_after(judged, group) for judged in group]
        warnings = tuple(warning for one in cared for warning in one.warnings)
        result = Result(mine.last_word, mine, published=True, warnings=warnings)
        return result, all(one.is_done for one in cared) and not self._was_overtaken([one.judged for one in cared])

    # Facts and decision

    def _read(self, number: int, known: Snapshot | None) -> tuple[Judged, ...]:
        """Read and judge a pull request, together with every other open one that has the same head commit."""
        snapshots = (
            {number: self.appended.caught_up(number, known)} if known is not None else dict(self._snapshots([number]))
        )
        others = [other for other in snapshots[number].same_head if other != number]
        if others and snapshots[number].fingerprint.state == "OPEN":
            snapshots |= self._snapshots(others)
        if len({snapshot.ledger_tip for snapshot in snapshots.values()}) > 1:
            msg = "the ledger moved while it was being read"
            raise JudgeAgain(msg)
        if len({snapshot.facts.head for snapshot in snapshots.values()}) > 1:
            msg = f"the head of #{number} moved while it was being read"
            raise JudgeAgain(msg)
        now = self.clock().replace(microsecond=0)
        entries = tuple(entry for snapshot in snapshots.values() for entry in snapshot.chain.entries)
        group = tuple(self._decide(snapshot, entries, now) for snapshot in snapshots.values())
        self.decided.update((judged.number, judged) for judged in group)
        self.observing = any(judged.observed for judged in group)
        return group

    def _snapshots(self, numbers: Sequence[int]) -> Mapping[int, Snapshot]:
        found: dict[int, Snapshot] = {}
        for number, snapshot in self.reader.snapshots(numbers).items():
            if isinstance(snapshot, Unavailable):
                raise snapshot
            found[number] = snapshot
        return found

    def _decide(self, snapshot: Snapshot, entries: Sequence[LedgerEntry], now: datetime) -> Judged:
        """Judge one of those that share a head commit; `entries` are what the ledger holds of all of them."""
        judgement = settle(self.reader, snapshot.facts, now)
        judged = Judged(
            snapshot=snapshot,
            judgement=judgement,
            entry=None,
            ledger_commit=snapshot.ledger_tip,
            own=frozenset(self.appended.paths),
        )
        if not judged.is_governed:
            return judged
        owed = self.overrides_owed.news(judgement)
        learned = Learned((*self._forgeries(judged, entries), *owed.events), owed.overrides)
        return replace(judged, entry=compose(judgement, snapshot.chain, self.run, learned))

    def _forgeries(self, judged: Judged, entries: Sequence[LedgerEntry]) -> tuple[RecordedEvent, ...]:
        """The verdicts under this pull request's name that keyturn did not give."""
        if not judged.is_open or judged.judgement.facts.ledger.broken:
            return ()
        name = judged.name(self.settings.check_name)
        found = (
            forged(
                name=verdict.name,
                state=verdict.state,
                anchor=verdict.anchor,
                at=verdict.at,
                creator=verdict.creator.login if verdict.creator else None,
                own=verdict.own,
                observe=judged.observed,
                head=judged.judgement.facts.head,
                history=judged.judgement.history,
                entries=entries,
                now=judged.judgement.now,
            )
            for verdict in judged.snapshot.standing.verdicts
            if verdict.name == name
        )
        return tuple(event for event in found if event is not None)

    # Ledger

    def _record(self, group: Sequence[Judged]) -> tuple[Judged, ...]:
        """Append what is new about the group in one commit.

        Raises `LedgerMoved` where the ledger changed since it was read.
        """
        new = [judged for judged in group if judged.entry is not None]
        if not new:
            return tuple(group)
        files = {judged.entry.path: judged.entry.as_bytes() for judged in new if judged.entry is not None}
        debts = group[0].snapshot.debts
        for judged in new:
            if judged.entry is not None:
                in_issues = judged.judgement.facts.debts
                debts = updated(debts, judged.number, judged.entry.state.overrides, in_issues) or debts
        if debts is not None and debts != group[0].snapshot.debts:
            files[DEBTS_PATH] = debts
        told = ", ".join(f"#{judged.number} {judged.judgement.decision.outcome}" for judged in new)
        commit = self.writer.append(files, group[0].ledger_commit, f"{told} [skip ci]")
        self.appended.note(files, group[0].ledger_commit, commit)
        return tuple(
            replace(
                judged,
                snapshot=replace(judged.snapshot, debts=debts),
                ledger_commit=commit,
                own=frozenset(self.appended.paths),
            )
            for judged in group
        )

    # What people see

    def _look_after(self, judged: Judged, group: Sequence[Judged]) -> _Cared:
        """Comment, ask, label and tell.

        Nothing of it changes the verdict, and what fails is caught up by the next run.
        """
        self.others.begin(judged.number)
        if not judged.is_governed:
            return _Cared(judged, (), is_done=True)
        try:
            owing, warnings = self.overrides_owed.ask_for_reviews(judged, self._record)
        except LedgerMoved:
            return _Cared(judged, (), is_done=False)
        warnings = (*warnings, *self.aftercare.look_after(owing, group))
        return _Cared(owing, warnings, is_done=judged.number not in self.others.unsure)

    def _was_overtaken(self, group: Sequence[Judged]) -> bool:
        """Whether another run wrote a newer entry while this one was telling people, so that what it told is old."""
        told = [judged for judged in group if judged.entry is not None or judged.number in self.aftercare.edited]
        try:
            return bool(told) and self.publication.is_behind(told)
        except Unavailable:
            return False

    # When it cannot be done

    def _unsettled(self, number: int, moved: Exception) -> Result:
        """Things kept moving for as long as this run had patience."""
        if isinstance(moved, NotTaken):
            return self.give_up(number, moved.why)
        code = ReasonCode.LEDGER_UNWRITABLE if isinstance(moved, LedgerMoved) else ReasonCode.HEAD_MOVED
        why = str(moved) or "other runs kept writing to the ledger"
        return self.give_up(number, Unavailable(code, f"{why}; the next run judges afresh"))

    def give_up(self, number: int, why: Unavailable) -> Result:
        """Publish the verdict `error` on an open pull request, if its head can be found, and report why."""
        head, base, published = "", "", False
        try:
            place = self.reader.fingerprints([number]).get(number)
            if place is not None:
                head, base = place.head, place.base
                published = place.state == "OPEN" and self._publish_error(number, place, why)
        except Unavailable:
            published = False
        decision = self._error(number, head, base, why)
        warnings = [str(why)]
        if published and number in self.decided:
            warnings += self.aftercare.say_error(self.decided[number], decision)
        return Result(decision, None, published=published, warnings=tuple(warnings))

    def _publish_error(self, number: int, place: Fingerprint, why: Unavailable) -> bool:
        """Publish the verdict `error`, unless that very verdict stands there."""
        if self.settings.dry_run:
            return False
        decision = self._error(number, place.head, place.base, why)
        name = verdict_name(self.settings.check_name, place.base, place.default_branch, observe=self.observing)
        verdict = VerdictToPublish(
            name=name,
            state=VerdictState.ERROR,
            description=decision_description(decision),
            target=self.publication.page_of(number),
            anchor=None,
            replaces=self.publication.there(place.head, name),
            title="keyturn could not find out",
            summary=str(why),
        )
        if not stands(verdict, self.settings.publish):
            self.writer.publish(place.head, verdict)
        return True

    def _error(self, number: int, head: str, base: str, why: Unavailable) -> Decision:
        seen = self.decided[number].judgement.decision if number in self.decided else None
        return report_error(self.settings.repository, number, head, base, why.code, str(why), seen=seen)
