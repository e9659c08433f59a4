"""What is said of commits: statuses, check suites and runs, workflow runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tests.github_server.state.accounts import Account, App

if TYPE_CHECKING:
    from tests.github_server.state.repository import Repository


@dataclass(eq=False, slots=True, kw_only=True)
class Status:
    """A commit status; `state` is REST's word."""

    id: int = 0
    node_id: str = ""
    repository: "Repository"
    sha: str
    context: str
    state: str
    description: str | None
    target_url: str | None
    creator: Account
    created_at: datetime


@dataclass(eq=False, slots=True, kw_only=True)
class WorkflowRun:
    """A run of an Actions workflow."""

    id: int = 0
    node_id: str = ""
    repository: "Repository"
    workflow: str
    path: str
    workflow_id: int
    event: str
    head_sha: str
    head_branch: str | None
    head_repository: "Repository"
    actor: Account
    number: int
    created_at: datetime
    updated_at: datetime
    status: str = "completed"
    conclusion: str | None = None


@dataclass(eq=False, slots=True, kw_only=True)
class CheckSuite:
    """The runs of one App on one commit."""

    id: int = 0
    node_id: str = ""
    repository: "Repository"
    app: App
    head_sha: str
    head_branch: str | None
    created_at: datetime
    updated_at: datetime
    workflow_run: WorkflowRun | None = None
    runs: list["CheckRun"] = field(default_factory=list)


@dataclass(eq=False, slots=True, kw_only=True)
class CheckRun:
    """A check run; `status` and `conclusion` are REST's words."""

    id: int = 0
    node_id: str = ""
    suite: CheckSuite
    name: str
    status: str
    conclusion: str | None
    started_at: datetime | None
    completed_at: datetime | None
    external_id: str = ""
    details_url: str | None = None
    output: Mapping[str, str | None] = field(default_factory=dict)
    annotations: list[Mapping[str, object]] = field(default_factory=list)


class Checks:
    """Everything said of one repository's commits."""

    def __init__(self, repository: "Repository") -> None:
        """Start with nothing said."""
        self.repository = repository
        self.statuses: dict[str, list[Status]] = {}
        self.suites: list[CheckSuite] = []
        self.workflow_runs: list[WorkflowRun] = []
        self.disabled_workflows: dict[str, str] = {}
        self._workflow_ids: dict[str, int] = {}

    def workflow_id(self, path: str) -> int:
        """Give the number of the workflow in a file; the same file has the same number."""
        return self._workflow_ids.setdefault(path, 60_001 + len(self._workflow_ids))

    def add_status(
        self,
        sha: str,
        context: str,
        state: str,
        *,
        creator: Account,
        description: str | None = None,
        target_url: str | None = None,
    ) -> Status:
        """Set a status."""
        world = self.repository.world
        status = Status(
            repository=self.repository,
            sha=sha,
            context=context,
            state=state,
            description=description,
            target_url=target_url,
            creator=creator,
            created_at=world.clock.now,
        )
        status.id, status.node_id = world.identify("SC", status)
        self.statuses.setdefault(sha, []).append(status)
        return status

    def newest_statuses(self, sha: str) -> list[Status]:
        """List the newest status of each context, contexts compared without case, in the order they first came."""
        newest = {status.context.casefold(): status for status in self.statuses.get(sha, ())}
        return list(newest.values())

    def add_suite(self, app: App, sha: str, branch: str | None, run: WorkflowRun | None = None) -> CheckSuite:
        """Begin a suite."""
        world = self.repository.world
        suite = CheckSuite(
            repository=self.repository,
            app=app,
            head_sha=sha,
            head_branch=branch,
            created_at=world.clock.now,
            updated_at=world.clock.now,
            workflow_run=run,
        )
        suite.id, suite.node_id = world.identify("CS", suite)
        self.suites.append(suite)
        return suite

    def suite_for(self, app: App, sha: str) -> CheckSuite:
        """Find the suite to which GitHub attaches a run made through the API: the App's first on that commit."""
        known = next((suite for suite in self.suites if suite.app is app and suite.head_sha == sha), None)
        return known or self.add_suite(app, sha, None)

    def add_run(
        self,
        suite: CheckSuite,
        name: str,
        *,
        status: str,
        conclusion: str | None = None,
        external_id: str = "",
        details_url: str | None = None,
    ) -> CheckRun:
        """Add a check run, started now and, if it is completed, ended now."""
        world = self.repository.world
        now = world.clock.now
        run = CheckRun(
            suite=suite,
            name=name,
            status=status,
            conclusion=conclusion,
            started_at=now,
            completed_at=now if status == "completed" else None,
            external_id=external_id,
            details_url=details_url,
        )
        run.id, run.node_id = world.identify("CR", run)
        suite.runs.append(run)
        suite.updated_at = now
        return run

    def runs_of(self, sha: str) -> list[CheckRun]:
        """List every check run of a commit, older before newer."""
        runs = [run for suite in self.suites if suite.head_sha == sha for run in suite.runs]
        return sorted(runs, key=lambda run: run.id)

    def passes(self, sha: str, name: str, app: int | None) -> bool:
        """Whether a required check is met: the newest run and the newest status of that name, those there are, pass.

        A pinned App must have given them; a status counts as Actions' own where Actions' bot set it.
        """
        runs = [run for run in self.runs_of(sha) if run.name == name and app in {None, run.suite.app.id}]
        bots = {known.id: known.bot for known in self.repository.world.apps}
        statuses = [
            status
            for status in self.newest_statuses(sha)
            if status.context.casefold() == name.casefold() and (app is None or status.creator is bots.get(app))
        ]
        ends = [run.conclusion in {"success", "skipped", "neutral"} for run in runs[-1:]]
        ends += [status.state == "success" for status in statuses]
        return bool(ends) and all(ends)

    def add_workflow_run(
        self,
        workflow: str,
        *,
        event: str,
        sha: str,
        branch: str | None,
        actor: Account,
        head_repository: "Repository | None" = None,
        status: str = "completed",
        conclusion: str | None = "success",
    ) -> WorkflowRun:
        """Record a run of the workflow of this name, in the file of this name; its suite is added with it."""
        world, path = self.repository.world, f".github/workflows/{workflow}.yml"
        run = WorkflowRun(
            repository=self.repository,
            workflow=workflow,
            path=path,
            workflow_id=self.workflow_id(path),
            event=event,
            head_sha=sha,
            head_branch=branch,
            head_repository=head_repository or self.repository,
            actor=actor,
            number=1 + sum(each.workflow == workflow for each in self.workflow_runs),
            created_at=world.clock.now,
            updated_at=world.clock.now,
            status=status,
            conclusion=conclusion if status == "completed" else None,
        )
        run.id, run.node_id = world.identify("WFR", run)
        self.workflow_runs.append(run)
        self.add_suite(world.actions, sha, branch, run)
        return run

    def suite_of(self, run: WorkflowRun) -> CheckSuite:
        """Find the suite of a workflow's run."""
        return next(suite for suite in self.suites if suite.workflow_run is run)
