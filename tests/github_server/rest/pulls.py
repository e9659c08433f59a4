"""REST handlers of pull requests."""

from typing import Any

from tests.github_server.exchange import Answer, Json, RefusalError, invalid
from tests.github_server.graphql.fields_git import associated
from tests.github_server.rest import shapes, shapes_conversation, shapes_git
from tests.github_server.rest.routing import Call, Need, route
from tests.github_server.state.accounts import Account, Team
from tests.github_server.state.pull_request import PullRequest

REPO = "/repos/{owner}/{repo}"
PULL = f"{REPO}/pulls/{{pull_number}}"
READ: Need = ("pull_requests", "read")
WRITE: Need = ("pull_requests", "write")


@route("GET", f"{REPO}/pulls", READ)
def list_pulls(call: Call) -> Json:
    """List pull requests by state, head (`owner:branch`) and base."""
    state, head, base = call.query("state", "open"), call.query("head"), call.query("base")
    found = [
        pull
        for pull in call.repository.pull_requests
        if (state == "all" or pull.is_open == (state == "open"))
        and (base is None or pull.base_ref == base)
        and (head is None or _label(pull).casefold() == head.casefold())
    ]
    by_update = call.query("sort") == "updated"
    found.sort(key=lambda pull: (pull.updated_at if by_update else pull.created_at, pull.number))
    if call.query("direction", "desc" if call.query("sort", "created") == "created" else "asc") == "desc":
        found.reverse()
    return call.page(found, shapes_conversation.pull_request)


def _label(pull: PullRequest) -> str:
    owner = pull.head_repository.owner.login if pull.head_repository else ""
    return f"{owner}:{pull.head_ref}"


@route("POST", f"{REPO}/pulls", WRITE)
def create_pull(call: Call) -> Json:
    """Open a pull request from a branch of the repository itself."""
    body, repository = call.body, call.repository
    for name in ("head", "base"):
        if f"refs/heads/{body[name].rpartition(':')[2]}" not in repository.refs:
            raise invalid(resource="PullRequest", field=name, code="invalid")
    pull = repository.pull_request(
        author=call.token.account,
        title=body.get("title", ""),
        body=body.get("body") or "",
        head=body["head"].rpartition(":")[2],
        base=body["base"],
        draft=bool(body.get("draft")),
    )
    return Answer(status=201, body=shapes_conversation.full_pull_request(pull))


@route("GET", PULL, READ)
def get_pull(call: Call) -> Json:
    """Show a pull request."""
    return shapes_conversation.full_pull_request(call.pull_request)


@route("PATCH", PULL, WRITE)
def update_pull(call: Call) -> Json:
    """Change title, body, base or state."""
    pull, by = call.pull_request, call.token.account
    pull.title = call.body.get("title", pull.title)
    pull.body = call.body.get("body", pull.body)
    if call.body.get("base", pull.base_ref) != pull.base_ref:
        pull.retarget(call.body["base"], by)
    if call.body.get("state") == "closed":
        pull.close(by)
    elif call.body.get("state") == "open":
        pull.reopen(by)
    pull.touch()
    return shapes_conversation.full_pull_request(pull)


@route("GET", f"{PULL}/files", READ)
def list_files(call: Call) -> Json:
    """List the changed files, at most 3,000."""
    pull = call.pull_request
    files = pull.changes()[: call.world.limits.files]
    return call.page(files, lambda each: shapes_git.changed_file(pull.repository, each, pull.head_oid))


@route("GET", f"{PULL}/commits", READ)
def list_commits(call: Call) -> Json:
    """List the commits, oldest first, at most 250."""
    pull = call.pull_request
    commits = pull.commits()[: call.world.limits.commits]
    return call.page(commits, lambda each: shapes_git.commit(pull.repository, each))


@route("GET", f"{REPO}/commits/{{commit_sha}}/pulls", READ)
def pulls_of_commit(call: Call) -> Json:
    """List the pull requests a commit belongs to."""
    commit = call.commit(call.values["commit_sha"])
    return call.page(associated(call.repository, commit.oid), shapes_conversation.pull_request)


@route("GET", f"{PULL}/merge", READ)
def is_merged(call: Call) -> Json:
    """Say whether it is merged."""
    return Answer(status=204 if call.pull_request.merged_at else 404)


@route("PUT", f"{PULL}/merge", ("contents", "write"))
def merge(call: Call) -> Json:
    """Merge it, unless it is closed, a draft, moved on, or lacks a required check."""
    pull = call.pull_request
    if not pull.is_open or pull.draft or pull.unmet_checks():
        raise RefusalError(405, _why_not(pull))
    if call.body.get("sha") not in {None, pull.head_oid}:
        raise RefusalError(409, "Head branch was modified. Review and try the merge again.")
    sha = pull.merge(call.token.account, method=call.body.get("merge_method", "merge"))
    return {"sha": sha, "merged": True, "message": "Pull Request successfully merged"}


def _why_not(pull: PullRequest) -> str:
    if not pull.is_open or pull.draft:
        return "Pull Request is not mergeable"
    expected = ", ".join(f'"{name}"' for name in pull.unmet_checks())
    return f"Required status check {expected} is expected."


@route("GET", f"{PULL}/requested_reviewers", READ)
def requested_reviewers(call: Call) -> Json:
    """List who is asked for review."""
    return _requested(call.pull_request)


def _requested(pull: PullRequest) -> dict[str, Any]:
    world = pull.repository.world
    return {
        "users": [shapes.user(world, each) for each in pull.requested if isinstance(each, Account)],
        "teams": [shapes.team(world, each) for each in pull.requested if isinstance(each, Team)],
    }


@route("POST", f"{PULL}/requested_reviewers", WRITE)
def request_reviewers(call: Call) -> Json:
    """Ask collaborators and teams for review, all or nobody; never the author."""
    pull = call.pull_request
    wanted: list[Account | Team] = [_reviewer(call, pull, login) for login in call.body.get("reviewers", ())]
    wanted += [_team(call, slug) for slug in call.body.get("team_reviewers", ())]
    for reviewer in wanted:
        pull.request_review(reviewer, call.token.account)
    return Answer(status=201, body=shapes_conversation.pull_request(pull))


def _reviewer(call: Call, pull: PullRequest, login: str) -> Account:
    account = call.world.find_account(login)
    if account is pull.author:
        raise RefusalError(422, "Review cannot be requested from pull request author.")
    if account is None or pull.repository.roles.get(account, "none") == "none":
        raise _no_collaborator(call)
    return account


def _no_collaborator(call: Call) -> RefusalError:
    rule = "Reviews may only be requested from collaborators."
    fault = "One or more of the users or teams you specified is not a collaborator"
    return RefusalError(422, f"{rule} {fault} of the {call.repository.full_name} repository.")


def _team(call: Call, slug: str) -> Team:
    team = call.world.find_team(call.repository.owner.login, slug)
    if team is None:
        raise _no_collaborator(call)
    if not call.token.may_read_members():
        raise RefusalError(422, f"Could not resolve to a node with the global id of '{team.node_id}'.")
    return team


@route("DELETE", f"{PULL}/requested_reviewers", WRITE)
def remove_reviewers(call: Call) -> Json:
    """Take requests back."""
    pull, by = call.pull_request, call.token.account
    for login in call.body.get("reviewers", ()):
        account = call.world.find_account(login)
        if account is not None:
            pull.remove_request(account, by)
    for slug in call.body.get("team_reviewers", ()):
        pull.remove_request(_team(call, slug), by)
    return shapes_conversation.pull_request(pull)
