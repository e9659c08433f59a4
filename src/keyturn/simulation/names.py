"""Accounts and commits that exist only in test cases; the same name is always the same thing."""

import hashlib
import re

from keyturn.core.facts import Account, AccountKind, Identity

_ADDRESS = re.compile(r"(?P<name>[^<]*)<(?P<email>[^<>]*)>")


def account(login: str) -> Account:
    """The account of a login; one that ends in `[bot]` is a bot."""
    bot = login.casefold().endswith("[bot]")
    return Account(
        login, AccountKind.BOT if bot else AccountKind.USER, int(oid_of("account", login.casefold())[:8], 16)
    )


def oid_of(kind: str, name: str) -> str:
    """Forty hexadecimal digits, like the full name of a commit."""
    return hashlib.sha256(f"{kind} {name}".encode()).hexdigest()[:40]


def identity(author: str) -> Identity:
    """An account by its login, or `Name <address>` behind which nobody knows an account."""
    found = _ADDRESS.fullmatch(author)
    if found is None:
        return Identity(author, "", account(author))
    return Identity(found["name"].strip(), found["email"], None)
