"""Which rule book applies.

The default branch's own, or, where that one is missing or broken, an older one for a few things only.
"""

from msgspec import Struct

from keyturn.core.facts import FileVersion, Rules, Unread
from keyturn.core.problem import Problem, Refused
from keyturn.core.rulebook import RuleBook, read_rulebook


class RulesInForce(Struct, frozen=True, kw_only=True):
    """The rule book, or why there is none.

    `book` judges. Where it is `None`, `fallback`, the newest valid older version, still says who is an agent, who
    approves and who may break the glass. `wants_older` asks for the older versions, which nobody has read yet.
    """

    book: RuleBook | None
    fallback: RuleBook | None = None
    missing: bool = False
    problems: tuple[Problem, ...] = ()
    wants_older: bool = False

    @property
    def governing(self) -> RuleBook | None:
        """The rule book whose `agents`, `approvers` and `override` are in force.

        `None` where there has never been a valid one.
        """
        return self.book or self.fallback


def read_rules(rules: Rules, path: str) -> RulesInForce:
    """Read the rule book of the default branch; never raises for what it holds."""
    if rules.current is None:
        problems: tuple[Problem, ...] = (
            Problem(path, None, None, "there is no rule book on the default branch; add one with `keyturn init`"),
        )
    else:
        read = _read(rules.current)
        if isinstance(read, RuleBook):
            return RulesInForce(book=read)
        problems = read
    missing = rules.current is None
    if isinstance(rules.older, Unread):
        return RulesInForce(book=None, missing=missing, problems=problems, wants_older=True)
    fallback = next((book for version in rules.older if isinstance(book := _read(version), RuleBook)), None)
    return RulesInForce(book=None, fallback=fallback, missing=missing, problems=problems)


def _read(version: FileVersion) -> RuleBook | tuple[Problem, ...]:
    if version.content is None:
        return (Problem(version.path, None, None, version.problem or "the file cannot be read"),)
    try:
        return read_rulebook(version.path, version.content)
    except Refused as refused:
        return refused.problems
