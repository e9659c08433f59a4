"""The Action's inputs and the runner's environment, read strictly into settings."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from keyturn.github.webhook import PULL_REQUEST_INPUT, BadInput
from keyturn.settings import OwnRun, Publish, Settings

DEFAULTS: Final[Mapping[str, str]] = {
    "github-token": "",
    "github-api-url": "",
    "rules-path": "rules.yml",
    "manifest-path": ".agent/manifests/*",
    "check-name": "keyturn",
    "publish": "status",
    PULL_REQUEST_INPUT: "",
    "ledger-branch": "keyturn-ledger",
    "labels": "false",
    "slack-token": "",
    "slack-channel": "",
    "slack-webhook-url": "",
    "slack-api-url": "",
    "dry-run": "false",
    "fail-job": "false",
}
"""Every input with what it is where the workflow leaves it out; the runner's environment serves for the addresses."""

_REPOSITORY: Final = re.compile(r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+")
_ADDRESS: Final = re.compile(r"https?://[^\s/?#]+(/[^\s?#]*)?")
_BRANCH: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,199}")


def inputs_of(environment: Mapping[str, str]) -> dict[str, str]:
    """Every input by its name, trimmed; one that is absent or empty has its default.

    The runner hands an input over as `INPUT_` and its name in capitals, hyphens kept.
    """
    return {name: environment.get(f"INPUT_{name.upper()}", "").strip() or default for name, default in DEFAULTS.items()}


def settings_of(environment: Mapping[str, str], event: Mapping[str, object]) -> Settings:
    """The settings of this run. Raises `BadInput` with everything that is wrong, one problem a line."""
    given = inputs_of(environment)
    problems: list[str] = []

    def checked(name: str, value: str, wanted: str, fits: Callable[[str], object]) -> str:
        if not fits(value):
            problems.append(f"{name} is {value!r}; it must be {wanted}")
        return value

    def flag(name: str) -> bool:
        return (
            checked(f"the input `{name}`", given[name].lower(), "`true` or `false`", ("true", "false").__contains__)
            == "true"
        )

    repository = checked(
        "GITHUB_REPOSITORY", environment.get("GITHUB_REPOSITORY", ""), "`owner/name`", _REPOSITORY.fullmatch
    )
    server_url = environment.get("GITHUB_SERVER_URL", "") or "https://github.com"
    api_url = given["github-api-url"] or environment.get("GITHUB_API_URL", "") or "https://api.github.com"
    wanted_address = "an address such as https://api.github.com"
    token = given["github-token"] or environment.get("GITHUB_TOKEN", "")
    if not token:
        problems.append("there is no token: the input `github-token` is empty, and so is GITHUB_TOKEN")
    settings = Settings(
        repository=repository,
        token=token,
        server_url=checked("GITHUB_SERVER_URL", server_url, wanted_address, _ADDRESS.fullmatch).rstrip("/"),
        api_url=checked("the input `github-api-url`", api_url, wanted_address, _ADDRESS.fullmatch).rstrip("/"),
        rules_path=checked("the input `rules-path`", given["rules-path"], "a path in the repository", _is_path),
        manifest_path=checked("the input `manifest-path`", given["manifest-path"], "a glob for paths", _is_path),
        check_name=checked("the input `check-name`", given["check-name"], "up to 100 printable characters", _is_name),
        publish=_publish(given["publish"], problems),
        ledger_branch=checked(
            "the input `ledger-branch`",
            given["ledger-branch"],
            "a branch name, and not the default branch's",
            lambda name: _is_branch(name) and name != _default_branch(event),
        ),
        labels=flag("labels"),
        dry_run=flag("dry-run"),
        fail_job=flag("fail-job"),
        own_run=_own_run(environment),
        default_branch=_default_branch(event),
        actor=environment.get("GITHUB_ACTOR") or None,
        run_url=_run_url(environment, server_url),
        slack_token=given["slack-token"],
        slack_channel=given["slack-channel"],
        slack_webhook_url=given["slack-webhook-url"],
        slack_api_url=given["slack-api-url"],
    )
    if problems:
        raise BadInput("\n".join(problems))
    return settings


def _is_path(path: str) -> bool:
    return path.isprintable() and all(part not in ("", ".", "..") for part in path.split("/"))


def _is_branch(name: str) -> bool:
    """Whether git takes this as a branch's name, of those made of ordinary characters."""
    parts = name.split("/")
    return _BRANCH.fullmatch(name) is not None and all(
        part and not part.startswith(".") and not part.endswith((".", ".lock")) and ".." not in part for part in parts
    )


def _is_name(name: str) -> bool:
    return name.isprintable() and len(name) <= 100  # noqa: PLR2004 - room is left for the branch behind it


def _publish(value: str, problems: list[str]) -> Publish:
    try:
        return Publish(value)
    except ValueError:
        problems.append(f"the input `publish` is {value!r}; it must be `status` or `check`")
        return Publish.STATUS


def _own_run(environment: Mapping[str, str]) -> OwnRun:
    number = environment.get("GITHUB_RUN_ID", "")
    return OwnRun(
        int(number) if number.isdecimal() else None,
        environment.get("GITHUB_WORKFLOW") or None,
        environment.get("GITHUB_JOB") or None,
    )


def _default_branch(event: Mapping[str, object]) -> str | None:
    repository = event.get("repository")
    found = repository.get("default_branch") if isinstance(repository, Mapping) else None
    return found if isinstance(found, str) and found else None


def _run_url(environment: Mapping[str, str], server_url: str) -> str | None:
    repository, run = environment.get("GITHUB_REPOSITORY"), environment.get("GITHUB_RUN_ID")
    return f"{server_url.rstrip('/')}/{repository}/actions/runs/{run}" if repository and run else None
