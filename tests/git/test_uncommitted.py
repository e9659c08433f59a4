"""Manifests in the worktree that nobody committed."""

import os
from pathlib import Path

import pytest

from keyturn.git.comparison import compare
from keyturn.git.uncommitted import uncommitted_manifests
from tests.support.scratch import Scratch

PLACE = ".agent/manifests/*"


def found(scratch: Scratch, manifest_path: str = PLACE, head: str | None = None) -> tuple[str, ...]:
    """The manifests that lie about."""
    with compare(str(scratch.path), None, head) as comparison:
        return uncommitted_manifests(comparison, manifest_path)


def test_uncommitted__new_and_changed_manifests(scratch: Scratch) -> None:
    """A manifest that was never committed, or not as it stands, is named; a committed one is not, whatever its ends."""
    scratch.commit({".agent/manifests/done.yml": "a\nb\n", ".agent/manifests/changed.yml": "old\n"})
    assert found(scratch) == ()
    scratch.write(
        {
            ".agent/manifests/done.yml": "a\r\nb\r\n",
            ".agent/manifests/changed.yml": "new\n",
            ".agent/manifests/new.yml": "new\n",
            ".agent/manifests/notes.txt": "no manifest\n",
            ".agent/manifests/deep/new.yml": "too deep\n",
            "new.yml": "elsewhere\n",
        }
    )
    assert found(scratch) == (".agent/manifests/changed.yml", ".agent/manifests/new.yml")


def test_uncommitted__links_and_odd_files(scratch: Scratch) -> None:
    """A link counts by where it points; what cannot be read, or is too large to be a manifest, is let be."""
    place = scratch.path / ".agent" / "manifests"
    place.mkdir(parents=True)
    (place / "kept.yml").symlink_to("nowhere")
    (place / "moved.yml").symlink_to("nowhere")
    scratch.commit({".agent/manifests/large.yml": "old", ".agent/manifests/file.yml": "old"})
    (place / "moved.yml").unlink()
    (place / "moved.yml").symlink_to("elsewhere")
    (place / "file.yml").unlink()
    (place / "file.yml").symlink_to("elsewhere")
    (place / "large.yml").write_bytes(b"x" * 300_000)
    assert found(scratch) == (".agent/manifests/file.yml", ".agent/manifests/moved.yml")


def test_uncommitted__concerns_only_what_is_checked_out(scratch: Scratch, tmp_path: Path) -> None:
    """Another branch, or a bare repository, has nothing to do with these files."""
    scratch.write({".agent/manifests/new.yml": "new\n"})
    assert found(scratch) == (".agent/manifests/new.yml",)
    assert found(scratch, head="main") == ()
    scratch.git("clone", "-q", "--bare", str(scratch.path), str(tmp_path / "bare"))
    assert found(Scratch(tmp_path / "bare")) == ()


@pytest.mark.parametrize(
    ("place", "expected"),
    [("*", ("new.yml",)), ("agents/*/manifest.*", ("agents/a/manifest.json",)), ("nowhere/*", ())],
)
def test_uncommitted__in_any_place(scratch: Scratch, place: str, expected: tuple[str, ...]) -> None:
    """The place of manifests is a setting."""
    scratch.write({"new.yml": "x", "agents/a/manifest.json": "{}", "agents/a/b/manifest.json": "{}"})
    assert found(scratch, place) == expected


def test_uncommitted__in_a_sha256_repository(tmp_path: Path) -> None:
    """Git's longer names are recognised too."""
    scratch = Scratch(tmp_path)
    scratch.git("init", "-q", "-b", "main", "--object-format=sha256")
    scratch.commit({".agent/manifests/done.yml": "a\n"})
    assert found(scratch) == ()


def test_uncommitted__does_not_search_for_ever(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with very many files is looked at in part: this is a courtesy, not a judgement."""
    monkeypatch.setattr("keyturn.git.uncommitted.MOST_FILES", 3)
    scratch.write({f".agent/manifests/{number}.yml": "x" for number in range(10)})
    assert len(found(scratch)) == 3


def test_uncommitted__does_not_wait_at_a_pipe(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no file is let be: reading a named pipe would never end. So is a file that cannot be read."""
    scratch.commit({".agent/manifests/pipe.yml": "x", ".agent/manifests/secret.yml": "x"})
    pipe = scratch.path / ".agent/manifests/pipe.yml"
    pipe.unlink()
    os.mkfifo(pipe)
    scratch.write({".agent/manifests/secret.yml": "y"})

    def refuse(self: Path) -> bytes:
        raise PermissionError(self)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert found(scratch) == ()
