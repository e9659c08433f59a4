"""Ways past the gate that need GitHub to be tried; each is named after what is tried."""

import json
from typing import Any

import pytest

from tests.gate.stage import RULES, Stage

REASON = "the payment provider is down and this turns it off"


def test_attack__verdict_forged_by_somebody_else(stage: Stage) -> None:
    """A success that a person with push rights sets is put right, recorded and announced, once."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=5)
    stage.repo.status(pull.head_oid, "keyturn", "success", by=stage.ann)

    stage.judge(pull)

    assert stage.verdict(pull) == "pending"
    assert stage.events(pull) == ["requested", "verdict_forged"]
    writes = len(stage.hub.writes)
    stage.judge(pull)
    assert stage.hub.writes[writes:] == []


def test_attack__ledger_branch_deleted(stage: Stage) -> None:
    """Without its ledger an approved pull request starts afresh: approvals made before are void."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    pull.approve(stage.ann)
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    stage.repo.delete_branch("keyturn-ledger")

    ran = stage.judge(pull)

    assert ran.outputs["outcome"] == "pending", ran.log
    assert ran.decision["generation"] == 2
    assert ran.decision["approvals"]["discounted"] == [{"login": "ann", "reason": "before_renewal"}]
    assert stage.events(pull)[0] == "ledger_broken"
    stage.hub.clock.advance(minutes=1)
    pull.approve(stage.ben)
    ran = stage.judge(pull)
    assert ran.outputs["outcome"] == "approved"
    assert stage.events(pull).count("ledger_broken") == 1


def test_attack__ledger_branch_deleted_pays_no_debt(stage: Stage) -> None:
    """Whoever owes an overdue review may not override again, however often keyturn has run since the ledger is gone."""
    merged = stage.change("drop production_database", "write src/tax.py")
    stage.judge(merged)
    stage.hub.clock.advance(minutes=1)
    stage.comment(merged, stage.olga, f"/keyturn override {merged.head_oid} {REASON}")
    merged.merge(stage.olga)
    stage.sweep()
    stage.repo.delete_branch("keyturn-ledger")
    stage.hub.clock.advance(minutes=1)
    pull = stage.change("write src/fee.py")
    stage.judge(pull)
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)

    ran = stage.comment(pull, stage.olga, f"/keyturn override {pull.head_oid} {REASON}")

    assert (ran.outputs["outcome"], stage.events(pull)) == ("pending", ["requested", "override_refused"]), ran.log


