"""Check runs and statuses of the head commit, and keyturn's verdicts and job among them."""

from typing import Any

import pytest
from msgspec.structs import replace

from keyturn.core.chain import Anchor
from keyturn.core.facts import Check, CheckState
from keyturn.core.verdict import VerdictState
from keyturn.settings import OwnRun, Publish, Settings
from tests.github.reading_place import ReadingPlace
from tests.github_server.state.checks import CheckRun
from tests.github_server.state.pull_request import PullRequest

ANCHOR = Anchor("pulls/0/1/000001.json", "c" * 40, 2)


def by_name(place: ReadingPlace, pull: PullRequest, settings: Settings | None = None) -> dict[str, Check]:
    """The checks on the head; each name once."""
    return {check.name: check for check in place.snapshot(pull, settings).facts.checks}


@pytest.mark.parametrize(
    ("status", "conclusion", "expected"),
    [
        ("completed", "success", CheckState.SUCCESS),
        ("completed", "failure", CheckState.FAILED),
        ("completed", "neutral", CheckState.FAILED),
        ("completed", "skipped", CheckState.FAILED),
        ("completed", "cancelled", CheckState.FAILED),
        ("completed", "timed_out", CheckState.FAILED),
        ("completed", "action_required", CheckState.FAILED),
        ("completed", "stale", CheckState.FAILED),
        ("completed", "startup_failure", CheckState.FAILED),
        ("queued", None, CheckState.PENDING),
        ("in_progress", None, CheckState.PENDING),
        ("waiting", None, CheckState.PENDING),
        ("requested", None, CheckState.PENDING),
        ("pending", None, CheckState.PENDING),
    ],
)
def test_check_run__only_success_meets(
    place: ReadingPlace, status: str, conclusion: str | None, expected: CheckState
) -> None:
    """Skipped and neutral end a check run without meeting a requirement."""
    pull = place.open()
    run = pull.check_run("test", conclusion)
    run.status = status

    assert by_name(place, pull)["test"].state is expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("success", CheckState.SUCCESS),
        ("pending", CheckState.PENDING),
        ("failure", CheckState.FAILED),
        ("error", CheckState.FAILED),
    ],
)
def test_status__only_success_meets(place: ReadingPlace, state: str, expected: CheckState) -> None:
    """A status has a state, and no app, workflow, event or run."""
    pull = place.open()
    pull.status("ci", state)

    check = by_name(place, pull)["ci"]

    assert (check.state, check.app, check.workflow, check.event, check.run) == (expected, None, None, None, None)


def test_status__that_is_expected_has_not_come_yet(place: ReadingPlace) -> None:
    """GitHub lists required statuses that nobody set yet as expected."""
    pull = place.open()
    pull.status("ci", "success")

    def expect(answer: Any) -> Any:
        commit = answer["data"]["repository"][f"pr{pull.number}"]["headCommit"]["nodes"][0]["commit"]
        commit["statusCheckRollup"]["contexts"]["nodes"][0]["state"] = "EXPECTED"
        return answer

    place.server.faults.edit_answer(expect, operation="PullRequests")

    assert by_name(place, pull)["ci"].state is CheckState.PENDING


def test_check_run__says_where_it_comes_from(place: ReadingPlace) -> None:
    """An Actions job names its workflow, event and run; another App's run only the App."""
    pull = place.open()
    pull.check_run("test", workflow="ci", event="push")
    pull.check_run("scan", app="scanner")

    checks = by_name(place, pull)

    test = checks["test"]
    assert (test.app, test.workflow, test.event, test.run) == ("github-actions", "ci", "push", 1001)
    assert (checks["scan"].app, checks["scan"].workflow, checks["scan"].run) == ("scanner", None, None)


