"""Whether the gate hears of what it judges, and whether the sweep runs."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from keyturn.core.patterns import name_matches
from keyturn.core.rulebook import CheckPattern, RuleBook
from keyturn.core.tier import Tier
from keyturn.doctor.finding import Finding, good, warning, wrong
from keyturn.doctor.setup import Setup, WorkflowFile
from keyturn.doctor.workflow import Workflow

_STALE: Final = timedelta(hours=25)
"""A schedule that is late by more than a day is not late any more."""
_ACTIONS: Final = "github-actions"


def hearing(workflows: Sequence[Workflow], book: RuleBook | None) -> Iterable[Finding]:
    """Whether the end of each workflow that gives a required check starts the gate, and reviews and comments do."""
    title = "gate workflow"
    gates = [workflow for workflow in workflows if workflow.runs_keyturn and "schedule" not in workflow.events]
    if not gates:
        yield wrong(
            title,
            "no workflow on the default branch runs keyturn for pull requests",
            "Nothing judges a pull request before the next sweep.",
            "Write the workflows with `keyturn init --workflows`, and merge them into the default branch.",
        )
        return
    heard = {name for gate in gates for name in gate.hears}
    known = {workflow.name for workflow in workflows}
    for name in sorted(heard - known):
        yield wrong(
            title,
            f"the gate waits for a workflow `{name}`, and there is none of this name",
            "A workflow is heard by its `name:`, letter for letter.",
            "Write the right name under `workflow_run.workflows` of the gate's workflow, or take it out.",
        )
    yield _signal(workflows, gates, heard)
    yield from _checks(workflows, heard, book)


def _signal(workflows: Sequence[Workflow], gates: Sequence[Workflow], heard: set[str]) -> Finding:
    heard_of = {event for workflow in workflows if workflow.name in heard for event in workflow.events}
    direct = {event for gate in gates for event in gate.events}
    wanted = {
        "pull_request": {"pull_request", "pull_request_target"},
        "pull_request_review": {"pull_request_review"},
        "issue_comment": {"issue_comment"},
    }
    deaf = [name for name, any_of in wanted.items() if not any_of & (heard_of | direct)]
    if deaf:
        return wrong(
            "events",
            f"the gate does not hear of {', '.join(f'`{name}`' for name in deaf)}",
            "A push, a review or a command then waits for the next sweep.",
            "Add the workflow keyturn-signal, and its name under `workflow_run.workflows` of the gate's workflow; "
            "`keyturn init --workflows` writes both.",
        )
    return good("events", "the gate hears of pushes, reviews and comments")


def _checks(workflows: Sequence[Workflow], heard: set[str], book: RuleBook | None) -> Iterable[Finding]:
    patterns = () if book is None else book.checks(Tier.EMERGENCY)
    for pattern in patterns:
        yield _check(pattern, workflows, heard)


def _check(pattern: CheckPattern, workflows: Sequence[Workflow], heard: set[str]) -> Finding:
    title = f"required check {pattern.name}"
    if pattern.app is not None and pattern.app.casefold() != _ACTIONS:
        return warning(
            title,
            f"`{pattern.name}` comes from the App {pattern.app}, whose checks start no workflow",
            "The gate learns of it when something else wakes it, at the latest in the next sweep.",
            "Sweep often, or let a workflow of your own wait for that check and end after it.",
        )
    giving = [
        workflow
        for workflow in workflows
        if not workflow.runs_keyturn and any(_same(pattern.name, job) for job in workflow.jobs)
    ]
    if not giving:
        return warning(
            title,
            f"no workflow on the default branch has a job whose check is called `{pattern.name}`",
            "If nothing gives this check, no pull request that needs it can pass; if a status or another App gives it, "
            "the gate learns of it in the next sweep.",
            "Compare the name in the rule book with the check's own: a job's `name:`, or its key where it has none.",
        )
    deaf = sorted(workflow.name for workflow in giving if workflow.name not in heard)
    if deaf:
        names = ", ".join(f"`{name}`" for name in deaf)
        return wrong(
            title,
            f"the gate does not hear when {names} ends, which gives `{pattern.name}`",
            "A pull request whose checks turn green stays pending until the next sweep.",
            f"Add {names} under `workflow_run.workflows` of the gate's workflow.",
        )
    return good(title, f"the gate hears when {', '.join(f'`{workflow.name}`' for workflow in giving)} ends")


def _same(pattern: str, job: str) -> bool:
    """Whether a pattern and a job's name, in which `*` stands for what is not known yet, can mean the same check."""
    return name_matches(pattern, job) or ("*" in job and name_matches(job.replace("[", "[[]"), pattern))


def last_sweep(setup: Setup, workflows: Sequence[Workflow]) -> Finding:
    """Whether a scheduled workflow runs keyturn, is switched on, and ran lately."""
    title = "last sweep"
    paths = {workflow.path for workflow in workflows if workflow.runs_keyturn and "schedule" in workflow.events}
    sweeps = [file for file in setup.workflows if file.file.path in paths]
    if not sweeps:
        return wrong(
            title,
            "no workflow on the default branch runs keyturn on a schedule",
            "Nothing escalates or expires, and whatever no event tells of is never noticed.",
            "Write the workflow keyturn-sweep with `keyturn init --workflows`, and merge it into the default branch.",
        )
    return _swept(title, sweeps[0], setup)


def _swept(title: str, sweep: WorkflowFile, setup: Setup) -> Finding:
    path = sweep.file.path
    if sweep.state is not None and sweep.state != "active":
        return wrong(
            title,
            f"{path} is switched off ({sweep.state})",
            "GitHub switches scheduled workflows off after 60 days without activity in a public repository.",
            "Actions, the workflow's name, Enable workflow.",
        )
    if sweep.state is None:
        return warning(
            title,
            "the runs of the sweep cannot be read",
            "The token lacks `actions: read`.",
            "Grant it, and run `keyturn doctor` again.",
        )
    if sweep.last_run is None:
        return wrong(
            title,
            f"{path} has never run to its end",
            "Nothing escalates or expires, and whatever no event tells of is never noticed.",
            "Actions, the workflow's name, Run workflow; then read its log.",
        )
    when = f"{sweep.last_run:%Y-%m-%d %H:%M} UTC"
    if sweep.last_result != "success":
        return wrong(
            title,
            f"the sweep of {when} ended in {sweep.last_result}",
            "A pull request that the sweep cannot judge keeps a verdict that may be out of date.",
            f"Read the log of that run of {path}; it says what was missing.",
        )
    if setup.now - sweep.last_run > _STALE:
        return warning(
            title,
            f"the last sweep was on {when}",
            "Deadlines are kept, and lost events noticed, only as often as the sweep runs.",
            f"Look at the schedule in {path}; hourly is usual.",
        )
    return good(title, f"the last sweep was on {when}")
