"""Settings for the commands that speak with GitHub from a terminal."""

import os
import re
from typing import Annotated, NoReturn, TypedDict, Unpack

import typer

from keyturn.settings import Publish, Settings

Repository = Annotated[str, typer.Argument(metavar="OWNER/REPO", help="The repository on GitHub.")]
ApiUrl = Annotated[str, typer.Option(metavar="URL", help="The REST address [default: GITHUB_API_URL].")]
RulesPath = Annotated[str, typer.Option(metavar="PATH", help="The rule book.")]
ManifestPath = Annotated[str, typer.Option(metavar="GLOB", help="Where manifests are.")]
CheckName = Annotated[str, typer.Option(metavar="NAME", help="The name of the verdict.")]
Carrier = Annotated[Publish, typer.Option("--verdict", help="What carries the verdict.")]
LedgerBranch = Annotated[str, typer.Option(metavar="BRANCH", help="The branch of the ledger.")]


class Choices(TypedDict, total=False):
    """What such a command lets its user choose."""

    dry_run: bool
    rules_path: str
    manifest_path: str
    check_name: str
    publish: Publish
    ledger_branch: str


def remote_settings(repository: str, api_url: str, **choices: Unpack[Choices]) -> Settings:
    """The settings for a repository, with the token and addresses of the environment.

    Ends the command where they make no sense.
    """
    if not re.fullmatch(r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+", repository):
        message = f"{repository!r} is no repository; it must be OWNER/REPO, such as acme/shop"
        raise typer.BadParameter(message)
    token = os.environ.get("GITHUB_TOKEN") or os.environ.get("GH_TOKEN")
    if not token:
        message = "there is no token: set GITHUB_TOKEN or GH_TOKEN"
        raise typer.BadParameter(message)
    return Settings(
        repository=repository,
        token=token,
        api_url=(api_url or os.environ.get("GITHUB_API_URL") or "https://api.github.com").rstrip("/"),
        server_url=(os.environ.get("GITHUB_SERVER_URL") or "https://github.com").rstrip("/"),
        actor=os.environ.get("USER"),
        **choices,
    )


def fail() -> NoReturn:
    """End the command as not done."""
    raise typer.Exit(1)
