"""A real git repository in a temporary directory, made step by step, with the same commit names every time."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

_WHO: Final = {
    "GIT_AUTHOR_NAME": "Ann",
    "GIT_AUTHOR_EMAIL": "ann@example.com",
    "GIT_COMMITTER_NAME": "Ann",
    "GIT_COMMITTER_EMAIL": "ann@example.com",
    "GIT_AUTHOR_DATE": "2026-01-02T03:04:05Z",
    "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z",
}

Files = Mapping[Any, Any]
"""What files hold, text or bytes, by their names, bytes where they are no UTF-8; `None`: the file is removed."""


@dataclass(frozen=True, slots=True)
class Scratch:
    """A repository with a worktree."""

    path: Path

    @classmethod
    def at(cls, path: Path, branch: str = "main") -> Self:
        """An empty repository at a path, its first branch not yet born."""
        path.mkdir(parents=True, exist_ok=True)
        made = cls(path)
        made.git("init", "-q", "-b", branch)
        return made

    def git(self, *arguments: str, env: Mapping[str, str] | None = None, stdin: str = "") -> str:
        """Run git in the repository, and hand back what it wrote."""
        said = subprocess.run(
            ("git", *arguments),
            cwd=self.path,
            env={**os.environ, **_WHO, **(env or {})},
            check=True,
            capture_output=True,
            input=stdin.encode(),
        )
        return said.stdout.decode("utf-8", "surrogateescape").strip()

    def write(self, files: Files) -> None:
        """Write or remove files of the worktree."""
        for name, content in files.items():
            file = Path(os.fsdecode(os.fsencode(self.path) + b"/" + os.fsencode(name)))
            if content is None:
                file.unlink()
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, files: Files | None = None, message: str = "work", **env: str) -> str:
        """Write files, commit everything in the worktree, and hand back the commit's full name."""
        self.write(files or {})
        self.git("add", "--all")
        self.git("commit", "-q", "--allow-empty", "--no-verify", "-m", message, env=env)
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str, start: str | None = None) -> None:
        """Make a branch and check it out."""
        self.git("checkout", "-q", "-b", name, *((start,) if start else ()))
