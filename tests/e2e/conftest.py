"""The image, once for all tests, and a scene for each. These tests run only when this folder is asked for by name."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e import image, machine
from tests.e2e.scene import Scene
from tests.github_server.hub import GitHubServer
from tests.slack_server.server import SlackServer

HERE = Path(__file__).parent


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """Leave these tests out of the usual run, which needs neither root nor Debian packages."""
    asked = (Path(argument.partition("::")[0]).resolve() for argument in config.args)
    return None if any(path == HERE or HERE in path.parents for path in asked) else True


@pytest.fixture(scope="session")
def built_image() -> str:
    """The name of the image. Where none can be built, the reason skips the tests, or fails them if a base is named."""
    reason = machine.why_not() or image.ensure()
    if reason is not None:
        (pytest.fail if machine.GIVEN_BASE else pytest.skip)(reason)
    return image.NAME


@pytest.fixture
def scene(built_image: str) -> Iterator[Scene]:
    """A repository on servers of our own; anything that GitHub would not know fails the test."""
    with SlackServer().listening() as slack, GitHubServer() as hub:
        yield Scene(hub, slack)
