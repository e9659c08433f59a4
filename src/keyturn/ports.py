"""What the gate asks of the code host: values that adapters hand over, and the protocols they fulfil.

No adapter decides anything.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct, field

from keyturn.core.chain import Anchor, Chain
from keyturn.core.decision import ReasonCode
from keyturn.core.facts import Account, Facts, Review
from keyturn.core.inquiry import Wanted
from keyturn.core.record import LedgerEntry
from keyturn.core.verdict import Annotation, VerdictState


class Unavailable(Exception):  # noqa: N818 - it is an answer, not a fault of ours
    """The facts could not be read, or could not be written down.

    `code` is the reason code of the `error` that follows; the message says what happened, the likely cause (the very
    permission that is missing, where the host says so), and what to do.
    """

    def __init__(self, code: ReasonCode, message: str) -> None:
        """Keep both."""
        super().__init__(message)
        self.code = code


class LedgerMoved(Exception):  # noqa: N818 - it is an answer, not a fault of ours
    """Somebody else appended to the ledger since it was read: judge again from fresh facts."""


class PublishedVerdict(Struct, frozen=True, kw_only=True):
    """The newest verdict of one name on a commit.

    `own` is whether keyturn's own account made it; `id` is a check run's.
    """

    name: str
    state: VerdictState
    description: str
    anchor: Anchor | None
    own: bool
    creator: Account | None
    at: datetime
    id: int | None = None


class OwnComment(Struct, frozen=True, kw_only=True):
    """A comment by keyturn's own account that carries one of its markers; `number` is its REST id, `id` its node id."""

    id: str
    number: int
    body: str
    created_at: datetime


class Standing(Struct, frozen=True, kw_only=True):
    """What already stands on the host about a pull request, so that nothing is said or asked twice.

    People and teams are given by key (`login` or `org/slug`, in lower case). `asked` are those of whom a review is
    awaited, `requested` says when each was last asked, and `dropped` are those whose review request somebody took back.
    """

    verdicts: tuple[PublishedVerdict, ...] = ()
    comments: tuple[OwnComment, ...] = ()
    asked: frozenset[str] = frozenset()
    requested: Mapping[str, datetime] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()


class Fingerprint(Struct, frozen=True):
    """What must not have changed between judging a pull request and publishing a success for it."""

    state: str
    """As GitHub says it: `OPEN`, `CLOSED` or `MERGED`."""
    head: str
    base: str
    default_branch: str
    draft: bool
    reviews: frozenset[tuple[str, str, str | None]]
    """Node id, state and commit of each deciding review; a dismissal shows as the state."""
    base_changes: int
    newest_entry: str | None
    """The file name of the newest ledger entry."""


class Snapshot(Struct, frozen=True, kw_only=True):
    """One pull request, read at one moment: facts to judge, the ledger's chain, and what already stands on the host.

    `ledger_tip` is the ledger branch's head commit (`None`: there is no such branch). `same_head` are the open pull
    requests with this head commit, itself included, by number. `debts` are the bytes of the ledger's `debts.json`.

    """

    facts: Facts
    chain: Chain
    standing: Standing
    fingerprint: Fingerprint
    ledger_tip: str | None
    same_head: tuple[int, ...]
    debts: bytes | None = None


LATELY = timedelta(hours=3)
"""So long after an entry was written, a sweep makes sure that all that follows from it was done."""


class Light(Struct, frozen=True, kw_only=True):
    """What a sweep sees of an open pull request at little cost, to tell whether it must be read whole.

    `entry` is its newest ledger entry, `None` where the ledger does not know it or the entry cannot be read.
    """

    number: int
    head: str
    base: str
    draft: bool
    reviews: frozenset[tuple[str, str, str | None]]
    commands: frozenset[str]
    """The node ids of the comments whose first line starts with `/keyturn`."""
    markers: tuple[str, ...] = ()
    """The first lines of keyturn's own comments, so far as they are among the newest comments."""
    verdict: PublishedVerdict | None
    entry: LedgerEntry | None
    rules_digest: str | None
    """The digest of the rule book on the default branch, `None` where there is none; the same for all."""
    closed: bool = False

    def was_written_lately(self, now: datetime) -> bool:
        """Whether its newest entry is so young that the run that wrote it may have died before it had told anybody."""
        return self.entry is not None and now < self.entry.time + LATELY


class ReviewIssue(Struct, frozen=True, kw_only=True):
    """An issue that asks for the review of an override.

    `said` are the newest comments of keyturn's own account on it; they are read only where it is asked for by number.
    `closed_by` is `None` where GitHub does not tell, or a commit or rule closed it.
    """

    number: int
    open: bool
    body: str
    closed_by: Account | None = None
    closed_at: datetime | None = None
    closed_by_hand: bool = False
    said: tuple[str, ...] = ()


