"""What can be wrong with the ledger."""

from enum import StrEnum, unique

from msgspec import Struct


@unique
class Fault(StrEnum):
    """The kinds of wrong."""

    EDITED = "edited"
    """An entry is not as it was written."""
    MISSING = "missing"
    """An entry is gone."""
    REORDERED = "reordered"
    """An entry stands where another belongs."""
    FORGED = "forged"
    """Somebody else than keyturn wrote an entry."""
    FOREIGN = "foreign"
    """Something on the branch is no work of keyturn's."""


class Finding(Struct, frozen=True, kw_only=True):
    """One thing that is wrong; `what` says it in a sentence without its full stop.

    `path` is empty where the finding is about a commit alone, `commit` where no commit shows it. `recorded` is whether
    keyturn noticed and wrote `ledger_broken`, so that nothing before that counts any more.
    """

    fault: Fault
    path: str
    what: str
    commit: str = ""
    recorded: bool = False