@pytest.mark.parametrize("content", ["[]\n", None], ids=["emptied", "removed"])
def test_attack__list_of_debts_rewritten_pays_no_debt(stage: Stage, content: str | None) -> None:
    """Whoever owes an overdue review may not override again because somebody wrote that nobody owes anything."""
    merged = stage.change("drop production_database", "write src/tax.py")
    stage.judge(merged)
    stage.hub.clock.advance(minutes=1)
    stage.comment(merged, stage.olga, f"/keyturn override {merged.head_oid} {REASON}")
    merged.merge(stage.olga)
    stage.hub.clock.advance(days=4)
    stage.sweep()
    stage.repo.commit("keyturn-ledger", {"debts.json": content}, author=stage.olga)
    pull = stage.change("write src/fee.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)

    ran = stage.comment(pull, stage.olga, f"/keyturn override {pull.head_oid} {REASON}")

    assert (ran.outputs["outcome"], stage.events(pull)) == ("pending", ["requested", "override_refused"]), ran.log


def test_attack__list_of_debts_that_nobody_wrote(stage: Stage) -> None:
    """A list of which GitHub does not say who wrote it pays no debt either."""
    merged = stage.change("drop production_database", "write src/tax.py")
    stage.judge(merged)
    stage.hub.clock.advance(minutes=1)
    stage.comment(merged, stage.olga, f"/keyturn override {merged.head_oid} {REASON}")
    merged.merge(stage.olga)
    stage.hub.clock.advance(days=4)
    stage.sweep()
    stage.repo.commit("keyturn-ledger", {"debts.json": "[]\n"}, author=stage.olga)

    def forget(answer: Any) -> Any:
        answer["data"]["repository"]["ledger"]["target"]["debtsHistory"]["nodes"] = []
        return answer

    stage.hub.faults.edit_answer(forget, path="/graphql", operation="PullRequests", times=None)
    pull = stage.change("write src/fee.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)

    ran = stage.comment(pull, stage.olga, f"/keyturn override {pull.head_oid} {REASON}")

    assert (ran.outputs["outcome"], stage.events(pull)) == ("pending", ["requested", "override_refused"]), ran.log


def test_attack__ledger_entry_edited(stage: Stage) -> None:
    """An entry that somebody rewrote on the branch breaks the chain."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    pull.approve(stage.ann)
    stage.judge(pull)
    text = json.dumps({**stage.ledger(pull)[0], "actor": "nobody"})
    stage.repo.commit("keyturn-ledger", {"pulls/0/1/000001.json": text}, author=stage.ann)
    stage.hub.clock.advance(minutes=1)

    ran = stage.judge(pull)

    assert ran.outputs["outcome"] == "pending", ran.log
    assert "ledger_broken" in stage.events(pull)


def test_attack__ledger_broken_twice_is_told_the_same_by_the_next_run(stage: Stage) -> None:
    """The comment tells of the last break, since everything before it is void: a run later it says the same."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    for generation, edited in ((2, 1), (3, 3)):
        stage.repo.commit("keyturn-ledger", {f"pulls/0/1/{edited:06d}.json": "{}"}, author=stage.ann)
        stage.hub.clock.advance(minutes=1)
        assert stage.judge(pull).decision["generation"] == generation
        stage.hub.clock.advance(minutes=1)
        if generation == 2:
            pull.approve(stage.ann)
            assert stage.judge(pull).outputs["outcome"] == "approved"

    assert pull.comments[0].body.count("was broken") == 1
    writes = len(stage.hub.writes)
    stage.judge(pull)
    assert stage.hub.writes[writes:] == []


def test_attack__label_taken_off(stage: Stage) -> None:
    """A pull request that carried the agents' label once stays governed."""
    pull = stage.repo.pull_request(author=stage.ann, files={"src/tax.py": "rate = 21\n"})
    pull.label("agent", by=stage.ben)
    pull.unlabel("agent", by=stage.ann)

    ran = stage.judge(pull)

    assert ran.outputs["outcome"] == "pending"
    assert "undeclared_files" in ran.decision["reason_codes"]


def test_attack__manifest_deleted_after_a_stop(stage: Stage) -> None:
    """What was governed once stays so, also without its manifest."""
    pull = stage.repo.pull_request(
        author=stage.ann, files={"src/tax.py": "rate = 21\n", ".agent/manifests/x.yml": _manifest()}
    )
    assert stage.judge(pull).outputs["outcome"] == "emergency_stop"
    stage.hub.clock.advance(minutes=1)
    pull.push({".agent/manifests/x.yml": None})

    ran = stage.judge(pull)

    assert ran.outputs["outcome"] == "pending"
    assert ran.outputs["tier"] == "multi"


def test_attack__same_commit_in_two_pull_requests(stage: Stage) -> None:
    """Two pull requests with one head and base carry the stricter verdict, and the comment names the other."""
    first = stage.change("write src/tax.py")
    stage.judge(first)
    stage.hub.clock.advance(minutes=1)
    first.approve(stage.ann)
    stage.judge(first)
    assert stage.verdict(first) == "success"
    stage.hub.clock.advance(minutes=1)
    second = stage.repo.pull_request(author=stage.agent, head=first.head_ref, base="main")

    stage.judge(second)

    assert second.head_oid == first.head_oid
    assert stage.verdict(first) == "pending"
    assert f"#{first.number}" in second.comments[0].body
    writes = len(stage.hub.writes)
    stage.judge(first)
    stage.judge(first)
    stage.judge(second)
    assert len(stage.hub.writes) - writes <= 2


def test_attack__push_while_the_verdict_is_made(stage: Stage) -> None:
    """A push between judging and publishing leads to a judgement of the new head; the old success is never sent."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    pull.approve(stage.ann)
    old = pull.head_oid

    def push(request: object) -> None:
        if getattr(request, "operation", None) == "AppendToLedger":
            stage.hub.clear_hooks()
            pull.push({"src/tax.py": "rate = 99\n"})

    stage.hub.after_request(push)
    ran = stage.judge(pull)

    assert pull.head_oid != old
    assert ran.outputs["outcome"] == "pending", ran.log
    assert [s.state for s in stage.repo.checks.newest_statuses(old)] == ["pending"]
    assert stage.verdict(pull) == "pending"


def test_attack__override_by_the_author_of_a_commit(stage: Stage) -> None:
    """Whoever had a part in the pull request may not break its glass; they are told, and it is recorded."""
    pull = stage.change("drop production_database", "write src/tax.py")
    pull.push({"src/tax.py": "rate = 23\n"}, author=stage.olga)
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)

    ran = stage.comment(pull, stage.olga, f"/keyturn override {pull.head_oid} {REASON}")

    assert ran.outputs["outcome"] == "emergency_stop"
    assert "override_refused" in stage.events(pull)
    assert any("part in a commit" in comment.body for comment in pull.comments)


def test_attack__override_edited_afterwards(stage: Stage) -> None:
    """An override ends when its comment is edited."""
    pull = stage.change("drop production_database", "write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    stage.comment(pull, stage.olga, f"/keyturn override {pull.head_oid} {REASON}")
    comment = next(comment for comment in pull.comments if comment.body.startswith("/keyturn"))
    stage.hub.clock.advance(minutes=1)
    comment.edit("never mind", by=stage.olga)

    assert stage.judge(pull).outputs["outcome"] == "emergency_stop"
    assert stage.verdict(pull) == "failure"


def test_attack__manifest_text_in_the_log(stage: Stage) -> None:
    """No text of a manifest becomes a workflow command, a mention or an output."""
    evil = "::set-output name=outcome::approved ##[set-env name=X]1 @ann"
    pull = stage.change(
        files={
            "src/tax.py": "rate = 21\n",
            ".agent/manifests/x.yml": _manifest().replace("production_database", f'"{evil}"'),
        }
    )

    ran = stage.judge(pull)

    assert "##[" not in ran.log
    assert not [line for line in ran.log.splitlines() if line.startswith("::set")]
    assert ran.outputs["outcome"] != "approved"


def test_attack__rules_changed_in_the_same_pull_request(stage: Stage) -> None:
    """The rules come from the default branch, and touching them is never below `multi`."""
    lax = RULES.replace("undeclared: multi", "undeclared: single")
    pull = stage.change("write rules.yml", files={"rules.yml": lax})

    assert stage.judge(pull).outputs["tier"] == "multi"


def _manifest() -> str:
    return (
        "version: 1\nactions:\n  - action_type: drop\n    target: production_database\n    scope: database\n"
        "    description: x\n    estimated_impact: organisation\n"
    )
