"""REST handlers of issues, comments, labels, assignees and reactions."""

from tests.github_server.exchange import Answer, Json, RefusalError, invalid, not_found
from tests.github_server.rest import shapes_conversation
from tests.github_server.rest.routing import Call, Needs, check, route
from tests.github_server.rest.shapes_conversation import REACTIONS
from tests.github_server.state.conversation import Comment, Conversation
from tests.github_server.state.pull_request import PullRequest

REPO = "/repos/{owner}/{repo}"
ISSUE = f"{REPO}/issues/{{issue_number}}"
COMMENT = f"{REPO}/issues/comments/{{comment_id}}"
READ: Needs = (("issues", "read"), ("pull_requests", "read"))
WRITE: Needs = (("issues", "write"), ("pull_requests", "write"))
KINDS = {word: kind for kind, word in REACTIONS.items()}


def _conversation(call: Call) -> Conversation:
    """Find the issue or pull request; an issue's writes need the permission for issues."""
    found = call.repository.conversation(call.number("issue_number"))
    if found is None:
        raise not_found()
    _check_kind(call, found)
    return found


def _check_kind(call: Call, it: Conversation) -> None:
    if not isinstance(it, PullRequest):
        check(call, (("issues", "read" if call.request.method == "GET" else "write"),))


def _comment(call: Call) -> Comment:
    number = call.number("comment_id")
    for it in [*call.repository.pull_requests, *call.repository.issues]:
        for comment in it.comments:
            if comment.id == number:
                _check_kind(call, it)
                return comment
    raise not_found()


def _text(call: Call, resource: str) -> str:
    body, limit = call.body.get("body") or "", call.world.limits.body
    if len(body) > limit:
        told = f"body is too long (maximum is {limit} characters)"
        raise invalid(resource=resource, field="body", code="custom", message=told)
    return str(body)


@route("GET", f"{REPO}/issues", *READ)
def list_issues(call: Call) -> Json:
    """List issues and, as GitHub does, pull requests, by state, labels (all of them) and time of change."""
    state = call.query("state", "open")
    labels = {name.casefold() for name in (call.query("labels") or "").split(",") if name}
    creator = (call.query("creator") or "").casefold()
    found = [
        it
        for it in [*call.repository.issues, *call.repository.pull_requests]
        if (state == "all" or it.is_open == (state == "open"))
        and labels <= {label.name.casefold() for label in it.labels}
        and (not creator or it.author.rest_login.casefold() == creator)
    ]
    by_update = call.query("sort") == "updated"
    found.sort(key=lambda it: (it.updated_at if by_update else it.created_at, it.number))
    if call.query("direction", "desc") == "desc":
        found.reverse()
    return call.page(found, shapes_conversation.issue)


@route("POST", f"{REPO}/issues", ("issues", "write"))
def create_issue(call: Call) -> Json:
    """Open an issue; labels it does not know are made."""
    if not call.repository.issues_enabled:
        raise RefusalError(410, "Issues has been disabled in this repository.")
    if not str(call.body["title"]).strip():
        raise invalid(resource="Issue", field="title", code="missing_field")
    labels = [each["name"] if isinstance(each, dict) else each for each in call.body.get("labels", ())]
    issue = call.repository.issue(call.token.account, str(call.body["title"]), _text(call, "Issue"), labels=labels)
    for login in call.body.get("assignees", ()):
        issue.assign(call.account(login), call.token.account)
    return Answer(status=201, body=shapes_conversation.issue(issue))


@route("GET", ISSUE, *READ)
def get_issue(call: Call) -> Json:
    """Show an issue, or a pull request as one."""
    return shapes_conversation.issue(_conversation(call))


@route("PATCH", ISSUE, *WRITE)
def update_issue(call: Call) -> Json:
    """Change title, body, state or labels."""
    it, by = _conversation(call), call.token.account
    it.title = str(call.body.get("title", it.title))
    it.body = _text(call, "Issue") if "body" in call.body else it.body
    if call.body.get("state") == "closed":
        it.close(by)
    elif call.body.get("state") == "open":
        it.reopen(by)
    if "labels" in call.body:
        wanted = [each["name"] if isinstance(each, dict) else each for each in call.body["labels"]]
        _set_labels(it, wanted, call)
    it.touch()
    return shapes_conversation.issue(it)


@route("GET", f"{ISSUE}/comments", *READ)
def list_comments(call: Call) -> Json:
    """List the comments, oldest first."""
    return call.page(_conversation(call).comments, shapes_conversation.comment)


