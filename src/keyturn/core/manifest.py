"""The manifest: what an agent says that its pull request does, read strictly."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

UNFILLED = "FILL IN: "
"""What `keyturn draft` puts in front of a description that the agent has yet to write; such a manifest is refused."""

LARGEST = 256 * 1024
"""The most bytes a manifest or a rule book may have."""


class Scope(StrEnum):
    """How far an action reaches, as the agent says."""

    SINGLE_FILE = "single_file"
    DIRECTORY = "directory"
    DATABASE = "database"
    INFRASTRUCTURE = "infrastructure"


class Impact(StrEnum):
    """Who would notice if the action went wrong, as the agent says."""

    NONE = "none"
    LOCAL = "local"
    SERVICE = "service"
    ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing the agent proposes; `files` is `None` where it names no globs, and then its target is its file."""

    action_type: str
    target: str
    scope: Scope
    description: str
    estimated_impact: Impact
    files: tuple[str, ...] | None = None

    def as_written(self) -> dict[str, object]:
        """The action as the manifest has it, absent keys absent: what the manifest digest is made of."""
        written: dict[str, object] = {
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
    """All manifests of a pull request, in the order of their paths' code points.

    Raises Refused with everything that is wrong with any of them, and unless they hold 1 to 1,000 actions together.
    """
    raise NotImplementedError
