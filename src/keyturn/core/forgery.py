"""Whether the verdict that stands on a head commit is one that keyturn gave."""

from collections.abc import Iterable
from datetime import datetime

from keyturn.core.chain import Anchor
from keyturn.core.history import History
from keyturn.core.record import Event, LedgerEntry, RecordedEvent
from keyturn.core.verdict import VerdictState, state_of


def forged(  # noqa: PLR0913 - a verdict is made of these
    *,
    name: str,
    state: VerdictState,
    anchor: Anchor | None,
    at: datetime,
    creator: str | None,
    own: bool,
    observe: bool,
    head: str,
    history: History,
    entries: Iterable[LedgerEntry],
    now: datetime,
) -> RecordedEvent | None:
    """The event that records a forged verdict; `None` where it is keyturn's own, or has been recorded.

    `head` is the commit it stands on. `entries` are those of every pull request that is judged with this one. What was
    there of its own before the newest entry was written has been seen by the run that wrote it; of another account it
    would have been overwritten, so that it is newer, whatever the clocks say. A verdict without an entry is keyturn's
    own as long as the ledger does not know the pull request: it was not governed then. One that rests on a
    pull request that shared the head, and does no more, cannot be checked; where it is not right it is overwritten.
    """
    last = history.last
    if own and (last is None or at < last.time or state is not VerdictState.SUCCESS):
        return None
    entries = tuple(entries)
    if own and anchor is not None and _folder(anchor.path) not in {_folder(entry.path) for entry in entries}:
        return None
    newest = own or (last is not None and anchor is not None and anchor.path == last.path)
    if newest and any(_holds(entry, anchor, state, head, observe=observe) for entry in entries):
        return None
    source = f"{name}@{at:%Y-%m-%dT%H:%M:%SZ}"
    if (Event.VERDICT_FORGED, source) in history.recorded:
        return None
    return RecordedEvent(
        event=Event.VERDICT_FORGED,
        at=min(at, now),
        by=creator,
        source=source,
        note=f"`{state}` under `{name}` is not what the ledger holds",
    )


def _holds(entry: LedgerEntry, anchor: Anchor | None, state: VerdictState, head: str, *, observe: bool) -> bool:
    """Whether an entry is the one that a verdict names, and holds that verdict for this head."""
    if anchor is None or (entry.path, entry.state.generation) != (anchor.path, anchor.generation):
        return False
    if entry.decision.head != head:
        return False
    return state is state_of(entry.decision.outcome) or (observe and state is VerdictState.SUCCESS)


def _folder(path: str) -> str:
    return path.rpartition("/")[0]
