"""Every outcome of the contract, reached on GitHub and left again."""

from typing import Any

import pytest

from keyturn.core.digest import bytes_digest
from keyturn.render.marker import marker
from tests.gate.stage import MANIFEST, RULES, Stage, manifest
from tests.github_server.journal import Recorded

REASON = "the payment provider is down and this turns it off"


def test_outcome__multi_waits_for_two_people(stage: Stage) -> None:
    """Two people have to approve a migration; the first leaves it pending."""
    pull = stage.change("migrate src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    pull.approve(stage.ann)

    ran = stage.judge(pull)
    assert ran.outputs["outcome"] == "pending"
    assert (ran.outputs["approvals"], ran.outputs["approvals-required"]) == ("1", "2")

    pull.approve(stage.ben)
    assert stage.judge(pull).outputs["outcome"] == "approved"
    assert stage.verdict(pull) == "success"


def test_outcome__push_voids_approvals(stage: Stage) -> None:
    """A new head opens a new request; the approval of the old one is stale."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    pull.approve(stage.ann)
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    pull.push({"src/tax.py": "rate = 22\n"})

    ran = stage.judge(pull)

    assert ran.outputs["outcome"] == "pending"
    assert ran.decision["approvals"]["discounted"] == [{"login": "ann", "reason": "stale"}]
    assert stage.verdict(pull) == "pending"


def test_outcome__emergency_is_overridden_and_owes_a_review(stage: Stage) -> None:
    """A stopped pull request passes once a named person names its head; the review stands in an issue."""
    pull = stage.change("drop production_database", "write src/tax.py")
    ran = stage.judge(pull)
    assert (ran.outputs["outcome"], stage.verdict(pull)) == ("emergency_stop", "failure")

    stage.hub.clock.advance(minutes=1)
    ran = stage.comment(pull, stage.olga, f"/keyturn override {pull.head_oid} {REASON}")

    assert ran.outputs["outcome"] == "overridden", ran.log
    assert stage.verdict(pull) == "success"
    assert [issue.title for issue in stage.repo.issues] != []
    assert "overridden" in stage.events(pull)
    writes = len(stage.hub.writes)
    assert stage.judge(pull).outputs["outcome"] == "overridden"
    assert stage.hub.writes[writes:] == []


def test_outcome__override_review_is_done_by_somebody_else(stage: Stage) -> None:
    """The debt ends when a person who could have approved closes the issue, not when the overrider does."""
    pull = stage.change("drop production_database", "write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    stage.comment(pull, stage.olga, f"/keyturn override {pull.head_oid} {REASON}")
    issue = stage.repo.issues[0]
    pull.merge(stage.olga)
    stage.judge(pull)
    stage.hub.clock.advance(hours=1)

    issue.close(stage.olga)
    stage.sweep()
    assert [each.is_open for each in stage.repo.issues] == [True]
    assert "override_reviewed" not in stage.events(pull)

    stage.hub.clock.advance(hours=1)
    issue.close(stage.ann)
    ran = stage.sweep()
    assert ran.code == 0, ran.log
    assert [each.is_open for each in stage.repo.issues] == [False]
    assert stage.events(pull)[-1] == "override_reviewed"


def test_outcome__expires_and_is_renewed(stage: Stage) -> None:
    """Too late is too late, by the second; a renewal opens the next generation."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(hours=24)
    ran = stage.sweep()
    assert ran.code == 0, ran.log
    assert stage.verdict(pull) == "failure"
    assert stage.events(pull) == ["requested", "escalated", "expired"]

    pull.approve(stage.ann)
    stage.hub.clock.advance(seconds=5)
    ran = stage.judge(pull)
    assert (ran.outputs["outcome"], ran.decision["approvals"]["discounted"][0]["reason"]) == ("expired", "too_late")

    ran = stage.comment(pull, stage.ben, "/keyturn renew")
    assert (ran.outputs["outcome"], ran.decision["generation"]) == ("pending", 2)
    stage.hub.clock.advance(seconds=5)
    pull.approve(stage.ann)
    assert stage.judge(pull).outputs["outcome"] == "approved"


def test_outcome__rejected_until_the_objector_approves(stage: Stage) -> None:
    """A request for changes on the head rejects; after a push it still stands; only the objector ends it."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    objection = pull.request_changes(stage.ben)
    ran = stage.judge(pull)
    assert (ran.outputs["outcome"], stage.verdict(pull)) == ("rejected", "failure")

    stage.hub.clock.advance(minutes=1)
    pull.push({"src/tax.py": "rate = 22\n"})
    pull.approve(stage.ann)
    ran = stage.judge(pull)
    assert ran.decision["reason_codes"][0] == "objection"

    pull.dismiss(objection, by=stage.rita)
    assert stage.judge(pull).outputs["outcome"] == "pending"

    stage.hub.clock.advance(minutes=1)
    pull.approve(stage.ben)
    assert stage.judge(pull).outputs["outcome"] == "approved"
    told = [event for entry in stage.ledger(pull) for event in entry["events"]]
    assert [event["by"] for event in told if event["event"] == "objection_cleared"] == ["ben"]


def test_outcome__broken_manifest_is_invalid(stage: Stage) -> None:
    """Every problem is named with its line, and the pull request fails."""
    pull = stage.change(files={MANIFEST: "version: 1\nactions:\n  - action_type: Write\n"})

    ran = stage.judge(pull)

    assert (ran.outputs["outcome"], stage.verdict(pull)) == ("invalid", "failure")
    assert {error["line"] for error in ran.decision["errors"]} == {3}


def test_outcome__draft_waits_and_opens_no_request(stage: Stage) -> None:
    """A draft is pending, and its clock has not started."""
    pull = stage.change("write src/tax.py", draft=True)

    ran = stage.judge(pull)

    assert ran.decision["reason_codes"][:2] == ["draft", "approvals_missing"]
    assert ran.outputs["expires-at"] == ""
    stage.hub.clock.advance(hours=2)
    pull.ready()
    assert stage.judge(pull).outputs["expires-at"] == "2026-01-06T11:00:00Z"


def test_outcome__reading_passes_alone(stage: Stage) -> None:
    """A manifest that only reads, and changes no file, passes on its own."""
    pull = stage.change("read src/tax.py", files={})

    ran = stage.judge(pull)

    assert (ran.outputs["outcome"], stage.verdict(pull)) == ("auto_approved", "success")
    assert stage.events(pull) == ["auto_approved"]


def test_outcome__retargeted_starts_afresh(stage: Stage) -> None:
    """An approval given against another base does not count, and the verdict's name carries the branch."""
    stage.repo.branch("stage")
    pull = stage.change("write src/tax.py", base="stage")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    pull.approve(stage.ann)
    stage.judge(pull)
    assert stage.verdict(pull, "keyturn: stage") == "success"

    stage.hub.clock.advance(minutes=1)
    pull.retarget("main")
    ran = stage.judge(pull)

    assert ran.decision["approvals"]["discounted"] == [{"login": "ann", "reason": "before_retarget"}]
    assert stage.verdict(pull, "keyturn: stage") == "pending"
    assert stage.verdict(pull) == "pending"
    assert "retargeted" in stage.events(pull)


def test_outcome__broken_rule_book_blocks_but_can_be_overridden(stage: Stage) -> None:
    """With a broken rule book governed pull requests are invalid, and the last valid one says who may override."""
    stage.repo.commit("main", {"rules.yml": "version: 2\n"}, author=stage.ann)
    pull = stage.change("write src/tax.py")
    ran = stage.judge(pull)
    assert ran.decision["reason_codes"][0] == "rules_invalid"
    assert ran.decision["next_step"] == "stop"

    stage.hub.clock.advance(minutes=1)
    ran = stage.comment(pull, stage.olga, f"/keyturn override {pull.head_oid} {REASON}")
    assert ran.outputs["outcome"] == "overridden", ran.log


def test_outcome__merged_without_approval_is_recorded(stage: Stage) -> None:
    """An administrator's merge past a pending verdict is written down and announced."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    pull.merge(stage.olga)

    ran = stage.judge(pull)

    assert ran.code == 0, ran.log
    assert stage.events(pull)[-1] == "merged_without_approval"
    assert ran.outputs["outcome"] == "pending"
    assert any("merged" in comment.body for comment in pull.comments[1:])


def test_outcome__broken_rule_book_is_named_by_its_digest(stage: Stage) -> None:
    """A rule book that cannot judge is named by its digest too; what it stopped is not read whole hours later."""
    pulls = [stage.change("write src/tax.py") for _ in range(3)]
    broken = "version: 1\nunmatched: auto\n"
    stage.repo.commit("main", {"rules.yml": broken})

    ran = stage.judge(pulls[0])
    stage.sweep()

    assert (ran.outputs["outcome"], ran.decision["reason_codes"][0]) == ("invalid", "rules_invalid")
    assert ran.decision["rules_digest"] == bytes_digest(broken.encode())
    assert [stage.verdict(pull) for pull in pulls] == ["failure"] * 3
    stage.hub.clock.advance(hours=4)
    asked = len(stage.hub.requests)
    stage.sweep()
    assert len(stage.hub.requests) - asked <= 3


def test_comment__event_delivered_twice_is_answered_once(stage: Stage) -> None:
    """The reaction and the refusal stand already: the second run writes nothing, whatever the command was."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    for words in ("/keyturn recheck", "/keyturn renew", f"/keyturn override {pull.head_oid} because"):
        stage.hub.clock.advance(minutes=1)
        stage.comment(pull, stage.ann, words)
        comment = next(each for each in reversed(pull.comments) if each.author is stage.ann)
        assert len(comment.reactions) == 1
        before = len(stage.hub.writes)

        stage.run(
            "issue_comment",
            {
                "repository": {"full_name": stage.repo.full_name, "default_branch": stage.repo.default_branch},
                "action": "created",
                "issue": {"number": pull.number, "pull_request": {"url": "x"}},
                "comment": {"node_id": comment.node_id},
            },
        )

        assert stage.hub.writes[before:] == [], words


def test_outcome__commits_of_copilot_are_somebodys(stage: Stage) -> None:
    """Copilot's commits carry an address without `[bot]`; they cost no approval more than another bot's."""
    copilot = stage.repo.bot("copilot-swe-agent", rest_login="Copilot")
    files = {"src/tax.py": "rate = 20\n", MANIFEST: manifest("write src/tax.py")}
    pull = stage.repo.pull_request(author=copilot, files=files)

    ran = stage.judge(pull)

    assert (ran.outputs["outcome"], ran.outputs["approvals-required"]) == ("pending", "1")
    assert "commits_unattributed" not in ran.decision["reason_codes"]


def test_outcome__command_that_no_run_heard_of_is_answered_by_the_next(stage: Stage) -> None:
    """A renewal in a review, heard of by nobody, has its effect and its answer in whichever run comes next, once."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(hours=24)
    stage.judge(pull)
    stage.hub.clock.advance(seconds=5)
    review = pull.approve(stage.ann, "/keyturn renew")

    assert stage.sweep().code == 0

    assert stage.verdict(pull) == "success"
    assert [each.content for each in review.reactions] == ["THUMBS_UP"]
    writes = len(stage.hub.writes)
    stage.sweep()
    assert stage.hub.writes[writes:] == []


def test_outcome__refusal_that_no_run_heard_of_is_told_by_the_next(stage: Stage) -> None:
    """The run that a command causes tells why it is refused; another waits a moment for it, and then tells it, once."""
    pull = stage.change("drop production_database", "write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    comment = pull.comment(stage.ann, f"/keyturn override {pull.head_oid} {REASON}")

    stage.judge(pull)

    assert [each.content for each in comment.reactions] == ["THUMBS_DOWN"]
    writes = len(stage.hub.writes)
    stage.judge(pull)
    assert stage.hub.writes[writes:] == []
    assert sum("has no effect" in each.body for each in pull.comments) == 1


def test_outcome__refusal_that_another_run_tells_meanwhile_is_not_told_again(stage: Stage) -> None:
    """Two runs find the same command unanswered: the later one looks once more before it writes."""
    pull = stage.change("drop production_database", "write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=1)
    refused = pull.comment(stage.ann, f"/keyturn override {pull.head_oid} {REASON}")
    told = marker({"kind": "answer", "to": refused.node_id})

    def tell(request: Recorded) -> None:
        if request.operation == "CommentsOn":
            stage.hub.clear_hooks()
            pull.comment(stage.token.account, f"{told}\nThat has no effect.")

    stage.hub.before_request(tell)
    stage.judge(pull)

    assert [each.body for each in pull.comments if "has no effect" in each.body] == [f"{told}\nThat has no effect."]
    assert [each.content for each in refused.reactions] == ["THUMBS_DOWN"]


def test_outcome__answers_that_github_does_not_tell_of_are_not_repeated(stage: Stage) -> None:
    """Where GitHub does not tell of keyturn's own reactions, only the run that a command caused answers."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    comment = pull.comment(stage.ann, "/keyturn recheck")
    stage.hub.faults.edit_answer(_without_reactions, operation="PullRequests", times=1)

    assert stage.judge(pull).code == 0
    assert comment.reactions == []
    stage.judge(pull)
    assert [each.content for each in comment.reactions] == ["EYES"]


def _without_reactions(answer: Any) -> Any:
    """The same answer, silent about reactions."""
    if isinstance(answer, list):
        return [_without_reactions(item) for item in answer]
    if not isinstance(answer, dict):
        return answer
    return {name: None if name == "reactionGroups" else _without_reactions(value) for name, value in answer.items()}


@pytest.mark.parametrize("rules", [RULES.replace("{permission: write}", "{users: [rita, olga], teams: [acme/tax]}")])
def test_outcome__an_unreachable_quorum_is_mended(stage: Stage) -> None:
    """Too few people on the roster are told of until somebody joins its team; the next run sees it."""
    team = stage.repo.team("acme/tax")
    pull = stage.change("migrate src/tax.py")
    unreachable = ["approvals_missing", "quorum_unreachable", "requester_unknown"]
    assert [stage.judge(pull).decision["reason_codes"] for _ in range(2)] == [unreachable] * 2

    team.members.append(stage.ann)

    assert stage.judge(pull).decision["reason_codes"] == ["approvals_missing", "requester_unknown"]
