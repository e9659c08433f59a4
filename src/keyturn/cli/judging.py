"""Judges a branch of the local repository."""

from datetime import UTC, datetime
from typing import Final

from keyturn.core.decision import Outcome
from keyturn.core.facts import Facts
from keyturn.core.judge import decide
from keyturn.core.judgement import Judgement
from keyturn.core.rules_in_force import RulesInForce, read_rules
from keyturn.git.comparison import Comparison
from keyturn.git.snapshot import Circumstances, facts_of, with_older_rules

FAILING: Final = frozenset({Outcome.INVALID, Outcome.EMERGENCY_STOP})
"""The outcomes that no waiting mends."""


def judge(comparison: Comparison, told: Circumstances) -> Judgement:
    """What the gate would decide now. Raises GitError where git cannot say what it needs."""
    facts, rules = rules_of(facts_of(comparison, told), comparison)
    return decide(facts, rules, datetime.now(UTC))


def rules_of(facts: Facts, comparison: Comparison) -> tuple[Facts, RulesInForce]:
    """The rules in force, and the facts with the older rule books that had to be read for them."""
    rules = read_rules(facts.rules, facts.rules_path)
    if rules.wants_older:
        facts = with_older_rules(facts, comparison)
        rules = read_rules(facts.rules, facts.rules_path)
    return facts, rules
