"""Judges a simulated pull request, and answers what the judgement wants to know besides."""

from datetime import datetime

from msgspec.structs import replace

from keyturn.core.facts import Facts, Role
from keyturn.core.inquiry import Answer, Wanted
from keyturn.core.judge import decide
from keyturn.core.judgement import Judgement
from keyturn.core.override_review import Closing, ends_review
from keyturn.core.record import OverrideRecord
from keyturn.core.rules_in_force import RulesInForce
from keyturn.simulation.names import account


def settle(facts: Facts, rules: RulesInForce, now: datetime) -> Judgement:
    """The final judgement at this moment."""
    judgement = decide(facts, rules, now)
    while judgement.wanted:
        facts = _answered(facts, judgement.wanted)
        judgement = decide(facts, rules, now)
    return judgement


def is_review(judgement: Judgement, record: OverrideRecord, closing: Closing) -> bool:
    """Whether the closing of its issue ends the review of an override."""
    answer, wanted = ends_review(judgement, record, closing)
    while wanted:
        judgement = replace(judgement, facts=_answered(judgement.facts, wanted))
        answer, wanted = ends_review(judgement, record, closing)
    return answer is Answer.YES


def _answered(facts: Facts, wanted: Wanted) -> Facts:
    """The facts with everything wanted: whoever is not listed may only read, and a team that is not cannot be read."""
    return replace(
        facts,
        roles={**facts.roles, **{login.casefold(): Role.READ for login in wanted.roles}},
        people={**facts.people, **{login.casefold(): account(login) for login in wanted.people}},
        teams={**facts.teams, **{team.casefold(): None for team in wanted.teams}},
    )
