"""Publishes a verdict as a commit status, which overwrites the one of that name before."""

from typing import Final
from urllib.parse import quote

from keyturn.core.verdict import VerdictState
from keyturn.github.client import Client
from keyturn.github.fields import Fields, Json, objects
from keyturn.github.resending import write_once
from keyturn.github.shortened import shortened
from keyturn.ports import VerdictToPublish

MOST_DESCRIPTION: Final = 140
"""Characters that GitHub takes in a status's description."""


def publish_status(client: Client, commit: str, verdict: VerdictToPublish) -> None:
    """Set a status; the newest of its name is the one that counts.

    A success is sent once and at once: where that does not work out, it has to be judged again. Any other state is
    looked for when the reply is lost, and sent again only where it did not arrive. Raises `Unavailable`.
    """
    status: dict[str, Json] = {
        "state": verdict.state.value,
        "context": verdict.name,
        "description": shortened(verdict.description, MOST_DESCRIPTION),
        "target_url": verdict.target if verdict.anchor is None else f"{verdict.target}?{verdict.anchor.as_query()}",
    }
    path = f"{client.home}/statuses/{quote(commit)}"
    at_once = verdict.state is VerdictState.SUCCESS

    def send() -> bool:
        client.rest("POST", path, body=status, at_once=at_once)
        return True

    def find() -> bool | None:
        newest = _newest(client, commit, verdict.name)
        return True if newest is not None and status.items() <= newest.members.items() else None

    if at_once:
        send()
    else:
        write_once(client, send, find)


def _newest(client: Client, commit: str, name: str) -> Fields | None:
    """The newest status of this name: GitHub lists the newest first, and compares names without case."""
    for page in client.pages(f"{client.home}/commits/{quote(commit)}/statuses"):
        for status in objects(page, "statuses"):
            if status.text("context").casefold() == name.casefold():
                return status
    return None
