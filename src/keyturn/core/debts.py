"""The open reviews of overrides in the whole repository, as `debts.json` on the ledger branch keeps them."""

from collections.abc import Iterable
from typing import Final

from pydantic import AwareDatetime, Field, TypeAdapter

from keyturn.core.decision import Published
from keyturn.core.facts import Debt
from keyturn.core.record import OverrideRecord

DEBTS_PATH: Final = "debts.json"
"""Where the open debts stand on the ledger branch."""


class OpenDebt(Published):
    """A review that is still owed for an override of this pull request.

    `head` and `base` say what was let through, `None` where only the issue is left to tell of the debt.
    """

    pull_request: int = Field(ge=1)
    head: str | None
    base: str | None
    issue: int | None
    people: tuple[str, ...]
    due: AwareDatetime


_FORM: Final = TypeAdapter(tuple[OpenDebt, ...])


def debts_of(content: bytes | None) -> tuple[Debt, ...] | None:
    """The debts in the bytes of `debts.json`; without the file there are none.

    `None` where the bytes are not what keyturn writes: what is owed is then known from the labelled issues alone, and
    each of those debts counts as overdue, for nobody can tell when it was due.
    """
    known = _read(content)
    if known is None:
        return None
    return tuple(
        Debt(debt.pull_request, debt.issue, debt.people, debt.due, from_issue=debt.head is None) for debt in known
    )


def owed(content: bytes | None, in_issues: Iterable[Debt] | None, *, trusted: bool) -> tuple[Debt, ...]:
    """What is owed, by the bytes of `debts.json` and by the open issues; these are `None` where nobody can read them.

    What only an issue told of is owed while that is open, so far as can be read. Where the ledger is not `trusted`, or
    its list is damaged, all open issues count, as overdue, for nobody can tell when their reviews were due.
    """
    told = tuple(in_issues or ())
    known = debts_of(content)
    if known is None:
        return told
    still_open = {debt.issue for debt in told}
    standing = tuple(debt for debt in known if not debt.from_issue or in_issues is None or debt.issue in still_open)
    if trusted:
        return standing
    listed = {debt.issue for debt in standing}
    return (*standing, *(debt for debt in told if debt.issue not in listed))


def updated(
    content: bytes | None, number: int, records: Iterable[OverrideRecord], known: Iterable[Debt] = ()
) -> bytes | None:
    """The new bytes of `debts.json` once these are the overrides of a pull request; `None` where nothing changes.

    Debts of other pull requests stay. Of those that are `known`, the ones that only an issue tells of are listed until
    the ledger holds the override again, so that a damaged file or a deleted ledger never ends a debt.
    """
    records = tuple(records)
    own = tuple(_owed(number, record) for record in records if record.reviewed_at is None)
    others = tuple(debt for debt in _read(content) or () if debt.pull_request != number and debt.head is not None)
    held = {debt.issue for debt in others} | {record.issue for record in records}
    from_issues = tuple(_from_issue(debt) for debt in known if debt.from_issue and debt.issue not in held)
    wanted = _written((*others, *from_issues, *own))
    return None if wanted == (_written(()) if content is None else content) else wanted


def _read(content: bytes | None) -> tuple[OpenDebt, ...] | None:
    if content is None:
        return ()
    try:
        return _FORM.validate_json(content)
    except ValueError:
        return None


def _owed(number: int, record: OverrideRecord) -> OpenDebt:
    return OpenDebt(
        pull_request=number,
        head=record.head,
        base=record.base,
        issue=record.issue,
        people=tuple(voice.login for voice in record.voices),
        due=record.due,
    )


def _from_issue(debt: Debt) -> OpenDebt:
    return OpenDebt(
        pull_request=debt.pull_request, head=None, base=None, issue=debt.issue, people=debt.people, due=debt.due
    )


def _written(debts: Iterable[OpenDebt]) -> bytes:
    """The same debts give the same bytes, in whatever order they come."""
    ordered = sorted(debts, key=lambda debt: (debt.pull_request, debt.due, debt.head or "", debt.issue or 0))
    return _FORM.dump_json(tuple(ordered), indent=1, ensure_ascii=True) + b"\n"
