"""Whose approval can never count for a pull request, because the work is partly their own or they are no person."""

from collections.abc import Iterable
from dataclasses import dataclass

from keyturn.core.decision import Discount
from keyturn.core.facts import Account, AccountKind, Commit, Facts, Identity
from keyturn.core.inquiry import Answer, Inquiry
from keyturn.core.patterns import login_matches
from keyturn.core.rulebook import Agents, Approvers


@dataclass(frozen=True, slots=True)
class Bystanders:
    """Tells who stands outside a pull request, so that their word on it is independent.

    `approvers` is the roster of the requirement, `requesters` are the logins that the manifests name.
    """

    facts: Facts
    agents: Agents
    approvers: Approvers
    requesters: tuple[str, ...]
    inquiry: Inquiry

    def exclusion(self, account: Account) -> tuple[Discount, str | None] | None:
        """Why an account is no bystander, and the commit that shows it, if one does.

        `None` where nothing is known against it.
        """
        if not account.is_person:
            return Discount.BOT, None
        if login_matches((*self.agents.authors, *self.agents.committers), account.login):
            return Discount.AGENT, None
        if self.facts.author is not None and same(self.facts.author, account):
            return Discount.AUTHOR, None
        commit = wrote(account, self.facts.commits)
        if commit is not None:
            return Discount.COMMITTER, commit
        if account.key in {login.casefold() for login in self.requesters}:
            return Discount.REQUESTER, None
        return None

    def could_approve(self, account: Account | None) -> Answer:
        """Whether an approval by this account could count for the pull request as it stands."""
        if account is None:
            return Answer.UNKNOWN
        if self.exclusion(account) is not None:
            return Answer.NO
        standing = self.inquiry.on_roster(account, self.approvers)
        if standing is Answer.YES and self.inquiry.pushed(account):
            return Answer.NO
        return standing


def same(one: Account, other: Account) -> bool:
    """Whether two mentions are of one account.

    By id where both have one, so that a renamed login hides nobody, or by login.
    """
    if one.key == other.key:
        return True
    return one.id is not None and one.id == other.id


def wrote(account: Account, commits: Iterable[Commit]) -> str | None:
    """The first commit of which an account is author, co-author or committer."""
    for commit in commits:
        if any(same(found, account) for found in accounts_of(commit)):
            return commit.oid
    return None


def accounts_of(commit: Commit) -> tuple[Account, ...]:
    """The accounts that had a part in a commit."""
    return tuple(
        found for identity in (*commit.authors, commit.committer) if (found := account_of(identity)) is not None
    )


def account_of(identity: Identity) -> Account | None:
    """The account behind a name and address: the one GitHub maps it to, or a bot by its own no-reply address."""
    if identity.account is not None:
        return identity.account
    return bot_of(identity.email)


def bot_of(email: str) -> Account | None:
    """The bot whose address `<id>+<name>[bot]@users.noreply.github.com` this is."""
    local, at, host = email.casefold().partition("@")
    number, plus, login = local.partition("+")
    if not (at and plus and host == "users.noreply.github.com" and login.endswith("[bot]") and number.isdecimal()):
        return None
    return Account(email[len(number) + 1 : len(local)], AccountKind.BOT, int(number))


def is_github(identity: Identity) -> bool:
    """Whether GitHub itself claims to be this: the committer of what is done in the browser or through the API."""
    return identity.email.casefold() == "noreply@github.com" or (
        identity.account is not None and identity.account.key == "web-flow"
    )


def is_attributed(commit: Commit) -> bool:
    """Whether somebody can be named for a commit.

    An account as author, and as committer an account or GitHub, on a commit it signed.
    """
    if not commit.authors or is_github(commit.authors[0]) or account_of(commit.authors[0]) is None:
        return False
    if is_github(commit.committer):
        return commit.signed_by_github
    return account_of(commit.committer) is not None