def test_order__rises_with_the_id_whatever_the_times_say(place: ReadingPlace) -> None:
    """The times of a check run are whatever its maker says: an old success stays old."""
    pull = place.open()
    old = pull.check_run("test", "success")
    new = pull.check_run("test", "failure")
    assert old.started_at is not None
    old.started_at = place.server.clock.advance(days=1)
    new.started_at = None

    newest = max(place.snapshot(pull).facts.checks, key=lambda check: check.order)

    assert newest.state is CheckState.FAILED


OWN = OwnRun(id=1001, workflow="keyturn", job="gate")


@pytest.mark.parametrize(
    ("name", "workflow", "conclusion", "first", "own"),
    [
        ("gate", "keyturn", None, True, True),
        ("Judge the pull request", "keyturn", None, True, True),
        ("test", "keyturn", "success", True, False),
        ("gate", "keyturn", "failure", False, True),
        ("test", "keyturn", None, False, False),
        ("gate", "ci", None, False, False),
    ],
    ids=[
        "its job",
        "a job of its run that has not ended",
        "a job of its run that has ended",
        "its job in an earlier run",
        "another job in an earlier run",
        "a job of that id elsewhere",
    ],
)
def test_own_job__is_marked(
    place: ReadingPlace, name: str, workflow: str, conclusion: str | None, first: bool, own: bool
) -> None:
    """Keyturn never waits for itself: its own job is marked, in this run and in earlier ones, and no other."""
    pull = place.open()
    if not first:
        pull.check_run("unrelated", workflow="other")
    pull.check_run(name, conclusion, workflow=workflow)

    assert by_name(place, pull, replace(place.settings(), own_run=OWN))[name].own is own


@pytest.mark.parametrize(
    "name", ["keyturn", "KeyTurn", "keyturn (observe)", "keyturn: release", "keyturn: release (observe)"]
)
def test_own_verdict__is_marked_under_each_of_its_names(place: ReadingPlace, name: str) -> None:
    """Keyturn's own verdicts are no checks that it waits for, whichever branch and mode they were given for."""
    pull = place.open()
    place.verdict(pull, ANCHOR, name=name)
    run = pull.check_run(f"{name}", app="keyturn-gate")
    run.external_id = str(ANCHOR)

    assert [check.own for check in place.snapshot(pull).facts.checks] == [True, True]


@pytest.mark.parametrize("name", ["keyturn-tests", "my keyturn", "keyturn:release", "keyturnx"])
def test_own_verdict__no_other_name_is_one(place: ReadingPlace, name: str) -> None:
    """Only the configured name, with base branch and mode, is a verdict's."""
    pull = place.open()
    place.verdict(pull, ANCHOR, name=name)

    snapshot = place.snapshot(pull)

    assert snapshot.standing.verdicts == ()
    assert [check.own for check in snapshot.facts.checks] == [False]


def test_own_verdict__not_another_accounts(place: ReadingPlace) -> None:
    """A status of that name by anybody else is no check that could be required, and a verdict that is not own."""
    pull = place.open()
    mallory = place.repository.user("mallory", role="write")
    place.verdict(pull, ANCHOR, "success", by=mallory)

    snapshot = place.snapshot(pull)

    assert [check.own for check in snapshot.facts.checks] == [True]
    (verdict,) = snapshot.standing.verdicts
    assert (verdict.own, verdict.state, verdict.anchor) == (False, VerdictState.SUCCESS, ANCHOR)
    assert verdict.creator is not None
    assert verdict.creator.login == "mallory"


