"""What must never go unnoticed: a broken ledger, a forged verdict, a merge past the gate."""

from collections.abc import Iterable

from keyturn.core.judgement import Judgement
from keyturn.core.record import Event, RecordedEvent
from keyturn.render.markdown import code
from keyturn.render.words import moment

_LONGEST_NOTE = 300
_MOST = 5


def announcements(judgement: Judgement, new: Iterable[RecordedEvent]) -> tuple[str, ...]:
    """The announcements, oldest first, of what the ledger records and of what is `new`, each event once.

    Where the ledger is broken, what it recorded before is void: no later run would tell of it, and neither does this.
    """
    told = [event for entry in judgement.facts.ledger.entries for event in entry.events]
    broken = judgement.facts.ledger.broken
    if broken:
        told = [RecordedEvent(event=Event.LEDGER_BROKEN, at=judgement.now, note="; ".join(broken))]
    found = {(event.event, event.at): event for event in (*told, *new)}
    texts = [announcement(event) for _, event in sorted(found.items(), key=lambda item: item[0][1])]
    return tuple(text for text in texts if text)[-_MOST:]


def announcement(event: RecordedEvent) -> str:
    """One event in a paragraph that stands out; empty for events that need none."""
    note = f" What was found: {code(event.note, _LONGEST_NOTE)}" if event.note else ""
    by = f" by {code(event.by)}" if event.by else ""
    match event.event:
        case Event.LEDGER_BROKEN:
            return (
                f"**⚠️ The ledger of this pull request was broken ({moment(event.at)}).** Approvals made before do not "
                f"count any more, and reviews owed for overrides count as overdue. See `keyturn ledger verify`.{note}"
            )
        case Event.VERDICT_FORGED:
            return (
                f"**⚠️ A verdict{by} was not keyturn's ({moment(event.at)}).** It has been put right. Find out who can "
                f"write checks or statuses here.{note}"
            )
        case Event.MERGED_WITHOUT_APPROVAL:
            return (
                f"**⚠️ This was merged{by} although keyturn had not let it through ({moment(event.at)}).** "
                f"Review it now, and find out how.{note}"
            )
        case _:
            return ""
