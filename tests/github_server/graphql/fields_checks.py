"""Resolvers of what is said of commits: the rollup, check runs and suites, statuses, workflow runs."""

from collections.abc import Callable
from typing import Any, TypeAlias

from tests.github_server.exchange import Json
from tests.github_server.graphql.fields_git import git_object
from tests.github_server.graphql.paging import Connection, connect
from tests.github_server.graphql.registry import Context, InRepository, Typed, define
from tests.github_server.state.checks import CheckRun, CheckSuite, Status

Wanted: TypeAlias = dict[str, Any] | None
BAD = {"FAILURE", "CANCELLED", "TIMED_OUT", "ACTION_REQUIRED", "STALE", "STARTUP_FAILURE"}


def rollup_state(runs: list[CheckRun], statuses: list[Status]) -> str:
    """Sum up as GitHub does: a failure outweighs what is pending, which outweighs success."""
    states = {status.state.upper() for status in statuses}
    for run in runs:
        if run.conclusion is None:
            states.add("PENDING")
        else:
            states.add("FAILURE" if run.conclusion.upper() in BAD else "SUCCESS")
    return next(state for state in ("ERROR", "FAILURE", "PENDING", "SUCCESS") if state in states)


def _rollup(node: InRepository, context: Context) -> Typed | None:
    checks, sha = node.repository.checks, node.it.oid
    runs, statuses = checks.runs_of(sha), checks.newest_statuses(sha)
    if not runs and not statuses:
        return None
    return Typed(
        "StatusCheckRollup",
        {"id": f"SCR_{sha}", "state": rollup_state(runs, statuses), "commit": node, "repository": node.repository},
    )


def _contexts(rollup: Typed, context: Context, **page: Json) -> Connection:
    repository, sha = rollup.values["repository"], rollup.values["commit"].it.oid
    context.needs(repository, "checks")
    context.needs(repository, "statuses")
    runs, statuses = repository.checks.runs_of(sha), repository.checks.newest_statuses(sha)
    counts = {"checkRunCount": len(runs), "statusContextCount": len(statuses)}
    return connect([*runs, *statuses], page, extra=counts)


def _status(node: InRepository, context: Context) -> Typed | None:
    context.needs(node.repository, "statuses")
    statuses = node.repository.checks.newest_statuses(node.it.oid)
    if not statuses:
        return None
    state = rollup_state([], statuses)
    return Typed("Status", {"id": f"S_{node.it.oid}", "state": state, "commit": node, "contexts": statuses})


def _context(status: Typed, _: Context, *, name: str) -> object:
    return next((each for each in status.values["contexts"] if each.context.casefold() == name.casefold()), None)


def _suites(node: InRepository, context: Context, *, filterBy: Wanted = None, **page: Json) -> Connection:  # noqa: N803 - GraphQL's own name
    context.needs(node.repository, "checks")
    wanted = filterBy or {}
    suites = [
        suite
        for suite in node.repository.checks.suites
        if suite.head_sha == node.it.oid
        and wanted.get("appId") in {None, suite.app.id}
        and (wanted.get("checkName") is None or any(run.name == wanted["checkName"] for run in suite.runs))
    ]
    return connect(suites, page)


def _suite_runs(suite: CheckSuite, context: Context, *, filterBy: Wanted = None, **page: Json) -> Connection:  # noqa: N803 - GraphQL's own name
    context.needs(suite.repository, "checks")
    wanted = filterBy or {}
    runs = [
        run
        for run in suite.runs
        if wanted.get("checkName") in {None, run.name} and wanted.get("appId") in {None, suite.app.id}
    ]
    if wanted.get("checkType", "LATEST") == "LATEST":
        runs = list({run.name: run for run in runs}.values())
    return connect(runs, page)


def _workflow_run(suite: CheckSuite, context: Context) -> object:
    if suite.workflow_run is not None:
        context.needs(suite.repository, "actions")
    return suite.workflow_run


def suite_conclusion(suite: CheckSuite) -> str | None:
    """Sum up the conclusions of a suite: none until every run has ended."""
    conclusions = {run.conclusion for run in suite.runs}
    if suite.workflow_run is not None and not conclusions:
        return suite.workflow_run.conclusion
    if not conclusions or None in conclusions:
        return None
    order = ("failure", "timed_out", "cancelled", "action_required", "success", "neutral", "skipped")
    return next((each for each in order if each in conclusions), "neutral")


