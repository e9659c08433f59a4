"""Events that start workflows: their payloads, shaped as GitHub sends them, and what a runner is told besides."""

from dataclasses import dataclass, field
from typing import Any, Literal

from tests.github_server.clock import iso
from tests.github_server.examples import example, overlay
from tests.github_server.rest import shapes, shapes_checks, shapes_conversation, shapes_git
from tests.github_server.state.accounts import Account
from tests.github_server.state.checks import Status, WorkflowRun
from tests.github_server.state.conversation import Comment
from tests.github_server.state.git_diff import compare_trees
from tests.github_server.state.git_objects import Commit
from tests.github_server.state.merge_queue import QueueEntry
from tests.github_server.state.pull_request import PullRequest
from tests.github_server.state.refs import NOTHING
from tests.github_server.state.repository import Repository
from tests.github_server.state.reviews import Review


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """An event: its name, its payload, and the commit and ref on which the workflow runs."""

    name: str
    repository: Repository
    payload: dict[str, Any] = field(repr=False)
    actor: Account
    sha: str
    ref: str
    head_ref: str = ""
    base_ref: str = ""


def pull_request(
    pull: PullRequest,
    action: str = "synchronize",
    *,
    sender: Account | None = None,
    event: Literal["pull_request", "pull_request_target"] = "pull_request",
) -> Trigger:
    """Something happened to a pull request; with `pull_request_target` the run is on the default branch."""
    sender = sender or pull.author
    ours = {"action": action, "number": pull.number, "pull_request": shapes_conversation.full_pull_request(pull)}
    payload = _payload("pull_request", action, ours, pull.repository, sender)
    return _about_pull(event, pull, payload, sender)


def review(it: Review, action: str = "submitted", *, sender: Account | None = None) -> Trigger:
    """A review was submitted, edited or dismissed."""
    sender, pull = sender or it.author, it.pull_request
    shown = shapes_conversation.review(it) | {"state": it.state.lower()}
    ours = {"action": action, "review": shown, "pull_request": shapes_conversation.pull_request(pull)}
    payload = _payload("pull_request_review", action, ours, pull.repository, sender)
    return _about_pull("pull_request_review", pull, payload, sender)


def comment(it: Comment, action: str = "created", *, sender: Account | None = None) -> Trigger:
    """A comment was created, edited or deleted; on a pull request the issue says so."""
    sender, repository = sender or it.author, it.conversation.repository
    ours = {
        "action": action,
        "issue": shapes_conversation.issue(it.conversation),
        "comment": shapes_conversation.comment(it),
    }
    return _on_default("issue_comment", _payload("issue_comment", action, ours, repository, sender), repository, sender)


def workflow_run(run: WorkflowRun, action: str = "completed") -> Trigger:
    """A workflow ran; the run's list of pull requests is empty, as it is for forks."""
    repository, commit = run.repository, run.repository.world.store.get_commit(run.head_sha)
    path = {"path": run.path, "id": run.workflow_id, "name": run.workflow}
    ours = {
        "action": action,
        "workflow": path,
        "workflow_run": shapes_checks.workflow_run(run, shapes_git.pushed_commit(commit), []),
    }
    payload = _payload("workflow_run", action, ours, repository, run.actor)
    return _on_default("workflow_run", payload, repository, run.actor)


def workflow_dispatch(
    repository: Repository,
    inputs: dict[str, str] | None = None,
    *,
    branch: str | None = None,
    sender: Account | None = None,
) -> Trigger:
    """Somebody started the workflow by hand, on a branch of their choice."""
    ref, sender = f"refs/heads/{branch or repository.default_branch}", sender or repository.maintainer
    ours = {"inputs": inputs or {}, "ref": ref, "workflow": ".github/workflows/keyturn.yml"}
    payload = _payload("workflow_dispatch", None, ours, repository, sender)
    return Trigger(
        name="workflow_dispatch",
        repository=repository,
        payload=payload,
        actor=sender,
        sha=repository.refs[ref],
        ref=ref,
    )


def schedule(repository: Repository, cron: str = "17 * * * *") -> Trigger:
    """The clock started the workflow; the actor is who last wrote the cron line."""
    sender = repository.maintainer
    payload = {"schedule": cron, "workflow": ".github/workflows/keyturn-sweep.yml", **_surroundings(repository, sender)}
    return _on_default("schedule", payload, repository, sender)


