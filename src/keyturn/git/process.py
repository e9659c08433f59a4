"""Runs git so that nothing but the repository's own data decides what it answers."""

import os
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from msgspec import Struct

_OPTIONS: Final = (
    "--no-pager",
    *("-c", "core.fsmonitor=false"),
    *("-c", "log.showSignature=false"),
    *("-c", "advice.graftFileDeprecated=false"),
)
"""No pager, no monitor, no signature check: git starts no other program. And it gives no advice on our grafts."""

_ANSWERS: Final = {
    "GIT_ALLOW_PROTOCOL": "none",  # what a partial clone lacks is missing, not fetched
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",  # GitHub does not know replaced objects and grafts, and neither do we
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_QUESTIONABLE: Final = ("GIT_DIFF_OPTS", "GIT_EXTERNAL_DIFF", "GIT_TRACE", "GIT_CURL_VERBOSE", "LANGUAGE")
"""What would change git's answers or print into them. Which repository is meant (`GIT_DIR` and the like) stays."""


_PARTIAL: Final = "; this clone is a partial one, and keyturn fetches nothing: clone anew without --filter"


class GitError(Exception):
    """Git cannot answer; the message is for the user and says what to do."""


class GitCommandError(GitError):
    """A git command failed; `said` is what it wrote to standard error."""

    def __init__(self, command: str, said: str) -> None:
        """Quote git's last words."""
        self.said = said.strip()
        last = self.said.rpartition("\n")[2].removeprefix("fatal: ") or "it did not say why"
        super().__init__(f"git {command} failed: {last}{_PARTIAL if 'promisor' in self.said else ''}")


def environment() -> dict[str, str]:
    """The environment that git runs in."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_QUESTIONABLE)}
    return kept | _ANSWERS


class Running(Struct, frozen=True):
    """A git command at work. It writes to a file, so that it never waits for us. Use it in a `with` statement."""

    command: str
    process: subprocess.Popen[bytes]
    written: IO[bytes]
    said: IO[bytes]

    def __enter__(self) -> Self:
        """End it with the statement."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the command if nobody waited for it."""
        self.process.kill()
        self.process.wait()
        self.written.close()
        self.said.close()

    def output(self) -> bytes:
        """Everything it wrote, once it has ended. Raises GitCommandError where it failed."""
        if self.process.wait() != 0:
            self.said.seek(0)
            raise GitCommandError(self.command, self.said.read().decode("utf-8", "replace"))
        self.written.seek(0)
        return self.written.read()


class Git(Struct, frozen=True):
    """Git in one directory."""

    directory: str

    def start(self, command: str, *arguments: str) -> Running:
        """Start a command and go on. Raises GitError where there is no git."""
        with ExitStack() as opened:
            written = opened.enter_context(tempfile.TemporaryFile())
            said = opened.enter_context(tempfile.TemporaryFile())
            process = self.popen(command, *arguments, stdin=subprocess.DEVNULL, stdout=written, stderr=said)
            opened.pop_all()
        return Running(command, process, written, said)

    def run(self, command: str, *arguments: str) -> bytes:
        """Run a command to its end and hand back what it wrote. Raises GitCommandError where it failed."""
        with self.start(command, *arguments) as running:
            return running.output()

    def popen(
        self, command: str, *arguments: str, stdin: int, stdout: IO[bytes] | int, stderr: IO[bytes]
    ) -> subprocess.Popen[bytes]:
        """Start a command with these streams. Raises GitError where there is no git."""
        try:
            return subprocess.Popen(
                ("git", *_OPTIONS, command, *arguments),
                cwd=self.directory,
                env=environment(),
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
            )
        except FileNotFoundError as missing:
            if Path(self.directory).is_dir():
                msg = "git is not installed, or not on the PATH"
            else:
                msg = f"there is no directory {self.directory!r}"
            raise GitError(msg) from missing
