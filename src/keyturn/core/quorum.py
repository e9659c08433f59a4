"""Whether enough of the people whom the rule book names could approve at all."""

from msgspec import Struct

from keyturn.core.exclusion import Bystanders
from keyturn.core.facts import Account, AccountKind
from keyturn.core.inquiry import Answer
from keyturn.core.requirement import Requirement


class Quorum(Struct, frozen=True):
    """Who could still approve, by login in order of login, and which teams cannot be read.

    `reachable` is whether that is enough; where a team cannot be read, only the others are counted on.
    """

    candidates: tuple[str, ...]
    unreadable_teams: tuple[str, ...]
    reachable: bool


def quorum_of(requirement: Requirement, bystanders: Bystanders) -> Quorum | None:
    """Count the people on a roster that names people.

    `None` where it names none, since then anybody with the permission may come, or where nobody is waited for.
    """
    approvers = requirement.approvers
    if not requirement.approvals or not approvers.named:
        return None
    accounts = {login.casefold(): Account.named(login) for login in approvers.users}
    unreadable = []
    for team in approvers.teams:
        members = bystanders.inquiry.members(team)
        if members is None:
            unreadable.append(team)
        else:
            accounts.update({key: Account(key, AccountKind.USER) for key in members if key not in accounts})
    candidates = tuple(
        account.login for _, account in sorted(accounts.items()) if _could(account, requirement, bystanders)
    )
    return Quorum(candidates, tuple(unreadable), len(candidates) >= requirement.approvals)


def _could(account: Account, requirement: Requirement, bystanders: Bystanders) -> bool:
    if bystanders.exclusion(account) is not None:
        return False
    return bystanders.inquiry.may(account, requirement.approvers.permission) is not Answer.NO
