"""Patterns that rule books and manifests are written in: logins, names, and globs over paths."""

from collections.abc import Iterable


def login_matches(patterns: Iterable[str], login: str) -> bool:
    """Whether any of the login patterns matches; only `*` is special, and case does not count."""
    raise NotImplementedError


def name_matches(pattern: str, name: str) -> bool:
    """Whether an fnmatch pattern (`*`, `?`, `[seq]`, `[!seq]`) matches the whole name, case and all."""
    raise NotImplementedError


class Glob:
    """One glob in gitignore syntax, without `!` and `#`, standing alone; globs with the same text are equal."""

    def __init__(self, text: str, *, casefold: bool = False) -> None:
        """Compile the glob; with `casefold`, case does not count. Raises ValueError, saying why, if it is not one."""
        raise NotImplementedError

    def matches(self, path: str) -> bool:
        """Whether the glob matches this file, or a directory above it; `path` has `/` between its parts."""
        raise NotImplementedError


def compiled_glob(text: str, *, casefold: bool = False) -> Glob:
    """The glob, compiled once for the whole process. Raises ValueError, saying why, if it is not one."""
    raise NotImplementedError
