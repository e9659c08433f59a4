"""What `keyturn check` tells a person, beyond the ordinary: every line that a rule book or a branch can bring about."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from keyturn.core.facts import Account, AccountKind, Change, ChangedFile, Commit, Facts, FileVersion, Identity, Rules
from keyturn.core.judge import decide
from keyturn.core.judgement import Judgement
from keyturn.core.manifest import FileKind, ManifestFile
from keyturn.core.rules_in_force import read_rules
from keyturn.render.terminal import judged

BOOK = (Path(__file__).parents[2] / "rules.yml").read_text("utf-8")
AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
NOBODY = Identity("Ann", "ann@example.com", None)


def judgement_of(
    *targets: str,
    files: Sequence[ChangedFile] = (),
    book: str = BOOK,
    commits: int = 1,
    author: str | None = None,
    requested_by: str | None = "octocat",
    action_type: str = "write",
) -> Judgement:
    """The judgement of a branch whose manifest claims these targets."""
    asked = f"requested_by: {requested_by}\n" if requested_by else ""
    listed = "".join(
        f"  - {{action_type: {action_type}, target: '{target}', scope: single_file, description: So., "
        "estimated_impact: local}\n"
        for target in targets
    )
    content = f"version: 1\n{asked}actions:\n{listed}".encode()
    place = ".agent/manifests/x.yml"
    manifest = ManifestFile(path=place, kind=FileKind.REGULAR, content=content, size=len(content))
    facts = Facts(
        author=Account(author, AccountKind.USER) if author is not None else None,
        head="1" * 40,
        head_branch="work",
        base="main",
        files=tuple(files),
        file_count=len(files),
        commits=(Commit(oid="1" * 40, authors=(NOBODY,), committer=NOBODY, signed_by_github=False),) * commits,
        commit_count=commits,
        manifests=(manifest,) if targets else (),
        rules=Rules(FileVersion("rules.yml", book.encode()), older=()),
    )
    return decide(facts, read_rules(facts.rules, "rules.yml"), AT)


def told(*targets: str, **branch: Any) -> list[str]:
    """The lines about it."""
    return [str(line) for line in judged(judgement_of(*targets, **branch), "main", "work")]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("mode: enforce", "mode: observe", "  all of it only as a remark: the rule book says `mode: observe`"),
        (
            "escalation: {users: [], teams: []}",
            "escalation: {users: [dana], teams: [acme/ops]}",
            "  after 1h it escalates to dana and a member of acme/ops",
        ),
        (
            "{approvals: 1, escalate_after: 60m, expire_after: 24h, checks: []}",
            "{approvals: 1}",
            "  1 approval by anybody ",
        ),
        ("checks: []}\n  multi", "checks: [{name: test, app: ci}]}\n  multi", "  success of the check test of ci"),
        (
            "# calendar: ",
            "calendar: ",
            "  after 1h of working time (Europe/Berlin) it escalates to nobody, for `escalation` names nobody",
        ),
        ("unattributed_commits: add_one", "unattributed_commits: block", "accounts (if not, it is refused)"),
        (
            "unattributed_commits: add_one",
            "unattributed_commits: allow",
            "  who opens it, whether its commits belong to",
        ),
    ],
)
def test_terminal__says_what_the_rule_book_asks(old: str, new: str, expected: str) -> None:
    """Each choice in the rule book has its words."""
    lines = told("src/a", files=[ChangedFile("src/a", Change.MODIFIED)], book=BOOK.replace(old, new, 1))
    assert [line for line in lines if expected in line], lines


def test_terminal__leaves_out_deadlines_that_are_not_set() -> None:
    """A requirement without deadlines neither escalates nor expires."""
    judgement = judgement_of("src/a", files=[ChangedFile("src/a", Change.MODIFIED)])
    assert judgement.requirement is not None
    timeless = replace(judgement.requirement, escalate_after=None, expire_after=None)
    lines = [str(line) for line in judged(replace(judgement, requirement=timeless), "main", "work")]
    assert not [line for line in lines if "escalates" in line or "expires" in line]


def test_terminal__names_declared_files_that_are_out_of_the_ordinary() -> None:
    """A removed file deserves a look although it was declared."""
    lines = told("old", action_type="delete", files=[ChangedFile("old", Change.REMOVED)])
    assert "  declared    old  removed" in lines


def test_terminal__of_an_emergency_without_overriders() -> None:
    """Where nobody may break the glass, that is said."""
    lines = told("production_database", action_type="modify")
    assert "  who may break the glass, by `override` in rules.yml: nobody" in lines
    named = told(
        "production_database", action_type="modify", book=BOOK.replace("  users: []      ", "  users: [dana] ")
    )
    assert "  who may break the glass, by `override` in rules.yml: 1 person of dana" in named


def test_terminal__of_targets_that_only_look_right() -> None:
    """An action that no rule passes because of its letters says so."""
    lines = told("sеcrets", action_type="read")
    wanted = "            by characters outside printable ASCII in its target; else rules.yml:50 {action_type: read}"
    assert wanted in lines


def test_terminal__names_the_runner_up() -> None:
    """Whoever edits a rule sees which would be next."""
    lines = told("production_x", action_type="delete")
    assert [line for line in lines if "; next rules.yml:42 {action_type: delete} (multi)" in line]


def test_terminal__shortens_long_lists() -> None:
    """Twenty actions, twenty files and three reasons are enough; the rest is counted."""
    paths = [f"src/{number:03}" for number in range(60)]
    lines = told(
        *paths, files=[ChangedFile(path, Change.MODIFIED) for path in [*paths, *(f"x{path}" for path in paths)]]
    )
    assert "60 actions, the severest first" in lines
    assert lines.count("  … and 40 more; --format json tells all") == 2
    assert "120 changed files, 60 undeclared" in lines
    assert "    and 58 further reasons below" in lines  # 60 files and their number
    assert "  and 60 ordinary files, declared" in lines


def test_terminal__of_too_much() -> None:
    """More files or commits than GitHub lists are an emergency, and each is named as the reason."""
    lines = told("a", files=[ChangedFile(f"d/{number}", Change.ADDED) for number in range(3001)], commits=251)
    assert "  - it changes more files than GitHub lists (3,000)" in lines
    assert "  - it has more commits than GitHub lists (250)" in lines
    assert "3,001 changed files in 251+ commits" in lines[1]


def test_terminal__of_an_author_who_is_named() -> None:
    """With --author there is less that only GitHub knows."""
    lines = told("src/a", files=[ChangedFile("src/a", Change.MODIFIED)], author="octocat")
    assert lines[-1].startswith("  whether its commits belong to accounts")


def test_terminal__of_a_missing_requester() -> None:
    """That nobody is named is worth a line even where it costs nothing."""
    lines = told("src/a", files=[ChangedFile("src/a", Change.MODIFIED)], requested_by=None)
    assert "  no manifest says who asked for the work (`requested_by`)" in lines


def test_terminal__of_nothing_that_asks_for_anybody() -> None:
    """A manifest without changed files and a harmless action passes, and says why."""
    book = BOOK.replace("    - {action_type: read}\n", "").replace("unmatched: single", "unmatched: auto")
    lines = told("logs", action_type="read", book=book)
    assert "  - action 1, read logs: `unmatched: auto`, for no rule matches" in lines
