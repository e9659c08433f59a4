"""Finds the manifests that a pull request brings, and reads them as tree entries, so that no link is followed."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct

from keyturn.core.facts import Change
from keyturn.core.manifest import LARGEST, MOST_BYTES, ManifestFile, weight
from keyturn.core.place import folder_of, is_manifest
from keyturn.github.blobs import Blobs, is_readable, kind_of, shown
from keyturn.github.client import Client
from keyturn.github.fields import Fields, incomplete, objects
from keyturn.github.pull_request_read import PullRequestRead
from keyturn.github.questions import Answers, FileAt, NameAt, ask

_UNWEIGHED: Final = MOST_BYTES // LARGEST
"""So many manifests are read without looking at their sizes first: they hold no more than may be read."""
_BY_REST: Final = 20
"""So many manifests are read one by one where GraphQL cannot show them; nobody gets to spend a repository's calls."""


class ManifestReader(Struct, frozen=True):
    """Reads the manifests in the place that `manifest_path` names."""

    client: Client
    blobs: Blobs
    manifest_path: str

    def wanted(self, pull: PullRequestRead) -> tuple[FileAt | NameAt, ...]:
        """The files to be read at the head commit, in path order.

        Of those beyond what may be read together only the names: they are refused unread.
        """
        listed = {file.path for file in pull.files if file.change is not Change.REMOVED}
        if len(pull.files) < pull.fields.whole("changedFiles"):
            listed |= self._in_trees(pull)
        found = [path for path in sorted(listed) if is_manifest(path, self.manifest_path)]
        return tuple(self._within_reason(pull.head, found))

    def _within_reason(self, head: str, paths: Sequence[str]) -> Iterator[FileAt | NameAt]:
        if len(paths) <= _UNWEIGHED:
            yield from (FileAt(head, path) for path in paths)
            return
        names = [NameAt(head, path) for path in paths]
        entries = ask(self.client, names, titles=False)
        held = 0
        for name in names:
            entry = entries[name]
            held += weight(entry.whole("size")) if entry is not None else 0
            yield FileAt(head, name.path) if held <= MOST_BYTES else name

    def manifests(self, wanted: Iterable[FileAt | NameAt], answers: Answers) -> tuple[ManifestFile, ...]:
        """The manifests; raises `Unavailable` where one that should be there is not."""
        found = []
        left = _BY_REST
        for question in wanted:
            entry = answers[question]
            if entry is None:
                where = f"{question.path} at {question.commit[:10]}"
                raise incomplete(where, "is listed as changed and is not there")
            content = shown(entry)
            if content is None and left and is_readable(entry):
                content = self.blobs.of_entry(entry)
                left -= 1
            size = entry.whole("size")
            found.append(ManifestFile(path=question.path, kind=kind_of(entry), content=content, size=size))
        return tuple(found)

    def _in_trees(self, pull: PullRequestRead) -> set[str]:
        """The paths of the manifests' folder that differ between the base branch and the head.

        For a pull request with more files than GitHub lists; a manifest must not hide among the others.
        """
        base = pull.fields.maybe("baseRef", "target")
        before = self._paths(base.text("oid")) if base is not None else set()
        return {path for path, _ in self._paths(pull.head) - before}

    def _paths(self, commit: str) -> set[tuple[str, str]]:
        """All paths below the manifests' folder, each with what identifies its content and mode."""
        place = folder_of(self.manifest_path)
        tree: str = commit
        if place:
            question = NameAt(commit, place)
            entry = ask(self.client, [question], titles=False)[question]
            if entry is None or entry.text("type") != "tree":
                return set()
            tree = entry.text("oid")
        answer = self.client.rest("GET", f"{self.client.home}/git/trees/{tree}", parameters={"recursive": 1})
        listing = Fields.of(answer, f"tree {tree[:10]}")
        if listing.flag("truncated"):
            listing.reject("tree", "is longer than GitHub lists, so that manifests could hide in it")
        start = f"{place}/" if place else ""
        entries = objects(listing.members.get("tree"), listing.where)
        return {
            (f"{start}{entry.text('path')}", f"{entry.text('mode')} {entry.text('sha')}")
            for entry in entries
            if entry.text("type") != "tree"
        }
