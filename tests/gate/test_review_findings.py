"""What reading the gate as an attacker and as a lawyer brought up: each was wrong once."""

from typing import Any

import pytest

from tests.gate.stage import RULES, Stage
from tests.gate.test_outcomes import REASON
from tests.github_server.journal import Recorded

NAMED = RULES.replace("approvers: {permission: write}", "approvers: {permission: write, users: [ann, ben, olga]}")
OBSERVE = RULES + "mode: observe\n"


def group(stage: Stage, head: str) -> dict[str, Any]:
    """The payload that asks for the checks of a merge group on the tip of the default branch."""
    return {
        "repository": {"full_name": "acme/shop", "default_branch": "main"},
        "action": "checks_requested",
        "merge_group": {
            "head_sha": head,
            "base_sha": stage.repo.tip("main"),
            "base_ref": "refs/heads/main",
            "head_ref": "refs/heads/gh-readonly-queue/main/pr-1-x",
        },
    }


def test_finding__verdict_of_a_sibling_is_not_forged(stage: Stage) -> None:
    """Of two approved pull requests with one head, the verdict rests on one's entry, and is no forgery to the other."""
    first = stage.change("write src/tax.py")
    second = stage.repo.pull_request(author=stage.agent, head=first.head_ref, base="main")
    for pull in (first, second):
        stage.judge(pull)
        stage.hub.clock.advance(minutes=1)
        pull.approve(stage.ann)
    for pull in (first, second):
        stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    before = len(stage.hub.writes)

    stage.judge(second)
    stage.judge(first)
    stage.sweep()

    assert stage.hub.writes[before:] == []
    assert stage.verdict(first) == "success"
    first.close(stage.ann)
    stage.judge(second)
    assert "verdict_forged" not in [*stage.events(first), *stage.events(second)]


def test_finding__old_success_set_on_a_new_head_is_forged(stage: Stage) -> None:
    """A success with keyturn's own token that names the entry of an earlier head is put right and recorded."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    pull.approve(stage.ann)
    stage.judge(pull)
    old = stage.repo.checks.newest_statuses(pull.head_oid)[-1]
    stage.hub.clock.advance(minutes=1)
    pull.push({"src/tax.py": "rate = 66\n"})
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    stage.repo.checks.add_status(pull.head_oid, "keyturn", "success", creator=old.creator, target_url=old.target_url)

    stage.judge(pull)

    assert stage.verdict(pull) == "pending"
    assert stage.events(pull)[-1] == "verdict_forged"


def test_finding__approved_again_is_told_again(stage: Stage) -> None:
    """What was approved, objected to and approved again wakes the agent each time, and a further run says nothing."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    for said in (pull.approve, pull.request_changes, pull.approve):
        stage.hub.clock.advance(minutes=1)
        said(stage.ann)
        stage.judge(pull)

    told = [comment.body.partition("\n")[2] for comment in pull.comments[1:]]

    assert [text[:1] for text in told] == ["✅", "✋", "✅"]
    before = len(stage.hub.writes)
    stage.judge(pull)
    assert stage.hub.writes[before:] == []


def test_finding__merged_into_a_branch_it_was_not_approved_for(stage: Stage) -> None:
    """Approved for one branch, retargeted and merged at once: that verdict was not given for the other branch."""
    stage.repo.branch("stage")
    pull = stage.change("write src/tax.py", base="stage")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    pull.approve(stage.ann)
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    pull.retarget("main", by=stage.agent)
    pull.merge(stage.olga)

    stage.judge(pull)

    assert stage.events(pull)[-1] == "merged_without_approval"


