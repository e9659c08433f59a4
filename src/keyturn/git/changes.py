"""What differs between two commits, as git's raw diff tells it."""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from keyturn.git.process import Git, Running

RENAME_LIMIT: Final = 1000
"""Above so many files on either side git looks for exact renames only, so that no branch can make it slow."""

_DIFF: Final = (
    "-r",
    "-z",
    "--raw",
    "--numstat",
    "--find-renames",
    f"-l{RENAME_LIMIT}",
    "--no-relative",
    "--no-ext-diff",
    "--no-textconv",
    "--ignore-submodules=none",
)
_KINDS: Final = {
    "100644": "a regular file",
    "100755": "an executable file",
    "120000": "a symbolic link",
    "160000": "a submodule",
}
ABSENT: Final = "000000"


class RawChange(Struct, frozen=True, kw_only=True):
    """One file of a raw diff.

    `status` is git's letter; `oid` names the new content, `mode` and `previous_mode` are as git writes them.
    """

    path: str
    previous: str | None
    status: str
    previous_mode: str
    mode: str
    same_content: bool
    oid: str
    binary: bool = False

    @property
    def notes(self) -> tuple[str, ...]:
        """What is remarkable about the file besides its content."""
        return tuple(self._notes())

    def _notes(self) -> Iterator[str]:
        old, new = self.previous_mode, self.mode
        if ABSENT in {old, new}:
            mode = old if new == ABSENT else new
            if mode != "100644":
                yield _kind(mode)
        elif {old, new} == {"100644", "100755"}:
            yield "made executable" if new == "100755" else "no longer executable"
        elif old != new:
            yield f"was {_kind(old)}, is {_kind(new)}"
        elif new in {"120000", "160000"}:
            yield _kind(new)
        if self.binary:
            yield "binary"


def start_diff(git: Git, before: str, after: str) -> Running:
    """Start to compare two commits, renames detected; read it with `read_diff`."""
    return git.start("diff-tree", *_DIFF, before, after)


def read_diff(output: bytes) -> tuple[RawChange, ...]:
    """The files in the output of `start_diff`, in git's order. Names that are no UTF-8 keep their bytes (PEP 383)."""
    fields = iter(output.decode("utf-8", "surrogateescape").split("\0")[:-1])
    changes: list[RawChange] = []
    binary: set[str] = set()
    for field in fields:
        if field.startswith(":"):
            changes.append(_raw(field, fields))
        elif field.startswith("-\t-\t"):
            binary.add(_counted(field, fields))
        else:
            _counted(field, fields)
    if not binary:
        return tuple(changes)
    return tuple(_marked(change) if change.path in binary else change for change in changes)


def _raw(field: str, fields: Iterator[str]) -> RawChange:
    previous_mode, mode, previous_oid, oid, status = field[1:].split(" ")
    path, previous = next(fields), None
    if status[0] in "RC":
        path, previous = next(fields), path
    return RawChange(
        path=path,
        previous=previous,
        status=status[0],
        previous_mode=previous_mode,
        mode=mode,
        same_content=previous_oid == oid,
        oid=oid,
    )


def _counted(field: str, fields: Iterator[str]) -> str:
    """The path of a line count; a rename has its two names in fields of their own."""
    path = field.split("\t", 2)[2]
    if path:
        return path
    next(fields)
    return next(fields)


def _marked(change: RawChange) -> RawChange:
    return RawChange(
        path=change.path,
        previous=change.previous,
        status=change.status,
        previous_mode=change.previous_mode,
        mode=change.mode,
        same_content=change.same_content,
        oid=change.oid,
        binary=change.mode != "160000",
    )


def _kind(mode: str) -> str:
    return _KINDS.get(mode, f"of mode {mode}")
