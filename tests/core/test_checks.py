"""Whether the status checks that a requirement lists are met."""

from datetime import timedelta
from typing import Any

import pytest

from keyturn.core.checks import newest, unmet
from keyturn.core.decision import Checks, Outcome, ReasonCode
from keyturn.core.facts import UNREAD, Check, CheckState, WorkflowRun
from keyturn.core.inquiry import Inquiry
from keyturn.core.rulebook import CheckPattern
from keyturn.core.tier import Tier
from tests.support.build import OPENED, check, facts, judged, review
from tests.support.build_book import book, policies

SUCCESS, PENDING, FAILED = CheckState
DONE, RUNNING = WorkflowRun(1, "ci", finished=True), WorkflowRun(2, "nightly", finished=False)


def order(number: int) -> tuple[Any, int]:
    """A place in time; higher is newer."""
    return OPENED + timedelta(seconds=number), number


def missing(*names: str) -> Checks:
    """Checks of which nothing is to be seen."""
    return Checks(missing=names)


def standing(pattern: CheckPattern | str, *checks: Check, runs: Any = ()) -> Checks:
    """What one required check still wants."""
    required = CheckPattern(pattern) if isinstance(pattern, str) else pattern
    return unmet([required], checks, Inquiry(facts(runs=runs)))


TEST_BY_ACTIONS = CheckPattern("test", "GitHub-Actions")


@pytest.mark.parametrize(
    ("pattern", "checks", "expected"),
    [
        pytest.param("test", [], missing("test"), id="nothing matches"),
        pytest.param("test", [check("tests")], missing("test"), id="the whole name"),
        pytest.param("test", [check("Test")], missing("test"), id="case counts"),
        pytest.param("test", [check()], Checks(), id="success"),
        pytest.param("test", [check(state=PENDING)], Checks(pending=("test",)), id="pending"),
        pytest.param("test", [check(state=FAILED)], Checks(failed=("test",)), id="failed"),
        pytest.param("test", [check(own=True)], missing("test"), id="keyturn's own never match"),
        pytest.param("test", [check(app=None)], Checks(), id="a status"),
        pytest.param(TEST_BY_ACTIONS, [check()], Checks(), id="by the app, case aside"),
        pytest.param(TEST_BY_ACTIONS, [check(app="evil")], missing("test"), id="by another app"),
        pytest.param(TEST_BY_ACTIONS, [check(app=None)], missing("test"), id="an app matches check runs only"),
        pytest.param(TEST_BY_ACTIONS, [check(), check(app="evil", state=FAILED)], Checks(), id="others aside"),
        pytest.param(
            "test", [check(), check(app="evil", state=FAILED)], Checks(failed=("test",)), id="without an app all count"
        ),
        pytest.param(
            "test",
            [check(event="push"), check(event="merge_group", state=PENDING)],
            Checks(pending=("test",)),
            id="of every event",
        ),
        pytest.param(
            "test",
            [check(workflow="a"), check(workflow="b", state=FAILED)],
            Checks(failed=("test",)),
            id="of every workflow",
        ),
        pytest.param("t[a-f]st", [check()], Checks(), id="wildcards"),
        pytest.param(
            "*",
            [check("a"), check("b", FAILED), check("c", PENDING)],
            Checks(pending=("c",), failed=("b",)),
            id="all that match",
        ),
        pytest.param("*", [], missing("*"), id="even a lone star needs one"),
    ],
)
def test_unmet__one_required_check(pattern: CheckPattern | str, checks: list[Check], expected: Checks) -> None:
    """A check is met when at least one on the head matches and all that match ended in success."""
    assert standing(pattern, *checks) == expected
    assert standing(pattern, *reversed(checks)) == expected


