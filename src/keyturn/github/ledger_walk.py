"""Reads the whole ledger branch from GitHub: what stands on it, and every commit that led there."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from msgspec import Struct, field

from keyturn.core.debts import DEBTS_PATH
from keyturn.core.decision import ReasonCode
from keyturn.core.exclusion import bot_of
from keyturn.core.ledger_walk import Change, LedgerTip, LedgerWalk, WalkedCommit, place_of, pull_requests
from keyturn.core.record import folder
from keyturn.github.accounts import Viewer
from keyturn.github.blobs import Blobs
from keyturn.github.client import Client
from keyturn.github.connections import all_nodes
from keyturn.github.fields import Fields, Json
from keyturn.github.ledger_branch import branch_head
from keyturn.github.query import query
from keyturn.github.verdicts_naming import verdicts_naming
from keyturn.ports import Unavailable

_FOLDERS_AT_ONCE: Final = 10


class LedgerOnGitHub:
    """The ledger branch of the client's repository. Every method raises `Unavailable`."""

    def __init__(self, client: Client, branch: str) -> None:
        """Ask nothing yet."""
        self._client = client
        self._branch = branch
        self._blobs = Blobs(client)
        self._where = client.named

    def tip(self, pull_request: int | None = None) -> LedgerTip:
        """What the branch holds, with the bytes of the entries of one pull request or of all."""
        commit = self._head()
        files = self._files(commit)
        numbers = [number for number in pull_requests(files) if pull_request in (None, number)]
        return self._tip(commit, files, self._folders(commit, numbers, histories=False))

    def walk(self, account: str | None) -> LedgerWalk:
        """The whole branch, with the entries that verdicts name.

        A commit is keyturn's own if GitHub signed it and says that `account` is its author. Without `account` it is the
        token's own if that is a bot's, else the author of the first commit.
        """
        commit = self._head()
        files = self._files(commit)
        numbers = pull_requests(files)
        folders = self._folders(commit, numbers, histories=True)
        viewer, nodes = self._commits(commit)
        own = Viewer(account or (viewer if viewer.endswith("[bot]") else _author(nodes[0])))
        return LedgerWalk(
            tip=self._tip(commit, files, folders),
            account=own.login,
            commits=tuple(self._walked(node, own, folders) for node in nodes),
            named=tuple(verdicts_naming(self._client, numbers, own)),
        )

    # What stands there

    def _head(self) -> str:
        commit = branch_head(self._client, self._branch)
        if commit is None:
            raise Unavailable(
                ReasonCode.API_UNAVAILABLE,
                f"{self._client.repository} has no branch {self._branch}: either nothing was written down yet, or the "
                "ledger has another name (--branch), or it was deleted.",
            )
        return commit

    def _files(self, commit: str) -> dict[str, tuple[str, int]]:
        """The blob at each path, and its size."""
        answer = self._client.rest("GET", f"{self._client.home}/git/trees/{commit}", parameters={"recursive": 1})
        tree = Fields.of(answer, "tree")
        if tree.flag("truncated"):
            raise Unavailable(
                ReasonCode.API_UNAVAILABLE,
                f"The ledger has too many files for GitHub to list. Read it from a clone: git fetch origin "
                f"{self._branch}:refs/remotes/origin/{self._branch}, and then the same command with --git .",
            )
        return {
            entry.text("path"): (entry.text("sha"), entry.whole_or_none("size") or 0)
            for entry in tree.each("tree")
            if entry.text("type") != "tree"
        }

    def _tip(self, commit: str, files: Mapping[str, tuple[str, int]], folders: "_Folders") -> LedgerTip:
        contents = dict(folders.contents)
        if DEBTS_PATH in files:
            oid, size = files[DEBTS_PATH]
            contents[oid] = self._blobs.by_oid(oid, size)
        return LedgerTip(commit, {path: oid for path, (oid, _) in files.items()}, contents)

    def _folders(self, tip: str, numbers: Sequence[int], *, histories: bool) -> "_Folders":
        """The folders of pull requests, ten a query."""
        found = _Folders()
        for start in range(0, len(numbers), _FOLDERS_AT_ONCE):
            chosen = numbers[start : start + _FOLDERS_AT_ONCE]
            document = _folders_query(chosen, histories=histories)
            answer = self._client.graphql(document, {**self._where, "tip": tip})
            commit = answer.data.at("repository", "object")
            for number in chosen:
                found.contents.update(self._contents(commit.at(f"entries{number}", "object")))
                if histories:
                    found.add(number, self._history(commit.at(f"history{number}"), tip, number))
        return found

    def _contents(self, tree: Fields) -> Iterator[tuple[str, bytes]]:
        for entry in tree.each("entries"):
            blob = entry.maybe("object")
            if blob is not None and "text" in blob.members:
                content = self._blobs.of_entry(entry)
                if content is not None:
                    yield entry.text("oid"), content

    # How it came there

    def _history(self, first: Fields, tip: str, number: int) -> list[Fields]:
        """The commits that wrote into a folder, newest first."""
        document = query("more_folder_history", "ledger_names")
        variables: dict[str, Json] = {**self._where, "tip": tip, "folder": folder(number)}
        return all_nodes(self._client, first, document, variables, "repository", "object", "history")

    def _commits(self, tip: str) -> tuple[str, list[Fields]]:
        """The token's own account, and the commits of the branch, oldest first."""
        document = query("ledger_walk", "ledger_commit")
        variables: dict[str, Json] = {**self._where, "tip": tip}
        answer = self._client.graphql(document, {**variables, "cursor": None}).data
        first = answer.at("repository", "object", "history")
        nodes = all_nodes(self._client, first, document, variables, "repository", "object", "history")
        return answer.at("viewer").text("login"), _first_parents(nodes, tip)

    def _walked(self, node: Fields, own: Viewer, folders: "_Folders") -> WalkedCommit:
        signature = node.maybe("signature")
        signed = signature is not None and signature.flag("isValid") and signature.flag("wasSignedByGitHub")
        author, oid = _author(node), node.text("oid")
        known = folders.known(oid)
        return WalkedCommit(
            oid=oid,
            parents=tuple(parent.text("oid") for parent in node.nodes("parents")),
            own=signed and own.is_author(node.maybe("author")),
            author=author if signed else f"{author}, not signed by GitHub",
            at=node.time("committedDate"),
            changes=tuple(known) if known is not None else tuple(self._changes(oid)),
        )

    def _changes(self, commit: str) -> Iterator[Change]:
        """Everything that a commit did, for those that did more or other than write entries.

        What a path held before it is not told, only that it held something.
        """
        answer = Fields.of(self._client.rest("GET", f"{self._client.home}/commits/{commit}"), "commit")
        for file in answer.each("files") if "files" in answer.members else ():
            path, status = file.text("filename"), file.text("status")
            if status == "renamed":
                yield Change(file.text("previous_filename"), "", None)
            before = None if status in {"added", "renamed", "copied"} else ""
            yield Change(path, before, None if status == "removed" else file.text("sha"))


