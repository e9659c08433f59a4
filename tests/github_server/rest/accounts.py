"""REST handlers of accounts, Apps, teams and rate limits."""

from typing import Any

from tests.github_server.exchange import Answer, Json, RefusalError, not_found
from tests.github_server.rest import shapes
from tests.github_server.rest.routing import NO_RIGHT, Call, route
from tests.github_server.state.access import Budget
from tests.github_server.state.accounts import Account, Team

TEAM = "/orgs/{org}/teams/{team_slug}"


def _public(call: Call, account: Account) -> dict[str, Any]:
    return shapes.user(call.world, account) | {
        "name": account.name,
        "company": None,
        "blog": "",
        "location": None,
        "email": account.email,
        "hireable": None,
        "bio": None,
        "twitter_username": None,
        "public_repos": 0,
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "created_at": "2020-01-01T00:00:00Z",
        "updated_at": "2020-01-01T00:00:00Z",
    }


@route("GET", "/users/{username}")
def get_user(call: Call) -> Json:
    """Show an account of any kind."""
    return _public(call, call.account(call.values["username"]))


@route("GET", "/user")
def get_viewer(call: Call) -> Json:
    """Show a person their own account; an App's token has none."""
    if call.token.app is not None:
        raise RefusalError(403, NO_RIGHT)
    return _public(call, call.token.account)


@route("GET", "/apps/{app_slug}")
def get_app(call: Call) -> Json:
    """Show an App."""
    found = next((app for app in call.world.apps if app.slug == call.values["app_slug"]), None)
    if found is None:
        raise not_found()
    return shapes.app(call.world, found)


@route("GET", "/installation/repositories")
def list_installation_repositories(call: Call) -> Json:
    """List what the App may reach."""
    if call.token.app is None:
        raise RefusalError(
            403, "You must authenticate with an installation access token in order to list repositories."
        )
    chosen, headers = call.cut(call.token.repositories)
    shown = [shapes.repository(each) for each in chosen]
    return Answer(body={"total_count": len(call.token.repositories), "repositories": shown}, headers=headers)


def _team(call: Call) -> Team:
    """Find a team; without the right to read members an App learns nothing."""
    if not call.token.may_read_members():
        raise RefusalError(403, NO_RIGHT)
    found = call.world.find_team(call.values["org"], call.values["team_slug"])
    if found is None:
        raise not_found()
    return found


@route("GET", TEAM)
def get_team(call: Call) -> Json:
    """Show a team."""
    team = _team(call)
    organization = shapes.user(call.world, team.organization)
    extra = {
        "organization": organization
        | {
            "has_organization_projects": True,
            "has_repository_projects": True,
            "public_repos": 0,
            "public_gists": 0,
            "followers": 0,
            "following": 0,
            "hooks_url": f"{organization['url']}/hooks",
            "issues_url": f"{organization['url']}/issues",
            "members_url": f"{organization['url']}/members{{/member}}",
            "public_members_url": f"{organization['url']}/public_members{{/member}}",
            "description": None,
            "type": "Organization",
            "created_at": "2020-01-01T00:00:00Z",
            "updated_at": "2020-01-01T00:00:00Z",
            "archived_at": None,
        },
        "members_count": len(team.members),
        "repos_count": 0,
        "created_at": "2020-01-01T00:00:00Z",
        "updated_at": "2020-01-01T00:00:00Z",
    }
    return shapes.team(call.world, team) | extra


@route("GET", f"{TEAM}/members")
def list_members(call: Call) -> Json:
    """List a team's members; who has not accepted yet is none."""
    team = _team(call)
    role = call.query("role", "all")
    members = [*(team.maintainers if role != "member" else ()), *(team.members if role != "maintainer" else ())]
    return call.page(list(dict.fromkeys(members)), lambda each: shapes.user(call.world, each))


@route("GET", f"{TEAM}/memberships/{{username}}")
def get_membership(call: Call) -> Json:
    """Show whether somebody is in a team, and whether they have accepted."""
    team, account = _team(call), call.account(call.values["username"])
    if account not in [*team.members, *team.maintainers, *team.pending]:
        raise not_found()
    url = f"{shapes.team(call.world, team)['url']}/memberships/{account.rest_login}"
    role, state = (
        "maintainer" if account in team.maintainers else "member",
        "pending" if account in team.pending else "active",
    )
    return {"url": url, "role": role, "state": state}


@route("GET", "/rate_limit")
def rate_limit(call: Call) -> Json:
    """Show what is left; asking costs nothing."""
    now = call.world.clock.now

    def show(budget: Budget) -> dict[str, int]:
        budget.refresh(now)
        reset = int((budget.resets_at or now).timestamp())
        return {"limit": budget.limit, "remaining": budget.remaining, "reset": reset, "used": budget.used}

    core, graphql = show(call.token.core), show(call.token.graphql)
    return {"resources": {"core": core, "graphql": graphql, "search": show(Budget(30))}, "rate": core}
