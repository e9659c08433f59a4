"""REST handlers of workflows and their runs."""

from typing import Any

from tests.github_server.exchange import Answer, Json, not_found
from tests.github_server.rest import shapes_checks
from tests.github_server.rest.routing import Call, Need, route
from tests.github_server.rest.shapes_git import pushed_commit
from tests.github_server.state.checks import WorkflowRun
from tests.github_server.state.workflows import Workflow, workflows_of

REPO = "/repos/{owner}/{repo}"
WORKFLOW = f"{REPO}/actions/workflows/{{workflow_id}}"
READ: Need = ("actions", "read")


@route("GET", f"{REPO}/actions/runs", READ)
def list_runs(call: Call) -> Json:
    """List the runs of workflows, newest first, by commit, branch, event and status or conclusion."""
    return _runs(call, call.repository.checks.workflow_runs)


@route("GET", f"{REPO}/actions/runs/{{run_id}}", READ)
def get_run(call: Call) -> Json:
    """Show a run of a workflow."""
    found = next((run for run in call.repository.checks.workflow_runs if run.id == call.number("run_id")), None)
    if found is None:
        raise not_found()
    return _show(call, found)


@route("GET", f"{REPO}/actions/workflows", READ)
def list_workflows(call: Call) -> Json:
    """List the workflows on the default branch."""
    found = workflows_of(call.repository)
    chosen, headers = call.cut(found)
    shown = [shapes_checks.workflow(call.repository, each) for each in chosen]
    return Answer(body={"total_count": len(found), "workflows": shown}, headers=headers)


@route("GET", WORKFLOW, READ)
def get_workflow(call: Call) -> Json:
    """Show a workflow, named by its number or its file."""
    return shapes_checks.workflow(call.repository, _workflow(call))


@route("GET", f"{WORKFLOW}/runs", READ)
def list_runs_of_workflow(call: Call) -> Json:
    """List the runs of one workflow, newest first."""
    path = _workflow(call).path
    return _runs(call, [run for run in call.repository.checks.workflow_runs if run.path == path])


def _workflow(call: Call) -> Workflow:
    name = call.values["workflow_id"]
    for each in workflows_of(call.repository):
        if name in {str(each.id), each.path.rpartition("/")[2]}:
            return each
    raise not_found()


def _runs(call: Call, among: list[WorkflowRun]) -> Answer:
    wanted = call.query("status")
    runs = [
        run
        for run in reversed(among)
        if call.query("head_sha") in {None, run.head_sha}
        and call.query("branch") in {None, run.head_branch}
        and call.query("event") in {None, run.event}
        and wanted in {None, run.status, run.conclusion}
    ]
    chosen, headers = call.cut(runs)
    shown = [_show(call, run) for run in chosen]
    return Answer(body={"total_count": len(runs), "workflow_runs": shown}, headers=headers)


def _show(call: Call, run: WorkflowRun) -> dict[str, Any]:
    """Show a run; its list of pull requests is empty, as it is for forks."""
    return shapes_checks.workflow_run(run, pushed_commit(call.world.store.get_commit(run.head_sha)), [])
