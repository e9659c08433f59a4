"""What keyturn does about the reviews that overrides owe: it asks for them, reminds of them, undoes a false closing."""

from msgspec import Struct

from keyturn.core.chain import Chain
from keyturn.core.compose import bookkeeping
from keyturn.core.judgement import Judgement
from keyturn.core.override_review import is_undone
from keyturn.core.record import LedgerEntry, OverrideRecord, bytes_hash
from keyturn.simulation.host import Host


class Care(Struct, frozen=True):
    """The overrides whose issue keyturn opened, reminded their debtors in, opened again, and left closed.

    An issue that is left closed ended no review: that is owed still.
    """

    opened: tuple[OverrideRecord, ...] = ()
    reminded: tuple[OverrideRecord, ...] = ()
    reopened: tuple[OverrideRecord, ...] = ()
    left: tuple[OverrideRecord, ...] = ()


def look_after(host: Host, judgement: Judgement, newest: LedgerEntry) -> Care:
    """Do what is owed for the overrides in the newest entry of the ledger, and write down where it stands."""
    now = judgement.now
    opened, reminded, reopened, left = [], [], [], []
    kept: list[OverrideRecord] = []
    for record in newest.state.overrides:
        written, closing = record, host.issues.closing(record)
        if record.issue is None:
            known = host.issues.asking(record)
            written = record.model_copy(update={"issue": known or host.issues.open(record, now)})
            opened += [written] if known is None else []
        elif closing is None:
            if record.overdue and record.reviewed_at is None and host.issues.remind(record.issue):
                reminded.append(record)
        elif is_undone(record):
            host.issues.reopen(record.issue)
            written = record.model_copy(update={"reopened": True})
            reopened.append(written)
        elif record.reviewed_at is None and closing.at == now:
            left.append(record)
        kept.append(written)
    if tuple(kept) != newest.state.overrides:
        following = Chain((), (), 0, newest.sequence + 1, bytes_hash(newest.as_bytes()))
        host.ledger.append(bookkeeping(newest, following, now, tuple(kept)), judgement.facts.debts)
    return Care(tuple(opened), tuple(reminded), tuple(reopened), tuple(left))
