"""Whose approval can never count for a pull request, because the work is partly their own or they are no person."""

import re
from collections.abc import Iterable

from msgspec import Struct

from keyturn.core.decision import Discount
from keyturn.core.facts import Account, AccountKind, Commit, Facts, Identity
from keyturn.core.inquiry import Answer, Inquiry
from keyturn.core.patterns import login_matches
from keyturn.core.rulebook import Agents, Approvers


class Bystanders(Struct, frozen=True):
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
        if self.facts.author is not None and self.facts.author.is_same(account):
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


def wrote(account: Account, commits: Iterable[Commit]) -> str | None:
    """A commit of which an account is author, co-author or committer: of several, the first by name."""
    return min(
        (commit.oid for commit in commits if any(account.is_same(found) for found in accounts_of(commit))), default=None
    )


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


_BOT_ADDRESS = re.compile(
    r"([0-9]{1,18})\+([a-z0-9-]+\[bot\]|copilot)@users\.noreply\.github\.com", re.IGNORECASE | re.ASCII
)
"""Copilot is the bot whose login, and so whose address, lacks the ending."""


def bot_of(email: str) -> Account | None:
    """The bot whose address `<id>+<name>[bot]@users.noreply.github.com` this is; Copilot's is without `[bot]`."""
    found = _BOT_ADDRESS.fullmatch(email)
    return Account(found[2], AccountKind.BOT, int(found[1])) if found else None


def is_github(identity: Identity) -> bool:
    """Whether GitHub itself claims to be this: the committer of what is done in the browser or through the API."""
    return identity.email.casefold() == "noreply@github.com" or (
        identity.account is not None and identity.account.key == "web-flow"
    )


def is_attributed(commit: Commit) -> bool:
    """Whether somebody can be named for a commit.

    A person or a bot as author, and as committer a person, a bot, or GitHub on a commit that it signed.
    """
    if not commit.authors or not _is_somebody(commit.authors[0]):
        return False
    if is_github(commit.committer):
        return commit.signed_by_github
    return _is_somebody(commit.committer)


def _is_somebody(identity: Identity) -> bool:
    """Whether a person or a bot stands behind a name; GitHub itself is neither."""
    account = account_of(identity)
    return account is not None and account.kind is not AccountKind.OTHER and not is_github(identity)
