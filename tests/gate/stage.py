"""A repository with a rule book, an agent and its approvers, and the Action to run on it, in this process."""

import io
import itertools
import json
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypedDict, Unpack

from keyturn.cli import action
from keyturn.cli.job import Job
from tests.gate.sweeping import FastClock, race
from tests.github_server.hub import GitHubServer
from tests.github_server.journal import Recorded
from tests.github_server.state.access import Token
from tests.github_server.state.accounts import Account
from tests.github_server.state.checks import WorkflowRun
from tests.github_server.state.pull_request import PullRequest
from tests.github_server.state.repository import Repository

RULES = """\
version: 1
agents: {authors: ["*[bot]"], labels: [agent]}
unmatched: single
undeclared: multi
rules:
  emergency:
    - {action_type: drop, target: production_database}
  multi:
    - {action_type: migrate}
    - {action_type: delete}
  single:
    - {action_type: write, scope: single_file}
  auto:
    - {action_type: read}
tiers:
  single: {approvals: 1, escalate_after: 60m, expire_after: 24h}
  multi: {approvals: 2, escalate_after: 4h, expire_after: 24h}
approvers: {permission: write}
override: {users: [olga, otto]}
"""
"""A rule book in which everything is decided and nobody is named but those who may override."""

MANIFEST = ".agent/manifests/change.yml"


def manifest(*actions: str, requested_by: str | None = None) -> str:
    """A manifest with these actions, each `type target`, with `path` targets covering themselves."""
    lines = ["version: 1", "agent: helper"]
    if requested_by is not None:
        lines.append(f"requested_by: {requested_by}")
    lines.append("actions:")
    for action_ in actions:
        kind, target = action_.split(" ", 1)
        lines += [
            f"  - action_type: {kind}",
            f"    target: {target}",
            "    scope: single_file",
            "    description: Because it is needed.",
            "    estimated_impact: local",
        ]
    return "\n".join(lines) + "\n"


class Words(TypedDict, total=False):
    """What else may be said of a pull request."""

    base: str
    draft: bool


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run left: exit code, log, outputs by name, and the job summary."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str

    @property
    def decision(self) -> dict[str, Any]:
        """The decision in the outputs."""
        found: dict[str, Any] = json.loads(self.outputs["decision"])
        return found


