"""Test cases on a virtual clock: what each step does to the pull request, and how a difference is told."""

from collections.abc import Mapping
from typing import Any

import pytest
from msgspec.structs import replace

from keyturn.core.facts import FileVersion
from keyturn.core.rulebook import read_rulebook
from keyturn.simulation.exercise import unexercised
from keyturn.simulation.impossible import Impossible
from keyturn.simulation.play import play
from keyturn.simulation.suite import read_suite
from tests.simulation.timelines import BOOK, PUSH, judged, life, problems, suite_of


@pytest.mark.parametrize(
    ("expect", "differing"),
    [
        ("pending", []),
        ("approved", [("outcome", "approved", "pending")]),
        ({"tier": "multi"}, [("tier", "multi", "single")]),
        (
            {"rule": {"action_type": "write"}, "approvals": 1, "next_step": "wait", "undeclared": [], "generation": 1},
            [],
        ),
        ({"rule": "unmatched"}, [("rule", "unmatched", "{action_type: write}")]),
        ({"rule": {"action_type": "rotate"}}, [("rule", "{action_type: rotate}", "{action_type: write}")]),
        ({"approvals": 2}, [("approvals", "2", "1")]),
        (
            {"reason_codes": ["approvals_missing"]},
            [
                (
                    "reason_codes",
                    "[approvals_missing]",
                    "[approvals_missing, roster_unreadable, checks_missing]",
                )
            ],
        ),
        (
            {"counted": ["ann"], "discounted": {"bob": "stale"}},
            [("counted", "[ann]", "[]"), ("discounted", "{bob: stale}", "{}")],
        ),
        ({"checks": {"missing": ["scan", "test"]}}, []),
        (
            {"checks": {"failed": ["test"]}},
            [
                (
                    "checks",
                    "{missing: [], pending: [], failed: [test]}",
                    "{missing: [scan, test], pending: [], failed: []}",
                )
            ],
        ),
        ({"events": ["requested"], "undeclared": []}, []),
        ({"events": []}, [("events", "[]", "[requested]")]),
        ({"expires_at": "2026-01-05T14:00:00+01:00", "escalates_at": "2026-01-05T10:00:00+00:00"}, []),
        ({"expires_at": "2026-01-05T14:00:00Z"}, [("expires_at", "2026-01-05T14:00:00Z", "2026-01-05T13:00:00Z")]),
        ({"next_step": "none"}, [("next_step", "none", "wait")]),
    ],
)
def test_expectation__is_compared_key_by_key(expect: object, differing: list[tuple[str, str, str]]) -> None:
    """What is left out may be anything; what differs is told as the case would write it."""
    (step,) = life({"push": PUSH, "expect": expect}).steps
    found = [(item.key, item.expected, item.found) for item in step.differences]
    assert found == differing


def test_expectation__of_nothing_where_there_is_none() -> None:
    """What a decision does not have is written as none."""
    (step,) = life(
        {"push": {**PUSH, "actions": [{"action_type": "rotate", "target": "x"}]}, "expect": {"approvals": 1}}
    ).steps
    assert [(item.expected, item.found) for item in step.differences] == [("1", "none")]
    closed = life(
        {"push": PUSH}, {"becomes": "closed", "expect": {"checks": {"missing": ["test"]}, "events": ["closed"]}}
    )
    assert [item.key for item in closed.steps[1].differences] == ["checks"]


def test_push__keeps_what_it_does_not_say() -> None:
    """A later push changes only what it names; commits add up, and an earlier one can come back."""
    told = life(
        {"push": {**PUSH, "authors": ["Nobody <nobody@example.com>", "bob"]}},
        {"push": {"commit": "two", "by": "ann", "files": ["src/a.py", "infra/x.tf"]}},
        {"push": {"commit": "three", "manifest": ["version: 2"]}},
        {"push": {"commit": "four", "actions": [{"action_type": "rotate", "target": "x"}]}},
        {"push": {"commit": "one"}},
    )
    one, two, three, four, again = (judged(step) for step in told.steps)
    assert [file.path for file in two.facts.files] == ["src/a.py", "infra/x.tf", ".agent/manifests/case.json"]
    assert two.manifests == one.manifests
    assert two.facts.pusher == two.facts.commits[1].authors[0].account
    assert three.facts.manifests[0].path == ".agent/manifests/case.yml"
    assert [len(judgement.facts.commits) for judgement in (one, two, three, four, again)] == [1, 2, 3, 4, 1]
    assert four.decision.outcome == "emergency_stop"
    assert again.facts.head == one.facts.head
    assert [author.account is None for author in again.facts.commits[0].authors] == [True, False]
    assert (again.requirement and again.requirement.extras) == ("commits that nobody can be named for",)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["a"], ("modified", None)),
        ([{"path": "a", "change": "removed"}], ("removed", None)),
        ([{"path": "a", "from": "b"}], ("renamed", "b")),
        ([{"path": "a", "change": "copied", "from": "b"}], ("copied", "b")),
    ],
)
def test_files__in_short_and_at_length(files: list[object], expected: tuple[str, str | None]) -> None:
    """A path alone is a modified file; with the old path it was renamed."""
    (step,) = life({"push": {"commit": "one", "files": files}}).steps
    (file,) = judged(step).facts.files
    assert (file.change, file.previous) == expected


