"""The terminal's program: it knows every command by name, and imports only the one that was asked for."""

import os
import sys
from importlib import import_module
from io import TextIOWrapper
from types import MappingProxyType
from typing import Annotated, Any, Final, cast

import typer
from typer.core import TyperGroup

from keyturn.cli.stop import Stop
from keyturn.git.process import GitError
from keyturn.version import VERSION

COMMANDS: Final = MappingProxyType(
    {
        "check": "keyturn.cli.check",
        "draft": "keyturn.cli.draft",
        "test": "keyturn.cli.cases",
        "init": "keyturn.cli.init",
        "schema": "keyturn.cli.schema",
        "evaluate": "keyturn.cli.evaluate",
        "sweep": "keyturn.cli.sweep",
        "ledger": "keyturn.cli.ledger",
        "doctor": "keyturn.cli.doctor",
    }
)
"""Each command's module. It holds `command`: a function whose signature typer reads, or a `typer.Typer` of its own."""

BAD_USAGE: Final = 2
"""The exit code for what the user can mend in the call."""


class LazyGroup(TyperGroup):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: object) -> list[str]:  # noqa: ARG002 - typer's own signature
        """Every name, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: object, cmd_name: str) -> Any:  # noqa: ANN401, ARG002 - typer's own signature; its type of commands is private
        """The command of this name; `None` where there is none."""
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        command = import_module(module).command
        if not isinstance(command, typer.Typer):
            program = typer.Typer(add_completion=False, rich_markup_mode=None)
            program.command(cmd_name)(command)
            command = program
        found = typer.main.get_command(command)
        found.name = cmd_name
        return found


def _say_version(wanted: bool) -> None:  # noqa: FBT001 - typer hands over the option's value
    if wanted:
        typer.echo(f"keyturn {VERSION}")
        raise typer.Exit


app: Final = typer.Typer(
    cls=LazyGroup,
    name="keyturn",
    help="The gate between an AI agent's pull request and the merge button.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _keyturn(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Take the options that stand before the command."""


def main() -> int:
    """Run the command in `sys.argv` and return its exit code: 2 for what the user can mend in the call.

    Text that the terminal's encoding does not know is written as escapes. Plugins for pydantic that happen to be
    installed beside keyturn stay out of it: nobody else has a say in what is read.
    """
    os.environ["PYDANTIC_DISABLE_PLUGINS"] = "__all__"
    for stream in (sys.stdout, sys.stderr):
        cast("TextIOWrapper", stream).reconfigure(errors="backslashreplace")
    code: int | str | None = 0
    try:
        app(prog_name="keyturn")
    except (GitError, Stop) as error:
        import_module("keyturn.cli.printing").warn(str(error))
        code = BAD_USAGE
    except SystemExit as ended:
        code = ended.code
    return code if isinstance(code, int) else int(code is not None)
