"""One pull request from its opening to its end, on the real adapters against a GitHub of our own."""

from collections.abc import Callable
from typing import Any

import pytest

from keyturn.core.exclusion import bot_of
from tests.gate.stage import Stage


def viewer_without_suffix(answer: Any) -> Any:
    """Write the login of the token's own account as GraphQL writes those of other bots."""
    if "viewer" in answer["data"]:
        answer["data"]["viewer"]["login"] = answer["data"]["viewer"]["login"].removesuffix("[bot]")
    return answer


def bots_behind_commits(answer: Any) -> Any:
    """Name the bot behind a commit, by its login alone, where GitHub tells its address only."""
    if isinstance(answer, list):
        return [bots_behind_commits(item) for item in answer]
    if not isinstance(answer, dict):
        return answer
    if "user" in answer and answer["user"] is None and (bot := bot_of(answer.get("email") or "")) is not None:
        return {**answer, "user": {"login": bot.login.removesuffix("[bot]"), "databaseId": bot.id}}
    return {name: bots_behind_commits(value) for name, value in answer.items()}


def test_gate__single_write_waits_then_passes(stage: Stage) -> None:
    """A declared write waits for one person; a review on the head lets it through, and the ledger holds both."""
    pull = stage.change("write src/tax.py")

    ran = stage.judge(pull)

    assert ran.code == 0, ran.log
    assert (ran.outputs["outcome"], ran.outputs["tier"]) == ("pending", "single")
    assert stage.verdict(pull) == "pending"
    assert stage.events(pull) == ["requested"]

    stage.hub.clock.advance(minutes=5)
    pull.approve(stage.ann)
    ran = stage.judge(pull)

    assert ran.outputs["outcome"] == "approved", ran.log
    assert stage.verdict(pull) == "success"
    assert stage.events(pull) == ["requested", "approval_counted", "approved"]


def test_gate__second_run_changes_nothing(stage: Stage) -> None:
    """Running again without anything new writes nothing, and takes at most two reads."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    writes, reads = len(stage.hub.writes), len(stage.hub.reads)

    stage.judge(pull)

    assert stage.hub.writes[writes:] == []
    assert len(stage.hub.reads) - reads <= 2


def test_gate__not_governed_leaves_no_trace(stage: Stage) -> None:
    """A person's pull request without a manifest passes, with no comment, label or ledger entry."""
    pull = stage.repo.pull_request(author=stage.ann, files={"src/tax.py": "rate = 21\n"})

    ran = stage.judge(pull)

    assert ran.outputs["outcome"] == "not_governed"
    assert stage.verdict(pull) == "success"
    assert stage.ledger(pull) == []
    assert pull.comments == []


@pytest.mark.parametrize("publish", ["status", "check"])
@pytest.mark.parametrize("written", [viewer_without_suffix, bots_behind_commits])
def test_gate__knows_its_own_account_however_it_is_written(
    stage: Stage, written: Callable[[Any], Any], publish: str
) -> None:
    """With or without `[bot]`, verdict, comment and ledger are its own: nothing is forged, broken or written twice."""
    stage.hub.faults.edit_answer(written, path="/graphql", times=None)
    pull = stage.change("write src/tax.py")
    stage.judge(pull, publish=publish)
    writes = len(stage.hub.writes)
    stage.judge(pull, publish=publish)
    assert stage.hub.writes[writes:] == []

    stage.hub.clock.advance(minutes=1)
    pull.approve(stage.ann)
    stage.judge(pull, publish=publish)

    assert stage.events(pull) == ["requested", "approval_counted", "approved"]
    assert len(pull.comments) == len(["kept up to date", "told once"])
