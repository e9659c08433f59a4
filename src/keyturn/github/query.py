"""Loads the GraphQL texts that stand beside the code, in `queries`: one operation or one fragment a file."""

import re
from functools import cache
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parent / "queries"
_SPREAD: Final = re.compile(r"\.\.\.\s*([A-Z]\w*)")
_DEFINED: Final = re.compile(r"^fragment (\w+) on", re.MULTILINE)


@cache
def query(*names: str) -> str:
    """The texts of these files, without `.graphql`, and of every fragment that they use."""
    return with_fragments("\n".join(map(_text, names)))


def with_fragments(text: str) -> str:
    """This text and every fragment that it uses; a fragment `FilesPage` stands in the file `files_page.graphql`."""
    missing = dict.fromkeys(name for name in _SPREAD.findall(text) if name not in set(_DEFINED.findall(text)))
    if not missing:
        return text
    return with_fragments(
        "\n".join([text, *(_text(re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()) for name in missing)])
    )


@cache
def _text(name: str) -> str:
    return (_FOLDER / f"{name}.graphql").read_text(encoding="utf-8")
