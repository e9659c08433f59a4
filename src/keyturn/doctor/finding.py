"""What a check of the set-up found: a value that says what, why it matters and how to mend it."""

from collections.abc import Iterable
from enum import StrEnum, unique

from msgspec import Struct


@unique
class State(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    """As it should be."""
    WARNING = "warning"
    """It works, but not as well as it could; or it could not be found out."""
    WRONG = "wrong"
    """The gate does not hold, or does not let pass what it should."""


class Finding(Struct, frozen=True, kw_only=True):
    """One finding; `what` is on one line. Of what is `ok` the reason and the remedy may be empty."""

    name: str
    state: State
    what: str
    why: str = ""
    mend: str = ""


def good(name: str, what: str) -> Finding:
    """Something is as it should be."""
    return Finding(name=name, state=State.OK, what=what)


def warning(name: str, what: str, why: str, mend: str) -> Finding:
    """Something could be better, or could not be found out."""
    return Finding(name=name, state=State.WARNING, what=what, why=why, mend=mend)


def wrong(name: str, what: str, why: str, mend: str) -> Finding:
    """Something must be mended."""
    return Finding(name=name, state=State.WRONG, what=what, why=why, mend=mend)


def worst(findings: Iterable[Finding]) -> State:
    """The worst state among the findings; `ok` where there is none."""
    return max((finding.state for finding in findings), key=list(State).index, default=State.OK)
