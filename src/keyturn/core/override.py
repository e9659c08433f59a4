"""Break-glass: who let a pull request through, and why other attempts were refused."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from keyturn.core.commands import Command, Verb
from keyturn.core.decision import Discount
from keyturn.core.exclusion import Bystanders
from keyturn.core.facts import Account, Facts
from keyturn.core.inquiry import Answer, Inquiry
from keyturn.core.request import RefusedCommand
from keyturn.core.rulebook import Overdue, RuleBook

_EXCLUDED = {
    Discount.BOT: "bots may not break the glass",
    Discount.AGENT: "agents may not break the glass",
    Discount.AUTHOR: "the author of a pull request may not override it",
    Discount.COMMITTER: "whoever had a part in a commit of the pull request may not override it",
    Discount.REQUESTER: "whoever asked the agent for the work may not override it",
}


class Override(Struct, frozen=True, kw_only=True):
    """The override of the current head and base.

    `voices` are the commands that count, one a person, oldest first; it holds once `needed` people have spoken, at
    `at`.
    """

    voices: tuple[Command, ...]
    refused: tuple[RefusedCommand, ...]
    needed: int
    warnings: tuple[str, ...] = ()
    for_debt: tuple[str, ...] = ()
    """The sources of the commands that an overdue review refuses, now or earlier."""

    @property
    def at(self) -> datetime | None:
        """When the last of the people needed spoke; `None` while the override does not hold."""
        return self.voices[self.needed - 1].at if len(self.voices) >= self.needed else None

    @property
    def made_by(self) -> tuple[Command, ...]:
        """The commands that make it hold: as many as are needed, the oldest; empty while it does not."""
        return self.voices[: self.needed] if self.holds else ()

    @property
    def holds(self) -> bool:
        """Whether the pull request is let through."""
        return self.at is not None


def override_of(
    facts: Facts,
    commands: Iterable[Command],
    bystanders: Bystanders,
    book: RuleBook | None,
    refused_for_debt: frozenset[str],
) -> Override:
    """Weigh the override commands of a pull request.

    `refused_for_debt` are the sources of those that an overdue review refused once.
    """
    voices: dict[str, Command] = {}
    refused: list[RefusedCommand] = []
    warnings: list[str] = []
    for_debt: list[str] = []
    for command in commands:
        if command.verb is not Verb.OVERRIDE:
            continue
        why = _refusal(command, facts, bystanders, book)
        debt = _debt(command, facts) if why is None and book is not None else None
        if why is None and command.source in refused_for_debt:
            why = debt or "it was refused for an overdue override review; type it again"
            for_debt.append(command.source)
        elif debt is not None and book is not None and book.override.overdue is Overdue.REFUSE:
            why = debt
            for_debt.append(command.source)
        elif debt is not None:
            warnings.append(debt)
        if why is None:
            voices.setdefault(command.by.key, command)
        else:
            refused.append(RefusedCommand(command, why))
    return Override(
        voices=tuple(voices.values()),
        refused=tuple(refused),
        needed=book.override.approvals if book is not None else 1,
        warnings=tuple(warnings),
        for_debt=tuple(for_debt),
    )


def _refusal(command: Command, facts: Facts, bystanders: Bystanders, book: RuleBook | None) -> str | None:
    """Why a command lets nothing through, debts aside; `None` where it does."""
    said_wrongly = _misspoken(command, facts, book)
    if said_wrongly is not None or book is None:
        return said_wrongly
    excluded = bystanders.exclusion(command.by)
    return _EXCLUDED[excluded[0]] if excluded is not None else _unentitled(command.by, bystanders.inquiry, book)


def _unentitled(who: Account, inquiry: Inquiry, book: RuleBook) -> str | None:
    """Why somebody with no part in the pull request may not override it all the same."""
    named = inquiry.is_named(who, book.override.users, book.override.teams)
    if named is Answer.NO:
        return f"{who.login} is not named in `override` of {book.path}"
    permitted = inquiry.may(who, book.approvers.permission)
    if permitted is Answer.NO:
        return f"{who.login} does not have the permission `{book.approvers.permission}` in this repository"
    if Answer.UNKNOWN in (named, permitted):
        return f"it cannot be read whether {who.login} may override"
    if inquiry.pushed(who):
        return "whoever pushed the current head may not override it"
    return None


def _misspoken(command: Command, facts: Facts, book: RuleBook | None) -> str | None:
    """What is wrong with the words or the moment of a command."""
    if book is None:
        return "there has never been a valid rule book, so nobody is named who may override"
    if not command.commit:
        return "it names no commit; write `/keyturn override <full commit> <reason>`"
    if command.commit != facts.head:
        return f"it names another commit than the current head {facts.head}"
    if len(command.reason) < book.override.min_reason:
        return f"its reason has {len(command.reason)} characters; at least {book.override.min_reason} are needed"
    changed = max((change.at for change in facts.base_changes), default=None)
    if changed is not None and command.at <= changed:
        return "the base branch was changed or force-pushed since; look again and repeat it"
    return None


def _debt(command: Command, facts: Facts) -> str | None:
    """The overdue review that somebody owed when they spoke, in a sentence."""
    for debt in sorted(facts.debts, key=lambda debt: (debt.due, debt.pull_request)):
        owes = command.by.key in {person.casefold() for person in debt.people}
        if owes and debt.due <= command.at:
            return f"{command.by.login} owes an overdue review of the override of #{debt.pull_request}"
    return None
