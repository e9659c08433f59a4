"""The image run as a runner runs it, against a GitHub and a Slack on loopback, in real time."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from tests.e2e import container
from tests.e2e.container import HARDENED, Ran
from tests.e2e.scene import REASON, Scene, moment_of, shown, wait_until
from tests.github_server import triggers
from tests.github_server.triggers import Trigger

HOSTILE = 'print("run by the gate", flush=True); raise SystemExit(3)\n'


class Runner:
    """Runs the image, and holds every run to what is promised of all of them."""

    def __init__(self, scene: Scene, folder: Path) -> None:
        """Keep the files of each run below `folder`."""
        self._scene = scene
        self._folder = folder
        self._runs = 0

    def run(self, trigger: Trigger, *options: str, workspace: Mapping[str, str] | None = None) -> Ran:
        """Run on an event, in a workspace with these files; the run succeeds and tells no secret."""
        self._runs += 1
        folder = self._folder / str(self._runs)
        folder.mkdir()
        job = self._scene.hub.job(trigger, folder, token=self._scene.token, inputs=self._scene.inputs)
        for path, text in (workspace or {}).items():
            place = Path(job.environment["GITHUB_WORKSPACE"]) / path
            place.parent.mkdir(exist_ok=True)
            place.write_text(text, encoding="utf-8")
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
    shown("Waiting for 2 approvals", scene, pull, ran.job.summary)

    scene.now()
    ran = runner.run(triggers.review(pull.approve(scene.ann)), *options)
    assert (ran.outputs["outcome"], ran.outputs["approvals"], scene.verdict(pull)) == ("pending", "1", "pending")
    shown("Waiting for 1 more approval", scene, pull, ran.job.summary)
    assert scene.told() == ["✔ `ann` approved; 1 more approval is needed."]

    scene.now()
    ran = runner.run(triggers.review(pull.approve(scene.ben)), *options)
    assert (ran.outputs["outcome"], ran.outputs["approvals"], scene.verdict(pull)) == ("approved", "2", "success")
    shown("Approved by `ann` and `ben`", scene, pull, ran.job.summary)
    assert scene.told()[-1] == "✅ Approved: it may be merged."
    assert len(scene.slack.cards) == 1


def test_image__sweep_escalates_and_expires(scene: Scene, runner: Runner) -> None:
    """Nobody answers: the first sweep after each deadline asks more people once, and then closes the gate."""
    pull = scene.opened("write src/tax.py")
    ran = runner.run(triggers.pull_request(pull, "opened", event="pull_request_target"))
    assert (ran.outputs["outcome"], scene.verdict(pull)) == ("pending", "pending")

    wait_until(moment_of(ran.decision["escalates_at"]))
    ran = runner.run(triggers.schedule(scene.repo))
    assert scene.verdict(pull) == "pending"
    assert "@cleo" in scene.comments(pull)
    shown("Waiting for 1 approval", scene, pull, ran.job.summary)
    assert ["⏰" in text for text in scene.told()] == [True]

    scene.shorten()
    wait_until(moment_of(ran.decisions[0]["opened_at"]) + timedelta(seconds=9))
    ran = runner.run(triggers.schedule(scene.repo))
    assert scene.verdict(pull) == "failure"
    assert ran.outputs["outcome"] == ""
    assert [decision["outcome"] for decision in ran.decisions] == ["expired"]
    shown("Expired on", scene, pull, ran.job.summary)


def test_image__emergency_stop_is_overridden(scene: Scene, runner: Runner) -> None:
    """What nobody may approve stops, until a person named in the rule book breaks the glass."""
    pull = scene.opened("drop production_database", "write src/tax.py")
    ran = runner.run(triggers.pull_request(pull, "opened", event="pull_request_target"))
    assert (ran.outputs["outcome"], scene.verdict(pull)) == ("emergency_stop", "failure")
    assert "@olga" in scene.comments(pull)
    shown("Emergency stop", scene, pull, ran.job.summary)

    scene.now()
    comment = pull.comment(scene.olga, f"/keyturn override {pull.head_oid} {REASON}")
    ran = runner.run(triggers.comment(comment))
    assert (ran.outputs["outcome"], scene.verdict(pull)) == ("overridden", "success")
    shown("Overridden by `olga`", scene, pull, ran.job.summary)
    assert [issue.is_open for issue in scene.repo.issues] == [True]


def test_image__runs_nothing_of_the_workspace(scene: Scene, runner: Runner) -> None:
    """Whatever a job checked out, and wherever its environment says that Python's modules are, none of it is run."""
    pull = scene.opened("write src/tax.py")
    hostile = dict.fromkeys(("keyturn/__init__.py", "keyturn/__main__.py", "json.py", "sitecustomize.py"), HOSTILE)
    trigger = triggers.pull_request(pull, "opened", event="pull_request_target")
    ran = runner.run(trigger, "--env", "PYTHONPATH=/github/workspace", workspace=hostile)
    assert ran.outputs["outcome"] == "pending"
    assert "run by the gate" not in ran.log
