"""The Action against a GitHub on loopback: what it asks and writes, how long it takes, and what it holds."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from benchmarks.figure import Figure
from tests.gate.stage import MANIFEST, RULES, Stage, manifest
from tests.github_server import triggers
from tests.github_server.hub import GitHubServer
from tests.github_server.journal import Recorded
from tests.github_server.state.pull_request import PullRequest
from tests.github_server.triggers import Trigger

FILES: Final = 100
COMMITS: Final = 30
REVIEWERS: Final = 10  # each reviews twice
SWEPT: Final = 200
APPROVED: Final = 20
ROUNDS: Final = 7
PROGRAM: Final = (sys.executable, "-m", "keyturn", "action")
BASELINE: Final = (sys.executable, "-c", "import github, pydantic, yaml")
_WITNESS: Final = """
import os, sys, time
began = time.perf_counter()
_, ended, used = os.wait4(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ), 0)
print("\\n", os.waitstatus_to_exitcode(ended), time.perf_counter() - began, used.ru_maxrss)
"""
"""Starts a program and prints its exit code, seconds and kilobytes. A process starts with the memory of who starts it
on its account, and this one, which holds the whole of GitHub, is large: so a small one stands between."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run as a whole process; `seconds` are without the server's own work, as if it answered at once."""

    reads: tuple[Recorded, ...]
    writes: tuple[Recorded, ...]
    seconds: float
    megabytes: float


class Bench:
    """A repository with a past, and the Action to run on it in the present."""

    def __init__(self, hub: GitHubServer, folder: Path) -> None:
        """Found the repository yesterday; what prepares it runs in this process, where waiting takes no time."""
        hub.clock.set(datetime.now(UTC) - timedelta(days=1))
        rules = RULES.replace("escalate_after: 60m, expire_after: 24h", "escalate_after: 100d, expire_after: 200d")
        rules = rules.replace("escalate_after: 4h, expire_after: 24h", "escalate_after: 100d, expire_after: 200d")
        self.stage = Stage(hub, folder, rules=rules)
        self._hub = hub
        self._folder = folder
        self._server_seconds = 0.0
        self._asked = 0.0
        hub.before_request(self._begin)
        hub.after_request(self._end)

    def now(self) -> None:
        """Come to the present."""
        self._hub.clock.set(datetime.now(UTC))

    def run(self, trigger: Trigger) -> Run:
        """Run the Action on an event. Raises `RuntimeError` with its log where it fails."""
        with tempfile.TemporaryDirectory(dir=self._folder) as place:
            job = self._hub.job(trigger, Path(place), token=self.stage.repo.app_token())
            self._hub.journal.clear()
            self._server_seconds = 0.0
            seconds, megabytes = process(PROGRAM, {**environment(self._folder), **job.environment})
        spared = seconds - self._server_seconds
        return Run(tuple(self._hub.reads), tuple(self._hub.writes), spared, megabytes)

    def _begin(self, _: Recorded) -> None:
        self._asked = time.perf_counter()

    def _end(self, _: Recorded) -> None:
        self._server_seconds += time.perf_counter() - self._asked


def measure() -> Iterator[Figure]:
    """Measure one pull request of some size, then a sweep over many."""
    with tempfile.TemporaryDirectory(prefix="keyturn-bench-") as folder:
        for name, part in (("one", _one), ("sweep", _sweep)):
            place = Path(folder, name)
            place.mkdir()
            with GitHubServer() as hub:
                yield from part(Bench(hub, place), place)


def _one(bench: Bench, folder: Path) -> Iterator[Figure]:
    """The first judgement on a ledger that is there, then the same again without news."""
    small = bench.stage.change("write src/tax.py")
    bench.stage.judge(small)
    large = _large(bench.stage)
    bench.now()
    asked = _event(large)
    first, again = bench.run(asked), bench.run(asked)
    size = f"{FILES} files, {COMMITS} commits, {2 * REVIEWERS} reviews"
    yield Figure(what=f"first judgement of {size}: reads", value=len(first.reads), unit="", at_most=4)
    yield Figure(what="its writes", value=len(first.writes), unit="", at_most=6)
    yield Figure(what="judged again with nothing new: reads", value=len(again.reads), unit="", at_most=2)
    yield Figure(what="its writes", value=len(again.writes), unit="", at_most=0)
    yield from _time(bench, _event(small), asked, folder)


