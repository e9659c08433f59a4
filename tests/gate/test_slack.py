"""The Action with Slack: the real adapters against a GitHub and a Slack of our own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from keyturn.render.marker import read_marker
from tests.gate.stage import RULES, Stage, manifest
from tests.github_server.hub import GitHubServer
from tests.github_server.state.pull_request import PullRequest
from tests.slack_server.server import CHANNEL, TOKEN, SlackServer

MANIFEST_OF_ALL = manifest("write src/tax.py")


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    """A workspace that listens on 127.0.0.1."""
    with SlackServer().listening() as server:
        yield server


@pytest.fixture
def stage(tmp_path: Path, slack: SlackServer) -> Iterator[Stage]:
    """A repository whose rule book names the channel, and a workflow that holds the token."""
    rules = f"{RULES}slack: {{channel: {CHANNEL}, users: {{ann: U00000ANN}}}}\n"
    with GitHubServer() as hub:
        slack.workspace.now = hub.clock.now
        yield Stage(hub, tmp_path, rules, {"slack-token": TOKEN, "slack-api-url": slack.api})


def memory(pull: PullRequest) -> object:
    """What the comment's marker holds for Slack."""
    sticky = [found for comment in pull.comments if (found := read_marker(comment.body) or {}).get("kind") == "request"]
    return sticky[0].get("slack")


def test_slack__mirrors_a_request_from_its_opening_to_its_merge(stage: Stage, slack: SlackServer) -> None:
    """One card: posted with the request, updated by the approval, told in its thread, and grey after the merge."""
    pull = stage.change("write src/tax.py")
    ran = stage.judge(pull)
    assert (ran.code, stage.verdict(pull)) == (0, "pending"), ran.log
    assert memory(pull) is not None
    stage.hub.clock.advance(minutes=5)
    pull.approve(stage.ann)
    stage.judge(pull)
    assert stage.verdict(pull) == "success"
    (card,) = slack.cards
    assert "Approved" in card.text
    assert [reply.text.partition(" ")[0] for reply in slack.replies(card)] == ["✔", "✅"]
    stage.hub.clock.advance(minutes=5)
    pull.merge(stage.ann)
    assert stage.judge(pull).code == 0
    assert "Merged" in card.text
    calls = len(slack.calls)
    stage.judge(pull)
    assert len(slack.calls) == calls


def test_slack__costs_nothing_where_nothing_is_new(stage: Stage, slack: SlackServer) -> None:
    """A second run writes nothing to GitHub and does not call Slack."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    writes, calls = len(stage.hub.writes), len(slack.calls)
    stage.judge(pull)
    stage.sweep()
    assert stage.hub.writes[writes:] == []
    assert len(slack.calls) == calls


def test_slack__that_fails_leaves_the_verdict_alone_and_is_caught_up(stage: Stage, slack: SlackServer) -> None:
    """The job succeeds with a warning that names the fix and no secret; the sweep delivers what is owed."""
    pull = stage.change("write src/tax.py")
    slack.channel.members.clear()
    ran = stage.judge(pull)
    assert (ran.code, stage.verdict(pull)) == (0, "pending")
    assert "Invite the bot to the channel" in ran.log
    assert "SeCrEt" not in f"{ran.log}{ran.summary}{ran.outputs}{[comment.body for comment in pull.comments]}"
    slack.channel.members.add(slack.token.user)
    stage.hub.clock.advance(minutes=5)
    stage.judge(pull)
    assert len(slack.cards) == 1


@pytest.mark.parametrize("way", ["token", "webhook"])
def test_slack__that_failed_a_moment_ago_is_caught_up_by_the_run_after(
    stage: Stage, slack: SlackServer, way: str
) -> None:
    """Two runs seconds apart, the first of which Slack turned away: the second tells what is owed, and once."""
    if way == "webhook":
        stage.inputs = {"slack-webhook-url": slack.hook}
    pull = stage.change("write src/tax.py")
    slack.faults.status(503, times=None)
    assert stage.judge(pull).code == 0
    slack.faults.clear()
    told = len(slack.calls)
    stage.hub.clock.advance(seconds=2)

    ran = stage.judge(pull)

    assert (ran.code, "::warning" in ran.log) == (0, False), ran.log
    assert len(slack.calls) > told
    told = len(slack.calls)
    stage.judge(pull)
    assert len(slack.calls) == told


@pytest.mark.parametrize("method", ["conversations.history", "conversations.replies", "users.lookupByEmail"])
def test_slack__with_a_token_that_may_not_look_costs_nothing_where_nothing_is_new(
    stage: Stage, slack: SlackServer, method: str
) -> None:
    """Everything was told, if with a warning: that is remembered at once, and a second run has nothing to write."""
    pull = stage.change("write src/tax.py")
    slack.faults.status(200, '{"ok": false, "error": "missing_scope"}', method=method, times=None)
    for happens in (lambda: None, lambda: pull.approve(stage.ann)):
        stage.hub.clock.advance(minutes=1)
        happens()
        stage.judge(pull)
        writes = len(stage.hub.writes)
        stage.judge(pull)
        assert [str(write) for write in stage.hub.writes[writes:]] == []


def test_slack__that_fails_for_many_is_caught_up_for_all(stage: Stage, slack: SlackServer) -> None:
    """A sweep stops calling a Slack that refused; the next one tells of every pull request that it passed over."""
    for number in range(3):
        stage.change(files={"src/tax.py": f"rate = {number}\n", f".agent/manifests/{number}.yml": MANIFEST_OF_ALL})
    slack.channel.members.clear()
    stage.sweep()
    slack.channel.members.add(slack.token.user)
    stage.hub.clock.advance(minutes=50)

    stage.sweep()

    assert len(slack.cards) == 3


def test_slack__finds_its_card_again_when_the_comment_was_deleted(stage: Stage, slack: SlackServer) -> None:
    """The comment that holds the memory is gone; the new one learns from the channel, and there is one card."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    pull.comments.clear()
    stage.hub.clock.advance(minutes=5)
    pull.approve(stage.ann)
    stage.judge(pull)
    assert len(slack.cards) == 1
    assert memory(pull) is not None


def test_slack__hears_of_a_merge_past_the_gate(stage: Stage, slack: SlackServer) -> None:
    """A merge without approval is told in the card's thread, to those who may override."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=5)
    pull.merge(stage.ann)
    stage.sweep()
    (card,) = slack.cards
    assert "although keyturn had not let it through" in card.text
    assert any("was merged by `ann`" in reply.text for reply in slack.replies(card))


def test_slack__by_webhook_says_the_request_once(stage: Stage, slack: SlackServer) -> None:
    """Without a token the webhook serves."""
    stage.inputs = {"slack-webhook-url": slack.hook}
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    stage.judge(pull)
    assert slack.methods == ["webhook"]
