"""Runs the image once, as GitHub's runner runs a docker action: its mounts, its environment, its files."""

import json
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
_PLACES: Final = {
    "GITHUB_EVENT_PATH": "workflow/event.json",
    "GITHUB_WORKSPACE": "workspace",
    "HOME": "home",
    **{
        f"GITHUB_{name}": f"file_commands/{file}"
        for name, file in (
            ("ENV", "env"),
            ("OUTPUT", "output"),
            ("PATH", "path"),
            ("STATE", "state"),
            ("STEP_SUMMARY", "summary"),
        )
    },
}


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


def run(job: Job, *options: str) -> Ran:
    """Run the image on a job; `options` are further ones of `podman run`."""
    command = command_of(job.environment, job.folder, *options)
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


def command_of(environment: Mapping[str, str], folder: Path, *options: str) -> Command:
    """Say how a job is run whose files stand in `folder`."""
    inside = {**environment, **{name: f"/github/{place}" for name, place in _PLACES.items() if name in environment}}
    mounts = {"workspace": folder / "workspace", "home": folder / "home", "workflow": folder, "file_commands": folder}
    volumes = [word for place, path in mounts.items() for word in ("--volume", f"{path}:/github/{place}")]
    home = inside.pop("HOME")  # podman's own is another
    names = [word for name in inside for word in ("--env", name)]
    words = [*PODMAN, "run", "--rm", "--network", "host", *LIMITS, *volumes, *names]
    words += ["--workdir", "/github/workspace", "--env", f"HOME={home}"]
    return Command([*words, *options, image.NAME], {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **inside})
