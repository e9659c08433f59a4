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


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The developer's proxy is not asked for our own server; urllib and slack-sdk both read these."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
