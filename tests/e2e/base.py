"""The image that the Dockerfile builds on: the one that KEYTURN_E2E_BASE names, else a stand-in of Debian packages.

The stand-in needs no registry of images. It is not the official image: its Python is Debian's, in other places. What
the official image promises and the Dockerfile relies on, `/usr/local/bin/python` and a virtual environment with pip,
holds there too.
"""

from hashlib import sha256
from pathlib import Path
from typing import Final

from tests.e2e.machine import BUILDAH, CACHE, GIVEN_BASE, run

NAME: Final = "localhost/python:3.13-slim"
"""The name by which the Dockerfile's `FROM` finds it, before any registry."""
_RELEASE: Final = "trixie"  # the Debian release whose Python is 3.13
_PACKAGES: Final = "ca-certificates,python3-venv"
_OPTIONS: Final = (
    *("--quiet", "--variant=minbase", f"--include={_PACKAGES}", "--dpkgopt=force-unsafe-io"),
    *(f"--dpkgopt=path-exclude=/usr/share/{unread}/*" for unread in ("doc", "man")),
)
_PATH: Final = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"


def ensure() -> str | None:
    """Pull or make the image unless it is there; say why it cannot be made, none where it is there.

    Raises `RuntimeError` where the base that was named cannot be pulled.
    """
    if GIVEN_BASE is not None:
        pulled = run((*BUILDAH, "pull", "--quiet", "--policy", "missing", GIVEN_BASE)).split()[-1]
        run((*BUILDAH, "tag", pulled, NAME))
        return None
    recipe = sha256(repr((_RELEASE, _OPTIONS, _PATH)).encode()).hexdigest()[:12]
    made = f"localhost/stand-in:{recipe}"
    if made not in run((*BUILDAH, "images", "--format", "{{.Name}}:{{.Tag}}")).split():
        archive = CACHE / f"base-{recipe}.tar"
        if not archive.exists():
            mirror = _mirror()
            if mirror is None:
                return (
                    "no Debian mirror stands among this machine's apt sources, and the stand-in for the base is made "
                    "of its packages; KEYTURN_E2E_BASE=python:3.13-slim pulls the real one"
                )
            CACHE.mkdir(parents=True, exist_ok=True)
            draft = archive.with_suffix(".draft.tar")
            run(("mmdebstrap", *_OPTIONS, _RELEASE, draft, mirror), seconds=900)
            draft.replace(archive)
        _import(archive, made)
    run((*BUILDAH, "tag", made, NAME))
    return None


def _import(archive: Path, name: str) -> None:
    """Turn the archive into an image that has Python where the official one has it."""
    container = run((*BUILDAH, "from", "scratch")).strip()
    try:
        run((*BUILDAH, "add", container, archive, "/"))
        root = Path(run((*BUILDAH, "mount", container)).strip())
        (root / "usr/local/bin/python").symlink_to("/usr/bin/python3")
        run((*BUILDAH, "config", "--env", f"PATH={_PATH}", "--cmd", "python", container))
        run((*BUILDAH, "umount", container))
        run((*BUILDAH, "commit", "--quiet", container, name))
    finally:
        run((*BUILDAH, "rm", container))


def _mirror() -> str | None:
    """The first Debian archive that this machine installs from."""
    listed = run(("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages")).split()
    return next((address for address in listed if address.rstrip("/").endswith("/debian")), None)