@route("POST", f"{ISSUE}/comments", *WRITE)
def create_comment(call: Call) -> Json:
    """Say something."""
    it = _conversation(call)
    comment = it.comment(call.token.account, _text(call, "IssueComment"), app=call.token.app)
    return Answer(status=201, body=shapes_conversation.comment(comment))


@route("GET", COMMENT, *READ)
def get_comment(call: Call) -> Json:
    """Show a comment."""
    return shapes_conversation.comment(_comment(call))


@route("PATCH", COMMENT, *WRITE)
def update_comment(call: Call) -> Json:
    """Change a comment."""
    comment = _comment(call)
    comment.edit(_text(call, "IssueComment"), call.token.account)
    return shapes_conversation.comment(comment)


@route("DELETE", COMMENT, *WRITE)
def delete_comment(call: Call) -> Json:
    """Take a comment away."""
    _comment(call).delete(call.token.account)
    return Answer(status=204)


@route("GET", f"{COMMENT}/reactions", *READ)
def list_reactions(call: Call) -> Json:
    """List the reactions to a comment."""
    wanted = KINDS.get(call.query("content") or "")
    found = [each for each in _comment(call).reactions if wanted in {None, each.content}]
    return call.page(found, lambda each: shapes_conversation.reaction(call.world, each))


@route("POST", f"{COMMENT}/reactions", *WRITE)
def create_reaction(call: Call) -> Json:
    """React to a comment: 201, or 200 where the account did so before."""
    comment = _comment(call)
    known = len(comment.reactions)
    reaction = comment.react(call.token.account, KINDS[call.body["content"]])
    shown = shapes_conversation.reaction(call.world, reaction)
    return Answer(status=201 if len(comment.reactions) > known else 200, body=shown)


@route("GET", f"{ISSUE}/labels", *READ)
def list_labels(call: Call) -> Json:
    """List the labels that are set."""
    return call.page(_conversation(call).labels, lambda each: shapes_conversation.label(call.repository, each))


@route("POST", f"{ISSUE}/labels", *WRITE)
def add_labels(call: Call) -> Json:
    """Set labels, making those the repository does not have."""
    it, given = _conversation(call), call.request.body
    names = given if isinstance(given, list) else given["labels"]
    for name in names:
        it.label(name["name"] if isinstance(name, dict) else name, call.token.account)
    return [shapes_conversation.label(call.repository, each) for each in it.labels]


@route("PUT", f"{ISSUE}/labels", *WRITE)
def set_labels(call: Call) -> Json:
    """Set exactly these labels."""
    it, given = _conversation(call), call.request.body
    _set_labels(it, list(given if isinstance(given, list) else given["labels"]), call)
    return [shapes_conversation.label(call.repository, each) for each in it.labels]


@route("DELETE", f"{ISSUE}/labels/{{name}}", *WRITE)
def remove_label(call: Call) -> Json:
    """Take a label off."""
    it = _conversation(call)
    try:
        it.unlabel(call.values["name"], call.token.account)
    except KeyError as error:
        raise RefusalError(404, "Label does not exist") from error
    return [shapes_conversation.label(call.repository, each) for each in it.labels]


def _set_labels(it: Conversation, wanted: list[str], call: Call) -> None:
    for label in list(it.labels):
        if label.name not in wanted:
            it.unlabel(label.name, call.token.account)
    for name in wanted:
        it.label(name, call.token.account)


@route("GET", f"{REPO}/labels", *READ)
def repository_labels(call: Call) -> Json:
    """List the repository's labels."""
    return call.page(call.repository.labels, lambda each: shapes_conversation.label(call.repository, each))


@route("GET", f"{REPO}/labels/{{name}}", *READ)
def get_label(call: Call) -> Json:
    """Show a label of the repository."""
    wanted = call.values["name"].casefold()
    found = next((each for each in call.repository.labels if each.name.casefold() == wanted), None)
    if found is None:
        raise not_found()
    return shapes_conversation.label(call.repository, found)


@route("POST", f"{REPO}/labels", *WRITE)
def create_label(call: Call) -> Json:
    """Make a label; one of that name must not be there."""
    name = call.body["name"]
    if any(each.name.casefold() == name.casefold() for each in call.repository.labels):
        raise invalid(resource="Label", field="name", code="already_exists")
    label = call.repository.label(name, call.body.get("color", "ededed"))
    label.description = call.body.get("description")
    return Answer(status=201, body=shapes_conversation.label(call.repository, label))
