"""When an override's review is done: its issue was closed by somebody who could have approved and did not override.

Any other closing is undone once.
"""

from datetime import datetime

from msgspec import Struct

from keyturn.core.exclusion import Bystanders
from keyturn.core.facts import Account
from keyturn.core.inquiry import Answer, Inquiry, Wanted
from keyturn.core.judgement import Judgement
from keyturn.core.proposal import propose
from keyturn.core.record import Event, OverrideRecord, RecordedEvent
from keyturn.core.rulebook import Agents, Approvers


class Closing(Struct, frozen=True):
    """How the issue of a review was closed: by whom, `None` where nobody tells, when (UTC), and whether by hand."""

    by: Account | None
    at: datetime
    by_hand: bool


def ends_review(judgement: Judgement, record: OverrideRecord, closing: Closing) -> tuple[Answer, Wanted]:
    """Whether a closing ends the review of an override, and what must still be asked to tell."""
    if not closing.by_hand:
        return Answer.NO, Wanted()
    return _may_review(judgement, record, closing.by)


def reviewed(record: OverrideRecord, closing: Closing) -> tuple[OverrideRecord, RecordedEvent]:
    """The override whose review a closing ended, and the event that says so."""
    by = closing.by.login if closing.by is not None else None
    event = RecordedEvent(event=Event.OVERRIDE_REVIEWED, at=closing.at, by=by, note=f"#{record.issue}")
    return record.model_copy(update={"reviewed_at": closing.at, "reviewed_by": by}), event


def is_undone(record: OverrideRecord) -> bool:
    """Whether keyturn undoes a closing of the issue that did not end the review: the first one only."""
    return record.reviewed_at is None and not record.reopened


def _may_review(judgement: Judgement, record: OverrideRecord, account: Account | None) -> tuple[Answer, Wanted]:
    """Whether this account's closing of the issue ends the review of an override, and what must still be asked."""
    inquiry = Inquiry(judgement.facts)
    if account is None or not account.is_person:
        return Answer.NO, inquiry.wanted()
    if account.key in {voice.login.casefold() for voice in record.voices}:
        return Answer.NO, inquiry.wanted()
    book, requirement = judgement.rules.governing, judgement.requirement
    by_default = book.approvers if book is not None else Approvers()
    approvers = requirement.approvers if requirement is not None else by_default
    bystanders = Bystanders(
        judgement.facts,
        book.agents if book is not None else Agents(),
        approvers,
        propose(judgement.facts, inquiry).requesters,
        inquiry,
    )
    return bystanders.could_approve(account), inquiry.wanted()
