"""Mutations: committing by compare-and-swap, comments, reactions."""

import base64
import binascii
from typing import Any, Final, TypeAlias

from tests.github_server.exchange import Json
from tests.github_server.graphql.errors import Kind, RefusedError, forbidden, not_found
from tests.github_server.graphql.fields_git import git_object
from tests.github_server.graphql.refs import RefNode
from tests.github_server.graphql.registry import Context, define
from tests.github_server.state.conversation import Comment, Conversation
from tests.github_server.state.git_store import Leaf
from tests.github_server.state.pull_request import PullRequest
from tests.github_server.state.repository import Repository
from tests.github_server.state.reviews import Review
from tests.github_server.state.rules import RuleViolationError
from tests.github_server.state.writing import write_commit

Input: TypeAlias = dict[str, Any]
Payload: TypeAlias = dict[str, object]

STALE: Final = 'Expected branch to point to "{}" but it did not.  Pull and try again.'
"""With two spaces, as seen in https://github.com/ministryofjustice/modernisation-platform/issues/11985"""
NO_BRANCH: Final = "Branch not found"
"""As told in https://github.com/github/gh-aw/issues/22564"""


def _create_commit(_source: object, context: Context, *, input: Input) -> Payload:  # noqa: A002 - GraphQL's name
    repository, branch = _branch(context, input["branch"])
    if not context.token.may("contents", "write", repository):
        raise forbidden()
    name, world = f"refs/heads/{branch}", context.world
    try:
        repository.rules.check_write(branch, "update", context.token)
    except RuleViolationError as error:
        raise RefusedError(Kind.UNPROCESSABLE, str(error)) from error
    expected = input["expectedHeadOid"]
    if repository.refs.get(name) != expected:
        raise RefusedError(Kind.STALE_DATA, STALE.format(expected))
    tree = world.store.edit(
        world.store.get_commit(expected).tree, _changes(context, expected, input.get("fileChanges") or {})
    )
    words = input["message"]
    message = words["headline"] + (f"\n\n{words['body']}" if words.get("body") else "")
    commit = write_commit(world, tree, (expected,), author=context.token.account, message=message, signed=True)
    repository.move(branch, commit.oid, context.token.account)
    return {
        "clientMutationId": input.get("clientMutationId"),
        "commit": git_object(repository, commit.oid),
        "ref": RefNode(repository, name),
    }


def _branch(context: Context, where: dict[str, Any]) -> tuple[Repository, str]:
    if where.get("id"):
        _, number, name = where["id"].split("_", 2)
        found = next((each for each in context.world.repositories if str(each.id) == number), None)
        branch = name.removeprefix("refs/heads/")
    else:
        owner, _, repository = (where.get("repositoryNameWithOwner") or "").partition("/")
        found = context.world.find_repository(owner, repository)
        branch = (where.get("branchName") or "").removeprefix("refs/heads/")
    if found is None or not context.token.sees(found):
        raise not_found(what="a Repository", detail=f"with the name '{where.get('repositoryNameWithOwner')}'")
    if f"refs/heads/{branch}" not in found.refs:
        raise RefusedError(Kind.NOT_FOUND, NO_BRANCH)
    return found, branch


def _changes(context: Context, expected: str, changes: dict[str, Any]) -> dict[str, Leaf | None]:
    store = context.world.store
    known = store.leaves(store.get_commit(expected).tree)
    found: dict[str, Leaf | None] = {}
    for addition in changes.get("additions") or ():
        try:
            data = base64.b64decode(addition["contents"], validate=True)
        except binascii.Error as error:
            message = f"The contents of {addition['path']} are not Base64."
            raise RefusedError(Kind.UNPROCESSABLE, message) from error
        before = known.get(addition["path"])
        found[addition["path"]] = Leaf(before.mode if before else "100644", store.blob(data).oid)
    for deletion in changes.get("deletions") or ():
        if deletion["path"] not in known:
            message = f"A path was requested for deletion which does not exist as of commit oid `{expected}`"
            raise RefusedError(Kind.UNPROCESSABLE, message)
        found[deletion["path"]] = None
    return found


def _subject(context: Context, name: str) -> Json:
    found = context.world.nodes.get(name)
    if found is None:
        raise not_found(what="a node", detail=f"with the global id of '{name}'")
    return found


def _needs_conversation(context: Context, it: Conversation) -> None:
    scopes = ("issues", "pull_requests") if isinstance(it, PullRequest) else ("issues",)
    if not any(context.token.may(scope, "write", it.repository) for scope in scopes):
        raise forbidden()


def _body(context: Context, body: str) -> str:
    if len(body) > context.world.limits.body:
        message = f"Body is too long (maximum is {context.world.limits.body} characters)"
        raise RefusedError(Kind.UNPROCESSABLE, message)
    if not body.strip():
        message = "Body cannot be blank"
        raise RefusedError(Kind.UNPROCESSABLE, message)
    return body


def _add_comment(_source: object, context: Context, *, input: Input) -> Payload:  # noqa: A002 - GraphQL's name
    subject = _subject(context, input["subjectId"])
    _needs_conversation(context, subject)
    comment = subject.comment(context.token.account, _body(context, input["body"]), app=context.token.app)
    return {"clientMutationId": input.get("clientMutationId"), "subject": subject, "commentEdge": {"node": comment}}


def _update_comment(_source: object, context: Context, *, input: Input) -> Payload:  # noqa: A002 - GraphQL's name
    comment = _subject(context, input["id"])
    if not isinstance(comment, Comment):
        raise not_found(what="an IssueComment", detail=f"with the global id of '{input['id']}'")
    _needs_conversation(context, comment.conversation)
    comment.edit(_body(context, input["body"]), context.token.account)
    return {"clientMutationId": input.get("clientMutationId"), "issueComment": comment}


def _add_reaction(_source: object, context: Context, *, input: Input) -> Payload:  # noqa: A002 - GraphQL's name
    subject = _subject(context, input["subjectId"])
    match subject:
        case Comment():
            _needs_conversation(context, subject.conversation)
        case Review():
            _needs_conversation(context, subject.pull_request)
        case _:
            raise not_found(what="a Reactable", detail=f"with the global id of '{input['subjectId']}'")
    reaction = subject.react(context.token.account, input["content"])
    return {"clientMutationId": input.get("clientMutationId"), "reaction": reaction, "subject": subject}


define(
    "Mutation",
    {
        "createCommitOnBranch": _create_commit,
        "addComment": _add_comment,
        "updateIssueComment": _update_comment,
        "addReaction": _add_reaction,
    },
)
