"""The manifest: what an agent says that its pull request does, read strictly."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from msgspec import Struct

from keyturn.core.document import read_document
from keyturn.core.form import fill
from keyturn.core.manifest_form import ActionForm, ManifestForm
from keyturn.core.manifest_terms import UNFILLED, Impact, Scope
from keyturn.core.nodes import ListNode, MapNode, Node
from keyturn.core.problem import Problem, Refused
from keyturn.core.source import LARGEST, Problems, oversized

__all__ = [
    "LARGEST",
    "MOST_ACTIONS",
    "MOST_BYTES",
    "MOST_GLOBS",
    "UNFILLED",
    "Action",
    "FileKind",
    "Impact",
    "Manifest",
    "ManifestFile",
    "Reading",
    "Scope",
    "read_each",
    "read_manifest",
    "read_manifests",
    "weight",
]

MOST_ACTIONS = 1_000
"""How many actions all manifests of a pull request may list together."""

MOST_GLOBS = 10_000
"""How many globs they may list together: far more than a thousand actions need, few enough to try on every file."""

MOST_BYTES = 8 * 1024 * 1024
"""How many bytes they may hold together: more than a thousand actions can fill with words."""


class Action(Struct, frozen=True, kw_only=True):
    """One thing the agent proposes; `files` is `None` where it names no globs, and then its target is its file."""

    action_type: str
    target: str
    scope: Scope
    description: str
    estimated_impact: Impact
    files: tuple[str, ...] | None = None

    def as_written(self) -> dict[str, str | list[str]]:
        """The action as the manifest has it, absent keys absent: what the manifest digest is made of."""
        written: dict[str, str | list[str]] = {
            "action_type": self.action_type,
            "target": self.target,
            "scope": self.scope.value,
            "description": self.description,
            "estimated_impact": self.estimated_impact.value,
        }
        if self.files is not None:
            written["files"] = list(self.files)
        return written


class Manifest(Struct, frozen=True, kw_only=True):
    """One manifest file. `lines` holds the line of each action, counted from 1, in the order of `actions`."""

    path: str
    agent: str | None
    requested_by: str | None
    actions: tuple[Action, ...]
    lines: tuple[int, ...]
    requested_by_line: int | None


class FileKind(StrEnum):
    """What the repository holds at a path."""

    REGULAR = "regular"
    SYMLINK = "symlink"
    SUBMODULE = "submodule"
    OTHER = "other"


class ManifestFile(Struct, frozen=True, kw_only=True):
    """A file that stands where manifests are kept; `content` is `None` if it is larger than 256 KiB or unreadable."""

    path: str
    kind: FileKind
    content: bytes | None
    size: int


class Reading(Struct, frozen=True):
    """The manifests of a pull request that can be read, in path order, and everything that is wrong, in file order."""

    manifests: tuple[Manifest, ...]
    problems: tuple[Problem, ...]


def read_manifest(file: ManifestFile) -> Manifest:
    """The manifest in this file. Raises Refused with everything that is wrong with it."""
    return read_manifests([file])[0]


def read_manifests(files: Iterable[ManifestFile]) -> tuple[Manifest, ...]:
    """All manifests of a pull request, in the order of their paths' code points; none for no files at all.

    Raises Refused with everything that is wrong with any of them, and unless they list 1 to 1,000 actions together.
    """
    reading = read_each(files)
    if reading.problems:
        raise Refused(reading.problems)
    return reading.manifests


def read_each(files: Iterable[ManifestFile]) -> Reading:
    """Whichever manifests of a pull request can be read, and what `read_manifests` would refuse all of them for."""
    totals = _Totals()
    manifests: list[Manifest] = []
    problems: list[Problem] = []
    for file in sorted(files, key=lambda file: file.path):
        own = Problems(file.path)
        try:
            totals.add_bytes(file, own)
            root = _read_root(file, own)
            lines = _action_lines(root)
            form = fill(ManifestForm, root, own)
            if form is not None and not own:
                manifests.append(_manifest(file.path, form, root, lines))
                totals.add_globs(manifests[-1], own)
            totals.add_actions(lines, own)
        except Refused as refused:
            problems += refused.problems
        else:
            problems += own.listed()
    if manifests and not totals.actions and not problems:
        path = manifests[0].path
        problems.append(
            Problem(path, None, None, "no manifest of this pull request lists an action; at least one must")
        )
    return Reading(tuple(manifests), Refused(problems).problems if problems else ())


def weight(size: int) -> int:
    """What a file of this many bytes adds to those that all hold together: nothing where it is too large to be read."""
    return size if size <= LARGEST else 0


class _Totals(Struct):
    """What all manifests of a pull request hold together; each limit is refused where it is first passed."""

    held: int = 0
    actions: int = 0
    globs: int = 0

    def add_bytes(self, file: ManifestFile, problems: Problems) -> None:
        """Count a file before it is read. Raises Refused for every file beyond the limit."""
        self.held += weight(file.size)
        if self.held > MOST_BYTES:
            limit = f"{MOST_BYTES // 1024 // 1024} MiB"
            message = f"the manifests of this pull request hold more than {limit} together; from here on none is read"
            raise problems.fatal(None, None, message)

    def add_actions(self, lines: Sequence[int], problems: Problems) -> None:
        """Count the actions of a file, which begin on these lines."""
        if self.actions <= MOST_ACTIONS < self.actions + len(lines):
            message = f"{_TOO_MANY} {MOST_ACTIONS:,} actions; this is the first too many"
            problems.add(lines[MOST_ACTIONS - self.actions], None, message)
        self.actions += len(lines)

    def add_globs(self, manifest: Manifest, problems: Problems) -> None:
        """Count the globs of a manifest."""
        for action, line in zip(manifest.actions, manifest.lines, strict=True):
            count = len(action.files or ())
            if self.globs <= MOST_GLOBS < self.globs + count:
                problems.add(line, None, f"{_TOO_MANY} {MOST_GLOBS:,} globs; this action passes the limit")
            self.globs += count


_TOO_MANY = "the manifests of this pull request list more than"


def _read_root(file: ManifestFile, problems: Problems) -> Node:
    if file.kind is not FileKind.REGULAR:
        raise problems.fatal(None, None, f"a manifest is a regular file; found {_KIND[file.kind]}")
    if file.size > LARGEST:
        raise problems.fatal(None, None, oversized(file.size))
    if file.content is None:
        raise problems.fatal(None, None, "the file cannot be read")
    return read_document(file.path, file.content, problems)


_KIND = {
    FileKind.SYMLINK: "a symbolic link",
    FileKind.SUBMODULE: "a submodule",
    FileKind.OTHER: "something else",
}


def _action_lines(root: Node) -> tuple[int, ...]:
    actions = root.get("actions") if isinstance(root, MapNode) else None
    return tuple(item.line for item in actions.items) if isinstance(actions, ListNode) else ()


def _manifest(path: str, form: ManifestForm, root: Node, lines: tuple[int, ...]) -> Manifest:
    requested_by = root.get("requested_by") if isinstance(root, MapNode) else None
    return Manifest(
        path=path,
        agent=form.agent,
        requested_by=form.requested_by,
        actions=tuple(map(_action, form.actions)),
        lines=lines,
        requested_by_line=None if requested_by is None else requested_by.line,
    )


def _action(form: ActionForm) -> Action:
    return Action(
        action_type=form.action_type,
        target=form.target,
        scope=form.scope,
        description=form.description,
        estimated_impact=form.estimated_impact,
        files=None if form.files is None else tuple(form.files),
    )
