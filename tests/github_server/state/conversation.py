"""What issues and pull requests share: comments, labels, events, being open or closed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tests.github_server.state.accounts import Account, App

if TYPE_CHECKING:
    from tests.github_server.state.repository import Repository


@dataclass(eq=False, slots=True, kw_only=True)
class Label:
    """A label of a repository."""

    id: int
    node_id: str
    name: str
    color: str = "ededed"
    description: str | None = None


@dataclass(eq=False, slots=True, kw_only=True)
class Reaction:
    """One person's reaction; `content` is GraphQL's word, `EYES` say."""

    id: int
    node_id: str
    user: Account
    content: str
    created_at: datetime


@dataclass(eq=False, slots=True, kw_only=True)
class Event:
    """One entry of a timeline; `kind` is its GraphQL type and `fields` what that type adds to actor and time."""

    id: int
    node_id: str
    kind: str
    actor: Account | None
    created_at: datetime
    fields: Mapping[str, object]
    conversation: "Conversation"


@dataclass(eq=False, slots=True, kw_only=True)
class Comment:
    """A comment in the conversation."""

    id: int = 0
    node_id: str = ""
    conversation: "Conversation"
    author: Account
    app: App | None
    body: str
    created_at: datetime
    updated_at: datetime
    edited_at: datetime | None = None
    editor: Account | None = None
    minimized: str | None = None
    reactions: list[Reaction] = field(default_factory=list)

    def edit(self, body: str, by: Account | None = None) -> None:
        """Change the text, as its author or as somebody else with the right to."""
        now = self.conversation.repository.world.clock.now
        self.body, self.edited_at, self.updated_at, self.editor = body, now, now, by or self.author
        self.conversation.touch()

    def delete(self, by: Account | None = None) -> None:
        """Take the comment away; the timeline keeps that it was there."""
        self.conversation.comments.remove(self)
        self.conversation.repository.world.nodes.pop(self.node_id, None)
        self.conversation.add_event("CommentDeletedEvent", by or self.author, {"deletedCommentAuthor": self.author})

    def react(self, user: Account, content: str) -> Reaction:
        """React as somebody; the same reaction twice is one."""
        return add_reaction(self.conversation.repository, self.reactions, user, content)


def add_reaction(repository: "Repository", reactions: list[Reaction], user: Account, content: str) -> Reaction:
    """Add a reaction to a list, or find the one that is there."""
    for known in reactions:
        if known.user is user and known.content == content:
            return known
    reaction = Reaction(id=0, node_id="", user=user, content=content, created_at=repository.world.clock.now)
    reaction.id, reaction.node_id = repository.world.identify("REA", reaction)
    reactions.append(reaction)
    return reaction


class Conversation:
    """An issue or a pull request."""

    prefix: str

    def __init__(self, repository: "Repository", *, author: Account, title: str, body: str) -> None:
        """Open it now, under the repository's next number."""
        world = repository.world
        self.repository = repository
        self.number = world.count(f"number of {repository.id}")
        self.id, self.node_id = world.identify(self.prefix, self)
        self.author = author
        self.title = title
        self.body = body
        self.created_at = self.updated_at = world.clock.now
        self.closed_at: datetime | None = None
        self.locked = False
        self.labels: list[Label] = []
        self.assignees: list[Account] = []
        self.comments: list[Comment] = []
        self.events: list[Event] = []
        self.reactions: list[Reaction] = []

    @property
    def is_open(self) -> bool:
        """Whether it is open."""
        return self.closed_at is None

    def touch(self) -> None:
        """Note that it changed."""
        self.updated_at = self.repository.world.clock.now

    def add_event(self, kind: str, actor: Account | None, fields: Mapping[str, object] | None = None) -> Event:
        """Put an event on the timeline."""
        event = Event(
            id=0,
            node_id="",
            kind=kind,
            actor=actor,
            created_at=self.repository.world.clock.now,
            fields=fields or {},
            conversation=self,
        )
        prefix = "".join(letter for letter in kind if letter.isupper())
        event.id, event.node_id = self.repository.world.identify(prefix, event)
        self.events.append(event)
        self.touch()
        return event

    def comment(self, author: Account, body: str, *, app: App | None = None) -> Comment:
        """Say something."""
        now = self.repository.world.clock.now
        comment = Comment(conversation=self, author=author, app=app, body=body, created_at=now, updated_at=now)
        comment.id, comment.node_id = self.repository.world.identify("IC", comment)
        self.comments.append(comment)
        self.touch()
        return comment

    def label(self, name: str, by: Account | None = None) -> Label:
        """Set a label, made for the repository where it has none of that name."""
        label = self.repository.label(name)
        if label not in self.labels:
            self.labels.append(label)
            self.add_event("LabeledEvent", by or self.repository.maintainer, {"label": label})
        return label

    def unlabel(self, name: str, by: Account | None = None) -> None:
        """Take a label off; raises KeyError where it is not set."""
        label = next((each for each in self.labels if each.name.casefold() == name.casefold()), None)
        if label is None:
            raise KeyError(name)
        self.labels.remove(label)
        self.add_event("UnlabeledEvent", by or self.repository.maintainer, {"label": label})

    def assign(self, user: Account, by: Account | None = None) -> None:
        """Assign somebody."""
        self.assignees.append(user)
        self.add_event("AssignedEvent", by or self.repository.maintainer, {"assignee": user})

    def close(self, by: Account | None = None, closer: object = None) -> None:
        """Close it, by hand or, with `closer`, by a commit or pull request that says so."""
        if self.is_open:
            self.closed_at = self.repository.world.clock.now
            self.add_event("ClosedEvent", by or self.repository.maintainer, {"closer": closer})

    def reopen(self, by: Account | None = None) -> None:
        """Open it again."""
        if not self.is_open:
            self.closed_at = None
            self.add_event("ReopenedEvent", by or self.repository.maintainer)


class Issue(Conversation):
    """An issue."""

    prefix = "I"
