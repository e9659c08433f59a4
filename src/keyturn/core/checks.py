"""Whether the status checks that a requirement lists are met on the head commit."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from keyturn.core.decision import Checks
from keyturn.core.facts import Check, CheckState
from keyturn.core.inquiry import Inquiry
from keyturn.core.patterns import name_matches
from keyturn.core.rulebook import CheckPattern


def newest(checks: Iterable[Check]) -> tuple[Check, ...]:
    """The newest check of each name, app, workflow and triggering event, keyturn's own left out."""
    latest: dict[tuple[str, str | None, str | None, str | None], Check] = {}
    for check in checks:
        if check.own:
            continue
        key = (check.name, check.app, check.workflow, check.event)
        if key not in latest or _precedence(check) > _precedence(latest[key]):
            latest[key] = check
    return tuple(latest.values())


def _precedence(check: Check) -> tuple[tuple[datetime, int], int]:
    """Newer goes before older; of two that cannot be told apart by time, the worse one counts."""
    return check.order, _BADNESS[check.state]


_BADNESS = {CheckState.SUCCESS: 0, CheckState.PENDING: 1, CheckState.FAILED: 2}


class _Standing(Struct, frozen=True):
    missing: list[str]
    pending: list[str]
    failed: list[str]


def unmet(required: Sequence[CheckPattern], checks: Iterable[Check], inquiry: Inquiry) -> Checks:
    """The required checks that are missing, pending or failed.

    A pattern that matches nothing is named as it stands in the rule book, a check by its own name. A pattern with
    wildcards waits, besides, for every workflow run of the head commit, since a check that has not appeared yet cannot
    be seen to fail.
    """
    latest = newest(checks)
    standing = _Standing([], [], [])
    for pattern in required:
        matching = [check for check in latest if _matches(pattern, check)]
        if not matching:
            standing.missing.append(pattern.name)
        standing.pending.extend(check.name for check in matching if check.state is CheckState.PENDING)
        standing.failed.extend(check.name for check in matching if check.state is CheckState.FAILED)
        if _is_wild(pattern.name):
            runs = inquiry.runs()
            if runs is None or not all(run.finished for run in runs):
                standing.pending.append(pattern.name)
    return Checks(missing=_once(standing.missing), pending=_once(standing.pending), failed=_once(standing.failed))


def _matches(pattern: CheckPattern, check: Check) -> bool:
    if pattern.app is not None and (check.app is None or check.app.casefold() != pattern.app.casefold()):
        return False
    return name_matches(pattern.name, check.name)


def _is_wild(name: str) -> bool:
    return any(character in name for character in "*?[")


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))
