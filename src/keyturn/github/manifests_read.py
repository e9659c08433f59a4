"""Finds the manifests that a pull request brings, and reads them as tree entries, so that no link is followed."""

from collections.abc import Iterable

from msgspec import Struct

from keyturn.core.facts import Change
from keyturn.core.manifest import ManifestFile
from keyturn.core.place import folder_of, is_manifest
from keyturn.github.blobs import Blobs, kind_of
from keyturn.github.client import Client
from keyturn.github.fields import Fields, incomplete, objects
from keyturn.github.pull_request_read import PullRequestRead
from keyturn.github.questions import Answers, FileAt, NameAt, ask


class ManifestReader(Struct, frozen=True):
    """Reads the manifests in the place that `manifest_path` names."""

    client: Client
    blobs: Blobs
    manifest_path: str

    def wanted(self, pull: PullRequestRead) -> tuple[FileAt, ...]:
        """The files to be read at the head commit, in path order."""
        listed = {file.path for file in pull.files if file.change is not Change.REMOVED}
        if len(pull.files) < pull.fields.whole("changedFiles"):
            listed |= self._in_trees(pull)
        return tuple(FileAt(pull.head, path) for path in sorted(listed) if is_manifest(path, self.manifest_path))

    def manifests(self, wanted: Iterable[FileAt], answers: Answers) -> tuple[ManifestFile, ...]:
        """The manifests; raises `Unavailable` where one that should be there is not."""
        return tuple(self._manifest(question, answers[question]) for question in wanted)

    def _manifest(self, question: FileAt, entry: Fields | None) -> ManifestFile:
        if entry is None:
            where = f"{question.path} at {question.commit[:10]}"
            raise incomplete(where, "is listed as changed and is not there")
        kind = kind_of(entry)
        content = self.blobs.of_entry(entry)
        return ManifestFile(path=question.path, kind=kind, content=content, size=entry.whole("size"))

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
