"""REST handlers of a repository itself: its people, branches, rules and activity."""

import base64
from datetime import timedelta
from typing import Any

from tests.github_server.clock import iso
from tests.github_server.exchange import Answer, Json, RefusalError, not_found
from tests.github_server.rest import shapes, shapes_git
from tests.github_server.rest.routing import NO_RIGHT, Call, route
from tests.github_server.state.accounts import Account
from tests.github_server.state.refs import Activity
from tests.github_server.state.repository import Repository
from tests.github_server.state.rules import Rule

REPO = "/repos/{owner}/{repo}"
PERMISSION = {"none": "none", "read": "read", "triage": "read", "write": "write", "maintain": "write", "admin": "admin"}
PERIODS = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}


@route("GET", REPO, ("metadata", "read"))
def get_repository(call: Call) -> Json:
    """Show the repository, with what a person's token may do in it."""
    shown = shapes.full_repository(call.repository)
    if call.token.app is None:
        shown["permissions"] = _amounts_to(call.repository.role_of(call.token.account))
    return shown


def _amounts_to(role: str) -> dict[str, bool]:
    """Say for each kind of access whether a role amounts to it."""
    needed = {"pull": "read", "triage": "triage", "push": "write", "maintain": "maintain", "admin": "admin"}
    rank = list(PERMISSION)
    return {name: rank.index(role) >= rank.index(least) for name, least in needed.items()}


def _collaborator(repository: Repository, account: Account) -> dict[str, Any]:
    role = repository.role_of(account)
    role_name = repository.role_names.get(account, role)
    return shapes.user(repository.world, account) | {"permissions": _amounts_to(role), "role_name": role_name}


@route("GET", f"{REPO}/collaborators/{{username}}/permission", ("metadata", "read"))
def get_permission(call: Call) -> Json:
    """Show a person's role; bots and names nobody bears are no users."""
    account = call.world.find_account(call.values["username"])
    if account is None or account.kind != "User":
        raise RefusalError(404, f"{call.values['username']} is not a user")
    shown = _collaborator(call.repository, account)
    role = call.repository.role_of(account)
    return {"permission": PERMISSION[role], "role_name": shown["role_name"], "user": shown}


@route("GET", f"{REPO}/collaborators", ("metadata", "read"))
def list_collaborators(call: Call) -> Json:
    """List the people with a role here, if asked only those with at least some access."""
    wanted = call.query("permission")
    found = [
        account
        for account, role in call.repository.roles.items()
        if role != "none" and not account.deleted and (wanted is None or _amounts_to(role)[wanted])
    ]
    return call.page(found, lambda each: _collaborator(call.repository, each))


@route("GET", f"{REPO}/branches", ("contents", "read"))
def list_branches(call: Call) -> Json:
    """List the branches by name, if asked only those that are protected, or are not."""
    repository = call.repository
    found = sorted(name.removeprefix("refs/heads/") for name in repository.refs if name.startswith("refs/heads/"))
    wanted = call.query("protected")
    if wanted is not None:
        found = [name for name in found if _protected(repository, name) == (wanted == "true")]

    def show(name: str) -> dict[str, Any]:
        oid = repository.tip(name)
        url = f"{shapes.repository_url(repository)}/commits/{oid}"
        return {"name": name, "commit": {"sha": oid, "url": url}, "protected": _protected(repository, name)}

    return call.page(found, show)


def _protected(repository: Repository, branch: str) -> bool:
    return bool(repository.rules.for_branch(branch)) or branch in repository.rules.protections


@route("GET", f"{REPO}/collaborators/{{username}}", ("metadata", "read"))
def is_collaborator(call: Call) -> Json:
    """Say whether somebody is a collaborator."""
    account = call.world.find_account(call.values["username"])
    if account is None or call.repository.roles.get(account, "none") == "none":
        raise not_found()
    return Answer(status=204)


@route("GET", f"{REPO}/branches/{{branch}}", ("contents", "read"))
def get_branch(call: Call) -> Json:
    """Show a branch."""
    repository, name = call.repository, call.values["branch"]
    oid = repository.refs.get(f"refs/heads/{name}")
    if oid is None:
        raise RefusalError(404, "Branch not found")
    url = f"{shapes.repository_url(repository)}/branches/{name}"
    return {
        "name": name,
        "commit": shapes_git.commit(repository, call.world.store.get_commit(oid)),
        "_links": {"self": url, "html": f"{call.world.web_url}/{repository.full_name}/tree/{name}"},
        "protected": _protected(repository, name),
        "protection": {"enabled": name in repository.rules.protections},
        "protection_url": f"{url}/protection",
    }


