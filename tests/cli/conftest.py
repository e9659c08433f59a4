"""Runs the terminal's program in a repository, in this process, and hands back what it said."""

import gc
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from keyturn.cli.app import main
from tests.support.scratch import Scratch

RULES = (Path(__file__).parents[2] / "rules.yml").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Said:
    """What a run wrote, and its exit code."""

    code: int
    out: str
    err: str


Keyturn = Callable[..., Said]


@pytest.fixture
def keyturn(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Keyturn:
    """Run `keyturn` with these arguments, in this directory if one is given."""

    def run(*arguments: str, cwd: Path | None = None) -> Said:
        if cwd is not None:
            monkeypatch.chdir(cwd)
        monkeypatch.setattr(sys, "argv", ["keyturn", *arguments])
        capfd.readouterr()
        code = main()
        gc.enable()  # what is right for a short run is not for a long session
        out, err = capfd.readouterr()
        return Said(code, out, err)

    return run


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    """The repository in which the commands run: the shipped rule book on `main`, and an agent's branch."""
    made = Scratch.at(tmp_path / "repository")
    made.commit({"rules.yml": RULES, "src/a.py": "a = 1\n", "infra/main.tf": "x\n"})
    made.branch("copilot/work")
    monkeypatch.chdir(made.path)
    return made
