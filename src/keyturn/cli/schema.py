"""`keyturn schema`: the JSON Schema of what people write and of what keyturn publishes."""

from enum import StrEnum, unique
from typing import Annotated

import typer

from keyturn.core.published_schema import PUBLISHED, published_schema
from keyturn.core.schema import FORMS, as_file, form_schema, schema
from keyturn.simulation.cases_form import CasesForm


@unique
class Name(StrEnum):
    """What has a schema."""

    MANIFEST = "manifest"
    """What an agent writes."""
    RULES = "rules"
    """The rule book."""
    DECISION = "decision"
    """What keyturn decided, as `check --format json` and the output `decision` give it."""
    LEDGER = "ledger"
    """One entry of the audit record."""
    CASES = "cases"
    """Test cases for a rule book, as `keyturn test` reads them."""


def command(name: Annotated[Name, typer.Argument(help="Which file it describes.")]) -> None:
    """Print the JSON Schema of manifests, rule books, decisions, ledger entries or test cases.

    Editors complete by it where a file begins with `# yaml-language-server: $schema=` and its address.
    """
    typer.echo(text_of(name), nl=False)


def text_of(name: Name) -> str:
    """The schema as the text of the file that is checked in."""
    if name in PUBLISHED:
        return as_file(published_schema(name))
    return as_file(schema(name) if name in FORMS else form_schema(name, CasesForm))
