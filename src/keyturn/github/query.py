"""Loads the GraphQL texts that stand beside the code, in `queries`."""

from functools import cache
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parent / "queries"


@cache
def query(*names: str) -> str:
    """The texts of these files, without `.graphql`, one after the other: an operation and the fragments it uses."""
    return "\n".join((_FOLDER / f"{name}.graphql").read_text(encoding="utf-8") for name in names)