@pytest.mark.parametrize(
    ("base", "name", "told"),
    [
        ("main", "KEYTURN", "keyturn"),
        ("main", "keyturn (Observe)", "keyturn (observe)"),
        ("release/x", "Keyturn: Release/X", "keyturn: release/x"),
        ("release/x", "KEYTURN", "keyturn"),
        ("main", "Keyturn: Other", "keyturn: Other"),
    ],
)
def test_verdict__name_is_told_as_keyturn_writes_it(place: ReadingPlace, base: str, name: str, told: str) -> None:
    """GitHub compares names without case, so a verdict in other letters stands in keyturn's place."""
    if base != "main":
        place.repository.branch(base)
    pull = place.repository.pull_request(author=place.repository.maintainer, files={"a": "1"}, base=base)
    place.verdict(pull, name=name)

    (verdict,) = place.snapshot(pull).standing.verdicts

    assert verdict.name == told


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("success", VerdictState.SUCCESS),
        ("pending", VerdictState.PENDING),
        ("failure", VerdictState.FAILURE),
        ("error", VerdictState.ERROR),
    ],
)
def test_verdict__of_a_status(place: ReadingPlace, state: str, expected: VerdictState) -> None:
    """A status is told with state, description, anchor and time, and has no id."""
    pull = place.open()
    place.verdict(pull, ANCHOR, state)

    (verdict,) = place.snapshot(pull).standing.verdicts

    assert (verdict.state, verdict.description, verdict.anchor, verdict.id) == (expected, "Waiting", ANCHOR, None)
    assert (verdict.own, verdict.at) == (True, place.server.clock.now)


def checking(place: ReadingPlace) -> Settings:
    """The settings of a set-up that publishes check runs."""
    return replace(place.settings(), publish=Publish.CHECK)


def verdict_run(pull: PullRequest, conclusion: str | None, *, app: str = "keyturn-gate") -> CheckRun:
    """A verdict as a check run."""
    run = pull.check_run("keyturn", conclusion, app=app)
    run.external_id, run.output = str(ANCHOR), {"title": "Waiting for 1 approval"}
    return run


@pytest.mark.parametrize(
    ("conclusion", "expected"),
    [
        ("success", VerdictState.SUCCESS),
        ("neutral", VerdictState.SUCCESS),
        ("skipped", VerdictState.SUCCESS),
        ("failure", VerdictState.FAILURE),
        ("action_required", VerdictState.FAILURE),
        (None, VerdictState.PENDING),
    ],
)
def test_verdict__of_a_check_run(place: ReadingPlace, conclusion: str | None, expected: VerdictState) -> None:
    """What GitHub lets pass is a success, so that a forged `neutral` or `skipped` is seen for what it does."""
    pull = place.open()
    run = verdict_run(pull, conclusion)

    (verdict,) = place.snapshot(pull, checking(place)).standing.verdicts

    assert (verdict.state, verdict.description) == (expected, "Waiting for 1 approval")
    assert (verdict.anchor, verdict.id, verdict.own) == (ANCHOR, run.id, True)


def test_verdict__the_newest_of_each_name(place: ReadingPlace) -> None:
    """Of several check runs of one name the newest stands, whoever made it."""
    pull = place.open()
    verdict_run(pull, "failure")
    forged = verdict_run(pull, "success", app="other-gate")

    (verdict,) = place.snapshot(pull, checking(place)).standing.verdicts

    assert (verdict.id, verdict.own) == (forged.id, False)


def test_verdict__only_of_the_kind_that_is_published(place: ReadingPlace) -> None:
    """A check run does not stand for the status that is missing beside it, nor a status for a check run."""
    pull = place.open()
    run = verdict_run(pull, "success")
    place.verdict(pull, ANCHOR, "pending")

    as_status = place.snapshot(pull).standing.verdicts
    as_check = place.snapshot(pull, checking(place)).standing.verdicts

    assert [(verdict.id, verdict.state) for verdict in as_status] == [(None, VerdictState.PENDING)]
    assert [(verdict.id, verdict.state) for verdict in as_check] == [(run.id, VerdictState.SUCCESS)]


def test_verdicts__on_any_commit(place: ReadingPlace) -> None:
    """The verdicts on a merge group's commit are read by themselves; a commit without any has none."""
    pull = place.open()
    commit = place.repository.commit("main", {"group": "1"}).oid
    place.verdict(pull, ANCHOR, commit=commit)

    assert [verdict.name for verdict in place.reader().verdicts(commit)] == ["keyturn"]
    assert place.reader().verdicts(pull.head_oid) == ()
