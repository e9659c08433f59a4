"""The outputs of the Action: what later steps of a workflow read."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from keyturn.core.decision import Decision, FileError
from keyturn.render.words import counted, joined

MOST: Final = 1_000_000
"""Characters, all ASCII, that `decision` may have: GitHub takes 1 MB of output."""
MOST_ERRORS: Final = 10
"""Errors that a decision keeps for which there is no room whole."""

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


def outputs(decision: Decision) -> dict[str, str]:
    """The outputs of one judgement, each on one line; what the decision holds as `null` is empty.

    A decision that is too long for an output leaves out its lists, and says so among its `errors`.
    """
    required = decision.approvals.required
    return {
        "outcome": decision.outcome.value,
        "tier": decision.tier.value if decision.tier is not None else "",
        "request-id": decision.request_id or "",
        "approvals": str(len(decision.approvals.counted)),
        "approvals-required": "" if required is None else str(required),
        "expires-at": _iso(decision.expires_at),
        "manifest-digest": decision.manifest_digest or "",
        "decision": _whole_or_brief([decision])[0],
    }


def sweep_outputs(decisions: Sequence[Decision]) -> tuple[dict[str, str], str]:
    """The outputs of a sweep, a JSON list in `decision` and the others empty, and what the list lacks, in a sentence.

    Decisions that are too long together leave out their lists, as one alone does; where that is not enough, the last
    ones are left out, and only then is the sentence not empty.
    """
    fitting, room = [], MOST
    for text in _whole_or_brief(decisions):
        room -= len(text) + 1
        if room < 0:
            break
        fitting.append(text)
    found = {**dict.fromkeys(NAMES, ""), "decision": f"[{','.join(fitting)}]"}
    if len(fitting) == len(decisions):
        return found, ""
    gone = counted(len(decisions) - len(fitting), "decision")
    return found, f"The output `decision` has no room for {gone}, which the ledger holds."


def _whole_or_brief(decisions: Sequence[Decision]) -> list[str]:
    whole = [_json(decision) for decision in decisions]
    return whole if sum(map(len, whole)) <= MOST else [_json(_brief(decision)) for decision in decisions]


def _brief(decision: Decision) -> Decision:
    """The decision without its longest lists, which it says among its errors."""
    lists = (
        (len(decision.actions), "action"),
        (len(decision.undeclared), "undeclared file"),
        (len(decision.errors[MOST_ERRORS:]), "further error"),
    )
    told = joined([counted(number, noun) for number, noun in lists if number])
    if not told:
        return decision
    note = FileError(file="", line=None, message=f"left out here for want of room: {told}")
    errors = (*decision.errors[:MOST_ERRORS], note)
    return decision.model_copy(update={"actions": (), "undeclared": (), "errors": errors})


def _json(decision: Decision) -> str:
    return decision.model_dump_json(ensure_ascii=True)


def _iso(at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
