"""What is wrong with a rule book beyond its form: rules that never decide, tiers that ask for less than lower ones."""

import re

from keyturn.core.characters import quoted
from keyturn.core.form import one_of
from keyturn.core.manifest_terms import Impact, Scope
from keyturn.core.nodes import MapNode
from keyturn.core.patterns import normal
from keyturn.core.rule_order import PlacedRule, hidden_rules, placed_rules
from keyturn.core.source import Problems
from keyturn.core.tier_order import lint_tiers

_WORDS = {"scope": tuple(Scope), "estimated_impact": tuple(Impact)}
_WILD = re.compile(r"[*?\[]")
_ACTION_TYPE = re.compile(r"[a-z][a-z0-9_]{0,63}")


def lint(root: MapNode, problems: Problems) -> None:
    """Add what is wrong. A part that lacks its form is passed over here, and everything else is still looked at."""
    rules = placed_rules(root)
    for placed in rules:
        _lint_keys(placed, problems)
    for placed, hider in hidden_rules([placed for placed in rules if placed.rule.keys]):
        _report_hidden(placed, hider, problems)
    tiers = root.get("tiers")
    if isinstance(tiers, MapNode):
        lint_tiers(tiers, root.get("approvers"), problems)


def _lint_keys(placed: PlacedRule, problems: Problems) -> None:
    """A text without wildcards that no manifest can hold is a misspelling, and its rule protects nothing."""
    if not placed.rule.keys:
        message = "this rule has no keys and would match everything; name at least one"
        problems.add(placed.node.line, placed.node.column, message)
    for key, text in placed.rule.keys:
        if _WILD.search(text):
            continue
        if key in _WORDS and normal(text) not in _WORDS[key]:
            wanted = one_of(text, _WORDS[key])
        elif key == "action_type" and not _ACTION_TYPE.fullmatch(normal(text)):
            wanted = "an action type is a lower-case letter and up to 63 lower-case letters, digits or _"
        else:
            continue
        _, value = placed.node.entries[key]
        problems.add(value.line, value.column, f"{key} is {quoted(text)}, which no action can have; {wanted}")


def _report_hidden(placed: PlacedRule, hider: PlacedRule, problems: Problems) -> None:
    other = f"the rule on line {hider.rule.line} ({hider.rule.tier})"
    if sorted(placed.rule.keys) == sorted(hider.rule.keys):
        message = f"this rule equals {other}; keep one of them"
    else:
        message = f"this rule never decides: {other} matches whatever it matches; drop it, or narrow the other"
    problems.add(placed.node.line, placed.node.column, message)
