"""What a tier asks for must hold together, and a more severe tier never asks for less."""

from msgspec import Struct

from keyturn.core.duration import parse_duration
from keyturn.core.form import salvaged
from keyturn.core.nodes import MapNode, Node, Scalar
from keyturn.core.rulebook_form import ApproversForm, MultiForm, SingleForm
from keyturn.core.source import Problems


class _Policy(Struct, frozen=True):
    """What one tier asks for, as far as it has its form; `broken` names the keys that do not."""

    node: MapNode
    form: SingleForm
    broken: frozenset[str]

    def place(self, *keys: str) -> Scalar | MapNode:
        """The first of these keys that the tier has; the tier itself where it has none of them."""
        return next((self.node.entries[key][0] for key in keys if key in self.node.entries), self.node)


class _Roster(Struct, frozen=True):
    """Who may approve in one tier, as far as it has its form; `names` is `None` where they do not."""

    form: ApproversForm
    broken: frozenset[str]

    @property
    def names(self) -> list[str] | None:
        return None if self.broken & {"users", "teams"} else [*self.form.users, *self.form.teams]


def lint_tiers(tiers: MapNode, approvers: Node | None, problems: Problems) -> None:
    """Add what is wrong with `tiers`; `approvers` is the roster of tiers without one of their own."""
    policies = []
    for name, form in (("single", SingleForm), ("multi", MultiForm)):
        node = tiers.get(name)
        if isinstance(node, MapNode):
            policies.append(_Policy(node, *salvaged(form, node)))
            _lint_deadlines(policies[-1], problems)
    if len(policies) > 1:
        lower, upper = policies
        _lint_approvals(lower, upper, problems)
        lower_roster, upper_roster = (_roster(policy.node.get("approvers") or approvers) for policy in policies)
        if lower_roster is not None and upper_roster is not None:
            _lint_rosters(lower_roster, upper_roster, upper.place("approvers"), problems)


def _lint_deadlines(policy: _Policy, problems: Problems) -> None:
    form = policy.form
    if policy.broken & {"escalate_after", "expire_after"}:
        return
    if parse_duration(form.escalate_after) >= parse_duration(form.expire_after):
        place = policy.place("escalate_after", "expire_after")
        message = (
            f"escalate_after ({form.escalate_after}) is not before expire_after ({form.expire_after}); "
            "a request escalates first and expires later"
        )
        problems.add(place.line, place.column, message)


def _lint_approvals(lower: _Policy, upper: _Policy, problems: Problems) -> None:
    if "approvals" not in lower.broken | upper.broken and upper.form.approvals < lower.form.approvals:
        place = upper.place("approvals")
        message = (
            f"multi asks for {upper.form.approvals} approvals and single for {lower.form.approvals}; "
            "a more severe tier never asks for fewer"
        )
        problems.add(place.line, place.column, message)


def _roster(node: Node | None) -> _Roster | None:
    return _Roster(*salvaged(ApproversForm, node)) if isinstance(node, MapNode) else None


def _lint_rosters(lower: _Roster, upper: _Roster, place: Scalar | MapNode, problems: Problems) -> None:
    needed, given = lower.form.permission, upper.form.permission
    if "permission" not in lower.broken | upper.broken and not given.allows(needed):
        message = (
            f"approvers of multi need the permission {given} and those of single {needed}; "
            "a more severe tier never asks for less"
        )
        problems.add(place.line, place.column, message)
    if not lower.names or upper.names is None:
        return
    known = {name.casefold() for name in lower.names}
    strangers = [name for name in upper.names if name.casefold() not in known]
    if strangers or not upper.names:
        found = ", ".join(strangers) if strangers else "everybody with the permission"
        message = (
            f"{found} may approve in multi and is not named for single; "
            f"a more severe tier names nobody else, only: {', '.join(lower.names)}"
        )
        problems.add(place.line, place.column, message)
