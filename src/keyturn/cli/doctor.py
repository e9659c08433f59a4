"""`keyturn doctor`: whether keyturn is set up on a repository so that it holds, and what is to be mended."""

import json
import secrets
import time
from typing import Annotated, Final

import typer

from keyturn.cli.options import Format, OutputFormat
from keyturn.cli.printing import say
from keyturn.cli.remote import ApiUrl, CheckName, LedgerBranch, Repository, RulesPath, fail, remote_settings
from keyturn.cli.wiring import utc_now
from keyturn.doctor.checkup import check_up
from keyturn.doctor.finding import State, worst
from keyturn.github.client import Client
from keyturn.github.patience import Patience
from keyturn.github.setup_read import SetupReader
from keyturn.ports import Unavailable
from keyturn.render.doctor_report import doctor_json, doctor_report
from keyturn.settings import Publish

_SCRATCH: Final = "keyturn-doctor-"
"""How the name of a scratch branch begins."""


def command(  # noqa: PLR0913 - every parameter is an option of its own
    repository: Repository,
    *,
    output: OutputFormat = Format.TEXT,
    read_only: Annotated[bool, typer.Option("--read-only", help="Try nothing that writes.")] = False,
    app: Annotated[
        str, typer.Option(metavar="SLUG", help="The GitHub App that keyturn works as [default: the token's].")
    ] = "",
    publish: Annotated[
        Publish | None, typer.Option("--publish", help="What carries the verdict [default: as the workflows say].")
    ] = None,
    api_url: ApiUrl = "",
    rules_path: RulesPath = "rules.yml",
    check_name: CheckName = "keyturn",
    ledger_branch: LedgerBranch = "keyturn-ledger",
) -> None:
    """Check how keyturn is set up on GitHub, and say what is wrong, why, and how to mend it.

    The token is GITHUB_TOKEN or GH_TOKEN. That of keyturn's own App shows what the gate may do; an administrator's,
    with --app, also shows classic branch protection. What only writing shows is tried on a scratch branch, which is
    removed. Exit code 0: nothing is wrong; 1: something is, or GitHub cannot be read; 2: bad usage.
    """
    settings = remote_settings(
        repository, api_url, rules_path=rules_path, check_name=check_name, ledger_branch=ledger_branch
    )
    client = Client(settings, Patience(utc_now, time.sleep))
    scratch = None if read_only else f"{_SCRATCH}{secrets.token_hex(8)}"
    try:
        findings = check_up(SetupReader(client, settings, app or None, scratch, publish).read())
    except Unavailable as unavailable:
        typer.echo(f"keyturn: {unavailable}", err=True)
        fail()
    finally:
        client.close()
    if output is Format.JSON:
        typer.echo(json.dumps(doctor_json(repository, findings), indent=2))
    else:
        say(doctor_report(repository, findings))
    if worst(findings) is State.WRONG:
        fail()
