"""The decision as a fenced JSON block for agents, shortened where there is no room for all of it."""

import json
from typing import Any

from keyturn.core.decision import Checks, Decision
from keyturn.core.shown import shortened
from keyturn.render.words import counted, joined

LONGEST_REASON = 200
_LISTS = (
    ("actions", "action"),
    ("undeclared", "undeclared file"),
    ("errors", "error"),
)


def decision_block(decision: Decision, budget: int) -> tuple[str, str]:
    """The block, and a sentence on what it leaves out (empty where it is whole).

    The JSON is always valid and keeps to the decision's schema. Where it is longer than `budget` characters, the lists
    of actions (the least severe first), undeclared files and errors lose items, then those of checks and approvals, and
    the words of a rejection. Backticks and angle brackets are written as escapes: nothing inside can end the block.
    """
    text = _block(decision)
    left_out: list[str] = []
    for field, noun in _LISTS:
        if len(text) <= budget:
            break
        whole = getattr(decision, field)
        decision, text = _shorten(decision, field, budget)
        if gone := len(whole) - len(getattr(decision, field)):
            left_out.append(counted(gone, noun))
    if len(text) > budget:
        kept = decision.approvals.counted[: decision.approvals.required or 0]
        approvals = decision.approvals.model_copy(update={"discounted": (), "counted": kept})
        if decision.rejection is not None:
            reason = shortened(decision.rejection.reason, LONGEST_REASON)
            decision = decision.model_copy(
                update={"rejection": decision.rejection.model_copy(update={"reason": reason})}
            )
        checks = None if decision.checks is None else decision.checks.model_copy(update=_first_of_each(decision.checks))
        decision = decision.model_copy(update={"approvals": approvals, "checks": checks})
        left_out.append("most of checks, approvals and the reviewer's words")
        text = _block(decision)
    sentence = f"Left out of this block: {joined(left_out)}. The output `decision` has them all." if left_out else ""
    return text, sentence


def _block(decision: Decision) -> str:
    escaped = {"`": "\\u0060", "<": "\\u003c", ">": "\\u003e"}
    text = json.dumps(json.loads(decision.as_json()), indent=1, ensure_ascii=True)
    for character, escape in escaped.items():
        text = text.replace(character, escape)
    return f"```json\n{text}\n```"


def _shorten(decision: Decision, field: str, budget: int) -> tuple[Decision, str]:
    """Keep as much of one list as fits, by halves; of actions the severest, in their order."""
    items: tuple[Any, ...] = getattr(decision, field)
    keep = len(items)
    text = ""
    while True:
        kept = items[:keep]
        if field == "actions":
            severest = sorted(items, key=lambda item: (-item.tier.severity, item.index))[:keep]
            kept = tuple(sorted(severest, key=lambda item: item.index))
        shorter = decision.model_copy(update={field: kept})
        text = _block(shorter)
        if len(text) <= budget or not keep:
            return shorter, text
        keep //= 2


def _first_of_each(checks: Checks) -> dict[str, tuple[str, ...]]:
    return {name: getattr(checks, name)[:1] for name in ("missing", "pending", "failed")}
