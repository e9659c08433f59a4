"""Manifests that lie in the worktree and that nobody has committed: they are judged by nobody."""

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from keyturn.core.manifest import LARGEST
from keyturn.core.place import folder_of, is_manifest
from keyturn.git.comparison import Comparison

MOST_FILES: Final = 10_000
"""So many files are looked at."""


def uncommitted_manifests(comparison: Comparison, manifest_path: str) -> tuple[str, ...]:
    """The manifests in the worktree that the head does not hold, or not with this content, in path order.

    None where something else than what is checked out is judged. Line endings do not count.
    """
    root = comparison.repository.root
    if root is None or comparison.head.name != "HEAD":
        return ()
    return tuple(
        path for path in sorted(_manifests(root, manifest_path)) if not _is_committed(root / path, path, comparison)
    )


def _manifests(root: Path, manifest_path: str) -> Iterator[str]:
    depth = manifest_path.strip("/").count("/")
    looked_at = 0
    for folder, folders, names in os.walk(root / folder_of(manifest_path)):
        inside = Path(folder).relative_to(root)
        if len(inside.parts) >= depth:
            folders.clear()
        for name in names:
            looked_at += 1
            if looked_at > MOST_FILES:
                return
            path = (inside / name).as_posix()
            if is_manifest(path, manifest_path):
                yield path


def _is_committed(file: Path, path: str, comparison: Comparison) -> bool:
    entry = comparison.repository.objects.entry(comparison.head.commit, path)
    if entry is None:
        return False
    try:
        if file.is_symlink():
            return entry.mode == "120000" and entry.oid == _oid(os.fsencode(file.readlink()), entry.oid)
        status = file.stat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST:
            return True
        content = file.read_bytes()
    except OSError:
        return True
    return entry.oid in {_oid(content, entry.oid), _oid(content.replace(b"\r\n", b"\n"), entry.oid)}


def _oid(content: bytes, like: str) -> str:
    """The name that git gives to a file of this content, by the same algorithm as another name."""
    algorithm = hashlib.sha1 if len(like) == 40 else hashlib.sha256  # noqa: PLR2004 - git's own choice
    return algorithm(b"blob %d\0" % len(content) + content).hexdigest()
