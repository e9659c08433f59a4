"""REST handlers of statuses, check runs and suites, and workflow runs."""

from datetime import datetime

from tests.github_server.exchange import Answer, Json, RefusalError, invalid, not_found
from tests.github_server.graphql.fields_checks import rollup_state
from tests.github_server.rest import shapes, shapes_checks
from tests.github_server.rest.routing import Call, route
from tests.github_server.rest.shapes_git import pushed_commit
from tests.github_server.state.accounts import App
from tests.github_server.state.checks import CheckRun

REPO = "/repos/{owner}/{repo}"
RUN = f"{REPO}/check-runs/{{check_run_id}}"
TEXT_LIMIT = 65_535


@route("POST", f"{REPO}/statuses/{{sha}}", ("statuses", "write"))
def create_status(call: Call) -> Json:
    """Set a status: on a commit by its full name, in 140 characters, at most a thousand times a context."""
    repository, body, sha = call.repository, call.body, call.values["sha"]
    limits, context = call.world.limits, body.get("context", "default")
    if not call.world.store.has_commit(sha):
        raise RefusalError(422, f"No commit found for SHA: {sha}")
    if len(body.get("description") or "") > limits.description:
        told = f"description is too long (maximum is {limits.description} characters)"
        raise invalid(resource="Status", field="description", code="custom", message=told)
    if (body.get("target_url") or "http:").partition(":")[0] not in {"http", "https"}:
        raise invalid(
            resource="Status", field="target_url", code="custom", message="target_url must use http(s) scheme"
        )
    same = [each for each in repository.checks.statuses.get(sha, ()) if each.context.casefold() == context.casefold()]
    if len(same) >= limits.statuses:
        raise invalid(
            resource="Status",
            field="base",
            code="custom",
            message="This SHA and context has reached the maximum number of statuses.",
        )
    status = repository.checks.add_status(
        sha,
        context,
        body["state"],
        creator=call.token.account,
        description=body.get("description"),
        target_url=body.get("target_url"),
    )
    return Answer(status=201, body=shapes_checks.status(status))


@route("GET", f"{REPO}/commits/{{ref}}/statuses", ("statuses", "read"))
def list_statuses(call: Call) -> Json:
    """List every status of a commit, newest first."""
    repository, sha = call.repository, call.commit(call.values["ref"]).oid
    found = repository.checks.statuses.get(sha, [])[::-1]
    return call.page(found, shapes_checks.status)


@route("GET", f"{REPO}/commits/{{ref}}/status", ("statuses", "read"))
def combined_status(call: Call) -> Json:
    """Sum up the newest status of each context; without any it is pending."""
    repository, sha = call.repository, call.commit(call.values["ref"]).oid
    statuses = repository.checks.newest_statuses(sha)
    chosen, headers = call.cut(statuses)
    url = f"{call.world.api_url}/repos/{repository.full_name}/commits/{sha}"
    state = rollup_state([], statuses).lower() if statuses else "pending"
    shown = {
        "state": "failure" if state == "error" else state,
        "sha": sha,
        "total_count": len(statuses),
        "statuses": [shapes_checks.simple_status(each) for each in chosen],
        "repository": shapes.minimal_repository(repository),
        "commit_url": url,
        "url": f"{url}/status",
    }
    return Answer(body=shown, headers=headers)


def _own_app(call: Call) -> App:
    if call.token.app is None:
        raise RefusalError(403, "You must authenticate via a GitHub App.")
    return call.token.app


@route("POST", f"{REPO}/check-runs", ("checks", "write"))
def create_check_run(call: Call) -> Json:
    """Make a check run as the token's App, in the suite that GitHub picks."""
    repository, app, sha = call.repository, _own_app(call), call.body["head_sha"]
    if not call.world.store.has_commit(sha):
        raise RefusalError(422, f"No commit found for SHA: {sha}")
    run = repository.checks.add_run(
        repository.checks.suite_for(app, sha), call.body["name"], status=call.body.get("status", "queued")
    )
    _write(call, run)
    return Answer(status=201, body=shapes_checks.check_run(run))