@pytest.mark.parametrize(
    ("pattern", "runs", "expected"),
    [
        pytest.param("te*", (DONE,), Checks(), id="every run has finished"),
        pytest.param("te*", (), Checks(), id="there are no runs"),
        pytest.param("te*", (DONE, RUNNING), Checks(pending=("te*",)), id="a run has not"),
        pytest.param("te?t", (RUNNING,), Checks(pending=("te?t",)), id="for ?"),
        pytest.param("te[s]t", (RUNNING,), Checks(pending=("te[s]t",)), id="for a class"),
        pytest.param("te*", None, Checks(pending=("te*",)), id="runs cannot be read"),
        pytest.param("te*", UNREAD, Checks(pending=("te*",)), id="nobody has read them"),
        pytest.param("test", (RUNNING,), Checks(), id="a plain name waits for its own check only"),
        pytest.param("X", (RUNNING,), Checks(missing=("X",)), id="whatever letters it has"),
    ],
)
def test_unmet__wildcards_wait_for_every_run(pattern: str, runs: object, expected: Checks) -> None:
    """A name with wildcards also needs every workflow run of the head to have finished."""
    assert standing(pattern, check(), runs=runs) == expected


def test_unmet__asks_for_runs_only_with_wildcards() -> None:
    """The runs are asked for where a wildcard waits for them, and only there."""
    for name, wanted in (("te*", True), ("test", False)):
        inquiry = Inquiry(facts(runs=UNREAD))
        unmet([CheckPattern(name)], [check()], inquiry)
        assert inquiry.wanted().runs is wanted


def test_unmet__each_name_once_in_order() -> None:
    """Names come sorted and once, however many patterns they match."""
    required = [CheckPattern("b"), CheckPattern("[ab]"), CheckPattern("z"), CheckPattern("y"), CheckPattern("z", "app")]
    found = unmet(required, [check("b", FAILED), check("a", FAILED)], Inquiry(facts()))
    assert found == Checks(missing=("y", "z"), failed=("a", "b"))


@pytest.mark.parametrize(
    ("checks", "state"),
    [
        pytest.param([check(order=order(1), state=FAILED), check(order=order(2))], SUCCESS, id="a re-run that passed"),
        pytest.param([check(order=order(1)), check(order=order(2), state=FAILED)], FAILED, id="a re-run that failed"),
        pytest.param(
            [check(order=order(1)), check(order=order(1), state=PENDING)], PENDING, id="of one moment the worse"
        ),
        pytest.param([check(state=FAILED), check(state=PENDING)], FAILED, id="failed is worse than pending"),
    ],
)
def test_newest__of_name_app_workflow_and_event(checks: list[Check], state: CheckState) -> None:
    """Of checks with one name, app, workflow and event the newest counts, whatever the order in which they arrive."""
    for arrived in (checks, checks[::-1]):
        assert [found.state for found in newest(arrived)] == [state]


def test_newest__keeps_different_ones_apart() -> None:
    """Another name, app, workflow or event is another check; keyturn's own are left out."""
    different = [check(), check("b"), check(app="x"), check(workflow="x"), check(event="x")]
    assert newest([check(own=True), *different, check("b", own=True)]) == tuple(different)


@pytest.mark.parametrize(
    ("state", "outcome", "code"),
    [
        (SUCCESS, Outcome.APPROVED, ReasonCode.QUORUM),
        (PENDING, Outcome.PENDING, ReasonCode.CHECKS_PENDING),
        (FAILED, Outcome.PENDING, ReasonCode.CHECKS_FAILED),
        (None, Outcome.PENDING, ReasonCode.CHECKS_MISSING),
    ],
)
def test_decide__required_checks_hold_it_back(state: CheckState | None, outcome: Outcome, code: ReasonCode) -> None:
    """A quorum alone does not pass while a required check is missing, pending or failed."""
    rules = book(tiers=policies(checks={Tier.AUTO: ("test",)}))
    checks = () if state is None else (check(state=state),)
    told = judged(facts(reviews=(review(),), checks=checks), rules).decision
    assert (told.outcome, told.reason_codes) == (outcome, (code,))
