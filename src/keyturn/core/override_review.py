"""Whether somebody may answer for an override afterwards: they could have approved, and did not override."""

from keyturn.core.exclusion import Bystanders
from keyturn.core.facts import Account
from keyturn.core.inquiry import Answer, Inquiry, Wanted
from keyturn.core.judgement import Judgement
from keyturn.core.proposal import propose
from keyturn.core.record import OverrideRecord
from keyturn.core.rulebook import Agents, Approvers


def may_review(judgement: Judgement, record: OverrideRecord, account: Account | None) -> tuple[Answer, Wanted]:
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
