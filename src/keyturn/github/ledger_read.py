"""What the ledger branch holds of a pull request: its folder, the commits that wrote it, and the anchors to both."""

from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from keyturn.core.chain import Anchor, LedgerCommit, LedgerFile, LedgerFolder, SeenAnchor
from keyturn.core.record import folder
from keyturn.github.accounts import Viewer
from keyturn.github.blobs import Blobs
from keyturn.github.client import Client
from keyturn.github.connections import all_nodes
from keyturn.github.fields import Fields
from keyturn.github.query import query
from keyturn.ports import PublishedVerdict


class LedgerPlace(Struct, frozen=True, kw_only=True):
    """A pull request's place on the ledger branch.

    `known` holds the blobs of the folder as commits of the branch had them, by commit and path: what an anchor names
    is mostly found here.
    """

    files: tuple[LedgerFile, ...] = ()
    commits: tuple[LedgerCommit, ...] = ()
    known: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def entry_oid(self, anchor: Anchor) -> str | None:
        """The blob that an anchor names, where the place itself tells."""
        return self.known.get(anchor.commit, {}).get(anchor.path)

    def is_known(self, anchor: Anchor) -> bool:
        """Whether the place itself tells what the anchor's commit had at the anchor's path."""
        return anchor.commit in self.known

    def folder(self, anchors: Iterable[SeenAnchor], *, commented: bool) -> LedgerFolder:
        """Everything the core verifies."""
        return LedgerFolder(self.files, self.commits, tuple(anchors), commented)


class LedgerReader(Struct, frozen=True):
    """Reads the places of pull requests on the ledger branch."""

    client: Client
    blobs: Blobs
    viewer: Viewer

    def place(self, tip: Fields | None, number: int) -> LedgerPlace:
        """The place of a pull request, where `tip` is the ledger branch's commit with the members of `asked_of`."""
        if tip is None:
            return LedgerPlace()
        tree = tip.maybe(f"entries{number}", "object")
        entries = list(tree.each("entries")) if tree is not None and "entries" in tree.members else []
        commits = self._commits(tip, number)
        return LedgerPlace(
            files=tuple(self._file(entry) for entry in entries),
            commits=tuple(LedgerCommit(commit.text("oid"), own=is_own(commit, self.viewer)) for commit in commits),
            known={commit.text("oid"): _names(commit, number) for commit in commits if "folder" in commit.members},
        )

    def _file(self, entry: Fields) -> LedgerFile:
        is_blob = entry.maybe("object") is not None and "text" in entry.at("object").members
        return LedgerFile(entry.text("name"), entry.text("oid"), self.blobs.of_entry(entry) if is_blob else None)

    def _commits(self, tip: Fields, number: int) -> list[Fields]:
        return all_nodes(
            self.client,
            tip.at(f"history{number}"),
            query("more_ledger_commits"),
            {**self.client.named, "commit": tip.text("oid"), "folder": folder(number)},
            "repository",
            "object",
            "history",
        )


def is_own(commit: Fields, viewer: Viewer) -> bool:
    """Whether keyturn made this commit of the ledger branch: GitHub signed it, and the author is keyturn's account."""
    signature = commit.maybe("signature")
    signed = signature is not None and signature.flag("isValid") and signature.flag("wasSignedByGitHub")
    return signed and viewer.is_author(commit.maybe("author"))


def asked_of(number: int) -> str:
    """What a query asks of the ledger branch's commit about one pull request."""
    path = folder(number)
    return (
        f'entries{number}: file(path: "{path}") {{ ...LedgerFolder }}\n'
        f'history{number}: history(first: 20, path: "{path}") {{\n'
        "  pageInfo { hasNextPage endCursor }\n"
        f'  nodes {{ ...LedgerCommit folder: file(path: "{path}") {{ ...LedgerNames }} }}\n'
        "}"
    )


def own_anchored(verdicts: Iterable[PublishedVerdict], number: int) -> list[tuple[Anchor, PublishedVerdict]]:
    """The verdicts by keyturn's own account that name an entry of this pull request, the newest first."""
    start = f"{folder(number)}/"
    found = [
        (verdict.anchor, verdict)
        for verdict in verdicts
        if verdict.own and verdict.anchor is not None and verdict.anchor.path.startswith(start)
    ]
    return sorted(found, key=lambda pair: (pair[1].at, pair[1].id or 0), reverse=True)


def _names(commit: Fields, number: int) -> dict[str, str]:
    tree = commit.maybe("folder", "object")
    if tree is None or "entries" not in tree.members:
        return {}
    return {f"{folder(number)}/{entry.text('name')}": entry.text("oid") for entry in tree.each("entries")}
