"""Which changed files the actions of the manifests cover, and which nobody declared."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import or_

from msgspec import Struct

from keyturn.core.facts import Change, ChangedFile
from keyturn.core.manifest import Action, Scope
from keyturn.core.patterns import compiled_glob
from keyturn.core.place import is_manifest
from keyturn.core.rulebook import RuleBook


class Cover(Struct, frozen=True):
    """For each action, by its index, the changed files it covers.

    And the files that no action covers, in path order. Actions that cover the same files share one tuple.
    """

    covered: Mapping[int, tuple[ChangedFile, ...]]
    uncovered: tuple[ChangedFile, ...]


def files_to_cover(files: Iterable[ChangedFile], manifest_path: str) -> tuple[ChangedFile, ...]:
    """The changed files that need cover, in path order.

    Manifests need none, their deletion neither. Of a file renamed into the manifests' place, the old name was removed.
    """
    needing = []
    for file in files:
        if is_manifest(file.path, manifest_path):
            old_names = (name for name in file.names[1:] if not is_manifest(name, manifest_path))
            needing += [ChangedFile(name, Change.REMOVED) for name in old_names]
        else:
            needing.append(file)
    return tuple(sorted(needing, key=lambda file: (file.path, file.change, file.previous or "")))


class _Paths:
    """The changed paths; a set of them is a number with a bit for each, which stays small however many sets there are.

    Literal names and folders are found without trying every path.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = tuple(paths)
        self._below: dict[str, int] = {}
        for position, path in enumerate(self._paths):
            for name in _with_folders(path):
                self._below[name] = self._below.get(name, 0) | 1 << position
        self._matching: dict[str, int] = {}

    def of(self, action: Action) -> int:
        """The paths that an action speaks of: by its globs, else its target and everything below that directory."""
        if action.files is None:
            return self._below.get(action.target, 0)
        found = 0
        for glob in action.files:
            found |= self._globbed(glob)
        return found

    def _globbed(self, glob: str) -> int:
        found = self._matching.get(glob)
        if found is None:
            compiled = compiled_glob(glob)
            if compiled.literal is not None:
                found = self._below.get(compiled.literal, 0)
            else:
                found = sum(1 << position for position, path in enumerate(self._paths) if compiled.matches(path))
            self._matching[glob] = found
        return found


def _with_folders(path: str) -> Iterator[str]:
    """A path, and every folder above it."""
    yield path
    end = path.rfind("/")
    while end > 0:
        yield path[:end]
        end = path.rfind("/", 0, end)


def cover(
    actions: Iterable[Action], files: Sequence[ChangedFile], book: RuleBook, *, manifests: Iterable[str] = ()
) -> Cover:
    """Match actions to the changed files that need cover.

    An action covers a file by its new name, when its type may (not `read_only`; for a removed file one of `removals`),
    when its `files` or else its target match, and, with the scope `single_file`, when it matches no other changed file.
    `manifests` are the changed paths that need no cover; they are other files all the same.
    """
    paths = _Paths((*(file.path for file in files), *manifests))
    lasting = sum(1 << position for position, file in enumerate(files) if file.change is not Change.REMOVED)
    needing = (1 << len(files)) - 1
    covered: dict[int, tuple[ChangedFile, ...]] = {}
    shared: dict[int, tuple[ChangedFile, ...]] = {0: ()}
    for index, action in enumerate(actions):
        matched = paths.of(action)
        if action.action_type in book.read_only or (action.scope is Scope.SINGLE_FILE and matched.bit_count() > 1):
            continue
        matched &= needing if action.action_type in book.removals else lasting
        if matched not in shared:
            shared[matched] = tuple(_chosen(files, matched))
        if matched:
            covered[index] = shared[matched]
    seen = reduce(or_, shared)
    return Cover(covered, tuple(_chosen(files, needing & ~seen)))


def _chosen(files: Sequence[ChangedFile], positions: int) -> Iterator[ChangedFile]:
    """The files whose bits are set; a few are found without looking at every bit."""
    bits = f"{positions:b}"[::-1]
    position = bits.find("1")
    while position != -1:
        yield files[position]
        position = bits.find("1", position + 1)
