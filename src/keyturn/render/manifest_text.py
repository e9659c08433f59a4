"""A drafted manifest as the text of a file, with comments that say how to complete it."""

import json
import re
from collections.abc import Iterable

from keyturn.core.draft import Draft
from keyturn.core.manifest import UNFILLED, Action, Impact
from keyturn.core.rulebook import Requester, RuleBook
from keyturn.render.styled import safe
from keyturn.render.words import counted

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(?:[./][A-Za-z0-9_-]+)*(?:\.[a-z]+)")
"""What YAML takes for a text without quotes, whatever it says."""

MOST_LEFT = 50


def manifest_text(draft: Draft, book: RuleBook, base: str, head: str) -> str:
    """The file: comments, then a manifest that lacks only what the agent knows. `base` and `head` are names."""
    return "\n".join(
        (
            f"# A first manifest, drafted from the difference between {safe(base)} and {safe(head)}. To complete it:",
            f"# 1. Replace each {UNFILLED.strip()} with what changes and why. People decide by it.",
            f"# 2. Check each estimated_impact, which is a guess: {', '.join(Impact)}.",
            "# 3. Split a directory into its files where they change for different reasons.",
            "# 4. Add an action for what the diff does not show: a migration that is run, a deployment.",
            "# 5. Commit it as a new file where manifests are, and run `keyturn check`.",
            "version: 1",
            "# agent: my-agent        # which agent this is, in any words",
            f"# requested_by: octocat  # {_REQUESTER[book.requester]}",
            "actions:",
            *(line for action in draft.actions for line in _action(action)),
            *_left(draft),
            "",
        )
    )


_REQUESTER = {
    Requester.OPTIONAL: "the GitHub login of the person who asked for this; their approval does not count",
    Requester.ADD_ONE: "the GitHub login of the person who asked for this; without it, one more approval is needed",
    Requester.REQUIRED: "the GitHub login of the person who asked for this: required",
}


def _action(action: Action) -> Iterable[str]:
    yield f"  - action_type: {action.action_type}"
    yield f"    target: {_scalar(action.target)}"
    yield f"    scope: {action.scope}"
    yield f"    description: {json.dumps(action.description)}"
    yield f"    estimated_impact: {action.estimated_impact}"
    if action.files is not None:
        yield f"    files: [{', '.join(json.dumps(glob, ensure_ascii=False) for glob in action.files)}]"


def _scalar(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _left(draft: Draft) -> Iterable[str]:
    """What stays undeclared, so that nobody thinks it was forgotten."""
    if draft.left:
        yield f"# {counted(len(draft.left), 'changed file')} cannot be declared under this rule book:"
        yield from (f"#   {file.change} {safe(file.path)}" for file in draft.left[:MOST_LEFT])
        if len(draft.left) > MOST_LEFT:
            yield f"#   and {len(draft.left) - MOST_LEFT:,} more"
