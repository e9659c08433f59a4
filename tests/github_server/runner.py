"""What a docker action finds on GitHub's runner: its environment, its event, its files."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from keyturn.version import VERSION
from tests.github_server.state.access import Token
from tests.github_server.triggers import Trigger

RUNTIME_TOKEN: Final = "RuNtImE-tOkEn"
"""What every step is given for artifacts and caches; it is a secret."""
_TEMP: Final = "_temp"
_HOME: Final = f"{_TEMP}/_github_home"
_EVENT: Final = f"{_TEMP}/_github_workflow/event.json"
_COMMANDS: Final = f"{_TEMP}/_runner_file_commands"
_WORKSPACE: Final = "shop/shop"
ACTION: Final = Path(__file__).parents[2] / "action.yml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A step of a job, ready to run: its whole environment, and what it leaves behind.

    `folder` is the runner's, in which it keeps its workspace, its temporary files and the files of the step.
    """

    environment: dict[str, str] = field(repr=False)
    folder: Path

    def outputs(self) -> dict[str, str]:
        """Read the outputs as the runner does: `name=value`, or `name<<END` and lines up to END."""
        found: dict[str, str] = {}
        lines = iter((self.folder / _COMMANDS / "output").read_text(encoding="utf-8").split("\n"))
        for line in lines:
            opened = re.fullmatch(r"([^=<]+)<<(.+)", line)
            if opened is not None:
                body: list[str] = []
                for inner in lines:
                    if inner == opened[2]:
                        break
                    body.append(inner)
                found[opened[1]] = "\n".join(body)
            elif "=" in line:
                name, _, value = line.partition("=")
                found[name] = value
        return found

    @property
    def mounts(self) -> dict[str, Path]:
        """Which folder a docker action sees at which place."""
        return {
            "/github/runner_temp": self.folder / _TEMP,
            "/github/home": self.folder / _HOME,
            "/github/workflow": (self.folder / _EVENT).parent,
            "/github/file_commands": self.folder / _COMMANDS,
            "/github/workspace": self.folder / _WORKSPACE,
        }

    @property
    def summary(self) -> str:
        """The step's summary."""
        return (self.folder / _COMMANDS / "summary").read_text(encoding="utf-8")


def job(
    trigger: Trigger,
    folder: Path,
    *,
    token: Token,
    api_url: str,
    graphql_url: str,
    inputs: Mapping[str, str] | None = None,
) -> Job:
    """Set out everything for one run of this repository's action in an empty folder.

    `inputs` are by their names in action.yml, whose defaults fill the rest; names keep their hyphens. PATH is left
    to the caller.
    """
    for name in (_HOME, _COMMANDS, _WORKSPACE, str(Path(_EVENT).parent)):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for name in ("output", "summary", "env", "path", "state"):
        (folder / _COMMANDS / name).touch()
    (folder / _EVENT).write_text(json.dumps(trigger.payload), encoding="utf-8")
    known = {"github.token": token.value, "github.api_url": api_url}
    environment = _github(trigger, folder) | _inputs(known, inputs or {})
    return Job(environment=environment | {"GITHUB_API_URL": api_url, "GITHUB_GRAPHQL_URL": graphql_url}, folder=folder)


def _github(trigger: Trigger, folder: Path) -> dict[str, str]:
    repository, world = trigger.repository, trigger.repository.world
    main = f"refs/heads/{repository.default_branch}"
    return {
        "ACTIONS_CACHE_URL": "http://127.0.0.1:9/cache/",
        "ACTIONS_RESULTS_URL": "http://127.0.0.1:9/results/",
        "ACTIONS_RUNTIME_TOKEN": RUNTIME_TOKEN,
        "ACTIONS_RUNTIME_URL": "http://127.0.0.1:9/",
        "CI": "true",
        "HOME": str(folder / _HOME),
        "GITHUB_ACTION": "keyturn",
        "GITHUB_ACTION_REF": f"v{VERSION}",
        "GITHUB_ACTION_REPOSITORY": "keyturn/keyturn",
        "GITHUB_ACTIONS": "true",
        "GITHUB_ACTOR": trigger.actor.rest_login,
        "GITHUB_ACTOR_ID": str(trigger.actor.id),
        "GITHUB_BASE_REF": trigger.base_ref,
        "GITHUB_ENV": str(folder / _COMMANDS / "env"),
        "GITHUB_EVENT_NAME": trigger.name,
        "GITHUB_EVENT_PATH": str(folder / _EVENT),
        "GITHUB_HEAD_REF": trigger.head_ref,
        "GITHUB_JOB": "gate",
        "GITHUB_OUTPUT": str(folder / _COMMANDS / "output"),
        "GITHUB_PATH": str(folder / _COMMANDS / "path"),
        "GITHUB_REF": trigger.ref,
        "GITHUB_REF_NAME": trigger.ref.removeprefix("refs/heads/").removeprefix("refs/pull/"),
        "GITHUB_REF_PROTECTED": "false",
        "GITHUB_REF_TYPE": "branch",
        "GITHUB_REPOSITORY": repository.full_name,
        "GITHUB_REPOSITORY_ID": str(repository.id),
        "GITHUB_REPOSITORY_OWNER": repository.owner.login,
        "GITHUB_REPOSITORY_OWNER_ID": str(repository.owner.id),
        "GITHUB_RETENTION_DAYS": "90",
        "GITHUB_RUN_ATTEMPT": "1",
        "GITHUB_RUN_ID": str(70_000 + world.count("run of a job")),
        "GITHUB_RUN_NUMBER": "1",
        "GITHUB_SERVER_URL": world.web_url,
        "GITHUB_SHA": trigger.sha,
        "GITHUB_STATE": str(folder / _COMMANDS / "state"),
        "GITHUB_STEP_SUMMARY": str(folder / _COMMANDS / "summary"),
        "GITHUB_TRIGGERING_ACTOR": trigger.actor.rest_login,
        "GITHUB_WORKFLOW": "keyturn",
        "GITHUB_WORKFLOW_REF": f"{repository.full_name}/.github/workflows/keyturn.yml@{main}",
        "GITHUB_WORKFLOW_SHA": repository.refs[main],
        "GITHUB_WORKSPACE": str(folder / _WORKSPACE),
        "RUNNER_ARCH": "X64",
        "RUNNER_ENVIRONMENT": "github-hosted",
        "RUNNER_NAME": "GitHub Actions 1",
        "RUNNER_OS": "Linux",
        "RUNNER_TEMP": str(folder / _TEMP),
        "RUNNER_TOOL_CACHE": "/opt/hostedtoolcache",
        "RUNNER_WORKSPACE": str((folder / _WORKSPACE).parent),
    }


def _inputs(known: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    declared: dict[str, Any] = yaml.safe_load(ACTION.read_text(encoding="utf-8"))["inputs"]
    strange = given.keys() - declared.keys()
    if strange:
        message = f"action.yml has no inputs named {sorted(strange)}; it has {sorted(declared)}"
        raise ValueError(message)
    values = {name: given.get(name, str(about.get("default", ""))) for name, about in declared.items()}
    return {f"INPUT_{name.replace(' ', '_').upper()}": _filled(value, known) for name, value in values.items()}


def _filled(text: str, known: Mapping[str, str]) -> str:
    return re.sub(r"\$\{\{\s*([\w.]+)\s*\}\}", lambda match: known[match[1]], text)
