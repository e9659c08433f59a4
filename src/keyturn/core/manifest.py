"""The manifest: what an agent says that its pull request does, read strictly."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

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
    "UNFILLED",
    "Action",
    "FileKind",
    "Impact",
    "Manifest",
    "ManifestFile",
    "Scope",
    "read_manifest",
    "read_manifests",
]

MOST_ACTIONS = 1_000
"""How many actions all manifests of a pull request may list together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestFile:
    """A file that stands where manifests are kept; `content` is `None` if it is larger than 256 KiB or unreadable."""

    path: str
    kind: FileKind
    content: bytes | None
    size: int


def read_manifest(file: ManifestFile) -> Manifest:
    """The manifest in this file. Raises Refused with everything that is wrong with it."""
    return read_manifests([file])[0]


def read_manifests(files: Iterable[ManifestFile]) -> tuple[Manifest, ...]:
    """All manifests of a pull request, in the order of their paths' code points; none for no files at all.

    Raises Refused with everything that is wrong with any of them, and unless they list 1 to 1,000 actions together.
    """
    manifests: list[Manifest] = []
    problems: list[Problem] = []
    listed = 0
    for file in sorted(files, key=lambda file: file.path):
        own = Problems(file.path)
        try:
            root = _read_root(file, own)
            lines = _action_lines(root)
            if listed <= MOST_ACTIONS < listed + len(lines):
                own.add(lines[MOST_ACTIONS - listed], None, _TOO_MANY)
            listed += len(lines)
            form = fill(ManifestForm, root, own)
            if form is not None and not own:
                manifests.append(_manifest(file.path, form, root, lines))
        except Refused as refused:
            problems += refused.problems
        else:
            problems += own.listed()
    if manifests and not listed and not problems:
        path = manifests[0].path
        problems.append(
            Problem(path, None, None, "no manifest of this pull request lists an action; at least one must")
        )
    if problems:
        raise Refused(problems)
    return tuple(manifests)


_TOO_MANY = f"the manifests of this pull request list more than {MOST_ACTIONS:,} actions; this is the first too many"


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
