"""What to do when the reply to a write is lost: look whether it happened, and write at most once more."""

from collections.abc import Callable
from typing import Final, TypeVar

from keyturn.github.client import Client
from keyturn.github.refusals import ReplyLost

Found = TypeVar("Found")

_SETTLING: Final = 1.0
"""Seconds to let GitHub finish what it may still be at, before looking."""


def write_once(client: Client, send: Callable[[], Found], find: Callable[[], Found | None]) -> Found:
    """Write something that must not be there twice.

    Where the reply is lost, `find` looks for what was to be written; it is sent again only where there is nothing.
    Raises what `send` and `find` raise; `ReplyLost` where the second reply is lost, too.
    """
    try:
        return send()
    except ReplyLost:
        client.patience.wait(_SETTLING)
        found = find()
        return found if found is not None else send()


def write_again(client: Client, send: Callable[[], object]) -> None:
    """Write something that is the same after a second time. Raises what `send` raises."""
    try:
        send()
    except ReplyLost:
        client.patience.wait(_SETTLING)
        send()
