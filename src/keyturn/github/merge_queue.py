"""Finds the members of a merge group: the queue entries from the group's commit back to its base."""

from keyturn.core.decision import ReasonCode
from keyturn.github.client import Client
from keyturn.github.connections import all_nodes
from keyturn.github.fields import Fields, Json
from keyturn.github.query import query
from keyturn.ports import Unavailable


def merge_group(client: Client, base: str, base_commit: str, head_commit: str) -> tuple[int, ...]:
    """The numbers of the members, in the order in which they are merged.

    Each entry's commit is built on that of the entry before it. Raises `Unavailable` unless that chain leads from the
    group's commit to its base: a member that cannot be found cannot be judged.
    """
    variables: dict[str, Json] = {**client.named, "base": base, "cursor": None}
    document, path = query("merge_queue"), ("repository", "mergeQueue", "entries")
    first = client.graphql(document, variables).data.maybe(*path)
    nodes = all_nodes(client, first, document, variables, *path) if first is not None else []
    by_head = {head: node for node in nodes if (head := _oid(node, "headCommit")) is not None}
    members: list[int] = []
    commit: str | None = head_commit
    while commit != base_commit:
        entry = by_head.pop(commit, None) if commit is not None else None
        pull = entry.maybe("pullRequest") if entry is not None else None
        if entry is None or pull is None:
            raise Unavailable(
                ReasonCode.FACTS_INCOMPLETE,
                f"the merge queue of {base} shows no pull request for commit {(commit or 'unknown')[:10]} of the group "
                f"{head_commit[:10]} on {base_commit[:10]}, so that not all of its members can be judged. "
                "GitHub makes a new group when the queue moves on; that one is judged afresh.",
            )
        members.append(pull.whole("number"))
        commit = _oid(entry, "baseCommit")
    if not members:
        message = f"the merge group {head_commit[:10]} of {base} has no members"
        raise Unavailable(ReasonCode.FACTS_INCOMPLETE, message)
    return tuple(reversed(members))


def _oid(entry: Fields, name: str) -> str | None:
    commit = entry.maybe(name)
    return commit.text("oid") if commit is not None else None