@route("GET", f"{REPO}/branches/{{branch}}/protection", ("administration", "read"))
def get_protection(call: Call) -> Json:
    """Show classic protection."""
    repository, name = call.repository, call.values["branch"]
    protection = repository.rules.protections.get(name)
    if protection is None:
        raise RefusalError(404, "Branch not protected")
    url = f"{shapes.repository_url(repository)}/branches/{name}/protection"
    checks = [{"context": context, "app_id": app} for context, app in protection.contexts.items()]
    shown = {
        "url": url,
        "required_status_checks": {
            "url": f"{url}/required_status_checks",
            "strict": protection.strict,
            "contexts": list(protection.contexts),
            "contexts_url": f"{url}/required_status_checks/contexts",
            "checks": checks,
        },
        "enforce_admins": {"url": f"{url}/enforce_admins", "enabled": protection.enforce_admins},
        "allow_force_pushes": {"enabled": False},
        "allow_deletions": {"enabled": False},
    }
    if protection.reviews is not None:
        defaults = {"dismiss_stale_reviews": False, "require_code_owner_reviews": False}
        shown["required_pull_request_reviews"] = defaults | protection.reviews
    return shown


@route("GET", f"{REPO}/rules/branches/{{branch}}", ("metadata", "read"))
def get_rules(call: Call) -> Json:
    """List the rules that hold for a branch, whether it exists or not."""
    repository = call.repository

    def show(rule: Rule) -> dict[str, Any]:
        source = {
            "ruleset_source_type": "Repository",
            "ruleset_source": repository.full_name,
            "ruleset_id": rule.ruleset,
        }
        return {"type": rule.kind} | ({"parameters": rule.parameters} if rule.parameters else {}) | source

    return call.page(repository.rules.for_branch(call.values["branch"]), show)


@route("GET", f"{REPO}/activity", ("contents", "read"))
def list_activity(call: Call) -> Json:
    """List the activity, newest first; where the repository keeps it to itself, refuse."""
    repository = call.repository
    if not repository.activity_readable:
        raise RefusalError(403, NO_RIGHT)
    wanted = call.query("ref")
    names = {wanted, f"refs/heads/{wanted}"} if wanted else None
    period = call.query("time_period")
    since = call.world.clock.now - timedelta(days=PERIODS[period]) if period else None
    actor = (call.query("actor") or "").casefold()
    found = [
        each
        for each in repository.activity
        if (names is None or each.ref in names)
        and call.query("activity_type") in {None, each.kind}
        and (since is None or each.at >= since)
        and (not actor or (each.actor is not None and each.actor.rest_login.casefold() == actor))
    ]
    if call.query("direction") != "asc":
        found.reverse()
    return _activity_page(call, found)


def _activity_page(call: Call, found: list[Activity]) -> Answer:
    """Page by cursor, as this operation does: the cursor names the entry it stands after or before."""
    names = [base64.urlsafe_b64encode(str(each.id).encode()).decode() for each in found]
    size = min(int(call.query("per_page") or 30), 100)
    after, before = call.query("after"), call.query("before")
    start = names.index(after) + 1 if after in names else 0
    if before in names:
        start = max(names.index(before) - size, 0)
    chosen = found[start : start + size]
    base = "&".join(
        f"{key}={values[-1]}" for key, values in call.request.query.items() if key not in {"after", "before"}
    )
    here = f"{call.world.api_url}{call.request.path}?{base}{'&' if base else ''}"
    links = []
    if start + size < len(found):
        links.append(f'<{here}after={names[start + size - 1]}>; rel="next"')
    if start > 0:
        links.append(f'<{here}before={names[start]}>; rel="prev"')
    shown = [
        {
            "id": each.id,
            "node_id": each.node_id,
            "before": each.before,
            "after": each.after,
            "ref": each.ref,
            "timestamp": iso(each.at),
            "activity_type": each.kind,
            "actor": shapes.living(call.world, each.actor),
        }
        for each in chosen
    ]
    return Answer(body=shown, headers={"Link": ", ".join(links)} if links else {})
