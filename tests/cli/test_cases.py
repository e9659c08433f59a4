"""`keyturn test`: a difference where a case fails, the rules that none exercises, and stories."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import RULES, Keyturn

CASES = """version: 1
people: {ann: write, bob: write}
cases:
  - name: A migration needs two people
    actions: [{action_type: migrate, target: orders, scope: database}]
    expect: {tier: TIER, rule: {action_type: migrate}}
timelines:
  - name: One person is enough
    about: For a change in one file.
    steps:
      - push:
          commit: one
          requested_by: octocat
          actions: [{action_type: write, target: src/a.py}]
          files: [src/a.py]
        expect: pending
      - review: {by: ann, says: approve}
        expect: OUTCOME
"""
STEPS = "[{push: {commit: a}, expect: auto_approved}, {edit: {comment_of: ann}, expect: pending}]"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with the shipped rule book, in which the commands run."""
    (tmp_path / "rules.yml").write_text(RULES, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(place: Path, tier: str = "multi", outcome: str = "approved", name: str = "rules.test.yml") -> None:
    """Write a file of cases that expects this."""
    (place / name).write_text(CASES.replace("TIER", tier).replace("OUTCOME", outcome), "utf-8")


def test_test__passes(place: Path, keyturn: Keyturn) -> None:
    """A line for each case, how many there were, and the rules that none of them exercises."""
    write(place)
    said = keyturn("test", "rules.test.yml")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(
        "File rules.test.yml against rules.yml\n"
        "  ok   A migration needs two people\n"
        "  ok   One person is enough (2 steps)\n"
        "2 cases as expected\n"
        "\n13 rules of rules.yml that no case exercises\n"
        "  - rules.yml:"
    )
    assert "{action_type: deploy}" in said.out
    assert "{action_type: migrate}" not in said.out


def test_test__tells_a_difference(place: Path, keyturn: Keyturn) -> None:
    """What was expected and what is, key by key, with the line of the case and what had happened; exit code 1."""
    write(place, tier="single", outcome="{outcome: rejected, counted: [bob]}")
    said = keyturn("test", "rules.test.yml")
    assert said.code == 1
    assert (
        "  FAIL A migration needs two people\n"
        "       at rules.test.yml:4\n"
        "       - tier: single\n"
        "       + tier: multi\n"
        "  FAIL One person is enough (2 steps)\n"
        "       at rules.test.yml:17: after ann approves\n"
        "       - outcome: rejected\n"
        "       + outcome: approved\n"
        "       - counted: [bob]\n"
        "       + counted: [ann]\n"
        "2 cases, 2 failed\n"
    ) in said.out


def test_test__tells_stories(place: Path, keyturn: Keyturn) -> None:
    """A timeline from beginning to end: what happened, what was decided, what was recorded, and what differs."""
    write(place, outcome="rejected")
    said = keyturn("test", "--story", "rules.test.yml")
    assert said.code == 1
    assert said.out.startswith(
        "“One person is enough”\n"
        "  For a change in one file.\n"
        "\n"
        "  Mon 2026-01-05 09:00 UTC: agent[bot] pushes the commit one with a manifest of 1 action (write "
        "src/a.py) and 1 changed file (src/a.py)\n"
        "      → Waiting for 1 approval\n"
        "        verdict pending; tier single: approvals_missing\n"
        "        escalates Mon 2026-01-05 10:00 UTC, expires Tue 2026-01-06 09:00 UTC\n"
        "        · recorded: requested\n"
        "\n"
        "  Mon 2026-01-05 09:01 UTC, 1m later: ann approves\n"
        "      → Approved by ann\n"
        "        verdict success; tier single: quorum\n"
        "        approvals that count: ann (1 needed)\n"
        "        · recorded: approval_counted by ann\n"
        "        · recorded: approved\n"
        "      ✗ outcome was expected to be rejected, and is approved\n"
        "\n"
        "File rules.test.yml against rules.yml\n"
    )


def test_test__answers_programs(place: Path, keyturn: Keyturn) -> None:
    """As JSON: counts, each case with its steps and differences, and the rules that none exercises."""
    write(place, tier="single")
    said = keyturn("test", "rules.test.yml", "--format", "json")
    assert said.code == 1
    told = json.loads(said.out)
    assert (told["passed"], told["failed"]) == (1, 1)
    (file,) = told["files"]
    assert (file["file"], file["rules"]) == ("rules.test.yml", "rules.yml")
    case, timeline = file["cases"]
    assert (case["name"], case["line"], case["passed"]) == ("A migration needs two people", 4, False)
    assert case["steps"][0]["differences"] == [{"key": "tier", "expected": "single", "found": "multi"}]
    assert timeline["steps"][1] == {
        "line": 17,
        "at": "2026-01-05T09:01:00Z",
        "outcome": "approved",
        "reason_codes": ["quorum"],
        "events": ["approval_counted", "approved"],
        "asked": [],
        "verdict": "success",
        "review_issue": None,
        "differences": [],
    }
    assert {"rule": "rules.yml:40", "tier": "multi", "keys": {"action_type": "deploy"}} in told["unexercised"]


def test_test__of_several_files(place: Path, keyturn: Keyturn) -> None:
    """Files that test the same rule book exercise it together; each rule book is reported on its own."""
    (place / "deep").mkdir()
    (place / "other.yml").write_text(RULES, "utf-8")
    write(place)
    write(place, name="deep/more.test.yml")
    text = (place / "deep/more.test.yml").read_text().replace("people:", "rules: ../rules.yml\npeople:")
    (place / "deep/more.test.yml").write_text(text.replace("migrate", "deploy"))
    write(place, name="third.test.yml")
    (place / "third.test.yml").write_text(
        (place / "third.test.yml").read_text().replace("people:", "rules: other.yml\npeople:")
    )
    said = keyturn("test", "rules.test.yml", "deep/more.test.yml", "third.test.yml")
    assert said.code == 0
    assert "deep/more.test.yml against rules.yml" in said.out
    assert "6 cases as expected" in said.out
    assert "12 rules of rules.yml that no case exercises" in said.out
    assert "13 rules of other.yml that no case exercises" in said.out


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "'rules.test.yml' cannot be read: No such file or directory"),
        ("version: 1\nrules: gone.yml\ncases: [{name: x, expect: pending}]\n", "'gone.yml' cannot be read"),
        ("version: 1\nrules: rules.test.yml\ncases: [{name: x, expect: pending}]\n", "rules.test.yml:"),
        ("version: 1\ncases: [{nmae: x, expect: pending}]\n", "rules.test.yml:2:10: cases[0].nmae is an unknown key"),
        (
            f"version: 1\ntimelines: [{{name: x, steps: {STEPS}}}]\n",
            "rules.test.yml:2: x: ann wrote no comment",
        ),
        (".", "'rules.test.yml' cannot be read: Is a directory"),
    ],
)
def test_test__says_what_it_cannot_read(place: Path, keyturn: Keyturn, content: str | None, expected: str) -> None:
    """A missing, broken or impossible file is bad usage, told from a failed case, with its place."""
    if content == ".":
        (place / "rules.test.yml").mkdir()
    elif content is not None:
        (place / "rules.test.yml").write_text(content)
    said = keyturn("test", "rules.test.yml")
    assert (said.code, said.out) == (2, "")
    assert expected in said.err


