"""The one comment that keyturn keeps up to date on a pull request: for people, and at its end for the agent."""

from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from keyturn.core.decision import Outcome, ReasonCode
from keyturn.core.judgement import Judgement
from keyturn.core.record import RecordedEvent
from keyturn.core.verdict import VerdictState
from keyturn.render.announcements import announcements
from keyturn.render.asked import actions_part, diff_part, tier_cause
from keyturn.render.decision_block import decision_block
from keyturn.render.headline import headline_of
from keyturn.render.markdown import code, details, length
from keyturn.render.marker import marker
from keyturn.render.missing import deadlines_part, missing_part, override_part
from keyturn.render.sentences import EMOJI, HYPOTHETICAL, NEXT_STEPS
from keyturn.render.status import observes
from keyturn.render.votes import approvals_part, objections_part, overrides_part, refusals_part
from keyturn.render.words import counted, joined

LEAST_BLOCK = 12_000
"""So much room the block for the agent has at least."""

LONGEST = 65_000
"""GitHub refuses more than 65,536 characters; some room is left for how it counts them."""


class Extras(Struct, frozen=True, kw_only=True):
    """What a reader should know that the judgement does not hold; the same in every run until something happens.

    `marker` is kept in the hidden first line. `siblings` are the numbers of the other open pull requests with the same
    head and base, `shared` is the verdict that all of them carry. `teams_can_be_asked` says whether the token may ask
    teams for review, `escalation_is_heard` whether the escalation would reach anybody. `events` are what this run
    records beside the judgement's own events, such as a forged verdict.
    """

    marker: Mapping[str, object] = field(default_factory=dict)
    siblings: tuple[int, ...] = ()
    shared: VerdictState | None = None
    teams_can_be_asked: bool = True
    escalation_is_heard: bool = True
    events: tuple[RecordedEvent, ...] = ()


def comment(judgement: Judgement, extras: Extras) -> str:
    """The whole comment, at most 65,000 characters; it changes only when something has happened."""
    foot = footer(judgement)
    first = marker(extras.marker)
    body = _fitting_report(judgement, extras, LONGEST - length(first) - length(foot) - LEAST_BLOCK)
    room = LONGEST - length(first) - length(body) - length(foot) - 500
    block, left_out = decision_block(judgement.decision, room)
    for_agent = f"{NEXT_STEPS[judgement.decision.next_step]} {left_out}".strip()
    decision = details("For the agent: the decision as JSON", f"{for_agent}\n\n{block}")
    return "\n\n".join((f"{first}\n{body}", decision, foot)) + "\n"


def _fitting_report(judgement: Judgement, extras: Extras, room: int) -> str:
    """As much of the report as there is room for: each list in it has a limit, but a hundred long ones may meet."""
    whole = report(judgement, extras)
    if length(whole) <= room:
        return whole
    note = "There is too much to show here; the summary of the job and the ledger have it all."
    head = whole.partition("\n")[0]
    shorter = _paragraphs((head, note, report_summary(judgement, extras)))
    return shorter if length(shorter) <= room else _paragraphs((head, note))


def report(judgement: Judgement, extras: Extras) -> str:
    """The part for people, without marker, JSON and footer."""
    head = f"## {EMOJI[judgement.decision.outcome]} {headline_of(judgement, code)}"
    return _paragraphs((head, report_summary(judgement, extras), report_details(judgement)))


def report_summary(judgement: Judgement, extras: Extras) -> str:
    """What is missing, who can give it, what people have said, and until when."""
    stopped = judgement.decision.outcome is Outcome.EMERGENCY_STOP
    return _paragraphs(
        (
            _tier(judgement),
            *_notes(judgement, extras),
            missing_part(
                judgement,
                teams_can_be_asked=extras.teams_can_be_asked,
                escalation_is_heard=extras.escalation_is_heard,
            ),
            override_part(judgement) if stopped else "",
            objections_part(judgement),
            approvals_part(judgement),
            overrides_part(judgement),
            deadlines_part(judgement),
        )
    )


def report_details(judgement: Judgement) -> str:
    """What the agent says, what the diff shows, and what had no effect."""
    stopped = judgement.decision.outcome is Outcome.EMERGENCY_STOP
    return _paragraphs(
        (
            actions_part(judgement),
            diff_part(judgement),
            refusals_part(judgement),
            "" if stopped else override_part(judgement),
        )
    )


def footer(judgement: Judgement) -> str:
    """What identifies the decision, and how far it can be trusted."""
    decision = judgement.decision
    known = [
        f"request {code(decision.request_id)}" if decision.request_id else "",
        f"generation {decision.generation}" if decision.generation else "",
        f"manifest {code(decision.manifest_digest[:19])}" if decision.manifest_digest else "",
        f"rules {code(decision.rules_digest[:19])}" if decision.rules_digest else "",
        f"governed because {code(judgement.governed_by)}" if judgement.governed_by else "",
    ]
    advisory = (
        "**advisory**: this token may be shared with the agent, so this guards against mistakes, not against forgery"
        if ReasonCode.ADVISORY in decision.reason_codes
        else ""
    )
    return f"<sub>keyturn · {' · '.join(part for part in (*known, advisory) if part)}</sub>"


def _paragraphs(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part)


def _tier(judgement: Judgement) -> str:
    """The tier, what made it so, and what it asks for, in one line."""
    requirement, assessment, book = judgement.requirement, judgement.assessment, judgement.rules.book
    if judgement.decision.tier is None or requirement is None or assessment is None or book is None:
        return ""
    cause = tier_cause(assessment, book)
    because = f", because of {cause}" if cause else ""
    needs = [counted(requirement.approvals, "approval")] if requirement.approvals else []
    if requirement.checks:
        needs.append(counted(len(requirement.checks), "required check"))
    if requirement.approvals is None:
        needs = []
    return f"Tier **{requirement.tier}**{because}.{f' It needs {joined(needs)}.' if needs else ''}"


def _notes(judgement: Judgement, extras: Extras) -> Iterable[str]:
    """What a reader must not miss, whatever the state."""
    if observes(judgement):
        yield (
            f"**Observing only: this blocks nothing.** With `mode: enforce`, keyturn would "
            f"{HYPOTHETICAL[judgement.decision.outcome]}."
        )
    yield from announcements(judgement, extras.events)
    if extras.siblings:
        others = joined([f"#{number}" for number in sorted(extras.siblings)])
        carry = f": {code(extras.shared)}" if extras.shared is not None else ""
        have = "has" if len(extras.siblings) == 1 else "have"
        yield f"{others} {have} the same commit and base, so all of them carry the strictest of their verdicts{carry}."
