"""What people said and did about a pull request: reviews, dismissals, comments, and changes of its base."""

from datetime import datetime
from enum import StrEnum, unique

from msgspec import Struct

from keyturn.core.accounts import Account


@unique
class ReviewState(StrEnum):
    """The states of a review that decide anything."""

    APPROVED = "APPROVED"
    CHANGES_REQUESTED = "CHANGES_REQUESTED"
    DISMISSED = "DISMISSED"


class Review(Struct, frozen=True, kw_only=True):
    """A submitted review; `author` is `None` where the account is gone, `commit` where it was garbage-collected.

    `can_push` is what GitHub says of its author's right to push now; `None` where it does not say. `reactions` are
    those of keyturn's own account, `None` where GitHub does not say.
    """

    id: str
    number: int
    author: Account | None
    state: ReviewState
    submitted_at: datetime
    commit: str | None
    body: str = ""
    edited: bool = False
    can_push: bool | None = None
    reactions: frozenset[str] | None = frozenset()


class Dismissal(Struct, frozen=True, kw_only=True):
    """Who dismissed which review, and what that review had said; `None` where GitHub does not tell."""

    review: str
    by: Account | None
    at: datetime
    previous: ReviewState | None


class Comment(Struct, frozen=True, kw_only=True):
    """A comment in the conversation of the pull request.

    `reactions` are those of keyturn's own account, `None` where GitHub does not say.
    """

    id: str
    number: int
    author: Account | None
    body: str
    created_at: datetime
    edited: bool = False
    reactions: frozenset[str] | None = frozenset()


@unique
class BaseChangeKind(StrEnum):
    """How the base branch came to mean something else."""

    RETARGETED = "retargeted"
    AUTOMATIC = "automatic"
    """GitHub retargeted it, because the base branch was merged or deleted."""
    FORCE_PUSHED = "force_pushed"


class BaseChange(Struct, frozen=True):
    """The moment from which earlier approvals of the same head say nothing any more."""

    kind: BaseChangeKind
    at: datetime
    by: Account | None = None