def push(repository: Repository, branch: str | None = None) -> Trigger:
    """The newest push to a branch, by default the default branch."""
    ref = f"refs/heads/{branch or repository.default_branch}"
    latest = next(each for each in reversed(repository.activity) if each.ref == ref)
    sender, store = latest.actor or repository.maintainer, repository.world.store
    compare = f"{repository.world.web_url}/{repository.full_name}/compare/{latest.before[:12]}...{latest.after[:12]}"
    head = _listed_commit(repository, store.get_commit(latest.after))
    ours = {
        "ref": ref,
        "before": latest.before,
        "after": latest.after,
        "created": latest.before == NOTHING,
        "deleted": latest.after == NOTHING,
        "forced": latest.kind == "force_push",
        "base_ref": None,
        "compare": compare,
        "commits": [head],
        "head_commit": head,
        "pusher": {"name": sender.rest_login, "email": sender.noreply},
    }
    payload = _payload("push", None, ours, repository, sender)
    return Trigger(name="push", repository=repository, payload=payload, actor=sender, sha=latest.after, ref=ref)


def status(it: Status) -> Trigger:
    """A commit status was set."""
    repository = it.repository
    commit = repository.world.store.get_commit(it.sha)
    branches = [
        {"name": name.removeprefix("refs/heads/"), "commit": {"sha": oid}, "protected": False}
        for name, oid in repository.refs.items()
        if oid == it.sha
    ]
    ours = {
        "id": it.id,
        "sha": it.sha,
        "name": repository.full_name,
        "target_url": it.target_url,
        "context": it.context,
        "description": it.description,
        "state": it.state,
        "commit": shapes_git.commit(repository, commit),
        "branches": branches,
        "created_at": iso(it.created_at),
        "updated_at": iso(it.created_at),
    }
    return _on_default("status", _payload("status", None, ours, repository, it.creator), repository, it.creator)


def merge_group(entry: QueueEntry, *, base: str | None = None) -> Trigger:
    """A merge group wants its checks: the group that ends with this entry, standing by default on the entry before."""
    repository = entry.queue.repository
    commit = repository.world.store.get_commit(entry.head)
    group = {
        "head_sha": entry.head,
        "head_ref": entry.group_ref,
        "base_sha": base or entry.base,
        "base_ref": f"refs/heads/{entry.queue.branch}",
        "head_commit": shapes_git.pushed_commit(commit),
    }
    ours = {"action": "checks_requested", "merge_group": group}
    payload = _payload("merge_group", "checks_requested", ours, repository, entry.enqueuer)
    return Trigger(
        name="merge_group",
        repository=repository,
        payload=payload,
        actor=entry.enqueuer,
        sha=entry.head,
        ref=entry.group_ref,
    )


def _listed_commit(repository: Repository, commit: Commit) -> dict[str, Any]:
    """Show a commit as the list of a push does: with its page, and the paths it touched."""
    store = repository.world.store
    before = store.get_commit(commit.parents[0]).tree if commit.parents else store.tree(()).oid
    paths: dict[str, list[str]] = {"added": [], "removed": [], "modified": []}
    for change in compare_trees(store, before, commit.tree):
        paths[{"ADDED": "added", "DELETED": "removed"}.get(change.status, "modified")].append(change.path)
    shown = shapes_git.pushed_commit(commit) | paths
    for name in ("author", "committer"):
        shown[name] |= {"username": shown[name]["name"]}
    url = f"{repository.world.web_url}/{repository.full_name}/commit/{commit.oid}"
    return shown | {"distinct": True, "url": url}


def _payload(
    event: str, action: str | None, ours: dict[str, Any], repository: Repository, sender: Account
) -> dict[str, Any]:
    made: dict[str, Any] = overlay(example(event, action), ours | _surroundings(repository, sender))
    if repository.owner.kind != "Organization":
        made.pop("organization", None)
    made.pop("installation", None)
    return made


def _surroundings(repository: Repository, sender: Account) -> dict[str, Any]:
    world = repository.world
    around: dict[str, Any] = {"repository": shapes.repository(repository), "sender": shapes.user(world, sender)}
    if repository.owner.kind == "Organization":
        owner = repository.owner
        around["organization"] = {"login": owner.login, "id": owner.id, "node_id": owner.node_id}
    return around


def _about_pull(name: str, pull: PullRequest, payload: dict[str, Any], sender: Account) -> Trigger:
    """Run on the merge of head and base, or, for `pull_request_target`, on the default branch."""
    repository = pull.repository
    on_default = name == "pull_request_target"
    default = f"refs/heads/{repository.default_branch}"
    return Trigger(
        name=name,
        repository=repository,
        payload=payload,
        actor=sender,
        sha=repository.refs[default] if on_default else pull.head_oid,
        ref=default if on_default else f"refs/pull/{pull.number}/merge",
        head_ref=pull.head_ref,
        base_ref=pull.base_ref,
    )


def _on_default(name: str, payload: dict[str, Any], repository: Repository, sender: Account) -> Trigger:
    return Trigger(
        name=name,
        repository=repository,
        payload=payload,
        actor=sender,
        sha=repository.tip(repository.default_branch),
        ref=f"refs/heads/{repository.default_branch}",
    )
