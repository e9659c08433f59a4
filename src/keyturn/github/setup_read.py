"""Reads how keyturn is set up on a repository, into one snapshot for `keyturn doctor`."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from msgspec import Struct

from keyturn.core.facts import FileVersion, Role
from keyturn.core.problem import Refused
from keyturn.core.rulebook import RuleBook, read_rulebook
from keyturn.doctor.people import teams_named, users_named
from keyturn.doctor.rules import cases_path
from keyturn.doctor.setup import ACTIONS_APP, People, Probe, Setup, TokenKind, WorkflowFile
from keyturn.doctor.workflow import read_workflow
from keyturn.github.accounts import Viewer
from keyturn.github.blobs import Blobs
from keyturn.github.branches_read import BranchReader
from keyturn.github.client import Client
from keyturn.github.fields import Fields, Json, incomplete, objects
from keyturn.github.ledger_branch import branch_head
from keyturn.github.lookups import Lookups
from keyturn.github.query import query
from keyturn.github.questions import FileAt, ask
from keyturn.github.refusals import Refusal
from keyturn.github.rules_read import RulesReader
from keyturn.github.scratch_trial import ScratchTrial
from keyturn.settings import Publish, Settings

_UNREADABLE: Final = {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
_WORKFLOWS: Final = ".github/workflows"
_ACTIONS_LOGIN: Final = "github-actions[bot]"


class SetupReader(Struct, frozen=True):
    """Reads a set-up.

    `app_slug` is the App that the user says keyturn works as, `None`: the token's own. `scratch` is the name of the
    branch on which writing is tried, `None` to write nothing. `publish` is what carries the verdict, `None`: what the
    workflows say.
    """

    client: Client
    settings: Settings
    app_slug: str | None
    scratch: str | None
    publish: Publish | None = None

    def read(self) -> Setup:
        """Read everything. Raises `Unavailable` where the repository itself cannot be read, or GitHub is down."""
        answer = self.client.graphql(query("setup_of"), self.client.named).data
        login, branch = answer.at("viewer").text("login"), answer.maybe("repository", "defaultBranchRef")
        if branch is None:
            where = "repository.defaultBranchRef"
            raise incomplete(where, "is null: the repository is empty")
        tip = branch.at("target").text("oid")
        rules, cases, workflows = self._files(tip)
        token, slug, app = self._app(login)
        trial = ScratchTrial(self.client, self.scratch or "", self.publish or _published(workflows))
        ledger, written = (None, tuple[Probe, ...]()) if self.scratch is None else trial.writes()
        branches = BranchReader(self.client)
        return Setup(
            repository=self.client.repository,
            now=self.client.patience.now(),
            default_branch=branch.text("name"),
            check_name=self.settings.check_name,
            ledger_branch=self.settings.ledger_branch,
            login=login,
            token=token,
            app=app,
            app_slug=slug,
            branches=branches.protected(),
            ledger_rules=branches.kinds(self.settings.ledger_branch),
            ledger_exists=branch_head(self.client, self.settings.ledger_branch) is not None,
            ledger=ledger,
            probes=(*trial.reads(tip), *written),
            tried_writes=self.scratch is not None,
            rules=rules,
            cases=cases,
            workflows=workflows,
            people=self._people(rules),
        )

    def _app(self, login: str) -> tuple[TokenKind, str | None, int | None]:
        """Whose token it is, and the slug and number of the App that keyturn works as."""
        if login == _ACTIONS_LOGIN:
            kind, slug = TokenKind.WORKFLOW, "github-actions"
        elif Viewer(login).is_app:
            kind, slug = TokenKind.APP, login.removesuffix("[bot]")
        else:
            kind, slug = TokenKind.PERSON, None
        slug = self.app_slug or slug
        if slug is None:
            return kind, None, None
        if slug == "github-actions":
            return kind, slug, ACTIONS_APP
        try:
            return kind, slug, Fields.of(self.client.rest("GET", f"/apps/{quote(slug, safe='')}"), slug).whole("id")
        except Refusal as refused:
            if refused.status not in _UNREADABLE:
                raise
            return kind, slug, None

    def _files(self, tip: str) -> tuple[FileVersion | None, FileVersion | None, tuple[WorkflowFile, ...]]:
        """The rule book, its tests, and every workflow on the default branch."""
        rules, cases = self.settings.rules_path, cases_path(self.settings.rules_path)
        paths = [rules, cases, *self._listed(tip)]
        found = ask(self.client, [FileAt(tip, path) for path in paths], titles=False)
        blobs = Blobs(self.client)
        read = {path: RulesReader(blobs, path).version(found[FileAt(tip, path)]) for path in paths}
        runs = [self._workflow(file) for path in paths[2:] if (file := read[path]) is not None]
        return read[rules], read[cases], tuple(runs)

    def _listed(self, tip: str) -> list[str]:
        try:
            listed = self.client.rest("GET", f"{self.client.home}/contents/{_WORKFLOWS}", parameters={"ref": tip})
        except Refusal as refused:
            if refused.status != HTTPStatus.NOT_FOUND:
                raise
            return []
        found = [entry.text("path") for entry in objects(listed, _WORKFLOWS)] if isinstance(listed, list) else []
        return [path for path in found if path.endswith((".yml", ".yaml"))]

    def _workflow(self, file: FileVersion) -> WorkflowFile:
        path = f"{self.client.home}/actions/workflows/{quote(file.path.rpartition('/')[2], safe='')}"
        shown = self._or_none(path)
        if shown is None:
            return WorkflowFile(file=file)
        state = Fields.of(shown, file.path).text("state")
        runs = self._or_none(f"{path}/runs", {"status": "completed", "per_page": 1})
        newest = next(Fields.of(runs, "the runs").each("workflow_runs"), None) if runs is not None else None
        if newest is None:
            return WorkflowFile(file=file, state=state)
        return WorkflowFile(
            file=file,
            state=state,
            last_run=newest.time("created_at"),
            last_result=newest.text_or_none("conclusion"),
        )

    def _people(self, rules: FileVersion | None) -> People:
        """The roles and teams that the rule book makes it worth to know."""
        book = _book(rules)
        if book is None:
            return People()
        lookups = Lookups(self.client, self.settings.own_run)
        teams = {team.casefold(): lookups.team(team) for team in teams_named(book)}
        members = {member for found in teams.values() for member in found or ()}
        named = {user.casefold() for user in users_named(book)} | members
        return People(
            roles={login: lookups.role(login) for login in sorted(named)},
            teams=teams,
            collaborators=self._collaborators(),
        )

    def _collaborators(self) -> dict[str, Role] | None:
        found: dict[str, Role] = {}
        try:
            for page in self.client.pages(f"{self.client.home}/collaborators"):
                found |= dict(_roles(objects(page, "the collaborators")))
        except Refusal as refused:
            if refused.status not in _UNREADABLE:
                raise
            return None
        return found

    def _or_none(self, path: str, parameters: dict[str, str | int] | None = None) -> Json:
        """What is there, `None` where there is nothing or the token may not see it."""
        try:
            return self.client.rest("GET", path, parameters=parameters)
        except Refusal as refused:
            if refused.status not in _UNREADABLE:
                raise
            return None


def _roles(people: Iterable[Fields]) -> Iterable[tuple[str, Role]]:
    """The role of each person: the greatest of the permissions that GitHub lists; bots are left out."""
    names = {"admin": Role.ADMIN, "maintain": Role.MAINTAIN, "push": Role.WRITE, "triage": Role.TRIAGE}
    for person in people:
        granted = person.at("permissions")
        role = next((role for name, role in names.items() if granted.members.get(name) is True), Role.READ)
        if person.text("type") == "User":
            yield person.text("login").casefold(), role


def _published(files: Iterable[WorkflowFile]) -> Publish:
    """What carries the verdict, as the workflows say it."""
    workflows = filter(None, (read_workflow(file.file) for file in files))
    said = {text for workflow in workflows for text in workflow.publishes}
    return Publish.CHECK if Publish.CHECK in said else Publish.STATUS


def _book(rules: FileVersion | None) -> RuleBook | None:
    if rules is None or rules.content is None:
        return None
    try:
        return read_rulebook(rules.path, rules.content)
    except Refused:
        return None
