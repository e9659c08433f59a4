"""Sends single calls to Slack within the run's budget, waits out short limits, and says how each call ended."""

import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from socket import gaierror
from ssl import SSLCertVerificationError
from traceback import clear_frames
from typing import Final
from urllib.error import URLError

from msgspec import Struct

from keyturn.slack.budget import Budget
from keyturn.slack.trouble import Failed, Lost, Trouble, Unreached

LONGEST_CALL: Final = 8.0
"""Seconds after which no answer is waited for any more."""
MOST_WAITS: Final = 3
"""Times that one call is sent again because Slack asked to wait."""
_SHORTEST_WAIT: Final = 1.0
_MARGIN: Final = 0.5
"""Seconds that the guard gives the library to notice by itself that it waited long enough."""


class Reply(Struct, frozen=True):
    """What came back over HTTP, before anybody asked what it means."""

    status: int
    headers: Mapping[str, str]
    body: object


class Line:
    """The way to Slack. Once it has failed for the whole run, nothing more is sent: every call raises at once."""

    def __init__(self, budget: Budget) -> None:
        """Connect nothing yet."""
        self._budget = budget
        self._closed: Unreached | None = None

    @property
    def closed(self) -> bool:
        """Whether nothing more is sent in this run."""
        return self._closed is not None

    def close(self, why: Trouble) -> None:
        """Send nothing more in this run: what failed would fail for every other pull request, too."""
        self._closed = self._closed or Unreached(str(why))

    def pause(self, seconds: float) -> bool:
        """Wait within the budget; `False`, without waiting, where there is no time for that."""
        return self._budget.wait(seconds)

    def send(self, asked: str, call: Callable[[float], Reply]) -> Reply:
        """Make a call, which is given the seconds it may take; `asked` says what it is for, to follow `to`.

        Where Slack asks to wait a little, it is sent again: it was not carried out. Raises `Unreached` where nothing
        was done, and `Lost` where that is not certain.
        """
        for _ in range(MOST_WAITS + 1):
            reply = self._once(asked, call)
            if reply.status != HTTPStatus.TOO_MANY_REQUESTS:
                if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise Failed(_unusable(asked, f"status {reply.status}"))
                return reply
            wait = _asked_to_wait(reply.headers)
            if not self._budget.wait(wait):
                break
        why = f"Slack is too busy to {asked}, and asks to wait longer than a run may. The next run catches up."
        raise self._failed(Unreached(why))

    def _once(self, asked: str, call: Callable[[float], Reply]) -> Reply:
        if self._closed is not None:
            raise self._closed
        if self._budget.left <= 0:
            why = "Slack has taken its 20 seconds of this run. The next run catches up."
            raise self._failed(Unreached(why))
        started = self._budget.clock()
        ended = _guarded(call, min(LONGEST_CALL, self._budget.left))
        self._budget.spend_since(started)
        if isinstance(ended, Reply):
            return ended
        if ended.never_left:
            why = (
                f"Slack could not be reached ({ended.kind}). Check that the runner may connect to it, the input "
                "`slack-api-url`, and https://slack-status.com; the next run catches up."
            )
            raise self._failed(Unreached(why))
        raise Lost(_unusable(asked, ended.kind))

    def _failed(self, why: Unreached) -> Unreached:
        self.close(why)
        return why


class _Fault(Struct, frozen=True):
    """Why there is no reply: the kind of exception alone, since its text may hold addresses or what a proxy wrote."""

    kind: str
    never_left: bool = False
    """Whether no connection was made, so that Slack cannot have heard anything."""


def _guarded(call: Callable[[float], Reply], seconds: float) -> Reply | _Fault:
    """Make a call and give it up after its time, whatever holds it: a look-up of names, or bytes that only drip."""
    ended: list[Reply | _Fault] = []

    def run() -> None:
        try:
            ended.append(call(seconds))
        except Exception as fault:  # noqa: BLE001 - whatever the library raises, the call has failed
            reason = fault.reason if isinstance(fault, URLError) else fault
            never_left = isinstance(reason, ConnectionRefusedError | gaierror | SSLCertVerificationError)
            ended.append(_Fault(type(reason).__name__, never_left))
            clear_frames(fault.__traceback__)  # they hold the connection open until the collector comes

    thread = threading.Thread(target=run, daemon=True, name="keyturn-slack")
    thread.start()
    thread.join(seconds + _MARGIN)
    return ended[0] if ended else _Fault(TimeoutError.__name__)


def _unusable(asked: str, what: str) -> str:
    return f"Slack was asked to {asked}, and no usable answer came ({what})."


def _asked_to_wait(headers: Mapping[str, str]) -> float:
    """The seconds of `Retry-After`; a moment where it is missing, and for ever where it is no number."""
    said = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    if not said:
        return _SHORTEST_WAIT
    return max(_SHORTEST_WAIT, float(said)) if said.isascii() and said.isdigit() else float("inf")
