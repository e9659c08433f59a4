"""The rule book: which tier an action belongs to, and what each tier asks for, read strictly."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

from keyturn.core import rulebook_parts as parts
from keyturn.core.digest import bytes_digest
from keyturn.core.document import read_document
from keyturn.core.form import fill
from keyturn.core.nodes import MapNode
from keyturn.core.rule_order import placed_rules
from keyturn.core.rulebook_form import RuleBookForm
from keyturn.core.rulebook_lint import lint
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
from keyturn.core.source import Problems
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


class RuleBook(Struct, frozen=True, kw_only=True):
    """A valid rule book, every default filled in; `rules` and `paths` in file order, `tiers` with all four tiers."""

    path: str
    mode: Mode
    agents: Agents
    unmatched: Tier
    undeclared: Tier
    read_only: frozenset[str]
    removals: frozenset[str]
    volume: Mapping[Tier, int]
    rules: tuple[Rule, ...]
    paths: tuple[PathFloor, ...]
    tiers: Mapping[Tier, TierPolicy]
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
    problems = Problems(path)
    root = read_document(path, content, problems)
    form = fill(RuleBookForm, root, problems)
    if isinstance(root, MapNode):
        lint(root, problems)
    if form is None or problems or not isinstance(root, MapNode):
        raise problems.refusal()
    return RuleBook(
        path=path,
        mode=form.mode,
        agents=parts.agents(form.agents),
        unmatched=form.unmatched,
        undeclared=form.undeclared,
        read_only=frozenset(form.read_only),
        removals=frozenset(form.removals),
        volume=parts.volume(form.volume),
        rules=tuple(placed.rule for placed in placed_rules(root)),
        paths=tuple(parts.floors(root)),
        tiers=MappingProxyType(
            {
                Tier.AUTO: parts.checks_only(form.tiers.auto),
                Tier.SINGLE: parts.policy(form.tiers.single),
                Tier.MULTI: parts.policy(form.tiers.multi),
                Tier.EMERGENCY: parts.checks_only(form.tiers.emergency),
            }
        ),
        approvers=parts.approvers(form.approvers),
        requester=form.requester,
        unattributed_commits=form.unattributed_commits,
        approvals_survive=form.approvals_survive,
        escalation=Escalation(tuple(form.escalation.users), tuple(form.escalation.teams)),
        calendar=None if form.calendar is None else parts.calendar(form.calendar),
        override=parts.override(form.override),
        slack=parts.slack(form.slack),
        digest=bytes_digest(content),
    )
