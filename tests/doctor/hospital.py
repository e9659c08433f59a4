"""A repository on which keyturn is set up as it should be, and the program that looks at it."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from keyturn.cli.app import main
from tests.github_server.hub import GitHubServer
from tests.github_server.state.access import Token
from tests.github_server.state.accounts import ACTIONS_APP_ID
from tests.github_server.state.repository import Repository
from tests.github_server.state.rules import Rule

ROOT = Path(__file__).parents[2]
RULES = """\
# yaml-language-server: $schema=schemas/rules.schema.json
version: 1
unmatched: single
undeclared: multi
rules:
  multi:
    - {action_type: migrate}
tiers:
  single: {checks: [test]}
  multi: {}
approvers: {permission: write, teams: [acme/platform]}
unattributed_commits: allow
override: {users: [ann, ben]}
"""
CASES = """\
# yaml-language-server: $schema=schemas/cases.schema.json
version: 1
rules: rules.yml
cases:
  - name: a migration needs two
    actions:
      - {action_type: migrate, target: orders, scope: database, description: Adds a table., estimated_impact: service}
    expect: {tier: multi}
"""
CI = """\
name: ci
on: [pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    steps: [{run: "true"}]
"""


@dataclass
class Hospital:
    """The repository `acme/shop` and one App, `keyturn-gate`, whose token the program uses unless told otherwise."""

    hub: GitHubServer
    monkeypatch: pytest.MonkeyPatch
    capfd: pytest.CaptureFixture[str]
    repo: Repository = field(init=False)
    token: Token = field(init=False)

    def __post_init__(self) -> None:
        """Set everything up."""
        files = {"rules.yml": RULES, "rules.test.yml": CASES, ".github/workflows/ci.yml": CI}
        for name in ("keyturn", "keyturn-signal", "keyturn-sweep"):
            text = (ROOT / "examples/workflows/app" / f"{name}.yml").read_text("utf-8")
            files[f".github/workflows/{name}.yml"] = text
        self.repo = self.hub.repository("acme/shop", files=dict(files))
        people = [self.repo.user(login, role="write") for login in ("ann", "ben", "cem", "dia")]
        self.repo.team("acme/platform", *people)
        self.token = self.repo.app_token()
        self.require("main", "keyturn", self.app)
        for kind in ("non_fast_forward", "deletion", "update"):
            self.repo.rules.add(kind, "keyturn-ledger", bypass=(self.app,))
        self.swept()

    @property
    def app(self) -> int:
        """The number of keyturn's App."""
        return self.repo.app("keyturn-gate").id

    def require(self, branch: str, name: str, app: int | None = ACTIONS_APP_ID) -> Rule:
        """Require a check on a branch, by a ruleset."""
        return self.repo.rules.require_checks(branch, {name: app})

    def swept(self, conclusion: str = "success") -> None:
        """Let the sweep have run now."""
        self.repo.checks.add_workflow_run(
            "keyturn-sweep",
            event="schedule",
            sha=self.repo.tip("main"),
            branch="main",
            actor=self.repo.maintainer,
            conclusion=conclusion,
        )

    def run(self, *arguments: str, token: Token | None = None) -> tuple[int, str, str]:
        """Run `keyturn doctor acme/shop`; gives exit code, standard output and standard error."""
        self.monkeypatch.setenv("GITHUB_TOKEN", (token or self.token).value)
        self.monkeypatch.setattr("keyturn.cli.doctor.utc_now", lambda: self.hub.clock.now)
        self.monkeypatch.setattr(
            sys, "argv", ["keyturn", "doctor", "acme/shop", "--api-url", self.hub.api_url, *arguments]
        )
        self.capfd.readouterr()
        code = main()
        said = self.capfd.readouterr()
        return code, said.out, said.err

    def findings(self, *arguments: str, token: Token | None = None) -> dict[str, list[dict[str, Any]]]:
        """What it found, by name; the exit code must fit the worst state."""
        code, out, err = self.run("--format", "json", *arguments, token=token)
        assert err == ""
        report = json.loads(out)
        assert code == (1 if report["state"] == "wrong" else 0)
        found: dict[str, list[dict[str, Any]]] = {}
        for finding in report["findings"]:
            found.setdefault(finding["name"], []).append(finding)
        return found

    def states(self, *arguments: str, token: Token | None = None) -> dict[str, set[str]]:
        """The states found, by name."""
        return {
            name: {finding["state"] for finding in found}
            for name, found in self.findings(*arguments, token=token).items()
        }


@contextmanager
def hospital(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Hospital]:
    """Open the hospital; nothing may breach GitHub's published interface in it."""
    with GitHubServer() as hub:
        yield Hospital(hub, monkeypatch, capfd)
