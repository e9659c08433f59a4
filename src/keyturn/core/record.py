"""An entry of the ledger: one evaluation that found something new, chained to the one before."""

import hashlib
from datetime import datetime
from enum import StrEnum, unique
from typing import Literal

from pydantic import ConfigDict, Field

from keyturn.core.decision import DecidedAction, Decision, DecisionFrame, FileError, Published, Rejection

MAX_ENTRY_BYTES = 256 * 1024
"""No entry is larger; longer lists are replaced by their number and digest."""


@unique
class Event(StrEnum):
    """What happened, in the words of the ledger."""

    REQUESTED = "requested"
    APPROVAL_COUNTED = "approval_counted"
    APPROVAL_DISCOUNTED = "approval_discounted"
    OBJECTED = "objected"
    OBJECTION_CLEARED = "objection_cleared"
    AUTO_APPROVED = "auto_approved"
    APPROVED = "approved"
    REJECTED = "rejected"
    INVALIDATED = "invalidated"
    EMERGENCY_STOPPED = "emergency_stopped"
    ESCALATED = "escalated"
    EXPIRED = "expired"
    RENEWED = "renewed"
    RETARGETED = "retargeted"
    OVERRIDDEN = "overridden"
    OVERRIDE_REFUSED = "override_refused"
    OVERRIDE_REVIEWED = "override_reviewed"
    OVERRIDE_OVERDUE = "override_overdue"
    VERDICT_FORGED = "verdict_forged"
    LEDGER_BROKEN = "ledger_broken"
    MERGED = "merged"
    MERGED_WITHOUT_APPROVAL = "merged_without_approval"
    CLOSED = "closed"


class RecordedEvent(Published):
    """Something that happened: `at` is when it fell due or happened, `by` the login of whoever did it.

    `source` is the node id of the comment, review or verdict that it comes from, `note` what else there is to say.
    """

    event: Event
    at: datetime
    by: str | None = None
    source: str | None = None
    note: str | None = None


class OverrideVoice(Published):
    """One person's part in an override; `comment` is the node id of the comment or review that asked for it."""

    login: str
    at: datetime
    comment: str
    reason: str


class OverrideRecord(Published):
    """An override and the review it owes: due at `due`, asked for in `issue`, done at `reviewed_at`."""

    head: str
    base: str
    at: datetime
    due: datetime
    voices: tuple[OverrideVoice, ...]
    issue: int | None = None
    reopened: bool = False
    overdue: bool = False
    reviewed_at: datetime | None = None
    reviewed_by: str | None = None


class State(Published):
    """What the ledger alone remembers of a pull request.

    `generation`, `opened_at` and `steps_done` are those of the request that the entry's decision names. After a broken
    chain, requests start at `first_generation`, and no approval made before `void_before` counts. `objections` are the
    node ids of the reviews that stand against it, `dismissed_in_vain` those of them that somebody dismissed without
    being entitled to.
    """

    governed: bool = True
    generation: int = 1
    opened_at: datetime | None = None
    steps_done: tuple[Event, ...] = ()
    overrides: tuple[OverrideRecord, ...] = ()
    refused_for_debt: tuple[str, ...] = ()
    objections: tuple[str, ...] = ()
    dismissed_in_vain: tuple[str, ...] = ()
    closed: bool = False
    first_generation: int = 1
    void_before: datetime | None = None


class Abridged(Published):
    """A list too long for an entry: how many items it has, and the digest of its RFC 8785 form."""

    number: int
    digest: str


class RecordedDecision(DecisionFrame):
    """A decision as the ledger keeps it: the same, but for lists that would be too long."""

    actions: tuple[DecidedAction, ...] | Abridged = ()
    undeclared: tuple[str, ...] | Abridged = ()
    rejection: Rejection | None = None
    errors: tuple[FileError, ...] | Abridged = ()

    def as_decision(self) -> Decision:
        """The decision as it was published; lists that the ledger abridged are empty."""
        kept = self.model_dump(by_alias=False)
        kept |= {name: () for name in ("actions", "undeclared", "errors") if isinstance(getattr(self, name), Abridged)}
        return Decision.model_validate(kept)


class RecordedReview(Published):
    """A review as it stood when the decision was made."""

    id: str
    login: str | None
    state: str
    commit: str | None
    submitted_at: datetime


class RecordedFacts(Published):
    """The facts behind the decision, so far as an auditor needs them to follow it."""

    base: str
    reviews: tuple[RecordedReview, ...] | Abridged = ()
    files: int
    files_digest: str


class LedgerEntry(Published):
    """One file of the ledger; `previous` is the SHA-256 of the bytes of the file before it, `None` for the first."""

    schema_: Literal["keyturn/ledger/v1"] = Field(default="keyturn/ledger/v1", alias="schema")
    sequence: int = Field(ge=1)
    previous: str | None
    time: datetime
    events: tuple[RecordedEvent, ...]
    state: State
    decision: RecordedDecision
    facts: RecordedFacts
    actor: str | None
    run_url: str | None
    version: str

    model_config = ConfigDict(serialize_by_alias=True, validate_by_alias=True, validate_by_name=True)

    def as_bytes(self) -> bytes:
        """The exact bytes of the file in the ledger: ASCII JSON and a line feed."""
        return self.model_dump_json(indent=1, ensure_ascii=True).encode("ascii") + b"\n"

    @property
    def mark(self) -> str:
        """What tells it from every other entry of its pull request, also from those of a ledger that was begun anew."""
        return f"{self.sequence}@{self.time:%Y-%m-%dT%H:%M:%SZ}"

    @property
    def path(self) -> str:
        """Where the entry stands on the ledger branch; entries of offline decisions do not exist."""
        return entry_path(self.decision.pull_request or 0, self.sequence)


def folder(pull_request: int) -> str:
    """The folder of a pull request's entries: `pulls/<number div 1000>/<number>`."""
    return f"pulls/{pull_request // 1000}/{pull_request}"


def entry_path(pull_request: int, sequence: int) -> str:
    """The path of one entry on the ledger branch."""
    return f"{folder(pull_request)}/{sequence:06d}.json"


def bytes_hash(content: bytes) -> str:
    """The hex SHA-256 by which the next entry names these bytes as its predecessor."""
    return hashlib.sha256(content).hexdigest()
