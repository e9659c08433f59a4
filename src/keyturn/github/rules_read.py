"""The rule book on the default branch: as it is now, and as it was at earlier tips of that branch."""

from msgspec import Struct

from keyturn.core.facts import FileVersion
from keyturn.core.manifest import LARGEST, FileKind
from keyturn.github.blobs import Blobs, kind_of
from keyturn.github.fields import Fields

_FOUND = {
    FileKind.SYMLINK: "a symbolic link",
    FileKind.SUBMODULE: "a submodule",
    FileKind.OTHER: "a folder or something else",
}


class RulesReader(Struct, frozen=True):
    """Reads versions of the rule book by their tree entries, so that no link is followed."""

    blobs: Blobs
    path: str

    def version(self, entry: Fields | None) -> FileVersion | None:
        """The file behind a tree entry; `None` where there is none."""
        if entry is None:
            return None
        kind, size = kind_of(entry), entry.whole("size")
        if kind is not FileKind.REGULAR:
            return FileVersion(self.path, None, f"the rule book is a regular file; found {_FOUND[kind]}")
        if size > LARGEST:
            problem = f"the file has {size:,} bytes; at most {LARGEST:,} are read"
            return FileVersion(self.path, None, problem)
        return FileVersion(self.path, self.blobs.of_entry(entry))
