"""A stage for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gate.stage import RULES, Stage
from tests.github_server.hub import GitHubServer


@pytest.fixture
def rules() -> str:
    """The rule book of the stage; a test may give another."""
    return RULES


@pytest.fixture
def stage(tmp_path: Path, rules: str) -> Iterator[Stage]:
    """A repository with a rule book, an agent and approvers; anything that GitHub would not know fails the test."""
    with GitHubServer() as hub:
        yield Stage(hub, tmp_path, rules=rules)
