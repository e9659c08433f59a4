"""The issues that ask for the reviews of overrides, in memory."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct, field
from msgspec.structs import replace

from keyturn.core.facts import Debt
from keyturn.core.override_review import Closing
from keyturn.core.record import OverrideRecord
from keyturn.simulation.impossible import Impossible
from keyturn.simulation.names import account, oid_of
from keyturn.simulation.step_form import OverrideReviewForm
from keyturn.simulation.terms import IssueState, ToIssue


class Issue(Struct, frozen=True, kw_only=True):
    """An issue by keyturn, assigned to the people who broke the glass; `closing` is `None` while it is open.

    `of` are the comments that made the override, by which the issue is found again.
    """

    number: int
    of: frozenset[str]
    people: tuple[str, ...]
    opened_at: datetime
    closing: Closing | None = None


class ReviewIssues(Struct):
    """All issues of a pull request's overrides, by number."""

    issues: dict[int, Issue] = field(default_factory=dict)
    reminded: set[int] = field(default_factory=set)

    def asking(self, record: OverrideRecord) -> int | None:
        """The number of the issue that asks for the review of an override, known by the comments that made it."""
        of = frozenset(voice.comment for voice in record.voices)
        return next((issue.number for issue in self.issues.values() if issue.of == of), None)

    def open(self, record: OverrideRecord, at: datetime) -> int:
        """Open the issue for an override and return its number; the pull request is number 1.

        It takes a second, so that the issue is younger than the comments that it is about.
        """
        of = frozenset(voice.comment for voice in record.voices)
        number = len(self.issues) + 2
        people = tuple(voice.login for voice in record.voices)
        self.issues[number] = Issue(number=number, of=of, people=people, opened_at=at + timedelta(seconds=1))
        return number

    def closing(self, record: OverrideRecord) -> Closing | None:
        """How the issue of an override was closed; `None` where it is open, or there is none."""
        issue = self.issues.get(record.issue or 0)
        return issue.closing if issue is not None else None

    def remind(self, number: int) -> bool:
        """Remind of an overdue review in its issue; `False` where that was done before."""
        new = number not in self.reminded
        self.reminded.add(number)
        return new

    def reopen(self, number: int) -> None:
        """Undo the closing of an issue."""
        self.issues[number] = replace(self.issues[number], closing=None)

    def apply(self, form: OverrideReviewForm, overrides: Sequence[OverrideRecord], at: datetime) -> None:
        """Let somebody close or reopen an issue. Raises Impossible where there is none to be closed or reopened."""
        head = oid_of("commit", form.commit) if form.commit is not None else None
        asked = [record.issue for record in overrides if record.issue and head in {None, record.head}]
        if not asked:
            where = f" of the commit {form.commit}" if form.commit is not None else ""
            msg = f"no issue asks for the review of an override{where}"
            raise Impossible(msg)
        issue = self.issues[asked[-1]]
        reopens = form.does is ToIssue.REOPEN
        if (issue.closing is None) is reopens:
            msg = f"the issue of the override's review is {'open' if issue.closing is None else 'closed'} already"
            raise Impossible(msg)
        by_hand = form.does is not ToIssue.CLOSE_BY_COMMIT
        closing = None if reopens else Closing(account(form.by) if by_hand else None, at, by_hand)
        self.issues[issue.number] = replace(issue, closing=closing)

    def state(self) -> IssueState | None:
        """Where the newest issue stands; `None` where there is none."""
        if not self.issues:
            return None
        return IssueState.OPEN if self.issues[max(self.issues)].closing is None else IssueState.CLOSED

    def debts(self, pull_request: int) -> Iterable[Debt]:
        """The debts that the open issues tell of, each due since its issue was opened."""
        for issue in self.issues.values():
            if issue.closing is None:
                yield Debt(pull_request, issue.number, issue.people, issue.opened_at, from_issue=True)
