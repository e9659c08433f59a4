"""Reads one pull request to its end: every page of everything, and nothing that does not add up."""

from typing import Final

from msgspec import Struct

from keyturn.core.facts import Change, ChangedFile, Commit, Identity
from keyturn.github.accounts import identity
from keyturn.github.client import Client
from keyturn.github.connections import all_nodes
from keyturn.github.fields import Fields, Json, objects
from keyturn.github.query import query

MOST_FILES: Final = 3_000
"""GitHub lists no more changed files of a pull request."""
MOST_COMMITS: Final = 250
"""GitHub lists no more commits of a pull request."""
_CHANGES: Final = {
    "ADDED": Change.ADDED,
    "MODIFIED": Change.MODIFIED,
    "DELETED": Change.REMOVED,
    "RENAMED": Change.RENAMED,
    "COPIED": Change.COPIED,
    "CHANGED": Change.CHANGED,
}


class PullRequestRead(Struct, frozen=True, kw_only=True):
    """A pull request with all pages; `fields` holds what has no pages.

    `same_head` are the open pull requests whose head is this one's, itself included if it is open.
    """

    fields: Fields
    head: str
    files: tuple[ChangedFile, ...]
    commits: tuple[Commit, ...]
    commit_count: int
    reviews: list[Fields]
    comments: list[Fields]
    timeline: list[Fields]
    contexts: list[Fields]
    same_head: tuple[int, ...]


