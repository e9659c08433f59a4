"""Holds the entries on the ledger branch against each other, and the list of debts against the entries."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from keyturn.core.debts import DEBTS_PATH, debts_of
from keyturn.core.fault import Fault, Finding
from keyturn.core.ledger_walk import LedgerTip, Standing
from keyturn.core.record import bytes_hash, entry_path


def against_each_other(tip: LedgerTip, restarts: Mapping[int, int]) -> Iterator[Finding]:
    """What the entries themselves show: gaps, entries of other places, entries that do not follow from one another.

    `restarts` gives for pull requests the sequence of the entry that started the chain afresh.
    """
    for number, entries in groupby(tip.entries(), key=lambda standing: standing.place.pull_request):
        yield from _folder(tuple(entries), restarts.get(number, 0))


def _folder(entries: Sequence[Standing], restart: int) -> Iterator[Finding]:
    by_hash = {bytes_hash(standing.content): standing for standing in entries if standing.content is not None}
    before: Standing | None = None
    for standing in entries:
        number, sequence = standing.place.pull_request, standing.place.sequence
        expected = before.place.sequence + 1 if before is not None else 1
        if sequence > expected:
            path, last = entry_path(number, expected), entry_path(number, sequence - 1)
            gap = f"{path} is missing" if path == last else f"{path} and all up to {last} are missing"
            yield Finding(fault=Fault.MISSING, path=path, what=gap, recorded=sequence <= restart)
        wrong = _own_faults(standing)
        if wrong is None and sequence != restart and expected == sequence:
            wrong = _link(standing, before, by_hash)
        if wrong is not None:
            fault, what = wrong
            yield Finding(fault=fault, path=standing.path, what=f"{standing.path} {what}", recorded=sequence < restart)
        before = standing


def _own_faults(standing: Standing) -> tuple[Fault, str] | None:
    """What is wrong with a file that should be an entry, whatever stands around it."""
    entry = standing.entry
    if entry is None:
        return Fault.EDITED, "holds no entry of the ledger"
    if (entry.decision.pull_request, entry.sequence) != (standing.place.pull_request, standing.place.sequence):
        return Fault.REORDERED, f"holds entry {entry.sequence} of #{entry.decision.pull_request}"
    return None


def _link(standing: Standing, before: Standing | None, by_hash: Mapping[str, Standing]) -> tuple[Fault, str] | None:
    """Whether an entry follows from the one before it."""
    previous = standing.entry.previous if standing.entry is not None else None
    wanted = bytes_hash(before.content) if before is not None and before.content is not None else None
    if previous == wanted:
        return None
    if previous is None:
        return Fault.REORDERED, "says that it is the first, and stands behind others"
    if previous in by_hash:
        return Fault.REORDERED, f"follows from {by_hash[previous].path}, not from the entry before it"
    if before is None:
        return Fault.MISSING, "follows from an entry that is gone"
    return Fault.EDITED, f"does not follow from {before.path}: one of the two was changed"


def debts_against_entries(tip: LedgerTip) -> Iterator[Finding]:
    """Whether `debts.json` says what the newest entries say is owed."""
    content = tip.bytes_at(DEBTS_PATH)
    listed = debts_of(content)
    if listed is None or (content is None and DEBTS_PATH in tip.files):
        yield Finding(fault=Fault.EDITED, path=DEBTS_PATH, what=f"{DEBTS_PATH} is no list of debts")
        return
    newest = {
        standing.place.pull_request: standing.entry
        for standing in tip.entries()
        if standing.entry is not None and _own_faults(standing) is None
    }
    owed = {
        (number, record.due, tuple(voice.login for voice in record.voices))
        for number, entry in newest.items()
        for record in entry.state.overrides
        if record.reviewed_at is None
    }
    found = {(debt.pull_request, debt.due, debt.people) for debt in listed}
    told = (
        *(
            f"does not list what is owed for #{number} by its entries"
            for number in sorted({d[0] for d in owed - found})
        ),
        *(f"lists for #{number} what its entries do not say" for number in sorted({d[0] for d in found - owed})),
    )
    yield from (Finding(fault=Fault.EDITED, path=DEBTS_PATH, what=f"{DEBTS_PATH} {what}") for what in told)
