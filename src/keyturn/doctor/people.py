"""Whether teams can be read, and quorum is within reach in each tier."""

from collections.abc import Iterable

from keyturn.core.facts import Role
from keyturn.core.patterns import login_matches
from keyturn.core.rulebook import Approvers, Permission, Requester, RuleBook, Unattributed
from keyturn.core.tier import Tier
from keyturn.doctor.finding import Finding, good, warning, wrong
from keyturn.doctor.setup import People, Setup


def teams_named(book: RuleBook) -> tuple[str, ...]:
    """Every team that the rule book names, each once."""
    rosters = [book.roster(tier).teams for tier in (Tier.SINGLE, Tier.MULTI)]
    listed = [team for roster in rosters for team in roster]
    return tuple(dict.fromkeys([*listed, *book.approvers.teams, *book.override.teams, *book.escalation.teams]))


def users_named(book: RuleBook) -> tuple[str, ...]:
    """Everybody whom the rule book names as approver or for overrides, each once."""
    rosters = [book.roster(tier).users for tier in (Tier.SINGLE, Tier.MULTI)]
    return tuple(dict.fromkeys([*(user for roster in rosters for user in roster), *book.override.users]))


def teams(setup: Setup, book: RuleBook) -> Iterable[Finding]:
    """Whether every team that the rule book names can be read."""
    named = teams_named(book)
    unread = [team for team in named if setup.people.teams.get(team.casefold()) is None]
    if unread:
        yield wrong(
            "teams",
            f"{', '.join(f'`{team}`' for team in unread)} cannot be read",
            "Whoever is on the roster only through a team that cannot be read does not count.",
            "Use the token of a GitHub App with the organisation permission *Members: read*, write teams as "
            "`organisation/slug`, or list people.",
        )
    elif named:
        yield good("teams", f"{', '.join(f'`{team}`' for team in named)} can be read")


def quorum(setup: Setup, book: RuleBook) -> Iterable[Finding]:
    """Whether enough people could approve in each tier, and whether anybody could override."""
    for tier in (Tier.SINGLE, Tier.MULTI):
        yield _within_reach(f"quorum of {tier}", book.roster(tier), _needed(book, tier), setup, book)
    if not book.override.users and not book.override.teams:
        yield warning(
            "override",
            "nobody may break the glass",
            "A pull request at emergency_stop can then pass by an administrator's bypass on GitHub only.",
            "Name people under `override` of the rule book.",
        )
    else:
        named = Approvers(book.approvers.permission, book.override.users, book.override.teams)
        yield _within_reach("override", named, (book.override.approvals, book.override.approvals), setup, book)


def _needed(book: RuleBook, tier: Tier) -> tuple[int, int]:
    """How many approvals a pull request of this tier needs at least, and how many with what may add to them."""
    least = book.tiers[tier].approvals
    adds = (book.unattributed_commits is Unattributed.ADD_ONE) + (book.requester is not Requester.OPTIONAL)
    return least, least + adds


def _within_reach(title: str, roster: Approvers, needed: tuple[int, int], setup: Setup, book: RuleBook) -> Finding:
    least, most = needed
    could = _candidates(roster, setup.people, book)
    if could is None:
        return warning(
            title,
            "it cannot be read who may approve",
            "The roster names nobody, and the token may not list the people with access.",
            "Run `keyturn doctor` with a token that may, or name people under `approvers`.",
        )
    told = f"{len(could)} could approve, {least} must"
    if len(could) < least:
        return wrong(
            title,
            told,
            "No pull request of this kind can ever pass.",
            f"Give more people `{roster.permission}` or more, or name more of them; bots and agents do not count.",
        )
    if len(could) <= most:
        return warning(
            title,
            told,
            f"Who asked for a change, or took part in it, does not count; and up to {most} may be needed.",
            "Name more people, so that quorum can be reached when one of them is away.",
        )
    return good(title, told)


def _candidates(roster: Approvers, people: People, book: RuleBook) -> set[str] | None:
    """The keys of the people who could approve; `None` where that cannot be read."""
    agents = (*book.agents.authors, *book.agents.committers)
    if roster.named:
        keys = {user.casefold() for user in roster.users}
        for team in roster.teams:
            keys |= people.teams.get(team.casefold()) or frozenset()
        return {
            key for key in keys if not login_matches(agents, key) and _may(people.roles.get(key), roster.permission)
        }
    if people.collaborators is None:
        return None
    return {
        key
        for key, role in people.collaborators.items()
        if not login_matches(agents, key) and _may(role, roster.permission)
    }


def _may(role: Role | None, needed: Permission) -> bool:
    """Whether a role is enough; one that cannot be read is given the benefit of the doubt."""
    return role is None or role >= Role[needed.name]
