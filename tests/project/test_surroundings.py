"""The tests' own surroundings: nothing leaves the machine, and nothing of the developer's settings comes in."""

import os
import socket
import subprocess

import pytest


@pytest.mark.parametrize(
    ("family", "host"),
    [
        (socket.AF_INET, "192.0.2.1"),
        (socket.AF_INET, "api.example.com"),
        (socket.AF_INET6, "2001:db8::1"),
    ],
)
def test_network__an_address_beyond_this_machine_is_refused(family: socket.AddressFamily, host: str) -> None:
    """A test that would reach out fails at once and says where it wanted to go; the addresses here lead nowhere."""
    with socket.socket(family) as outward, pytest.raises(pytest.fail.Exception, match=f"tried to reach {host}"):
        outward.connect((host, 443))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_network__this_machine_is_reached(host: str) -> None:
    """Servers on loopback are what the tests speak to."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as inward:
        inward.connect((host, server.getsockname()[1]))


def test_environment__holds_nothing_of_a_workflow_run() -> None:
    """A test gives the action its inputs; those of the workflow that runs the tests never reach it."""
    assert [name for name in os.environ if name.startswith(("GITHUB_", "INPUT_"))] == []


def test_git__reads_no_settings_but_the_repositorys() -> None:
    """What a developer told git, such as signing every commit, changes no test."""
    said = subprocess.run(["git", "config", "--list", "--global"], check=False, capture_output=True, text=True)
    assert said.stdout == ""
