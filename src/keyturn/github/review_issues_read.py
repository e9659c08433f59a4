"""Reads the issues that ask for the reviews of overrides, and who closed them how."""

from msgspec import Struct
from msgspec.structs import replace

from keyturn.github.accounts import Viewer, account
from keyturn.github.client import Client
from keyturn.github.fields import Fields, Json
from keyturn.github.labels import REVIEW_LABEL
from keyturn.github.query import query
from keyturn.github.refusals import QueryError
from keyturn.ports import ReviewIssue


class ReviewIssueReader(Struct, frozen=True):
    """Reads issues that ask for a review."""

    client: Client

    def by_number(self, number: int) -> ReviewIssue | None:
        """The issue, `None` where it was deleted."""
        document = query("issue")
        answer = self.client.graphql(document, {**self.client.named, "number": number}, tolerate=_is_gone)
        issue = answer.data.at("repository").maybe("issue")
        if issue is None:
            return None
        said = (comment.text("body") for comment in issue.nodes("comments") if comment.flag("viewerDidAuthor"))
        return replace(_issue(issue), said=tuple(said))

    def by_marker(self, marker: str) -> ReviewIssue | None:
        """The oldest labelled issue by keyturn's own account whose body holds the marker, open or closed."""
        oldest: ReviewIssue | None = None
        document = query("labelled_issues")
        variables: dict[str, Json] = {**self.client.named, "label": REVIEW_LABEL, "cursor": None}
        while True:
            answer = self.client.graphql(document, variables)
            viewer = Viewer(answer.data.at("viewer").text("login"))
            issues = answer.data.at("repository", "issues")
            for issue in issues.nodes():
                if marker in issue.text("body") and viewer.is_account(account(issue.maybe("author"))):
                    found = _issue(issue)
                    oldest = found if oldest is None or found.number < oldest.number else oldest
            if not issues.at("pageInfo").flag("hasNextPage"):
                return oldest
            variables["cursor"] = issues.at("pageInfo").text("endCursor")


def _is_gone(error: QueryError) -> bool:
    return error.type == "NOT_FOUND" and error.path == ("repository", "issue")


def _issue(issue: Fields) -> ReviewIssue:
    is_open = issue.text("state") == "OPEN"
    closings = [] if is_open else issue.nodes("timelineItems")
    last = closings[-1] if closings else None
    by_hand = last is not None and last.maybe("closer") is None
    return ReviewIssue(
        number=issue.whole("number"),
        open=is_open,
        body=issue.text("body"),
        closed_by=account(last.maybe("actor")) if last is not None and by_hand else None,
        closed_at=last.time("createdAt") if last is not None else None,
        closed_by_hand=by_hand,
    )
