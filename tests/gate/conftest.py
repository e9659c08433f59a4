"""A stage for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gate.stage import Stage
from tests.github_server.hub import GitHubServer


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A repository with a rule book, an agent and approvers; anything that GitHub would not know fails the test."""
    with GitHubServer() as hub:
        yield Stage(hub, tmp_path)
