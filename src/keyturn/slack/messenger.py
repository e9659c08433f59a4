"""Mirrors a request in Slack: one card that stays true, and replies in its thread for what happened."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

from keyturn.core.judgement import Judgement
from keyturn.core.record import LedgerEntry
from keyturn.settings import Settings
from keyturn.slack.desk import Desk

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class Delivered(Struct, frozen=True):
    """What a delivery came to.

    `memory` is plain JSON, to be handed back at the next delivery; `warnings` are sentences for the log, each with what
    to do about it, and hold no secret.
    """

    memory: Mapping[str, object] | None
    warnings: tuple[str, ...] = ()


class Messenger:
    """Tells Slack. It never raises, never decides, and takes at most 20 seconds of a run in all."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None],
        email_of: Callable[[str], str | None] | None = None,
    ) -> None:
        """Connect nothing yet.

        `clock` gives the time in UTC, `sleep` waits so many seconds, `email_of` gives the public e-mail address behind
        a login.
        """
        self._settings = settings
        self._desk = Desk(settings, clock=clock, sleep=sleep, email_of=email_of)
        self._warned: set[str] = set()

    @property
    def is_mute(self) -> bool:
        """Whether nothing can be told for the rest of this run."""
        return bool(_wrong_address(self._settings)) or self._desk.is_closed

    def owes(self, judgement: Judgement, entries: Sequence[LedgerEntry], memory: Mapping[str, object] | None) -> bool:
        """Whether Slack was not told everything, so far as is remembered; nothing is called to find that out."""
        settings = self._settings
        if not settings.slack_token and not settings.slack_webhook_url:
            return False
        try:
            return self._desk.owes(judgement, entries, memory)
        except Exception:  # noqa: BLE001 - the delivery says what is wrong, and Slack never stands in the way
            return True

    def deliver(
        self, judgement: Judgement, entries: Sequence[LedgerEntry], memory: Mapping[str, object] | None
    ) -> Delivered:
        """Bring the card and its thread up to date; `entries` are the ledger's of this pull request, oldest first.

        Where nothing is owed, nothing is sent and the memory is the same. A warning is given once in a run.
        """
        settings = self._settings
        if not settings.slack_token and not settings.slack_webhook_url:
            return Delivered(memory)
        try:
            wrong = _wrong_address(settings)
            told = (memory, (wrong,)) if wrong else self._desk.deliver(judgement, entries, memory)
        except Exception as fault:  # noqa: BLE001 - whatever is wrong with it, Slack never stands in the way of a verdict
            what = f"Slack was not told, by a defect of keyturn ({type(fault).__name__}); please report it."
            told = memory, (what,)
        new = tuple(dict.fromkeys(warning for warning in told[1] if warning not in self._warned))
        self._warned.update(new)
        return Delivered(told[0], new)


def _wrong_address(settings: Settings) -> str:
    """Why the address is not spoken to; empty where it is. Addresses hold secrets, so none is named."""
    inputs = {"slack-webhook-url": settings.slack_webhook_url}
    if settings.slack_token:
        inputs = {"slack-api-url": settings.slack_api_url or "https://slack.com/api/"}
    for name, address in inputs.items():
        if not _keeps_secrets(address):
            return f"Slack was not told: the input `{name}` must be an address that begins with https://."
    return ""


def _keeps_secrets(address: str) -> bool:
    """Whether only the other end can read along: TLS, or our own machine."""
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and (
            parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        )
    except ValueError:
        return False
