"""A drafted manifest: valid but for its descriptions, true, and covering everything that can be covered."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from keyturn.core.cover import cover, files_to_cover
from keyturn.core.draft import MOST_SINGLE, Draft, draft
from keyturn.core.facts import Change, ChangedFile, Facts, Rules
from keyturn.core.manifest import MOST_ACTIONS, UNFILLED, FileKind, Manifest, ManifestFile, Scope, read_manifest
from keyturn.core.problem import Refused
from keyturn.core.rulebook import RuleBook, read_rulebook
from keyturn.render.manifest_text import manifest_text

BOOK = read_rulebook("rules.yml", (Path(__file__).parents[2] / "rules.yml").read_bytes())


def facts(*files: ChangedFile) -> Facts:
    """The facts of a branch that changes these files."""
    return Facts(head="1" * 40, base="main", rules=Rules(None), files=files, file_count=len(files))


def written(*paths: str) -> tuple[ChangedFile, ...]:
    """Files that were modified."""
    return tuple(ChangedFile(path, Change.MODIFIED) for path in paths)


def removed(*paths: str) -> tuple[ChangedFile, ...]:
    """Files that were removed."""
    return tuple(ChangedFile(path, Change.REMOVED) for path in paths)


def claims(drafted: Draft) -> list[tuple[str, str, str]]:
    """The actions in short."""
    return [(action.action_type, action.target, action.scope) for action in drafted.actions]


def filled(drafted: Draft, book: RuleBook = BOOK) -> Manifest:
    """What the draft's text says once the descriptions are written."""
    text = manifest_text(drafted, book, "main", "work")
    return read_manifest(manifest(text.replace(UNFILLED, "Done: ")))


def manifest(text: str) -> ManifestFile:
    """A manifest file of this text."""
    content = text.encode()
    return ManifestFile(path=".agent/manifests/x.yml", kind=FileKind.REGULAR, content=content, size=len(content))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (written("a.py"), [("write", "a.py", "single_file")]),
        (removed("a.py"), [("delete", "a.py", "single_file")]),
        ((ChangedFile("b.py", Change.RENAMED, "a.py"),), [("write", "b.py", "single_file")]),
        ((ChangedFile("b.py", Change.CHANGED),), [("write", "b.py", "single_file")]),
        (
            written(*(f"src/{number}" for number in range(MOST_SINGLE))),
            [("write", f"src/{number}", "single_file") for number in range(MOST_SINGLE)],
        ),
        (
            (*written(*(f"src/{number:02}" for number in range(MOST_SINGLE + 1)), "src/deep/a", "srcx/b"),),
            [("write", "src", "directory"), ("write", "srcx/b", "single_file")],
        ),
        (removed(*(f"old/{number:02}" for number in range(MOST_SINGLE + 1))), [("delete", "old", "directory")]),
        (
            (*removed(*(f"old/{number}" for number in range(10, 21))), *written("old/new")),
            [("write", "old/new", "single_file")]
            + [("delete", f"old/{number}", "single_file") for number in range(10, 21)],
        ),
        (
            (*removed("a"), *written("a/b")),
            [("write", "a/b", "single_file"), ("delete", "a", "directory")],
        ),
        (written(".agent/manifests/x.yml", "a"), [("write", "a", "single_file")]),
        (removed(".agent/manifests/x.yml"), []),
        (
            (ChangedFile(".agent/manifests/x.yml", Change.RENAMED, "a.py"),),
            [("delete", "a.py", "single_file")],
        ),
    ],
)
def test_draft__claims_what_is_true(files: tuple[ChangedFile, ...], expected: list[tuple[str, str, str]]) -> None:
    """A file by itself, a folder where many files in it changed in the same way; removals only where all is gone."""
    drafted = draft(facts(*files), BOOK)
    assert claims(drafted) == expected
    assert drafted.left == ()


@pytest.mark.parametrize(
    ("path", "target", "glob"),
    [
        pytest.param("a\nb.py", "a?b.py", "a?b.py", id="a character that no target may hold"),
        pytest.param("caf\udce9", "caf?", "caf?", id="a byte that is no UTF-8"),
        pytest.param("[x]\t*#!\\ y", "[x]?*#!\\ y", r"\[x\]?\*\#\!\\\ y", id="what means something in a glob"),
        pytest.param("x" * 513, "x" * 512, "x" * 513, id="longer than a target may be"),
        pytest.param("x" * 511 + "/y", "x" * 511, "x" * 511 + "/y", id="cut at a folder"),
    ],
)
def test_draft__names_what_no_target_can_hold_by_a_glob(path: str, target: str, glob: str) -> None:
    """A path that no target can hold is described as far as one can, and covered by a glob that matches it."""
    drafted = draft(facts(*written(path)), BOOK)
    assert [(action.target, action.files) for action in drafted.actions] == [(target, (glob,))]
    assert cover(drafted.actions, files_to_cover(written(path), ".agent/manifests/*"), BOOK).uncovered == ()


