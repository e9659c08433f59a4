"""Judges one pull request and fetches what the judgement asks for, until it asks for nothing more."""

from datetime import datetime

from keyturn.core.decision import ReasonCode
from keyturn.core.facts import Facts
from keyturn.core.judge import decide
from keyturn.core.judgement import Judgement
from keyturn.core.rules_in_force import read_rules
from keyturn.ports import Reader, Unavailable

MOST_ROUNDS = 6
"""Every round answers everything that the one before asked, and answers raise few new questions."""


def settle(reader: Reader, facts: Facts, now: datetime) -> Judgement:
    """The final judgement of a pull request at this moment. Raises `Unavailable` where the host cannot answer."""
    for _ in range(MOST_ROUNDS):
        rules = read_rules(facts.rules, facts.rules_path)
        judgement = decide(facts, rules, now)
        if not judgement.wanted and not rules.wants_older:
            return judgement
        facts = reader.look_up(facts, judgement.wanted, older_rules=rules.wants_older)
    raise Unavailable(
        ReasonCode.FACTS_INCOMPLETE,
        f"the facts of #{facts.number} raise new questions without end; this is a defect of keyturn, please report it",
    )
