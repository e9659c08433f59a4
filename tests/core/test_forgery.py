"""Which verdicts on a head commit are keyturn's own, and which are recorded as forged."""

from datetime import datetime
from functools import cache
from typing import Any

import pytest

from keyturn.core.chain import Anchor
from keyturn.core.forgery import forged
from keyturn.core.history import recall
from keyturn.core.record import Event, LedgerEntry, RecordedEvent
from keyturn.core.verdict import VerdictState
from tests.support.build import EARLIER, HEAD, at, facts, ledger, review
from tests.support.timeline import Timeline

SUCCESS, PENDING, FAILURE, ERROR = VerdictState


@cache
def told(number: int = 12) -> tuple[LedgerEntry, ...]:
    """The entries of a pull request that waits on another head, then on this one, and is approved an hour later."""
    story = Timeline(facts(number=number, head=EARLIER))
    story.look(0)
    story.look(1, head=HEAD)
    story.look(2, reviews=(review("ann", when=2),))
    assert len(story.entries) == 3
    return tuple(story.entries)


def place(sequence: int, *, number: int = 12, generation: int = 1) -> Anchor:
    """A verdict's anchor in an entry of the ledger."""
    return Anchor(f"pulls/0/{number}/{sequence:06d}.json", "c0ffee", generation)


WAITS, APPROVED, UNKNOWN = place(2), place(3), place(4)


def event(
    state: VerdictState = SUCCESS,
    anchor: Anchor | None = None,
    when: datetime | float = 3,
    *,
    own: bool = False,
    entries: tuple[LedgerEntry, ...] | None = None,
    **changes: Any,
) -> RecordedEvent | None:
    """What is recorded of a verdict on the head, an hour after it was approved, unless said otherwise."""
    known = told() if entries is None else entries
    plain: dict[str, Any] = {
        "name": "keyturn",
        "creator": "mallory",
        "observe": False,
        "head": HEAD,
        "history": recall(ledger(*known), at(4)),
        "entries": known,
        "now": at(4),
    }
    moment = when if isinstance(when, datetime) else at(when)
    return forged(state=state, anchor=anchor, at=moment, own=own, **(plain | changes))


@pytest.mark.parametrize(
    ("state", "anchor", "own", "is_forged"),
    [
        pytest.param(SUCCESS, APPROVED, True, False, id="own, as its entry holds it"),
        pytest.param(SUCCESS, WAITS, True, True, id="own account, but its entry holds no success"),
        pytest.param(SUCCESS, place(1), True, True, id="own account, with an entry of another head"),
        pytest.param(SUCCESS, place(3, generation=2), True, True, id="own account, in a generation that never was"),
        pytest.param(SUCCESS, UNKNOWN, True, True, id="own account, with an entry that never was"),
        pytest.param(SUCCESS, None, True, True, id="own account, with no entry"),
        pytest.param(SUCCESS, place(3, number=13), True, False, id="own, for one that shared the head and left it"),
        pytest.param(PENDING, WAITS, True, False, id="own, and blocks"),
        pytest.param(FAILURE, APPROVED, True, False, id="own, and blocks against its entry"),
        pytest.param(ERROR, None, True, False, id="own, and says that it could not find out"),
        pytest.param(SUCCESS, APPROVED, False, False, id="of another account, as the newest entry holds it"),
        pytest.param(PENDING, APPROVED, False, True, id="of another account, with the newest entry, that says more"),
        pytest.param(PENDING, WAITS, False, True, id="of another account, with an entry that is not the newest"),
        pytest.param(SUCCESS, None, False, True, id="of another account, with no entry"),
        pytest.param(ERROR, None, False, True, id="of another account, and blocks"),
        pytest.param(SUCCESS, place(3, number=13), False, True, id="of another account, with another folder's entry"),
    ],
)
def test_forged__what_the_ledger_does_not_hold(
    state: VerdictState, anchor: Anchor | None, *, own: bool, is_forged: bool
) -> None:
    """A verdict is keyturn's where its own account made it stricter, or where an entry holds it for this very head.

    Whoever copies the verdict of another account's must copy the newest.
    """
    assert (event(state, anchor, own=own) is not None) is is_forged


