"""Who may do what is missing, in words: approve, be asked on escalation, break the glass."""

from collections.abc import Iterable, Sequence

from keyturn.core.decision import Discount
from keyturn.core.exclusion import Bystanders
from keyturn.core.facts import Account
from keyturn.core.inquiry import Inquiry
from keyturn.core.judgement import Judgement
from keyturn.core.rulebook import Approvers, RuleBook
from keyturn.render.markdown import code, names
from keyturn.render.sentences import DISCOUNTS
from keyturn.render.words import joined

MOST_NAMED = 10


def may_approve(judgement: Judgement, approvers: Approvers, without: Iterable[str] = ()) -> str:
    """Who may approve: the people named who had no part in it, teams, or anybody with the permission.

    `without` are logins to leave out, such as those who have approved already.
    """
    permission = code(approvers.permission)
    if not approvers.named:
        return f"anybody with {permission} permission who had no part in this pull request"
    out = {login.casefold() for login, _ in excluded_among(judgement, approvers.users)}
    out |= {login.casefold() for login in without}
    left = [login for login in approvers.users if login.casefold() not in out]
    who = people_or_teams(left, approvers.teams)
    return f"{who} (with {permission} permission)" if who else "nobody who is left on the roster"


def still_may_approve(judgement: Judgement, approvers: Approvers) -> str:
    """Who may approve and has not yet."""
    return may_approve(judgement, approvers, [item.account.login for item in judgement.tally.counted])


def people_or_teams(users: Sequence[str], teams: Sequence[str]) -> str:
    """People by login and members of teams, as code; empty where there are none."""
    shown = [code(login) for login in users[:MOST_NAMED]]
    if len(users) > MOST_NAMED:
        shown.append(f"{len(users) - MOST_NAMED:,} more")
    return joined([*shown, *(f"a member of {names(teams, 'or')}" for _ in teams[:1])], "or")


def excluded_among(judgement: Judgement, logins: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Which of these logins had a part in the pull request, each with why; read from the pull request alone."""
    book = judgement.rules.governing
    if book is None:
        return ()
    facts = judgement.facts
    requesters = tuple(manifest.requested_by for manifest in judgement.manifests if manifest.requested_by is not None)
    bystanders = Bystanders(facts, book.agents, book.approvers, requesters, Inquiry(facts))
    found = []
    for login in logins:
        exclusion = bystanders.exclusion(Account.named(login))
        if exclusion is not None:
            found.append((login, discounted(*exclusion)))
    return tuple(found)


def discounted(reason: Discount, commit: str | None) -> str:
    """Why an approval does not count, with the commit that shows it."""
    return DISCOUNTS[reason] + (f" (commit {code(commit[:10])})" if commit is not None else "")


def may_override(book: RuleBook) -> str:
    """Who may break the glass; empty where the rule book names nobody."""
    return people_or_teams(book.override.users, book.override.teams)
