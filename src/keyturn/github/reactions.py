"""Reacts to comments and reviews, and reads how keyturn has reacted."""

from typing import Final

from keyturn.github.client import Client
from keyturn.github.fields import Fields
from keyturn.github.query import query
from keyturn.github.refusals import QueryFailed
from keyturn.github.resending import write_again

REACTIONS: Final = {"+1": "THUMBS_UP", "-1": "THUMBS_DOWN", "eyes": "EYES", "confused": "CONFUSED"}

_NAMES: Final = {content: name for name, content in REACTIONS.items()}


def given(there: Fields) -> frozenset[str] | None:
    """The reactions of keyturn's own account to a comment or review; `None` where GitHub does not say."""
    if there.members.get("reactionGroups") is None:
        return None
    groups = there.each("reactionGroups")
    own = (group.text("content") for group in groups if group.members.get("viewerHasReacted") is True)
    return frozenset(_NAMES[content] for content in own if content in _NAMES)


def react(client: Client, source: str, reaction: str) -> None:
    """React to a comment or review, given by its node id; a second time changes nothing.

    What was deleted meanwhile gets no reaction, which harms nobody. Raises `Unavailable`.
    """
    variables = {"input": {"subjectId": source, "content": REACTIONS[reaction]}}
    try:
        write_again(client, lambda: client.mutate(query("react"), variables))
    except QueryFailed as refused:
        if any(error.type != "NOT_FOUND" for error in refused.errors):
            raise
