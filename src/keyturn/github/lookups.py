"""What is fetched only when a judgement asks for it: roles, people, teams, the pusher, workflow runs."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from msgspec import Struct, field

from keyturn.core.facts import Account, Facts, Role, WorkflowRun
from keyturn.github.accounts import rest_account
from keyturn.github.client import Client
from keyturn.github.fields import Fields, objects
from keyturn.github.refusals import Refusal
from keyturn.ports import Unavailable
from keyturn.settings import OwnRun

_ROLES: Final = {
    "none": Role.NONE,
    "read": Role.READ,
    "triage": Role.TRIAGE,
    "write": Role.WRITE,
    "maintain": Role.MAINTAIN,
    "admin": Role.ADMIN,
}
_RUN: Final = re.compile(r"/actions/runs/(?P<run>[0-9]{1,20})$")
_UNREADABLE: Final = {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}


class Lookups(Struct, frozen=True):
    """Asks GitHub one thing at a time, and nothing twice in a run."""

    client: Client
    own_run: OwnRun
    _roles: dict[str, Role | None] = field(default_factory=dict)
    _people: dict[str, Account | None] = field(default_factory=dict)
    _emails: dict[str, str | None] = field(default_factory=dict)
    _teams: dict[str, frozenset[str] | None] = field(default_factory=dict)
    _runs_over: dict[str, bool | None] = field(default_factory=dict)

    def role(self, login: str) -> Role | None:
        """What an account may do in the repository; `None` where the token may not ask. No account, no role."""
        key = login.casefold()
        if key not in self._roles:
            self._roles[key] = self._role(login)
        return self._roles[key]

    def person(self, login: str) -> Account | None:
        """The account behind a login, `None` where there is none."""
        key = login.casefold()
        if key not in self._people:
            self._people[key] = rest_account(self._read(f"/users/{_quoted(login)}"))
        return self._people[key]

    def email(self, login: str) -> str | None:
        """The public e-mail address of an account, `None` where it has none."""
        key = login.casefold()
        if key not in self._emails:
            found = self._read(f"/users/{_quoted(login)}")
            self._emails[key] = found.text_or_none("email") if found is not None else None
        return self._emails[key]

    def team(self, name: str) -> frozenset[str] | None:
        """The keys of a team's members (`org/slug`), of its child teams too; `None` where they cannot be read."""
        key = name.casefold()
        if key not in self._teams:
            self._teams[key] = self._team(name)
        return self._teams[key]

    def pusher(self, facts: Facts) -> Account | None:
        """Who moved the head branch to the head, as far as the activity of its repository shows."""
        if facts.head_repository is None or facts.head_branch is None:
            return None
        owner, _, name = facts.head_repository.partition("/")
        path = f"/repos/{_quoted(owner)}/{_quoted(name)}/activity"
        parameters: Mapping[str, str | int] = {"ref": f"refs/heads/{facts.head_branch}", "per_page": 100}
        try:
            listed = objects(self.client.rest("GET", path, parameters=parameters), "the activity")
        except Refusal as refused:
            if refused.status in {*_UNREADABLE, HTTPStatus.UNPROCESSABLE_ENTITY}:
                return None
            raise
        moves = [move for move in listed if move.text_or_none("after") == facts.head]
        newest = max(moves, key=lambda move: move.time("timestamp"), default=None)
        return rest_account(newest.maybe("actor")) if newest is not None else None

    def runs(self, head: str) -> tuple[WorkflowRun, ...] | None:
        """The workflow runs of a commit but keyturn's own; `None` where the token may not ask."""
        path = f"{self.client.home}/actions/runs"
        found: list[Fields] = []
        try:
            for page in self.client.pages(path, parameters={"head_sha": head}):
                found += Fields.of(page, "the workflow runs").each("workflow_runs")
        except Refusal as refused:
            if refused.status in _UNREADABLE:
                return None
            raise
        runs = (
            WorkflowRun(run.whole("id"), run.text_or_none("name") or "", run.text_or_none("status") == "completed")
            for run in found
        )
        return tuple(run for run in runs if run.id != self.own_run.id and run.name != self.own_run.workflow)

    def run_is_over(self, url: str) -> bool | None:
        """Whether a workflow run has ended; `None` where that cannot be read. `url` is the address of its log.

        It is not worth waiting for: a refusal or a failure is an answer, too.
        """
        if url not in self._runs_over:
            self._runs_over[url] = self._is_over(url)
        return self._runs_over[url]

    def _is_over(self, url: str) -> bool | None:
        found = _RUN.search(url)
        if found is None:
            return None
        try:
            run = self.client.rest("GET", f"{self.client.home}/actions/runs/{found['run']}", at_once=True)
            return Fields.of(run, "the workflow run").text("status") == "completed"
        except Unavailable:
            return None

    def _role(self, login: str) -> Role | None:
        path = f"{self.client.home}/collaborators/{_quoted(login)}/permission"
        try:
            answer = Fields.of(self.client.rest("GET", path), f"the permission of {login}")
        except Refusal as refused:
            if refused.status == HTTPStatus.NOT_FOUND:
                return Role.NONE
            if refused.status == HTTPStatus.FORBIDDEN:
                return None
            raise
        exact = _ROLES.get(answer.text_or_none("role_name") or "")
        return exact if exact is not None else _ROLES.get(answer.text("permission"), Role.NONE)

    def _team(self, name: str) -> frozenset[str] | None:
        organization, _, slug = name.partition("/")
        path = f"/orgs/{_quoted(organization)}/teams/{_quoted(slug)}/members"
        members: set[str] = set()
        try:
            for page in self.client.pages(path):
                members |= {member.text("login").casefold() for member in objects(page, f"the members of {name}")}
        except Refusal as refused:
            if refused.status in _UNREADABLE:
                return None
            raise
        return frozenset(members)

    def _read(self, path: str) -> Fields | None:
        try:
            return Fields.of(self.client.rest("GET", path), path)
        except Refusal as refused:
            if refused.status == HTTPStatus.NOT_FOUND:
                return None
            raise


def _quoted(part: str) -> str:
    return quote(part, safe="")
