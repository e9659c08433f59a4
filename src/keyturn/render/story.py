"""A played timeline as a story: what happened, what keyturn decided, and what it recorded."""

from collections.abc import Iterable
from datetime import datetime

from keyturn.core.decision import Decision, Outcome
from keyturn.core.duration import format_duration
from keyturn.core.record import Event, RecordedEvent
from keyturn.render.headline import headline
from keyturn.render.styled import Line, Piece, Style, faint, line, safe
from keyturn.render.words import counted, joined, moment
from keyturn.simulation.cases_form import PushForm, ReviewForm
from keyturn.simulation.play import Outcome as PlayedTimeline
from keyturn.simulation.play import Played
from keyturn.simulation.suite import Step
from keyturn.simulation.terms import Becomes, Result, Says

_STYLES = {
    Outcome.APPROVED: Style.GOOD,
    Outcome.AUTO_APPROVED: Style.GOOD,
    Outcome.NOT_GOVERNED: Style.GOOD,
    Outcome.OVERRIDDEN: Style.GOOD,
    Outcome.PENDING: Style.WAITING,
}
_QUIET = {Event.APPROVED, Event.REJECTED, Event.AUTO_APPROVED, Event.INVALIDATED, Event.EMERGENCY_STOPPED}
"""Events that only repeat the outcome."""


def story(outcome: PlayedTimeline) -> Iterable[Line]:
    """A timeline from beginning to end."""
    timeline = outcome.timeline
    yield line(Piece(f"“{safe(timeline.name)}”", Style.HEADING))
    if timeline.about is not None:
        yield line(faint(safe(timeline.about, 1_000)), indent=2)
    before: datetime | None = None
    said: tuple[str, ...] = ()
    for played in outcome.steps:
        yield Line()
        yield _when(played, before, timeline.form.pull_request.author)
        now = _standing(played.decision)
        yield line("→ ", Piece(headline(played.decision), _STYLES.get(played.decision.outcome, Style.BAD)), indent=6)
        yield from (line(faint(text), indent=8) for text in now if text not in said)
        yield from (
            line(faint("· "), _told(event, played), indent=8) for event in played.events if event.event not in _QUIET
        )
        for difference in played.differences:
            text = f"{difference.key} was expected to be {difference.expected}, and is {difference.found}"
            yield line(Piece(f"✗ {safe(text, 500)}", Style.BAD), indent=6)
        before, said = played.step.at, now


def happened(step: Step, author: str) -> str:
    """What happens in a step, in a few words; `author` is who opened the pull request."""
    form = step.form
    tellings = (
        form.push and _push(form.push, author),
        form.review and _review(form.review),
        form.comment and f"{safe(form.comment.by)} comments {_first_line(form.comment.text)}",
        form.edit and f"{safe(form.edit.comment_of)} edits the comment",
        form.dismissal and f"{safe(form.dismissal.by)} dismisses the review of {safe(form.dismissal.review_of)}",
        form.check and f"the check {safe(form.check.name)} {_RESULTS[form.check.result]}",
        form.label and f"it gets the label {safe(form.label)}",
        form.retarget and f"{safe(form.retarget.by or 'GitHub')} changes the base branch to {safe(form.retarget.to)}",
        form.base_force_pushed_by and f"{safe(form.base_force_pushed_by)} force-pushes the base branch",
        form.becomes and _BECOMES[form.becomes],
        form.tick and "time passes",
    )
    return next(telling for telling in tellings if telling)


_RESULTS = {Result.SUCCESS: "succeeds", Result.PENDING: "is running", Result.FAILURE: "fails"}
_BECOMES = {
    Becomes.DRAFT: "it becomes a draft",
    Becomes.READY: "it is ready for review",
    Becomes.CLOSED: "it is closed",
    Becomes.MERGED: "it is merged",
}


def _push(push: PushForm, author: str) -> str:
    brings = []
    if push.manifest is not None:
        brings.append("a manifest as it is written")
    elif push.actions is not None:
        brings.append(f"a manifest of {counted(len(push.actions), 'action')}")
    if push.files is not None:
        brings.append(counted(len(push.files), "changed file"))
    what = f" with {joined(brings)}" if brings else ""
    return f"{safe(push.by or author)} pushes the commit {safe(push.commit)}{what}"


def _review(review: ReviewForm) -> str:
    does = "approves" if review.says is Says.APPROVE else "requests changes"
    commit = f" of the commit {safe(review.commit)}" if review.commit is not None else ""
    text = f" {_first_line(review.text)}" if review.text else ""
    return f"{safe(review.by)} {does}{commit}{text}"


def _first_line(text: str) -> str:
    return f"“{safe(text.partition(chr(10))[0].replace('{head}', '<head commit>'), 120)}”"


def _when(played: Played, before: datetime | None, author: str) -> Line:
    at = played.step.at
    later = f", {format_duration(at - before)} later" if before is not None and at > before else ""
    return line(
        Piece(f"{at:%a} {moment(at)}", Style.HEADING), faint(f"{later}: "), happened(played.step, author), indent=2
    )


def _standing(decision: Decision) -> tuple[str, ...]:
    """What holds for longer than a step: the tier and its reasons, the approvals, the deadlines."""
    found = [
        f"tier {decision.tier}: {', '.join(decision.reason_codes)}"
        if decision.tier
        else ", ".join(decision.reason_codes)
    ]
    approvals = decision.approvals
    if approvals.counted and approvals.required is not None:
        found.append(f"{len(approvals.counted)} of {approvals.required} approvals: {joined([*approvals.counted])}")
    found += [f"{safe(item.login)} does not count: {item.reason}" for item in approvals.discounted]
    if decision.expires_at is not None and decision.outcome is not Outcome.EXPIRED:
        escalates = f"escalates {_day(decision.escalates_at)}, " if decision.escalates_at is not None else ""
        found.append(f"{escalates}expires {_day(decision.expires_at)}")
    found += [f"{safe(error.message, 300)}" for error in decision.errors[:3]]
    return tuple(found)


def _day(at: datetime) -> str:
    return f"{at:%a} {moment(at)}"


def _told(event: RecordedEvent, played: Played) -> str:
    """An entry of the ledger, with its moment where it was not now."""
    at = f" at {_day(event.at)}" if event.at != played.step.at else ""
    by = f" by {safe(event.by)}" if event.by is not None else ""
    note = f" ({safe(event.note)})" if event.note is not None else ""
    return f"recorded: {event.event}{by}{at}{note}"
