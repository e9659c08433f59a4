"""`keyturn evaluate`: judge a real pull request from anywhere, and act on it if asked to."""

from typing import Annotated

import typer

from keyturn.cli.options import Format
from keyturn.cli.remote import (
    ApiUrl,
    Carrier,
    CheckName,
    LedgerBranch,
    ManifestPath,
    Repository,
    RulesPath,
    fail,
    remote_settings,
)
from keyturn.cli.wiring import build
from keyturn.render.comment import Extras, report
from keyturn.settings import Publish


def command(  # noqa: PLR0913 - every parameter is an option of its own
    repository: Repository,
    number: Annotated[int, typer.Argument(min=1, help="The number of the pull request.")],
    *,
    publish: Annotated[bool, typer.Option("--publish", help="Act on it: ledger, verdict, comment.")] = False,
    output: Annotated[Format, typer.Option("--format", help="For people, or the decision for programs.")] = Format.JSON,
    api_url: ApiUrl = "",
    rules_path: RulesPath = "rules.yml",
    manifest_path: ManifestPath = ".agent/manifests/*",
    check_name: CheckName = "keyturn",
    verdict: Carrier = Publish.STATUS,
    ledger_branch: LedgerBranch = "keyturn-ledger",
) -> None:
    """Judge a pull request on GitHub and print the decision; the token is GITHUB_TOKEN or GH_TOKEN.

    Exit code 0: decided (with --publish: and published); 1: not; 2: bad usage.
    """
    settings = remote_settings(
        repository,
        api_url,
        dry_run=not publish,
        rules_path=rules_path,
        manifest_path=manifest_path,
        check_name=check_name,
        publish=verdict,
        ledger_branch=ledger_branch,
    )
    result = build(settings).gate.judge(number)
    if output is Format.JSON or result.judged is None:
        typer.echo(result.decision.as_json(indent=2))
    else:
        typer.echo(report(result.judged.judgement, Extras()))
    for warning in result.warnings:
        typer.echo(f"keyturn: {warning}", err=True)
    if not result.published:
        fail()
