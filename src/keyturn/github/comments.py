"""Writes comments on pull requests and issues, none of them twice."""

from typing import Final

from keyturn.github.client import Client
from keyturn.github.fields import Json
from keyturn.github.query import query
from keyturn.github.resending import write_again, write_once
from keyturn.github.shortened import shortened

MOST_BODY: Final = 65_536
"""Characters that GitHub takes in the body of a comment or an issue."""


def write_comment(client: Client, number: int, body: str, *, on_issue: bool = False) -> None:
    """Comment on a pull request, or on an issue.

    Where the reply is lost, the same text among the newest comments by the same account shows that it was written.
    Raises `Unavailable`.
    """
    body = shortened(body, MOST_BODY)
    path = f"{client.home}/issues/{number}/comments"

    def send() -> bool:
        client.rest("POST", path, body={"body": body})
        return True

    def find() -> bool | None:
        written = (is_same_text(body, known) for known in _newest_own(client, number, on_issue=on_issue))
        return True if any(written) else None

    write_once(client, send, find)


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
