"""Connections: pages of a list, with opaque cursors, forwards and backwards."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tests.github_server.graphql.errors import Kind, RefusedError

MAXIMUM: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One page of a list."""

    items: Sequence[Any]
    start: int
    stop: int
    total: int
    extra: Mapping[str, object]

    @property
    def nodes(self) -> list[Any]:
        """What stands on the page."""
        return list(self.items[self.start : self.stop])

    def fields(self) -> dict[str, object]:
        """Give the fields that every connection has, and those of this one."""
        edges = [{"cursor": cursor(index), "node": self.items[index]} for index in range(self.start, self.stop)]
        page = {
            "startCursor": cursor(self.start) if edges else None,
            "endCursor": cursor(self.stop - 1) if edges else None,
            "hasPreviousPage": self.start > 0,
            "hasNextPage": self.stop < len(self.items),
        }
        return {"nodes": self.nodes, "edges": edges, "pageInfo": page, "totalCount": self.total, **self.extra}


def connect(
    items: Sequence[Any],
    arguments: Mapping[str, Any],
    *,
    total: int | None = None,
    extra: Mapping[str, object] | None = None,
) -> Connection:
    """Cut the page that `first`, `after`, `last` and `before` ask for; `total` counts where the list does not."""
    start, stop = 0, len(items)
    if arguments.get("after") is not None:
        start = min(max(position(arguments["after"]) + 1, start), stop)
    if arguments.get("before") is not None:
        stop = max(min(position(arguments["before"]), stop), start)
    if arguments.get("first") is not None:
        stop = min(stop, start + arguments["first"])
    if arguments.get("last") is not None:
        start = max(start, stop - arguments["last"])
    return Connection(
        items=items, start=start, stop=stop, total=len(items) if total is None else total, extra=extra or {}
    )


def cursor(index: int) -> str:
    """Make the opaque name of a place in the list."""
    return base64.b64encode(f"cursor:v2:{index}".encode()).decode()


def position(text: str) -> int:
    """Read a cursor; a text that is none is refused as GitHub does."""
    try:
        return int(base64.b64decode(text, validate=True).decode().removeprefix("cursor:v2:"))
    except (binascii.Error, ValueError) as error:
        message = f"`{text}` does not appear to be a valid cursor."
        raise RefusedError(Kind.INVALID_CURSOR_ARGUMENTS, message) from error
