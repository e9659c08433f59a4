"""REST's form of statuses, check suites and runs, and workflow runs."""

from typing import Any

from tests.github_server.clock import iso, optional_iso
from tests.github_server.graphql.fields_checks import suite_conclusion
from tests.github_server.rest import shapes
from tests.github_server.rest.shapes import living, repository_url
from tests.github_server.state.checks import CheckRun, CheckSuite, Status, WorkflowRun
from tests.github_server.state.repository import Repository
from tests.github_server.state.workflows import Workflow


def status(it: Status) -> dict[str, Any]:
    """Show a status in full."""
    return simple_status(it) | {"creator": living(it.repository.world, it.creator)}


def simple_status(it: Status) -> dict[str, Any]:
    """Show a status as a part of the combined one."""
    return {
        "url": f"{repository_url(it.repository)}/statuses/{it.sha}",
        "avatar_url": f"https://avatars.githubusercontent.com/u/{it.creator.id}?v=4",
        "id": it.id,
        "node_id": it.node_id,
        "state": it.state,
        "description": it.description,
        "target_url": it.target_url,
        "context": it.context,
        "created_at": iso(it.created_at),
        "updated_at": iso(it.created_at),
    }


def check_run(it: CheckRun) -> dict[str, Any]:
    """Show a check run."""
    repository, url = it.suite.repository, repository_url(it.suite.repository)
    html = f"{repository.world.web_url}/{repository.full_name}/runs/{it.id}"
    return {
        "id": it.id,
        "node_id": it.node_id,
        "name": it.name,
        "head_sha": it.suite.head_sha,
        "external_id": it.external_id,
        "url": f"{url}/check-runs/{it.id}",
        "html_url": html,
        "details_url": it.details_url or html,
        "status": it.status,
        "conclusion": it.conclusion,
        "started_at": optional_iso(it.started_at),
        "completed_at": optional_iso(it.completed_at),
        "output": {
            "title": it.output.get("title"),
            "summary": it.output.get("summary"),
            "text": it.output.get("text"),
            "annotations_count": len(it.annotations),
            "annotations_url": f"{url}/check-runs/{it.id}/annotations",
        },
        "check_suite": {"id": it.suite.id},
        "app": shapes.app(repository.world, it.suite.app),
        "pull_requests": [],
    }


def check_suite(it: CheckSuite, head_commit: dict[str, Any]) -> dict[str, Any]:
    """Show a check suite."""
    url = f"{repository_url(it.repository)}/check-suites/{it.id}"
    conclusion = suite_conclusion(it)
    return {
        "id": it.id,
        "node_id": it.node_id,
        "head_branch": it.head_branch,
        "head_sha": it.head_sha,
        "status": "completed" if conclusion else "in_progress" if it.runs else "queued",
        "conclusion": conclusion,
        "url": url,
        "before": None,
        "after": it.head_sha,
        "pull_requests": [],
        "app": shapes.app(it.repository.world, it.app),
        "created_at": iso(it.created_at),
        "updated_at": iso(it.updated_at),
        "head_commit": head_commit,
        "repository": shapes.minimal_repository(it.repository),
        "latest_check_runs_count": len(it.runs),
        "check_runs_url": f"{url}/check-runs",
    }


def workflow_run(it: WorkflowRun, head_commit: dict[str, Any], pulls: list[dict[str, Any]]) -> dict[str, Any]:
    """Show a run of a workflow."""
    repository, world = it.repository, it.repository.world
    url = f"{repository_url(repository)}/actions/runs/{it.id}"
    suite = repository.checks.suite_of(it)
    return {
        "id": it.id,
        "node_id": it.node_id,
        "name": it.workflow,
        "head_branch": it.head_branch,
        "head_sha": it.head_sha,
        "path": it.path,
        "display_title": it.workflow,
        "run_number": it.number,
        "run_attempt": 1,
        "event": it.event,
        "status": it.status,
        "conclusion": it.conclusion,
        "workflow_id": it.workflow_id,
        "check_suite_id": suite.id,
        "check_suite_node_id": suite.node_id,
        "url": url,
        "html_url": f"{world.web_url}/{repository.full_name}/actions/runs/{it.id}",
        "pull_requests": pulls,
        "created_at": iso(it.created_at),
        "updated_at": iso(it.updated_at),
        "run_started_at": iso(it.created_at),
        "actor": shapes.user(world, it.actor),
        "triggering_actor": shapes.user(world, it.actor),
        "jobs_url": f"{url}/jobs",
        "logs_url": f"{url}/logs",
        "check_suite_url": f"{repository_url(repository)}/check-suites/{suite.id}",
        "artifacts_url": f"{url}/artifacts",
        "cancel_url": f"{url}/cancel",
        "rerun_url": f"{url}/rerun",
        "previous_attempt_url": None,
        "workflow_url": f"{repository_url(repository)}/actions/workflows/{it.workflow_id}",
        "head_commit": head_commit,
        "repository": shapes.minimal_repository(repository),
        "head_repository": shapes.minimal_repository(it.head_repository),
    }


def workflow(repository: Repository, it: Workflow) -> dict[str, Any]:
    """Show a workflow."""
    page = f"{repository.world.web_url}/{repository.full_name}"
    return {
        "id": it.id,
        "node_id": f"W_{it.id}",
        "name": it.name,
        "path": it.path,
        "state": it.state,
        "created_at": iso(repository.created_at),
        "updated_at": iso(repository.created_at),
        "url": f"{repository_url(repository)}/actions/workflows/{it.id}",
        "html_url": f"{page}/blob/{repository.default_branch}/{it.path}",
        "badge_url": f"{page}/workflows/{it.name}/badge.svg",
    }
