"""The reviews that overrides still owe: as the ledger has them, or where it is damaged, as the labelled issues do."""

import re

from msgspec import Struct

from keyturn.core.debts import owed
from keyturn.core.facts import Debt
from keyturn.github.accounts import Viewer, account
from keyturn.github.blobs import Blobs
from keyturn.github.fields import Fields
from keyturn.github.first_read import FirstRead
from keyturn.github.ledger_read import is_own


class DebtsRead(Struct, frozen=True):
    """`content` are the bytes of the ledger's list, `None` where there is none; `in_issues` what the open issues tell.

    `own` is whether keyturn itself wrote, or removed, the list last. `in_issues` is `None` where issues cannot be read.
    """

    content: bytes | None
    own: bool
    in_issues: tuple[Debt, ...] | None

    def debts(self, *, trusted: bool) -> tuple[Debt, ...]:
        """What is owed; where the ledger is not `trusted` or somebody else wrote the list, the issues count besides."""
        return owed(self.content, self.in_issues, trusted=trusted and self.own)


def debts_read(first: FirstRead, blobs: Blobs) -> DebtsRead:
    """The debts in the answer to the first query."""
    ledger = first.ledger
    listed = ledger.maybe("debts") if ledger is not None else None
    writers = [is_own(commit, first.viewer) for commit in ledger.nodes("debtsHistory")] if ledger is not None else []
    return DebtsRead(
        blobs.of_entry(listed) if listed is not None else None,
        all(writers) if writers else listed is None,
        _debts_in_issues(first.repository, first.viewer),
    )


def _debts_in_issues(repository: Fields, viewer: Viewer) -> tuple[Debt, ...] | None:
    """The debts that the open issues by keyturn's own account tell of; each is due since its issue was opened.

    `None` where issues cannot be read.
    """
    if repository.maybe("debts") is None:
        return None
    found = []
    for issue in repository.nodes("debts"):
        if not viewer.is_account(account(issue.maybe("author"))):
            continue
        about = re.search(r"#(\d{1,9})", issue.text("title"))
        people = tuple(person.text("login") for person in issue.nodes("assignees"))
        number = int(about[1]) if about else issue.whole("number")
        found.append(Debt(number, issue.whole("number"), people, issue.time("createdAt"), from_issue=True))
    return tuple(found)
