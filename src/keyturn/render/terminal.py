"""A judgement of the local repository for a person at a terminal: what would be asked of whom, and why."""

from collections.abc import Iterable

from keyturn.core.assessment import Assessment, ClassifiedAction, Floor
from keyturn.core.decision import Outcome, ReasonCode
from keyturn.core.duration import format_duration
from keyturn.core.inquiry import Inquiry
from keyturn.core.judgement import Judgement
from keyturn.core.proposal import propose
from keyturn.core.requirement import Requirement
from keyturn.core.rulebook import Approvers, CheckPattern, Mode, Rule, RuleBook, Unattributed
from keyturn.core.tier import Tier
from keyturn.render.changed import changed_files, floor_reason
from keyturn.render.headline import reasons
from keyturn.render.styled import OF_TIER, Line, Piece, Style, capped, faint, heading, line, safe
from keyturn.render.words import counted, joined

MOST_ACTIONS = 20
MOST_CAUSES = 3
MOST_PROBLEMS = 100

_STYLES = {
    Outcome.INVALID: Style.BAD,
    Outcome.EMERGENCY_STOP: Style.BAD,
    Outcome.AUTO_APPROVED: Style.GOOD,
    Outcome.NOT_GOVERNED: Style.GOOD,
}


def judged(judgement: Judgement, base: str, head: str) -> Iterable[Line]:
    """The whole report; `base` and `head` are what the user called them."""
    yield line(Piece(state(judgement), _STYLES.get(judgement.decision.outcome, Style.WAITING)))
    yield line(
        faint(f"{safe(head)} ({judgement.facts.head[:10]}) into {safe(base)}, {_size(judgement)}, as committed"),
        indent=2,
    )
    if judgement.governed_by is None:
        yield from _not_governed(judgement)
        return
    yield from _problems(judgement, base)
    assessment, requirement, book = judgement.assessment, judgement.requirement, judgement.rules.book
    if assessment is not None and requirement is not None and book is not None:
        yield from _why(assessment, book)
        yield from _asked(judgement, requirement, book)
        yield from _actions(assessment, book)
        yield from changed_files(judgement.facts, assessment)
    yield from _unknown(judgement)


def state(judgement: Judgement) -> str:
    """What the gate would do, in one line."""
    decision = judgement.decision
    match decision.outcome:
        case Outcome.NOT_GOVERNED:
            return "The gate would not hold this: nothing marks it as an agent's work."
        case Outcome.INVALID:
            return f"The gate would refuse this: {reasons(decision)}."
        case Outcome.EMERGENCY_STOP:
            return f"The gate would stop this: {reasons(decision)}. Only an override lets it through."
        case Outcome.AUTO_APPROVED:
            return "The gate would let this pass on its own: tier auto needs nobody."
        case _:
            return f"The gate would wait for {_awaited(judgement)}: tier {decision.tier}."


def _awaited(judgement: Judgement) -> str:
    approvals, requirement = judgement.decision.approvals.required, judgement.requirement
    awaited = [counted(approvals, "approval")] if approvals else []
    checks = requirement.checks if requirement is not None else ()
    if checks:
        awaited.append(counted(len(checks), "check"))
    return joined(awaited)


def _size(judgement: Judgement) -> str:
    facts = judgement.facts
    commits = f"{facts.commit_count:,}{'+' if ReasonCode.TOO_MANY_COMMITS in judgement.decision.reason_codes else ''}"
    noun = "commit" if facts.commit_count == 1 else "commits"
    return f"{counted(facts.file_count, 'changed file')} in {commits} {noun}"


def _not_governed(judgement: Judgement) -> Iterable[Line]:
    if not judgement.facts.files:
        yield line("There is no difference to judge.", indent=2)
    yield line(
        "It brings no manifest, and neither its author (--author), its labels (--label), its branch nor its commits "
        "are those of an agent by the rule book's `agents`.",
        indent=2,
    )