@pytest.mark.parametrize(
    ("read_only", "removals", "expected", "left"),
    [
        ({"write"}, {"delete"}, [("modify", "a", "single_file"), ("delete", "b", "single_file")], []),
        ({"write", "modify", "change"}, {"delete"}, [("delete", "b", "single_file")], ["a"]),
        (set(), set(), [("write", "a", "single_file")], ["b"]),
        (set(), {"zap", "remove"}, [("write", "a", "single_file"), ("remove", "b", "single_file")], []),
        (set(), {"zap", "burn"}, [("write", "a", "single_file"), ("burn", "b", "single_file")], []),
        ({"delete"}, {"delete"}, [("write", "a", "single_file")], ["b"]),
    ],
)
def test_draft__uses_only_types_that_may_cover(
    read_only: set[str], removals: set[str], expected: list[tuple[str, str, str]], left: list[str]
) -> None:
    """The rule book says which types may cover a file, and which a removed one; without one it stays undeclared."""
    book = replace(BOOK, read_only=frozenset(read_only), removals=frozenset(removals))
    drafted = draft(facts(*written("a"), *removed("b")), book)
    assert claims(drafted) == expected
    assert [file.path for file in drafted.left] == left
    text = manifest_text(drafted, book, "main", "work")
    assert ("cannot be declared" in text) is bool(left)


def test_draft__of_a_huge_diff_stays_within_a_thousand_actions() -> None:
    """The more there is, the coarser the claims; everything stays covered."""
    folders = written(*(f"d{number % 50}/e{number % 1500}/{number}" for number in range(3000)))
    drafted = draft(facts(*folders), BOOK)
    assert len(drafted.actions) <= MOST_ACTIONS
    assert drafted.left == ()
    roots = (*written(*(f"f{number}" for number in range(1500))), *removed("gone"))
    drafted = draft(facts(*roots), BOOK)
    assert [(action.action_type, action.files) for action in drafted.actions] == [("write", ("*",)), ("delete", ("*",))]
    assert drafted.left == ()


def test_draft__of_a_huge_diff_that_cannot_be_declared_whole() -> None:
    """Where nothing may cover removed files, they are left, however coarse the claims become."""
    roots = (*written(*(f"f{number}" for number in range(1500))), *removed("gone"))
    drafted = draft(facts(*roots), replace(BOOK, removals=frozenset()))
    assert [action.files for action in drafted.actions] == [("*",)]
    assert [file.path for file in drafted.left] == ["gone"]


def test_draft__is_refused_until_it_is_filled_in() -> None:
    """An agent that commits the draft as it is learns which descriptions it has not written."""
    text = manifest_text(draft(facts(*written("a", "b")), BOOK), BOOK, "main", "work")
    with pytest.raises(Refused) as refused:
        read_manifest(manifest(text))
    assert len(refused.value.problems) == 2
    assert all(UNFILLED.strip() in problem.message for problem in refused.value.problems)


def test_draft__lists_at_most_fifty_files_that_cannot_be_declared() -> None:
    """A long list of comments helps nobody."""
    book = replace(BOOK, removals=frozenset())
    drafted = draft(facts(*written("a"), *removed(*(f"b{number}" for number in range(60)))), book)
    assert "#   and 10 more" in manifest_text(drafted, book, "main", "work")


SEGMENT = st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=6).filter(
    lambda text: text not in {".", ".."}
)
PATH = st.lists(
    st.sampled_from(["a", "b", "src", "on", "010", "* ", "[x]", "#c", "\udcff", "x\n"]) | SEGMENT,
    min_size=1,
    max_size=3,
)
CHANGED = st.dictionaries(
    PATH.map("/".join) | st.integers(0, 40).map(lambda number: f"many/{number}"),
    st.sampled_from([Change.ADDED, Change.MODIFIED, Change.REMOVED]),
    min_size=1,
    max_size=40,
)


@given(changed=CHANGED)
def test_draft__with_its_descriptions_written_covers_the_whole_diff(changed: dict[str, Change]) -> None:
    """Whatever changed and whatever it is called, the text reads as a manifest, and every file is covered by it."""
    diff = facts(*(ChangedFile(path, change) for path, change in changed.items()))
    drafted = draft(diff, BOOK)
    actions = filled(drafted).actions
    assert len(actions) == len(drafted.actions)
    covered = cover(actions, files_to_cover(diff.files, diff.manifest_path), BOOK)
    assert covered.uncovered == drafted.left == ()
    for action in actions:
        if action.scope is Scope.DIRECTORY and action.files is None:
            assert any(path == action.target or path.startswith(f"{action.target}/") for path in changed)
