"""Which rule book applies.

The default branch's own, or, where that one is missing or broken, an older one for a few things only.
"""

from msgspec import Struct

from keyturn.core.digest import bytes_digest
from keyturn.core.facts import FileVersion, Rules, Unread
from keyturn.core.problem import Problem, Refused
from keyturn.core.rulebook import RuleBook, read_rulebook


class RulesInForce(Struct, frozen=True, kw_only=True):
    """The rule book, or why there is none.

    `book` judges. Where it is `None`, `fallback`, the newest valid older version, still says who is an agent, who
    approves and who may break the glass; `refused` is the digest of the bytes of the one that cannot judge, where they
    could be read. `wants_older` asks for the older versions, which nobody has read yet.
    """

    book: RuleBook | None
    fallback: RuleBook | None = None
    missing: bool = False
    refused: str | None = None
    problems: tuple[Problem, ...] = ()
    wants_older: bool = False

    @property
    def governing(self) -> RuleBook | None:
        """The rule book whose `agents`, `approvers` and `override` are in force.

        `None` where there has never been a valid one.
        """
        return self.book or self.fallback

    @property
    def digest(self) -> str | None:
        """The digest of the file on the default branch, valid or not; `None` where there is none to be read."""
        return self.book.digest if self.book is not None else self.refused


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
    content = rules.current.content if rules.current is not None else None
    refused = None if content is None else bytes_digest(content)
    if isinstance(rules.older, Unread):
        return RulesInForce(book=None, missing=missing, refused=refused, problems=problems, wants_older=True)
    fallback = next((book for version in rules.older if isinstance(book := _read(version), RuleBook)), None)
    return RulesInForce(book=None, fallback=fallback, missing=missing, refused=refused, problems=problems)


def _read(version: FileVersion) -> RuleBook | tuple[Problem, ...]:
    if version.content is None:
        return (Problem(version.path, None, None, version.problem or "the file cannot be read"),)
    try:
        return read_rulebook(version.path, version.content)
    except Refused as refused:
        return refused.problems
