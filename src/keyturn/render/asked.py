"""What a pull request would do: what the agent says, action by action, and what the diff shows."""

from collections import Counter
from collections.abc import Iterable, Sequence

from keyturn.core.assessment import MAX_COMMITS, MAX_FILES, Assessment, ClassifiedAction, Floor, FloorCause
from keyturn.core.exclusion import accounts_of
from keyturn.core.facts import Change, Facts
from keyturn.core.judgement import Judgement
from keyturn.core.requirement import unattributed
from keyturn.core.rulebook import Rule, RuleBook
from keyturn.core.shown import shown
from keyturn.render.markdown import bullets, cell, code, length, names, table
from keyturn.render.sentences import CHANGES, FLOORS
from keyturn.render.visible import flowing
from keyturn.render.words import counted, joined

MOST_ROWS = 50
"""A longer table is read by nobody."""

ACTIONS_BUDGET = 20_000
FLOORS_BUDGET = 8_000


def actions_part(judgement: Judgement) -> str:
    """The actions, the severest first, each with the rule that chose its tier, the runner-up and the agent's words."""
    assessment, book = judgement.assessment, judgement.rules.book
    if assessment is None or book is None:
        return ""
    if not assessment.actions:
        return "### What the agent says\n\nNothing: the pull request brings no manifest."
    ordered = sorted(assessment.actions, key=lambda item: (-item.classification.tier.severity, item.index))
    rows = [_action_row(item, book) for item in ordered]
    kept = within(rows, ACTIONS_BUDGET)
    parts = [
        "### What the agent says it does",
        _claims(judgement),
        table(("tier", "action", "target", "tier chosen by", "the agent's words, not checked"), kept),
    ]
    if len(kept) < len(rows):
        worst = ordered[len(kept)].classification.tier
        parts.append(
            f"{counted(len(rows) - len(kept), 'less severe action is', 'less severe actions are')} left out, "
            f"none above {code(worst)}."
        )
    return "\n\n".join(parts)


def diff_part(judgement: Judgement) -> str:
    """What keyturn itself sees in the diff and the commits, apart from anything the agent says."""
    facts, assessment = judgement.facts, judgement.assessment
    parts = ["### What the diff shows", bullets(_sizes(facts, assessment))]
    floors = sorted(assessment.floors, key=lambda floor: (-floor.tier.severity, floor.name)) if assessment else []
    if assessment is not None and not floors and facts.files:
        parts.append("An action covers every changed file, and no path among them is protected.")
    if floors:
        rows = _floor_rows(floors)
        kept = within(rows, FLOORS_BUDGET)
        parts.append(table(("at least", "changed file", "because"), kept))
        if len(kept) < len(rows):
            parts.append(f"{counted(len(rows) - len(kept), 'less severe row is', 'less severe rows are')} left out.")
    return "\n\n".join(parts)


def tier_cause(assessment: Assessment, book: RuleBook) -> str:
    """What makes the pull request as severe as it is, the first of its causes named; empty where nothing does."""
    causes = [
        f"{code(item.action.action_type)} {code(item.action.target, 120)} ({_source(item, book)})"
        for item in assessment.actions
        if item.classification.tier is assessment.tier
    ]
    causes += [
        f"{floor.name if floor.cause is FloorCause.VOLUME else code(shown(floor.name), 120)}: {_cause(floor)}"
        for floor in sorted(assessment.floors, key=lambda floor: floor.name)
        if floor.tier is assessment.tier
    ]
    if assessment.too_many_files:
        causes.insert(0, f"more changed files than GitHub lists ({MAX_FILES:,})")
    if assessment.too_many_commits:
        causes.insert(0, f"more commits than GitHub lists ({MAX_COMMITS:,})")
    more = f", and {counted(len(causes) - 1, 'more cause')}" if len(causes) > 1 else ""
    return f"{causes[0]}{more}" if causes else ""


def rule_name(rule: Rule, book: RuleBook) -> str:
    """A rule by its place: `rules.yml:34`."""
    return f"{book.path}:{rule.line}"