def test_test__escapes_what_cases_say(place: Path, keyturn: Keyturn) -> None:
    """A case may come from a pull request too: its words are no commands to a workflow's runner."""
    write(place)
    text = (place / "rules.test.yml").read_text().replace("One person is enough", "'::error::##[error]stop'")
    (place / "rules.test.yml").write_text(text)
    said = keyturn("test", "--story", "rules.test.yml")
    assert "##[" not in said.out
    assert not [line for line in said.out.splitlines() if line.lstrip().startswith("::")]


def test_story__tells_every_kind_of_step(place: Path, keyturn: Keyturn) -> None:
    """Each thing that can happen has its words."""
    steps = """version: 1
people: {ann: write, bob: write}
timelines:
  - name: Everything happens
    steps:
      - {push: {commit: one, by: ann, manifest: ["version: 2"]}, expect: invalid}
      - {push: {commit: two}, expect: invalid}
      - {push: {commit: three, actions: [{action_type: read, target: x}]}, expect: auto_approved}
      - {review: {by: bob, says: request_changes, commit: one, text: No.}, expect: pending}
      - {dismissal: {review_of: bob, by: bob}, expect: auto_approved}
      - {comment: {by: bob, text: Hm.}, expect: auto_approved}
      - {edit: {comment_of: bob}, expect: auto_approved}
      - {check: {name: test, result: success}, expect: auto_approved}
      - {check: {name: test, result: pending}, expect: auto_approved}
      - {check: {name: test, result: failure}, expect: auto_approved}
      - {label: agent, expect: auto_approved}
      - {retarget: {to: release}, expect: auto_approved}
      - {base_force_pushed_by: bob, expect: auto_approved}
      - {becomes: draft, expect: pending}
      - {becomes: ready, expect: auto_approved}
      - {tick: 1h, expect: auto_approved}
      - {verdict: {by: eve, says: failure}, expect: auto_approved}
      - {ledger: edited, expect: auto_approved}
      - {ledger: removed, expect: auto_approved}
      - {ledger: rewound, expect: auto_approved}
      - {ledger: deleted, expect: auto_approved}
      - {rule_book: broken, expect: invalid}
      - {rule_book: missing, expect: invalid}
      - {rule_book: restored, expect: auto_approved}
      - {outage: github, expect: error}
      - {outage: ledger, expect: auto_approved}
      - {outage: over, expect: auto_approved}
      - {becomes: closed, expect: auto_approved}
"""
    (place / "all.test.yml").write_text(steps)
    said = keyturn("test", "--story", "all.test.yml")
    assert said.code == 0, said.out
    told = [line.partition("later: ")[2] for line in said.out.splitlines() if "later: " in line]
    assert told == [
        "agent[bot] pushes the commit two",
        "agent[bot] pushes the commit three with a manifest of 1 action (read x)",
        "bob requests changes of the commit one “No.”",
        "bob dismisses the review of bob",
        "bob comments “Hm.”",
        "bob edits the comment",
        "the check test succeeds",
        "the check test is running",
        "the check test fails",
        "it gets the label agent",
        "GitHub changes the base branch to release",
        "bob force-pushes the base branch",
        "it becomes a draft",
        "it is ready for review",
        "time passes",
        "eve sets keyturn's verdict on the head commit to failure",
        "somebody edits the newest entry of the ledger",
        "somebody removes the newest entry of the ledger",
        "somebody force-pushes the ledger to before its newest entry",
        "somebody deletes the branch of the ledger",
        "a merge breaks the rule book on the default branch",
        "the rule book is gone from the default branch",
        "the rule book on the default branch is as it was",
        "GitHub can no longer be read",
        "the ledger can no longer be written",
        "the outage is over",
        "it is closed",
    ]
    assert "ann pushes the commit one with a manifest as it is written" in said.out


