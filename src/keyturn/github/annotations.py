"""The remarks on lines of files that a check run carries, in the portions that GitHub takes."""

from collections.abc import Mapping, Sequence
from typing import Final

from keyturn.core.verdict import VerdictState
from keyturn.github.client import Client
from keyturn.github.fields import Json, objects
from keyturn.github.shortened import shortened
from keyturn.ports import VerdictToPublish

MOST_AT_ONCE: Final = 50
"""Annotations that GitHub takes in one request; further requests add to them."""
_MOST_TITLE: Final = 255
_MOST_MESSAGE: Final = 16_000
"""Characters: even of four bytes each they stay within the 64 KB that GitHub takes."""
_TELLING: Final = ("path", "start_line", "message", "title")


def annotations_of(verdict: VerdictToPublish) -> list[dict[str, Json]]:
    """The annotations of a verdict as GitHub takes them: failures where it blocks for good, else warnings."""
    blocks = verdict.state in {VerdictState.FAILURE, VerdictState.ERROR}
    return [
        {
            "path": annotation.path,
            "start_line": annotation.line,
            "end_line": annotation.line,
            "annotation_level": "failure" if blocks else "warning",
            "message": shortened(annotation.message, _MOST_MESSAGE),
            **({"title": shortened(annotation.title, _MOST_TITLE)} if annotation.title else {}),
        }
        for annotation in verdict.annotations
    ]


def unseen(client: Client, run: str, annotations: Sequence[dict[str, Json]]) -> list[dict[str, Json]]:
    """Those that the check run at this path does not carry yet: an edit adds annotations and takes none away."""
    if not annotations:
        return []
    known = {
        _identity(annotation.members)
        for page in client.pages(f"{run}/annotations")
        for annotation in objects(page, "annotations")
    }
    return [annotation for annotation in annotations if _identity(annotation) not in known]


def portions(annotations: Sequence[dict[str, Json]]) -> list[list[Json]]:
    """The annotations in lists that one request can carry; at least one list, which may be empty."""
    return [list(annotations[i : i + MOST_AT_ONCE]) for i in range(0, max(1, len(annotations)), MOST_AT_ONCE)]


def _identity(annotation: Mapping[str, Json]) -> tuple[str, ...]:
    return tuple(str(annotation.get(name) or "") for name in _TELLING)
