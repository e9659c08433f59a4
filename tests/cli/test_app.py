"""The terminal's program: it finds its commands, and imports no more than one."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import typer

from keyturn.cli import app
from keyturn.version import VERSION
from tests.cli.conftest import Keyturn

HEAVY = ("rich", "pydantic", "yaml", "keyturn.core", "keyturn.github", "github", "slack_sdk", "requests")


def test_help__lists_every_command(keyturn: Keyturn) -> None:
    """Whoever does not know the commands finds them, one line each."""
    said = keyturn("--help")
    assert said.code == 0
    listed = [line.split()[0] for line in said.out.partition("Commands:\n")[2].splitlines() if line.startswith("  ")]
    assert [name for name in listed if name in app.COMMANDS] == list(app.COMMANDS)


@pytest.mark.parametrize("name", list(app.COMMANDS))
def test_help__of_each_command(keyturn: Keyturn, name: str) -> None:
    """Each command explains itself, and its module holds what typer needs."""
    said = keyturn(name, "--help")
    assert said.code == 0
    assert f"keyturn {name}" in said.out
    command = import_module(app.COMMANDS[name]).command
    assert isinstance(command, typer.Typer) or command.__doc__


@pytest.mark.parametrize("arguments", [("--version",), ("--version", "check")])
def test_version__is_said_and_nothing_else_done(keyturn: Keyturn, arguments: tuple[str, ...]) -> None:
    """The version is the package's."""
    said = keyturn(*arguments)
    assert (said.code, said.out) == (0, f"keyturn {VERSION}\n")


@pytest.mark.parametrize("arguments", [(), ("chek",), ("check", "--bsae", "main"), ("check", "extra"), ("--bad",)])
def test_usage__that_is_wrong_exits_with_2(keyturn: Keyturn, arguments: tuple[str, ...]) -> None:
    """A call that cannot be understood says how to get help, and is told from a failed gate."""
    said = keyturn(*arguments)
    assert said.code == 2
    assert "Usage: keyturn" in said.err + said.out


def test_import__of_the_program_costs_little() -> None:
    """Nothing heavy loads before it is known which command was asked for."""
    program = (
        "import sys, keyturn.cli.app\n"
        f"print([name for name in {HEAVY!r} if any(m == name or m.startswith(name + '.') for m in sys.modules)])"
    )
    said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert said.stdout == "[]\n"


def test_output__survives_a_terminal_that_knows_only_ascii(tmp_path: Path) -> None:
    """What the terminal's encoding does not know is written as escapes; the program does not fall over."""
    environment = {"PATH": "/usr/bin:/bin", "PYTHONIOENCODING": "ascii", "HOME": str(tmp_path), "LC_ALL": "C"}
    program = [sys.executable, "-m", "keyturn", "check", "--base", "ä"]
    said = subprocess.run(program, check=False, cwd=tmp_path, env=environment, capture_output=True)
    assert said.returncode == 2
    assert said.stderr.isascii()


def test_main__gives_back_the_exit_codes_of_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that ends the program with a word rather than a number has failed."""

    def stop(**_: str) -> None:
        raise SystemExit("a word")  # noqa: EM101, TRY003 - the case of the test

    monkeypatch.setattr(app, "app", stop)
    assert app.main() == 1