def _suite_status(suite: CheckSuite, _: Context) -> str:
    if suite.workflow_run is not None and not suite.runs:
        return suite.workflow_run.status.upper()
    return "COMPLETED" if suite_conclusion(suite) else "IN_PROGRESS" if suite.runs else "QUEUED"


def _upper(read: Callable[[Any], str | None]) -> Callable[..., str | None]:
    return lambda it, _: (read(it) or "").upper() or None


def _required(name: Callable[[Any], str], app: Callable[[Any], int | None], repository: Callable[[Any], Any]) -> Json:
    def read(it: Json, _: Context, *, pullRequestNumber: int | None = None, **__: object) -> bool:  # noqa: N803 - GraphQL's own name
        pull = repository(it).find_pull_request(pullRequestNumber or 0)
        required = repository(it).rules.required(pull.base_ref) if pull else {}
        return name(it) in required and required[name(it)] in {None, app(it)}

    return read


def _details(run: CheckRun, context: Context) -> str:
    return run.details_url or f"{context.world.web_url}/{run.suite.repository.full_name}/runs/{run.id}"


define("Commit", {"statusCheckRollup": _rollup, "status": _status, "checkSuites": _suites})
define("StatusCheckRollup", {"contexts": _contexts})
define("Status", {"context": _context})
define(
    "StatusContext",
    {
        "id": lambda it, _: it.node_id,
        "context": lambda it, _: it.context,
        "state": lambda it, _: it.state.upper(),
        "description": lambda it, _: it.description,
        "targetUrl": lambda it, _: it.target_url,
        "createdAt": lambda it, _: it.created_at,
        "creator": lambda it, context: context.account(it.creator),
        "commit": lambda it, _: git_object(it.repository, it.sha),
        "isRequired": _required(lambda it: it.context, lambda _: None, lambda it: it.repository),
    },
)
define(
    "CheckRun",
    {
        "id": lambda run, _: run.node_id,
        "databaseId": lambda run, _: run.id,
        "name": lambda run, _: run.name,
        "status": _upper(lambda run: run.status),
        "conclusion": _upper(lambda run: run.conclusion),
        "startedAt": lambda run, _: run.started_at,
        "completedAt": lambda run, _: run.completed_at,
        "externalId": lambda run, _: run.external_id,
        "detailsUrl": _details,
        "url": _details,
        "permalink": _details,
        "title": lambda run, _: run.output.get("title"),
        "summary": lambda run, _: run.output.get("summary"),
        "text": lambda run, _: run.output.get("text"),
        "repository": lambda run, _: run.suite.repository,
        "checkSuite": lambda run, _: run.suite,
        "isRequired": _required(lambda run: run.name, lambda run: run.suite.app.id, lambda run: run.suite.repository),
    },
)
define(
    "CheckSuite",
    {
        "id": lambda suite, _: suite.node_id,
        "databaseId": lambda suite, _: suite.id,
        "app": lambda suite, _: suite.app,
        "repository": lambda suite, _: suite.repository,
        "commit": lambda suite, _: git_object(suite.repository, suite.head_sha),
        "createdAt": lambda suite, _: suite.created_at,
        "updatedAt": lambda suite, _: suite.updated_at,
        "status": _suite_status,
        "conclusion": _upper(suite_conclusion),
        "workflowRun": _workflow_run,
        "checkRuns": _suite_runs,
    },
)
define(
    "WorkflowRun",
    {
        "id": lambda run, _: run.node_id,
        "databaseId": lambda run, _: run.id,
        "event": lambda run, _: run.event,
        "runNumber": lambda run, _: run.number,
        "createdAt": lambda run, _: run.created_at,
        "updatedAt": lambda run, _: run.updated_at,
        "checkSuite": lambda run, _: run.repository.checks.suite_of(run),
        "url": lambda run, context: f"{context.world.web_url}/{run.repository.full_name}/actions/runs/{run.id}",
        "resourcePath": lambda run, _: f"/{run.repository.full_name}/actions/runs/{run.id}",
        "workflow": lambda run, _: run,
    },
)
define(
    "Workflow",
    {
        "id": lambda run, _: f"W_{run.workflow_id}",
        "databaseId": lambda run, _: run.workflow_id,
        "name": lambda run, _: run.workflow,
        "resourcePath": lambda run, _: f"/{run.repository.full_name}/actions/{run.path.removeprefix('.github/')}",
        "state": lambda _, __: "ACTIVE",
    },
)
