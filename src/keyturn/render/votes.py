"""What people have said so far: approvals, objections, overrides and commands that were refused."""

from collections.abc import Iterable

from keyturn.core.compose import overrides_of
from keyturn.core.decision import Outcome
from keyturn.core.judgement import Judgement
from keyturn.core.objections import Objection
from keyturn.core.record import OverrideRecord
from keyturn.core.request import RefusedCommand
from keyturn.render.headline import still_needed
from keyturn.render.markdown import bullets, code, told
from keyturn.render.people import discounted
from keyturn.render.visible import flowing
from keyturn.render.words import counted, moment

MOST = 30
"""Votes beyond this number are counted, not listed."""

LONGEST_QUOTE = 300


def approvals_part(judgement: Judgement) -> str:
    """The approvals that count and those that do not, each with its reason."""
    decision, tally = judgement.decision, judgement.tally
    if not tally.counted and not tally.not_counted:
        return ""
    lines = [f"✔ {code(item.account.login)} on {moment(item.review.submitted_at)}" for item in tally.counted]
    lines += [
        f"✘ {code(item.account.login)} does not count: {discounted(item.reason, item.commit)}"
        for item in tally.not_counted
    ]
    needed = decision.approvals.required
    title = "### Approvals" if needed is None else f"### Approvals: {len(tally.counted)} of {needed}"
    return f"{title}\n\n{_listed(lines)}"


def objections_part(judgement: Judgement) -> str:
    """The requests for changes that stand, who may end each, and dismissals that ended nothing."""
    if not judgement.objections or judgement.decision.outcome is Outcome.OVERRIDDEN:
        return ""
    return f"### Changes requested\n\n{_listed([_objection(item) for item in judgement.objections])}"


def overrides_part(judgement: Judgement) -> str:
    """Who broke the glass, why, and the review they owe; then voices that do not suffice yet."""
    lines = [_override(record) for record in overrides_of(judgement)]
    override = judgement.override
    if override is not None and not override.holds:
        lines += [
            f"{code(voice.by.login)} asked for an override on {moment(voice.at)}: {code(voice.reason, LONGEST_QUOTE)}. "
            f"{counted(override.needed - len(override.voices), 'more person', 'more people')} must ask."
            for voice in override.voices
        ]
    if override is not None:
        lines += [f"Note: {code(warning)}" for warning in override.warnings]
    return f"### Overrides\n\n{_listed(lines)}" if lines else ""


def refusals_part(judgement: Judgement) -> str:
    """The commands that had no effect, with the reason."""
    refused: list[RefusedCommand] = []
    if judgement.override is not None:
        refused += judgement.override.refused
    if judgement.request is not None:
        refused += judgement.request.refused
    refused.sort(key=lambda item: (item.command.at, item.command.source))
    if not refused:
        return ""
    lines = [
        f"{code(f'/keyturn {item.command.verb}')} by {code(item.command.by.login)} on {moment(item.command.at)}: "
        f"{told(item.why, item.command.by.login)}."
        for item in refused
    ]
    return f"### Commands without effect\n\n{_listed(lines)}"


def objection_ends(objection: Objection) -> str:
    """How an objection can end, as a sentence."""
    author = objection.review.author
    if author is None:
        return "The account is gone; it ends when a person who could approve this dismisses the review."
    who = code(author.login)
    return f"It ends when {who} approves, or when {who} or a person who could approve this dismisses the review."


def approvals_wanted(judgement: Judgement) -> str:
    """How many more approvals are needed: `1 more approval`."""
    return counted(still_needed(judgement.decision), "more approval" if judgement.tally.counted else "approval")


def _objection(objection: Objection) -> str:
    review = objection.review
    who = code(review.author.login) if review.author else "An account that is gone"
    earlier = f"commit {code(review.commit[:10])}" if review.commit else "a commit that is gone"
    where = "the current commit" if objection.on_head else earlier
    said = f": {code(flowing(review.body), LONGEST_QUOTE)}" if review.body.strip() else ""
    in_vain = (
        f" {code(objection.dismissed_by.login)} dismissed it without being entitled to, so it stands."
        if objection.dismissed_by is not None
        else ""
    )
    return f"{who} on {where}, {moment(review.submitted_at)}{said}. {objection_ends(objection)}{in_vain}"


def _override(record: OverrideRecord) -> str:
    voices = "; ".join(
        f"{code(voice.login)} on {moment(voice.at)}: {code(voice.reason, LONGEST_QUOTE)}" for voice in record.voices
    )
    issue = f" in #{record.issue}" if record.issue is not None else ""
    if record.reviewed_at is not None:
        by = f" by {code(record.reviewed_by)}" if record.reviewed_by else ""
        review = f"reviewed{by} on {moment(record.reviewed_at)}{issue}"
    else:
        overdue = ", **overdue**" if record.overdue else ""
        review = f"a review is owed{issue}, due {moment(record.due)}{overdue}"
    return f"Commit {code(record.head[:10])} into {code(record.base)}: {voices}; {review}."


def _listed(lines: Iterable[str]) -> str:
    every = list(lines)
    shown = every[:MOST]
    if len(every) > MOST:
        shown.append(f"{len(every) - MOST:,} more")
    return bullets(shown)
