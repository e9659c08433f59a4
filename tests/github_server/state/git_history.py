"""Questions about the graph of commits: what lies between two, where they part, who changed a path."""

import heapq
from collections.abc import Iterator

from tests.github_server.state.git_objects import Commit
from tests.github_server.state.git_store import GitStore


def ancestors(store: GitStore, oid: str) -> set[str]:
    """Name the commit and everything it descends from."""
    seen: set[str] = set()
    waiting = [oid]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += store.get_commit(name).parents
    return seen


def merge_base(store: GitStore, first: str, second: str) -> str | None:
    """Find the newest commit both descend from; none where the histories are unrelated."""
    shared = ancestors(store, first)
    return next((commit.oid for commit in newest_first(store, second) if commit.oid in shared), None)


def between(store: GitStore, base: str, head: str) -> list[Commit]:
    """List the commits of `head` that `base` does not have, parents before children."""
    known = ancestors(store, base)
    return [commit for commit in newest_first(store, head) if commit.oid not in known][::-1]


def newest_first(store: GitStore, head: str) -> Iterator[Commit]:
    """Walk from a commit to its roots, children before parents, newer before older."""
    reachable = ancestors(store, head)
    children = dict.fromkeys(reachable, 0)
    for oid in reachable:
        for parent in store.get_commit(oid).parents:
            children[parent] += 1
    order = 0
    ready = [(-store.get_commit(head).committer.date.timestamp(), order, head)]
    while ready:
        _, _, oid = heapq.heappop(ready)
        commit = store.get_commit(oid)
        yield commit
        for parent in commit.parents:
            children[parent] -= 1
            if not children[parent]:
                order += 1
                heapq.heappush(ready, (-store.get_commit(parent).committer.date.timestamp(), order, parent))


def touching(store: GitStore, head: str, path: str | None) -> Iterator[Commit]:
    """Walk the commits that changed a path, as `git log -- path` does: past what equals a parent, to that parent."""
    if path is None:
        yield from newest_first(store, head)
        return
    seen: set[str] = set()
    waiting = [head]
    while waiting:
        waiting.sort(key=lambda oid: store.get_commit(oid).committer.date)
        commit = store.get_commit(waiting.pop())
        if commit.oid in seen:
            continue
        seen.add(commit.oid)
        here = store.entry(commit.tree, path)
        alike = [parent for parent in commit.parents if store.entry(store.get_commit(parent).tree, path) == here]
        if alike:
            waiting.append(alike[0])
            continue
        if here is not None or commit.parents:
            yield commit
        waiting += commit.parents
