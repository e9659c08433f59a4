"""What a pull request from one commit into another would hold.

This module and those it needs import nothing heavy, so that git is at work while the rest still loads.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from msgspec import Struct

from keyturn.git.changes import start_diff
from keyturn.git.commits import start_log
from keyturn.git.process import Running
from keyturn.git.repository import Repository, Revision, open_repository

MOST_COMMITS: Final = 251
"""One more than GitHub lists: that there are more is all that anybody asks then."""


class Comparison(Struct, frozen=True, kw_only=True):
    """A head and the base it would be merged into; git is already at work on their difference."""

    repository: Repository
    base: Revision
    head: Revision
    diff: Running
    log: Running


@contextmanager
def compare(directory: str, base: str | None, head: str | None) -> Iterator[Comparison]:
    """Find base and head in the repository of a directory, and start to compare them.

    Without names the base is the default branch, the head what is checked out. Raises GitError, saying what is missing.
    """
    with open_repository(directory) as repository:
        to = repository.head() if head is None else repository.revision(head)
        into = repository.default_base() if base is None else repository.revision(base)
        parted = repository.merge_base(into, to)
        with (
            start_diff(repository.git, parted, to.commit) as diff,
            start_log(repository.git, into.commit, to.commit, MOST_COMMITS) as log,
        ):
            yield Comparison(repository=repository, base=into, head=to, diff=diff, log=log)
