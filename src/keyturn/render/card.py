"""The Slack card of a request: what is asked, how severe it is, what is missing, and until when."""

from collections.abc import Iterable

from keyturn.core.decision import Checks, DecisionFrame, Outcome, ReasonCode
from keyturn.core.events import closing_events
from keyturn.core.facts import Change, PullRequestState
from keyturn.core.judgement import Judgement
from keyturn.core.record import Event
from keyturn.core.rulebook import Override
from keyturn.core.shown import shown
from keyturn.core.tier import Tier
from keyturn.render.headline import headline_of, still_needed
from keyturn.render.people import excluded_among
from keyturn.render.sentences import CHANGES, EMOJI, HYPOTHETICAL, OUTCOMES
from keyturn.render.slack_text import Directory, code, fitting, link, login, mentions, when
from keyturn.render.status import observes
from keyturn.render.visible import flowing
from keyturn.render.words import counted, joined

GREEN, AMBER, RED, GREY = "#1a7f37", "#d4a72c", "#cf222e", "#6e7781"

EVENT_TYPE = "keyturn_request"
"""The type of the metadata by which a card is found again."""

LONGEST_SECTION = 3_000
MOST_LINES = 8

Payload = dict[str, object]


def wants_card(judgement: Judgement) -> bool:
    """Whether a request gets a card; one that has a card keeps it up to date whatever it becomes."""
    return judgement.facts.state is PullRequestState.OPEN and deserves_card(judgement.decision)


def deserves_card(decision: DecisionFrame) -> bool:
    """Whether a decision about an open pull request waits for people, or has let it through with them."""
    silent = {Outcome.AUTO_APPROVED, Outcome.NOT_GOVERNED, Outcome.INVALID, Outcome.ERROR}
    drafted = ReasonCode.DRAFT in decision.reason_codes
    return decision.request_id is not None and decision.outcome not in silent and not drafted


def card(judgement: Judgement, who: Directory) -> Payload:
    """The message as `chat.postMessage` takes it, channel aside, within all of Slack's limits.

    The people who are waited for are mentioned in the text, which stands above the card. Text from outside is code.
    """
    state = state_line(judgement)
    blocks: list[dict[str, object]] = [
        _section(f"*{state}*\n{_review_link(judgement)}  {code(judgement.facts.title)}"),
        {"type": "section", "fields": [_text(field) for field in _fields(judgement)]},
        *(_section(part) for part in (_claims(judgement), _diff(judgement)) if part),
        {"type": "context", "elements": [_text(_identity(judgement))]},
    ]
    called = _called(judgement, who)
    return _message(judgement, f"{called} {state}: {place(judgement)}".strip(), _colour(judgement), blocks)


def superseded_card(judgement: Judgement, request_id: str) -> Payload:
    """What becomes of the card of an earlier request, once a new commit, base or manifest has opened another."""
    text = f"⚪ Superseded by a newer request: {place(judgement)}"
    blocks = [_section(f"*⚪ Superseded by a newer request*\n{_review_link(judgement)}")]
    return {**_message(judgement, text, GREY, blocks), "metadata": _metadata(judgement, request_id)}


def place(judgement: Judgement) -> str:
    """Repository and number: `acme/shop#12`."""
    return f"{judgement.facts.repository}#{judgement.facts.number}"


def state_line(judgement: Judgement) -> str:
    """The state in words, its emoji first, as Slack's markup."""
    decision = judgement.decision
    closed = closing(judgement)
    if closed is Event.MERGED_WITHOUT_APPROVAL:
        return "⚠️ Merged although keyturn had not let it through"
    if closed is not None:
        return "⚪ Merged" if closed is Event.MERGED else "⚪ Closed"
    if observes(judgement):
        return f"{EMOJI[decision.outcome]} Observing only: keyturn would {HYPOTHETICAL[decision.outcome]}"
    return f"{EMOJI[decision.outcome]} {headline_of(judgement, login)}"


def closing(judgement: Judgement) -> Event | None:
    """How a closed pull request ended; `None` while it is open."""
    if judgement.facts.state is PullRequestState.OPEN:
        return None
    told = [event.event for entry in judgement.facts.ledger.entries for event in entry.events]
    told += [event.event for event in closing_events(judgement)]
    ends = [event for event in told if event in {Event.MERGED, Event.MERGED_WITHOUT_APPROVAL, Event.CLOSED}]
    return ends[-1] if ends else Event.CLOSED