def _time(bench: Bench, small: Trigger, large: Trigger, folder: Path) -> Iterator[Figure]:
    """Whole processes in turns, so that a busy moment of the machine meets each; the best of each counts."""
    times: list[tuple[float, ...]] = []
    held = 0.0
    for _ in range(ROUNDS):
        runs = bench.run(small), bench.run(large)
        held = max(held, *(run.megabytes for run in runs))
        baseline, _ = process(BASELINE, environment(folder))
        times.append((baseline, *(run.seconds for run in runs)))
    baseline, action, larger = (min(each) for each in zip(*times[1:], strict=True))
    yield Figure(what='python -c "import github, pydantic, yaml"', value=baseline, unit="s")
    yield Figure(what="keyturn action on one file with nothing new, of that", value=action / baseline, at_most=2)
    yield Figure(what=f"the same on {FILES} files", value=larger / baseline, at_most=2)
    yield Figure(what="its memory", value=held, unit="MB", at_most=100)


def _sweep(bench: Bench, _: Path) -> Iterator[Figure]:
    """Many pull requests are known to the ledger, some at success, and nothing happened since."""
    stage = bench.stage
    pulls = [
        stage.change("write src/tax.py", files={"src/tax.py": f"rate = {number}\n"}) for number in range(SWEPT)
    ]  # no two with one head
    for pull in pulls[:APPROVED]:
        pull.approve(stage.ann)
    for pull in pulls:
        stage.judge(pull)
        stage.token = stage.repo.app_token()  # another hour's budget
    bench.now()
    swept = bench.run(triggers.schedule(stage.repo))
    standing = sum(stage.verdict(pull) == "success" for pull in pulls)
    activity = [read for read in swept.reads if read.path.endswith("/activity")]
    what = f"sweep of {SWEPT} pull requests, {standing} at success, nothing new"
    yield Figure(what="pull requests at success", value=standing, unit="", at_least=APPROVED, at_most=APPROVED)
    yield Figure(what=f"{what}: reads but of activity", value=len(swept.reads) - len(activity), unit="", at_most=10)
    yield Figure(what="its reads of activity", value=len(activity), unit="", at_most=APPROVED)
    yield Figure(what="its writes", value=len(swept.writes), unit="", at_most=0)
    yield Figure(what="its memory", value=swept.megabytes, unit="MB", at_most=150)
    yield Figure(what="its time, the server's work left out", value=swept.seconds, unit="s")


def _event(pull: PullRequest) -> Trigger:
    return triggers.pull_request(pull, "synchronize", event="pull_request_target")


def _large(stage: Stage) -> PullRequest:
    """A pull request of many files, commits and reviews; the approvals are of an earlier commit."""
    paths = [f"src/m{number}.py" for number in range(FILES - 1)]  # the manifest is one more
    change = manifest(*(f"write {path}" for path in paths[:10]))
    pull = stage.repo.pull_request(author=stage.agent, files={MANIFEST: change})
    for number in range(COMMITS - 1):
        pull.push(dict.fromkeys(paths[number * 4 : number * 4 + 4] or paths[:1], f"after = {number}\n"))
        if number == COMMITS // 2:
            for reviewer in range(REVIEWERS):
                pull.approve(stage.repo.user(f"reviewer-{reviewer}", role="write"), "Looks good to me.")
    for reviewer in range(REVIEWERS):
        pull.review(stage.repo.user(f"reviewer-{reviewer}", role="write"), "COMMENTED", "One more thing.")
    return pull


def process(command: Sequence[str], environment: Mapping[str, str]) -> tuple[float, float]:
    """Run a program; its seconds and its most megabytes. Raises `RuntimeError` with its log where it fails."""
    words = (sys.executable, "-c", _WITNESS, *command)
    done = subprocess.run(words, env=environment, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    *log, told = done.stdout.decode().splitlines()
    code, seconds, kilobytes = told.split()
    if code != "0":
        raise RuntimeError("\n".join(log))
    return float(seconds), float(kilobytes) / (1_000_000 if sys.platform == "darwin" else 1_000)


def environment(folder: Path) -> dict[str, str]:
    """A runner's: compiled modules are kept, as in the image."""
    return {"PATH": os.environ["PATH"], "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
