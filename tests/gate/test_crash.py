"""A run that dies after any of its writes, or loses any reply, leaves nothing that the next run does not put right."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.gate.stage import RULES, Stage
from tests.github_server.hub import GitHubServer
from tests.github_server.journal import Recorded
from tests.github_server.state.pull_request import PullRequest

REASON = "the payment provider is down and this turns it off"
NAMED = RULES.replace("approvers: {permission: write}", "approvers: {permission: write, users: [ann, ben]}")
LONGEST = timedelta(seconds=40)
"""A run gives one that may still be at work so much time at most before it does what that left undone."""


def _opened(stage: Stage) -> PullRequest:
    """The first judgement of a pull request that waits for people."""
    return stage.change("write src/tax.py")


def _approved(stage: Stage) -> PullRequest:
    """The approval that lets it through."""
    pull = _opened(stage)
    stage.judge(pull, labels="true")
    stage.hub.clock.advance(minutes=1)
    pull.approve(stage.ann)
    return pull


def _overridden(stage: Stage) -> PullRequest:
    """The override of a stop, which owes a review."""
    pull = stage.change("drop production_database", "write src/tax.py")
    stage.judge(pull, labels="true")
    stage.hub.clock.advance(minutes=1)
    pull.comment(stage.olga, f"/keyturn override {pull.head_oid} {REASON}")
    return pull


def _escalated(stage: Stage) -> PullRequest:
    """The expiry of a request that nobody looked at for days."""
    pull = _opened(stage)
    stage.judge(pull, labels="true")
    stage.hub.clock.advance(days=3)
    return pull


def _merged(stage: Stage) -> PullRequest:
    """A merge past the gate."""
    pull = _opened(stage)
    stage.judge(pull, labels="true")
    stage.hub.clock.advance(minutes=1)
    pull.merge(stage.olga)
    return pull


def _overdue(stage: Stage) -> PullRequest:
    """The review of an override falls due without being done."""
    pull = _overridden(stage)
    stage.judge(pull, labels="true")
    stage.hub.clock.advance(days=4)
    return pull


SCENES: tuple[Callable[[Stage], PullRequest], ...] = (_opened, _approved, _overridden, _escalated, _merged, _overdue)


def _state(stage: Stage, pull: PullRequest) -> dict[str, Any]:
    """All that anybody can see in the end, times and identifiers aside."""
    return {
        "verdict": stage.verdict(pull),
        "events": stage.events(pull),
        "comments": Counter(comment.body.splitlines()[1][:40] for comment in pull.comments if "<!--" in comment.body),
        "labels": sorted(label.name for label in pull.labels),
        "asked": sorted(getattr(who, "login", "team") for who in pull.requested),
        "issues": [(issue.is_open, len(issue.comments)) for issue in stage.repo.issues],
    }


def _play(folder: Path, scene: Callable[[Stage], PullRequest], disturb: Callable[[Stage], None]) -> dict[str, Any]:
    """Play a scene, disturb the run that follows, then let two more runs mend it."""
    folder.mkdir()
    with GitHubServer() as hub:
        stage = Stage(hub, folder, rules=NAMED)
        pull = scene(stage)
        disturb(stage)
        stage.judge(pull, labels="true")
        hub.clear_hooks()
        hub.faults.clear()
        for _ in range(2):
            started = hub.clock.now
            ran = stage.judge(pull, labels="true")
            assert ran.code == 0, ran.log
            assert hub.clock.now - started <= LONGEST
        settled = len(hub.writes)
        stage.judge(pull, labels="true")
        assert hub.writes[settled:] == []
        return _state(stage, pull)


def _writes(folder: Path, scene: Callable[[Stage], PullRequest]) -> int:
    """How many writes the undisturbed run makes."""
    folder.mkdir()
    with GitHubServer() as hub:
        stage = Stage(hub, folder, rules=NAMED)
        pull = scene(stage)
        before = len(hub.writes)
        stage.judge(pull, labels="true")
        return len(hub.writes) - before


def _die_after(count: int) -> Callable[[Stage], None]:
    """Cut the line for good once so many writes have been answered."""

    def disturb(stage: Stage) -> None:
        done = 0

        def cut(request: Recorded) -> None:
            nonlocal done
            done += bool(request.write)
            if done == count:
                stage.hub.faults.drop(times=None)

        stage.hub.after_request(cut)

    return disturb


@pytest.mark.parametrize("scene", SCENES)
def test_crash__killed_between_any_two_writes(tmp_path: Path, scene: Callable[[Stage], PullRequest]) -> None:
    """Whatever write was the last, the next runs reach the state of a run that nothing disturbed."""
    whole = _play(tmp_path / "whole", scene, lambda _: None)
    for count in range(1, _writes(tmp_path / "count", scene) + 1):
        assert _play(tmp_path / f"killed-{count}", scene, _die_after(count)) == whole, f"killed after write {count}"


@pytest.mark.parametrize("scene", SCENES)
def test_crash__lost_reply_of_any_write(tmp_path: Path, scene: Callable[[Stage], PullRequest]) -> None:
    """A write whose reply is lost is neither made twice nor forgotten."""
    whole = _play(tmp_path / "whole", scene, lambda _: None)
    for skipped in range(_writes(tmp_path / "count", scene)):

        def lose(stage: Stage, skipped: int = skipped) -> None:
            stage.hub.faults.lose_reply(write=True, after=skipped)

        found = _play(tmp_path / f"lost-{skipped}", scene, lose)
        assert found == whole, f"reply of write {skipped + 1} lost"


@pytest.mark.parametrize("scene", SCENES)
def test_crash__next_sweep_finishes(tmp_path: Path, scene: Callable[[Stage], PullRequest]) -> None:
    """A sweep that died after any of its writes is finished by the next one; yet another finds nothing to do."""
    whole = _play(tmp_path / "whole", scene, lambda _: None)
    for count in range(1, _writes(tmp_path / "count", scene) + 1):
        folder = tmp_path / f"killed-{count}"
        folder.mkdir()
        with GitHubServer() as hub:
            stage = Stage(hub, folder, rules=NAMED, inputs={"labels": "true"})
            pull = scene(stage)
            _die_after(count)(stage)
            stage.sweep()
            hub.clear_hooks()
            hub.faults.clear()
            hub.clock.advance(minutes=50)
            ran = stage.sweep()
            assert ran.code == 0, ran.log
            settled = len(hub.writes)
            stage.sweep()
            assert hub.writes[settled:] == [], f"killed after write {count}"
            assert _state(stage, pull) == whole, f"killed after write {count}"
