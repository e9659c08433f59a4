"""Patterns that rule books and manifests are written in: logins, names, and globs over paths."""

import fnmatch
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from keyturn.core.glob_regex import check_glob, glob_regex

_WILD = re.compile(r"[*?\[\\]")


@lru_cache(maxsize=65_536)
def normal(text: str) -> str:
    """The form in which texts are compared: NFKC, case-folded, trimmed."""
    if text.isascii():
        return text.lower().strip()
    return unicodedata.normalize("NFKC", text).casefold().strip()


def login_matches(patterns: Iterable[str], login: str) -> bool:
    """Whether any of the login patterns matches; only `*` is special, and case does not count."""
    return any(_login_pattern(pattern).match(login.casefold()) for pattern in patterns)


def name_matches(pattern: str, name: str) -> bool:
    """Whether an fnmatch pattern (`*`, `?`, `[seq]`, `[!seq]`) matches the whole name, case and all."""
    return _name_pattern(pattern).match(name) is not None


@lru_cache(maxsize=4_096)
def _login_pattern(pattern: str) -> re.Pattern[str]:
    return _name_pattern(re.sub(r"[?\[]", r"[\g<0>]", pattern.casefold()))


@lru_cache(maxsize=4_096)
def _name_pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(pattern))


class Glob:
    """One glob in gitignore syntax, without `!` and `#`, standing alone.

    It matches a path, and everything below it: one without a `/` but at its end anywhere, any other from the root on.
    """

    __slots__ = ("_casefold", "_folded", "_regex", "literal", "text")

    def __init__(self, text: str, *, casefold: bool = False) -> None:
        """Check the glob; with `casefold`, case does not count. Raises ValueError, saying why, if it is not one."""
        check_glob(text)
        self.text = text
        self.literal = _literal(text)
        """The path that the glob names from the root on, where it has no wildcards: it matches that and all below."""
        self._casefold = casefold
        self._regex: re.Pattern[str] | None = None
        self._folded: re.Pattern[str] | None = None

    def matches(self, path: str) -> bool:
        """Whether the glob matches this path, or a directory above it; `path` has `/` between its parts."""
        if self.literal is not None and not self._casefold:
            return path == self.literal or path.startswith(f"{self.literal}/")
        if self._regex is None:
            self._regex = _compiled(self.text, casefold=self._casefold)
        if self._regex.match(path) is not None:
            return True
        if not self._casefold or (path.isascii() and self.text.isascii()):
            return False
        # A letter such as ß has several letters as its upper case, which no flag of a regular expression knows.
        if self._folded is None:
            self._folded = _folded(self.text)
        return self._folded.match(path.casefold()) is not None


def _literal(text: str) -> str | None:
    """The path that a glob without wildcards names from the root on."""
    if "/" not in text or text.endswith("/") or _WILD.search(text):
        return None
    return text.removeprefix("/")


def _compiled(text: str, *, casefold: bool) -> re.Pattern[str]:
    return re.compile(glob_regex(text), re.DOTALL | (re.IGNORECASE if casefold else re.NOFLAG))


def _folded(text: str) -> re.Pattern[str]:
    try:
        return _compiled(text.casefold(), casefold=True)
    except ValueError:  # folding turned a range of letters around: the expression for unfolded text has to do
        return _compiled(text, casefold=True)


@lru_cache(maxsize=8_192)
def compiled_glob(text: str, *, casefold: bool = False) -> Glob:
    """The glob, compiled once for the whole process. Raises ValueError, saying why, if it is not one."""
    return Glob(text, casefold=casefold)
