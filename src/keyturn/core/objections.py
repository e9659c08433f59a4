"""Which requests for changes stand, and who may end one."""

from collections.abc import Iterable

from msgspec import Struct

from keyturn.core.approvals import by_person
from keyturn.core.exclusion import Bystanders
from keyturn.core.facts import Account, Dismissal, Facts, Review, ReviewState
from keyturn.core.inquiry import Answer, Inquiry
from keyturn.core.rulebook import Approvers


class Objection(Struct, frozen=True):
    """A request for changes that stands; `dismissed_by` is who tried to end it without being entitled to."""

    review: Review
    on_head: bool
    dismissed_by: Account | None = None


def objections(facts: Facts, rosters: Iterable[Approvers], bystanders: Bystanders) -> tuple[Objection, ...]:
    """The objections that stand, oldest first.

    Somebody's newest review decides. What it asked for stands, across pushes and tiers, until they approve, or until
    they themselves or a person who could approve dismiss it. What cannot be read counts against the pull request.
    """
    rosters = tuple(rosters)
    standing = [
        Objection(review, review.commit == facts.head, _who_dismissed(review, facts))
        for review in _newest(facts.reviews)
        if _objects(review, facts, bystanders) and _may_object(review.author, rosters, bystanders.inquiry)
    ]
    return tuple(sorted(standing, key=lambda item: (item.review.submitted_at, item.review.id)))


def _newest(reviews: Iterable[Review]) -> list[Review]:
    """Each person's newest review, and every review of accounts that are gone, since nobody can tell those apart."""
    reviews = tuple(reviews)
    return [said[-1] for said in by_person(reviews).values()] + [r for r in reviews if r.author is None]


def _objects(review: Review, facts: Facts, bystanders: Bystanders) -> bool:
    """Whether a review asks for changes and was not ended by somebody entitled to."""
    if review.state is not ReviewState.DISMISSED:
        return review.state is ReviewState.CHANGES_REQUESTED
    dismissals = _dismissals(review, facts)
    if dismissals and all(dismissal.previous is ReviewState.APPROVED for dismissal in dismissals):
        return False
    return not any(_may_end(review, dismissal, bystanders) for dismissal in dismissals)


def _may_end(review: Review, dismissal: Dismissal, bystanders: Bystanders) -> bool:
    by = dismissal.by
    if by is None:
        return False
    if review.author is not None and review.author.is_same(by):
        return True
    return bystanders.could_approve(by) is Answer.YES


def _may_object(author: Account | None, rosters: Iterable[Approvers], inquiry: Inquiry) -> bool:
    """Whether somebody is on the roster of any tier, or it cannot be read whether they are."""
    if author is None:
        return True
    return any(inquiry.on_roster(author, approvers) is not Answer.NO for approvers in rosters)


def _dismissals(review: Review, facts: Facts) -> tuple[Dismissal, ...]:
    return tuple(dismissal for dismissal in facts.dismissals if dismissal.review == review.id)


def _who_dismissed(review: Review, facts: Facts) -> Account | None:
    dismissals = sorted(_dismissals(review, facts), key=lambda dismissal: dismissal.at)
    return next((dismissal.by for dismissal in dismissals), None)
