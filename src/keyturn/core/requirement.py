"""What a pull request needs before it may pass: approvals, checks, people and time."""

from datetime import timedelta

from msgspec import Struct

from keyturn.core.exclusion import is_attributed
from keyturn.core.facts import Commit, Facts
from keyturn.core.manifest import Manifest
from keyturn.core.rulebook import Approvers, CheckPattern, Requester, RuleBook, Unattributed
from keyturn.core.tier import Tier


class Requirement(Struct, frozen=True, kw_only=True):
    """The needs of a pull request.

    `approvals` is `None` where no number of them would do; `extras` says in words what added to them. `escalate_after`
    and `expire_after` are `None` where nobody is waited for.
    """

    tier: Tier
    approvals: int | None
    extras: tuple[str, ...]
    approvers: Approvers
    checks: tuple[CheckPattern, ...]
    escalate_after: timedelta | None
    expire_after: timedelta | None

    @property
    def asks_people(self) -> bool:
        """Whether anybody's approval is waited for."""
        return bool(self.approvals)


def requirement_of(tier: Tier, facts: Facts, manifests: tuple[Manifest, ...], book: RuleBook) -> Requirement:
    """What a pull request of this tier needs under this rule book; what is unclear about its origin adds approvals."""
    policy = book.tiers[tier]
    if tier is Tier.AUTO:
        approvals: int | None = 0
    elif tier is Tier.EMERGENCY:
        approvals = None
    else:
        approvals = policy.approvals
    extras: list[str] = []
    if approvals:
        if book.unattributed_commits is Unattributed.ADD_ONE and unattributed(facts):
            extras.append("commits that nobody can be named for")
        if adds_for_requester(manifests, book):
            extras.append("nobody is named as having asked for this")
        approvals += len(extras)
    roster_tier = {Tier.AUTO: Tier.SINGLE, Tier.EMERGENCY: Tier.MULTI}.get(tier, tier)
    return Requirement(
        tier=tier,
        approvals=approvals,
        extras=tuple(extras),
        approvers=book.roster(roster_tier),
        checks=book.checks(tier),
        escalate_after=policy.escalate_after,
        expire_after=policy.expire_after,
    )


def unattributed(facts: Facts) -> tuple[Commit, ...]:
    """The commits that nobody can be named for; offline nobody can be asked, so there are none."""
    if facts.offline:
        return ()
    return tuple(commit for commit in facts.commits if not is_attributed(commit))


def requester_is_known(manifests: tuple[Manifest, ...]) -> bool:
    """Whether every manifest names who asked for it, and there is one."""
    return bool(manifests) and all(manifest.requested_by is not None for manifest in manifests)


def adds_for_requester(manifests: tuple[Manifest, ...], book: RuleBook) -> bool:
    """Whether an unnamed requester costs one more approval."""
    if requester_is_known(manifests):
        return False
    if book.requester is Requester.ADD_ONE:
        return True
    return book.requester is Requester.REQUIRED and not manifests
