"""What follows when a branch moves: activity, timelines, heads, pull requests that close or count as merged."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from tests.github_server.state.accounts import Account
from tests.github_server.state.git_history import ancestors
from tests.github_server.state.merging import mark_merged

if TYPE_CHECKING:
    from tests.github_server.state.repository import Repository

NOTHING: Final = "0" * 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One entry of the repository's activity; `kind` is REST's word."""

    id: int
    node_id: str
    before: str
    after: str
    ref: str
    actor: Account | None
    kind: str
    at: datetime


def move_ref(
    repository: "Repository", ref: str, after: str | None, by: Account | None, kind: str | None = None
) -> None:
    """Point a full ref at a commit, or delete it, and let everything follow that follows on GitHub."""
    before = repository.refs.get(ref)
    forced = before is not None and after is not None and before not in ancestors(repository.world.store, after)
    if after is None:
        repository.refs.pop(ref, None)
    else:
        repository.refs[ref] = after
    if not ref.startswith("refs/heads/"):
        return
    _record(repository, ref, before, after, by, kind or _kind(before, after, forced=forced))
    branch = ref.removeprefix("refs/heads/")
    if after is None:
        _branch_deleted(repository, branch, by)
    elif before is not None and before != after:
        _branch_moved(repository, branch, before, after, forced=forced, by=by)


def _kind(before: str | None, after: str | None, *, forced: bool) -> str:
    if before is None:
        return "branch_creation"
    if after is None:
        return "branch_deletion"
    return "force_push" if forced else "push"


def _record(
    repository: "Repository", ref: str, before: str | None, after: str | None, by: Account | None, kind: str
) -> None:
    number, name = repository.world.identify("PSH", object())
    repository.activity.append(
        Activity(
            id=number,
            node_id=name,
            before=before or NOTHING,
            after=after or NOTHING,
            ref=ref,
            actor=by,
            kind=kind,
            at=repository.world.clock.now,
        )
    )


def _branch_moved(
    repository: "Repository", branch: str, before: str, after: str, *, forced: bool, by: Account | None
) -> None:
    for pull in repository.headed_by(branch):
        pull.head_moved(before, after, forced=forced, by=by)
    reached = ancestors(repository.world.store, after)
    for pull in repository.open_into(branch):
        if forced:
            pull.add_event("BaseRefForcePushedEvent", by, {"beforeCommit": before, "afterCommit": after})
        elif pull.head_oid in reached and pull.head_oid not in ancestors(repository.world.store, before):
            pull.base_oid = before
            mark_merged(pull, after, by)


def _branch_deleted(repository: "Repository", branch: str, by: Account | None) -> None:
    target = next(
        (pull.base_ref for pull in repository.pull_requests if pull.head_ref == branch and pull.merged_at), None
    )
    for pull in repository.headed_by(branch):
        pull.add_event("HeadRefDeletedEvent", by, {"headRefName": branch})
        pull.close(by)
    for pull in repository.open_into(branch):
        if target is not None:
            pull.retarget(target)
        else:
            pull.add_event("BaseRefDeletedEvent", by, {"baseRefName": branch})
            pull.close(by)