@pytest.mark.parametrize("kind", ["FORBIDDEN", "INTERNAL"])
def test_finding__unreadable_review_issue_changes_no_verdict(stage: Stage, kind: str) -> None:
    """Whether a review is done cannot be read: it is owed still, and the override holds."""
    pull = stage.change("drop production_database", "write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    stage.comment(pull, stage.olga, f"/keyturn override {pull.head_oid} {REASON}")
    stage.hub.clock.advance(minutes=1)
    fault = stage.hub.faults.graphql_error(kind, at="repository.issue", times=None, operation="Issue")

    ran = stage.judge(pull)

    assert fault.met
    assert (ran.outputs["outcome"], stage.verdict(pull)) == ("overridden", "success"), ran.log


def test_finding__place_of_a_review_that_cannot_be_written_down(stage: Stage) -> None:
    """The override stands in the ledger already; that its issue's number cannot be added is a warning."""
    pull = stage.change("drop production_database", "write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    fault = stage.hub.faults.graphql_error(
        "FORBIDDEN", at="createCommitOnBranch", times=None, after=1, operation="createCommitOnBranch"
    )

    ran = stage.comment(pull, stage.olga, f"/keyturn override {pull.head_oid} {REASON}")

    assert fault.met
    assert (ran.outputs["outcome"], stage.verdict(pull)) == ("overridden", "success"), ran.log
    stage.hub.faults.clear()
    stage.judge(pull)
    assert len(stage.repo.issues) == 1
    assert stage.ledger(pull)[-1]["state"]["overrides"][0]["issue"] == stage.repo.issues[0].number


def test_finding__error_publishes_nothing_on_a_closed_pull_request(stage: Stage) -> None:
    """A closing that cannot be recorded fails the run and leaves the verdict as it was."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    pull.close(stage.ann)
    stage.hub.faults.graphql_error("FORBIDDEN", at="createCommitOnBranch", times=None, operation="createCommitOnBranch")

    ran = stage.judge(pull)

    assert (ran.code, stage.verdict(pull)) == (1, "pending"), ran.log


def test_finding__success_that_github_does_not_take(stage: Stage) -> None:
    """It is the API that fails then, not the pull request that moves."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    pull.approve(stage.ann)
    stage.hub.faults.status(503, times=None, path="*/statuses/*")

    ran = stage.judge(pull)

    assert ran.decision["reason_codes"] == ["api_unavailable", "requester_unknown"], ran.log


def test_finding__success_that_github_does_not_take_is_not_judged_for_a_minute(stage: Stage) -> None:
    """Each judgement costs calls that the whole repository shares: a few of them, and the next run goes on."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    pull.approve(stage.ann)
    fault = stage.hub.faults.status(503, times=None, path="*/statuses/*")
    before = len(stage.hub.reads) + len(stage.hub.writes)

    stage.judge(pull)

    assert fault.met
    assert len(stage.hub.reads) + len(stage.hub.writes) - before < 40
    stage.hub.faults.clear()
    stage.judge(pull)
    assert stage.verdict(pull) == "success"


def test_finding__ledger_that_always_moves_is_unwritable(stage: Stage) -> None:
    """Nobody's commit ever lands on the head that was read: after a minute that is what the verdict says."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    pull.approve(stage.ann)

    def move(request: Recorded) -> None:
        if request.operation == "AppendToLedger":
            stage.repo.commit("keyturn-ledger", {"README.md": f"{len(stage.hub.writes)}"}, author=stage.ann)

    stage.hub.before_request(move)
    started = stage.hub.clock.now

    ran = stage.judge(pull)

    assert ran.decision["reason_codes"] == ["ledger_unwritable", "requester_unknown"], ran.log
    assert 60 <= (stage.hub.clock.now - started).total_seconds() < 70
    assert stage.verdict(pull) == "error"


def test_finding__run_ends_whatever_its_clock_says(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that stands still does not keep a run looking for ever at what another left undone."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    pull.comments.clear()
    pauses: list[float] = []
    monkeypatch.setattr(stage, "_sleep", pauses.append)

    ran = stage.judge(pull)

    assert (ran.code, len(pauses)) == (0, 36), ran.log


@pytest.mark.parametrize("carrier", ["status", "check"])
def test_finding__error_that_lasts_is_published_once(stage: Stage, carrier: str) -> None:
    """A second run that fails for the same reason leaves the verdict that stands."""
    stage.repo.rules.add("creation", "~ALL")
    pull = stage.change("read src/tax.py", files={})
    stage.judge(pull, publish=carrier)
    paths = [write.path for write in stage.hub.writes if "statuses" in write.path or "check-runs" in write.path]
    stage.hub.clock.advance(minutes=5)

    stage.judge(pull, publish=carrier)

    assert paths == [write.path for write in stage.hub.writes if "statuses" in write.path or "check-runs" in write.path]


@pytest.mark.parametrize("rules", [OBSERVE])
def test_finding__error_is_published_under_the_observing_name(stage: Stage) -> None:
    """A rule book that only observes never puts a verdict under the name that may be required."""
    stage.repo.rules.add("creation", "~ALL")
    pull = stage.change("write src/tax.py")

    stage.judge(pull)

    found = [(status.context, status.state) for status in stage.repo.checks.newest_statuses(pull.head_oid)]
    assert found == [("keyturn (observe)", "error")]


@pytest.mark.parametrize("rules", [NAMED])
def test_finding__whoever_only_comments_is_not_asked_again(stage: Stage) -> None:
    """A review that is a mere comment ends GitHub's request; the same person is asked again for a new head only."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    pull.review(stage.ann, "COMMENTED", "Let me think.")
    before = len(stage.hub.writes)

    stage.judge(pull)

    assert stage.hub.writes[before:] == []
    stage.hub.clock.advance(minutes=1)
    pull.push({"src/tax.py": "rate = 66\n"})
    stage.judge(pull)
    assert stage.ann in pull.requested


def test_finding__merge_group_that_cannot_be_found_is_an_error(stage: Stage) -> None:
    """The verdict `error` stands on the group's commit and in the outputs; published is published."""
    pull = stage.change("write src/tax.py")
    stage.repo.merge_queue("main")

    ran = stage.run("merge_group", group(stage, pull.head_oid))

    assert (ran.code, ran.outputs["outcome"], stage.verdict(pull)) == (0, "error", "error"), ran.log


def test_finding__success_of_a_merge_group_that_github_does_not_take_at_once(stage: Stage) -> None:
    """The members are judged again, and the group is not thrown out of the queue for a hiccup of GitHub's."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    pull.approve(stage.ann)
    stage.judge(pull)
    entry = stage.repo.merge_queue("main").add(pull, by=stage.ann)
    stage.hub.clock.advance(minutes=1)
    fault = stage.hub.faults.status(503, path=f"*/statuses/{entry.head}")

    ran = stage.run("merge_group", group(stage, entry.head))

    assert fault.met
    assert [status.state for status in stage.repo.checks.newest_statuses(entry.head)] == ["success"], ran.log


def test_finding__objection_while_a_merge_group_is_judged(stage: Stage) -> None:
    """The members are read once more before the group passes."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    pull.approve(stage.ann)
    stage.judge(pull)
    entry = stage.repo.merge_queue("main").add(pull, by=stage.ann)
    stage.hub.clock.advance(minutes=1)

    def objects(request: object) -> None:
        if getattr(request, "operation", None) == "VerdictsOn":
            stage.hub.clear_hooks()
            pull.request_changes(stage.ben)

    stage.hub.after_request(objects)
    ran = stage.run("merge_group", group(stage, entry.head))

    assert [status.state for status in stage.repo.checks.newest_statuses(entry.head)] == ["failure"], ran.log
