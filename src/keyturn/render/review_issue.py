"""The issue that asks for the review of an override: what was let through, by whom, why, and what to look at."""

from collections.abc import Iterable

from msgspec import Struct

from keyturn.core.judgement import Judgement
from keyturn.core.record import OverrideRecord, OverrideVoice
from keyturn.core.shown import shown
from keyturn.render.markdown import bullets, code, fence, names
from keyturn.render.marker import marker
from keyturn.render.people import may_approve
from keyturn.render.words import counted, moment

MOST_ACTIONS = 5
LONGEST_REASON = 1_000

CHECKLIST = (
    "The change does what the incident needed, and nothing besides",
    "What the manifest says is what the diff does",
    "The required checks have succeeded since, or what they found has been dealt with",
    "What has to follow (a revert, a clean-up, a fix of the rule book) is filed",
)


class ReviewIssueText(Struct, frozen=True):
    """Title and body of the issue, both of text that GitHub may render."""

    title: str
    body: str


def review_marker(judgement: Judgement, record: OverrideRecord) -> str:
    """The first line of the issue's body, by which it is found again: the override's pull request and its comments."""
    sources = sorted(voice.comment for voice in record.voices)
    return marker({"kind": "override-review", "pull_request": judgement.facts.number, "of": sources})


def review_issue(judgement: Judgement, record: OverrideRecord) -> ReviewIssueText:
    """The issue for one override of the pull request."""
    number = judgement.facts.number
    due = f"#{number} was let through without the approvals it needs. Please review it by **{moment(record.due)}**."
    parts = [
        f"{review_marker(judgement, record)}\n{due}",
        "### What was let through",
        bullets(_what(judgement, record)),
        "### Why",
        *(_voice(judgement, voice) for voice in record.voices),
        "### Review",
        "\n".join(f"- [ ] {line}" for line in CHECKLIST),
        _closing(judgement, record),
    ]
    return ReviewIssueText(f"Review the override of #{number}", "\n\n".join(parts) + "\n")


def _what(judgement: Judgement, record: OverrideRecord) -> Iterable[str]:
    facts, decision, requirement = judgement.facts, judgement.decision, judgement.requirement
    home = f"{facts.server_url}/{facts.repository}"
    yield f"Commit {code(record.head)} into {code(record.base)}: {home}/commit/{record.head}"
    yield f"The diff: {home}/pull/{facts.number}/files"
    if record.head != facts.head or record.base != shown(facts.base):
        return
    if requirement is None:
        yield "It could not be judged: manifest or rule book were broken or missing"
    elif requirement.approvals is None:
        yield f"Tier **{requirement.tier}**, which nobody can approve"
    else:
        had = counted(len(judgement.tally.counted), "approval")
        yield f"Tier **{requirement.tier}**: it needed {counted(requirement.approvals, 'approval')} and had {had}"
    severest = sorted(decision.actions, key=lambda item: (-item.tier.severity, item.index))
    for item in severest[:MOST_ACTIONS]:
        yield f"{code(item.action_type)} {code(item.target, 120)} (**{item.tier}**)"
    if len(severest) > MOST_ACTIONS:
        yield f"{len(severest) - MOST_ACTIONS:,} further actions"
    if judgement.objections:
        who = [item.review.author.login if item.review.author else "somebody" for item in judgement.objections]
        yield f"Changes requested by {names(who)} still stand"
    if decision.manifest_digest is not None:
        yield f"Manifest digest {code(decision.manifest_digest)}"
    if decision.request_id is not None:
        yield f"Request {code(decision.request_id)}"


def _voice(judgement: Judgement, voice: OverrideVoice) -> str:
    facts = judgement.facts
    number = next((comment.number for comment in facts.comments if comment.id == voice.comment), None)
    link = f": {facts.server_url}/{facts.repository}/pull/{facts.number}#issuecomment-{number}" if number else ""
    return f"{code(voice.login)} on {moment(voice.at)}{link}\n\n{fence(voice.reason, LONGEST_REASON)}"


def _closing(judgement: Judgement, record: OverrideRecord) -> str:
    by = names([voice.login for voice in record.voices], "or")
    approvers = judgement.requirement.approvers if judgement.requirement else None
    without = tuple(voice.login for voice in record.voices)
    who = f" That is {may_approve(judgement, approvers, without=without)}." if approvers is not None else ""
    return (
        f"Close this issue by hand when it is done. It counts when somebody closes it who could have approved the pull "
        f"request and is not {by}.{who} Any other closing is undone once. From the due date on, the review is overdue."
    )
