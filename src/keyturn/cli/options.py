"""The options that several commands share, so that they are called and explained alike."""

from enum import StrEnum, unique
from typing import Annotated, Final

import typer

RULES_PATH: Final = "rules.yml"
"""The path of the rule book, where nobody says otherwise."""

MANIFEST_PATH: Final = ".agent/manifests/*"
"""The place of manifests, where nobody says otherwise."""


@unique
class Format(StrEnum):
    """How a command answers."""

    TEXT = "text"
    """For people."""
    JSON = "json"
    """For programs."""


Base = Annotated[
    str | None, typer.Option(metavar="REF", help="The branch it goes into [default: origin/HEAD, main or master].")
]
Head = Annotated[str | None, typer.Option(metavar="REF", help="The branch to look at [default: HEAD].")]
RulesPath = Annotated[str, typer.Option(metavar="PATH", help="The rule book on the base.")]
ManifestPath = Annotated[str, typer.Option(metavar="GLOB", help="Where manifests are.")]
OutputFormat = Annotated[Format, typer.Option("--format", help="An answer for people, or for programs.")]
