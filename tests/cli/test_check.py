"""`keyturn check`: what the gate would ask of a branch, for people and for programs."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import fields

from keyturn.core.facts import Facts
from keyturn.core.manifest import UNFILLED
from tests.cli.conftest import RULES, Keyturn
from tests.support.scratch import Scratch

ACTION = """  - action_type: {type}
    target: {target}
    scope: {scope}
    description: {description}
    estimated_impact: {impact}
"""


def manifest(*actions: dict[str, str], requested_by: str | None = "octocat") -> str:
    """A manifest of these actions; what they leave out is harmless."""
    start = {
        "type": "write",
        "target": "src/a.py",
        "scope": "single_file",
        "description": "Because.",
        "impact": "local",
    }
    asked = f"requested_by: {requested_by}\n" if requested_by else ""
    return f"version: 1\n{asked}actions:\n" + "".join(ACTION.format(**(start | action)) for action in actions)


PLACE = ".agent/manifests/x.yml"
READ = {"type": "read", "target": "everything", "scope": "infrastructure", "impact": "none"}


@pytest.mark.parametrize(
    ("files", "arguments", "code", "outcome", "tier", "first_line"),
    [
        ({PLACE: manifest(READ)}, (), 0, "auto_approved", "auto", "The gate would let this pass on its own"),
        (
            {PLACE: manifest({}), "src/a.py": "a = 2\n"},
            (),
            0,
            "pending",
            "single",
            "The gate would wait for 1 approval: tier single.",
        ),
        (
            {PLACE: manifest({}), "src/a.py": "a = 2\n", "infra/main.tf": "y\n"},
            (),
            0,
            "pending",
            "multi",
            "The gate would wait for 2 approvals: tier multi.",
        ),
        (
            {PLACE: manifest({"type": "delete", "target": "production_db", "scope": "database"})},
            (),
            1,
            "emergency_stop",
            "emergency",
            "The gate would stop this: ",
        ),
        ({PLACE: "version: 1\n"}, (), 1, "invalid", None, "The gate would refuse this: its manifest was refused."),
        ({"src/a.py": "a = 2\n"}, (), 0, "pending", "multi", "The gate would wait for 2 approvals: tier multi."),
        ({"src/a.py": "a = 2\n"}, ("--head", "other"), 0, "not_governed", None, "The gate would not hold this"),
        (
            {"src/a.py": "a = 2\n"},
            ("--head", "other", "--label", "agent", "--label", "x"),
            0,
            "pending",
            "multi",
            "The gate would wait",
        ),
        (
            {"src/a.py": "a = 2\n"},
            ("--head", "other", "--author", "Evil[bot]"),
            0,
            "pending",
            "multi",
            "The gate would wait",
        ),
        ({}, (), 0, "auto_approved", "auto", "The gate would let this pass"),
        (
            {PLACE: manifest({}), "src/a.py": "a = 2\n"},
            ("--rules-path", "nowhere.yml"),
            1,
            "invalid",
            None,
            "The gate would refuse this: there is no rule book",
        ),
        (
            {PLACE: manifest({}), "src/a.py": "a = 2\n"},
            ("--manifest-path", "plans/*"),
            0,
            "pending",
            "multi",
            "The gate would wait",
        ),
    ],
)
def test_check__says_what_the_gate_would_do(
    work: Scratch,
    keyturn: Keyturn,
    files: dict[str, str],
    arguments: tuple[str, ...],
    code: int,
    outcome: str,
    tier: str | None,
    first_line: str,
) -> None:
    """The exit code, the decision and the first line agree; only what no waiting mends is a failure."""
    work.commit(files)
    work.git("branch", "other")
    told = keyturn("check", *arguments)
    assert (told.code, told.err) == (code, "")
    assert told.out.startswith(first_line)
    asked = keyturn("check", "--format", "json", *arguments)
    decision: dict[str, Any] = json.loads(asked.out)
    assert (asked.code, asked.err) == (code, "")
    assert (decision["outcome"], decision["tier"]) == (outcome, tier)
    assert decision["head"] == work.git("rev-parse", "HEAD")
    assert decision["base"] == "main"
    for unknown in ("repository", "pull_request", "request_id", "generation", "opened_at", "checks"):
        assert decision[unknown] is None


def test_check__tells_a_person_all_there_is(work: Scratch, keyturn: Keyturn) -> None:
    """Tier and why, what is asked of whom, each action with its rule, each remarkable file, and what is unknown."""
    book = RULES.replace("permission: write", "permission: maintain")
    book = book.replace(
        "  users: []\n  teams: []\n\nrequester", "  users: [ann, bob]\n  teams: [acme/platform]\n\nrequester"
    )
    work.git("checkout", "-q", "main")
    work.commit({"rules.yml": book.replace("requester: optional", "requester: add_one"), "old.txt": "x\n" * 50})
    work.git("checkout", "-q", "copilot/work")
    work.git("merge", "-q", "main")
    work.commit(
        {
            PLACE: manifest({}, {"type": "migrate", "target": "orders", "scope": "database"}, requested_by=None),
            "src/a.py": "a = 2\n",
            "infra/main.tf": None,
            "old.txt": None,
            "new.txt": "x\n" * 50,
            "logo.png": b"\0\1",
        }
    )
    said = keyturn("check").out
    multi, single = (
        next(number for number, text in enumerate(book.splitlines(), 1) if wanted in text)
        for wanted in ("{action_type: migrate}", "{action_type: write, scope: single_file")
    )
    for expected in (
        "The gate would wait for 3 approvals: tier multi.",
        f"action 2, migrate orders: rules.yml:{multi} {{action_type: migrate}}",
        "3 approvals by ann, bob or a member of acme/platform, with maintain permission and no part in the work",
        "one of them because nobody is named as having asked for this",
        "after 4h it escalates to nobody",
        "after 1d it expires",
        "multi     migrate orders  database, local, covers no file",
        "single    write src/a.py  single_file, local, covers 1 file",
        f"by rules.yml:{single} {{action_type: write, scope: single_file, estimated_impact: local}}",
        "5 changed files, 3 undeclared",
        "undeclared  infra/main.tf  removed  multi: no action covers it",
        "undeclared  old.txt → new.txt  renamed  multi: no action covers it",
        "undeclared  logo.png  added, binary  multi: no action covers it",
        "Only GitHub knows",
        "who has the permission or is in the teams",
    ):
        assert expected in said, expected


def test_check__lists_every_problem_with_its_place(work: Scratch, keyturn: Keyturn) -> None:
    """File, line and column of each refusal, all of them at once, and what to do."""
    broken = manifest({"scope": "singel_file"}, {"description": f"'{UNFILLED}what'"}).replace(
        "version: 1", "version: 2"
    )
    work.commit({PLACE: broken, ".agent/manifests/link.yml": "x"})
    (work.path / ".agent/manifests/link.yml").unlink()
    (work.path / ".agent/manifests/link.yml").symlink_to("x.yml")
    work.commit()
    said = keyturn("check")
    assert said.code == 1
    assert "4 problems" in said.out
    assert "  - .agent/manifests/link.yml: a manifest is a regular file; found a symbolic link\n" in said.out
    assert "  - .agent/manifests/x.yml:1:10: " in said.out
    assert "  - .agent/manifests/x.yml:6:12: actions[0].scope is " in said.out
    assert "did you mean single_file?" in said.out
    assert UNFILLED.strip() in said.out


def test_check__says_where_a_broken_rule_book_is_mended(work: Scratch, keyturn: Keyturn) -> None:
    """It is read from the base, so no change on the branch helps; an older version still says who is an agent."""
    work.git("checkout", "-q", "main")
    work.commit({"rules.yml": RULES.replace("unmatched: single", "unmatched: sometimes")})
    work.git("checkout", "-q", "copilot/work")
    work.commit({"src/a.py": "a = 2\n"})
    said = keyturn("check")
    assert said.code == 1
    assert "The gate would refuse this: the rule book on the default branch is broken." in said.out
    assert "The rule book is read from main, never from the branch: it is mended there." in said.out
    assert "  - rules.yml:" in said.out
    work.git("branch", "-m", "by-hand")
    assert keyturn("check").code == 0


def test_check__warns_of_manifests_that_are_not_committed(work: Scratch, keyturn: Keyturn) -> None:
    """Only commits are judged: a manifest that lies in the worktree is named on standard error."""
    work.commit({"src/a.py": "a = 2\n"})
    work.write({PLACE: manifest({})})
    said = keyturn("check", "--format", "json")
    assert json.loads(said.out)["undeclared"] == ["src/a.py"]
    assert said.err == (
        f"keyturn: '{PLACE}' is not committed as it stands in the worktree, so it is not judged; only commits are\n"
    )


def test_check__without_a_difference(work: Scratch, keyturn: Keyturn) -> None:
    """On the base itself there is nothing to judge, and that is said."""
    work.git("checkout", "-q", "main")
    said = keyturn("check")
    assert said.code == 0
    assert "There is no difference to judge." in said.out


@pytest.mark.parametrize(
    "arguments", [("--base", "nowhere"), ("--head", "nowhere"), ("--base=-x",), ("--format", "xml")]
)
def test_check__refuses_what_it_cannot_follow(work: Scratch, keyturn: Keyturn, arguments: tuple[str, ...]) -> None:
    """Bad usage exits with 2 and says what is wrong on standard error only."""
    said = keyturn("check", *arguments)
    assert (said.code, said.out) == (2, "")
    assert said.err


def test_check__outside_a_repository(tmp_path: Path, keyturn: Keyturn) -> None:
    """Without a repository there is nothing to judge."""
    said = keyturn("check", cwd=tmp_path)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("keyturn: ")


def test_check__shows_no_text_of_the_branch_as_a_command(work: Scratch, keyturn: Keyturn) -> None:
    """Control characters, line breaks and commands to a workflow's runner come out as harmless text."""
    names = {
        "::error::x": "1",
        "::warning::y": "1",
        "a\n::set-output name=x::y": "1",
        "\x1b[31mred": "1",
        "##[error]x": "1",
        b"caf\xe9": "1",
        "\u202ereversed": "1",
    }
    work.commit({**names, PLACE: manifest({"target": "::error::x", "scope": "directory"})})
    said = keyturn("check")
    assert said.code == 0
    assert "##[" not in said.out
    assert "\x1b" not in said.out
    assert "\u202e" not in said.out
    assert not [line for line in said.out.splitlines() if line.lstrip().startswith("::")]
    assert r"caf\xe9" in said.out


