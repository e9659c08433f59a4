"""What holds for every test: no network beyond this machine, and nothing of the surroundings leaks in."""

import ipaddress
import os
import socket
from collections.abc import Iterator
from typing import Any, Final

import hypothesis
import pytest

_LEAKING: Final = ("ACTIONS_", "CLICOLOR", "COLUMNS", "FORCE_COLOR", "GIT_", "GITHUB_", "INPUT_", "NO_COLOR", "RUNNER_")
_SURROUNDINGS: Final = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C.UTF-8",
    "TZ": "Pacific/Auckland",  # far from UTC: code that forgets a zone shows it
}

# A slow machine is no finding. In CI every run tries the same examples, so that a red run is red again.
hypothesis.settings.register_profile("keyturn", deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis.settings.load_profile("keyturn")


@pytest.fixture(scope="session", autouse=True)
def _hermetic_environment() -> Iterator[None]:
    """Take away what the runner, git's settings and the terminal put into the environment."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(_LEAKING)]:
            patch.delenv(name)
        for name, value in _SURROUNDINGS.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:
    """Refuse every connection that would leave the machine, before a packet is sent."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_loopback(address[0]):
            pytest.fail(f"a test tried to reach {address[0]}: tests speak to servers on 127.0.0.1 only")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


def _is_loopback(host: str) -> bool:
    """Say whether a host, as it is handed to `connect`, is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
