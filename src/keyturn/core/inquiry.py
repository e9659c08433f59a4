"""Looks up what is fetched on demand, strictly where it is not known, and notes what nobody has asked for yet."""

from enum import Enum

from msgspec import Struct, field

from keyturn.core.facts import UNREAD, Account, Facts, Role, Unread, WorkflowRun
from keyturn.core.rulebook import Approvers, Permission

_ROLE_OF = {
    Permission.TRIAGE: Role.TRIAGE,
    Permission.WRITE: Role.WRITE,
    Permission.MAINTAIN: Role.MAINTAIN,
    Permission.ADMIN: Role.ADMIN,
}


class Wanted(Struct, frozen=True):
    """Facts that would change or complete the decision and that nobody has asked for.

    Logins, logins, `org/slug`s, and two yes-or-no.
    """

    roles: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    pusher: bool = False
    runs: bool = False

    def __bool__(self) -> bool:
        """Whether there is anything left to ask."""
        return bool(self.roles or self.people or self.teams or self.pusher or self.runs)


class Answer(Enum):
    """What is known of a yes-or-no question; three-valued, so that the unreadable is never taken for a no or a yes."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    @staticmethod
    def of(value: bool | None) -> "Answer":  # noqa: FBT001 - it converts exactly that
        """Yes, no, or unknown for `None`."""
        return Answer.UNKNOWN if value is None else Answer.YES if value else Answer.NO


class Inquiry(Struct):
    """Asks one pull request's facts; `wanted()` says afterwards what was missing."""

    facts: Facts
    _roles: set[str] = field(default_factory=set)
    _people: set[str] = field(default_factory=set)
    _teams: set[str] = field(default_factory=set)
    _pusher: bool = False
    _runs: bool = False
    _can_push: dict[str, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Collect what the reviews themselves say of their authors' right to push; a no outweighs every yes."""
        for review in self.facts.reviews:
            if review.author is not None and review.can_push is not None:
                key = review.author.key
                self._can_push[key] = review.can_push and self._can_push.get(key, True)

    def wanted(self) -> Wanted:
        """What was asked for here and is not in the facts."""
        return Wanted(frozenset(self._roles), frozenset(self._people), frozenset(self._teams), self._pusher, self._runs)

    def may(self, account: Account, permission: Permission) -> Answer:
        """Whether an account has a permission in the repository."""
        known = self.facts.roles.get(account.key, UNREAD)
        if isinstance(known, Role):
            return Answer.of(known >= _ROLE_OF[permission])
        can_push = self._can_push.get(account.key)
        if can_push and permission in (Permission.TRIAGE, Permission.WRITE):
            return Answer.YES
        if can_push is False and permission is not Permission.TRIAGE:
            return Answer.NO
        if isinstance(known, Unread):
            self._roles.add(account.login)
        return Answer.UNKNOWN

    def members(self, team: str) -> frozenset[str] | None:
        """The keys of a team's members; `None` where they cannot be read."""
        known = self.facts.teams.get(team.casefold(), UNREAD)
        if isinstance(known, Unread):
            self._teams.add(team)
            return None
        return known

    def is_named(self, account: Account, users: tuple[str, ...], teams: tuple[str, ...]) -> Answer:
        """Whether an account is one of these users or in one of these teams."""
        if account.key in {user.casefold() for user in users}:
            return Answer.YES
        answers = {
            Answer.UNKNOWN if (members := self.members(team)) is None else Answer.of(account.key in members)
            for team in teams
        }
        for answer in (Answer.YES, Answer.UNKNOWN):
            if answer in answers:
                return answer
        return Answer.NO

    def on_roster(self, account: Account, approvers: Approvers) -> Answer:
        """Whether an account's approval may count: it is named, where anybody is, and has the permission.

        A bot needs only to be named.
        """
        named = self.is_named(account, approvers.users, approvers.teams) if approvers.named else Answer.YES
        if not account.is_person:
            return named if approvers.named else Answer.NO
        if named is Answer.NO:
            return Answer.NO
        permitted = self.may(account, approvers.permission)
        if Answer.NO in (named, permitted):
            return Answer.NO
        return Answer.UNKNOWN if Answer.UNKNOWN in (named, permitted) else Answer.YES

    def person(self, login: str) -> Answer:
        """Whether a login that a manifest names is a person's account."""
        known = self.facts.people.get(login.casefold(), UNREAD)
        if isinstance(known, Unread):
            self._people.add(login)
            return Answer.UNKNOWN
        return Answer.of(known is not None and known.is_person)

    def pushed(self, account: Account) -> bool:
        """Whether an account pushed the current head, as far as the activity shows."""
        pusher = self.facts.pusher
        if isinstance(pusher, Unread):
            self._pusher = True
            return False
        return pusher is not None and pusher.is_same(account)

    def runs(self) -> tuple[WorkflowRun, ...] | None:
        """The workflow runs of the head commit; `None` where they cannot be read."""
        runs = self.facts.runs
        if isinstance(runs, Unread):
            self._runs = True
            return None
        return runs
