"""Whose approval counts, and why every other does not."""

from collections.abc import Iterable
from datetime import datetime
from itertools import takewhile

from msgspec import Struct

from keyturn.core.decision import Discount
from keyturn.core.exclusion import Bystanders
from keyturn.core.facts import UNREAD, Account, Facts, Review, ReviewState
from keyturn.core.inquiry import Answer


class Window(Struct, frozen=True, kw_only=True):
    """Between which moments an approval counts, all exclusive but `void_before`; `None` where there is no such bound.

    `renewing_review` is the review that carried the last renewal: its approval counts although it was given in the same
    second.
    """

    base_changed: datetime | None = None
    renewed: datetime | None = None
    renewing_review: str | None = None
    void_before: datetime | None = None
    expires: datetime | None = None

    def shuts_out(self, review: Review) -> Discount | None:
        """Why the moment of a review does not count; `None` where it does."""
        at = review.submitted_at
        if self.base_changed is not None and at <= self.base_changed:
            return Discount.BEFORE_RETARGET
        if self.void_before is not None and at < self.void_before:
            return Discount.BEFORE_RENEWAL
        if self.renewed is not None and at <= self.renewed and review.id != self.renewing_review:
            return Discount.BEFORE_RENEWAL
        if self.expires is not None and at >= self.expires:
            return Discount.TOO_LATE
        return None


class Counted(Struct, frozen=True):
    """An approval that counts."""

    account: Account
    review: Review


class NotCounted(Struct, frozen=True):
    """Somebody whose approval does not count, why, and the commit that shows it where one does."""

    account: Account
    reason: Discount
    commit: str | None = None


class Tally(Struct, frozen=True):
    """The approvals of a pull request, both lists in order of login."""

    counted: tuple[Counted, ...]
    not_counted: tuple[NotCounted, ...]

    @property
    def unreadable(self) -> bool:
        """Whether an approval failed only because the roster could not be read."""
        return any(item.reason is Discount.ROSTER_UNREADABLE for item in self.not_counted)


def by_person(reviews: Iterable[Review]) -> dict[str, list[Review]]:
    """The deciding reviews of each account that still exists, oldest first."""
    found: dict[str, list[Review]] = {}
    for review in sorted(reviews, key=lambda review: (review.submitted_at, review.number, review.id)):
        if review.author is not None:
            found.setdefault(review.author.key, []).append(review)
    return found


def approved(review: Review, facts: Facts) -> bool:
    """Whether a review approved when it was submitted, even if it was dismissed since."""
    if review.state is ReviewState.DISMISSED:
        said = {dismissal.previous for dismissal in facts.dismissals if dismissal.review == review.id}
        return ReviewState.APPROVED in said
    return review.state is ReviewState.APPROVED


def tally(facts: Facts, bystanders: Bystanders, window: Window) -> Tally:
    """Count the approvals of the current head. Each person is counted once or listed once, never both."""
    counted: list[Counted] = []
    not_counted: list[NotCounted] = []
    for reviews in by_person(facts.reviews).values():
        account = reviews[-1].author
        if account is None or not any(approved(review, facts) for review in reviews):
            continue
        verdict = _judge(account, reviews, facts, bystanders, window)
        if isinstance(verdict, Counted):
            counted.append(verdict)
        else:
            not_counted.append(verdict)
    return Tally(
        tuple(sorted(counted, key=lambda item: item.account.key)),
        tuple(sorted(not_counted, key=lambda item: item.account.key)),
    )


def _judge(
    account: Account, reviews: list[Review], facts: Facts, bystanders: Bystanders, window: Window
) -> Counted | NotCounted:
    excluded = bystanders.exclusion(account)
    if excluded is not None:
        return NotCounted(account, *excluded)
    if facts.pusher is not UNREAD and bystanders.inquiry.pushed(account):
        return NotCounted(account, Discount.PUSHER, facts.head)
    standing = bystanders.inquiry.on_roster(account, bystanders.approvers)
    if standing is Answer.NO:
        return NotCounted(account, Discount.NOT_ELIGIBLE)
    if standing is Answer.UNKNOWN:
        return NotCounted(account, Discount.ROSTER_UNREADABLE)
    chosen = _deciding(reviews, facts, window)
    if isinstance(chosen, Discount):
        return NotCounted(account, chosen)
    bystanders.inquiry.pushed(account)
    return Counted(account, chosen)


def _deciding(reviews: list[Review], facts: Facts, window: Window) -> Review | Discount:
    """The earliest of somebody's unbroken approvals of this head that counts, or why their newest review does not."""
    newest = reviews[-1]
    if newest.state is ReviewState.DISMISSED:
        return Discount.DISMISSED
    if newest.state is not ReviewState.APPROVED:
        return Discount.SUPERSEDED
    unbroken = takewhile(lambda review: review.state is ReviewState.APPROVED, reversed(reviews))
    counting = [review for review in unbroken if review.commit == facts.head and window.shuts_out(review) is None]
    if counting:
        return counting[-1]
    shut_out = window.shuts_out(newest)
    return shut_out if newest.commit == facts.head and shut_out is not None else Discount.STALE
