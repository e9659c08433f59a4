"""Merging pull requests, and GitHub noticing by itself that one was merged."""

from typing import TYPE_CHECKING

from tests.github_server.state.accounts import Account
from tests.github_server.state.git_history import merge_base
from tests.github_server.state.writing import write_commit

if TYPE_CHECKING:
    from tests.github_server.state.pull_request import PullRequest


def merge_pull_request(pull: "PullRequest", by: Account, method: str) -> str:
    """Put the pull request's changes on its base branch and mark it merged; returns the new tip.

    Raises ValueError where it is not open.
    """
    if not pull.is_open:
        message = f"#{pull.number} is {pull.state.lower()}"
        raise ValueError(message)
    repository, base = pull.repository, pull.base_tip
    tip = merged_commit(pull, base, by, method)
    pull.base_oid = base
    mark_merged(pull, tip, by)
    repository.move(pull.base_ref, tip, by, activity="pr_merge")
    return tip


def merged_commit(pull: "PullRequest", base: str, by: Account, method: str) -> str:
    """Make the commit that joins the pull request to `base`; only the changed paths move, conflicts go to the head."""
    world, store = pull.repository.world, pull.repository.world.store
    parted = merge_base(store, base, pull.head_oid) or base
    old, new = (store.leaves(store.get_commit(oid).tree) for oid in (parted, pull.head_oid))
    moved = {path: new.get(path) for path in old.keys() | new.keys() if old.get(path) != new.get(path)}
    tree = store.edit(store.get_commit(base).tree, moved)
    parents = (base, pull.head_oid) if method == "merge" else (base,)
    title = (
        f"Merge pull request #{pull.number} from {pull.head_ref}"
        if method == "merge"
        else f"{pull.title} (#{pull.number})"
    )
    author = by if method == "merge" else pull.author
    return write_commit(world, tree, parents, author=author, message=title, signed=True).oid


def mark_merged(pull: "PullRequest", commit: str, by: Account | None) -> None:
    """Close the pull request as merged by this commit."""
    now = pull.repository.world.clock.now
    pull.merged_at = pull.closed_at = now
    pull.merged_by, pull.merge_commit = by, commit
    pull.queue_entry = None
    pull.add_event("MergedEvent", by, {"commit": commit, "mergeRefName": pull.base_ref})
    pull.add_event("ClosedEvent", by, {"closer": None})
