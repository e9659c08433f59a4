"""The description of a commit status: what people read beside the merge button."""

from keyturn.core.decision import Decision, Outcome
from keyturn.core.judgement import Judgement
from keyturn.core.rulebook import Mode
from keyturn.render.headline import headline, overriders, still_needed
from keyturn.render.sentences import HYPOTHETICAL
from keyturn.render.visible import visible
from keyturn.render.words import moment

LONGEST = 140
"""GitHub cuts, or refuses, more characters."""


def status_description(judgement: Judgement) -> str:
    """The state in at most 140 characters of plain text; where keyturn only observes, what it would have done."""
    if observes(judgement):
        return visible(f"Observing only: keyturn would {HYPOTHETICAL[judgement.decision.outcome]}", LONGEST)
    return decision_description(judgement.decision, overriders(judgement))


def decision_description(decision: Decision, overridden_by: tuple[str, ...] = ()) -> str:
    """The same for a decision alone, as an error leaves it; `overridden_by` are logins."""
    return visible(f"{headline(decision, overriders=overridden_by)}{_rest(decision)}", LONGEST)


def strictest_description(number: int, description: str) -> str:
    """The description where another pull request with the same head and base is judged more strictly."""
    return visible(f"#{number} has the same commit and base: {description}", LONGEST)


def group_description(number: int, description: str) -> str:
    """The description of a merge group's verdict, which is that of its strictest member."""
    return visible(f"#{number} in this merge group: {description}", LONGEST)


def observes(judgement: Judgement) -> bool:
    """Whether the rule book asks keyturn to hold nothing back."""
    book = judgement.rules.book
    return book is not None and book.mode is Mode.OBSERVE


def _rest(decision: Decision) -> str:
    """What else fits: the way on, or the deadline."""
    match decision.outcome:
        case Outcome.PENDING if decision.expires_at is not None and still_needed(decision):
            return f"; tier {decision.tier}, until {moment(decision.expires_at)}"
        case Outcome.PENDING | Outcome.APPROVED if decision.tier is not None:
            return f"; tier {decision.tier}"
        case Outcome.EXPIRED:
            return "; comment /keyturn renew"
        case Outcome.OVERRIDDEN:
            return "; a review is owed"
        case Outcome.INVALID | Outcome.ERROR if decision.errors:
            return f" ({decision.errors[0].message})"
        case _:
            return ""
