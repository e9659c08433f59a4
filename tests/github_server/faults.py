"""Faults a test orders: other answers, connections that end, replies that are lost, limits, crashes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any, TypedDict, Unpack

from tests.github_server.clock import Clock
from tests.github_server.exchange import Answer, Json
from tests.github_server.journal import Recorded


class Where(TypedDict, total=False):
    """Which requests a fault meets; what is left out matches everything.

    `path` is a glob; `operation` is a GraphQL operation's name or one of its top fields; `write` tells reads from
    writes; `times` is how many requests it meets (none: all) after letting `after` of them pass.
    """

    method: str
    path: str
    operation: str
    write: bool
    times: int | None
    after: int


@dataclass(slots=True, kw_only=True)
class Fault:
    """One order; each of the effects may be absent."""

    where: Where
    answer: Callable[[], Answer] | None = None
    drop: bool = False
    lose_reply: bool = False
    delay: float = 0
    spoil: Callable[[Answer], Answer] | None = None
    after_applying: Callable[[], None] | None = None
    left: int | None = 1
    skip: int = 0
    met: int = field(default=0)

    def meets(self, request: Recorded) -> bool:
        """Whether the request is one it waits for; counts those let pass."""
        if self.left == 0 or not _matches(self.where, request):
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.left is not None:
            self.left -= 1
        self.met += 1
        return True


class Faults:
    """The orders that stand."""

    def __init__(self, clock: Clock) -> None:
        """Start without any."""
        self._clock = clock
        self._orders: list[Fault] = []

    def clear(self) -> None:
        """Take every order back."""
        self._orders.clear()

    def unmet(self) -> list[Where]:
        """List what no request has met yet."""
        return [fault.where for fault in self._orders if not fault.met]

    def take(self, request: Recorded) -> Fault | None:
        """Find the first order that the request meets."""
        return next((fault for fault in self._orders if fault.meets(request)), None)

    def status(self, status: int, message: str = "", **where: Unpack[Where]) -> Fault:
        """Answer with this status in place of handling the request."""
        return self._answer(
            Answer(status=status, body={"message": message or f"Status {status}", "status": str(status)}), where
        )

    def html(self, status: int = 502, **where: Unpack[Where]) -> Fault:
        """Answer with a page of HTML, as GitHub's front door does when nobody is behind it."""
        page = b"<html><body><h1>This page is taking too long to load.</h1></body></html>"
        return self._answer(Answer(status=status, body=page, content_type="text/html; charset=utf-8"), where)

    def bad_json(self, **where: Unpack[Where]) -> Fault:
        """Answer 200 with JSON that breaks off."""
        return self._answer(Answer(body=b'{"data": {"repos'), where)

    def retry_after(self, seconds: int, *, status: int = 429, **where: Unpack[Where]) -> Fault:
        """Answer that the client must wait, with `Retry-After`."""
        body = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}
        return self._answer(Answer(status=status, body=body, headers={"Retry-After": str(seconds)}), where)

    def secondary_limit(self, **where: Unpack[Where]) -> Fault:
        """Answer with a secondary limit that does not say how long to wait."""
        body = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}
        return self._answer(Answer(status=403, body=body), where)

    def rate_limited(self, *, resets_in: int = 60, status: int = 403, **where: Unpack[Where]) -> Fault:
        """Answer that the hour's requests are used up, until a moment by the server's clock."""

        def answer() -> Answer:
            reset = int((self._clock.now + timedelta(seconds=resets_in)).timestamp())
            headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(reset)}
            body = {"message": "API rate limit exceeded for installation ID 70001."}
            return Answer(status=status, body=body, headers=headers)

        return self._order(Fault(where=where, answer=answer))

    def drop(self, **where: Unpack[Where]) -> Fault:
        """End the connection before anything is done."""
        return self._order(Fault(where=where, drop=True))

    def lose_reply(self, **where: Unpack[Where]) -> Fault:
        """Do what is asked, then end the connection without a word."""
        return self._order(Fault(where=where, lose_reply=True))

    def fail_after_applying(self, status: int = 502, **where: Unpack[Where]) -> Fault:
        """Do what is asked, then answer as if it had failed."""
        return self._order(Fault(where=where, spoil=lambda _: Answer(status=status, body={"message": "Server Error"})))

    def delay(self, seconds: float, **where: Unpack[Where]) -> Fault:
        """Answer properly, but only after a while."""
        return self._order(Fault(where=where, delay=seconds))

    def graphql_error(
        self,
        kind: str,
        message: str = "Something went wrong while executing your query.",
        *,
        at: str = "",
        null: str | None = None,
        **where: Unpack[Where],
    ) -> Fault:
        """Add an error to GraphQL's answer at `at` (names and indexes joined by dots), where the data becomes null.

        `null` names the place that becomes null where it is another, further up; an empty one leaves the data alone.
        """

        def spoil(answer: Answer) -> Answer:
            if isinstance(answer.body, dict):
                _blank(answer.body.get("data"), _path(at if null is None else null))
                error = {"type": kind, "path": _path(at), "message": message}
                answer.body.setdefault("errors", []).append(error)
            return answer

        return self._order(Fault(where={"path": "/graphql", **where}, spoil=spoil))

    def resource_limits(self, *, at: str, null: str | None = None, **where: Unpack[Where]) -> Fault:
        """Answer with partial data, because the query took too much of the server."""
        told = "Resource limits for this query exceeded."
        return self.graphql_error("RESOURCE_LIMITS_EXCEEDED", told, at=at, null=null, **where)

    def edit_answer(self, spoil: Callable[[Any], Any], **where: Unpack[Where]) -> Fault:
        """Answer with what `spoil` makes of the real answer's JSON."""

        def edit(answer: Answer) -> Answer:
            answer.body = spoil(answer.body)
            return answer

        return self._order(Fault(where=where, spoil=edit))

    def crash_after_write(self, count: int, kill: Callable[[], None] | None = None) -> Fault:
        """Kill the client once its `count`-th write from now is done, before it hears of it.

        Without `kill` nothing answers any more, which to the client is as good as death.
        """

        def crash() -> None:
            if kill is None:
                self._orders.insert(0, Fault(where={}, drop=True, left=None))
            else:
                kill()

        return self._order(Fault(where={"write": True, "after": count - 1}, lose_reply=True, after_applying=crash))

    def _answer(self, answer: Answer, where: Where) -> Fault:
        return self._order(Fault(where=where, answer=lambda: answer))

    def _order(self, fault: Fault) -> Fault:
        fault.left = fault.where.get("times", 1)
        fault.skip = fault.where.get("after", 0)
        self._orders.append(fault)
        return fault


def _matches(where: Where, request: Recorded) -> bool:
    return (
        where.get("method", request.method) == request.method
        and fnmatchcase(request.path, where.get("path", "*"))
        and ("operation" not in where or where["operation"] in {request.operation, *request.fields})
        and where.get("write", request.write) == request.write
    )


def _path(text: str) -> list[str | int]:
    return [int(part) if part.isdecimal() else part for part in text.split(".") if part]


def _blank(data: Json, path: list[str | int]) -> None:
    for part in path[:-1]:
        data = data[part]
    if path and data is not None:
        data[path[-1]] = None