@dataclass
class Stage:
    """One repository on a GitHub of its own, and the Action."""

    hub: GitHubServer
    folder: Path
    rules: str = RULES
    inputs: dict[str, str] = field(default_factory=dict)
    pace: float = 0
    """How many real seconds a second of waiting takes."""
    repo: Repository = field(init=False)
    token: Token = field(init=False)
    _runs: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        """Found the repository, with people who may write and the agent."""
        self.repo = self.hub.repository("acme/shop", files={"rules.yml": self.rules, "src/tax.py": "rate = 19\n"})
        self.ann, self.ben, self.olga, self.otto = (
            self.repo.user(login, role="write") for login in ("ann", "ben", "olga", "otto")
        )
        self.rita = self.repo.user("rita", role="read")
        self.agent = self.repo.bot("helper")
        self.token = self.repo.app_token()

    def change(self, *actions: str, files: dict[str, str] | None = None, **words: Unpack[Words]) -> PullRequest:
        """Open a pull request by the agent: one changed file, unless `files` says otherwise, and a manifest."""
        changed = {"src/tax.py": "rate = 20\n"} if files is None else files
        if actions:
            changed = {**changed, MANIFEST: manifest(*actions)}
        return self.repo.pull_request(author=self.agent, files=changed, **words)

    def run(self, event: str, payload: dict[str, Any], **inputs: str) -> Ran:
        """Run the Action as a runner would, at the time of the server's clock."""
        environment = self.environment(event, payload, **inputs)
        folder = Path(environment["GITHUB_EVENT_PATH"]).parent
        log = io.StringIO()
        job = Job.of(environment, log)
        code = action.run(environment, job, clock=lambda: self.hub.clock.now, sleep=self._sleep)
        summary = folder / "summary"
        return Ran(code, log.getvalue(), _outputs(folder / "output"), summary.read_text() if summary.exists() else "")

    def environment(self, event: str, payload: dict[str, Any], **inputs: str) -> dict[str, str]:
        """Set out the next run: its event's file and the environment that a runner would give it."""
        number = next(self._runs)
        folder = self.folder / f"run-{number}"
        folder.mkdir()
        (folder / "event.json").write_text(json.dumps(payload))
        given = {"github-token": self.token.value, "github-api-url": self.hub.api_url, **self.inputs, **inputs}
        return {
            "GITHUB_REPOSITORY": self.repo.full_name,
            "GITHUB_SERVER_URL": self.hub.server_url,
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(folder / "event.json"),
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_STEP_SUMMARY": str(folder / "summary"),
            "GITHUB_RUN_ID": str(7000 + number),
            "GITHUB_WORKFLOW": "keyturn",
            "GITHUB_JOB": "gate",
            "GITHUB_ACTOR": "octocat",
            **{f"INPUT_{name.upper()}": value for name, value in given.items()},
        }

    def judge(self, pull: PullRequest, **inputs: str) -> Ran:
        """Run on an event of this pull request."""
        payload = {**self._repository(), "pull_request": {"number": pull.number}}
        return self.run("pull_request_target", payload, **inputs)

    def comment(self, pull: PullRequest, author: Account, body: str, **inputs: str) -> Ran:
        """Write a comment and run on it."""
        comment = pull.comment(author, body)
        payload = {
            **self._repository(),
            "action": "created",
            "issue": {"number": pull.number, "pull_request": {"url": "x"}},
            "comment": {"node_id": comment.node_id},
        }
        return self.run("issue_comment", payload, **inputs)

    def sweep(self, **inputs: str) -> Ran:
        """Run on the schedule."""
        return self.run("schedule", {**self._repository(), "schedule": "7 * * * *"}, **inputs)

    def sweeps_at_once(self, *delays: float) -> list[tuple[int, str]]:
        """Sweep in as many processes at once, each delayed by so many seconds, and let the server's clock run.

        GitHub shows them as going on while they do. Gives their exit codes and logs.
        """
        payload = {**self._repository(), "schedule": "7 * * * *"}
        runs = [self.going_on() for _ in delays]
        environments = [self.environment("schedule", payload) | {"GITHUB_RUN_ID": str(run.id)} for run in runs]
        clock = FastClock(self.hub.clock.now, time.monotonic())

        def tick(_: Recorded) -> None:
            self.hub.clock.set(clock.now())

        self.hub.before_request(tick)
        try:
            return race(environments, clock, list(delays))
        finally:
            self.hub.clear_hooks()
            self.hub.clock.set(clock.now() + timedelta(seconds=1))
            for run in runs:
                run.status, run.conclusion = "completed", "success"

    def verdict(self, pull: PullRequest, name: str = "keyturn") -> str | None:
        """The state of the newest status of this name on the head, `None` where there is none."""
        found = [s for s in self.repo.checks.newest_statuses(pull.head_oid) if s.context == name]
        return found[-1].state if found else None

    def ledger_files(self, pull: PullRequest) -> list[bytes]:
        """The bytes of the pull request's ledger entries, oldest first."""
        tip = self.repo.refs.get("refs/heads/keyturn-ledger")
        if tip is None:
            return []
        store = self.hub.world.store
        folder = f"pulls/{pull.number // 1000}/{pull.number}/"
        leaves = store.leaves(store.get_commit(tip).tree)
        return [store.get_blob(leaves[path].oid).data for path in sorted(leaves) if path.startswith(folder)]

    def ledger(self, pull: PullRequest) -> list[dict[str, Any]]:
        """The pull request's ledger entries, oldest first."""
        return [json.loads(content) for content in self.ledger_files(pull)]

    def events(self, pull: PullRequest) -> list[str]:
        """The events in the ledger, oldest first."""
        return [event["event"] for entry in self.ledger(pull) for event in entry["events"]]

    def going_on(self, number: int | None = None) -> WorkflowRun:
        """Let GitHub show a run that is going on, of this number where one is given."""
        branch = self.repo.default_branch
        run = self.repo.checks.add_workflow_run(
            "keyturn-sweep",
            event="schedule",
            sha=self.repo.refs[f"refs/heads/{branch}"],
            branch=branch,
            actor=self.ann,
            status="in_progress",
        )
        run.id = number or run.id
        return run

    def _repository(self) -> dict[str, Any]:
        return {"repository": {"full_name": self.repo.full_name, "default_branch": self.repo.default_branch}}

    def _sleep(self, seconds: float) -> None:
        """Let the server's clock run, and, where runs race, give the other one real time too."""
        time.sleep(seconds * self.pace)
        self.hub.clock.advance(seconds=max(1.0, seconds))


def _outputs(path: Path) -> dict[str, str]:
    """What a runner would read from the output file."""
    found: dict[str, str] = {}
    lines = iter(path.read_text().splitlines()) if path.exists() else iter(())
    for line in lines:
        name, _, mark = line.partition("<<")
        found[name] = "\n".join(iter(lines.__next__, mark))
    return found
