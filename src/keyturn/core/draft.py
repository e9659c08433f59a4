"""A first manifest for a diff: the fewest claims that are true, their reasons left for the agent to write."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct

from keyturn.core.characters import refused_character
from keyturn.core.cover import cover, files_to_cover
from keyturn.core.facts import Change, ChangedFile, Facts
from keyturn.core.manifest import MOST_ACTIONS, UNFILLED, Action, Impact, Scope
from keyturn.core.place import is_manifest
from keyturn.core.rulebook import RuleBook

MOST_SINGLE = 10
"""More files than this that changed in one folder in the same way are one action."""

LONGEST_TARGET = 512
"""A manifest's target has at most so many characters."""

REASON = f"{UNFILLED}what changes here, and why."
"""What stands where the agent has to write a description."""

UNSAYABLE = "?"
"""Stands for a character that no manifest may hold; in a glob it is any character."""

_WRITING = ("write", "modify", "change")
_REMOVING = ("delete", "remove")


class Draft(Struct, frozen=True):
    """The actions, in path order, and the changed files that no manifest can declare under this rule book."""

    actions: tuple[Action, ...]
    left: tuple[ChangedFile, ...]


def draft(facts: Facts, book: RuleBook) -> Draft:
    """Declare every changed file that can be declared: by itself, or by its folder where many changed in one way.

    A removed file needs an action type of the rule book's `removals`; where there is none, it is left.
    """
    files = files_to_cover(facts.files, facts.manifest_path)
    manifests = [file.path for file in facts.files if is_manifest(file.path, facts.manifest_path)]
    actions: tuple[Action, ...] = ()
    for most in (MOST_SINGLE, 1, 0):
        actions = tuple(_actions(files, book, most))
        if len(actions) <= MOST_ACTIONS:
            break
    else:
        actions = tuple(_everything(files, book))
    uncovered = cover(actions, files, book, manifests=manifests).uncovered
    mended = tuple(action for file in uncovered for action in _wider(file, book))
    narrow = {(action.action_type, action.target) for action in mended}
    widened = tuple(action for action in actions if (action.action_type, action.target) not in narrow) + mended
    if mended and len(widened) <= MOST_ACTIONS:
        actions = widened
        uncovered = cover(actions, files, book, manifests=manifests).uncovered
    return Draft(actions, uncovered)


def _actions(files: Sequence[ChangedFile], book: RuleBook, most: int) -> Iterable[Action]:
    """One action a file, or a folder with more than so many files; with 0, one action a folder at the root."""
    removing, writing = _type(book, _REMOVING, removal=True), _type(book, _WRITING, removal=False)
    written = [file.path for file in files if file.change is not Change.REMOVED]
    removed = [file.path for file in files if file.change is Change.REMOVED]
    if writing is not None:
        yield from _claims(written, _folders(written, most), writing)
    if removing is not None:
        only_removed = [folder for folder in _folders(removed, most) if not _holds(folder, written)]
        yield from _claims(removed, only_removed, removing)


def _type(book: RuleBook, wanted: Sequence[str], *, removal: bool) -> str | None:
    """The action type for a change: a usual word, else what the rule book offers; `None` where it offers nothing."""
    offered = sorted(book.removals - book.read_only) if removal else wanted
    usual = [word for word in wanted if word in offered and word not in book.read_only]
    return next(iter((*usual, *(offered if removal else ()))), None)


def _folders(paths: Iterable[str], most: int) -> list[str]:
    """The folders that stand for their files."""
    if most == 0:
        return sorted({path.partition("/")[0] for path in paths if "/" in path})
    direct = Counter(path.rpartition("/")[0] for path in paths)
    return sorted(folder for folder, count in direct.items() if folder and count > most)


def _holds(folder: str, paths: Iterable[str]) -> bool:
    return any(path.startswith(f"{folder}/") for path in paths)


def _claims(paths: Sequence[str], folders: Sequence[str], action_type: str) -> Iterable[Action]:
    """The folders that are in no other, and the files that are in none."""
    chosen = {folder for folder in folders if not any(folder.startswith(f"{other}/") for other in folders)}
    claims = {_claimed(path, chosen) for path in paths}
    for claim in sorted(claims):
        yield _action(action_type, claim, Scope.DIRECTORY if claim in chosen else Scope.SINGLE_FILE)


def _claimed(path: str, folders: set[str]) -> str:
    end = path.find("/")
    while end != -1:
        if path[:end] in folders:
            return path[:end]
        end = path.find("/", end + 1)
    return path


def _action(action_type: str, path: str, scope: Scope) -> Action:
    """An action on a path; a path that no target can hold is described by a glob."""
    plain = len(path) <= LONGEST_TARGET and refused_character(path) is None
    return Action(
        action_type=action_type,
        target=path if plain else _nameable(path),
        scope=scope,
        description=REASON,
        estimated_impact=Impact.LOCAL,
        files=None if plain else (_glob(path),),
    )


def _wider(file: ChangedFile, book: RuleBook) -> Iterable[Action]:
    """An action for a file that shares its name with a folder: the claim is wider, and true."""
    removed = file.change is Change.REMOVED
    action_type = _type(book, _REMOVING if removed else _WRITING, removal=removed)
    if action_type is not None:
        yield _action(action_type, file.path, Scope.DIRECTORY)


def _everything(files: Sequence[ChangedFile], book: RuleBook) -> Iterable[Action]:
    """One action a kind of change, for a diff that a thousand actions cannot list."""
    kinds = {file.change is Change.REMOVED for file in files}
    for removed in sorted(kinds):
        action_type = _type(book, _REMOVING if removed else _WRITING, removal=removed)
        if action_type is not None:
            yield Action(
                action_type=action_type,
                target="everything",
                scope=Scope.DIRECTORY,
                description=REASON,
                estimated_impact=Impact.LOCAL,
                files=("*",),
            )


def _nameable(path: str) -> str:
    """The path as far as a target can say it."""
    said = (UNSAYABLE if refused_character(character) else character for character in path[:LONGEST_TARGET])
    return "".join(said).rstrip("/")


def _glob(path: str) -> str:
    """A glob for one path; at the root it speaks of every folder, since a manifest's globs may not begin with `/`."""
    return "".join(
        UNSAYABLE if refused_character(character) else _ESCAPED.sub(r"\\\g<0>", character) for character in path
    )


_ESCAPED = re.compile(r"[\\*?\[\]!# ]")
