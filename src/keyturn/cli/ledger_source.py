"""Finds the ledger that a command means: a repository's on GitHub, or the branch in a local clone."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import typer
from msgspec import Struct

from keyturn.cli.remote import remote_settings
from keyturn.core.ledger_walk import LedgerTip, LedgerWalk
from keyturn.git.ledger import read_tip, walk_branch
from keyturn.git.repository import Repository, open_repository
from keyturn.render.ledger_report import unproven_in_clone


class Source(Protocol):
    """Where a ledger is read."""

    def tip(self, pull_request: int | None) -> LedgerTip:
        """What stands on the branch."""

    def walk(self, account: str | None) -> LedgerWalk:
        """The whole branch, its own commits being those by `account`."""

    def unproven(self, walk: LedgerWalk, *, account_given: bool) -> tuple[str, ...]:
        """What an audit of that walk leaves open."""


class _InClone(Struct, frozen=True):
    repository: Repository
    branch: str

    def tip(self, pull_request: int | None) -> LedgerTip:
        return read_tip(self.repository, self.branch, pull_request)

    def walk(self, account: str | None) -> LedgerWalk:
        return walk_branch(self.repository, self.branch, account)

    def unproven(self, walk: LedgerWalk, *, account_given: bool) -> tuple[str, ...]:
        return unproven_in_clone(walk, account_given=account_given)


@contextmanager
def ledger_of(words: Sequence[str], git: str | None, branch: str, api_url: str) -> Iterator[tuple[Source, int | None]]:
    """The ledger and the pull request that the words of a command line name, until the end of the statement.

    Ends the command where they make no sense (2) or GitHub cannot be read (1). Raises GitError where the clone cannot.
    """
    repository, number = _named(words, in_clone=git is not None)
    if git is not None:
        with open_repository(git) as clone:
            yield _InClone(clone, branch), number
        return
    from keyturn.cli.ledger_on_github import on_github  # noqa: PLC0415 - a clone needs none of it

    with on_github(remote_settings(repository, api_url, ledger_branch=branch)) as source:
        yield source, number


def _named(words: Sequence[str], *, in_clone: bool) -> tuple[str, int | None]:
    left = list(words)
    repository = "" if in_clone or not left else left.pop(0)
    if not in_clone and not repository:
        message = "say which ledger: OWNER/REPO on GitHub, or --git DIR for a local clone"
        raise typer.BadParameter(message)
    number = left.pop(0) if left else None
    if left or (number is not None and not re.fullmatch(r"[1-9][0-9]{0,9}", number)):
        found = " ".join(repr(word) for word in (number, *left))
        besides = "; with --git no repository is named" if in_clone else ""
        message = f"{found} is not the number of a pull request, such as 12{besides}"
        raise typer.BadParameter(message)
    return repository, int(number) if number is not None else None