OFFICE = """version: 1
unmatched: single
undeclared: single
rules: {single: [{action_type: write}]}
tiers: {single: {approvals: 2}, multi: {approvals: 2}}
approvers: {permission: write, users: [ann, octocat]}
calendar: {timezone: Europe/Berlin, days: mon-fri, hours: "09:00-18:00"}
override: {users: [dana, erin], approvals: 2}
"""
INCIDENT = """version: 1
rules: incident.yml
people: {ann: write, dana: admin, erin: admin}
timelines:
  - name: An incident
    start: "2026-01-06T00:30:00+01:00"
    steps:
      - {push: {commit: one, requested_by: octocat, actions: [{action_type: write, target: a}]}, expect: pending}
      - {comment: {by: ann, text: /keyturn renew}, expect: pending}
      - {comment: {by: dana, text: "/keyturn override {head} Quick."}, expect: pending}
      - {comment: {by: dana, text: "/keyturn override {head} Nobody can pay until this is in."}, expect: pending}
      - {comment: {by: erin, text: "/keyturn override {head} I have seen it and agree."}, expect: overridden}
      - {override_review: {by: dana, does: close}, expect: overridden}
      - {override_review: {by: dana, does: close_by_commit, commit: one}, expect: overridden}
      - {override_review: {by: eve, does: reopen}, expect: overridden}
      - {tick: 3d, expect: overridden}
      - {outage: github, expect: error}
      - {outage: over, expect: overridden}
      - {becomes: merged, expect: overridden}
      - {override_review: {by: ann, does: close}, expect: overridden}
"""


def test_story__tells_who_answers_for_an_override(place: Path, keyturn: Keyturn) -> None:
    """What keyturn says, asks, undoes and reminds of stands below each step, times also as the office's clocks show."""
    (place / "incident.yml").write_text(OFFICE, "utf-8")
    (place / "incident.test.yml").write_text(INCIDENT, "utf-8")
    said = keyturn("test", "--story", "incident.test.yml")
    assert said.code == 0, said.out + said.err
    told = [line.strip() for line in said.out.splitlines()]
    due = "Thu 2026-01-08 23:34 UTC (Fri 00:34 in Europe/Berlin)"
    assert [line for line in told if line.startswith(("· ", "verdict ", "to override", "ann could"))] == [
        "verdict pending; tier single: approvals_missing, quorum_unreachable",
        "ann could approve it, and 2 approvals are needed",
        "· recorded: requested",
        "· keyturn asks ann for review",
        "· keyturn answers: the request had not expired then; it expires at 2026-01-08 14:00:00 UTC",
        "· recorded: override_refused by dana (its reason has 6 characters; at least 20 are needed)",
        "to override it, dana asked; 2 people are needed",
        "verdict success; tier single: override",
        "· recorded: overridden by erin (dana: Nobody can pay until this is in.; erin: I have seen it and agree.)",
        f"· keyturn opens issue #2: the override is to be reviewed by {due}",
        "· keyturn reopens issue #2, this once: that was not the review",
        "· keyturn leaves issue #2 closed: the review is owed still",
        f"· recorded: override_overdue by dana at {due}",
        "· keyturn reminds dana and erin in issue #2",
        "verdict still success; api_unavailable",
        "verdict success; tier single: override",
        "· recorded: merged",
        "· recorded: override_reviewed by ann (#2)",
    ]
    assert "  Mon 2026-01-05 23:30 UTC (Tue 00:30 in Europe/Berlin): agent[bot] pushes the commit one" in said.out
    assert "→ closed; the last decision was: Overridden by dana and erin" in said.out
    assert "a commit by dana closes the issue that asks for the override's review (of the commit one)" in said.out
    assert "eve reopens the issue that asks for the override's review" in said.out
