"""One ask for approval: when it opened, in which generation it stands, and when it escalates and expires."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from keyturn.core.approvals import Tally, Window, tally
from keyturn.core.clock import deadline
from keyturn.core.commands import Command, Verb
from keyturn.core.digest import request_id
from keyturn.core.exclusion import Bystanders
from keyturn.core.facts import Facts
from keyturn.core.history import History, RequestKey
from keyturn.core.inquiry import Answer
from keyturn.core.requirement import Requirement
from keyturn.core.rulebook import Calendar
from keyturn.core.shown import shown


class RefusedCommand(Struct, frozen=True):
    """A command that has no effect, and why, in a sentence for the person who gave it."""

    command: Command
    why: str


class Renewal(Struct, frozen=True):
    """A command that opened the next generation of a request, and which one had expired when."""

    command: Command
    expired: str | None
    expired_at: datetime


class Request(Struct, frozen=True, kw_only=True):
    """The request of a pull request as it stands.

    Times are UTC; `opened_at` is `None` until keyturn has seen it outside draft. `renewals` opened its later
    generations, `refused` are the commands that did not, with the reason.
    """

    key: RequestKey
    id: str | None
    generation: int
    opened_at: datetime | None
    is_new: bool
    escalates_at: datetime | None
    expires_at: datetime | None
    window: Window
    tally: Tally
    renewals: tuple[Renewal, ...] = ()
    refused: tuple[RefusedCommand, ...] = ()


class _Generation(Struct, frozen=True, kw_only=True):
    number: int
    opened_at: datetime | None
    escalates_at: datetime | None
    expires_at: datetime | None
    window: Window
    tally: Tally


class _Clock(Struct, frozen=True):
    """Opens generations of one request."""

    facts: Facts
    history: History
    requirement: Requirement
    bystanders: Bystanders
    calendar: Calendar | None

    def open(self, number: int, opened_at: datetime | None, renewal: Command | None = None) -> _Generation:
        """Work out the deadlines of a generation and count what was approved within them."""
        escalates_at = expires_at = None
        if opened_at is not None:
            if self.requirement.escalate_after is not None:
                escalates_at = deadline(opened_at, self.requirement.escalate_after, self.calendar)
            if self.requirement.expire_after is not None:
                expires_at = deadline(opened_at, self.requirement.expire_after, self.calendar)
        window = Window(
            base_changed=max((change.at for change in self.facts.base_changes), default=None),
            renewed=renewal.at if renewal else None,
            renewing_review=renewal.source if renewal and renewal.review else None,
            void_before=self.history.void_before,
            expires=expires_at,
        )
        return _Generation(
            number=number,
            opened_at=opened_at,
            escalates_at=escalates_at,
            expires_at=expires_at,
            window=window,
            tally=tally(self.facts, self.bystanders, window),
        )


def open_request(
    *,
    facts: Facts,
    history: History,
    requirement: Requirement,
    manifest_digest: str,
    commands: Iterable[Command],
    bystanders: Bystanders,
    calendar: Calendar | None,
    now: datetime,
) -> Request:
    """Find the request in the ledger's memory or open it now, and follow its renewals.

    A renewal opens the next generation at its own second, when the one before expired earlier without enough approvals
    and the command came from somebody who could approve.
    """
    key = RequestKey(facts.head, shown(facts.base), manifest_digest)
    known = history.opened_at(key)
    opened_at = known if known is not None or facts.draft or facts.offline else now
    clock = _Clock(facts, history, requirement, bystanders, calendar)
    current = clock.open(history.first_generation, opened_at)
    renewals: list[Renewal] = []
    refused: list[RefusedCommand] = []
    for command in commands:
        if command.verb is not Verb.RENEW:
            continue
        why = _refusal(command, current, requirement, bystanders)
        if why is None:
            renewals.append(Renewal(command, _id(facts, key, current.number), current.expires_at or command.at))
            current = clock.open(current.number + 1, command.at, command)
        else:
            refused.append(RefusedCommand(command, why))
    return Request(
        key=key,
        id=_id(facts, key, current.number),
        generation=current.number,
        opened_at=current.opened_at,
        is_new=known is None and opened_at is not None,
        escalates_at=current.escalates_at,
        expires_at=current.expires_at,
        window=current.window,
        tally=current.tally,
        renewals=tuple(renewals),
        refused=tuple(refused),
    )


def _refusal(command: Command, current: _Generation, requirement: Requirement, bystanders: Bystanders) -> str | None:
    """Why a renewal has no effect; `None` where it has."""
    if requirement.approvals is None:
        return "nothing can renew a request that nobody can approve"
    if current.expires_at is None:
        return "there is no request that could expire"
    if command.at <= current.expires_at:
        return f"the request had not expired then; it expires at {current.expires_at:%Y-%m-%d %H:%M:%S} UTC"
    if len(current.tally.counted) >= requirement.approvals:
        return "the request got its approvals in time and needs no renewal"
    return {
        Answer.YES: None,
        Answer.NO: f"only somebody who could approve this pull request may renew, and {command.by.login} could not",
        Answer.UNKNOWN: f"it cannot be read whether {command.by.login} could approve this pull request",
    }[bystanders.could_approve(command.by)]


def _id(facts: Facts, key: RequestKey, generation: int) -> str | None:
    if facts.repository is None or facts.number is None:
        return None
    return request_id(
        server_url=facts.server_url,
        repository=facts.repository,
        number=facts.number,
        head=key.head,
        base=key.base,
        manifest_digest=key.manifest_digest,
        generation=generation,
    )
