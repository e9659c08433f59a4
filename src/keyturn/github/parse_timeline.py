"""What the timeline of a pull request tells: who did what to it, and when."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from msgspec import Struct

from keyturn.core.facts import Account, BaseChange, BaseChangeKind, Dismissal, ReviewState
from keyturn.github.accounts import account
from keyturn.github.fields import Fields

BASE_CHANGES: Final = {
    "BaseRefChangedEvent": BaseChangeKind.RETARGETED,
    "AutomaticBaseChangeSucceededEvent": BaseChangeKind.AUTOMATIC,
    "BaseRefForcePushedEvent": BaseChangeKind.FORCE_PUSHED,
}


class Timeline(Struct, frozen=True, kw_only=True):
    """The events of a pull request, sorted by what they mean for it.

    `labels` were set once; `requested` says when each was last asked for review, by key; `dropped` are the keys of
    those whose review request was taken back and not made again;
    `heads` are the commits that a force-push left or brought.
    """

    base_changes: tuple[BaseChange, ...]
    dismissals: tuple[Dismissal, ...]
    labels: frozenset[str]
    requested: Mapping[str, datetime]
    dropped: frozenset[str]
    heads: frozenset[str]
    closed_at: datetime | None
    closed_by: Account | None


def timeline(events: Iterable[Fields]) -> Timeline:
    """Read the events, oldest first."""
    base_changes: list[BaseChange] = []
    dismissals: list[Dismissal] = []
    labels: set[str] = set()
    requested: dict[str, datetime] = {}
    dropped: set[str] = set()
    heads: set[str] = set()
    closed: Fields | None = None
    for event in events:
        kind = event.text("__typename")
        if kind in BASE_CHANGES:
            change = BaseChange(BASE_CHANGES[kind], event.time("createdAt"), account(event.maybe("actor")))
            base_changes.append(change)
        elif kind == "ReviewDismissedEvent":
            dismissals.extend(_dismissal(event))
        elif kind == "ReviewRequestRemovedEvent":
            dropped |= reviewer(event)
        elif kind == "ReviewRequestedEvent":
            requested |= dict.fromkeys(reviewer(event), event.time("createdAt"))
            dropped -= reviewer(event)
        elif kind == "LabeledEvent":
            labels.add(event.at("label").text("name"))
        elif kind == "HeadRefForcePushedEvent":
            heads |= {found.text("oid") for end in ("beforeCommit", "afterCommit") if (found := event.maybe(end))}
        elif kind == "ClosedEvent":
            closed = event
    return Timeline(
        base_changes=tuple(base_changes),
        dismissals=tuple(dismissals),
        labels=frozenset(labels),
        requested=requested,
        dropped=frozenset(dropped),
        heads=frozenset(heads),
        closed_at=closed.time("createdAt") if closed is not None else None,
        closed_by=account(closed.maybe("actor")) if closed is not None else None,
    )


def reviewer(request: Fields) -> frozenset[str]:
    """The key of whoever was asked: a login, or `org/slug`; empty where the token may not see a team."""
    asked = request.maybe("requestedReviewer")
    if asked is None:
        return frozenset()
    if asked.text("__typename") == "Team":
        organization = asked.maybe("organization")
        slug = asked.text_or_none("slug")
        return frozenset([f"{organization.text('login')}/{slug}".casefold()] if organization and slug else [])
    found = account(asked)
    return frozenset([found.key] if found is not None else [])


def _dismissal(event: Fields) -> Iterable[Dismissal]:
    review, previous = event.maybe("review"), event.text_or_none("previousReviewState")
    if review is not None:
        yield Dismissal(
            review=review.text("id"),
            by=account(event.maybe("actor")),
            at=event.time("createdAt"),
            previous=ReviewState(previous) if previous in set(ReviewState) else None,
        )
