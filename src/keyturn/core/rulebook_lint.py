"""What is wrong with a rule book beyond its form: rules that can never decide, tiers that ask for less than lower ones."""

import re

from keyturn.core.characters import quoted
from keyturn.core.duration import parse_duration
from keyturn.core.form import matching, one_of
from keyturn.core.manifest_terms import Impact, Scope
from keyturn.core.nodes import MapNode, Node
from keyturn.core.patterns import normal
from keyturn.core.rule_order import PlacedRule, hidden_rules, placed_rules
from keyturn.core.rulebook_form import ApproversForm, MultiForm, SingleForm
from keyturn.core.source import Problems

_WORDS = {"scope": Scope, "estimated_impact": Impact}
_WILD = re.compile(r"[*?\[]")
_ACTION_TYPE = re.compile(r"[a-z][a-z0-9_]{0,63}")


def lint(root: MapNode, problems: Problems) -> None:
    """Add what is wrong. A part that lacks its form is passed over here, and everything else is still looked at."""
    rules = placed_rules(root)
    for placed in rules:
        _lint_words(placed, problems)
    for placed, hider in hidden_rules(rules):
        _report_hidden(placed, hider, problems)
    tiers = root.get("tiers")
    if isinstance(tiers, MapNode):
        _lint_tiers(tiers, root.get("approvers"), problems)


def _lint_words(placed: PlacedRule, problems: Problems) -> None:
    """A text without wildcards that no manifest can hold is a misspelling, and a rule that protects nothing."""
    for key, text in placed.rule.keys:
        if _WILD.search(text):
            continue
        if key in _WORDS and normal(text) not in set(_WORDS[key]):
            wanted = one_of(text, _WORDS[key])
        elif key == "action_type" and not _ACTION_TYPE.fullmatch(normal(text)):
            wanted = "an action type is a lower-case letter and up to 63 lower-case letters, digits or _"
        else:
            continue
        _, value = placed.node.entries[key]
        problems.add(value.line, value.column, f"{key} is {quoted(text)}, which no action can have; {wanted}")


def _report_hidden(placed: PlacedRule, hider: PlacedRule, problems: Problems) -> None:
    rule, other = placed.rule, hider.rule
    line = f"line {other.line} ({other.tier})"
    if sorted(rule.keys) == sorted(other.keys):
        message = f"this rule equals the one on {line}; keep one of them"
    else:
        message = (
            f"this rule never decides: whatever it matches, the rule on {line} matches too; drop it or narrow that one"
        )
    problems.add(placed.node.line, placed.node.column, message)


def _lint_tiers(tiers: MapNode, everybody: Node | None, problems: Problems) -> None:
    single = _lint_policy(tiers.get("single"), SingleForm, problems)
    multi = _lint_policy(tiers.get("multi"), MultiForm, problems)
    node = tiers.get("multi")
    if single is not None and multi is not None and node is not None:
        if multi.approvals < single.approvals:
            place = _key(node, "approvals")
            message = f"multi asks for {multi.approvals} approvals and single for {single.approvals}; a more severe tier never asks for fewer"
            problems.add(place.line, place.column, message)
        general = everybody and matching(ApproversForm, everybody)
        upper, lower = multi.approvers or general, single.approvers or general
        if upper is not None and lower is not None:
            _lint_rosters(upper, lower, _key(node, "approvers"), problems)


def _lint_policy(node: Node | None, form: type[SingleForm], problems: Problems) -> SingleForm | None:
    policy = node and matching(form, node)
    if node is None or policy is None:
        return None
    if parse_duration(policy.escalate_after) >= parse_duration(policy.expire_after):
        place = _key(node, "escalate_after", "expire_after")
        message = (
            f"escalate_after ({policy.escalate_after}) is not before expire_after ({policy.expire_after}); "
            "a request expires later than it escalates"
        )
        problems.add(place.line, place.column, message)
    return policy


def _lint_rosters(upper: ApproversForm, lower: ApproversForm, place: Node, problems: Problems) -> None:
    if not upper.permission.allows(lower.permission):
        message = f"the approvers of multi need {upper.permission} and those of single {lower.permission}; a more severe tier never asks for a lower permission"
        problems.add(place.line, place.column, message)
    few = [*lower.users, *lower.teams]
    if not few:
        return
    many = [*upper.users, *upper.teams]
    if not many:
        message = "the approvers of multi are everybody with the permission, those of single are listed; a more severe tier names nobody besides"
        problems.add(place.line, place.column, message)
    known = {name.casefold() for name in few}
    strangers = [name for name in many if name.casefold() not in known]
    if strangers:
        message = f"the approvers of multi include {', '.join(strangers)}, who are not among those of single; a more severe tier names nobody besides"
        problems.add(place.line, place.column, message)


def _key(node: Node, *names: str) -> Node:
    """The first of these keys that the mapping has, as the place to look at; the mapping itself where it has none."""
    if isinstance(node, MapNode):
        for name in names:
            if name in node.entries:
                return node.entries[name][0]
    return node
