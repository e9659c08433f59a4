"""The image run as a runner runs it, against a GitHub and a Slack on loopback, in real time."""

from pathlib import Path

import pytest

from tests.e2e import container
from tests.e2e.container import HARDENED, Ran
from tests.e2e.scene import Scene, moment_of, wait_until
from tests.github_server import triggers
from tests.github_server.state.pull_request import PullRequest
from tests.github_server.triggers import Trigger

REASON = "the payment provider is down and this turns it off"


class Runner:
    """Runs the image, and holds every run to what is promised of all of them."""

    def __init__(self, scene: Scene, folder: Path) -> None:
        """Keep the files of each run below `folder`."""
        self._scene = scene
        self._folder = folder
        self._runs = 0

    def run(self, trigger: Trigger, *options: str) -> Ran:
        """Run on an event; the run succeeds and tells no secret."""
        self._runs += 1
        folder = self._folder / str(self._runs)
        folder.mkdir()
        job = self._scene.hub.job(trigger, folder, token=self._scene.token, inputs=self._scene.inputs)
        ran = container.run(job, *options)
        assert ran.code == 0, ran.log
        assert self._scene.leaks(f"{ran.log}{job.summary}{ran.outputs}") == []
        return ran


@pytest.fixture
def runner(scene: Scene, tmp_path: Path) -> Runner:
    """A runner for the scene."""
    return Runner(scene, tmp_path)


@pytest.mark.parametrize("options", [(), HARDENED], ids=["plain", "hardened"])
def test_image__two_approvals_let_a_migration_through(scene: Scene, runner: Runner, options: tuple[str, ...]) -> None:
    """A request for two approvals is seen in every place, after the opening and after each approval."""
    pull = scene.opened("migrate src/tax.py")
    ran = runner.run(triggers.pull_request(pull, "opened", event="pull_request_target"), *options)
    assert (ran.outputs["outcome"], ran.outputs["tier"], scene.verdict(pull)) == ("pending", "multi", "pending")
    assert (ran.outputs["approvals"], ran.outputs["approvals-required"]) == ("0", "2")
    assert not missing("Waiting for 2 approvals", ran, scene, pull)

    scene.now()
    ran = runner.run(triggers.review(pull.approve(scene.ann)), *options)
    assert (ran.outputs["outcome"], ran.outputs["approvals"], scene.verdict(pull)) == ("pending", "1", "pending")
    assert not missing("Waiting for 1 more approval", ran, scene, pull)

    scene.now()
    ran = runner.run(triggers.review(pull.approve(scene.ben)), *options)
    assert (ran.outputs["outcome"], ran.outputs["approvals"], scene.verdict(pull)) == ("approved", "2", "success")
    assert not missing("Approved by `ann` and `ben`", ran, scene, pull)
    assert len(scene.slack.cards) == 1


def test_image__sweep_escalates_and_expires(scene: Scene, runner: Runner) -> None:
    """Nobody answers: the first sweep after each deadline asks more people once, and then closes the gate."""
    pull = scene.opened("write src/tax.py")
    ran = runner.run(triggers.pull_request(pull, "opened", event="pull_request_target"))
    assert (ran.outputs["outcome"], scene.verdict(pull)) == ("pending", "pending")
    expires = moment_of(ran.outputs["expires-at"])

    wait_until(moment_of(ran.decision["escalates_at"]))
    ran = runner.run(triggers.schedule(scene.repo))
    assert scene.verdict(pull) == "pending"
    assert "@cleo" in scene.comments(pull)
    assert not missing("Waiting for 1 approval", ran, scene, pull)
    assert "⏰" in scene.card()

    wait_until(expires)
    ran = runner.run(triggers.schedule(scene.repo))
    assert scene.verdict(pull) == "failure"
    assert not missing("Expired on", ran, scene, pull)


def test_image__emergency_stop_is_overridden(scene: Scene, runner: Runner) -> None:
    """What nobody may approve stops, until a person named in the rule book breaks the glass."""
    pull = scene.opened("drop production_database", "write src/tax.py")
    ran = runner.run(triggers.pull_request(pull, "opened", event="pull_request_target"))
    assert (ran.outputs["outcome"], scene.verdict(pull)) == ("emergency_stop", "failure")
    assert "@olga" in scene.comments(pull)
    assert not missing("Emergency stop", ran, scene, pull)

    scene.now()
    comment = pull.comment(scene.olga, f"/keyturn override {pull.head_oid} {REASON}")
    ran = runner.run(triggers.comment(comment))
    assert (ran.outputs["outcome"], scene.verdict(pull)) == ("overridden", "success")
    assert not missing("Overridden by `olga`", ran, scene, pull)
    assert [issue.is_open for issue in scene.repo.issues] == [True]


def missing(headline: str, ran: Ran, scene: Scene, pull: PullRequest) -> list[str]:
    """The places that do not show the state: the step's summary, the comment, the card in Slack."""
    shown = {"summary": ran.job.summary, "comment": scene.comments(pull), "card": scene.slack.cards[-1].text}
    return [f"{headline!r} is not in the {place}: {text}" for place, text in shown.items() if headline not in text]
