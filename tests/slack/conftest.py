"""Our own Slack, and a pull request to tell it of."""

from collections.abc import Iterator

import pytest

from tests.slack.tale import Tale, settings
from tests.slack_server.server import SlackServer


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    """A workspace with one channel, which listens on 127.0.0.1."""
    with SlackServer().listening() as server:
        yield server


@pytest.fixture
def tale(slack: SlackServer) -> Tale:
    """An agent's pull request that needs two approvals."""
    return Tale(slack=slack, settings=settings(slack))