@pytest.mark.parametrize(
    ("anchor", "own", "is_forged"),
    [
        pytest.param(None, True, False, id="own, from when it was not governed"),
        pytest.param(None, False, True, id="of another account, before keyturn ever spoke"),
        pytest.param(APPROVED, False, True, id="of another account, with an entry that never was"),
    ],
)
def test_forged__before_the_ledger_knows_the_pull_request(anchor: Anchor | None, *, own: bool, is_forged: bool) -> None:
    """Keyturn's own success without an entry is that of a pull request that was not governed; any other is forged."""
    assert (event(anchor=anchor, own=own, entries=()) is not None) is is_forged


@pytest.mark.parametrize(("when", "is_forged"), [(at(2, seconds=-1), False), (at(2), True), (at(2, seconds=1), True)])
def test_forged__own_account_only_since_the_newest_entry(when: datetime, *, is_forged: bool) -> None:
    """What its own account said before the newest entry was written was seen by the run that wrote it."""
    assert (event(when=when, own=True) is not None) is is_forged


@pytest.mark.parametrize("when", [at(2, seconds=-1), at(0)])
def test_forged__by_a_stranger_whatever_the_clocks_say(when: datetime) -> None:
    """Another account's verdict that stands now came after keyturn's own, even where GitHub's clock is behind."""
    assert event(when=when) is not None


@pytest.mark.parametrize(("sequence", "own", "is_forged"), [(3, True, False), (2, True, True), (3, False, True)])
def test_forged__the_entry_of_a_sibling(sequence: int, *, own: bool, is_forged: bool) -> None:
    """Of two pull requests with one head, the verdict may rest on the other's entry, if keyturn gave it."""
    found = event(
        anchor=place(sequence, number=13), own=own, entries=(*told(), *told(13)), history=recall(ledger(*told()), at(4))
    )
    assert (found is not None) is is_forged


@pytest.mark.parametrize(
    ("state", "anchor", "own", "observe", "is_forged"),
    [
        (SUCCESS, WAITS, True, True, False),
        (SUCCESS, WAITS, True, False, True),
        (SUCCESS, place(1), True, True, True),
        (SUCCESS, None, True, True, True),
        (SUCCESS, APPROVED, False, True, False),
        (FAILURE, APPROVED, False, True, True),
    ],
)
def test_forged__what_only_observes_succeeds_whatever_the_outcome(
    state: VerdictState, anchor: Anchor | None, *, own: bool, observe: bool, is_forged: bool
) -> None:
    """With `mode: observe` a success goes with every entry of this head, and nothing else does."""
    assert (event(state, anchor, own=own, observe=observe) is not None) is is_forged


@pytest.mark.parametrize(
    ("when", "told_at"),
    [pytest.param(3, at(3), id="when it was set"), pytest.param(5, at(4), id="never later than now, whatever it says")],
)
def test_forged__says_who_set_what_and_when(when: float, told_at: datetime) -> None:
    """The event names the account, the moment, the verdict, and what tells it from others."""
    assert event(when=when, name="keyturn: release") == RecordedEvent(
        event=Event.VERDICT_FORGED,
        at=told_at,
        by="mallory",
        source=f"keyturn: release@2026-03-02T{9 + when:02.0f}:00:00Z",
        note="`success` under `keyturn: release` is not what the ledger holds",
    )
    nobody = event(creator=None)
    assert nobody is not None
    assert nobody.by is None


def test_forged__each_once() -> None:
    """What has been recorded is not recorded again; what is set again later is."""
    first = event()
    assert first is not None
    newest = told()[-1]
    known = (*told()[:-1], newest.model_copy(update={"events": (*newest.events, first)}))
    assert event(entries=known) is None
    assert event(when=at(3, seconds=1), entries=known) is not None
    assert event(name="another", entries=known) is not None