def waited_for(judgement: Judgement) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The people and teams of the rule book who can give what is missing: approvals, or an override."""
    decision, requirement, book = judgement.decision, judgement.requirement, judgement.rules.governing
    if judgement.facts.state is not PullRequestState.OPEN or observes(judgement) or book is None:
        return (), ()
    if decision.outcome is Outcome.EMERGENCY_STOP:
        return book.override.users, book.override.teams
    if requirement is None or decision.outcome not in {Outcome.PENDING, Outcome.EXPIRED} or not still_needed(decision):
        return (), ()
    done = {item.account.key for item in judgement.tally.counted}
    done |= {login.casefold() for login, _ in excluded_among(judgement, requirement.approvers.users)}
    return tuple(u for u in requirement.approvers.users if u.casefold() not in done), requirement.approvers.teams


def _called(judgement: Judgement, who: Directory) -> str:
    if ReasonCode.DRAFT in judgement.decision.reason_codes:
        return ""
    return mentions(who, *waited_for(judgement))


def _colour(judgement: Judgement) -> str:
    decision = judgement.decision
    closed = closing(judgement)
    if closed is not None:
        return RED if closed is Event.MERGED_WITHOUT_APPROVAL else GREY
    if decision.passes:
        return GREEN
    if decision.outcome is Outcome.EXPIRED or ReasonCode.DRAFT in decision.reason_codes:
        return GREY
    return AMBER if decision.tier is Tier.SINGLE else RED


def _fields(judgement: Judgement) -> Iterable[str]:
    decision, facts = judgement.decision, judgement.facts
    if decision.tier is not None:
        yield f"*Tier*\n{decision.tier}"
    yield f"*Approvals*\n{_approvals(judgement)}"
    waiting = bool(still_needed(decision)) and not decision.passes
    if decision.expires_at is not None and waiting:
        word = "Expired" if decision.outcome is Outcome.EXPIRED else "Expires"
        yield f"*{word}*\n{when(decision.expires_at)}"
    if decision.escalates_at is not None and waiting and decision.outcome is Outcome.PENDING:
        yield f"*Escalates*\n{when(decision.escalates_at)}"
    if facts.author is not None:
        yield f"*Opened by*\n{login(facts.author.login)}"
    requesters = list(dict.fromkeys(m.requested_by for m in judgement.manifests if m.requested_by is not None))
    yield f"*Asked for by* (it says)\n{joined([login(name) for name in requesters[:3]]) or 'nobody named'}"
    yield f"*Checks*\n{_checks(decision.checks or Checks(), judgement)}"
    if decision.outcome is Outcome.REJECTED and decision.rejection is not None:
        yield f"*Why*\n{code(flowing(decision.rejection.reason), 300)}"
    if judgement.override is not None and judgement.override.holds:
        yield f"*Why*\n{joined([code(voice.reason, 100) for voice in judgement.override.voices[:3]])}"


def _approvals(judgement: Judgement) -> str:
    decision = judgement.decision
    if decision.approvals.required is None:
        terms = judgement.rules.governing.override if judgement.rules.governing else Override()
        return f"none is enough; an override needs {counted(terms.approvals, 'person', 'people')}"
    logins = decision.approvals.counted
    by = f": {joined([login(name) for name in logins[:5]])}" if logins else ""
    void = f"; {len(decision.approvals.discounted)} not counted" if decision.approvals.discounted else ""
    return f"{len(logins)} of {decision.approvals.required}{by}{void}"


def _checks(checks: Checks, judgement: Judgement) -> str:
    groups = (("failed", checks.failed), ("missing", checks.missing), ("running", checks.pending))
    unmet = [f"{word}: {', '.join(code(name, 30) for name in found[:3])}" for word, found in groups if found]
    if unmet:
        return "\n".join(unmet)
    required = judgement.requirement.checks if judgement.requirement is not None else ()
    return "all required ones succeeded" if required else "none required"


def _claims(judgement: Judgement) -> str:
    """What the agent says, action by action, the severest first."""
    assessment = judgement.assessment
    if assessment is None or not assessment.actions:
        return ""
    ordered = sorted(assessment.actions, key=lambda item: (-item.classification.tier.severity, item.index))
    lines = [
        f"*{item.classification.tier}*  {code(item.action.action_type)} {code(item.action.target, 80)}  "
        f"{code(flowing(item.action.description), 120)}"
        for item in ordered
    ]
    title = "*The agent says it does* (not checked)"
    return f"{title}\n{fitting(lines, LONGEST_SECTION - 100, MOST_LINES)}"


def _diff(judgement: Judgement) -> str:
    """What the diff shows, whatever the agent says."""
    facts, assessment = judgement.facts, judgement.assessment
    kinds = [(sum(file.change is change for file in facts.files), CHANGES[change]) for change in Change]
    number = counted(max(facts.file_count, len(facts.files)), "changed file")
    lines = [f"{number}: {joined([f'{count:,} {word}' for count, word in kinds if count]) or 'not listed'}"]
    if assessment is not None:
        undeclared = set(assessment.undeclared)
        if undeclared:
            lines.append(f"*{counted(len(undeclared), 'file')} that no action covers*")
        floors = {floor.name: floor for floor in sorted(assessment.floors, key=lambda floor: floor.tier.severity)}
        severest = sorted(floors.values(), key=lambda floor: (-floor.tier.severity, floor.name))
        lines += [f"at least *{floor.tier}*  {code(shown(floor.name), 120)}" for floor in severest]
    return f"*The diff shows*\n{fitting(lines, LONGEST_SECTION - 100, MOST_LINES)}"


def _identity(judgement: Judgement) -> str:
    decision = judgement.decision
    advisory = " · advisory" if ReasonCode.ADVISORY in decision.reason_codes else ""
    return f"keyturn · request {decision.request_id} · commit {code(decision.head[:10])}{advisory}"


def _review_link(judgement: Judgement) -> str:
    facts = judgement.facts
    address = f"{facts.server_url}/{facts.repository}/pull/{facts.number}"
    open_page = judgement.decision.outcome not in {Outcome.EMERGENCY_STOP, Outcome.INVALID}
    return link(f"{address}/files" if open_page else address, f"Review {place(judgement)} on GitHub")


def _message(judgement: Judgement, text: str, colour: str, blocks: list[dict[str, object]]) -> Payload:
    plain = f"{OUTCOMES[judgement.decision.outcome]}: {place(judgement)}"
    return {
        "text": text,
        "blocks": [],
        "attachments": [{"color": colour, "fallback": plain, "blocks": blocks}],
        "metadata": _metadata(judgement, judgement.decision.request_id or ""),
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _metadata(judgement: Judgement, request_id: str) -> dict[str, object]:
    facts = judgement.facts
    payload = {"request_id": request_id, "repository": facts.repository, "pull_request": facts.number}
    return {"event_type": EVENT_TYPE, "event_payload": payload}


def _section(text: str) -> dict[str, object]:
    return {"type": "section", "text": _text(text)}


def _text(text: str) -> dict[str, object]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}
