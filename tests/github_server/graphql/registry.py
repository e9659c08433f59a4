"""The table of resolvers: one function for each field that the server knows; every other field is refused loudly."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from graphql import GraphQLAbstractType, GraphQLResolveInfo

from tests.github_server.exchange import Json
from tests.github_server.graphql.errors import UnimplementedError, forbidden
from tests.github_server.graphql.paging import Connection
from tests.github_server.journal import Journal
from tests.github_server.state.access import Level, Token
from tests.github_server.state.accounts import Account, App, Team
from tests.github_server.state.checks import CheckRun, CheckSuite, Status, WorkflowRun
from tests.github_server.state.conversation import Comment, Event, Issue, Label, Reaction
from tests.github_server.state.git_objects import Blob, Commit, Tree
from tests.github_server.state.git_store import GitObject
from tests.github_server.state.merge_queue import MergeQueue, QueueEntry
from tests.github_server.state.pull_request import PullRequest
from tests.github_server.state.repository import Repository
from tests.github_server.state.reviews import Review
from tests.github_server.state.world import World


@dataclass(slots=True, kw_only=True)
class Context:
    """What a resolver may ask for besides the object itself."""

    world: World
    token: Token
    journal: Journal
    cost: int = 1
    nodes: int = 0
    operation: str | None = None

    def needs(self, repository: Repository, scope: str, level: Level = "read") -> None:
        """Refuse the field where the token may not."""
        if not self.token.may(scope, level, repository):
            raise forbidden()

    def account(self, account: Account | None) -> Account | None:
        """Show an account, or null where it is gone."""
        return None if account is None or account.deleted else account


@dataclass(frozen=True, slots=True)
class InRepository:
    """A git object as it is seen in one repository."""

    repository: Repository
    it: GitObject


@dataclass(frozen=True, slots=True)
class Typed:
    """Values under the name of their GraphQL type, for what has no object of its own."""

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)


Resolver: TypeAlias = Callable[..., Any]
Fields: TypeAlias = Mapping[str, Resolver]

TYPES: dict[type, str] = {
    App: "App",
    Blob: "Blob",
    CheckRun: "CheckRun",
    CheckSuite: "CheckSuite",
    Comment: "IssueComment",
    Commit: "Commit",
    Issue: "Issue",
    Label: "Label",
    MergeQueue: "MergeQueue",
    PullRequest: "PullRequest",
    QueueEntry: "MergeQueueEntry",
    Reaction: "Reaction",
    Repository: "Repository",
    Review: "PullRequestReview",
    Status: "StatusContext",
    Team: "Team",
    Tree: "Tree",
    WorkflowRun: "WorkflowRun",
}

_RESOLVERS: dict[str, Fields] = {}


def define(type_name: str, fields: Fields) -> None:
    """Add the fields of a type, each a function of the object, the context and the field's arguments."""
    _RESOLVERS[type_name] = {**_RESOLVERS.get(type_name, {}), **fields}


def known_fields(type_name: str | None = None) -> tuple[str, ...]:
    """Name the fields that the table has of a type; without a type, the types themselves."""
    return tuple(_RESOLVERS if type_name is None else _RESOLVERS[type_name])


def resolve(source: Json, info: GraphQLResolveInfo[Any], **arguments: Json) -> Json:
    """Resolve any field: from the table, from plain values, or not at all."""
    context: Context = info.context
    resolver = _RESOLVERS.get(info.parent_type.name, {}).get(info.field_name)
    if resolver is not None:
        return resolver(source, context, **arguments)
    values = _plain(source)
    if info.field_name in values:
        return values[info.field_name]
    gap = f"GraphQL field {info.parent_type.name}.{info.field_name}"
    context.journal.unimplemented.append(gap)
    raise UnimplementedError(gap)


def type_of(source: Json, _info: GraphQLResolveInfo[Any], abstract: GraphQLAbstractType) -> str:
    """Name the GraphQL type of an object."""
    match source:
        case Account():
            return source.kind
        case Event():
            return source.kind
        case InRepository():
            return TYPES[type(source.it)]
        case Typed():
            return source.name
        case dict():
            return "GpgSignature" if abstract.name == "GitSignature" else "PageInfo"
        case _:
            return TYPES[type(source)]


def _plain(source: object) -> Mapping[str, Any]:
    match source:
        case Connection():
            return source.fields()
        case Typed():
            return source.values
        case dict():
            return source
        case _:
            return {}
