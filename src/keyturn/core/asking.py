"""Whom to ask for review: the people and teams that the rule book names and who are still needed."""

from collections.abc import Iterable

from msgspec import Struct

from keyturn.core.decision import Outcome, ReasonCode
from keyturn.core.events import steps_of
from keyturn.core.exclusion import Bystanders
from keyturn.core.facts import Account
from keyturn.core.inquiry import Inquiry
from keyturn.core.judgement import Judgement
from keyturn.core.record import Event


class Asked(Struct, frozen=True):
    """Logins and teams (`org/slug`) as the rule book writes them."""

    users: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anybody to ask."""
        return bool(self.users or self.teams)


def to_ask(judgement: Judgement, asked: frozenset[str], dropped: frozenset[str]) -> Asked:
    """Who should be asked for review now.

    Only while approvals are missing; those of the roster, and once the request has escalated those of the escalation
    too. Nobody is asked who was asked already (`asked`), whose request somebody took back (`dropped`), who reviewed
    this head, or whose approval could never count.
    """
    requirement, book, decision = judgement.requirement, judgement.rules.book, judgement.decision
    if requirement is None or book is None or decision.outcome is not Outcome.PENDING:
        return Asked()
    reasons = decision.reason_codes
    if ReasonCode.APPROVALS_MISSING not in reasons or ReasonCode.DRAFT in reasons:
        return Asked()
    users, teams = list(requirement.approvers.users), list(requirement.approvers.teams)
    if Event.ESCALATED in steps_of(judgement).done:
        users += book.escalation.users
        teams += book.escalation.teams
    requesters = tuple(manifest.requested_by for manifest in judgement.manifests if manifest.requested_by is not None)
    facts = judgement.facts
    bystanders = Bystanders(facts, book.agents, requirement.approvers, requesters, Inquiry(facts))
    silent = asked | dropped
    return Asked(
        users=tuple(login for login in _anew(users, silent) if _useful(login, bystanders)),
        teams=tuple(_anew(teams, silent)),
    )


def _anew(names: Iterable[str], silent: frozenset[str]) -> Iterable[str]:
    """Those of the names that are not silent, each once, case aside."""
    seen = set(silent)
    for name in names:
        if name.casefold() not in seen:
            seen.add(name.casefold())
            yield name


def _useful(login: str, bystanders: Bystanders) -> bool:
    """Whether somebody has not spoken about this head yet, and nothing is known that shuts out their approval."""
    facts, account = bystanders.facts, Account.named(login)
    return bystanders.exclusion(account) is None and not any(
        review.author is not None and review.author.key == account.key and review.commit == facts.head
        for review in facts.reviews
    )


def escalation_is_heard(judgement: Judgement) -> bool:
    """Whether an escalation reaches anybody: a person by name, or teams with a token that may see teams.

    Where the rule book names nobody to escalate to, there is nothing to hear. The workflow's own token sees no team.
    """
    book = judgement.rules.book
    if book is None or book.escalation.users or not book.escalation.teams:
        return True
    return not judgement.facts.advisory