def _problems(judgement: Judgement, base: str) -> Iterable[Line]:
    """Everything that makes it invalid: where, what was found, and what to do."""
    errors = judgement.decision.errors
    if not errors:
        return
    columns = {
        (problem.file, problem.line, problem.message): problem.column
        for problem in (*propose(judgement.facts, Inquiry(judgement.facts)).problems, *judgement.rules.problems)
    }
    yield from heading(counted(len(errors), "problem").capitalize())
    lines = []
    for error in errors:
        column = columns.get((error.file, error.line, error.message))
        place = ":".join(str(part) for part in (safe(error.file), error.line, column) if part)
        lines.append(line("- ", Piece(f"{place}: " if place else "", Style.BAD), safe(error.message, 1_000), indent=2))
    yield from capped(lines, MOST_PROBLEMS)
    if judgement.rules.problems:
        yield line(f"The rule book is read from {safe(base)}, never from the branch: it is mended there.", indent=2)


def _why(assessment: Assessment, book: RuleBook) -> Iterable[Line]:
    """What makes it this severe."""
    tier = assessment.tier
    yield from heading(f"Why tier {tier}")
    causes = [
        *(_action_cause(item, book) for item in assessment.actions if item.classification.tier is tier),
        *(_floor_cause(floor) for floor in assessment.floors if floor.tier is tier),
    ]
    if assessment.too_many_files:
        causes.append("it changes more files than GitHub lists (3,000)")
    if assessment.too_many_commits:
        causes.append("it has more commits than GitHub lists (250)")
    yield from (line("- ", cause, indent=2) for cause in causes[:MOST_CAUSES])
    if len(causes) > MOST_CAUSES:
        yield line(faint(f"  and {counted(len(causes) - MOST_CAUSES, 'further reason')} below"), indent=2)
    if not causes:
        yield line("nothing in it asks for anybody", indent=2)


def _action_cause(item: ClassifiedAction, book: RuleBook) -> str:
    return f"action {item.index + 1}, {_deed(item)}: {_chosen(item, book)}"


def _floor_cause(floor: Floor) -> str:
    return f"{safe(floor.name)}: {floor_reason(floor)}"


def _asked(judgement: Judgement, requirement: Requirement, book: RuleBook) -> Iterable[Line]:
    """What would be asked of whom, and by when."""
    yield from heading("What would be asked")
    if requirement.tier is Tier.EMERGENCY:
        yield line("nobody can approve it", indent=2)
        named = (*(safe(user) for user in book.override.users), *_teams(book.override.teams))
        who = f"{counted(book.override.approvals, 'person', 'people')} of {joined(named, 'or')}" if named else "nobody"
        yield line(f"who may break the glass, by `override` in {safe(book.path)}: {who}", indent=2)
    elif requirement.approvals:
        yield line(f"{counted(requirement.approvals, 'approval')} by {roster(requirement.approvers)}", indent=2)
        for extra in requirement.extras:
            yield line(f"one of them because {_extra(extra)}", indent=4)
        yield from _deadlines(requirement, book)
    else:
        yield line("no approval", indent=2)
    if requirement.checks:
        yield line(f"success of {joined([_check(pattern) for pattern in requirement.checks])}", indent=2)
    if book.mode is Mode.OBSERVE:
        yield line("all of it only as a remark: the rule book says `mode: observe`", indent=2)
    if judgement.decision.outcome is not Outcome.INVALID and ReasonCode.REQUESTER_UNKNOWN in set(
        judgement.decision.reason_codes
    ):
        yield line(faint("no manifest says who asked for the work (`requested_by`)"), indent=2)


def _extra(extra: str) -> str:
    return extra if extra.startswith("nobody") else f"of {extra}"


def roster(approvers: Approvers) -> str:
    """The people whose approval may count, in words."""
    permission = f"{approvers.permission} permission"
    if not approvers.named:
        return f"anybody with {permission} who had no part in the work"
    named = joined([*(safe(user) for user in approvers.users), *_teams(approvers.teams)], "or")
    return f"{named}, with {permission} and no part in the work"


def _teams(teams: Iterable[str]) -> list[str]:
    return [f"a member of {safe(team)}" for team in teams]


def _check(pattern: CheckPattern) -> str:
    return f"the check {safe(pattern.name)}" + (f" of {safe(pattern.app)}" if pattern.app else "")