def test_review__of_an_earlier_commit_is_stale() -> None:
    """A review is of the head, unless it says of which commit."""
    told = life(
        {"push": PUSH},
        {"push": {"commit": "two"}},
        {"review": {"by": "ann", "says": "approve", "commit": "one"}, "expect": {"discounted": {"ann": "stale"}}},
    )
    assert told.passed


def test_check__of_the_right_app_and_newest_first() -> None:
    """A check belongs to the head it ran on; of several results the newest counts."""
    told = life(
        {"push": PUSH},
        {
            "check": {"name": "test", "result": "failure"},
            "expect": {"checks": {"failed": ["test"], "missing": ["scan"]}},
        },
        {"check": {"name": "test", "result": "success"}, "expect": {"checks": {"missing": ["scan"]}}},
        {"check": {"name": "scan", "result": "success"}, "expect": {"checks": {"missing": ["scan"]}}},
        {"check": {"name": "scan", "app": "scanner", "result": "success"}, "expect": {"checks": {}}},
        {"push": {"commit": "two"}, "expect": {"checks": {"missing": ["scan", "test"]}}},
    )
    assert told.passed


def test_team__that_is_listed_and_one_that_is_not() -> None:
    """Members of a listed team are on the roster; a team that is not listed cannot be read."""
    steps = ({"push": PUSH}, {"review": {"by": "carol", "says": "approve"}})
    assert life(*steps, teams={"acme/core": ["carol"]}).steps[1].ran.decision.approvals.counted == ("carol",)
    (discounted,) = life(*steps).steps[1].ran.decision.approvals.discounted
    assert discounted.reason == "roster_unreadable"


def test_people__who_are_not_listed_may_only_read() -> None:
    """Nobody has a permission that the case did not give."""
    told = life({"push": PUSH}, {"review": {"by": "bob", "says": "approve"}}, people={"bob": "triage"})
    (discounted,) = told.steps[1].ran.decision.approvals.discounted
    assert discounted.reason == "not_eligible"


def test_draft__closing_and_retargeting_by_github() -> None:
    """A draft can become ready and back; GitHub can change the base by itself; closing ends it."""
    told = life(
        {"push": PUSH, "expect": {"reason_codes": ["draft", "approvals_missing", "checks_missing"]}},
        {"becomes": "ready", "expect": {"events": ["requested"]}},
        {"becomes": "draft", "expect": "pending"},
        {"retarget": {"to": "release"}, "expect": {"events": ["retargeted"]}},
        {"becomes": "closed", "expect": {"events": ["closed"]}},
        {"tick": "9h", "expect": {"events": []}},
        pull_request={"state": "draft"},
        teams={"acme/core": ["carol", "dana"]},
    )
    assert [step.differences for step in told.steps] == [()] * 6


def test_clock__goes_by_steps() -> None:
    """A minute passes between steps unless they say otherwise; the first happens at the start."""
    told = life(
        {"push": PUSH},
        {"label": "x"},
        {"after": "1h", "label": "z"},
        {"tick": "2d"},
        {"at": "2026-02-01T00:00:00+01:00", "base_force_pushed_by": "ann"},
        start="2026-01-05T10:00:00+01:00",
    )
    assert [f"{step.step.at:%m-%d %H:%M}" for step in told.steps] == [
        "01-05 09:00",
        "01-05 09:01",
        "01-05 10:01",
        "01-07 10:01",
        "01-31 23:00",
    ]


@pytest.mark.parametrize(
    ("step", "why"),
    [
        ({"dismissal": {"review_of": "ann", "by": "bob"}}, "ann wrote no review"),
        ({"edit": {"comment_of": "ann"}}, "ann wrote no comment"),
        ({"review": {"by": "ann", "says": "approve", "commit": "two"}}, "nobody pushed a commit called two"),
    ],
)
def test_step__that_cannot_happen(step: Mapping[str, Any], why: str) -> None:
    """A mistake in a case is told to its author, not taken for a result."""
    with pytest.raises(Impossible, match=why):
        life({"push": PUSH}, step)


