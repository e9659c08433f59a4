"""Accounts as GitHub's two interfaces name them, written the one way that keyturn compares: as REST does."""

from msgspec import Struct

from keyturn.core.exclusion import bot_of
from keyturn.core.facts import Account, AccountKind, Identity
from keyturn.github.fields import Fields

_KINDS = {"User": AccountKind.USER, "Bot": AccountKind.BOT}
_ACTIONS = "github-actions[bot]"


class Viewer(Struct, frozen=True):
    """The account behind the token: keyturn's own.

    GitHub writes the login of an App's token with `[bot]`, and most logins of bots in GraphQL without; either is
    understood here. No stranger can profit: GitHub gives an App no name that is another's login.
    """

    login: str

    @property
    def is_app(self) -> bool:
        """Whether it is an App of keyturn's own, and neither a person nor the workflow's own token."""
        return self.login.endswith("[bot]") and self.login != _ACTIONS

    def is_account(self, account: Account | None) -> bool:
        """Whether that account is keyturn's own."""
        if account is None:
            return False
        return account.key == self.login.casefold() or (account.kind is AccountKind.BOT and account.key == self._bot)

    def is_author(self, author: Fields | None) -> bool:
        """Whether keyturn's own account is this author of a commit; of bots the address tells, whatever the login."""
        if author is None:
            return False
        user = author.maybe("user")
        if user is not None and user.text("login").casefold() == self.login.casefold():
            return True
        return self.is_account(bot_of(author.text_or_none("email") or ""))

    def is_app_slug(self, slug: str | None) -> bool:
        """Whether keyturn's own account belongs to the App of this slug."""
        return slug is not None and f"{slug}[bot]".casefold() == self._bot

    @property
    def _bot(self) -> str:
        """Its key, if it is a bot."""
        key = self.login.casefold()
        return key if key.endswith("[bot]") else f"{key}[bot]"


def account(actor: Fields | None) -> Account | None:
    """The account behind a GraphQL actor, which names bots without `[bot]`; `None` where it was deleted."""
    if actor is None:
        return None
    kind = _KINDS.get(actor.text("__typename"), AccountKind.OTHER)
    login = actor.text("login")
    if kind is AccountKind.BOT and not login.endswith("[bot]"):
        login = f"{login}[bot]"
    return Account(login, kind, actor.whole_or_none("databaseId"))


def rest_account(user: Fields | None) -> Account | None:
    """The account that REST calls a user; `None` where it was deleted."""
    if user is None:
        return None
    kind = _KINDS.get(user.text("type"), AccountKind.OTHER)
    return Account(user.text("login"), kind, user.whole_or_none("id"))


def identity(actor: Fields | None) -> Identity:
    """A name and address in a commit; GitHub maps them to people only, so that `account` is `None` for a bot."""
    if actor is None:
        return Identity("", "", None)
    user = actor.maybe("user")
    known = Account(user.text("login"), AccountKind.USER, user.whole_or_none("databaseId")) if user else None
    return Identity(actor.text_or_none("name") or "", actor.text_or_none("email") or "", known)
