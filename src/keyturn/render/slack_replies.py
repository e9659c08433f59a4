"""The replies in the thread under a card: what happened, one message an event, waking only those who are waited for."""

from datetime import datetime

from keyturn.core.judgement import Judgement
from keyturn.core.record import Event, RecordedEvent
from keyturn.render.card import Payload, place, waited_for
from keyturn.render.headline import still_needed
from keyturn.render.slack_text import Directory, code, escape, login, mentions, when
from keyturn.render.words import counted

LONGEST_NOTE = 400


_TEXTS = {
    Event.APPROVAL_COUNTED: "✔ {by} approved; {left}.",
    Event.APPROVED: "✅ Approved: it may be merged.",
    Event.OBJECTED: "✋ {by} asked for changes.{note}",
    Event.OBJECTION_CLEARED: "The request for changes was ended by {by}.",
    Event.EMERGENCY_STOPPED: "🛑 Emergency stop: nobody can approve this, only an override lets it through.",
    Event.ESCALATED: "⏰ {place} has waited since {opened}; {left}. It expires {expires}.",
    Event.EXPIRED: "⌛ Expired. Whoever may approve can go on with the comment `/keyturn renew` on GitHub.",
    Event.RENEWED: "{by} renewed the request; approvals are needed afresh.",
    Event.OVERRIDDEN: "🔓 Overridden by {by}, without the approvals it needs; a review is owed.{note}",
    Event.OVERRIDE_REVIEWED: "The override was reviewed by {by}.",
    Event.OVERRIDE_OVERDUE: "⏰ The review of the override was due {at} and is overdue.",
    Event.VERDICT_FORGED: "⚠️ A verdict on this pull request was not keyturn's; it has been put right.{note}",
    Event.LEDGER_BROKEN: "⚠️ The ledger of this pull request was broken; approvals made before do not count.{note}",
    Event.MERGED_WITHOUT_APPROVAL: "⚠️ {place} was merged by {by} although keyturn had not let it through.",
}
"""What each event is told as; the card itself tells of the others."""


def reply(event: RecordedEvent, judgement: Judgement, who: Directory) -> Payload | None:
    """The reply that tells of an event, as `chat.postMessage` takes it, channel and thread aside.

    `None` for events that the card itself tells. An escalation is shown to the whole channel too.
    """
    told = _TEXTS.get(event.event)
    if told is None:
        return None
    decision = judgement.decision
    text = told.format(
        by=login(event.by) if event.by else "somebody",
        note=f" {code(event.note, LONGEST_NOTE)}" if event.note else "",
        place=escape(place(judgement)),
        at=when(event.at),
        opened=_when(decision.opened_at),
        expires=_when(decision.expires_at),
        left=_left(judgement),
    )
    called = _called(event, judgement, who)
    return {
        "text": f"{called} {text}".strip(),
        "blocks": [],
        "attachments": [],
        "reply_broadcast": event.event is Event.ESCALATED,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _called(event: RecordedEvent, judgement: Judgement, who: Directory) -> str:
    """Those who can do something about it, and nobody else."""
    book = judgement.rules.governing
    if book is None:
        return ""
    match event.event:
        case Event.ESCALATED:
            return mentions(who, book.escalation.users, book.escalation.teams)
        case Event.EMERGENCY_STOPPED | Event.EXPIRED:
            return mentions(who, *waited_for(judgement))
        case Event.OVERRIDE_OVERDUE:
            return mentions(who, _owing(judgement), ())
        case Event.LEDGER_BROKEN | Event.VERDICT_FORGED | Event.MERGED_WITHOUT_APPROVAL:
            return mentions(who, book.override.users, book.override.teams)
        case _:
            return ""


def _owing(judgement: Judgement) -> tuple[str, ...]:
    """Those who broke the glass and owe a review."""
    owed = [record for record in judgement.history.overrides if record.reviewed_at is None]
    return tuple(dict.fromkeys(voice.login for record in owed for voice in record.voices))


def _left(judgement: Judgement) -> str:
    left = still_needed(judgement.decision)
    return (
        f"{counted(left, 'more approval is', 'more approvals are')} needed" if left else "no more approvals are needed"
    )


def _when(at: datetime | None) -> str:
    return when(at) if at is not None else "at a time not known"