STEP = "{push: {commit: a}, expect: pending}"
EARLIER = '      - {at: "2026-01-05T08:59:59Z", label: a, expect: pending}'


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("version: 1\n", "lists neither `cases` nor `timelines`"),
        ("version: 1\ncases: [{name: x, expect: pendign}]\n", 'cases[0].expect is "pendign"; did you mean pending?'),
        ("version: 1\ncases: [{name: x}]\n", ":2:9: cases[0] lacks the key expect"),
        ("version: 1\ncases: [{name: x, expect: {rules: 1}}]\n", "say the one `rule` that gave the severest action"),
        (
            "version: 1\npeople: {ann: owner}\ncases: [{name: x, expect: pending}]\n",
            "allowed: none, read, triage, write",
        ),
        ("version: 1\ntimelines: [{name: x, steps: []}]\n", "a timeline begins with a push"),
        (
            f"version: 1\ntimelines: [{{name: x, steps: [{{label: a, expect: pending}}, {STEP}]}}]\n",
            "begins with a push",
        ),
        ("version: 1\ntimelines: [{name: x, steps: [{expect: pending}]}]\n", "in a step exactly one thing happens"),
        (
            f"version: 1\ntimelines: [{{name: x, steps: [{STEP}, {{label: a, tick: 1h, expect: pending}}]}}]\n",
            "in a step exactly one thing happens",
        ),
        (
            f"version: 1\ntimelines: [{{name: x, steps: [{STEP}, {{tick: 1h, after: 1h, expect: pending}}]}}]\n",
            "a step has one time",
        ),
        (
            f"version: 1\ntimelines:\n  - name: x\n    steps:\n      - {STEP}\n{EARLIER}\n",
            ":6: this step is earlier than the one above, at 2026-01-05T09:00:00Z",
        ),
        (
            f'version: 1\ntimelines: [{{name: x, start: "2026-01-05", steps: [{STEP}]}}]\n',
            "a moment is written with its zone",
        ),
        (f"version: 1\ntimelines: [{{name: x, start: soon, steps: [{STEP}]}}]\n", "a moment is written with its zone"),
        ("version: 1\ncases: [{name: x, expect: pending, name: y}]\n", "name"),
    ],
)
def test_suite__refuses_what_it_does_not_understand(content: str, expected: str) -> None:
    """A misspelt case is refused with its place and what is allowed, never passed over."""
    found = problems(content)
    assert any(expected in problem for problem in found), found


def test_unexercised__rules_are_those_that_decided_nothing() -> None:
    """A rule counts as exercised by an action that it decided about, and by a file that nobody declared."""
    book = read_rulebook("rules.yml", BOOK.encode())
    first = life({"push": PUSH})
    assert [rule.tier for rule in unexercised(book, [first])] == ["emergency", "multi"]
    severe = BOOK.replace("undeclared: multi", "undeclared: single")
    (timeline,) = suite_of({"push": {"commit": "one", "files": ["infra/x.tf"]}}).timelines
    silent = play(timeline, FileVersion("rules.yml", severe.encode()))
    assert [rule.tier for rule in unexercised(read_rulebook("rules.yml", severe.encode()), [silent])] == [
        "emergency",
        "single",
    ]


def test_case__is_a_pull_request_that_was_just_opened() -> None:
    """A case has one step, with everything it says."""
    text = """version: 1
people: {ann: write}
cases:
  - name: a case
    pull_request: {author: ann, branch: x, base: release, labels: [agent]}
    agent: me
    requested_by: octocat
    actions: [{action_type: write, target: src/a.py}]
    files: [src/a.py]
    expect: pending
"""
    (case,) = read_suite("cases.test.yml", text.encode()).timelines
    outcome = play(case, FileVersion("rules.yml", BOOK.encode()))
    assert outcome.passed
    facts = judged(outcome.steps[0]).facts
    assert (facts.base, facts.head_branch, set(facts.labels)) == ("release", "x", {"agent"})
    assert judged(outcome.steps[0]).manifests[0].agent == "me"
    assert case.line == 4


def test_play__without_a_push_is_impossible() -> None:
    """There is no pull request without a commit."""
    (timeline,) = suite_of({"push": PUSH}).timelines
    step = timeline.steps[0]
    unborn = replace(timeline, steps=(replace(step, form=step.form.model_copy(update={"push": None, "label": "x"})),))
    with pytest.raises(Impossible, match="nothing was pushed yet"):
        play(unborn, FileVersion("rules.yml", BOOK.encode()))
