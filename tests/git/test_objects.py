"""Commits, trees and files, read through one git process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from keyturn.git.objects import Blob, Entry, Objects, opened
from keyturn.git.process import Git, GitError
from tests.support.scratch import Scratch


@pytest.fixture
def objects(scratch: Scratch) -> Iterator[Objects]:
    """The objects of the scratch repository."""
    with opened(Git(str(scratch.path))) as found:
        yield found


def test_entry__finds_files_and_folders_byte_for_byte(scratch: Scratch, objects: Objects) -> None:
    """A path is followed through the trees; case counts, and names that are no UTF-8 are found."""
    commit = scratch.commit({"src/deep/b.txt": "b", b"src/caf\xe9": "c"})
    blob = scratch.git("rev-parse", "HEAD:src/deep/b.txt")
    assert objects.entry(commit, "src/deep/b.txt") == Entry("100644", blob)
    assert objects.entry(commit, "/src/deep/b.txt") == Entry("100644", blob)
    found = objects.entry(commit, "src/caf\udce9")
    assert found is not None
    assert objects.blob(found.oid, 10) == Blob(1, b"c")
    folder = objects.entry(commit, "src/deep")
    assert folder is not None
    assert folder.mode == "040000"
    for absent in ("src/deep/B.txt", "src/deep/b.txt/c", "nowhere/b.txt", "src/dee"):
        assert objects.entry(commit, absent) is None


def test_blob__reads_at_most_what_was_asked_for(scratch: Scratch, objects: Objects) -> None:
    """A file that is too large is measured and passed over, and the next one is still read right."""
    commit = scratch.commit({"large": b"x" * 300_000, "small": "\n\n"})
    large, small = objects.entry(commit, "large"), objects.entry(commit, "small")
    assert large is not None
    assert small is not None
    assert objects.blob(large.oid, 300_000) == Blob(300_000, b"x" * 300_000)
    assert objects.blob(large.oid, 299_999) == Blob(300_000, None)
    assert objects.blob(small.oid, 100) == Blob(2, b"\n\n")
    assert objects.blob("1" * 40, 100) is None


def test_parents__are_those_that_the_commit_names(scratch: Scratch, tmp_path: Path) -> None:
    """A shallow clone hides a parent; the commit still names it."""
    scratch.commit({"more": "1"})
    scratch.git("clone", "-q", "--depth=1", scratch.path.as_uri(), str(tmp_path / "clone"))
    with opened(Git(str(tmp_path / "clone"))) as shallow:
        head = shallow.commit("HEAD")
        assert head is not None
        assert shallow.parents(head) == 1
    with pytest.raises(GitError, match="is not in this clone"), opened(Git(str(tmp_path / "clone"))) as shallow:
        shallow.parents("1" * 40)


def test_objects__of_a_sha256_repository(tmp_path: Path) -> None:
    """Longer names are read as well."""
    tmp_path.joinpath("long").mkdir()
    scratch = Scratch(tmp_path / "long")
    scratch.git("init", "-q", "-b", "main", "--object-format=sha256")
    commit = scratch.commit({"src/a": "a"})
    assert len(commit) == 64
    with opened(Git(str(scratch.path))) as objects:
        found = objects.entry(commit, "src/a")
        assert found is not None
        assert objects.blob(found.oid, 10) == Blob(1, b"a")


def test_blob__that_is_damaged(scratch: Scratch) -> None:
    """A damaged object ends in git's words, never in an endless wait or in half a file."""
    scratch.commit({"src/a": bytes(range(256))})
    oid = scratch.git("rev-parse", "HEAD:src/a")
    damaged = scratch.path / ".git" / "objects" / oid[:2] / oid[2:]
    damaged.chmod(0o644)
    damaged.write_bytes(damaged.read_bytes()[:60])
    with opened(Git(str(scratch.path))) as objects, pytest.raises(GitError, match="git cat-file failed: "):
        objects.blob(oid, 1000)


@pytest.mark.parametrize("cut", [0, 30, 48, 52, 54])
def test_objects__say_that_git_ended(
    scratch: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: int
) -> None:
    """Where git ends in the middle of an answer, that is an error and never a shorter file."""
    oid = scratch.git("rev-parse", "HEAD:README.md")
    answer = f"{oid} blob 6\nhello\n\n"[:cut]
    git = tmp_path / "git"
    git.write_text(f"#!/bin/sh\nread name\nprintf '%s' '{answer}'\necho 'fatal: out of memory' >&2\nexit 1\n")
    git.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    for most in (0, 100):
        with opened(Git(str(scratch.path))) as objects, pytest.raises(GitError, match="cat-file failed: out of memory"):
            objects.blob(oid, most)


def test_objects__of_a_directory_that_is_no_repository(tmp_path: Path) -> None:
    """What git says is passed on."""
    with opened(Git(str(tmp_path))) as objects:
        objects._process.wait(timeout=60)
        with pytest.raises(GitError, match="not a git repository"):
            objects.commit("HEAD")


def test_objects__fetch_nothing(scratch: Scratch, tmp_path: Path) -> None:
    """A partial clone's missing contents are missing: no other machine is asked."""
    scratch.git("config", "uploadpack.allowFilter", "true")
    oid = scratch.git("rev-parse", "HEAD:src/a.py")
    scratch.git("clone", "-q", "--bare", "--filter=blob:none", scratch.path.as_uri(), str(tmp_path / "partial"))
    with opened(Git(str(tmp_path / "partial"))) as objects:
        assert read_or_why(objects, oid) in {"None", "partial"}


def read_or_why(objects: Objects, oid: str) -> str:
    """A blob, or why there is none: git before 2.45 ends where it may not fetch."""
    try:
        return str(objects.blob(oid, 100))
    except GitError as error:
        return "partial" if "this clone is a partial one, and keyturn fetches nothing" in str(error) else str(error)
