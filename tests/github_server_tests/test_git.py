"""The server's git: the same names as git gives, the same renames, histories and merge bases."""

import subprocess
from pathlib import Path

import pytest

from tests.github_server.hub import GitHubServer
from tests.github_server.state.export import export
from tests.github_server.state.git_history import merge_base, touching
from tests.github_server.state.git_objects import object_id
from tests.github_server.state.git_store import Executable, Submodule, Symlink
from tests.github_server.state.repository import Repository


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_export__git_finds_nothing_wrong(repo: Repository, tmp_path: Path) -> None:
    """What the server holds is a repository that git itself checks and agrees with, name by name."""
    ann = repo.user("ann", role="write")
    repo.commit("main", {"src/a.py": "a\n", "src.txt": "b\n", "src-x/c": "c\n", "link": Symlink("src/a.py")})
    repo.commit("main", {"run.sh": Executable("#!/bin/sh\n"), "vendored": Submodule("3" * 40), "empty": b""})
    pull = repo.pull_request(author=ann, files={"src/a.py": None, "ünïcode": "ü\n"}, commit={"signed": True})
    pull.merge(ann)

    folder = export(repo, tmp_path / "shop.git")

    assert _git(folder, "rev-parse", "main") == repo.tip("main")
    _git(folder, "fsck", "--strict", "--no-dangling")
    assert "src-x/c" in _git(folder, "ls-tree", "-r", "--name-only", "main")


def test_blob__named_as_git_does() -> None:
    """The name of the empty blob is the one everybody knows."""
    assert object_id("blob", b"") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"


def test_changes__as_git_sees_them(repo: Repository, tmp_path: Path) -> None:
    """Additions, removals, edits and renames are those of `git diff -M` from where base and head parted."""
    text = "".join(f"line {number}\n" for number in range(30))
    repo.commit("main", {"a/one": text, "a/two": "x\ny\n", "a/three": "gone\n", "a/four": "same\n"})
    moved = text.replace("line 3\n", "line three\n")
    pull = repo.pull_request(
        author=repo.bot("agent"),
        files={"a/one": None, "b/one": moved, "a/two": "x\n", "a/three": None, "a/five": "new\n"},
    )
    repo.commit("main", {"a/four": "changed behind its back\n"})
    folder = export(repo, tmp_path / "shop.git")

    told = _git(folder, "diff", "-M", "--name-status", f"main...{pull.head_ref}").splitlines()

    letters = {"ADDED": "A", "DELETED": "D", "MODIFIED": "M", "RENAMED": "R"}
    mine = sorted((letters[each.status], each.previous or each.path, each.path) for each in pull.changes())
    assert mine == sorted((line.split("\t")[0][0], line.split("\t")[1], line.split("\t")[-1]) for line in told)
    numbers = {
        line.split("\t")[-1]: line.split("\t")[:2]
        for line in _git(folder, "diff", "--no-renames", "--numstat", f"main...{pull.head_ref}").splitlines()
    }
    assert numbers["a/two"] == ["0", "1"]
    assert next((each.additions, each.deletions) for each in pull.changes() if each.path == "a/two") == (0, 1)


@pytest.mark.parametrize("path", ["rules.yml", "src", "src/deep/a", None])
def test_history__as_git_tells_it(hub: GitHubServer, repo: Repository, tmp_path: Path, path: str | None) -> None:
    """The commits that changed a path are those `git log -- path` lists, merges and all."""
    repo.commit("main", {"src/deep/a": "1\n"})
    hub.clock.advance(minutes=1)
    pull = repo.pull_request(author=repo.bot("agent"), files={"src/deep/a": "2\n"})
    hub.clock.advance(minutes=1)
    repo.commit("main", {"rules.yml": "version: 2\n"})
    hub.clock.advance(minutes=1)
    pull.merge()
    folder = export(repo, tmp_path / "shop.git")

    mine = [commit.oid for commit in touching(hub.world.store, repo.tip("main"), path)]

    below = [] if path is None else ["--", path]
    assert mine == _git(folder, "log", "--format=%H", "main", *below).split()


def test_merge_base__as_git_finds_it(hub: GitHubServer, repo: Repository, tmp_path: Path) -> None:
    """Two branches parted where git says they did, also after one was merged into the other."""
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "1\n"})
    hub.clock.advance(minutes=1)
    repo.commit("main", {"b": "1\n"})
    hub.clock.advance(minutes=1)
    pull.update_branch(repo.maintainer)
    hub.clock.advance(minutes=1)
    repo.commit("main", {"b": "2\n"})
    folder = export(repo, tmp_path / "shop.git")

    mine = merge_base(hub.world.store, repo.tip("main"), pull.head_oid)

    assert mine == _git(folder, "merge-base", "main", pull.head_ref)
    assert [each.path for each in pull.changes()] == ["a"]
