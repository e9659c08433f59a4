"""Writes to GitHub what was decided: every write of a run goes through here, one after the other."""

from collections.abc import Iterable, Mapping, Sequence

from keyturn.core.verdict import VerdictState
from keyturn.github import comments, labels, reactions, review_issues, reviewers
from keyturn.github.client import Client
from keyturn.github.ledger_branch import LedgerBranch
from keyturn.github.pace import Pace
from keyturn.github.verdict_as_check import publish_check
from keyturn.github.verdict_as_status import publish_status
from keyturn.ports import OwnComment, VerdictToPublish
from keyturn.settings import Publish, Settings


class GitHubWriter:
    """The gate's `Writer` for one repository on GitHub."""

    def __init__(self, client: Client, settings: Settings) -> None:
        """Write nothing yet."""
        self._client = client
        self._publish = publish_check if settings.publish is Publish.CHECK else publish_status
        self._ledger = LedgerBranch(client, settings.ledger_branch)
        self._pace = Pace(client.patience)

    def append(self, files: Mapping[str, bytes], tip: str | None, headline: str) -> str:
        """Append files to the ledger branch in one commit on top of `tip` and return that commit."""
        self._pace.step()
        return self._ledger.append(files, tip, headline)

    def publish(self, commit: str, verdict: VerdictToPublish) -> None:
        """Set the verdict of this name on a commit."""
        self._pace.step(at_once=verdict.state is VerdictState.SUCCESS)
        self._publish(self._client, commit, verdict)

    def comment(self, number: int, body: str) -> OwnComment | None:
        """Write a new comment; `None` where GitHub did not say which one it became."""
        self._pace.step(creates=True)
        written = comments.write_comment(self._client, number, body)
        if written is None:
            return None
        name, at = written.whole_or_none("id"), written.time_or_none("created_at")
        if name is None or at is None:
            return None
        return OwnComment(id=written.text_or_none("node_id") or "", number=name, body=body, created_at=at)

    def edit_comment(self, comment: OwnComment, body: str) -> None:
        """Replace the text of keyturn's own comment."""
        self._pace.step()
        comments.edit_comment(self._client, comment.number, body)

    def ask(self, number: int, users: Iterable[str], teams: Iterable[str]) -> tuple[str, ...]:
        """Ask people and teams for review; returns those who could not be asked, with teams as `org/slug`."""
        self._pace.step(creates=True)
        return reviewers.ask(self._client, number, users, teams)

    def set_labels(self, number: int, add: Iterable[str], remove: Iterable[str]) -> None:
        """Put labels on and take labels off, making those that do not exist."""
        self._pace.step()
        labels.set_labels(self._client, number, add, remove)

    def react(self, source: str, reaction: str) -> None:
        """React to a comment or review by its node id; again changes nothing."""
        self._pace.step(creates=True)
        reactions.react(self._client, source, reaction)

    def open_review_issue(self, title: str, body: str, assignees: Sequence[str]) -> int:
        """Open the issue that asks for the review of an override and return its number."""
        self._pace.step(creates=True)
        return review_issues.open_review_issue(self._client, title, body, assignees)

    def comment_issue(self, number: int, body: str) -> None:
        """Write a comment on an issue."""
        self._pace.step(creates=True)
        comments.write_comment(self._client, number, body, on_issue=True)

    def reopen_issue(self, number: int) -> None:
        """Undo the closing of an issue."""
        self._pace.step()
        review_issues.reopen_issue(self._client, number)

    def close_duplicate(self, number: int) -> None:
        """Close an issue that asks for what an older one asks for already, and take its label off."""
        self._pace.step()
        review_issues.close_duplicate(self._client, number)