def test_check__defaults_are_those_of_the_action(keyturn: Keyturn) -> None:
    """What the command takes without options is what the facts take."""
    said = keyturn("check", "--help").out
    defaults = {field.name: field.default for field in fields(Facts)}
    assert str(defaults["rules_path"]) in said
    assert str(defaults["manifest_path"]) in said


@pytest.mark.parametrize(("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_check__is_coloured_on_a_terminal_only(work: Scratch, environment: dict[str, str], *, coloured: bool) -> None:
    """A terminal gets colour and wrapped lines, unless `NO_COLOR` is set; a pipe gets plain text."""
    work.commit({PLACE: manifest({}), "src/a.py": "a = 2\n"})
    variables = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "60", **environment}
    ours, theirs = pty.openpty()
    program = [sys.executable, "-m", "keyturn", "check"]
    with subprocess.Popen(program, stdout=theirs, env=variables, cwd=work.path) as running:
        os.close(theirs)
        seen = b""
        while True:
            try:
                read = os.read(ours, 65_536)
            except OSError:  # Linux ends a pseudo-terminal like this
                break
            if not read:
                break
            seen += read
        assert running.wait() == 0
    os.close(ours)
    text = seen.decode()
    assert ("\x1b[" in text) is coloured
    assert "The gate would wait for 1 approval" in text
    if not coloured:
        assert max(map(len, text.splitlines())) <= 60


@pytest.mark.parametrize("shape", ["bare", "worktree", "folder", "sha256"])
def test_check__in_every_shape_of_repository(work: Scratch, tmp_path: Path, keyturn: Keyturn, shape: str) -> None:
    """Bare repositories, further worktrees, folders within and long object names: the decision is the same."""
    files = {PLACE: manifest({}), "src/a.py": "a = 2\n"}
    work.commit(files)
    place = tmp_path / shape
    match shape:
        case "bare":
            work.git("clone", "-q", "--bare", str(work.path), str(place))
        case "worktree":
            work.git("checkout", "-q", "main")
            work.git("worktree", "add", "-q", str(place), "copilot/work")
        case "folder":
            place = work.path / "src"
        case _:
            place.mkdir()
            longer = Scratch(place)
            longer.git("init", "-q", "-b", "main", "--object-format=sha256")
            longer.commit({"rules.yml": RULES, "src/a.py": "a = 1\n"})
            longer.branch("copilot/work")
            longer.commit(files)
    said = keyturn("check", "--format", "json", cwd=place)
    assert said.code == 0
    decision = json.loads(said.out)
    assert (decision["tier"], decision["undeclared"]) == ("single", [])
