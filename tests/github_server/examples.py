"""GitHub's own example payloads, and how a copy of one is made to tell of this server's things."""

import copy
import json
from functools import cache
from typing import Any

from tests.github_server.exchange import Json
from tests.support import published


def example(event: str, action: str | None = None) -> dict[str, Any]:
    """Copy the first example of an event, of this action if there is one, else of any."""
    known = _examples()[event]
    chosen = next((each for each in known if action is None or each.get("action") == action), known[0])
    return copy.deepcopy(chosen)


def overlay(theirs: Json, ours: Json) -> Json:
    """Put our values in the place of the example's; what we do not know stays as the example has it.

    Where the example or we have null, or we have a list, ours counts whole: nothing of the example's people,
    commits or pull requests may shine through.
    """
    if not isinstance(theirs, dict) or not isinstance(ours, dict):
        return ours
    kept = {name: value for name, value in theirs.items() if name not in ours}
    return kept | {name: overlay(theirs.get(name), value) for name, value in ours.items()}


@cache
def _examples() -> dict[str, list[dict[str, Any]]]:
    events = json.loads(published.webhook_examples().read_bytes())
    return {event["name"]: event["examples"] for event in events}
