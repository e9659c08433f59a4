"""The image: what it adds to its base, how long a run of it takes, and what it holds. Root and podman are needed."""

import gzip
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.figure import Figure
from tests.e2e import container, image, machine
from tests.e2e.scene import Scene
from tests.github_server import triggers
from tests.github_server.hub import GitHubServer
from tests.slack_server.server import SlackServer

ROUNDS: Final = 5
_MEGABYTE: Final = 1_000_000
_WITNESS: Final = """
import os, resource, sys
ended = os.waitstatus_to_exitcode(os.wait4(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ), 0)[1])
print("\\nkilobytes", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(ended)
"""


def measure() -> Iterator[Figure]:
    """Build the image and measure it. Raises `RuntimeError` where this machine cannot."""
    reason = machine.why_not() or image.ensure()
    if reason is not None:
        raise RuntimeError(reason)
    yield from _size()
    with tempfile.TemporaryDirectory(prefix="keyturn-bench-") as folder:
        yield from _runs(Path(folder))


def _size() -> Iterator[Figure]:
    """The layer that stands on the base, as it is and as a registry would hold it."""
    with tempfile.TemporaryDirectory(prefix="keyturn-bench-") as folder:
        added = _archive(image.NAME, Path(folder)), _archive(image.BASE, Path(folder))
    plain, packed = (mine - base for mine, base in zip(*added, strict=True))
    yield Figure(what="the image adds to its base", value=plain / _MEGABYTE, unit="MB", at_most=60)
    yield Figure(what="the same, compressed", value=packed / _MEGABYTE, unit="MB", at_most=20)


def _archive(name: str, folder: Path) -> tuple[int, int]:
    """The bytes of an image's layers, plain and compressed."""
    path = folder / "image.tar"
    machine.run((*machine.PODMAN, "save", "--quiet", "--format", "docker-archive", "--output", path, name))
    content = path.read_bytes()
    path.unlink()
    return len(content), len(gzip.compress(content, 6))


def _runs(folder: Path) -> Iterator[Figure]:
    """First judgements, in turns with a container that does nothing."""
    empty, action = [], []
    for number in range(ROUNDS):
        empty.append(_seconds("--entrypoint", "/bin/true", folder=folder / f"empty-{number}"))
        action.append(_seconds(folder=folder / f"action-{number}"))
    more = statistics.median(action) - statistics.median(empty)
    yield Figure(what="podman run of an empty container", value=statistics.median(empty), unit="s")
    yield Figure(what="a first judgement takes longer than that by", value=more, unit="s", at_most=1.5)
    limited = _seconds("--memory", "128m", *container.HARDENED, folder=folder / "limited")
    yield Figure(what="with 128 MB, read only and without capabilities", value=limited, unit="s")
    yield Figure(what="its memory", value=_memory(folder / "memory"), unit="MB", at_most=110)


def _seconds(*options: str, folder: Path) -> float:
    """The time of one run on a pull request that was never judged, the test server's own work included."""
    return _run(folder, options)[0]


def _memory(folder: Path) -> float:
    """The most megabytes that the process in the container holds, told by a small one beside it."""
    python = "/usr/local/bin/python"
    _, log = _run(folder, ("--entrypoint", python), ("-c", _WITNESS, python, "-I", "-B", "-m", "keyturn", "action"))
    return float(log.rpartition("kilobytes ")[2]) / 1_000


def _run(folder: Path, options: tuple[str, ...], arguments: tuple[str, ...] = ()) -> tuple[float, str]:
    folder.mkdir()
    with SlackServer().listening() as slack, GitHubServer() as hub:
        scene = Scene(hub, slack)
        pull = scene.opened("migrate src/tax.py")
        trigger = triggers.pull_request(pull, "opened", event="pull_request_target")
        job = hub.job(trigger, folder, token=scene.token, inputs={"github-token": scene.token.value})
        command = container.command_of(job, *options)
        began = time.perf_counter()
        done = subprocess.run(
            (*command.words, *arguments), env=command.environment, check=True, stdout=subprocess.PIPE, timeout=120
        )
        return time.perf_counter() - began, done.stdout.decode()
