"""The local repository: what its branches are called, and where two of them parted."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from msgspec import Struct

from keyturn.git.objects import Objects, opened
from keyturn.git.process import Git, GitCommandError, GitError

_HEADS: Final = "refs/heads/"
_REMOTES: Final = "refs/remotes/"
_EXPRESSION: Final = re.compile(r"[\s~^:?*\[\\]|@\{|\.\.")
"""What no branch can have in its name, so that it is git's language for commits."""


class Revision(Struct, frozen=True):
    """A commit as somebody named it; `branch` is the branch's own name, without its remote, where it is a branch."""

    name: str
    commit: str
    branch: str | None = None


class Repository(Struct, frozen=True, kw_only=True):
    """A git repository: with a worktree, bare, or a worktree among several; `root` is `None` where it is bare."""

    git: Git
    objects: Objects
    shallow: bool
    root: Path | None

    def head(self) -> Revision:
        """What is checked out. Raises GitError before the first commit."""
        commit = self.objects.commit("HEAD")
        name = self._full_name("HEAD")
        branch = name.removeprefix(_HEADS) if name.startswith(_HEADS) else None
        if commit is None:
            where = f"the branch {branch}" if branch else "HEAD"
            msg = f"there is no commit on {where} yet; commit the work first, for only commits are judged"
            raise GitError(msg)
        return Revision("HEAD", commit, branch)

    def revision(self, name: str) -> Revision:
        """The branch of this name, here or on a remote, else whatever git takes the name for. Raises GitError.

        A branch that is not here is looked for on `origin`: a pull request knows it by its own name.
        """
        if not name or name.startswith("-"):
            msg = f"{name!r} is no name of a branch or commit"
            raise GitError(msg)
        if name == "HEAD":
            return self.head()
        return self._branch(name) or self._other(name)

    def default_base(self) -> Revision:
        """The branch that pull requests go into: the remote's default branch, else `main` or `master`.

        Raises GitError where there is none of them.
        """
        candidates = [self._full_name(f"{_REMOTES}origin/HEAD")]
        for name in ("main", "master"):
            candidates += [_HEADS + name, f"{_REMOTES}origin/{name}"]
        for full in candidates:
            found = self._branch(full)
            if found is not None:
                return found
        msg = (
            "nothing says which branch this would be merged into: neither origin/HEAD nor main nor master has a commit "
            "here; name the branch with --base, and fetch it first where it is missing (git fetch origin)"
        )
        raise GitError(msg)

    def merge_base(self, base: Revision, head: Revision) -> str:
        """The commit at which the two parted. Raises GitError where there is none, or it cannot be known here."""
        if self.shallow and self._is_cut_off(base, head):
            msg = (
                f"this clone is shallow, and its history ends before the commit where {head.name} and {base.name} "
                "parted; fetch more of it: git fetch --deepen=100 (or --unshallow)"
            )
            raise GitError(msg)
        try:
            return self.git.run("merge-base", base.commit, head.commit).decode("ascii").strip()
        except GitCommandError as failed:
            if failed.said:
                raise
            msg = f"{head.name} and {base.name} have no commit in common; GitHub opens no pull request between them"
            raise GitError(msg) from None

    def _is_cut_off(self, base: Revision, head: Revision) -> bool:
        """Whether the history that only one of the two has ends here because the clone is shallow."""
        listed = self.git.run("rev-list", "--parents", f"{base.commit}...{head.commit}").decode("ascii")
        ends = [line for line in listed.splitlines() if " " not in line]
        return any(self.objects.parents(commit) for commit in ends)

    def _branch(self, name: str) -> Revision | None:
        if _EXPRESSION.search(name):
            return None
        for prefix in _prefixes(name):
            commit = self.objects.commit(prefix + name)
            if commit is not None:
                return Revision(_short(name), commit, _own_name(prefix + name))
        return None

    def _other(self, name: str) -> Revision:
        commit = self.objects.commit(name)
        if commit is None:
            refs = f"{name}:{_REMOTES}origin/{name}"
            fetch = f"; fetch it first: git fetch origin {refs}" if self._has_remote() else ""
            msg = f"there is no branch or commit {name!r} in this clone{fetch}"
            raise GitError(msg)
        return Revision(name, commit)

    def _has_remote(self) -> bool:
        return bool(self.git.run("remote").strip())

    def _full_name(self, name: str) -> str:
        """The ref that a symbolic ref points to, whether that exists or not; the name itself where it is none."""
        try:
            return self.git.run("symbolic-ref", "--quiet", name).decode("utf-8", "surrogateescape").strip()
        except GitCommandError:
            return name


@contextmanager
def open_repository(directory: str) -> Iterator[Repository]:
    """The repository that a directory belongs to, until the end of the statement.

    Raises GitError where it belongs to none.
    """
    git = Git(directory)
    try:
        said = git.run("rev-parse", "--is-bare-repository", "--is-shallow-repository", "--show-cdup")
    except GitCommandError as failed:
        if "not a git repository" not in failed.said:
            raise
        msg = f"{str(Path(directory).resolve())!r} is in no git repository; go to one, or make one with `git init`"
        raise GitError(msg) from None
    bare, shallow, up = said.decode("utf-8", "surrogateescape").split("\n", 2)
    root = None if bare == "true" else Path(directory, up.removesuffix("\n"))
    with opened(git) as objects:
        yield Repository(git=git, objects=objects, shallow=shallow == "true", root=root)


def _prefixes(name: str) -> Iterable[str]:
    if name.startswith((_HEADS, _REMOTES)):
        return ("",)
    return (_HEADS, _REMOTES, f"{_REMOTES}origin/")


def _short(name: str) -> str:
    return name.removeprefix(_HEADS).removeprefix(_REMOTES)


def _own_name(full: str) -> str | None:
    """The branch's own name: `refs/remotes/origin/main` is `main`; `None` where the ref is no branch."""
    if full.startswith(_HEADS):
        return full.removeprefix(_HEADS)
    own = full.removeprefix(_REMOTES).partition("/")[2]
    return own if own not in {"", "HEAD"} else None
