"""One answer of GitHub as it came: what it says, whether it asks to wait, and whether GitHub gave up on it."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Final

from msgspec import Struct

from keyturn.github.fields import Fields, Json
from keyturn.github.refusals import QueryError

_UNTOLD_PAUSE: Final = 60.0
"""Seconds to wait out a rate limit that does not say how long it lasts."""


class Reply(Struct, frozen=True):
    """Status, headers by lower-case name, and the JSON of the body, `None` where it has none."""

    status: int
    headers: Mapping[str, str]
    body: Json

    @property
    def said(self) -> str:
        """GitHub's own message, empty where there is none."""
        """GitHub's own words, with what it says in detail where it refuses what was sent."""
        message = self.body.get("message") if isinstance(self.body, dict) else None
        if not isinstance(message, str):
            return ""
        details = "; ".join(error.said for error in self.errors)
        return f"{message}: {details}" if details else message

    @property
    def errors(self) -> tuple[QueryError, ...]:
        """The errors of a GraphQL answer."""
        listed = self.body.get("errors") if isinstance(self.body, dict) else None
        return tuple(_error(item) for item in listed) if isinstance(listed, list) else ()


def pause_asked(reply: Reply, now: datetime) -> float | None:
    """The seconds that a rate limit asks to wait, `None` where the reply is no such refusal."""
    exhausted = reply.headers.get("x-ratelimit-remaining") == "0"
    after = reply.headers.get("retry-after", "")
    limited = (
        reply.status == HTTPStatus.TOO_MANY_REQUESTS
        or (reply.status == HTTPStatus.FORBIDDEN and (exhausted or bool(after) or "rate limit" in reply.said.lower()))
        or any(error.type == "RATE_LIMITED" for error in reply.errors)
    )
    if not limited:
        return None
    if after.isdigit():
        return max(1.0, float(after))
    reset = reply.headers.get("x-ratelimit-reset", "")
    if exhausted and reset.isdigit():
        return max(1.0, float(reset) - now.timestamp() + 1.0)
    return _UNTOLD_PAUSE


def gave_up(reply: Reply) -> bool:
    """Whether GitHub gave up on a query: no data, and an error without a type that asks to try again."""
    without_data = isinstance(reply.body, dict) and "errors" in reply.body and reply.body.get("data") is None
    return without_data and any(
        not error.type and error.said.startswith("Something went wrong while executing your query")
        for error in reply.errors
    )


def _error(item: Json) -> QueryError:
    """An error of GraphQL, or one of the details that REST gives beside a status, as an object or as text."""
    if isinstance(item, str):
        return QueryError("", (), item)
    fields = Fields.of(item, "errors")
    path = fields.members.get("path")
    steps = tuple(str(step) for step in path) if isinstance(path, list) else ()
    field_and_fault = " ".join(str(fields.members[name]) for name in ("field", "code") if name in fields.members)
    said = fields.text_or_none("message") or field_and_fault or "no message"
    return QueryError(fields.text_or_none("type") or "", steps, said)