def _deadlines(requirement: Requirement, book: RuleBook) -> Iterable[Line]:
    working = f" of working time ({safe(book.calendar.timezone)})" if book.calendar is not None else ""
    if requirement.escalate_after is not None:
        named = (*(safe(user) for user in book.escalation.users), *_teams(book.escalation.teams))
        whom = f"to {joined(named)}" if named else "to nobody, for `escalation` names nobody"
        yield line(f"after {format_duration(requirement.escalate_after)}{working} it escalates {whom}", indent=2)
    if requirement.expire_after is not None:
        yield line(f"after {format_duration(requirement.expire_after)}{working} it expires", indent=2)


def _actions(assessment: Assessment, book: RuleBook) -> Iterable[Line]:
    """The actions, the severest first, each with what chose its tier."""
    if not assessment.actions:
        return
    yield from heading(f"{counted(len(assessment.actions), 'action')}, the severest first")
    ordered = sorted(assessment.actions, key=lambda item: (-item.classification.tier.severity, item.index))
    lines = [(_action(item), _reason(item, book)) for item in ordered[:MOST_ACTIONS]]
    for pair in lines:
        yield from pair
    if len(ordered) > MOST_ACTIONS:
        yield line(faint(f"… and {len(ordered) - MOST_ACTIONS:,} more; --format json tells all"), indent=2)


def _action(item: ClassifiedAction) -> Line:
    tier = item.classification.tier
    covers = f"covers {counted(len(item.covers), 'file')}" if item.covers else "covers no file"
    return line(
        Piece(f"{tier:<9} ", OF_TIER[tier]),
        _deed(item),
        faint(f"  {item.action.scope}, {item.action.estimated_impact}, {covers}"),
        indent=2,
    )


def _reason(item: ClassifiedAction, book: RuleBook) -> Line:
    runner_up = item.classification.runner_up
    next_one = (
        f"; next {_rule(runner_up, book)} ({runner_up.tier})"
        if runner_up is not None and item.classification.rule is not None
        else ""
    )
    return line(faint(f"by {_chosen(item, book)}{next_one}"), indent=12)


def _deed(item: ClassifiedAction) -> str:
    return f"{safe(item.action.action_type)} {safe(item.action.target)}"


def _chosen(item: ClassifiedAction, book: RuleBook) -> str:
    """The rule that gave an action its tier, in words."""
    rule, runner_up = item.classification.rule, item.classification.runner_up
    if rule is not None:
        return _rule(rule, book)
    if runner_up is not None:
        return f"characters outside printable ASCII in its target; else {_rule(runner_up, book)}"
    return f"`unmatched: {book.unmatched}`, for no rule matches"


def _rule(rule: Rule, book: RuleBook) -> str:
    keys = ", ".join(f"{key}: {safe(pattern)}" for key, pattern in rule.keys)
    return f"{safe(book.path)}:{rule.line} {{{keys}}}"


def _unknown(judgement: Judgement) -> Iterable[Line]:
    """What only GitHub can tell."""
    requirement, book = judgement.requirement, judgement.rules.book
    unknown = [] if judgement.facts.author is not None else ["who opens it"]
    unknown.append(f"whether its commits belong to accounts{_else(requirement, book)}")
    if any(manifest.requested_by is not None for manifest in judgement.manifests):
        unknown.append("whether `requested_by` is a person's account")
    if requirement is not None and requirement.approvals:
        unknown.append("who has the permission" + (" or is in the teams" if requirement.approvers.teams else ""))
    if requirement is not None and requirement.checks:
        unknown.append("how the checks end")
    yield from heading("Only GitHub knows")
    yield line(f"{joined(unknown)}.", indent=2)


def _else(requirement: Requirement | None, book: RuleBook | None) -> str:
    """What commits cost that nobody can be named for."""
    if book is None or book.unattributed_commits is Unattributed.ALLOW:
        return ""
    if book.unattributed_commits is Unattributed.BLOCK:
        return " (if not, it is refused)"
    return " (if not, one approval more)" if requirement is not None and requirement.approvals else ""
