"""Reads on their own what a snapshot holds too: comments and verdicts, and the pull requests that a commit heads."""

from msgspec import Struct

from keyturn.github.accounts import Viewer
from keyturn.github.client import Client
from keyturn.github.connections import all_nodes
from keyturn.github.fields import Json
from keyturn.github.parse_checks import CheckReader
from keyturn.github.pull_request_read import PullRequestReader
from keyturn.github.query import query
from keyturn.github.snapshot import own_comments
from keyturn.ports import OwnComment, PublishedVerdict
from keyturn.settings import Publish, Settings


class StandingReader(Struct, frozen=True):
    """Reads what stands on the host now."""

    client: Client
    settings: Settings

    def comments(self, number: int) -> tuple[OwnComment, ...]:
        """The comments by keyturn's own account on a pull request, with a marker."""
        variables: dict[str, Json] = {**self.client.named, "number": number}
        path = ("repository", "pullRequest", "comments")
        answer = self.client.graphql(query("comments_on"), variables).data
        document = query("more_comments")
        nodes = all_nodes(self.client, answer.at(*path), document, variables, *path, backwards=True)
        return own_comments(nodes, Viewer(answer.at("viewer").text("login")))

    def verdicts(self, commit: str) -> tuple[PublishedVerdict, ...]:
        """The newest verdict of each of keyturn's names on a commit."""
        titles = self.settings.publish is Publish.CHECK
        variables: dict[str, Json] = {**self.client.named, "commit": commit, "titles": titles}
        answer = self.client.graphql(query("verdicts_on"), variables).data
        found = answer.maybe("repository", "object", "statusCheckRollup", "contexts")
        checks = CheckReader.of(Viewer(answer.at("viewer").text("login")), self.settings)
        contexts = PullRequestReader(self.client, titles).contexts_from(commit, found)
        return checks.standing(checks.verdicts(contexts, "", ""))

    def open_with_head(self, commit: str) -> tuple[int, ...]:
        """The open pull requests whose head is this commit."""
        return tuple(sorted(PullRequestReader(self.client, titles=False).open_with_head(commit)))
