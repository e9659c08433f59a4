"""A repository for each test of the local adapter."""

from pathlib import Path

import pytest

from tests.support.scratch import Scratch


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    """A repository with one commit on `main`."""
    made = Scratch.at(tmp_path / "repository")
    made.commit({"README.md": "hello\n", "src/a.py": "a = 1\n"})
    return made
