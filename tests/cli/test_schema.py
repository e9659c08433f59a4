"""`keyturn schema`: it prints the files that are checked in."""

from pathlib import Path

import pytest

from keyturn.cli.schema import Name
from tests.cli.conftest import Keyturn

SCHEMAS = Path(__file__).parents[2] / "schemas"


@pytest.mark.parametrize("name", list(Name))
def test_schema__prints_what_is_checked_in(keyturn: Keyturn, name: str) -> None:
    """`keyturn schema NAME > schemas/NAME.schema.json` is how the files are made."""
    said = keyturn("schema", name)
    assert (said.code, said.err) == (0, "")
    assert said.out == (SCHEMAS / f"{name}.schema.json").read_text("utf-8")


def test_schema__knows_every_file_that_is_checked_in() -> None:
    """No schema lies about that no command prints."""
    assert {path.name for path in SCHEMAS.iterdir()} == {f"{name}.schema.json" for name in Name}


def test_schema__of_something_else(keyturn: Keyturn) -> None:
    """A name that has none is refused with those that have."""
    said = keyturn("schema", "manifets")
    assert said.code == 2
    assert all(name in said.err for name in Name)
