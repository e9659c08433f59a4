"""Timelines to play in tests: a small rule book, and what it takes to write and play a timeline against it."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from keyturn.core.facts import FileVersion
from keyturn.core.judgement import Judgement
from keyturn.core.problem import Refused
from keyturn.simulation.play import Outcome, Played, play
from keyturn.simulation.suite import Suite, read_suite

BOOK = """version: 1
unmatched: single
undeclared: multi
removals: [delete]
rules:
  emergency:
    - {action_type: rotate}
  multi:
    - {action_type: write, target: "infra/*"}
  single:
    - {action_type: write}
tiers:
  single: {approvals: 1, escalate_after: 1h, expire_after: 4h, checks: [test, {name: scan, app: scanner}]}
  multi: {approvals: 2}
approvers: {permission: write, users: [ann, bob], teams: [acme/core]}
override: {users: [dana]}
"""
PUSH: Mapping[str, Any] = {
    "commit": "one",
    "requested_by": "octocat",
    "actions": [{"action_type": "write", "target": "src/a.py"}],
    "files": ["src/a.py"],
}
PEOPLE = {"ann": "write", "bob": "write", "carol": "write", "dana": "admin"}


def suite_of(*steps: Mapping[str, Any], **timeline: Any) -> Suite:
    """A suite of one timeline of these steps."""
    told = {"name": "a timeline", "steps": [{"expect": {}, **step} for step in steps], **timeline}
    content = {"version": 1, "people": PEOPLE, "timelines": [told]}
    return read_suite("cases.test.yml", json.dumps(content, indent=1).encode())


def life(*steps: Mapping[str, Any], book: str = BOOK, **timeline: Any) -> Outcome:
    """Play a timeline of these steps against a rule book."""
    (told,) = suite_of(*steps, **timeline).timelines
    return play(told, FileVersion("rules.yml", book.encode()))


def judged(played: Played) -> Judgement:
    """The judgement of a step in which keyturn could find out."""
    assert played.ran.judgement is not None
    return played.ran.judgement


def failures(told: Outcome) -> list[tuple[int, list[str]]]:
    """Which steps are not as expected, counted from 0, and in what."""
    return [
        (place, [f"{item.key}: {item.expected} != {item.found}" for item in step.differences])
        for place, step in enumerate(told.steps)
        if step.differences
    ]


def problems(content: str) -> list[str]:
    """What is wrong with a file of cases."""
    with pytest.raises(Refused) as refused:
        read_suite("cases.test.yml", content.encode())
    return [str(problem) for problem in refused.value.problems]
