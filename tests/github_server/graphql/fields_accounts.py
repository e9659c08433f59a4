"""Resolvers of people, bots, organisations, teams and Apps."""

from tests.github_server.exchange import Json
from tests.github_server.graphql.errors import forbidden, not_found
from tests.github_server.graphql.paging import Connection, connect
from tests.github_server.graphql.registry import Context, Fields, define
from tests.github_server.state.accounts import Account, Team
from tests.github_server.state.repository import Repository

ACTOR: Fields = {
    "id": lambda account, _: account.node_id,
    "login": lambda account, _: account.login,
    "url": lambda account, context: f"{context.world.web_url}/{account.rest_login}",
    "resourcePath": lambda account, _: f"/{account.rest_login}",
    "avatarUrl": lambda account, _, size=None: (
        f"https://avatars.githubusercontent.com/u/{account.id}?v=4&s={size or 40}"
    ),
    "databaseId": lambda account, _: account.id,
}
NAMED: Fields = {"name": lambda account, _: account.name, "email": lambda account, _: account.email or ""}


def _repository(owner: Account, context: Context, *, name: str, **_: object) -> Repository:
    found = context.world.find_repository(owner.login, name)
    if found is None or not context.token.sees(found):
        raise not_found(what="a Repository", detail=f"with the name '{owner.login}/{name}'")
    return found


def _team(organization: Account, context: Context, *, slug: str) -> Team | None:
    if not context.token.may_read_members():
        raise forbidden()
    return context.world.find_team(organization.login, slug)


def _members(team: Team, _: Context, **page: Json) -> Connection:
    """List the members as GitHub does: people whose invitation is pending are none yet."""
    return connect([*team.maintainers, *(each for each in team.members if each not in team.maintainers)], page)


define(
    "User",
    {
        **ACTOR,
        **NAMED,
        "login": lambda user, _: user.rest_login,
        "repository": _repository,
        "isViewer": lambda user, context: user is context.token.account,
    },
)
define("Bot", ACTOR)
define("Mannequin", ACTOR)
define("Organization", {**ACTOR, **NAMED, "repository": _repository, "team": _team})
define(
    "Team",
    {
        "id": lambda team, _: team.node_id,
        "databaseId": lambda team, _: team.id,
        "slug": lambda team, _: team.slug,
        "name": lambda team, _: team.name,
        "combinedSlug": lambda team, _: team.handle,
        "organization": lambda team, _: team.organization,
        "members": _members,
    },
)
define(
    "App",
    {
        "id": lambda app, _: app.node_id,
        "databaseId": lambda app, _: app.id,
        "slug": lambda app, _: app.slug,
        "name": lambda app, _: app.name,
        "url": lambda app, context: f"{context.world.web_url}/apps/{app.slug}",
    },
)