def within(rows: Sequence[Sequence[str]], budget: int) -> Sequence[Sequence[str]]:
    """As many rows from the start as keep to the budget in characters and to `MOST_ROWS`; the first always."""
    used = 0
    for number, row in enumerate(rows):
        used += sum(length(part) + 3 for part in row) + 2
        if number and (used > budget or number >= MOST_ROWS):
            return rows[:number]
    return rows


def _action_row(item: ClassifiedAction, book: RuleBook) -> tuple[str, ...]:
    action = item.action
    return (
        f"**{item.classification.tier}**",
        cell(action.action_type),
        cell(action.target, 120),
        _why(item, book),
        f"{cell(flowing(action.description), 160)} scope {cell(action.scope)}, impact {cell(action.estimated_impact)}",
    )


def _source(item: ClassifiedAction, book: RuleBook) -> str:
    rule = item.classification.rule
    return code(rule_name(rule, book)) if rule is not None else "no rule matches"


def _why(item: ClassifiedAction, book: RuleBook) -> str:
    chosen, runner_up = item.classification.rule, item.classification.runner_up
    if chosen is None and runner_up is not None:
        return f"characters outside ASCII in the target; else {cell(rule_name(runner_up, book))}"
    if chosen is None:
        return "no rule matches (`unmatched`)"
    keys = ", ".join(f"{key}: {pattern}" for key, pattern in chosen.keys)
    why = f"{cell(rule_name(chosen, book))} {cell(keys, 100)}"
    return why if runner_up is None else f"{why}; {cell(rule_name(runner_up, book))} matches too"


def _claims(judgement: Judgement) -> str:
    """Who the manifests say is behind this."""
    manifests = judgement.manifests
    requesters = list(dict.fromkeys(m.requested_by for m in manifests if m.requested_by is not None))
    agents = list(dict.fromkeys(m.agent for m in manifests if m.agent is not None))
    said = [f"From {names([shown(manifest.path) for manifest in manifests], most=3)}."]
    said.append(f"Asked for by {names(requesters, most=3)}." if requesters else "It does not say who asked for this.")
    if agents:
        said.append(f"The agent calls itself {names(agents, most=3)}.")
    return " ".join(said)


def _sizes(facts: Facts, assessment: Assessment | None) -> Iterable[str]:
    changes = Counter(file.change for file in facts.files)
    kinds = joined([f"{changes[change]:,} {CHANGES[change]}" for change in Change if changes[change]])
    number = max(facts.file_count, len(facts.files))
    yield f"{counted(number, 'changed file')}{f': {kinds}' if kinds else ''}"
    accounts = sorted({account.login for commit in facts.commits for account in accounts_of(commit)}, key=str.casefold)
    by = f" by {names(accounts)}" if accounts else ""
    yield f"{counted(max(facts.commit_count, len(facts.commits)), 'commit')}{by}"
    nobodies = [commit.oid[:10] for commit in unattributed(facts)]
    if nobodies:
        yield f"{counted(len(nobodies), 'commit')} that nobody can be named for: {names(nobodies)}"
    undeclared = [shown(name) for name in assessment.undeclared] if assessment else []
    if len(undeclared) == 1:
        yield f"no action covers {code(undeclared[0])}"
    elif undeclared:
        yield f"no action covers {len(undeclared):,} of the files, among them {names(undeclared, most=3)}"


def _floor_rows(floors: Iterable[Floor]) -> list[tuple[str, ...]]:
    """One row for each name, the severest cause first."""
    by_name: dict[str, list[Floor]] = {}
    for floor in floors:
        by_name.setdefault(floor.name, []).append(floor)
    return [
        (
            f"**{found[0].tier}**",
            name if found[0].cause is FloorCause.VOLUME else cell(shown(name), 160),
            "; ".join(_cause(floor) for floor in found),
        )
        for name, found in by_name.items()
    ]


def _cause(floor: Floor) -> str:
    detail = "" if floor.cause in _SELF_EXPLAINING else f" {cell(floor.detail, 100)}"
    return f"{FLOORS[floor.cause]}{detail}"


_SELF_EXPLAINING = {FloorCause.UNDECLARED, FloorCause.RULE_BOOK, FloorCause.WORKFLOWS}
