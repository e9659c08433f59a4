"""The required check that follows from a decision: its state and its name."""

from enum import StrEnum, unique

from msgspec import Struct

from keyturn.core.decision import PASSING, Outcome


@unique
class VerdictState(StrEnum):
    """The states of a commit status; a check run says `error` as failure."""

    SUCCESS = "success"
    PENDING = "pending"
    FAILURE = "failure"
    ERROR = "error"

    @property
    def strictness(self) -> int:
        """0 for `success` up to 3 for `error`: of several verdicts on one commit, the strictest is published."""
        return _STRICTNESS[self.value]


_STRICTNESS = {"success": 0, "pending": 1, "failure": 2, "error": 3}


def state_of(outcome: Outcome) -> VerdictState:
    """The state that an outcome is published with."""
    if outcome in PASSING:
        return VerdictState.SUCCESS
    if outcome is Outcome.PENDING:
        return VerdictState.PENDING
    return VerdictState.ERROR if outcome is Outcome.ERROR else VerdictState.FAILURE


def verdict_name(check_name: str, base: str, default_branch: str, *, observe: bool) -> str:
    """The name a verdict is published under, which carries the base branch unless that is the default branch."""
    name = check_name if base == default_branch else f"{check_name}: {base}"
    return f"{name} (observe)" if observe else name


class Annotation(Struct, frozen=True, kw_only=True):
    """What is wrong with a line of a file of the pull request's head; lines count from 1."""

    path: str
    line: int
    title: str
    message: str
