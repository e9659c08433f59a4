"""Which changed files the actions cover."""

import pytest

from keyturn.core.cover import cover, files_to_cover
from keyturn.core.facts import Change, ChangedFile
from keyturn.core.manifest import Action, Scope
from tests.support.build import MANIFEST, action, changed, removed, renamed
from tests.support.build_book import book

DIRECTORY = Scope.DIRECTORY
PLACE = ".agent/manifests/*"


def covered(one: Action, *files: ChangedFile, manifests: tuple[str, ...] = ()) -> list[str]:
    """The paths that a single action covers."""
    found = cover([one], files, book(), manifests=manifests)
    return [file.path for file in found.covered.get(0, ())]


FILES = (changed("src/a.py"), changed("src/b/c.py"), changed("src.py"), changed("srcs/d.py"), changed("docs/e.md"))


@pytest.mark.parametrize(
    ("one", "paths"),
    [
        pytest.param(action(target="src/a.py"), ["src/a.py"], id="its target, a path"),
        pytest.param(action(target="src", scope=DIRECTORY), ["src/a.py", "src/b/c.py"], id="everything below it"),
        pytest.param(action(target="src/b"), ["src/b/c.py"], id="a directory with one changed file"),
        pytest.param(action(target="SRC/a.py"), [], id="byte for byte: another case"),
        pytest.param(action(target="src/*.py"), [], id="byte for byte: a target is no glob"),
        pytest.param(action(target="sr"), [], id="not the beginning of a name"),
        pytest.param(action(target="src/a.py/x"), [], id="not below a file"),
        pytest.param(action(target="billing", files=("src/a.py",)), ["src/a.py"], id="files in place of the target"),
        pytest.param(action(target="src/a.py", files=("docs/*",)), ["docs/e.md"], id="then the target covers nothing"),
        pytest.param(action(files=("src/*.py",)), ["src/a.py"], id="a star does not cross a slash"),
        pytest.param(
            action(files=("src/**", "*.md"), scope=DIRECTORY), ["src/a.py", "src/b/c.py", "docs/e.md"], id="union"
        ),
        pytest.param(action(files=("SRC/**",), scope=DIRECTORY), [], id="globs tell case apart"),
        pytest.param(action(files=("nothing/**",)), [], id="nothing"),
        pytest.param(action(files=("/docs/absent.md",)), [], id="a name without wildcards that is not there"),
        pytest.param(action(files=("/docs/e.md",)), ["docs/e.md"], id="one that is"),
        pytest.param(action(files=("/docs",)), ["docs/e.md"], id="a folder without wildcards"),
        pytest.param(action(files=()), [], id="no globs"),
    ],
)
def test_cover__what_an_action_matches(one: Action, paths: list[str]) -> None:
    """An action covers what its `files` match, without them its target and everything below it, byte for byte."""
    assert covered(one, *FILES) == paths


@pytest.mark.parametrize("target", ["a", "a/b", "a/b/c", "a/b/c/d.py"])
def test_cover__every_folder_above_a_file(target: str) -> None:
    """A target may be any folder above a file, of whatever depth and however short its name."""
    assert covered(action(target=target), changed("a/b/c/d.py")) == ["a/b/c/d.py"]
    assert covered(action(target=target), changed("z/b/c/d.py")) == []


@pytest.mark.parametrize("action_type", ["read", "search", "lint", "test"])
def test_cover__read_only_actions_cover_nothing(action_type: str) -> None:
    """An action whose type is read-only cannot have changed a file."""
    assert covered(action(action_type, "src/a.py"), *FILES) == []


@pytest.mark.parametrize(("action_type", "paths"), [("delete", ["src/a.py"]), ("write", []), ("deleted", [])])
def test_cover__removed_files_need_an_action_that_removes(action_type: str, paths: list[str]) -> None:
    """Only a type in `removals` covers a removed file; it covers other files too."""
    assert covered(action(action_type, "src/a.py"), removed("src/a.py")) == paths
    assert covered(action("delete", "src/a.py"), changed("src/a.py")) == ["src/a.py"]


def test_cover__renamed_files_by_their_new_name() -> None:
    """A renamed file is covered by its new name; the old one covers nothing."""
    moved = renamed("old/a.py", "new/a.py")
    assert covered(action(target="new/a.py"), moved) == ["new/a.py"]
    assert covered(action(target="old/a.py"), moved) == []


