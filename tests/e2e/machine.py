"""What building and running an image needs of this machine, and what of it is missing."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

GIVEN_BASE: Final = os.environ.get("KEYTURN_E2E_BASE") or None
"""The base to build on, as `buildah pull` takes it, such as `python:3.13-slim`; without it a stand-in is made.

Whoever names one wants the image tried: then nothing is skipped, and what is missing is a failure.
"""
_ALWAYS: Final = ("buildah", "podman", "runc")
_FOR_THE_STAND_IN: Final = ("apt-get", "mmdebstrap")
CACHE: Final = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "keyturn-e2e"
"""Images and the base's archive; images of this machine's user are left alone."""
CERTIFICATES: Final = Path("/etc/ssl/certs/ca-certificates.crt")
STORAGE: Final = (
    *("--root", f"{CACHE}/storage", "--runroot", f"{CACHE}/run"),
    # Without this option the store stays mounted on itself, and its folder could not be removed any more.
    *("--storage-driver", "overlay", "--storage-opt", "overlay.skip_mount_home=true"),
)
BUILDAH: Final = ("buildah", *STORAGE)
PODMAN: Final = ("podman", *STORAGE, "--runtime", "runc", "--cgroup-manager", "cgroupfs", "--events-backend", "none")


def why_not() -> str | None:
    """Say why no image can be built and run here; none where it can."""
    if sys.platform != "linux":
        return f"an image is built and run on Linux, and this is {sys.platform}"
    if os.geteuid() != 0:
        return "only root may build and run an image with buildah, podman and runc, and this is another user"
    programs = _ALWAYS if GIVEN_BASE else (*_ALWAYS, *_FOR_THE_STAND_IN)
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        return (
            f"not installed: {', '.join(missing)} (Debian: apt-get install buildah podman runc mmdebstrap; without "
            "the last where KEYTURN_E2E_BASE names a base that can be pulled)"
        )
    return None


def run(command: Sequence[str | Path], *, seconds: float = 600, environment: Mapping[str, str] | None = None) -> str:
    """Run a program and return what it printed. Raises `RuntimeError` with both streams where it fails."""
    done = subprocess.run(
        [str(word) for word in command],
        env=None if environment is None else dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    if done.returncode:
        message = f"{command[0]} ended with {done.returncode}:\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        raise RuntimeError(message)
    return done.stdout
