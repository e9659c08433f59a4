"""`keyturn check` as a whole process: on a large repository against git's own diff, and its start-up."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from benchmarks.figure import Figure

FILES: Final = 20_000
CHANGED: Final = 3_000
ACTIONS: Final = 1_000
ROUNDS: Final = 7
ROOT: Final = Path(__file__).parents[1]
KEYTURN: Final = (sys.executable, "-m", "keyturn")
BASELINE: Final = (sys.executable, "-c", "import pydantic, yaml")
LIBRARIES: Final = (
    sys.executable,
    "-c",
    "import typer, yaml; from pydantic import create_model; create_model('Empty'); typer.run(lambda: None)",
)
"""What the libraries alone cost: a command that does nothing, and a model that holds nothing."""


def measure() -> Iterable[Figure]:
    """Measure what is compared in turns, so that a busy moment of the machine meets both; the best of each counts."""
    with tempfile.TemporaryDirectory(prefix="keyturn-bench-") as folder:
        environment = _environment(Path(folder))
        large, small = Path(folder, "large"), Path(folder, "small")
        _large(large, environment)
        _small(small, environment)
        yield from _whole(large, environment)
        yield from _start_up(small, environment)


def _whole(large: Path, environment: Mapping[str, str]) -> Iterator[Figure]:
    diff = ("git", "diff", "--name-status", "-M", "main...work")
    commands = (diff, (*KEYTURN, "check"), (*KEYTURN, "check", "--format", "json"))
    git, text, as_json = _fastest(commands, large, environment)
    allowed = 1.5 * git + 0.6
    yield Figure(what=f"git diff --name-status -M: {FILES:,} files, {CHANGED:,} changed", value=git, unit="s")
    yield Figure(what=f"keyturn check, with {ACTIONS:,} actions", value=text, unit="s")
    yield Figure(what="of what is allowed: 1.5 times git's time and 0.6 s", value=text / allowed, at_most=1)
    yield Figure(what="the same with --format json", value=as_json / allowed, at_most=1)
    yield Figure(what="its memory", value=_megabytes(large, environment), unit="MB", at_most=120)


def _start_up(small: Path, environment: Mapping[str, str]) -> Iterator[Figure]:
    commands = ((*KEYTURN, "--version"), (*KEYTURN, "check"), LIBRARIES, BASELINE)
    version, check, libraries, baseline = _fastest(commands, small, environment)
    yield Figure(what='python -c "import pydantic, yaml"', value=baseline, unit="s")
    yield Figure(what="its libraries alone, of that", value=libraries / baseline)
    yield Figure(what="keyturn --version, of that", value=version / baseline, at_most=2.5)
    yield Figure(what="keyturn check on a small branch, of that", value=check / baseline, at_most=2.5)


def _fastest(commands: Sequence[Sequence[str]], folder: Path, environment: Mapping[str, str]) -> tuple[float, ...]:
    """The shortest time of each command in seconds; the first round only warms up."""
    times: list[list[float]] = [[] for _ in commands]
    for _ in range(ROUNDS + 1):
        for command, taken in zip(commands, times, strict=True):
            started = time.perf_counter()
            subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
            taken.append(time.perf_counter() - started)
    return tuple(min(taken[1:]) for taken in times)


def _megabytes(folder: Path, environment: Mapping[str, str]) -> float:
    """The most memory that `keyturn check` holds."""
    with subprocess.Popen((*KEYTURN, "check"), cwd=folder, env=environment, stdout=subprocess.DEVNULL) as running:
        _, _, usage = os.wait4(running.pid, 0)
        running.returncode = 0
    return usage.ru_maxrss / (1_000_000 if sys.platform == "darwin" else 1_000)


def _environment(folder: Path) -> dict[str, str]:
    """A user's: compiled modules are kept, as an installed package's are, and git has no settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PYTHON"))}
    somebody = {f"GIT_{who}_{what}": "a@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return {**kept, **somebody, **settings, "PYTHONPYCACHEPREFIX": str(folder / "compiled")}


def _large(folder: Path, environment: Mapping[str, str]) -> None:
    """Many files, of which some are changed, removed, or renamed and changed; a manifest covers two thirds of them."""
    paths = [
        folder / "src" / f"m{number // 200}" / f"p{number % 200 // 20}" / f"f{number}.py" for number in range(FILES)
    ]
    for number, path in enumerate(paths):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"line {line} of file {number}\n" for line in range(40)), "utf-8")
    _begin(folder, environment)
    for number, path in enumerate(paths[: CHANGED - 1]):  # the manifest is one more
        if number % 30 == 0:
            path.unlink()
            continue
        text = path.read_text("utf-8") + "changed\n"
        if number % 31 == 0:
            path.unlink()
            path = path.with_name(f"renamed{number}.py")  # noqa: PLW2901 - the file goes on under another name
        path.write_text(text, "utf-8")
    _end(folder, environment, [_action(path.relative_to(folder).as_posix()) for path in paths[:ACTIONS]])


def _small(folder: Path, environment: Mapping[str, str]) -> None:
    """A rule book, and a branch with a change and its manifest."""
    folder.mkdir()
    (folder / "app.py").write_text("print()\n", "utf-8")
    _begin(folder, environment)
    (folder / "app.py").write_text("print(1)\n", "utf-8")
    _end(folder, environment, [_action("app.py")])


def _action(target: str) -> dict[str, object]:
    scope = {"scope": "single_file", "estimated_impact": "local"}
    return {"action_type": "write", "target": target, **scope, "description": "It is part of a measurement."}


def _begin(folder: Path, environment: Mapping[str, str]) -> None:
    """Commit what is there as `main`, with the shipped rule book."""
    shutil.copy(ROOT / "rules.yml", folder)
    _git(folder, environment, "init", "-q", "-b", "main")
    _commit(folder, environment)
    _git(folder, environment, "checkout", "-q", "-b", "work")


def _end(folder: Path, environment: Mapping[str, str], actions: Sequence[Mapping[str, object]]) -> None:
    """Commit what is there as `work`, with a manifest of these actions."""
    manifest = folder / ".agent" / "manifests" / "work.yml"
    manifest.parent.mkdir(parents=True)
    listed = "".join(f"  - {json.dumps(action)}\n" for action in actions)
    manifest.write_text(f"version: 1\nactions:\n{listed}", "utf-8")
    _commit(folder, environment)


def _commit(folder: Path, environment: Mapping[str, str]) -> None:
    _git(folder, environment, "add", "--all")
    _git(folder, environment, "commit", "-q", "-m", "work")


def _git(folder: Path, environment: Mapping[str, str], *arguments: str) -> None:
    subprocess.run(("git", *arguments), cwd=folder, env=environment, check=True)
