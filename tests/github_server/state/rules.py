"""Rulesets and branch protection: what a branch demands, and what it refuses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Final

from tests.github_server.state.access import Token

REFUSALS: Final[Mapping[str, str]] = {
    "creation": "Cannot create ref due to creations being restricted.",
    "update": "Cannot update this protected ref.",
    "deletion": "Cannot delete this protected ref.",
    "pull_request": "Changes must be made through a pull request.",
    "non_fast_forward": "Cannot force-push to this branch",
}


class RuleViolationError(Exception):
    """A ruleset refuses a change of a ref; the text is GitHub's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of a ruleset, for the branches whose names match `branches` (a glob; `~ALL` is every one)."""

    kind: str
    branches: str
    ruleset: int
    parameters: Mapping[str, object] = field(default_factory=dict)
    bypass: frozenset[int] = frozenset()

    def covers(self, branch: str) -> bool:
        """Whether the rule holds for this branch."""
        return self.branches == "~ALL" or fnmatchcase(branch, self.branches)


@dataclass(slots=True, kw_only=True)
class Protection:
    """Classic branch protection: the contexts it requires, each with the App that must give it, if any."""

    contexts: dict[str, int | None] = field(default_factory=dict)
    strict: bool = False
    enforce_admins: bool = False
    reviews: dict[str, object] | None = None
    """What it asks of reviews, in GitHub's words; `None`: nothing."""


class Rules:
    """All rules of one repository."""

    def __init__(self) -> None:
        """Start without any."""
        self.rules: list[Rule] = []
        self.protections: dict[str, Protection] = {}

    def add(
        self, kind: str, branches: str, *, parameters: Mapping[str, object] | None = None, bypass: tuple[int, ...] = ()
    ) -> Rule:
        """Add a rule as a ruleset of its own; `bypass` names Apps it does not hold for."""
        rule = Rule(
            kind=kind,
            branches=branches,
            ruleset=40 + len(self.rules),
            parameters=parameters or {},
            bypass=frozenset(bypass),
        )
        self.rules.append(rule)
        return rule

    def require_checks(self, branches: str, contexts: Mapping[str, int | None]) -> Rule:
        """Require checks by a ruleset: each context with the App that must give it, or none."""
        checks = [
            {"context": context} | ({} if app is None else {"integration_id": app}) for context, app in contexts.items()
        ]
        return self.add(
            "required_status_checks",
            branches,
            parameters={"required_status_checks": checks, "strict_required_status_checks_policy": False},
        )

    def for_branch(self, branch: str) -> list[Rule]:
        """List the rules that hold for a branch."""
        return [rule for rule in self.rules if rule.covers(branch)]

    def required(self, branch: str) -> dict[str, int | None]:
        """Name the checks a branch requires, each with the App that must give it, or none."""
        found: dict[str, int | None] = {}
        for rule in self.for_branch(branch):
            checks = rule.parameters.get("required_status_checks")
            for check in checks if isinstance(checks, list) else ():
                found[check["context"]] = check.get("integration_id")
        if branch in self.protections:
            found |= self.protections[branch].contexts
        return found

    def check_write(self, branch: str, what: str, token: Token) -> None:
        """Raise RuleViolationError where a rule forbids this token to create, update or delete the branch directly."""
        app = None if token.app is None else token.app.id
        kinds = {"creation": ("creation",), "update": ("update", "pull_request"), "deletion": ("deletion",)}[what]
        broken = [rule.kind for rule in self.for_branch(branch) if rule.kind in kinds and app not in rule.bypass]
        if broken:
            reasons = "\n".join(REFUSALS[kind] for kind in broken)
            message = f"Repository rule violations found\n\n{reasons}\n\n"
            raise RuleViolationError(message)
