"""`keyturn ledger`: read the audit record, on GitHub or in a local clone: verify it, tell it, export it."""

import json
from typing import Annotated

import typer
from msgspec.structs import asdict

from keyturn.cli.ledger_source import ledger_of
from keyturn.cli.options import Format
from keyturn.cli.printing import say, warn
from keyturn.cli.remote import ApiUrl, LedgerBranch, fail
from keyturn.core.audit import audit
from keyturn.core.record import bytes_hash
from keyturn.render.ledger_log import history
from keyturn.render.ledger_report import audited

command = typer.Typer(
    help="Read the audit record: on GitHub (OWNER/REPO), or in a local clone (--git DIR).",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
)

Where = Annotated[
    str | None, typer.Argument(metavar="OWNER/REPO", show_default=False, help="The repository on GitHub.")
]
WhereAndWhich = Annotated[
    list[str] | None,
    typer.Argument(metavar="OWNER/REPO NUMBER", show_default=False, help="The repository, and a pull request."),
]
GitDirectory = Annotated[
    str | None, typer.Option("--git", metavar="DIR", help="Read a local clone instead, without any network.")
]
Account = Annotated[
    str | None, typer.Option(metavar="LOGIN", help="keyturn's own account, such as 'keyturn-gate[bot]'.")
]


@command.command("verify")
def verify(
    where: Where = None,
    *,
    git: GitDirectory = None,
    account: Account = None,
    output: Annotated[Format, typer.Option("--format", help="For people, or for programs.")] = Format.TEXT,
    api_url: ApiUrl = "",
    branch: LedgerBranch = "keyturn-ledger",
) -> None:
    """Find edited, missing, reordered, forged and foreign entries, and say what this cannot prove.

    It walks the commits of the branch and, on GitHub, asks the verdicts which entries they name. Exit code 0: the
    ledger holds; 1: it does not, or could not be read; 2: bad usage.
    """
    if git is not None and where is not None:
        message = f"with --git no repository is named, and {where!r} is one too many"
        raise typer.BadParameter(message)
    with ledger_of([where] if where is not None else [], git, branch, api_url) as (source, _):
        walk = source.walk(account)
        findings = audit(walk)
        unproven = source.unproven(walk, account_given=account is not None)
    holds = all(finding.recorded for finding in findings)
    if output is Format.TEXT:
        say(audited(walk, findings, unproven))
    else:
        told = {
            "holds": holds,
            "tip": walk.tip.commit,
            "account": walk.account,
            "findings": [asdict(finding) for finding in findings],
            "not_proven": list(unproven),
        }
        typer.echo(json.dumps(told, indent=2))
    if not holds:
        fail()


@command.command("log")
def log(
    where: WhereAndWhich = None,
    *,
    git: GitDirectory = None,
    api_url: ApiUrl = "",
    branch: LedgerBranch = "keyturn-ledger",
) -> None:
    """Tell the history of one pull request, or of all, as the ledger has it.

    Exit code 0: told; 1: the ledger could not be read; 2: bad usage.
    """
    with ledger_of(where or (), git, branch, api_url) as (source, number):
        tip = source.tip(number)
    say(history(tip, number))


@command.command("export")
def export(
    where: WhereAndWhich = None,
    *,
    git: GitDirectory = None,
    api_url: ApiUrl = "",
    branch: LedgerBranch = "keyturn-ledger",
) -> None:
    """Print the entries of one pull request, or of all, as JSON Lines, one for each: path, sha256 and entry.

    The `sha256` is what the entry after it must carry as `previous`. Exit code 0: all are there; 1: some hold no entry
    (their `entry` is null), or the ledger could not be read; 2: bad usage.
    """
    with ledger_of(where or (), git, branch, api_url) as (source, number):
        tip = source.tip(number)
    broken = False
    for standing in tip.entries(number):
        if standing.entry is None:
            broken = True
            warn(f"{standing.path} holds no entry of the ledger")
        told = {
            "path": standing.path,
            "sha256": bytes_hash(standing.content) if standing.content is not None else None,
            "entry": standing.entry.model_dump(mode="json") if standing.entry is not None else None,
        }
        typer.echo(json.dumps(told))
    if broken:
        fail()
