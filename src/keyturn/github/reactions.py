"""Reacts to comments and reviews."""

from typing import Final

from keyturn.github.client import Client
from keyturn.github.query import query
from keyturn.github.refusals import QueryFailed
from keyturn.github.resending import write_again

_CONTENTS: Final = {"+1": "THUMBS_UP", "-1": "THUMBS_DOWN", "eyes": "EYES", "confused": "CONFUSED"}


def react(client: Client, source: str, reaction: str) -> None:
    """React to a comment or review, given by its node id; a second time changes nothing.

    What was deleted meanwhile gets no reaction, which harms nobody. Raises `Unavailable`.
    """
    variables = {"input": {"subjectId": source, "content": _CONTENTS[reaction]}}
    try:
        write_again(client, lambda: client.mutate(query("react"), variables))
    except QueryFailed as refused:
        if any(error.type != "NOT_FOUND" for error in refused.errors):
            raise
