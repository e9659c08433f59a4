"""The line beside the merge button."""

import pytest
from hypothesis import given
from msgspec.structs import replace

from keyturn.core.decision import Checks, Outcome, ReasonCode
from keyturn.core.judgement import Judgement
from keyturn.core.report import report_error
from keyturn.render.status import LONGEST, decision_description, status_description, strictest_description
from tests.render.examples import EXAMPLES, HEAD, example
from tests.render.hostile import hostile_judgements


@given(hostile_judgements())
def test_status__is_one_short_line(judgement: Judgement) -> None:
    """A status takes 140 characters, all of them visible."""
    line = status_description(judgement)
    assert 0 < len(line) <= LONGEST
    assert line.isprintable()


@pytest.mark.parametrize("name", [name for name in EXAMPLES if example(name).decision.outcome is Outcome.OVERRIDDEN])
def test_status__says_that_it_was_overridden(name: str) -> None:
    """A success that nobody approved says so, and names who let it through."""
    assert status_description(example(name)).startswith("Overridden by zoe: let through without the approvals it needs")


def test_status__says_when_it_only_observes() -> None:
    """A success that stands for nothing says what would have happened."""
    assert status_description(example("observed")) == "Observing only: keyturn would have stopped it"


def test_status__of_an_error_says_what_went_wrong() -> None:
    """Where there is no judgement, the decision alone is told."""
    decision = report_error(
        "acme/shop", 12, HEAD, "main", ReasonCode.API_UNAVAILABLE, "GitHub answered 502 three times"
    )
    assert decision_description(decision) == (
        "keyturn could not find out: GitHub could not be read (GitHub answered 502 three times)"
    )


@pytest.mark.parametrize(
    ("checks", "told"),
    [
        (Checks(failed=("test",)), "Waiting for test (failed); tier multi"),
        (Checks(missing=("lint",), pending=("test",)), "Waiting for lint (not seen) and test (running); tier multi"),
        (Checks(failed=("a", "b"), pending=("c",)), "Waiting for 3 checks, 2 of them failed; tier multi"),
        (Checks(pending=("a", "b", "c")), "Waiting for 3 checks; tier multi"),
    ],
)
def test_status__names_checks_while_they_are_few(checks: Checks, told: str) -> None:
    """One or two checks are named with their state, more are counted."""
    judgement = example("pending_checks")
    decision = judgement.decision.model_copy(update={"checks": checks})
    assert status_description(replace(judgement, decision=decision)) == told


def test_status__names_three_approvers_at_most() -> None:
    """A long list of people does not push the rest out of the line."""
    decision = example("approved").decision
    approvals = decision.approvals.model_copy(update={"counted": ("ann", "bob", "carol", "dave", "erin")})
    assert decision_description(decision.model_copy(update={"approvals": approvals})) == (
        "Approved by ann, bob, carol and 2 more; tier multi"
    )


def test_status__names_the_stricter_pull_request() -> None:
    """Where another pull request with the same head and base is stricter, its number stands first."""
    assert strictest_description(13, "Expired") == "#13 has the same commit and base: Expired"
    assert len(strictest_description(13, "x" * 140)) == LONGEST