@pytest.mark.parametrize(
    ("others", "manifests", "covers"),
    [
        pytest.param((), (), True, id="no other"),
        pytest.param((changed("src/b.py"),), (), False, id="another changed file"),
        pytest.param((removed("src/b.py"),), (), False, id="a removed file, which it could not cover"),
        pytest.param((renamed("docs/b.py", "src/b.py"),), (), False, id="a renamed file, by its new name"),
        pytest.param((renamed("src/b.py", "docs/b.py"),), (), True, id="not by its old name"),
        pytest.param((), ("src/x.json",), False, id="a manifest, which needs no cover"),
        pytest.param((), ("elsewhere/x.json",), True, id="a manifest elsewhere"),
    ],
)
def test_cover__single_file_matches_no_other_changed_file(
    others: tuple[ChangedFile, ...], manifests: tuple[str, ...], *, covers: bool
) -> None:
    """An action with the scope `single_file` that matches another changed file covers none at all."""
    one = action(files=("src/*",))
    assert covered(one, changed("src/a.py"), *others, manifests=manifests) == (["src/a.py"] if covers else [])


def test_cover__wider_scopes_never_cover_manifests() -> None:
    """A manifest that an action matches is no covered file."""
    assert covered(action(files=("**",), scope=DIRECTORY), changed("a.py"), manifests=(MANIFEST,)) == ["a.py"]


def test_cover__names_what_nobody_covers() -> None:
    """Files that no action covers are named in path order; several actions may cover one file."""
    actions = [action(target="src/a.py"), action("refactor", "src", scope=DIRECTORY), action("read", "docs")]
    files = tuple(sorted((*FILES, removed("src/z.py")), key=lambda file: file.path))
    found = cover(actions, files, book())
    assert [file.path for file in found.uncovered] == ["docs/e.md", "src.py", "src/z.py", "srcs/d.py"]
    assert {index: len(files) for index, files in found.covered.items()} == {0: 1, 1: 2}


def test_cover__goes_on_after_an_action_that_covers_nothing() -> None:
    """An action that may not cover anything takes nothing from those that come after it."""
    actions = [action("read", target="src/a.py"), action(files=("src/**",)), action(target="docs/e.md")]
    found = cover(actions, FILES, book())
    assert {index: [file.path for file in files] for index, files in found.covered.items()} == {2: ["docs/e.md"]}


def test_cover__no_files_and_no_actions() -> None:
    """Where nothing changed nothing is covered, and where nothing is declared everything is uncovered."""
    assert cover([action()], (), book()).covered == {}
    assert cover([], FILES, book()).uncovered == FILES


def test_cover__equal_files_are_shared() -> None:
    """Actions that cover the same files share them, so that a thousand of them stay small."""
    found = cover([action(target="src", scope=DIRECTORY), action(files=("src/**",), scope=DIRECTORY)], FILES, book())
    assert found.covered[0] is found.covered[1]


@pytest.mark.parametrize(
    ("file", "needing"),
    [
        pytest.param(changed(".agent/manifests/x.yml", Change.ADDED), [], id="a manifest"),
        pytest.param(removed(".agent/manifests/x.yml"), [], id="a deleted manifest"),
        pytest.param(changed(".agent/manifests/x.txt"), [changed(".agent/manifests/x.txt")], id="no manifest's ending"),
        pytest.param(changed(".agent/manifests/a/x.yml"), [changed(".agent/manifests/a/x.yml")], id="a folder deeper"),
        pytest.param(
            renamed("src/a.yml", ".agent/manifests/x.yml"), [removed("src/a.yml")], id="renamed into the place"
        ),
        pytest.param(renamed(".agent/manifests/a.yml", ".agent/manifests/x.yml"), [], id="renamed within the place"),
        pytest.param(
            renamed(".agent/manifests/x.yml", "src/a.yml"),
            [renamed(".agent/manifests/x.yml", "src/a.yml")],
            id="renamed out of the place",
        ),
        pytest.param(ChangedFile(".agent/manifests/x.yml", Change.COPIED, "src/a.yml"), [], id="copied into the place"),
        pytest.param(
            ChangedFile("src/a.yml", Change.COPIED, ".agent/manifests/x.yml"),
            [ChangedFile("src/a.yml", Change.COPIED, ".agent/manifests/x.yml")],
            id="copied out of the place",
        ),
        pytest.param(ChangedFile(".agent/manifests/x.yml", Change.RENAMED), [], id="renamed from nobody knows where"),
    ],
)
def test_files_to_cover__manifests_need_none(file: ChangedFile, needing: list[ChangedFile]) -> None:
    """Manifests need no cover, their deletion neither; what was renamed into their place counts as removed."""
    assert list(files_to_cover([file], PLACE)) == needing


def test_files_to_cover__in_path_order() -> None:
    """The files come in path order, whatever the order in which they arrive."""
    files = [changed("b"), renamed("0", ".agent/manifests/x.yml"), changed("a")]
    assert [file.path for file in files_to_cover(files, PLACE)] == ["0", "a", "b"]
    assert files_to_cover(files, PLACE) == files_to_cover(reversed(files), PLACE)
