"""Reviews of a pull request."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tests.github_server.state.accounts import Account, Team
from tests.github_server.state.conversation import Reaction, add_reaction

if TYPE_CHECKING:
    from tests.github_server.state.pull_request import PullRequest


@dataclass(eq=False, slots=True, kw_only=True)
class Review:
    """One review; `state` is GraphQL's word, and `previous` what a dismissed one was."""

    id: int = 0
    node_id: str = ""
    pull_request: "PullRequest"
    author: Account
    state: str
    body: str
    commit: str
    created_at: datetime
    submitted_at: datetime | None
    updated_at: datetime
    edited_at: datetime | None = None
    editor: Account | None = None
    on_behalf_of: list[Team] = field(default_factory=list)
    reactions: list[Reaction] = field(default_factory=list)

    def edit(self, body: str, by: Account | None = None) -> None:
        """Change the text, as its author or as somebody else with the right to."""
        now = self.pull_request.repository.world.clock.now
        self.body, self.edited_at, self.updated_at, self.editor = body, now, now, by or self.author
        self.pull_request.touch()

    def submit(self, state: str) -> None:
        """Submit a pending review now, on the commit it was begun on."""
        self.state = state
        self.submitted_at = self.updated_at = self.pull_request.repository.world.clock.now
        self.pull_request.touch()

    def dismiss(self, by: Account, message: str = "dismissed") -> None:
        """Make it count no more; raises ValueError where it neither approves nor asks for changes."""
        if self.state not in {"APPROVED", "CHANGES_REQUESTED"}:
            text = f"Can not dismiss a {self.state.lower()} pull request review"
            raise ValueError(text)
        before, self.state = self.state, "DISMISSED"
        self.updated_at = self.pull_request.repository.world.clock.now
        fields = {"dismissalMessage": message, "previousReviewState": before, "review": self}
        self.pull_request.add_event("ReviewDismissedEvent", by, fields | {"pullRequestCommit": None})

    def react(self, user: Account, content: str) -> Reaction:
        """React as somebody; the same reaction twice is one."""
        return add_reaction(self.pull_request.repository, self.reactions, user, content)