class Reader(Protocol):
    """Reads pull requests.

    Every method raises `Unavailable` where the host cannot be read or what it says does not add up.
    """

    def snapshots(self, numbers: Sequence[int]) -> Mapping[int, Snapshot | Unavailable]:
        """Read pull requests whole, at most five a query.

        One that cannot be read stands as its `Unavailable`, without harm to the others.
        """

    def look_up(self, facts: Facts, wanted: Wanted, *, older_rules: bool) -> Facts:
        """The same facts with everything wanted filled in, `None` where it cannot be read."""

    def fingerprints(self, numbers: Sequence[int]) -> Mapping[int, Fingerprint]:
        """Read again, now, what must not have changed; one query for all."""

    def open_with_head(self, commit: str) -> tuple[int, ...]:
        """The numbers of the open pull requests whose head is this commit."""

    def merge_group(self, base: str, base_commit: str, head_commit: str) -> tuple[int, ...]:
        """The members of a merge group.

        The queue entries whose commits lie between its base and head; all of them or `Unavailable`.
        """

    def sweep(self) -> Iterator[Light]:
        """All open pull requests, fifty a page, then the closed ones that are not done with.

        Those are the ones that the ledger holds as open, and those whose override review is not done.
        """

    def review_issue(self, number: int) -> ReviewIssue | None:
        """The issue, `None` where it was deleted."""

    def find_review_issue(self, marker: str) -> ReviewIssue | None:
        """The oldest labelled issue by keyturn's own account whose body holds the marker, open or closed."""

    def own_comments(self, number: int) -> tuple[OwnComment, ...]:
        """The comments by keyturn's own account on a pull request that carry one of its markers, read now."""

    def verdicts(self, commit: str) -> tuple[PublishedVerdict, ...]:
        """The newest verdict of each of keyturn's names on any commit, such as a merge group's."""

    def may_write(self, account: Account) -> bool:
        """Whether an account has write access; `False` where it cannot be read."""

    def run_is_over(self, url: str | None) -> bool | None:
        """Whether the run with this log has come to its end, by itself or not; `None` where that cannot be read."""


class Writer(Protocol):
    """Writes what was decided.

    Every method raises `Unavailable` where the host refuses, and does nothing twice when a reply is lost.
    """

    def append(self, files: Mapping[str, bytes], tip: str | None, headline: str) -> str:
        """Append files to the ledger branch in one commit on top of `tip` and return that commit.

        Where `tip` is `None`, the branch is made first.
        Raises `LedgerMoved` where the branch's head is another by now.
        """

    def publish(self, commit: str, verdict: "VerdictToPublish") -> None:
        """Set the verdict of this name on a commit."""

    def comment(self, number: int, body: str) -> OwnComment | None:
        """Write a new comment; `None` where the host did not say which one it became."""

    def edit_comment(self, comment: OwnComment, body: str) -> None:
        """Replace the text of keyturn's own comment."""

    def ask(self, number: int, users: Iterable[str], teams: Iterable[str]) -> tuple[str, ...]:
        """Ask people and teams for review; returns those who could not be asked, with teams as `org/slug`."""

    def set_labels(self, number: int, add: Iterable[str], remove: Iterable[str]) -> None:
        """Put labels on and take labels off, making those that do not exist."""

    def react(self, source: str, reaction: str) -> None:
        """React to a comment or review by its node id: `+1`, `-1`, `eyes` or `confused`; again changes nothing."""

    def open_review_issue(self, title: str, body: str, assignees: Sequence[str]) -> int:
        """Open the issue that asks for the review of an override and return its number."""

    def comment_issue(self, number: int, body: str) -> None:
        """Write a comment on an issue."""

    def reopen_issue(self, number: int) -> None:
        """Undo the closing of an issue."""

    def close_duplicate(self, number: int) -> None:
        """Close an issue that asks for what an older one asks for already, and take its label off."""


class VerdictToPublish(Struct, frozen=True, kw_only=True):
    """A verdict for one commit, before it is one.

    `target` is the address a reader is led to; `anchor` goes with it. `title`, `summary`, `text` and `annotations` fill
    the page of a check run; a status has only the description.

    `replaces` is the verdict of that name that stands there, so that a check run is edited in place.
    """

    name: str
    state: VerdictState
    description: str
    target: str
    anchor: Anchor | None
    replaces: PublishedVerdict | None
    title: str = ""
    summary: str = ""
    text: str = ""
    annotations: tuple[Annotation, ...] = ()


def deciding(reviews: Iterable[Review]) -> frozenset[tuple[str, str, str | None]]:
    """The part of the reviews that a fingerprint holds."""
    return frozenset((review.id, review.state.value, review.commit) for review in reviews)
