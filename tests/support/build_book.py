"""Factories for rule books: whole, and with what a test wants different."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from msgspec.structs import replace

from keyturn.core.digest import bytes_digest
from keyturn.core.rulebook import (
    Agents,
    ApprovalsSurvive,
    Approvers,
    CheckPattern,
    Escalation,
    Mode,
    Override,
    PathFloor,
    Requester,
    Rule,
    RuleBook,
    Slack,
    TierPolicy,
    Unattributed,
)
from keyturn.core.tier import Tier


def rule(tier: Tier, line: int, **keys: str) -> Rule:
    """A rule of the rule book."""
    return Rule(tier, line, tuple(keys.items()))


SHIPPED: Final = (
    rule(Tier.EMERGENCY, 10, action_type="modify", target="production_database"),
    rule(Tier.EMERGENCY, 11, action_type="delete", target="production_*"),
    rule(Tier.EMERGENCY, 12, action_type="rotate", target="master_key"),
    rule(Tier.MULTI, 14, action_type="write", scope="directory"),
    rule(Tier.MULTI, 15, action_type="migrate"),
    rule(Tier.MULTI, 16, action_type="deploy"),
    rule(Tier.MULTI, 17, action_type="modify_schema"),
    rule(Tier.MULTI, 18, action_type="delete"),
    rule(Tier.SINGLE, 20, action_type="write", scope="single_file", estimated_impact="local"),
    rule(Tier.SINGLE, 21, action_type="refactor", scope="single_file", estimated_impact="local"),
    rule(Tier.SINGLE, 22, action_type="generate_tests"),
    rule(Tier.AUTO, 24, action_type="read"),
    rule(Tier.AUTO, 25, action_type="search"),
    rule(Tier.AUTO, 26, action_type="lint"),
    rule(Tier.AUTO, 27, action_type="test"),
)
"""The rules that the contract shows."""


def policies(
    *,
    single: Mapping[str, Any] = {},
    multi: Mapping[str, Any] = {},
    checks: Mapping[Tier, tuple[str, ...]] = {},
) -> dict[Tier, TierPolicy]:
    """What the tiers ask for, `checks` by name."""
    day = timedelta(hours=24)
    plain = {
        Tier.AUTO: TierPolicy(),
        Tier.SINGLE: TierPolicy(approvals=1, escalate_after=timedelta(hours=1), expire_after=day),
        Tier.MULTI: TierPolicy(approvals=2, escalate_after=timedelta(hours=4), expire_after=day),
        Tier.EMERGENCY: TierPolicy(),
    }
    asked = {tier: tuple(CheckPattern(name) for name in names) for tier, names in checks.items()}
    plain |= {tier: replace(plain[tier], checks=patterns) for tier, patterns in asked.items()}
    return plain | {Tier.SINGLE: replace(plain[Tier.SINGLE], **single), Tier.MULTI: replace(plain[Tier.MULTI], **multi)}


def book(**changes: Any) -> RuleBook:
    """A valid rule book with the rules of the contract; without floors, volume, override or calendar."""
    plain = RuleBook(
        path="rules.yml",
        mode=Mode.ENFORCE,
        agents=Agents(committers=("copilot*", "claude*"), labels=("agent",), branches=("copilot/*",)),
        unmatched=Tier.SINGLE,
        undeclared=Tier.MULTI,
        read_only=frozenset({"read", "search", "lint", "test"}),
        removals=frozenset({"delete"}),
        volume={},
        rules=SHIPPED,
        paths=(),
        tiers=policies(),
        approvers=Approvers(),
        requester=Requester.OPTIONAL,
        unattributed_commits=Unattributed.ADD_ONE,
        approvals_survive=ApprovalsSurvive.NEVER,
        escalation=Escalation(),
        calendar=None,
        override=Override(),
        slack=Slack(),
        digest=bytes_digest(b"rules"),
    )
    return replace(plain, **changes)


def floor(tier: Tier, glob: str) -> PathFloor:
    """A path floor."""
    return PathFloor(tier, glob, 40)
