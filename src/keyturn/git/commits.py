"""The commits that only the head has, with everybody who had a part in them, as git's log tells it."""

import re
from typing import Final

from msgspec import Struct

from keyturn.git.process import Git, Running

_FIELDS: Final = 6
_CO_AUTHORS: Final = "%(trailers:key=Co-authored-by,valueonly=true,unfold=true,separator=%x0A)"
_FORMAT: Final = f"%H%x00%an%x00%ae%x00%cn%x00%ce%x00{_CO_AUTHORS}"
_CO_AUTHOR: Final = re.compile(r"(?P<name>[^<]*)<(?P<email>[^<>]*)>")


class Signature(Struct, frozen=True):
    """A name and address, as they stand in a commit."""

    name: str
    email: str


class RawCommit(Struct, frozen=True):
    """One commit; `authors` holds the author first, then the co-authors of its trailers."""

    oid: str
    authors: tuple[Signature, ...]
    committer: Signature


def start_log(git: Git, base: str, head: str, most: int) -> Running:
    """Start to list the newest commits that `head` has and `base` has not; read them with `read_log`."""
    return git.start(
        "log", "-z", "--encoding=UTF-8", "--no-mailmap", f"--max-count={most}", f"--format={_FORMAT}", f"{base}..{head}"
    )


def read_log(output: bytes) -> tuple[RawCommit, ...]:
    """The commits in the output of `start_log`, the newest first."""
    fields = output.decode("utf-8", "surrogateescape").split("\0")
    return tuple(_commit(*fields[start : start + _FIELDS]) for start in range(0, len(fields) - _FIELDS + 1, _FIELDS))


def _commit(oid: str, author: str, author_email: str, committer: str, committer_email: str, trailers: str) -> RawCommit:
    co_authors = (
        Signature(found["name"].strip(), found["email"].strip())
        for line in trailers.split("\n")
        if (found := _CO_AUTHOR.fullmatch(line.strip()))
    )
    return RawCommit(oid, (Signature(author, author_email), *co_authors), Signature(committer, committer_email))
