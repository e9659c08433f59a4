"""Probe."""
from typing import Any
import pytest
from tests.gate.stage import RULES, Stage
from tests.gate.test_outcomes import REASON

NAMED = RULES.replace("approvers: {permission: write}", "approvers: {permission: write, users: [ann, ben, olga]}")
OBS = RULES + "mode: observe\n"

def test_a_siblings(stage: Stage) -> None:
    """A."""
    first = stage.change("write src/tax.py")
    second = stage.repo.pull_request(author=stage.agent, head=first.head_ref, base="main")
    stage.judge(first); stage.judge(second)
    stage.hub.clock.advance(minutes=1)
    first.approve(stage.ann); second.approve(stage.ann)
    stage.judge(first); stage.judge(second)
    stage.hub.clock.advance(minutes=1)
    w = len(stage.hub.writes)
    stage.judge(second); stage.judge(first); stage.sweep()
    assert stage.verdict(first) == "success"
    assert "verdict_forged" not in stage.events(first) + stage.events(second)
    assert stage.hub.writes[w:] == []

@pytest.mark.parametrize("kind", ["FORBIDDEN", "SOME"])
def test_b_issue_unreadable(stage: Stage, kind: str) -> None:
    """B."""
    pull = stage.change("drop production_database", "write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    stage.comment(pull, stage.olga, f"/keyturn override {pull.head_oid} {REASON}")
    stage.hub.clock.advance(minutes=1)
    stage.hub.faults.graphql_error(kind, at="repository.issue", times=None, operation="issue")
    ran = stage.judge(pull)
    assert (ran.outputs["outcome"], stage.verdict(pull)) == ("overridden", "success"), ran.log

def test_c_notices(stage: Stage) -> None:
    """C."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    for step in (pull.approve, pull.request_changes, pull.approve):
        stage.hub.clock.advance(minutes=1)
        step(stage.ann)
        stage.judge(pull)
    bodies = [c.body for c in pull.comments]
    assert sum('"approved"' in b or "approved" in b.partition("\n")[0] for b in bodies[1:]) == 2, [b[:200] for b in bodies]

def test_d_merged_retargeted(stage: Stage) -> None:
    """D."""
    stage.repo.commit("stage", {"x": "y\n"}, author=stage.ann)
    pull = stage.change("write src/tax.py", base="stage")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    pull.approve(stage.ann)
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    pull.retarget("main", by=stage.agent)
    stage.hub.clock.advance(minutes=1)
    pull.merge(stage.olga)
    stage.judge(pull)
    assert stage.events(pull)[-1] == "merged_without_approval"

def test_e_closed_unwritable(stage: Stage) -> None:
    """E."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    pull.close(stage.ann)
    stage.hub.faults.status(403, "Resource not accessible by integration", times=None, operation="AppendToLedger")
    stage.hub.faults.graphql_error("FORBIDDEN", at="createCommitOnBranch", times=None, operation="createCommitOnBranch")
    ran = stage.judge(pull)
    assert stage.verdict(pull) == "pending", ran.log

def test_f_success_refused(stage: Stage) -> None:
    """F."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    pull.approve(stage.ann)
    stage.hub.faults.status(503, times=None, path="*/statuses/*")
    ran = stage.judge(pull)
    assert ran.decision["reason_codes"][0] == "api_unavailable", ran.log

@pytest.mark.parametrize("rules", [NAMED])
def test_g_comment_review(stage: Stage) -> None:
    """G."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    pull.review(stage.ann, "COMMENTED", "hmm")
    w = len(stage.hub.writes)
    stage.judge(pull)
    assert stage.hub.writes[w:] == []

def _group(stage: Stage, head: str, base: str) -> dict[str, Any]:
    return {"repository": {"full_name": "acme/shop", "default_branch": "main"}, "action": "checks_requested",
        "merge_group": {"head_sha": head, "base_sha": base, "base_ref": "refs/heads/main", "head_ref": "refs/heads/gh-readonly-queue/main/pr-2-x"}}

def test_h_group_not_found(stage: Stage) -> None:
    """H."""
    pull = stage.change("write src/tax.py")
    stage.repo.merge_queue("main")
    ran = stage.run("merge_group", _group(stage, pull.head_oid, stage.repo.tip("main")))
    print(ran)
    assert stage.verdict(pull) == "error"
    assert ran.code == 0

def test_i_group_race(stage: Stage) -> None:
    """I."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    pull.approve(stage.ann)
    stage.judge(pull)
    queue = stage.repo.merge_queue("main")
    entry = queue.add(pull, by=stage.ann)
    stage.hub.clock.advance(minutes=1)
    def hook(request: object) -> None:
        print(getattr(request, "operation", None))
        if getattr(request, "operation", None) == "VerdictsOn":
            stage.hub.clear_hooks()
            pull.request_changes(stage.ben)
    stage.hub.after_request(hook)
    ran = stage.run("merge_group", _group(stage, entry.head, stage.repo.tip("main")))
    assert [s.state for s in stage.repo.checks.newest_statuses(entry.head)] == ["failure"], ran.log

def test_j_recheck_again(stage: Stage) -> None:
    """J."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    comment = pull.comment(stage.rita, "/keyturn recheck")
    payload = {**stage._repository(), "action": "created", "issue": {"number": pull.number, "pull_request": {"url": "x"}}, "comment": {"node_id": comment.node_id}}
    stage.run("issue_comment", payload)
    w = len(stage.hub.writes)
    stage.run("issue_comment", payload)
    assert stage.hub.writes[w:] == []

def test_k_own_forged(stage: Stage) -> None:
    """K."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    pull.approve(stage.ann)
    stage.judge(pull)
    old = [s for s in stage.repo.checks.newest_statuses(pull.head_oid) if s.context == "keyturn"][-1]
    stage.hub.clock.advance(minutes=1)
    pull.push({"src/tax.py": "rate = 66\n"})
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    s = stage.repo.status(pull.head_oid, "keyturn", "success", by=old.creator, target_url=old.target_url)
    stage.judge(pull)
    assert stage.verdict(pull) == "pending"
    assert "verdict_forged" in stage.events(pull)

@pytest.mark.parametrize("rules", [OBS])
def test_l_observe_unwritable(stage: Stage) -> None:
    """L."""
    stage.repo.rules.add("creation", "~ALL")
    pull = stage.change("write src/tax.py")
    ran = stage.judge(pull)
    names = {(s.context, s.state) for s in stage.repo.checks.newest_statuses(pull.head_oid)}
    assert "keyturn" not in {n for n, _ in names}, names

def test_m_error_twice(stage: Stage) -> None:
    """M."""
    stage.repo.rules.add("creation", "~ALL")
    pull = stage.change("read src/tax.py", files={})
    stage.judge(pull)
    def statuses() -> int:
        return len([w for w in stage.hub.writes if "statuses" in w.path])
    n = statuses()
    stage.hub.clock.advance(minutes=5)
    stage.judge(pull)
    assert statuses() == n

def test_n_bookkeeping_unwritable(stage: Stage) -> None:
    """N."""
    pull = stage.change("drop production_database", "write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    stage.hub.faults.graphql_error("FORBIDDEN", at="createCommitOnBranch", times=None, after=1, operation="createCommitOnBranch")
    ran = stage.comment(pull, stage.olga, f"/keyturn override {pull.head_oid} {REASON}")
    assert (ran.outputs["outcome"], stage.verdict(pull)) == ("overridden", "success"), ran.log
