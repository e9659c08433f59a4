"""Which rule book applies."""

from typing import Final

import pytest

from keyturn.core.digest import bytes_digest
from keyturn.core.facts import UNREAD, FileVersion, Rules
from keyturn.core.rules_in_force import read_rules

VALID: Final = """\
version: 1
unmatched: single
undeclared: multi
rules: {}
tiers:
  single: {approvals: 1, escalate_after: 60m, expire_after: 24h}
  multi: {approvals: 2, escalate_after: 4h, expire_after: 24h}
approvers: {permission: write}
"""


def version(text: str | None = VALID, problem: str | None = None) -> FileVersion:
    """A version of the rule book."""
    return FileVersion("rules.yml", None if text is None else text.encode(), problem)


OLDER = version(VALID.replace("unmatched: single", "unmatched: multi"))


def test_read_rules__the_default_branch_has_one() -> None:
    """The rule book of the default branch judges; older ones are not even asked for."""
    found = read_rules(Rules(version()), "rules.yml")
    assert found.book is not None
    assert found.governing is found.book
    assert (found.fallback, found.missing, found.problems, found.wants_older) == (None, False, (), False)
    assert read_rules(Rules(version(), (OLDER,)), "rules.yml").fallback is None


@pytest.mark.parametrize(
    ("current", "missing"),
    [(None, True), (version("version: 2\n"), False), (version(None, "it is a symbolic link"), False)],
    ids=["missing", "refused", "unreadable"],
)
def test_read_rules__missing_or_broken(current: FileVersion | None, *, missing: bool) -> None:
    """Where it is missing or broken older ones are asked for; the newest valid of them serves for a few things only."""
    asked = read_rules(Rules(current, UNREAD), "rules.yml")
    assert (asked.book, asked.governing, asked.missing, asked.wants_older) == (None, None, missing, True)
    found = read_rules(Rules(current, (version("rules: ["), version(None), OLDER, version())), "rules.yml")
    assert (found.book, found.missing, found.wants_older) == (None, missing, False)
    assert found.fallback is not None
    assert found.governing is found.fallback
    assert found.fallback.unmatched == "multi"
    assert found.problems == asked.problems
    assert found.problems
    never = read_rules(Rules(current, (version("rules: ["),)), "rules.yml")
    assert (never.book, never.fallback, never.governing, never.wants_older) == (None, None, None, False)


@pytest.mark.parametrize(
    ("current", "digest"),
    [
        (version(), bytes_digest(VALID.encode())),
        (version("version: 2\n"), bytes_digest(b"version: 2\n")),
        (version(""), bytes_digest(b"")),
        (version(None, "it is a symbolic link"), None),
        (None, None),
    ],
    ids=["valid", "refused", "empty", "unreadable", "missing"],
)
@pytest.mark.parametrize("older", [UNREAD, (), (OLDER,)], ids=["unread", "none", "one"])
def test_read_rules__digest_of_the_bytes(
    current: FileVersion | None, digest: str | None, older: tuple[FileVersion, ...]
) -> None:
    """The digest is that of the file as the default branch has it, valid or not, never that of an older one."""
    assert read_rules(Rules(current, older), "rules.yml").digest == digest


@pytest.mark.parametrize(
    ("current", "words"),
    [
        (None, "there is no rule book on the default branch"),
        (version(None, "it is a symbolic link"), "it is a symbolic link"),
        (version(None), "the file cannot be read"),
    ],
)
def test_read_rules__says_what_is_wrong(current: FileVersion | None, words: str) -> None:
    """The problem names the file and what is wrong with it."""
    (problem,) = read_rules(Rules(current, ()), "rules.yml").problems
    assert problem.file == "rules.yml"
    assert words in problem.message
