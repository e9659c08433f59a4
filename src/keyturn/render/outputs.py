"""The outputs of the Action: what later steps of a workflow read."""

from collections.abc import Iterable
from datetime import UTC, datetime

from keyturn.core.decision import DecisionFrame

NAMES = (
    "outcome",
    "tier",
    "request-id",
    "approvals",
    "approvals-required",
    "expires-at",
    "manifest-digest",
    "decision",
)
"""Every output there is."""


def outputs(decision: DecisionFrame) -> dict[str, str]:
    """The outputs of one judgement, each on one line; what the decision holds as `null` is empty."""
    required = decision.approvals.required
    return {
        "outcome": decision.outcome.value,
        "tier": decision.tier.value if decision.tier is not None else "",
        "request-id": decision.request_id or "",
        "approvals": str(len(decision.approvals.counted)),
        "approvals-required": "" if required is None else str(required),
        "expires-at": _iso(decision.expires_at),
        "manifest-digest": decision.manifest_digest or "",
        "decision": _json(decision),
    }


def sweep_outputs(decisions: Iterable[DecisionFrame]) -> dict[str, str]:
    """The outputs of a sweep: a JSON list in `decision`, the others empty."""
    listed = "[" + ",".join(_json(decision) for decision in decisions) + "]"
    return {**dict.fromkeys(NAMES, ""), "decision": listed}


def _json(decision: DecisionFrame) -> str:
    return decision.model_dump_json(ensure_ascii=True)


def _iso(at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
