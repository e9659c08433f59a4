"""What happens around a pull request in a timeline: outages, forgery, tampering, and the reviews that overrides owe."""

from collections.abc import Mapping
from typing import Any

import pytest

from keyturn.simulation.impossible import Impossible
from tests.simulation.timelines import BOOK, PUSH, failures, life, problems

OPEN_BOOK = BOOK.replace(", checks: [test, {name: scan, app: scanner}]", "").replace(", teams: [acme/core]", "")
"""Where one approval by ann or bob is enough."""
TWO = OPEN_BOOK.replace("override: {users: [dana]}", "override: {users: [dana, erin], approvals: 2, review_within: 2h}")
OVERRIDE = "/keyturn override {head} Nobody can pay until this is in."
GLASS: tuple[Mapping[str, Any], ...] = (
    {"push": PUSH, "expect": "pending"},
    {"comment": {"by": "dana", "text": OVERRIDE}, "expect": {"outcome": "overridden", "review_issue": "open"}},
)
APPROVED: tuple[Mapping[str, Any], ...] = (
    {"push": PUSH, "expect": {"outcome": "pending", "verdict": "pending"}},
    {"review": {"by": "ann", "says": "approve"}, "expect": {"outcome": "approved", "verdict": "success"}},
)


def played(*steps: Mapping[str, Any], book: str = OPEN_BOOK, **timeline: Any) -> list[tuple[int, list[str]]]:
    """What is not as expected in a timeline of these steps."""
    return failures(life(*steps, book=book, **timeline))


def test_not_governed__stays_so() -> None:
    """What is none of keyturn's business is not written down, and so is not governed for ever after."""
    found = played(
        {"push": {"commit": "one", "files": ["a"]}, "expect": {"outcome": "not_governed", "verdict": "success"}},
        {"tick": "1d", "expect": {"outcome": "not_governed", "events": [], "verdict": "success"}},
        {"becomes": "closed", "expect": {"outcome": "not_governed", "events": []}},
        pull_request={"author": "carol", "branch": "fix"},
    )
    assert found == []


def test_asked__once_a_request() -> None:
    """The roster is asked when a request opens, the escalation when it is due, whoever reviewed when another opens."""
    found = played(
        {"push": PUSH, "expect": {"asked": ["ann", "bob"]}},
        {"review": {"by": "ann", "says": "request_changes"}, "expect": {"outcome": "rejected", "asked": []}},
        {"push": {"commit": "two"}, "expect": {"asked": ["ann"]}},
        {"tick": "1h", "expect": {"asked": ["dana"], "events": ["escalated"]}},
        {"tick": "1h", "expect": {"asked": []}},
        {"becomes": "merged", "expect": {"asked": []}},
        book=OPEN_BOOK + "escalation: {users: [dana], teams: [acme/core]}\n".replace(", teams: [acme/core]", ""),
    )
    assert found == []


def test_outage__of_github_leaves_the_verdict() -> None:
    """While nothing can be read every step ends in `error`, and the verdict is what it was; then all is caught up."""
    found = played(
        *APPROVED,
        {
            "outage": "github",
            "expect": {
                "outcome": "error",
                "reason_codes": ["api_unavailable"],
                "next_step": "wait",
                "rule": "unmatched",
                "events": [],
                "verdict": "success",
            },
        },
        {
            "review": {"by": "bob", "says": "request_changes"},
            "expect": {"outcome": "error", "events": [], "verdict": "success"},
        },
        {"outage": "over", "expect": {"outcome": "rejected", "events": ["objected", "rejected"], "verdict": "failure"}},
    )
    assert found == []


def test_outage__of_the_ledger_stops_what_is_new() -> None:
    """A run that finds nothing new needs no ledger; one that does publishes `error`, and no issue is opened."""
    found = played(
        {"push": PUSH, "expect": "pending"},
        {"outage": "ledger", "expect": {"outcome": "pending", "verdict": "pending"}},
        {
            "comment": {"by": "dana", "text": OVERRIDE},
            "expect": {"outcome": "error", "reason_codes": ["ledger_unwritable"], "events": [], "verdict": "error"},
        },
        {"outage": "over", "expect": {"outcome": "overridden", "verdict": "success", "review_issue": "open"}},
        {"outage": "ledger", "expect": {"outcome": "overridden", "verdict": "success"}},
        {"becomes": "merged", "expect": {"outcome": "error", "verdict": "success"}},
        {"outage": "over", "expect": {"outcome": "overridden", "events": ["merged"]}},
    )
    assert found == []


