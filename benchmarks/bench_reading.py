"""What it costs to read the largest files, the ones made to cost much among them, and a full manifest."""

import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final

import yaml

from benchmarks.figure import Figure
from keyturn.core.manifest import FileKind, ManifestFile, read_manifest
from keyturn.core.problem import Refused
from keyturn.core.rulebook import read_rulebook
from tests.support.bombs import SIZE, json_bombs, yaml_bombs

_MEGABYTE: Final = 1_000_000
_ACTION: Final = """\
  - action_type: write
    target: src/package_{0}/module_{0}.py
    scope: single_file
    description: Change number {0}, and why it is needed, in a few words.
    estimated_impact: local
    files: [src/package_{0}/*.py]
"""


def measure() -> Iterator[Figure]:
    """The slowest and the hungriest of all files of 256 KiB, and a manifest of a thousand actions beside plain YAML."""
    bombs = [(f"{kind} of {name}", read, content) for name, content in _files() for kind, read in _READERS]
    seconds, slowest = max((_seconds(read, path, content), name) for name, read, (path, content) in bombs)
    yield Figure(
        what=f"slowest of {len(bombs)} files made to cost much: {slowest}", value=seconds, unit="s", at_most=0.5
    )
    peak, hungriest = max((_megabytes(read, path, content), name) for name, read, (path, content) in bombs)
    yield Figure(what=f"hungriest of them: {hungriest}", value=peak, unit="MB", at_most=50)
    full = ("version: 1\nactions:\n" + "".join(map(_ACTION.format, range(1_000)))).encode()
    strict = _seconds(_manifest, "m.yml", full)
    plain = _seconds(lambda _, content: yaml.load(content, yaml.CSafeLoader), "m.yml", full)
    yield Figure(what="a manifest of 1,000 actions, beside PyYAML's safe loader", value=strict / plain, at_most=3)
    yield Figure(what="the same", value=strict, unit="s")


def _manifest(path: str, content: bytes) -> object:
    return read_manifest(ManifestFile(path=path, kind=FileKind.REGULAR, content=content, size=len(content)))


_Read = Callable[[str, bytes], object]
_READERS: Final[tuple[tuple[str, _Read], ...]] = (("manifest", _manifest), ("rule book", read_rulebook))


def _files() -> Iterator[tuple[str, tuple[str, bytes]]]:
    for name, text in yaml_bombs():
        yield name, ("x.yml", text.encode()[:SIZE])
    for name, text in json_bombs():
        yield f"{name} (JSON)", ("x.json", text.encode()[:SIZE])


def _seconds(read: _Read, path: str, content: bytes) -> float:
    """Processor time, the best of three, so that what else the machine does counts little."""
    times = []
    for _ in range(3):
        started = time.process_time()
        with suppress(Refused):
            read(path, content)
        times.append(time.process_time() - started)
    return min(times)


def _megabytes(read: _Read, path: str, content: bytes) -> float:
    tracemalloc.start()
    with suppress(Refused):
        read(path, content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / _MEGABYTE
