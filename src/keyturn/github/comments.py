"""Writes comments on pull requests and issues, none of them twice."""

from typing import Final

from keyturn.github.client import Client
from keyturn.github.fields import Fields, Json
from keyturn.github.query import query
from keyturn.github.resending import write_again, write_once
from keyturn.github.shortened import shortened

MOST_BODY: Final = 65_536
"""Characters that GitHub takes in the body of a comment or an issue."""


def write_comment(client: Client, number: int, body: str, *, on_issue: bool = False) -> Fields | None:
    """Comment on a pull request, or on an issue, and return GitHub's answer.

    Where the reply is lost, the same text among the newest comments by the same account shows that it was written; then
    there is no answer. Raises `Unavailable`.
    """
    body = shortened(body, MOST_BODY)
    path = f"{client.home}/issues/{number}/comments"

    def send() -> list[Fields]:
        return [Fields.of(client.rest("POST", path, body={"body": body}), "the new comment")]

    def find() -> list[Fields] | None:
        written = (is_same_text(body, known) for known in _newest_own(client, number, on_issue=on_issue))
        return [] if any(written) else None

    return next(iter(write_once(client, send, find)), None)


def edit_comment(client: Client, number: int, body: str) -> None:
    """Replace the text of a comment, given by its REST id. Raises `Unavailable`."""
    path = f"{client.home}/issues/comments/{number}"
    write_again(client, lambda: client.rest("PATCH", path, body={"body": shortened(body, MOST_BODY)}))


def is_same_text(one: str, other: str) -> bool:
    """Whether two bodies are the same but for line ends and space at the end, which GitHub may change."""
    return _plain(one) == _plain(other)


def _plain(body: str) -> str:
    return body.replace("\r\n", "\n").rstrip()


def _newest_own(client: Client, number: int, *, on_issue: bool) -> list[str]:
    variables: dict[str, Json] = {**client.named, "number": number, "onIssue": on_issue}
    there = client.graphql(query("newest_own_comments"), variables).data.at("repository")
    comments = there.at("issue" if on_issue else "pullRequest").nodes("comments")
    return [comment.text("body") for comment in comments if comment.flag("viewerDidAuthor")]
