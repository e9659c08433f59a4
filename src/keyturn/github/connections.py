"""Reads the further pages of GraphQL connections, and finds out when what was listed is less than what was counted."""

from collections.abc import Mapping
from typing import Final

from keyturn.github.client import Client
from keyturn.github.fields import Fields, Json, incomplete
from keyturn.github.refusals import QueryError

_MOST_PAGES: Final = 100


def all_nodes(
    client: Client,
    first: Fields,
    document: str,
    variables: Mapping[str, Json],
    *path: str,
    backwards: bool = False,
    limit: int | None = None,
) -> list[Fields]:
    """All nodes of a connection, oldest first, whose first page is known.

    `document` gives the page at `$cursor`, and `path` leads to the connection in its answer. With `backwards` the
    first page is the newest, and each further one goes before it. Raises `Unavailable` where fewer are listed than
    GitHub counts, or, where it lists no more than `limit`, fewer than that.
    """
    nodes = first.nodes()
    page = first
    more, cursor = ("hasPreviousPage", "startCursor") if backwards else ("hasNextPage", "endCursor")
    for _ in range(_MOST_PAGES):
        if not page.at("pageInfo").flag(more):
            break
        position = page.at("pageInfo").text(cursor)
        page = client.graphql(document, {**variables, "cursor": position}, tolerate=unreadable_team).data.at(*path)
        nodes = [*page.nodes(), *nodes] if backwards else [*nodes, *page.nodes()]
    else:
        raise incomplete(first.where, f"has more than {_MOST_PAGES} pages")
    counted = first.whole_or_none("totalCount") or 0
    if len(nodes) < (counted if limit is None else min(counted, limit)):
        raise incomplete(first.where, f"counts {counted} and lists {len(nodes)}")
    return nodes


def unreadable_team(error: QueryError) -> bool:
    """Whether an error only says that a token may not see a team that was asked for review."""
    return error.type in {"FORBIDDEN", "NOT_FOUND"} and "requestedReviewer" in error.path
