"""The Action's image, built from this checkout's Dockerfile; what did not change is not built again."""

import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.e2e import base
from tests.e2e.machine import BUILDAH, CACHE, CERTIFICATES, run

NAME: Final = "localhost/keyturn:e2e"
BASE: Final = base.NAME
ROOT: Final = Path(__file__).parents[2]


def ensure() -> str | None:
    """Build the image; say why that is impossible here, none where it was possible."""
    refused = base.ensure()
    if refused is None:
        mounts = (f"{_pip_settings()}:/etc/pip.conf:ro", f"{CERTIFICATES}:{CERTIFICATES}:ro")
        volumes = [word for mount in mounts for word in ("--volume", mount)]
        run((*BUILDAH, "bud", "--layers", "--isolation", "chroot", "--pull-never", *volumes, "--tag", NAME, ROOT))
    return refused


def _pip_settings() -> Path:
    """A pip.conf for the build: the index that this machine's pip uses, and its certificates."""
    listed = subprocess.run((sys.executable, "-m", "pip", "config", "list"), capture_output=True, text=True, check=True)
    set_here = dict(line.split("=", 1) for line in listed.stdout.splitlines() if "=" in line)
    index = next((set_here[key].strip("'") for key in (":env:.index-url", "global.index-url") if key in set_here), None)
    lines = ["[global]", f"cert = {CERTIFICATES}", *([f"index-url = {index}"] if index else [])]
    path = CACHE / "pip.conf"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