@pytest.mark.parametrize("by", ["eve", "agent[bot]", "keyturn[bot]"])
def test_verdict__by_somebody_else_is_put_right(by: str) -> None:
    """A success that no entry holds is recorded once, and overwritten in the same run."""
    found = played(
        {"push": PUSH, "expect": {"verdict": "pending"}},
        {
            "verdict": {"by": by, "says": "success"},
            "expect": {"outcome": "pending", "events": ["verdict_forged"], "verdict": "pending"},
        },
        {"tick": "1m", "expect": {"events": [], "verdict": "pending"}},
    )
    assert found == []


def test_verdict__carries_the_base_and_whether_it_only_observes() -> None:
    """A pull request is judged under the name of its base branch; an observing rule book lets everything pass."""
    book = OPEN_BOOK.replace("version: 1\n", "version: 1\nmode: observe\n")
    found = played(
        {"push": PUSH, "expect": {"outcome": "pending", "verdict": "success"}},
        {"retarget": {"to": "release"}, "expect": {"outcome": "pending", "verdict": "success"}},
        {"verdict": {"by": "eve", "says": "failure"}, "expect": {"events": ["verdict_forged"], "verdict": "success"}},
        book=book,
    )
    assert found == []


@pytest.mark.parametrize(("what", "generation"), [("edited", 2), ("removed", 2), ("rewound", 2), ("deleted", 2)])
def test_ledger__tampered_with_voids_approvals(what: str, generation: int) -> None:
    """However somebody tampers with it, that is noticed once, and the request opens anew."""
    found = played(
        *APPROVED,
        {
            "ledger": what,
            "expect": {
                "outcome": "pending",
                "generation": generation,
                "discounted": {"ann": "before_renewal"},
                "verdict": "pending",
            },
        },
        {"tick": "1m", "expect": {"outcome": "pending", "events": []}},
        {"review": {"by": "ann", "says": "approve"}, "expect": {"outcome": "approved", "generation": generation}},
        {"tick": "1m", "expect": {"outcome": "approved", "events": []}},
    )
    assert found == []


def test_ledger__broken_counts_the_open_issues_as_overdue() -> None:
    """Where the ledger is not to be trusted, whoever owes a review may not override again from then on."""
    found = played(
        *GLASS,
        {"push": {"commit": "two"}, "expect": "pending"},
        {"outage": "ledger", "expect": "pending"},
        {"comment": {"by": "dana", "text": OVERRIDE}, "expect": "error"},
        {"ledger": "deleted", "expect": "error"},
        {
            "outage": "over",
            "expect": {
                "outcome": "pending",
                "review_issue": "open",
                "events": ["ledger_broken", "requested", "override_refused", "override_refused"],
            },
        },
    )
    assert found == []


def test_ledger__rewound_finds_the_issue_again() -> None:
    """Where only the entry is gone that told of the issue, the override is known by its comment, and asks no second."""
    told = life(
        *GLASS,
        {"ledger": "rewound", "expect": {"outcome": "overridden", "review_issue": "open"}},
        {"override_review": {"by": "ann", "does": "close"}, "expect": {"events": ["override_reviewed"]}},
        {"push": {"commit": "two"}, "expect": "pending"},
        {"ledger": "removed", "expect": "pending"},
        book=OPEN_BOOK,
    )
    assert failures(told) == []
    assert [[record.issue for record in step.ran.care.opened] for step in told.steps] == [[], [2], [], [], [], []]


def test_rule_book__broken_or_missing() -> None:
    """Everything governed is invalid, the last valid version says who may override, and restoring it restores all."""
    found = played(
        {"push": PUSH, "expect": "pending"},
        {"rule_book": "broken", "expect": {"outcome": "invalid", "reason_codes": ["rules_invalid"]}},
        {"comment": {"by": "ann", "text": OVERRIDE}, "expect": {"outcome": "invalid", "events": ["override_refused"]}},
        {"comment": {"by": "dana", "text": OVERRIDE}, "expect": "overridden"},
        {"edit": {"comment_of": "dana"}, "expect": "invalid"},
        {"rule_book": "missing", "expect": {"outcome": "invalid", "reason_codes": ["rules_missing"]}},
        {"rule_book": "restored", "expect": "pending"},
    )
    assert found == []


