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
    return tuple(Debt(debt.pull_request, debt.issue, debt.people, debt.due) for debt in known)


def owed(content: bytes | None, in_issues: Iterable[Debt], *, trusted: bool) -> tuple[Debt, ...]:
    """What is owed by the bytes of `debts.json` and by the open issues that ask for reviews.

    Where the ledger is not `trusted`, or its list is damaged, the issues count besides: as overdue, for nobody can tell
    when their reviews were due.
    """
    known = debts_of(content)
    if known is None:
        return tuple(in_issues)
    if trusted:
        return known
    listed = {debt.issue for debt in known}
    return (*known, *(debt for debt in in_issues if debt.issue not in listed))


def updated(
    content: bytes | None, number: int, records: Iterable[OverrideRecord], in_issues: Iterable[Debt] = ()
) -> bytes | None:
    """The new bytes of `debts.json` once these are the overrides of a pull request; `None` where nothing changes.

    Debts of other pull requests stay. Where `content` is broken, those that the labelled issues tell of take their
    place, so that a damaged file never ends a debt.
    """
    known = _read(content)
    others = known if known is not None else tuple(_from_issue(debt) for debt in in_issues)
    own = tuple(_owed(number, record) for record in records if record.reviewed_at is None)
    kept = tuple(debt for debt in others if debt.pull_request != number)
    wanted = _written((*kept, *own))
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
