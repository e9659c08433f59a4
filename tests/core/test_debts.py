"""The file of open debts: what is owed for overrides in the whole repository."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.core.debts import debts_of, owed, updated
from keyturn.core.facts import Debt
from keyturn.core.record import OverrideRecord, OverrideVoice

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
DUE = AT + timedelta(hours=72)


def override(*people: str, issue: int | None = None, reviewed: bool = False, head: str = "a" * 40) -> OverrideRecord:
    """An override by these people, made at nine, whose review is due three days later."""
    return OverrideRecord(
        head=head,
        base="main",
        at=AT,
        due=DUE,
        voices=tuple(
            OverrideVoice(login=login, at=AT, comment=f"IC_{login}", reason="the shop is down") for login in people
        ),
        issue=issue,
        reviewed_at=AT + timedelta(hours=1) if reviewed else None,
    )


def a_debt(**spoilt: object) -> bytes:
    """A file with one debt, some of its members spoilt."""
    debt: dict[str, object] = {
        "pull_request": 12,
        "head": None,
        "base": None,
        "issue": None,
        "people": [],
        "due": "2026-01-08T09:00:00Z",
    }
    return json.dumps([debt | spoilt]).encode("ascii")


def in_issue(pull_request: int, issue: int, *people: str) -> Debt:
    """A debt that only an open issue tells of."""
    return Debt(pull_request, issue, people, AT, from_issue=True)


def test_debts__none_where_the_branch_has_no_such_file() -> None:
    """Before the first override there is no file, and nobody owes anything."""
    assert debts_of(None) == ()
    assert updated(None, 12, ()) is None


def test_debts__an_override_is_owed_until_its_review_is_done() -> None:
    """The file names the pull request, what was let through, the issue, the people and when their review is due."""
    written = updated(None, 12, (override("ann", "bob", issue=40),))
    assert written is not None
    assert json.loads(written) == [
        {
            "pull_request": 12,
            "head": "a" * 40,
            "base": "main",
            "issue": 40,
            "people": ["ann", "bob"],
            "due": "2026-01-08T09:00:00Z",
        }
    ]
    assert debts_of(written) == (Debt(12, 40, ("ann", "bob"), DUE),)
    done = updated(written, 12, (override("ann", "bob", issue=40, reviewed=True),))
    assert done is not None
    assert debts_of(done) == ()


def test_debts__the_same_overrides_change_nothing() -> None:
    """A run that finds nothing new has nothing to write."""
    records = (override("ann"), override("bob", head="b" * 40))
    written = updated(None, 12, records)
    assert updated(written, 12, reversed(records)) is None
    assert updated(b"[]\n", 12, (override("ann", reviewed=True),)) is None


def test_debts__those_of_other_pull_requests_stay() -> None:
    """A pull request speaks for itself only."""
    written = updated(updated(None, 12, (override("ann"),)), 3, (override("bob"),))
    assert written is not None
    assert debts_of(written) == (Debt(3, None, ("bob",), DUE), Debt(12, None, ("ann",), DUE))
    paid = updated(written, 3, (override("bob", reviewed=True),))
    assert debts_of(paid) == (Debt(12, None, ("ann",), DUE),)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not JSON",
        b"\xff",
        b"{}",
        b'[{"pull_request": 12}]',
        a_debt(pull_request=0),
        a_debt(due="2026-01-08T09:00:00"),
        a_debt(forgiven=True),
    ],
)
def test_debts__a_broken_file_is_no_empty_one(content: bytes) -> None:
    """Whoever damages the file pays nobody's debts: they are unknown, and the labelled issues speak."""
    assert debts_of(a_debt()) is not None
    assert debts_of(content) is None


def test_debts__a_broken_file_is_rebuilt_from_the_labelled_issues() -> None:
    """The next override writes the file anew with the debts that the issues tell of; its own it knows itself."""
    issues = (in_issue(3, 41, "bob"), in_issue(12, 40, "eve"))
    rebuilt = updated(b"broken", 12, (override("ann", issue=40),), issues)
    assert debts_of(rebuilt) == (in_issue(3, 41, "bob"), Debt(12, 40, ("ann",), DUE))


def test_debts__a_broken_file_is_rebuilt_by_a_pull_request_without_any() -> None:
    """Rebuilding does not wait for the next override."""
    rebuilt = updated(b"broken", 12, (), (in_issue(3, 41, "bob"),))
    assert debts_of(rebuilt) == (in_issue(3, 41, "bob"),)


def test_debts__a_file_that_is_gone_is_rebuilt_from_the_labelled_issues() -> None:
    """Whoever deletes the ledger pays nobody's debts, not even those of the pull request that is judged first."""
    issues = (in_issue(3, 41, "bob"), in_issue(12, 40, "eve"))
    rebuilt = updated(None, 12, (), issues)
    assert debts_of(rebuilt) == issues
    assert updated(rebuilt, 12, (), issues) is None
    again = updated(rebuilt, 12, (override("eve", issue=40),), issues)
    assert debts_of(again) == (in_issue(3, 41, "bob"), Debt(12, 40, ("eve",), DUE))
    assert debts_of(updated(again, 12, (override("eve", issue=40, reviewed=True),), issues)) == issues[:1]
    assert debts_of(updated(rebuilt, 5, (), ())) == ()


@pytest.mark.parametrize(
    ("trusted", "open_issues", "expected"),
    [
        (True, [40, 41, 42], [40, 41]),
        (True, [42], [40]),
        (True, [], [40]),
        (False, [40, 41, 42], [40, 41, 42]),
        (False, [], [40]),
    ],
)
def test_owed__by_the_file_and_by_the_issues(trusted: bool, open_issues: list[int], expected: list[int]) -> None:
    """What the ledger holds is owed; what only an issue tells is owed while that is open, and counts as overdue."""
    content = updated(None, 12, (override("ann", issue=40),), (in_issue(3, 41, "bob"),))
    issues = tuple(in_issue(number, number, "eve") for number in open_issues)
    assert sorted(debt.issue or 0 for debt in owed(content, issues, trusted=trusted)) == expected
    assert owed(b"broken", issues, trusted=trusted) == issues
    assert {debt.issue for debt in owed(content, None, trusted=trusted)} == {40, 41}


def order(debt: Debt) -> tuple[int, tuple[str, ...]]:
    """By what debts of equal due dates are told apart."""
    return debt.pull_request, debt.people


numbers = st.integers(min_value=1, max_value=6)
steps = st.lists(
    st.tuples(numbers, st.lists(st.builds(override, st.sampled_from(["ann", "bob"]), reviewed=st.booleans())))
)


@given(steps)
def test_debts__the_file_holds_exactly_what_the_latest_records_owe(
    told: list[tuple[int, list[OverrideRecord]]],
) -> None:
    """Whatever the order of writes, the file equals the open reviews of the newest records of every pull request."""
    content: bytes | None = None
    latest: dict[int, list[OverrideRecord]] = {}
    for number, records in told:
        latest[number] = records
        content = updated(content, number, records) or content
    wanted = [
        Debt(number, record.issue, tuple(voice.login for voice in record.voices), record.due)
        for number, records in sorted(latest.items())
        for record in records
        if record.reviewed_at is None
    ]
    found = debts_of(content)
    assert found is not None
    assert sorted(found, key=order) == sorted(wanted, key=order)
