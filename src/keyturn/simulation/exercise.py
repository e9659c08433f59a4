"""Which rules of a rule book no test case exercises."""

from collections.abc import Iterable

from keyturn.core.assessment import FloorCause
from keyturn.core.rulebook import Rule, RuleBook
from keyturn.simulation.play import Outcome
from keyturn.simulation.run import Ran


def unexercised(book: RuleBook, outcomes: Iterable[Outcome]) -> tuple[Rule, ...]:
    """The rules that decided about no action and no changed file of any case, in file order."""
    used = {line for outcome in outcomes for played in outcome.steps for line in _lines(played.ran, book)}
    return tuple(rule for rule in book.rules if rule.line not in used)


def _lines(ran: Ran, book: RuleBook) -> Iterable[int]:
    assessment = ran.judgement.assessment if ran.judgement is not None else None
    if assessment is None:
        return
    for item in assessment.actions:
        if item.classification.rule is not None:
            yield item.classification.rule.line
    named = {f"{book.path}:{rule.line}": rule.line for rule in book.rules}
    for floor in assessment.floors:
        if floor.cause is FloorCause.RULE and floor.detail in named:
            yield named[floor.detail]
