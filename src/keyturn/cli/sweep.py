"""`keyturn sweep`: the scheduled job, by hand."""

import json
from typing import Annotated

import typer

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
from keyturn.ports import Unavailable
from keyturn.settings import Publish


def command(
    repository: Repository,
    *,
    publish: Annotated[bool, typer.Option("--publish", help="Act on what it finds.")] = False,
    api_url: ApiUrl = "",
    rules_path: RulesPath = "rules.yml",
    manifest_path: ManifestPath = ".agent/manifests/*",
    check_name: CheckName = "keyturn",
    verdict: Carrier = Publish.STATUS,
    ledger_branch: LedgerBranch = "keyturn-ledger",
) -> None:
    """Look after every open pull request and print the decisions that it came to as a JSON list.

    The token is GITHUB_TOKEN or GH_TOKEN. Exit code 0: all judged; 1: not; 2: bad usage.
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
    try:
        swept = build(settings).sweep.run()
    except Unavailable as unavailable:
        typer.echo(f"keyturn: {unavailable}", err=True)
        fail()
    typer.echo(json.dumps([json.loads(result.decision.as_json()) for result in swept.results], indent=2))
    for number, why in swept.failed:
        typer.echo(f"keyturn: #{number} could not be judged: {why}", err=True)
    if swept.failed:
        fail()
