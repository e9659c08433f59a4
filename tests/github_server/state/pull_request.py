"""A pull request: its branches, what it changes, and what people do with it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from tests.github_server.state.accounts import Account, Team
from tests.github_server.state.checks import CheckRun, Status
from tests.github_server.state.conversation import Conversation
from tests.github_server.state.git_diff import FileChange, compare_trees
from tests.github_server.state.git_history import between, merge_base
from tests.github_server.state.git_objects import Commit
from tests.github_server.state.git_store import Content
from tests.github_server.state.merging import merge_pull_request
from tests.github_server.state.reviews import Review
from tests.github_server.state.writing import Author

if TYPE_CHECKING:
    from tests.github_server.state.merge_queue import QueueEntry
    from tests.github_server.state.repository import Repository


class PullRequest(Conversation):
    """A pull request, as a test drives it; every change is stamped with the server's clock."""

    prefix = "PR"

    def __init__(
        self,
        repository: "Repository",
        *,
        author: Account,
        title: str,
        body: str,
        head_repository: "Repository",
        head_ref: str,
        base_ref: str,
        draft: bool = False,
    ) -> None:
        """Open it from a branch that exists into one that exists."""
        super().__init__(repository, author=author, title=title, body=body)
        self.head_repository: Repository | None = head_repository
        self.head_ref = head_ref
        self.head_oid = head_repository.tip(head_ref)
        self.base_ref = base_ref
        self.base_oid = repository.tip(base_ref)
        self.draft = draft
        self.merged_at: datetime | None = None
        self.merged_by: Account | None = None
        self.merge_commit: str | None = None
        self.reviews: list[Review] = []
        self.requested: list[Account | Team] = []
        self.queue_entry: QueueEntry | None = None
        self.auto_merge: dict[str, object] | None = None
        repository.pull_requests.append(self)

    @property
    def state(self) -> str:
        """OPEN, CLOSED or MERGED."""
        if self.merged_at is not None:
            return "MERGED"
        return "OPEN" if self.is_open else "CLOSED"

    @property
    def is_cross_repository(self) -> bool:
        """Whether it comes from another repository."""
        return self.head_repository is not self.repository

    @property
    def base_tip(self) -> str:
        """The commit it is compared with: the base branch's tip while it is open, later the last one seen."""
        live = self.repository.refs.get(f"refs/heads/{self.base_ref}")
        return live if self.is_open and live is not None else self.base_oid

    def commits(self) -> list[Commit]:
        """List the commits the base does not have, oldest first, all of them."""
        store = self.repository.world.store
        return self.repository.remember(
            ("commits", self.base_tip, self.head_oid), lambda: between(store, self.base_tip, self.head_oid)
        )

    def changes(self) -> tuple[FileChange, ...]:
        """List the changed files since head and base parted, all of them, in order of path."""
        return self.repository.remember(("changes", self.base_tip, self.head_oid), self._compare)

    def push(
        self,
        files: Mapping[str, Content] | None = None,
        *,
        author: Author | None = None,
        committer: Author | None = None,
        coauthors: Iterable[Account] = (),
        message: str = "Change",
        pusher: Account | None = None,
        signed: bool = False,
    ) -> Commit:
        """Push one commit on top of the head; by default the pull request's author wrote and pushes it."""
        head = self._head()
        return head.commit(
            self.head_ref,
            files or {},
            author=author or self.author,
            committer=committer,
            coauthors=coauthors,
            message=message,
            pusher=pusher,
            signed=signed,
        )

    def force_push(
        self,
        files: Mapping[str, Content],
        *,
        author: Author | None = None,
        pusher: Account | None = None,
        message: str = "Anew",
    ) -> Commit:
        """Replace all commits by one on top of the base's tip."""
        head = self._head()
        commit = head.build(self.base_tip, files, author=author or self.author, message=message)
        head.move(self.head_ref, commit.oid, pusher or self.author)
        return commit

    def update_branch(self, by: Account) -> Commit:
        """Merge the base into the head, as the button does: GitHub commits and signs, who clicked is the author."""
        head, store = self._head(), self.repository.world.store
        base = merge_base(store, self.base_tip, self.head_oid) or self.base_tip
        theirs, ours = (store.get_commit(oid).tree for oid in (self.base_tip, self.head_oid))
        old, new = store.leaves(store.get_commit(base).tree), store.leaves(theirs)
        moved = {path: new.get(path) for path in old.keys() | new.keys() if old.get(path) != new.get(path)}
        commit = head.build_tree(
            store.edit(ours, moved),
            (self.head_oid, self.base_tip),
            author=by,
            committer=self.repository.world.web_flow,
            message=f"Merge branch '{self.base_ref}' into {self.head_ref}",
            signed=True,
        )
        head.move(self.head_ref, commit.oid, by)
        return commit

    def head_moved(self, before: str, after: str, *, forced: bool, by: Account | None) -> None:
        """Take note that the head branch points elsewhere."""
        self.head_oid = after
        self.base_oid = self.base_tip
        self.touch()
        if forced:
            self.add_event("HeadRefForcePushedEvent", by, {"beforeCommit": before, "afterCommit": after})

    def review(self, author: Account, state: str, body: str = "", *, commit: str | None = None) -> Review:
        """Review the head, or an earlier commit; a state of PENDING is not submitted yet."""
        now = self.repository.world.clock.now
        review = Review(
            pull_request=self,
            author=author,
            state=state,
            body=body,
            commit=commit or self.head_oid,
            created_at=now,
            submitted_at=None if state == "PENDING" else now,
            updated_at=now,
        )
        review.id, review.node_id = self.repository.world.identify("PRR", review)
        self.reviews.append(review)
        if author in self.requested:
            self.requested.remove(author)
        self.touch()
        return review

    def approve(self, author: Account, body: str = "", *, commit: str | None = None) -> Review:
        """Approve the head, or an earlier commit."""
        return self.review(author, "APPROVED", body, commit=commit)

    def request_changes(self, author: Account, body: str = "Please change this.") -> Review:
        """Ask for changes."""
        return self.review(author, "CHANGES_REQUESTED", body)

    def dismiss(self, review: Review, by: Account, message: str = "dismissed") -> None:
        """Dismiss a review."""
        review.dismiss(by, message)

    def request_review(self, reviewer: Account | Team, by: Account | None = None) -> None:
        """Ask a person or a team for review; asking twice changes nothing."""
        if reviewer not in self.requested:
            self.requested.append(reviewer)
            self.add_event("ReviewRequestedEvent", by or self.author, {"requestedReviewer": reviewer})

    def remove_request(self, reviewer: Account | Team, by: Account | None = None) -> None:
        """Take a request back; one that does not stand changes nothing."""
        if reviewer in self.requested:
            self.requested.remove(reviewer)
            self.add_event("ReviewRequestRemovedEvent", by or self.author, {"requestedReviewer": reviewer})

    def retarget(self, base: str, by: Account | None = None) -> None:
        """Change the base branch by hand; without `by`, as GitHub does when the base branch is merged and deleted."""
        before, self.base_ref = self.base_ref, base
        self.base_oid = self.repository.tip(base)
        if by is None:
            self.add_event("AutomaticBaseChangeSucceededEvent", None, {"oldBase": before, "newBase": base})
        else:
            self.add_event("BaseRefChangedEvent", by, {"previousRefName": before, "currentRefName": base})

    def to_draft(self, by: Account | None = None) -> None:
        """Make it a draft."""
        self.draft = True
        self.add_event("ConvertToDraftEvent", by or self.author)

    def ready(self, by: Account | None = None) -> None:
        """Make it ready for review."""
        self.draft = False
        self.add_event("ReadyForReviewEvent", by or self.author)

    def enable_auto_merge(self, by: Account) -> None:
        """Let GitHub merge it as soon as its requirements are met."""
        self.auto_merge = {
            "enabledAt": self.repository.world.clock.now,
            "enabledBy": by,
            "mergeMethod": "MERGE",
            "pullRequest": self,
        }
        self.add_event("AutoMergeEnabledEvent", by, {"enabler": by})

    def close(self, by: Account | None = None, closer: object = None) -> None:
        """Close it without merging."""
        self.base_oid = self.base_tip
        super().close(by, closer)

    def merge(self, by: Account | None = None, *, method: str = "merge") -> str:
        """Merge it, whatever its checks say, by `merge`, `squash` or `rebase`; returns the base's new tip."""
        return merge_pull_request(self, by or self.repository.maintainer, method)

    def status(
        self, context: str, state: str = "success", *, by: Account | None = None, description: str | None = None
    ) -> Status:
        """Set a status on the head."""
        return self.repository.status(self.head_oid, context, state, by=by, description=description)

    def check_run(
        self,
        name: str,
        conclusion: str | None = "success",
        *,
        workflow: str = "ci",
        event: str = "pull_request",
        app: str | None = None,
    ) -> CheckRun:
        """Report a check on the head: an Actions job's or, with `app`, that App's; without a conclusion it runs."""
        return self.repository.check_run(
            self.head_oid, name, conclusion, workflow=workflow, event=event, app=app, branch=self.head_ref
        )

    def unmet_checks(self) -> list[str]:
        """Name the checks that the base branch requires and the head does not have as success, skipped or neutral."""
        required = self.repository.rules.required(self.base_ref)
        return [name for name, app in required.items() if not self.repository.checks.passes(self.head_oid, name, app)]

    def _compare(self) -> tuple[FileChange, ...]:
        store = self.repository.world.store
        base = merge_base(store, self.base_tip, self.head_oid) or self.base_tip
        old, new = (store.get_commit(oid).tree for oid in (base, self.head_oid))
        return compare_trees(store, old, new, copies=self.repository.finds_copies)

    def _head(self) -> "Repository":
        if self.head_repository is None:
            message = f"the head repository of #{self.number} is gone"
            raise ValueError(message)
        return self.head_repository
