"""Runs every benchmark beside this file and prints one table: `python -m benchmarks.run [NAME ...]`.

A benchmark is a module `bench_<name>.py` with a function `measure()` that gives figures. The run fails when one does
not keep its bounds. Bounded figures are ratios taken in one run, so that they mean the same on every machine.
"""

import platform
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Final

from benchmarks.figure import Figure

_PREFIX: Final = "bench_"
_LIBRARIES: Final = ("pydantic", "PyYAML", "pathspec", "PyGithub", "slack-sdk")


def machine() -> str:
    """Name the machine and the versions that the figures are taken with."""
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return f"{platform.platform()}, Python {platform.python_version()}, {libraries}"


def main(names: list[str]) -> int:
    """Run the named benchmarks, all without a name; return 1 when a figure is out of bounds, 2 for a wrong name."""
    known = sorted(path.stem.removeprefix(_PREFIX) for path in Path(__file__).parent.glob(f"{_PREFIX}*.py"))
    unknown = sorted(set(names) - set(known))
    if unknown or not known:
        print(f"no such benchmark: {', '.join(unknown) or 'none at all'}; known: {', '.join(known) or 'none'}")
        return 2
    print(machine())
    failed = 0
    for name in names or known:
        print(f"\n{name}", flush=True)
        measure: Callable[[], Iterable[Figure]] = import_module(f"benchmarks.{_PREFIX}{name}").measure
        for figure in measure():
            print(figure, flush=True)
            failed += not figure.kept
    print(f"\n{failed} figures out of bounds" if failed else "\nEvery figure keeps its bounds.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
