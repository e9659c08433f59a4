"""The workflows that `keyturn init` writes: one set for an App's token, one for the workflow's own."""

import json
import re
from collections.abc import Iterable
from enum import StrEnum, unique
from importlib.resources import files
from pathlib import Path
from typing import Final

from keyturn.core.facts import FileVersion
from keyturn.doctor.workflow import read_workflow

_FOLDER: Final = ".github/workflows"
GATE: Final = f"{_FOLDER}/keyturn.yml"
"""The workflow that judges, where GitHub looks for it."""

_SIGNAL: Final = "keyturn-signal"
_HEARD: Final = "[keyturn-signal, ci]"
"""What the templates hear; `ci` stands for the workflows that give the required checks."""
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_./ -]*[A-Za-z0-9_]")
_SURPRISES: Final = frozenset({"false", "no", "null", "off", "on", "true", "yes"})


@unique
class TokenOf(StrEnum):
    """Whose token keyturn works with."""

    APP = "app"
    """A GitHub App's of keyturn's own."""
    WORKFLOW = "workflow"
    """The workflow's own: keyturn is then advisory."""


def workflows(token: TokenOf, checks_from: Iterable[str]) -> dict[str, str]:
    """The three workflows by path; `checks_from` are the names of the workflows whose jobs are required checks."""
    folder = files("keyturn.cli").joinpath("templates", "workflows")
    sources = {
        _SIGNAL: folder.joinpath(f"{_SIGNAL}.yml"),
        **{name: folder.joinpath(token.value, f"{name}.yml") for name in ("keyturn", "keyturn-sweep")},
    }
    texts = {f"{_FOLDER}/{name}.yml": source.read_text("utf-8") for name, source in sources.items()}
    heard = ", ".join(map(_as_yaml, dict.fromkeys([_SIGNAL, *checks_from])))
    texts[GATE] = texts[GATE].replace(_HEARD, f"[{heard}]")
    return texts


def present() -> list[str]:
    """The names of the workflows in this directory, but for keyturn's own."""
    paths = sorted(path for path in Path(_FOLDER).glob("*.y*ml") if path.is_file())
    found = [read_workflow(FileVersion(str(path), path.read_bytes())) for path in paths]
    return [each.name for each in found if each is not None and not each.runs_keyturn and each.name != _SIGNAL]


def _as_yaml(name: str) -> str:
    """A name as it stands in a list of YAML, in quotes where it would not be read as a text."""
    if _PLAIN.fullmatch(name) and name.casefold() not in _SURPRISES:
        return name
    return json.dumps(name, ensure_ascii=False)