IN_VAIN: tuple[Mapping[str, Any], ...] = (
    {"by": "ann", "does": "close_by_commit"},
    {"by": "dana", "does": "close"},
    {"by": "carol", "does": "close"},
    {"by": "octocat", "does": "close"},
    {"by": "agent[bot]", "does": "close"},
)
"""Closings by somebody who overrode, is not on the roster, asked for the work, is no person, or not by hand."""


def test_override_review__is_done_by_somebody_who_could_have_approved() -> None:
    """A closing by hand by somebody on the roster who did not override ends the review, and the debt with it."""
    found = played(
        *GLASS,
        {
            "override_review": {"by": "ann", "does": "close"},
            "expect": {"events": ["override_reviewed"], "review_issue": "closed"},
        },
        {"tick": "72h", "expect": {"events": []}},
    )
    assert found == []


@pytest.mark.parametrize("closing", IN_VAIN, ids=lambda closing: f"{closing['by']} {closing['does']}")
def test_override_review__closed_in_vain(closing: Mapping[str, Any]) -> None:
    """Any other closing is undone once; the next one stays, and the debt stays with it until the review is done."""
    told = life(
        *GLASS,
        {"override_review": closing, "expect": {"events": [], "review_issue": "open"}},
        {"override_review": closing, "expect": {"events": [], "review_issue": "closed"}},
        {"tick": "72h", "expect": {"events": ["override_overdue"], "review_issue": "closed"}},
        {"override_review": {"by": "eve", "does": "reopen"}, "expect": {"events": [], "review_issue": "open"}},
        {"override_review": {"by": "bob", "does": "close"}, "expect": {"events": ["override_reviewed"]}},
        book=OPEN_BOOK,
    )
    assert failures(told) == []
    assert [len(step.ran.care.reopened) for step in told.steps] == [0, 0, 1, 0, 0, 0, 0]
    assert [len(step.ran.care.left) for step in told.steps] == [0, 0, 0, 1, 0, 0, 0]
    assert [len(step.ran.care.reminded) for step in told.steps] == [0, 0, 0, 0, 0, 1, 0]


@pytest.mark.parametrize(
    ("people", "events"), [({}, []), ({"eve": "read"}, []), ({"eve": "write"}, ["override_reviewed"])]
)
def test_override_review__by_whoever_has_the_permission(people: Mapping[str, str], events: list[str]) -> None:
    """Where the rule book names nobody, the permission alone says who could have approved."""
    found = played(
        *GLASS,
        {"override_review": {"by": "eve", "does": "close"}, "expect": {"events": events}},
        book=OPEN_BOOK.replace(", users: [ann, bob]", ""),
        people=people,
    )
    assert found == []


def test_override_review__of_an_earlier_override_by_its_commit() -> None:
    """Each override has its issue; a step says by the commit which one, else it is the newest."""
    told = life(
        *GLASS,
        {"push": {"commit": "two"}, "expect": "pending"},
        {"comment": {"by": "dana", "text": OVERRIDE}, "expect": "overridden"},
        {"override_review": {"by": "ann", "does": "close", "commit": "one"}, "expect": {"review_issue": "open"}},
        {"override_review": {"by": "ann", "does": "close"}, "expect": {"review_issue": "closed"}},
        book=OPEN_BOOK,
    )
    assert failures(told) == []
    assert [event.note for step in told.steps[4:] for event in step.ran.events] == ["#2", "#3"]


def test_override_review__goes_on_after_the_merge() -> None:
    """A merged pull request keeps its debt: it becomes overdue, its debtors are reminded once, and it can be paid."""
    told = life(
        *GLASS,
        {"becomes": "merged", "expect": {"events": ["merged"]}},
        {"tick": "72h", "expect": {"outcome": "overridden", "events": ["override_overdue"]}},
        {"tick": "72h", "expect": {"events": []}},
        {"override_review": {"by": "bob", "does": "close"}, "expect": {"events": ["override_reviewed"]}},
        book=OPEN_BOOK,
    )
    assert failures(told) == []
    assert [len(step.ran.care.reminded) for step in told.steps] == [0, 0, 0, 1, 0, 0]


def test_override__refused_to_whoever_owes_an_overdue_review() -> None:
    """From the second on at which the review is due, until it is done; a refused command is not revived by that."""
    found = played(
        *GLASS,
        {"push": {"commit": "two"}, "expect": "pending"},
        {"at": "2026-01-08T09:01:00Z", "comment": {"by": "dana", "text": OVERRIDE}, "expect": "pending"},
        {"override_review": {"by": "ann", "does": "close", "commit": "one"}, "expect": {"outcome": "pending"}},
        {"tick": "1m", "expect": "pending"},
        {"comment": {"by": "dana", "text": OVERRIDE}, "expect": "overridden"},
        book=OPEN_BOOK.replace("expire_after: 4h", "expire_after: 30d"),
    )
    assert found == []


