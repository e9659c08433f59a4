"""Opens the issues that ask for the review of an override, and opens them again."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from keyturn.core.decision import ReasonCode
from keyturn.github.client import Client
from keyturn.github.comments import MOST_BODY, is_same_text
from keyturn.github.fields import Fields, Json
from keyturn.github.labels import REVIEW_LABEL, ensure_label
from keyturn.github.query import query
from keyturn.github.refusals import Refusal
from keyturn.github.resending import write_again, write_once
from keyturn.github.shortened import shortened
from keyturn.ports import Unavailable

MOST_TITLE: Final = 256
"""Characters that GitHub takes in the title of an issue."""


def open_review_issue(client: Client, title: str, body: str, assignees: Sequence[str]) -> int:
    """Open a labelled issue and return its number.

    Where the reply is lost, an issue with the same text by the same account is taken for it. Where GitHub refuses one
    of the assignees, nobody is assigned: the issue names them in any case. Raises `Unavailable`, also where the
    repository has no issues.
    """
    body = shortened(body, MOST_BODY)
    issue: dict[str, Json] = {"title": shortened(title, MOST_TITLE), "body": body, "labels": [REVIEW_LABEL]}
    try:
        ensure_label(client, REVIEW_LABEL, "Somebody let a pull request through and owes a review of it")
        try:
            return _open(client, {**issue, "assignees": list(assignees)}, body)
        except Refusal as refused:
            if refused.status != HTTPStatus.UNPROCESSABLE_ENTITY or not assignees:
                raise
            return _open(client, issue, body)
    except Refusal as refused:
        if refused.status != HTTPStatus.GONE:
            raise
        raise Unavailable(
            ReasonCode.API_UNAVAILABLE,
            "The issue that asks for the review of the override could not be opened: this repository has no issues. "
            "Switch them on under Settings, or agree on the review elsewhere; it is owed all the same.",
        ) from refused


def _open(client: Client, issue: dict[str, Json], body: str) -> int:
    def send() -> int:
        return Fields.of(client.rest("POST", f"{client.home}/issues", body=issue)).whole("number")

    return write_once(client, send, lambda: _find(client, body))


def reopen_issue(client: Client, number: int) -> None:
    """Open a closed issue again. Raises `Unavailable`."""
    write_again(client, lambda: client.rest("PATCH", f"{client.home}/issues/{number}", body={"state": "open"}))


def close_duplicate(client: Client, number: int) -> None:
    """Close an issue that asks for what an older one asks for already. Raises `Unavailable`."""
    body: dict[str, Json] = {"state": "closed", "state_reason": "not_planned", "labels": []}
    write_again(client, lambda: client.rest("PATCH", f"{client.home}/issues/{number}", body=body))


def _find(client: Client, body: str) -> int | None:
    there = client.graphql(query("newest_own_issues"), {**client.named, "labels": [REVIEW_LABEL]}).data
    issues = there.at("repository").nodes("issues")
    return next(
        (
            issue.whole("number")
            for issue in issues
            if issue.flag("viewerDidAuthor") and is_same_text(issue.text("body"), body)
        ),
        None,
    )
