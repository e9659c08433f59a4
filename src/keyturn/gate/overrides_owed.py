"""The reviews that overrides owe: asked for in an issue, watched, and done when somebody entitled closes it."""

from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from keyturn.core.compose import bookkeeping, overrides_of
from keyturn.core.inquiry import Answer
from keyturn.core.judgement import Judgement
from keyturn.core.override_review import Closing, ends_review, is_undone, reviewed
from keyturn.core.record import OverrideRecord, RecordedEvent, bytes_hash
from keyturn.gate.judged import Judged
from keyturn.gate.others import Others
from keyturn.ports import Reader, ReviewIssue, Unavailable, Writer
from keyturn.render.marker import read_marker
from keyturn.render.notices import override_reminder
from keyturn.render.review_issue import review_issue, review_marker

Record = Callable[[Sequence[Judged]], tuple[Judged, ...]]


class News(Struct, frozen=True):
    """What became of the overrides of a pull request since the ledger wrote of them."""

    events: tuple[RecordedEvent, ...]
    overrides: tuple[OverrideRecord, ...]


class OverridesOwed(Struct, frozen=True, kw_only=True):
    """Keeps the issues of override reviews and the ledger's debts in step."""

    reader: Reader
    writer: Writer
    others: Others

    def news(self, judgement: Judgement) -> News:
        """Look at the issue of every review that is still owed; who closed it decides whether the review is done.

        What cannot be read is owed still, and changes nothing about the pull request.
        """
        events: list[RecordedEvent] = []
        overrides: list[OverrideRecord] = []
        for record in overrides_of(judgement):
            closing = self._ended(judgement, record)
            if closing is None:
                overrides.append(record)
            else:
                done, event = reviewed(record, closing)
                overrides.append(done)
                events.append(event)
        return News(tuple(events), tuple(overrides))

    def ask_for_reviews(self, judged: Judged, record: Record) -> tuple[Judged, tuple[str, ...]]:
        """Open the issues that are missing, undo a closing by somebody who may not, and write both down.

        Returns the pull request with the entry that this took, and warnings. Where issues cannot be written, the
        override holds and the debt stands in the ledger all the same. What follows from another run's entry is left to
        that run. Raises `LedgerMoved` where the ledger changed before what was done could be written down.
        """
        if not judged.entries:
            return judged, ()
        before = judged.entries[-1].state.overrides
        after: list[OverrideRecord] = []
        warnings: list[str] = []
        for owed in before:
            try:
                after.append(self._attend(judged, owed))
            except Unavailable as refused:
                after.append(owed)
                warnings.append(f"the review of the override of #{judged.number} is owed, but: {refused}")
        if tuple(after) == before:
            return judged, tuple(warnings)
        try:
            return self._write_down(judged, tuple(after), record), tuple(warnings)
        except Unavailable as refused:
            return judged, (*warnings, f"where the review of the override of #{judged.number} stands, but: {refused}")

    def _attend(self, judged: Judged, owed: OverrideRecord) -> OverrideRecord:
        if owed.reviewed_at is not None:
            return owed
        if owed.issue is None:
            if not self.others.is_ours(judged, judged.that_overrode(owed)):
                return owed
            return owed.model_copy(update={"issue": self._asked_for(judged, owed)})
        issue_now = self._issue(owed)
        if issue_now is not None and issue_now.open:
            self._remind(judged, owed, issue_now)
        if issue_now is None or issue_now.open or not is_undone(owed):
            return owed
        self.writer.reopen_issue(issue_now.number)
        return owed.model_copy(update={"reopened": True})

    def _asked_for(self, judged: Judged, owed: OverrideRecord) -> int:
        """The issue that asks for the review: the oldest there is, or a new one.

        Should two runs find none and open one each all the same, both then see both, and the younger one is closed.
        """
        marker = review_marker(judged.judgement, owed)
        found = self.reader.find_review_issue(marker)
        if found is not None:
            return found.number
        issue = review_issue(judged.judgement, owed)
        number = self.writer.open_review_issue(issue.title, issue.body, tuple(voice.login for voice in owed.voices))
        oldest = self.reader.find_review_issue(marker)
        if oldest is None or oldest.number >= number:
            return number
        self.writer.close_duplicate(number)
        return oldest.number

    def _remind(self, judged: Judged, owed: OverrideRecord, issue: ReviewIssue) -> None:
        """Remind those who owe a review, in its issue, once it is overdue."""
        reminder = override_reminder(owed, judged.judgement)
        if not owed.overdue or read_marker(reminder) in [read_marker(body) for body in issue.said]:
            return
        found = [entry for entry in judged.entries if any(owed == record for record in entry.state.overrides)]
        if all(self.others.is_ours(judged, entry) for entry in found):
            self.writer.comment_issue(issue.number, reminder)

    def _issue(self, record: OverrideRecord) -> ReviewIssue | None:
        if record.issue is None or record.reviewed_at is not None:
            return None
        return self.reader.review_issue(record.issue)

    def _ended(self, judgement: Judgement, record: OverrideRecord) -> Closing | None:
        """The closing that ended a review; `None` where it is owed still."""
        try:
            issue = self._issue(record)
            if issue is None or issue.open or issue.closed_at is None:
                return None
            closing = Closing(issue.closed_by, issue.closed_at, issue.closed_by_hand)
            return closing if self._ends(judgement, record, closing) else None
        except Unavailable:
            return None

    def _ends(self, judgement: Judgement, record: OverrideRecord, closing: Closing) -> bool:
        """Whether a closing ended the review, once everything has been looked up that this takes."""
        facts = judgement.facts
        for _ in range(3):
            answer, wanted = ends_review(replace(judgement, facts=facts), record, closing)
            if not wanted:
                return answer is Answer.YES
            facts = self.reader.look_up(facts, wanted, older_rules=False)
        return False

    def _write_down(self, judged: Judged, overrides: tuple[OverrideRecord, ...], record: Record) -> Judged:
        """Append an entry that says nothing but where the reviews are asked for."""
        newest = judged.entries[-1]
        chain = judged.snapshot.chain
        if judged.entry is not None:
            chain = replace(
                chain,
                entries=judged.entries,
                next_sequence=judged.entry.sequence + 1,
                previous=bytes_hash(judged.entry.as_bytes()),
            )
        entry = bookkeeping(newest, chain, judged.judgement.now, overrides)
        snapshot = replace(judged.snapshot, chain=chain)
        return record([replace(judged, snapshot=snapshot, entry=entry)])[0]
