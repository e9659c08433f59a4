"""Runs the image once, as GitHub's runner runs a docker action: its mounts, its environment, its files and their owner.

One thing differs: the container is on the machine's own network, for the servers that it asks are on loopback.
"""

import json
import os
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.e2e import image
from tests.e2e.machine import PODMAN
from tests.github_server.runner import Job

LIMITS: Final = ("--ulimit", "nofile=4096:4096", "--ulimit", "nproc=4096:4096")
HARDENED: Final = ("--read-only", "--cap-drop", "all", "--security-opt", "no-new-privileges", "--memory", "128m")
"""The tightest a self-hosted runner might be."""
_USER: Final = 1001
"""The number of the user that GitHub's own runners work as."""
_SOCKET: Final = "/var/run/docker.sock"


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run left: the exit code, both streams as the job's log shows them, and the job's files."""

    code: int
    log: str
    job: Job

    @property
    def outputs(self) -> dict[str, str]:
        """The step's outputs, by name."""
        return self.job.outputs()

    @property
    def decision(self) -> dict[str, Any]:
        """The decision in the outputs."""
        found: dict[str, Any] = json.loads(self.outputs["decision"])
        return found

    @property
    def decisions(self) -> list[dict[str, Any]]:
        """The decisions in the outputs of a sweep."""
        found: list[dict[str, Any]] = json.loads(self.outputs["decision"])
        return found


def run(job: Job, *options: str) -> Ran:
    """Run the image on a job; `options` are further ones of `podman run`.

    The files of the job belong to another user, as the runner's do, unless the capabilities are dropped: then root may
    write no other's files, and only a runner that is root itself can run an action in this way.
    """
    if "--cap-drop" not in options:
        for path in (job.folder, *job.folder.rglob("*")):
            os.chown(path, _USER, _USER)
    command = command_of(job, *options)
    done = subprocess.run(
        command.words,
        env=command.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode(), job)


@dataclass(frozen=True, slots=True)
class Command:
    """A program with its arguments, and its whole environment: values stand in no argument, as with the runner."""

    words: list[str]
    environment: dict[str, str]


def command_of(job: Job, *options: str) -> Command:
    """Say how a job is run: what the runner tells docker, with the loopback's servers in reach and limits on files."""
    inside = {name: _inside(value, job.mounts) for name, value in job.environment.items()}
    del inside["HOME"]  # podman's own is another
    volumes = [word for place, path in job.mounts.items() for word in ("--volume", f"{path}:{place}")]
    names = [word for name in inside for word in ("--env", name)]
    words = [*PODMAN, "run", "--rm", "--network", "host", *LIMITS, "--workdir", "/github/workspace", *names]
    words += ["--env", "HOME=/github/home", "--volume", f"{_socket(job.folder)}:{_SOCKET}", *volumes]
    return Command([*words, *options, image.NAME], {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **inside})


def _inside(value: str, mounts: Mapping[str, Path]) -> str:
    """A value of the environment as the action is given it: a path on the machine becomes one in the container."""
    for place, path in sorted(mounts.items(), key=lambda mount: -len(str(mount[1]))):
        if value == str(path) or value.startswith(f"{path}/"):
            return f"{place}{value.removeprefix(str(path))}"
    return value


def _socket(folder: Path) -> Path:
    """What stands for the engine's socket, which the runner shares with every docker action; nobody listens."""
    path = folder / "docker.sock"
    if not path.exists():
        with socket.socket(socket.AF_UNIX) as unheard:
            unheard.bind(str(path))
    return path