class _Folders(Struct):
    """What was read of folders: the bytes of their files by blob, and what each commit did to the entries in them.

    `strange` are the commits that did something else besides.
    """

    contents: dict[str, bytes] = field(default_factory=dict)
    changes: dict[str, list[Change]] = field(default_factory=dict)
    strange: set[str] = field(default_factory=set)

    def known(self, commit: str) -> list[Change] | None:
        """What a commit did; `None` where that is not all, or nothing is known of it."""
        return None if commit in self.strange else self.changes.get(commit)

    def add(self, number: int, history: Sequence[Fields]) -> None:
        """Compare what a folder held at each of its commits, newest first, with what it held at the one before."""
        held = [(node.text("oid"), _names(node, number)) for node in history]
        for (commit, after), (_, before) in pairwise([*held, ("", {})]):
            changes = self.changes.setdefault(commit, [])
            for path in sorted({*before, *after}):
                if before.get(path) != after.get(path):
                    changes.append(Change(path, before.get(path), after.get(path)))
                    if place_of(path) is None:
                        self.strange.add(commit)


def _first_parents(nodes: Sequence[Fields], tip: str) -> list[Fields]:
    """The commits from the oldest to the tip, each the first parent of the next; what was merged in is left out."""
    by_oid = {node.text("oid"): node for node in nodes}
    found: list[Fields] = []
    node = by_oid.get(tip)
    while node is not None:
        found.append(node)
        parents = node.nodes("parents")
        node = by_oid.get(parents[0].text("oid")) if parents else None
    return found[::-1]


def _names(node: Fields, number: int) -> dict[str, str]:
    tree = node.maybe("folder", "object")
    if tree is None or "entries" not in tree.members:
        return {}
    return {f"{folder(number)}/{entry.text('name')}": entry.text("oid") for entry in tree.each("entries")}


def _author(node: Fields) -> str:
    """The login of a commit's author, or what else there is."""
    author = node.maybe("author")
    user = author.maybe("user") if author is not None else None
    if user is not None:
        return user.text("login")
    email = author.text_or_none("email") or "" if author is not None else ""
    bot = bot_of(email)
    return bot.login if bot is not None else email or "nobody"


def _folders_query(numbers: Sequence[int], *, histories: bool) -> str:
    asked = [f'entries{number}: file(path: "{folder(number)}") {{ ...LedgerFolder }}' for number in numbers]
    if histories:
        node = "oid folder: file(path: {path}) {{ ...LedgerNames }}"
        page = "totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ " + node + " }}"
        history = "history{number}: history(first: 100, path: {path}) {{ " + page + " }}"
        asked += [history.format(number=number, path=f'"{folder(number)}"') for number in numbers]
    head = "query LedgerFolders($owner: String!, $name: String!, $tip: GitObjectID!)"
    lines = "\n      ".join(asked)
    fragments = ("ledger_folder", "ledger_names") if histories else ("ledger_folder",)
    return (
        f"{head} {{\n  repository(owner: $owner, name: $name) {{\n    object(oid: $tip) {{ ... on Commit {{\n"
        f"      {lines}\n    }} }}\n  }}\n}}\n{query(*fragments)}"
    )
