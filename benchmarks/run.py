"""Runs every benchmark beside this file and prints one table: `python benchmarks/run.py [NAME ...]`.

A benchmark is a file `bench_<name>.py` with a function `measure()` that returns rows. Each row holds one figure and
the limit it must keep; the run fails when one does not. Figures are ratios taken in one run, so that they mean the
same on every machine.
"""

import platform
import runpy
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

_LIBRARIES: Final = ("pydantic", "PyYAML", "pathspec", "PyGithub", "slack-sdk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure: what was measured, its value, and the bounds it must keep (`None`: it is only reported)."""

    what: str
    value: float
    unit: str = "x"
    at_least: float | None = None
    at_most: float | None = None

    @property
    def kept(self) -> bool:
        """Whether the value keeps its bounds."""
        above = self.at_least is None or self.value >= self.at_least
        return above and (self.at_most is None or self.value <= self.at_most)

    @property
    def bound(self) -> str:
        """The bounds in words, empty where the figure is only reported."""
        parts = (("at least", self.at_least), ("at most", self.at_most))
        return ", ".join(f"{word} {limit:g} {self.unit}" for word, limit in parts if limit is not None)


def machine() -> str:
    """The machine and the versions that the figures were taken with."""
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return f"{platform.platform()}, {platform.machine()}, Python {platform.python_version()}, {libraries}"


def main(names: Iterable[str]) -> int:
    """Run the named benchmarks, all without a name; return 1 when a figure does not keep its bounds."""
    folder = Path(__file__).parent
    wanted = set(names)
    found = {path.stem.removeprefix("bench_"): path for path in sorted(folder.glob("bench_*.py"))}
    if unknown := sorted(wanted - found.keys()):
        print(f"no such benchmark: {', '.join(unknown)}; there are: {', '.join(found) or 'none'}", file=sys.stderr)
        return 2
    if not found:
        print(f"no benchmark found: {folder}/bench_*.py", file=sys.stderr)
        return 2
    print(machine())
    failed = 0
    for name, path in found.items():
        if wanted and name not in wanted:
            continue
        print(f"\n{name}")
        measure: Callable[[], Iterable[Row]] = runpy.run_path(str(path))["measure"]
        for row in measure():
            verdict = "    " if row.bound == "" else "ok  " if row.kept else "FAIL"
            failed += not row.kept
            print(f"  {verdict} {row.what:<76} {row.value:>9.2f} {row.unit:<3} {row.bound}")
    print(f"\n{failed} figure{'' if failed == 1 else 's'} out of bounds")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