@route("PATCH", RUN, ("checks", "write"))
def update_check_run(call: Call) -> Json:
    """Change a check run; only the App that made it may."""
    run, app = _run(call), _own_app(call)
    if run.suite.app is not app:
        told = f"Invalid app_id `{app.id}` - check run can only be modified by the GitHub App that created it."
        raise RefusalError(403, told)
    _write(call, run)
    return shapes_checks.check_run(run)


def _write(call: Call, run: CheckRun) -> None:
    body, now = call.body, call.world.clock.now
    output = body.get("output") or {}
    for name in ("summary", "text"):
        if len(output.get(name) or "") > TEXT_LIMIT:
            raise invalid(
                resource="CheckRun",
                field=name,
                code="custom",
                message=f"{name} exceeds a maximum length of {TEXT_LIMIT} characters.",
            )
    run.name = body.get("name", run.name)
    run.external_id = body.get("external_id", run.external_id)
    run.details_url = body.get("details_url", run.details_url)
    if "conclusion" in body:
        run.status, run.conclusion = "completed", body["conclusion"]
        run.completed_at = datetime.fromisoformat(body["completed_at"]) if "completed_at" in body else now
    elif "status" in body:
        run.status = body["status"]
        if run.status == "completed":
            raise invalid(resource="CheckRun", field="conclusion", code="missing_field")
        run.conclusion = run.completed_at = None
    if "started_at" in body:
        run.started_at = datetime.fromisoformat(body["started_at"])
    run.output = {**run.output, **{name: output[name] for name in ("title", "summary", "text") if name in output}}
    run.annotations += output.get("annotations", ())
    run.suite.updated_at = now


def _run(call: Call) -> CheckRun:
    number = call.number("check_run_id")
    found = next((run for suite in call.repository.checks.suites for run in suite.runs if run.id == number), None)
    if found is None:
        raise not_found()
    return found


@route("GET", RUN, ("checks", "read"))
def get_check_run(call: Call) -> Json:
    """Show a check run."""
    return shapes_checks.check_run(_run(call))


@route("GET", f"{RUN}/annotations", ("checks", "read"))
def list_annotations(call: Call) -> Json:
    """List a check run's annotations."""
    run = _run(call)
    base = f"{call.world.web_url}/{call.repository.full_name}/blob/{run.suite.head_sha}"
    blank = {"start_column": None, "end_column": None, "title": None, "raw_details": None}
    return call.page(run.annotations, lambda each: blank | dict(each) | {"blob_href": f"{base}/{each['path']}"})


@route("GET", f"{REPO}/commits/{{ref}}/check-runs", ("checks", "read"))
def list_check_runs(call: Call) -> Json:
    """List a commit's check runs, by default the newest of each name and suite, newest first."""
    sha = call.commit(call.values["ref"]).oid
    runs = [
        run
        for run in call.repository.checks.runs_of(sha)
        if call.query("check_name") in {None, run.name}
        and call.query("status") in {None, run.status}
        and call.query("app_id") in {None, str(run.suite.app.id)}
    ]
    if call.query("filter", "latest") == "latest":
        runs = list({(run.suite.id, run.name): run for run in runs}.values())
    chosen, headers = call.cut(runs[::-1])
    shown = {"total_count": len(runs), "check_runs": [shapes_checks.check_run(run) for run in chosen]}
    return Answer(body=shown, headers=headers)


@route("GET", f"{REPO}/commits/{{ref}}/check-suites", ("checks", "read"))
def list_check_suites(call: Call) -> Json:
    """List a commit's check suites."""
    sha = call.commit(call.values["ref"]).oid
    suites = [
        suite
        for suite in call.repository.checks.suites
        if suite.head_sha == sha and call.query("app_id") in {None, str(suite.app.id)}
    ]
    chosen, headers = call.cut(suites)
    shown = [shapes_checks.check_suite(suite, pushed_commit(call.world.store.get_commit(sha))) for suite in chosen]
    return Answer(body={"total_count": len(suites), "check_suites": shown}, headers=headers)
