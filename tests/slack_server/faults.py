"""Faults a test orders: other answers, connections that end, replies that are lost, limits, silence."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TypedDict, Unpack


class Where(TypedDict, total=False):
    """Which calls a fault meets; what is left out matches everything.

    `method` is a glob over the method's name (`webhook` for a webhook); `times` is how many calls it meets (none: all)
    after letting `after` of them pass.
    """

    method: str
    times: int | None
    after: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes over the wire."""

    status: int
    content: bytes
    content_type: str = "application/json; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True, kw_only=True)
class Fault:
    """One order. `instead` answers without doing anything, `afterwards` answers once it is done.

    `drop` ends the connection before, `lose_reply` after it is done; `delay` waits so many seconds before the answer,
    `drip` sends the answer a byte at a time with so many seconds between.
    """

    where: Where
    instead: Answer | None = None
    afterwards: Answer | None = None
    drop: bool = False
    lose_reply: bool = False
    delay: float = 0
    drip: float = 0
    meanwhile: Callable[[], object] | None = None
    left: int | None = 1
    skip: int = 0
    met: int = field(default=0)

    def meets(self, method: str) -> bool:
        """Whether the call is one it waits for; counts those let pass."""
        if self.left == 0 or not fnmatchcase(method, self.where.get("method", "*")):
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

    def __init__(self) -> None:
        """Start without any."""
        self._orders: list[Fault] = []

    def clear(self) -> None:
        """Take every order back."""
        self._orders.clear()

    def take(self, method: str) -> Fault | None:
        """Find the first order that the call meets."""
        return next((fault for fault in self._orders if fault.meets(method)), None)

    def refuse(self, error: str, *, more: dict[str, object] | None = None, **where: Unpack[Where]) -> Fault:
        """Answer 200 with `ok: false`."""
        return self.order(Fault(where=where, instead=_json({"ok": False, "error": error, **(more or {})})))

    def status(self, status: int, body: str = "", **where: Unpack[Where]) -> Fault:
        """Answer with this status and text, and do nothing."""
        return self.order(Fault(where=where, instead=Answer(status, body.encode(), "text/plain; charset=utf-8")))

    def html(self, status: int = 200, **where: Unpack[Where]) -> Fault:
        """Answer with a page, as a proxy does that wants a log-in; its text would be a workflow command."""
        page = b"<!DOCTYPE html>\n::error::a page that spoke to the runner\n<title>Sign in</title>"
        return self.order(Fault(where=where, instead=Answer(status, page, "text/html; charset=utf-8")))

    def body(self, content: bytes, **where: Unpack[Where]) -> Fault:
        """Answer 200 with these bytes."""
        return self.order(Fault(where=where, instead=Answer(200, content)))

    def retry_after(self, seconds: int | str, *, status: int = 429, **where: Unpack[Where]) -> Fault:
        """Answer that the client must wait, with `Retry-After` as given."""
        answer = Answer(
            status,
            json.dumps({"ok": False, "error": "ratelimited"}).encode(),
            headers=(("Retry-After", str(seconds)),),
        )
        return self.order(Fault(where=where, instead=answer))

    def limited_silently(self, **where: Unpack[Where]) -> Fault:
        """Answer 429 without saying how long to wait."""
        return self.order(Fault(where=where, instead=Answer(429, b'{"ok":false,"error":"ratelimited"}')))

    def drop(self, **where: Unpack[Where]) -> Fault:
        """End the connection before anything is done."""
        return self.order(Fault(where=where, drop=True))

    def lose_reply(self, **where: Unpack[Where]) -> Fault:
        """Do what is asked, then end the connection without a word."""
        return self.order(Fault(where=where, lose_reply=True))

    def fail_afterwards(self, status: int = 503, **where: Unpack[Where]) -> Fault:
        """Do what is asked, then answer as if it had failed."""
        return self.order(Fault(where=where, afterwards=Answer(status, b"upstream error", "text/plain")))

    def delay(self, seconds: float, **where: Unpack[Where]) -> Fault:
        """Do what is asked, and answer only after a while."""
        return self.order(Fault(where=where, delay=seconds))

    def drip(self, seconds: float, **where: Unpack[Where]) -> Fault:
        """Do what is asked, and answer a byte at a time."""
        return self.order(Fault(where=where, drip=seconds))

    def wait_for_others(self, parties: int, **where: Unpack[Where]) -> Fault:
        """Hold calls back until so many have arrived, then handle them all: a race that always happens."""
        barrier = threading.Barrier(parties, timeout=10)
        return self.order(Fault(where={"times": parties, **where}, meanwhile=barrier.wait))

    def meanwhile(self, happens: Callable[[], object], **where: Unpack[Where]) -> Fault:
        """Let something happen just before the call is handled."""
        return self.order(Fault(where=where, meanwhile=happens))

    def order(self, fault: Fault) -> Fault:
        """Let a fault stand, of whatever make."""
        fault.left = fault.where.get("times", 1)
        fault.skip = fault.where.get("after", 0)
        self._orders.append(fault)
        return fault


def _json(body: object) -> Answer:
    return Answer(200, json.dumps(body).encode())
