"""Puts labels on pull requests, takes them off, and makes those that the repository does not have yet."""

from collections.abc import Iterable
from contextlib import suppress
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from keyturn.core.decision import Outcome
from keyturn.github.client import Client
from keyturn.github.fields import Json
from keyturn.github.refusals import Refusal
from keyturn.github.resending import write_again

LABEL_PREFIX: Final = "keyturn: "
"""How the labels that tell of an outcome begin; keyturn sets and removes no others."""
REVIEW_LABEL: Final = "keyturn-override-review"
"""The label of the issues that ask for the review of an override."""

_GREEN, _RED, _AMBER, _GREY = "1a7f37", "cf222e", "bf8700", "6e7781"
_COLOURS: Final = {
    f"{LABEL_PREFIX}{Outcome.APPROVED}": _GREEN,
    f"{LABEL_PREFIX}{Outcome.AUTO_APPROVED}": _GREEN,
    f"{LABEL_PREFIX}{Outcome.OVERRIDDEN}": _AMBER,
    f"{LABEL_PREFIX}{Outcome.PENDING}": _AMBER,
    f"{LABEL_PREFIX}{Outcome.EXPIRED}": _RED,
    f"{LABEL_PREFIX}{Outcome.INVALID}": _RED,
    f"{LABEL_PREFIX}{Outcome.REJECTED}": _RED,
    f"{LABEL_PREFIX}{Outcome.EMERGENCY_STOP}": _RED,
    REVIEW_LABEL: _RED,
}


def set_labels(client: Client, number: int, add: Iterable[str], remove: Iterable[str]) -> None:
    """Put labels on a pull request and take labels off. Any but keyturn's own are left alone. Raises `Unavailable`."""
    path = f"{client.home}/issues/{number}/labels"
    wanted: list[Json] = [name for name in add if name.startswith(LABEL_PREFIX)]
    for name in wanted:
        ensure_label(client, str(name), "What keyturn decided about this pull request")
    if wanted:
        write_again(client, lambda: client.rest("POST", path, body={"labels": wanted}))
    for name in remove:
        if name.startswith(LABEL_PREFIX):
            _take_off(client, f"{path}/{quote(name, safe='')}")


def ensure_label(client: Client, name: str, description: str) -> None:
    """Make a label of keyturn's, in its colour, where the repository has none of that name. Raises `Unavailable`.

    Where GitHub refuses, nothing is lost but the colour: it makes a label that is missing when it is put on something.
    """
    try:
        client.rest("GET", f"{client.home}/labels/{quote(name, safe='')}")
    except Refusal as refused:
        if refused.status == HTTPStatus.NOT_FOUND:
            with suppress(Refusal):
                _make(client, name, description)


def _make(client: Client, name: str, description: str) -> None:
    body: dict[str, Json] = {"name": name, "color": _COLOURS.get(name, _GREY), "description": description}
    write_again(client, lambda: client.rest("POST", f"{client.home}/labels", body=body))


def _take_off(client: Client, label: str) -> None:
    try:
        write_again(client, lambda: client.rest("DELETE", label))
    except Refusal as refused:
        if refused.status != HTTPStatus.NOT_FOUND:  # it is off already
            raise
