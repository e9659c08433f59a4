"""Runs workflows with act, a runner of one's own, whose containers podman starts."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from keyturn.version import VERSION
from tests.e2e import image
from tests.e2e.machine import PODMAN, run
from tests.github_server.triggers import Trigger

ROOT: Final = Path(__file__).parents[2]
WORKFLOWS: Final = ROOT / "examples" / "workflows"
_ACTION: Final = f"keyturn/keyturn@v{VERSION}"
"""How the examples name this repository's Action."""
_MINT: Final = """\
name: A stand-in for the action that mints an App's token
description: It gives the key that it is handed as the token, and asks nobody.
inputs: {app-id: {required: true}, private-key: {required: true}}
outputs: {token: {value: "${{ steps.mint.outputs.token }}"}}
runs:
  using: composite
  steps:
    - id: mint
      shell: bash
      env: {APP: "${{ inputs.app-id }}", KEY: "${{ inputs.private-key }}"}
      run: test -n "$APP" && echo "token=$KEY" >> "$GITHUB_OUTPUT"
"""
_CONTAINERS: Final = """\
[containers]
apparmor_profile = "unconfined"
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
netns = "host"
cgroupns = "host"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "none"
stop_timeout = 1
"""
_PATH: Final = "/usr/sbin:/usr/bin:/sbin:/bin"


def program() -> str | None:
    """The path of act, none where it is not installed."""
    return shutil.which("act", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", ""))))


@contextmanager
def engine(folder: Path) -> Iterator[str]:
    """Serve what act takes for Docker; gives its address, and ends it afterwards."""
    settings, socket = folder / "containers.conf", folder / "podman.sock"
    settings.write_text(_CONTAINERS, encoding="utf-8")
    environment = {"PATH": _PATH, "HOME": str(folder), "CONTAINERS_CONF": str(settings)}
    command = (*PODMAN, "system", "service", "--time", "0", f"unix://{socket}")
    with (folder / "engine.log").open("wb") as log, subprocess.Popen(command, env=environment, stderr=log) as service:
        try:
            deadline = time.monotonic() + 20
            while not socket.exists():
                if service.poll() is not None or time.monotonic() > deadline:
                    message = f"podman serves nothing:\n{(folder / 'engine.log').read_text()}"
                    raise RuntimeError(message)
                time.sleep(0.05)
            yield f"unix://{socket}"
        finally:
            service.terminate()
            service.wait(20)


@dataclass(frozen=True, slots=True)
class Checkout:
    """A repository that holds the example workflows, each followed by a job that prints the outputs it sees."""

    folder: Path
    actions: Mapping[str, Path]
    """Where the actions stand that the workflows use, by how they name them."""

    def run(self, act: str, engine_address: str, workflow: str, trigger: Trigger, secrets: Mapping[str, str]) -> str:
        """Run one workflow on an event, and return the log. Raises `RuntimeError` with the log where a job fails.

        The log shows secrets that a program prints, which a runner would hide, so that they are noticed; it leaves out
        what the runner itself tells of a step's output `token`.
        """
        event = self.folder.parent / "event.json"
        event.write_text(json.dumps(trigger.payload), encoding="utf-8")
        words: Sequence[str | Path] = (
            *(act, trigger.name, "--directory", self.folder, "--workflows", f".github/workflows/{workflow}"),
            *("--eventpath", event, "--actor", trigger.actor.rest_login, "--defaultbranch", "main"),
            *("--platform", f"ubuntu-latest={image.BASE}", "--pull=false", "--network", "host", "--rm"),
            *("--no-cache-server", "--container-daemon-socket", "-", "--insecure-secrets"),
            *("--var", "KEYTURN_APP_ID=1"),
            *(word for name, path in self.actions.items() for word in ("--local-repository", f"{name}={path}")),
            *(word for name in secrets for word in ("--secret", name)),
        )
        home = str(self.folder.parent)
        log = run(words, environment={"PATH": _PATH, "HOME": home, "DOCKER_HOST": engine_address, **secrets})
        return "\n".join(line for line in log.splitlines() if "::set-output:: token=" not in line)


def checkout(folder: Path, examples: str, addresses: Mapping[str, str]) -> Checkout:
    """Write a set of examples as a repository, with inputs that lead to our own servers, and the actions they use."""
    workflows = folder / "shop" / ".github" / "workflows"
    workflows.mkdir(parents=True)
    actions = {_ACTION: folder / "keyturn"}
    for example in (WORKFLOWS / examples).glob("*.yml"):
        text = example.read_text("utf-8")
        (workflows / example.name).write_text(_watched(text, addresses), encoding="utf-8")
        actions |= dict.fromkeys(re.findall(r"actions/create-github-app-token@\w+", text), folder / "mint")
    built = (ROOT / "action.yml").read_text("utf-8").replace("image: Dockerfile", f"image: docker://{image.NAME}")
    for name, text in (("keyturn", built), ("mint", _MINT)):
        (folder / name).mkdir()
        (folder / name / "action.yml").write_text(text, encoding="utf-8")
        _commit(folder / name)
    _commit(folder / "shop")
    run(("git", "-C", folder / "shop", "remote", "add", "origin", "https://github.com/acme/shop"))
    return Checkout(folder / "shop", actions)


def _watched(text: str, addresses: Mapping[str, str]) -> str:
    """The workflow with further inputs, and with a job that follows the one that runs keyturn, if there is one.

    Its concurrency is left out: act knows no queue of it, and one run after another needs none.
    """
    workflow = yaml.safe_load(text)
    workflow = {"name": workflow["name"], "on": workflow[True], "permissions": {}, "jobs": workflow["jobs"]}
    for name, job in list(workflow["jobs"].items()):
        for step in job["steps"]:
            if step.get("uses", "").startswith("keyturn/"):
                step.update({"id": "keyturn", "with": {**step.get("with", {}), **addresses}})
                outputs = ("outcome", "tier", "approvals", "approvals-required", "decision")
                job["outputs"] = {output: f"${{{{ steps.keyturn.outputs.{output} }}}}" for output in outputs}
                workflow["jobs"]["after"] = _following(name, outputs)
    return yaml.safe_dump(workflow, sort_keys=False)


def _following(job: str, outputs: Sequence[str]) -> dict[str, object]:
    """A job that needs another and prints the outputs it was given."""
    values = {output.replace("-", "_").upper(): f"${{{{ needs.{job}.outputs.{output} }}}}" for output in outputs}
    told = "; ".join(f'printf "{output} is <%s>\\n" "${output.replace("-", "_").upper()}"' for output in outputs)
    return {"needs": job, "runs-on": "ubuntu-latest", "steps": [{"name": "See", "run": told, "env": values}]}


def _commit(repository: Path) -> None:
    """Make a git repository of a folder, with one commit on main."""
    git = ("git", "-C", repository, "-c", "user.name=a", "-c", "user.email=a@example.com")
    run((*git, "init", "--quiet", "--initial-branch", "main"))
    run((*git, "add", "--all"))
    run((*git, "commit", "--quiet", "--message", "begin"))
