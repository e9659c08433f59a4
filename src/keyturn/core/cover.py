"""Which changed files the actions of the manifests cover, and which nobody declared."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from keyturn.core.facts import Change, ChangedFile
from keyturn.core.manifest import Action, Scope
from keyturn.core.patterns import compiled_glob
from keyturn.core.place import is_manifest
from keyturn.core.rulebook import RuleBook


@dataclass(frozen=True, slots=True)
class Cover:
    """For each action, by its index, the changed files it covers.

    And the files that no action covers, in path order.
    """

    covered: Mapping[int, tuple[ChangedFile, ...]]
    uncovered: tuple[ChangedFile, ...]


def files_to_cover(files: Iterable[ChangedFile], manifest_path: str) -> tuple[ChangedFile, ...]:
    """The changed files that need cover, in path order.

    Manifests need none, their deletion neither. Of a file renamed into the manifests' place, the old name was removed;
    of one renamed out of it, the new name is all that is left to cover.
    """
    needing = []
    for file in files:
        old_is_manifest = file.previous is not None and is_manifest(file.previous, manifest_path)
        if not is_manifest(file.path, manifest_path):
            if file.change is Change.RENAMED and old_is_manifest:
                needing.append(ChangedFile(file.path, Change.ADDED, notes=file.notes))
            else:
                needing.append(file)
        elif file.change is Change.RENAMED and file.previous is not None and not old_is_manifest:
            needing.append(ChangedFile(file.previous, Change.REMOVED))
    return tuple(sorted(needing, key=lambda file: file.path))


class _Paths:
    """The changed paths, kept so that literal names and folders are found without trying every one."""

    def __init__(self, files: Sequence[ChangedFile]) -> None:
        self._paths = [file.path for file in files]
        self._below: dict[str, list[int]] = {}
        for position, path in enumerate(self._paths):
            self._below.setdefault(path, []).append(position)
            end = path.find("/")
            while end != -1:
                self._below.setdefault(path[:end], []).append(position)
                end = path.find("/", end + 1)
        self._globbed: dict[str, frozenset[int]] = {}

    def at_or_below(self, target: str) -> frozenset[int]:
        """The positions of that path and of everything below that directory, byte for byte."""
        return frozenset(self._below.get(target, ()))

    def matching(self, glob: str) -> frozenset[int]:
        """The positions of the paths that a glob matches."""
        found = self._globbed.get(glob)
        if found is None:
            matcher = compiled_glob(glob)
            found = frozenset(position for position, path in enumerate(self._paths) if matcher.matches(path))
            self._globbed[glob] = found
        return found


def cover(actions: Sequence[Action], files: Sequence[ChangedFile], book: RuleBook) -> Cover:
    """Match actions to the changed files that need cover.

    An action covers a file by its new name, when its type may (not `read_only`; for a removed file one of `removals`),
    when its `files` or else its target match, and, with the scope `single_file`, when it matches no other.
    """
    paths = _Paths(files)
    removed = frozenset(position for position, file in enumerate(files) if file.change is Change.REMOVED)
    covered: dict[int, tuple[ChangedFile, ...]] = {}
    seen: set[int] = set()
    for index, action in enumerate(actions):
        if action.action_type in book.read_only:
            continue
        if action.files is None:
            matched = paths.at_or_below(action.target)
        else:
            matched = frozenset().union(*(paths.matching(glob) for glob in action.files))
        if action.scope is Scope.SINGLE_FILE and len(matched) > 1:
            continue
        if action.action_type not in book.removals:
            matched -= removed
        if matched:
            covered[index] = tuple(files[position] for position in sorted(matched))
            seen |= matched
    uncovered = tuple(file for position, file in enumerate(files) if position not in seen)
    return Cover(covered, uncovered)
