"""REST's form of accounts, Apps, teams and repositories."""

from typing import Any, Final

from tests.github_server.clock import iso
from tests.github_server.state.accounts import Account, App, Team
from tests.github_server.state.repository import Repository
from tests.github_server.state.world import World

USER_LINKS: Final = {
    "followers_url": "followers",
    "following_url": "following{/other_user}",
    "gists_url": "gists{/gist_id}",
    "starred_url": "starred{/owner}{/repo}",
    "subscriptions_url": "subscriptions",
    "organizations_url": "orgs",
    "repos_url": "repos",
    "events_url": "events{/privacy}",
    "received_events_url": "received_events",
}
REPOSITORY_LINKS: Final = {
    "archive_url": "{archive_format}{/ref}",
    "assignees_url": "assignees{/user}",
    "blobs_url": "git/blobs{/sha}",
    "branches_url": "branches{/branch}",
    "collaborators_url": "collaborators{/collaborator}",
    "comments_url": "comments{/number}",
    "commits_url": "commits{/sha}",
    "compare_url": "compare/{base}...{head}",
    "contents_url": "contents/{+path}",
    "contributors_url": "contributors",
    "deployments_url": "deployments",
    "downloads_url": "downloads",
    "events_url": "events",
    "forks_url": "forks",
    "git_commits_url": "git/commits{/sha}",
    "git_refs_url": "git/refs{/sha}",
    "git_tags_url": "git/tags{/sha}",
    "hooks_url": "hooks",
    "issue_comment_url": "issues/comments{/number}",
    "issue_events_url": "issues/events{/number}",
    "issues_url": "issues{/number}",
    "keys_url": "keys{/key_id}",
    "labels_url": "labels{/name}",
    "languages_url": "languages",
    "merges_url": "merges",
    "milestones_url": "milestones{/number}",
    "notifications_url": "notifications{?since,all,participating}",
    "pulls_url": "pulls{/number}",
    "releases_url": "releases{/id}",
    "stargazers_url": "stargazers",
    "statuses_url": "statuses/{sha}",
    "subscribers_url": "subscribers",
    "subscription_url": "subscription",
    "tags_url": "tags",
    "teams_url": "teams",
    "trees_url": "git/trees{/sha}",
}
NO_COUNTS: Final = ("forks", "forks_count", "stargazers_count", "watchers", "watchers_count", "size")


def user(world: World, account: Account) -> dict[str, Any]:
    """Show an account; one that is gone shows as nobody's."""
    base = f"{world.api_url}/users/{account.rest_login}"
    return {
        "login": account.rest_login,
        "id": account.id,
        "node_id": account.node_id,
        "avatar_url": f"https://avatars.githubusercontent.com/u/{account.id}?v=4",
        "gravatar_id": "",
        "url": base,
        "html_url": f"{world.web_url}/{account.rest_login}",
        **{name: f"{base}/{end}" for name, end in USER_LINKS.items()},
        "type": account.kind,
        "site_admin": False,
        "user_view_type": "public",
    }


def living(world: World, account: Account | None) -> dict[str, Any] | None:
    """Show an account, or null where it is gone."""
    return None if account is None or account.deleted else user(world, account)


def app(world: World, it: App) -> dict[str, Any]:
    """Show an App."""
    return {
        "id": it.id,
        "slug": it.slug,
        "node_id": it.node_id,
        "owner": user(world, it.owner),
        "name": it.name,
        "description": "",
        "external_url": f"{world.web_url}/apps/{it.slug}",
        "html_url": f"{world.web_url}/apps/{it.slug}",
        "created_at": "2020-01-01T00:00:00Z",
        "updated_at": "2020-01-01T00:00:00Z",
        "permissions": {},
        "events": [],
    }


def team(world: World, it: Team) -> dict[str, Any]:
    """Show a team."""
    url = f"{world.api_url}/organizations/{it.organization.id}/team/{it.id}"
    return {
        "id": it.id,
        "node_id": it.node_id,
        "url": url,
        "html_url": f"{world.web_url}/orgs/{it.organization.login}/teams/{it.slug}",
        "members_url": f"{url}{{/member}}",
        "repositories_url": f"{url}/repos",
        "name": it.name,
        "slug": it.slug,
        "description": None,
        "privacy": "closed",
        "notification_setting": "notifications_enabled",
        "permission": "pull",
        "type": "organization",
        "organization_id": it.organization.id,
        "parent": None,
    }


def repository_url(it: Repository) -> str:
    """Give the address under which REST knows the repository."""
    return f"{it.world.api_url}/repos/{it.full_name}"


def minimal_repository(it: Repository) -> dict[str, Any]:
    """Show a repository as a part of something else."""
    url, web = repository_url(it), f"{it.world.web_url}/{it.full_name}"
    return {
        "id": it.id,
        "node_id": it.node_id,
        "name": it.name,
        "full_name": it.full_name,
        "private": it.private,
        "owner": user(it.world, it.owner),
        "html_url": web,
        "description": None,
        "fork": it.parent is not None,
        "url": url,
        **{name: f"{url}/{end}" for name, end in REPOSITORY_LINKS.items()},
    }


def repository(it: Repository) -> dict[str, Any]:
    """Show a repository in full."""
    web, open_issues = (
        f"{it.world.web_url}/{it.full_name}",
        sum(each.is_open for each in [*it.issues, *it.pull_requests]),
    )
    address = f"{it.world.web_url.split('://', 1)[1]}"
    full: dict[str, Any] = {
        "clone_url": f"{web}.git",
        "git_url": f"git://{address}/{it.full_name}.git",
        "ssh_url": f"git@{address}:{it.full_name}.git",
        "svn_url": web,
        "mirror_url": None,
        "homepage": None,
        "language": None,
        "license": None,
        "default_branch": it.default_branch,
        **dict.fromkeys(NO_COUNTS, 0),
        "open_issues": open_issues,
        "open_issues_count": open_issues,
        "has_issues": it.issues_enabled,
        "has_projects": True,
        "has_downloads": True,
        "has_wiki": True,
        "has_pages": False,
        "has_discussions": False,
        "archived": False,
        "disabled": False,
        "visibility": "private" if it.private else "public",
        "pushed_at": iso(it.activity[-1].at if it.activity else it.created_at),
        "created_at": iso(it.created_at),
        "updated_at": iso(it.created_at),
        "allow_forking": True,
        "is_template": False,
        "topics": [],
        "web_commit_signoff_required": False,
    }
    return minimal_repository(it) | full


def full_repository(it: Repository) -> dict[str, Any]:
    """Show a repository as the answer to a question about it alone."""
    parent = {} if it.parent is None else {"parent": repository(it.parent), "source": repository(it.parent)}
    organization = {"organization": user(it.world, it.owner)} if it.owner.kind == "Organization" else {}
    return repository(it) | {"network_count": 0, "subscribers_count": 0} | parent | organization
