"""Two sweeps at the same moment: every step once, and an unbroken chain."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.gate.stage import RULES, Ran, Stage
from tests.github_server.hub import GitHubServer
from tests.github_server.state.pull_request import PullRequest

REASON = "the payment provider is down and this turns it off"
ESCALATING = RULES + "escalation: {users: [otto]}\n"


def at_once(stage: Stage) -> list[Ran]:
    """Run two sweeps that know nothing of each other."""
    with ThreadPoolExecutor(2) as pool:
        return [running.result() for running in [pool.submit(stage.sweep), pool.submit(stage.sweep)]]


def is_unbroken(stage: Stage, pull: PullRequest) -> bool:
    """Whether every entry names the bytes of the one before it."""
    files = stage.ledger_files(pull)
    hashes = [None, *(hashlib.sha256(content).hexdigest() for content in files)]
    return [json.loads(content)["previous"] for content in files] == hashes[:-1]


def notices(pull: PullRequest, words: str) -> int:
    """How many comments tell this."""
    return sum(words in comment.body for comment in pull.comments[1:])


@pytest.mark.parametrize("batch", range(2))
def test_two_sweeps__one_escalation_one_expiry_one_issue(tmp_path: Path, batch: int) -> None:
    """Three races: for each, the clock's steps and the override's issue come once, whoever wins."""
    for race in range(3):
        folder = tmp_path / f"{batch}-{race}"
        folder.mkdir()
        with GitHubServer() as hub:
            stage = Stage(hub, folder, rules=ESCALATING, pace=1)
            waiting = stage.change("write src/tax.py")
            stopped = stage.change("drop production_database", "write src/tax.py")
            stage.sweep()
            hub.clock.advance(hours=2)
            stopped.comment(stage.olga, f"/keyturn override {stopped.head_oid} {REASON}")
            at_once(stage)
            hub.clock.advance(hours=24)
            at_once(stage)
            stage.pace = 0
            ran = stage.sweep()
            settled = len(hub.writes)
            stage.sweep()

            assert ran.code == 0, ran.log
            assert hub.writes[settled:] == []
            assert stage.events(waiting) == ["requested", "escalated", "expired"]
            assert stage.events(stopped) == ["emergency_stopped", "overridden"]
            assert [issue.is_open for issue in stage.repo.issues].count(True) == 1
            assert all(bool(issue.labels) is issue.is_open for issue in stage.repo.issues)
            assert notices(waiting, "waited long enough") == 1
            assert is_unbroken(stage, waiting)
            assert is_unbroken(stage, stopped)