def test_override__by_two_people() -> None:
    """One of two lets nothing through; both owe the one review that is asked for."""
    told = life(
        {"push": PUSH, "expect": "pending"},
        {"comment": {"by": "dana", "text": OVERRIDE}, "expect": {"outcome": "pending", "events": []}},
        {"comment": {"by": "dana", "text": OVERRIDE}, "expect": {"outcome": "pending", "events": []}},
        {"comment": {"by": "erin", "text": OVERRIDE}, "expect": {"outcome": "overridden", "review_issue": "open"}},
        {"override_review": {"by": "erin", "does": "close"}, "expect": {"events": [], "review_issue": "open"}},
        people={"erin": "write"},
        book=TWO,
    )
    assert failures(told) == []
    (record,) = told.steps[3].ran.care.opened
    assert [voice.login for voice in record.voices] == ["dana", "erin"]


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ([{"override_review": {"by": "ann", "does": "close"}}], "no issue asks for the review of an override$"),
        (
            [
                {"comment": {"by": "dana", "text": OVERRIDE}},
                {"override_review": {"by": "ann", "does": "close", "commit": "two"}},
            ],
            "no issue asks for the review of an override of the commit two",
        ),
        (
            [{"comment": {"by": "dana", "text": OVERRIDE}}, {"override_review": {"by": "ann", "does": "reopen"}}],
            "the issue of the override's review is open already",
        ),
        (
            [{"comment": {"by": "dana", "text": OVERRIDE}}, *[{"override_review": {"by": "ann", "does": "close"}}] * 2],
            "the issue of the override's review is closed already",
        ),
    ],
)
def test_step__that_cannot_happen(steps: list[Mapping[str, Any]], why: str) -> None:
    """A mistake in a case is told to its author."""
    with pytest.raises(Impossible, match=why):
        life({"push": PUSH}, *steps, book=OPEN_BOOK)


def test_ledger__that_holds_nothing_cannot_be_tampered_with() -> None:
    """What was never governed has no entry to edit."""
    with pytest.raises(Impossible, match="the ledger holds no entry yet"):
        life(
            {"push": {"commit": "one", "files": ["a"]}},
            {"ledger": "edited"},
            pull_request={"author": "carol", "branch": "fix"},
        )


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("override_review: {}", ":6:27: timelines[0].steps[1].override_review lacks the key does"),
        (
            "override_review: {by: ann, does: closes}",
            'is "closes"; did you mean close? allowed: close, close_by',
        ),
        ("override_review: {closd_by: ann}", "closd_by is an unknown key; allowed: by, does, commit"),
        ("verdict: {by: eve}", ":6:19: timelines[0].steps[1].verdict lacks the key says"),
        ("verdict: {by: eve, says: sucess}", 'is "sucess"; did you mean success? allowed: success, pending'),
        ("verdict: {by: '@eve', says: success}", "a GitHub login is made of up to 39 letters"),
        ("ledger: eddited", ':6:18: timelines[0].steps[1].ledger is "eddited"; did you mean edited? allowed: edited,'),
        ("rule_book: fixed", "allowed: broken, missing, restored"),
        ("outage: slack", "allowed: github, ledger, over"),
        ("outage: over, ledger: edited", "in a step exactly one thing happens"),
        ("tick: 1m, expect: {asked: [acme/]}", "a person is given by login, a team is written organisation/team"),
        ("tick: 1m, expect: {verdict: green}", "allowed: success, pending, failure, error"),
        ("tick: 1m, expect: {review_issue: gone}", "allowed: open, closed"),
    ],
)
def test_suite__refuses_what_it_does_not_understand(step: str, expected: str) -> None:
    """Each of these steps is read strictly, with the place of what is wrong and what is allowed."""
    expect = "" if "expect:" in step else ", expect: pending"
    lines = ("version: 1", "timelines:", "  - name: x", "    steps:", "      - {push: {commit: a}, expect: pending}")
    found = problems("\n".join((*lines, f"      - {{{step}{expect}}}", "")))
    assert any(expected in problem for problem in found), found
    assert not [problem for problem in found if "exactly one thing" in problem and "exactly one" not in expected]
