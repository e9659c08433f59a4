"""The rule book: which tier an action belongs to, and what each tier asks for, read strictly."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from keyturn.core.rulebook_terms import (
    Agents,
    ApprovalsSurvive,
    Approvers,
    Calendar,
    CheckPattern,
    Escalation,
    Mode,
    NoManifest,
    Overdue,
    Override,
    PathFloor,
    Permission,
    Requester,
    Rule,
    Slack,
    TierPolicy,
    Unattributed,
)
from keyturn.core.tier import Tier

__all__ = [
    "Agents",
    "ApprovalsSurvive",
    "Approvers",
    "Calendar",
    "CheckPattern",
    "Escalation",
    "Mode",
    "NoManifest",
    "Overdue",
    "Override",
    "PathFloor",
    "Permission",
    "Requester",
    "Rule",
    "RuleBook",
    "Slack",
    "TierPolicy",
    "Unattributed",
    "read_rulebook",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """A valid rule book, every default filled in; `rules` and `paths` in file order, `tiers` with all four tiers."""

    path: str
    mode: Mode
    agents: Agents
    unmatched: Tier
    undeclared: Tier
    read_only: frozenset[str]
    removals: frozenset[str]
    volume: Mapping[Tier, int] = field(hash=False)
    rules: tuple[Rule, ...]
    paths: tuple[PathFloor, ...]
    tiers: Mapping[Tier, TierPolicy] = field(hash=False)
    approvers: Approvers
    requester: Requester
    unattributed_commits: Unattributed
    approvals_survive: ApprovalsSurvive
    escalation: Escalation
    calendar: Calendar | None
    override: Override
    slack: Slack
    digest: str

    def roster(self, tier: Tier) -> Approvers:
        """The people whose approval may count in this tier: its own approvers, else those of the rule book."""
        return self.tiers[tier].approvers or self.approvers

    def checks(self, tier: Tier) -> tuple[CheckPattern, ...]:
        """The checks of this tier and of every tier below it, `auto` first, each once."""
        below = (checks for lower in Tier if lower <= tier for checks in self.tiers[lower].checks)
        return tuple(dict.fromkeys(below))


def read_rulebook(path: str, content: bytes) -> RuleBook:
    """The rule book in these bytes. Raises Refused with everything that is wrong with it; `path` only names it."""
    raise NotImplementedError
