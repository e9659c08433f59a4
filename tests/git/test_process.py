"""Git runs in an environment that cannot change its answers."""

import pytest

from keyturn.git.process import Git, GitCommandError, environment
from tests.support.scratch import Scratch


def test_environment__keeps_which_repository_and_drops_what_changes_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """`GIT_DIR` and settings stay; external programs, traces and translations go; nothing is fetched or replaced."""
    for name in ("GIT_DIR", "GIT_CONFIG_COUNT", "HOME", "GIT_EXTERNAL_DIFF", "GIT_TRACE2_EVENT", "LANGUAGE"):
        monkeypatch.setenv(name, "here")
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "https")
    found = environment()
    assert {name for name in found if found[name] == "here"} == {"GIT_DIR", "GIT_CONFIG_COUNT", "HOME"}
    assert found["GIT_ALLOW_PROTOCOL"] == "none"
    assert found["LC_ALL"] == "C"


def test_run__tells_what_git_said(scratch: Scratch) -> None:
    """A failed command is an error in git's own words."""
    with pytest.raises(GitCommandError, match="git cat-file failed: Not a valid object name nowhere"):
        Git(str(scratch.path)).run("cat-file", "-p", "nowhere")
    with pytest.raises(GitCommandError, match="git cat-file failed: it did not say why"):
        Git(str(scratch.path)).run("cat-file", "-e", "1" * 40)


def test_start__leaves_nothing_running_behind(scratch: Scratch) -> None:
    """A command that nobody waited for ends with the statement it was used in."""
    with Git(str(scratch.path)).start("cat-file", "--batch") as running:
        process = running.process
    assert process.returncode is not None
    assert running.written.closed
