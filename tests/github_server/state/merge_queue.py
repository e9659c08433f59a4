"""A merge queue: entries in order, each with the commit of its group."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tests.github_server.state.accounts import Account
from tests.github_server.state.merging import mark_merged, merged_commit

if TYPE_CHECKING:
    from tests.github_server.state.pull_request import PullRequest
    from tests.github_server.state.repository import Repository


@dataclass(eq=False, slots=True, kw_only=True)
class QueueEntry:
    """A pull request in the queue: its group's commit, and the commit that one stands on."""

    id: int = 0
    node_id: str = ""
    queue: "MergeQueue"
    pull_request: "PullRequest"
    enqueuer: Account
    enqueued_at: datetime
    head: str
    base: str
    state: str = "AWAITING_CHECKS"

    @property
    def position(self) -> int:
        """The place in the queue, from 1."""
        return self.queue.entries.index(self) + 1

    @property
    def group_ref(self) -> str:
        """The branch of the group's commit, in full."""
        branch, number = self.queue.branch, self.pull_request.number
        return f"refs/heads/gh-readonly-queue/{branch}/pr-{number}-{self.base}"


class MergeQueue:
    """The merge queue of one branch."""

    def __init__(self, repository: "Repository", branch: str) -> None:
        """Start empty."""
        self.repository = repository
        self.branch = branch
        self.id, self.node_id = repository.world.identify("MQ", self)
        self.entries: list[QueueEntry] = []

    def add(self, pull: "PullRequest", by: Account) -> QueueEntry:
        """Queue a pull request behind the others and make its group's commit and branch."""
        world = self.repository.world
        base = self.entries[-1].head if self.entries else self.repository.tip(self.branch)
        head = merged_commit(pull, base, by, "merge")
        entry = QueueEntry(
            queue=self, pull_request=pull, enqueuer=by, enqueued_at=world.clock.now, head=head, base=base
        )
        entry.id, entry.node_id = world.identify("MQE", entry)
        self.entries.append(entry)
        pull.queue_entry = entry
        self.repository.refs[entry.group_ref] = head
        pull.add_event("AddedToMergeQueueEvent", by, {"enqueuer": by, "mergeQueue": self, "pullRequest": pull})
        return entry

    def remove(self, entry: QueueEntry, by: Account | None = None, reason: str = "manual") -> None:
        """Take an entry out; those behind it keep their groups, as until GitHub rebuilds them."""
        self._drop(entry)
        entry.pull_request.queue_entry = None
        fields = {"enqueuer": entry.enqueuer, "mergeQueue": self, "reason": reason, "beforeCommit": entry.head}
        entry.pull_request.add_event("RemovedFromMergeQueueEvent", by or entry.enqueuer, fields)

    def merge(self, count: int = 1) -> str:
        """Merge the first entries by moving the branch to the last one's group commit; returns it."""
        group = self.entries[:count]
        tip = group[-1].head
        for entry in group:
            self._drop(entry)
            entry.pull_request.base_oid = entry.base
            mark_merged(entry.pull_request, entry.head, entry.enqueuer)
        self.repository.move(self.branch, tip, group[-1].enqueuer, activity="merge_queue_merge")
        return tip

    def _drop(self, entry: QueueEntry) -> None:
        self.entries.remove(entry)
        self.repository.refs.pop(entry.group_ref, None)
        self.repository.world.nodes.pop(entry.node_id, None)