class PullRequestReader(Struct, frozen=True):
    """Reads what the first query left out of a pull request; `titles` asks for the titles of check runs."""

    client: Client
    titles: bool

    def read(self, fields: Fields) -> PullRequestRead:
        """The whole pull request. Raises `Unavailable` where what GitHub lists is not what it counts."""
        head = fields.text("headRefOid")
        commit_count = self._commit_count(fields, head)
        commits = self._nodes(fields, "commits", "more_commits", limit=MOST_COMMITS)
        return PullRequestRead(
            fields=fields,
            head=head,
            files=self._files(fields),
            commits=tuple(self._commit(node.at("commit")) for node in commits),
            commit_count=commit_count,
            reviews=self._nodes(fields, "reviews", "more_reviews", backwards=True),
            comments=self._nodes(fields, "comments", "more_comments", backwards=True),
            timeline=self._nodes(fields, "timelineItems", "more_timeline", backwards=True),
            contexts=self.contexts_on(head, _head_commit(fields, head)),
            same_head=self._same_head(fields, head),
        )

    def contexts_on(self, commit: str, known: Fields | None) -> list[Fields]:
        """Everything said of a commit; `known` is the commit with the first page of it, where that was read."""
        if known is None:
            answer = self.client.graphql(query("more_contexts"), self._on(commit, cursor=None, titles=self.titles))
            known = answer.data.maybe("repository", "object")
        first = known.maybe("statusCheckRollup", "contexts") if known is not None else None
        return self.contexts_from(commit, first)

    def contexts_from(self, commit: str, first: Fields | None) -> list[Fields]:
        """Everything said of a commit, of which the first page is known; `None` where there is nothing."""
        if first is None:
            return []
        document = query("more_contexts")
        path = ("repository", "object", "statusCheckRollup", "contexts")
        return all_nodes(self.client, first, document, self._on(commit, titles=self.titles), *path)

    def _nodes(
        self, fields: Fields, name: str, document: str, *, backwards: bool = False, limit: int | None = None
    ) -> list[Fields]:
        variables = {**self.client.named, "number": fields.whole("number")}
        path = ("repository", "pullRequest", name)
        text = query(document)
        return all_nodes(self.client, fields.at(name), text, variables, *path, backwards=backwards, limit=limit)

    def _files(self, fields: Fields) -> tuple[ChangedFile, ...]:
        nodes = self._nodes(fields, "files", "more_files", limit=MOST_FILES)
        counted = fields.whole("changedFiles")
        if len(nodes) != counted and counted <= MOST_FILES:
            fields.reject("changedFiles", f"is {counted}, and {len(nodes)} are listed")
        moved = {"RENAMED", "COPIED"}
        sources = self._sources(fields) if any(node.text("changeType") in moved for node in nodes) else {}
        files = []
        for node in nodes:
            path, change = node.text("path"), _CHANGES.get(node.text("changeType"))
            if change is None:
                node.reject("changeType", f"is unknown: {node.text('changeType')}")
            if change in (Change.RENAMED, Change.COPIED) and path not in sources:
                node.reject("path", f"was {change}, and GitHub does not say from where")
            files.append(ChangedFile(path, change, sources.get(path)))
        return tuple(files)

    def _sources(self, fields: Fields) -> dict[str, str]:
        """The old names of renamed and copied files, which only REST tells."""
        found: dict[str, str] = {}
        for page in self.client.pages(f"{self.client.home}/pulls/{fields.whole('number')}/files"):
            for file in objects(page, "files"):
                previous = file.text_or_none("previous_filename")
                if previous is not None:
                    found[file.text("filename")] = previous
        return found

    def _commit_count(self, fields: Fields, head: str) -> int:
        """How many commits there are; from the limit on only REST knows. The last one listed must be the head."""
        counted = fields.at("commits").whole("totalCount")
        if counted >= MOST_COMMITS:
            number = fields.whole("number")
            rest = Fields.of(self.client.rest("GET", f"{self.client.home}/pulls/{number}"), f"#{number}")
            if rest.at("head").text("sha") != head:
                fields.reject("headRefOid", "moved while it was being read")
            counted = rest.whole("commits")
        if counted <= MOST_COMMITS and _head_commit(fields, head) is None:
            fields.reject("commits", f"does not end with the head {head}")
        return counted

    def _commit(self, commit: Fields) -> Commit:
        signature = commit.maybe("signature")
        return Commit(
            oid=commit.text("oid"),
            authors=self._authors(commit),
            committer=identity(commit.maybe("committer")),
            signed_by_github=signature is not None
            and signature.flag("isValid")
            and signature.flag("wasSignedByGitHub"),
        )

    def _authors(self, commit: Fields) -> tuple[Identity, ...]:
        """Author and co-authors; a commit may name more than a page of commits shows."""
        listed = commit.nodes("authors")
        if len(listed) < commit.at("authors").whole("totalCount"):
            document, path = query("more_authors"), ("repository", "object", "authors")
            variables = self._on(commit.text("oid"), cursor=None)
            first = self.client.graphql(document, variables).data.at(*path)
            listed = all_nodes(self.client, first, document, variables, *path)
        return tuple(identity(author) for author in listed)

    def _same_head(self, fields: Fields, head: str) -> tuple[int, ...]:
        """The open pull requests with this head; GitHub may count the commit to others and not to this one."""
        known = _head_commit(fields, head)
        number = fields.whole("number")
        found = known.maybe("associatedPullRequests") if known is not None else None
        nodes = found.nodes() if found is not None else []
        heads = _open_with_head(nodes, head)
        if found is None or len(nodes) < found.whole("totalCount") or number not in heads:
            heads = self.open_with_head(head, expected=number) if fields.text("state") == "OPEN" else [number]
        return tuple(sorted(heads))

    def open_with_head(self, commit: str, *, expected: int | None = None) -> list[int]:
        """The open pull requests with this head.

        A commit that is on the default branch already GitHub counts to the pull request that brought it there; then,
        and where the `expected` one is missing, all open ones are looked through.
        """
        document, path = query("more_pull_requests"), ("repository", "object", "associatedPullRequests")
        variables = self._on(commit, cursor=None)
        first = self.client.graphql(document, variables).data.maybe(*path)
        nodes = all_nodes(self.client, first, document, variables, *path) if first is not None else []
        heads = _open_with_head(nodes, commit)
        return heads if heads and expected in (None, *heads) else self._among_all_open(commit)

    def _among_all_open(self, commit: str) -> list[int]:
        document, path = query("open_pull_requests"), ("repository", "pullRequests")
        variables: dict[str, Json] = {**self.client.named, "cursor": None}
        first = self.client.graphql(document, variables).data.at(*path)
        return _open_with_head(all_nodes(self.client, first, document, variables, *path), commit)

    def _on(self, commit: str, **more: Json) -> dict[str, Json]:
        return {**self.client.named, "commit": commit, **more}


def _head_commit(fields: Fields, head: str) -> Fields | None:
    """The commit that is the head, where it is the last one listed."""
    listed = fields.nodes("headCommit")
    last = listed[-1].at("commit") if listed else None
    return last if last is not None and last.text("oid") == head else None


def _open_with_head(nodes: list[Fields], head: str) -> list[int]:
    return [node.whole("number") for node in nodes if node.text("state") == "OPEN" and node.text("headRefOid") == head]
