"""Reads commits, trees and files of a repository through one git process."""

import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Final

from msgspec import Struct

from keyturn.git.process import Git, GitCommandError, GitError

_FOUND: Final = re.compile(rb"(?P<oid>[0-9a-f]{40,64}) (?P<kind>[a-z]+) (?P<size>[0-9]+)\n")
_CHUNK: Final = 1 << 16


class Entry(Struct, frozen=True):
    """What a tree holds under a name; `mode` as git writes it, such as `100644`."""

    mode: str
    oid: str


class Blob(Struct, frozen=True):
    """A file's bytes; `content` is `None` where there are more than were asked for."""

    size: int
    content: bytes | None


class Objects:
    """The objects of one repository, as `opened` gives them."""

    def __init__(self, process: subprocess.Popen[bytes], said: IO[bytes]) -> None:
        """Speak to a running `git cat-file --batch` that complains to a file."""
        self._process = process
        self._said = said

    def commit(self, revision: str) -> str | None:
        """The full name of the commit that a revision means; `None` where there is none, or more than one."""
        if "\n" in revision or "\0" in revision:
            return None
        found = self._ask(revision + "^{commit}")
        if found is None:
            return None
        self._skip(found.size)
        return found.oid

    def parents(self, commit: str) -> int:
        """How many parents a commit names, whether they are here or not. Raises GitError where it is not here."""
        header, _, _ = self._content(commit)[1].partition(b"\n\n")
        return header.count(b"\nparent ")

    def entry(self, commit: str, path: str) -> Entry | None:
        """What stands at a path in the tree of a commit; `None` where nothing does."""
        entry: Entry | None = Entry("040000", commit + "^{tree}")
        for name in path.strip("/").encode("utf-8", "surrogateescape").split(b"/"):
            if entry is None or entry.mode != "040000":
                return None
            entry = next((found for held, found in self.tree(entry.oid) if held == name), None)
        return entry

    def tree(self, tree: str) -> Iterator[tuple[bytes, Entry]]:
        """The names in a tree, with what they hold. Raises GitError where the tree is not here."""
        oid, content = self._content(tree)
        position, binary = 0, len(oid) // 2
        while position < len(content):
            end = content.index(b"\0", position)
            mode, _, name = content[position:end].partition(b" ")
            position = end + 1 + binary
            yield name, Entry(mode.decode("ascii").zfill(6), content[end + 1 : position].hex())

    def blob(self, oid: str, most: int) -> Blob | None:
        """The bytes of a file, where there are at most so many; `None` where they are not here."""
        found = self._ask(oid)
        if found is None:
            return None
        if found.size > most:
            self._skip(found.size)
            return Blob(found.size, None)
        return Blob(found.size, self._read(found.size))

    def _content(self, name: str) -> tuple[str, bytes]:
        found = self._ask(name)
        if found is None:
            msg = f"the object {name} is not in this clone"
            raise GitError(msg)
        return found.oid, self._read(found.size)

    def _ask(self, name: str) -> "_Found | None":
        try:
            self._in.write(name.encode("utf-8", "surrogateescape") + b"\n")
            self._in.flush()
        except BrokenPipeError:
            raise self._ended() from None
        answer = self._out.readline()
        if not answer.endswith(b"\n"):
            raise self._ended()
        found = _FOUND.fullmatch(answer)
        return _Found(found["oid"].decode("ascii"), int(found["size"])) if found else None

    def _read(self, size: int) -> bytes:
        content = self._out.read(size)
        if len(content) < size or self._out.read(1) != b"\n":
            raise self._ended()
        return content

    def _skip(self, size: int) -> None:
        left = size + 1
        while left:
            read = len(self._out.read(min(left, _CHUNK)))
            if not read:
                raise self._ended()
            left -= read

    def _ended(self) -> GitCommandError:
        """Git ended before its answer did."""
        self._process.wait()
        self._said.seek(0)
        return GitCommandError("cat-file", self._said.read().decode("utf-8", "replace"))

    @property
    def _in(self) -> IO[bytes]:
        assert self._process.stdin is not None  # noqa: S101 - it was opened as a pipe
        return self._process.stdin

    @property
    def _out(self) -> IO[bytes]:
        assert self._process.stdout is not None  # noqa: S101 - it was opened as a pipe
        return self._process.stdout


@contextmanager
def opened(git: Git) -> Iterator[Objects]:
    """The objects of a repository, until the end of the statement. Raises GitError where there is no git."""
    with tempfile.TemporaryFile() as said:
        process = git.popen("cat-file", "--batch", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said)
        try:
            yield Objects(process, said)
        finally:
            process.kill()
            process.communicate()


class _Found(Struct, frozen=True):
    oid: str
    size: int
