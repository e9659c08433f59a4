"""Every GraphQL text that keyturn can send is valid by GitHub's published schema."""

import re
from functools import cache
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate

from keyturn.github import fingerprints_read, first_read
from keyturn.github.fields import Fields
from keyturn.github.glance import Glance
from keyturn.github.light_query import LightQuery
from keyturn.github.query import query
from tests.support import published

FILES = sorted((Path(first_read.__file__).parent / "queries").glob("*.graphql"))
DEFINES = re.compile(r"^(query|mutation|fragment) (\w+)", re.MULTILINE)


@cache
def schema() -> GraphQLSchema:
    """GitHub's schema; its published file repeats two fields, so that it is taken as it is."""
    return build_schema(published.graphql_schema().read_text(encoding="utf-8"), assume_valid=True)


def breaches(text: str) -> list[str]:
    """What is wrong with a document by the schema."""
    return [error.message for error in validate(schema(), parse(text))]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_query__file_defines_one_thing_of_its_name(file: Path) -> None:
    """A file holds one operation or one fragment, and a fragment is called as its file is."""
    ((kind, name),) = DEFINES.findall(file.read_text(encoding="utf-8"))

    if kind == "fragment":
        assert re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower() == file.stem


@pytest.mark.parametrize(
    "file", [file for file in FILES if "fragment " not in file.read_text(encoding="utf-8")], ids=lambda file: file.stem
)
def test_query__operation_is_valid(file: Path) -> None:
    """Each operation, with the fragments that it uses, is one that GitHub would run."""
    assert breaches(query(file.stem)) == []


@pytest.mark.parametrize("count", range(1, first_read.AT_ONCE + 1))
def test_query__first_read_is_valid(count: int) -> None:
    """The first query is valid for one pull request and for as many as are asked at once."""
    assert breaches(first_read.document([12 * number for number in range(1, count + 1)])) == []


def test_query__fingerprints_are_valid() -> None:
    """So is the query that reads again what must not have changed."""
    assert breaches(fingerprints_read.document([12, 1_012])) == []


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("is_open", [True, False])
@pytest.mark.parametrize("closed", [True, False])
@pytest.mark.parametrize("waiting", [(), (None,), ("pulls/0/7/000001.json", None)])
@pytest.mark.parametrize("by_number", [(), (7, 1_007)])
def test_query__sweep_is_valid(
    is_first: bool, is_open: bool, closed: bool, waiting: tuple[str | None, ...], by_number: tuple[int, ...]
) -> None:
    """Every combination of what a sweep asks is valid, and declares only what it uses."""
    glances = tuple(Glance(number=7 + place, fields=Fields({}), guess=guess) for place, guess in enumerate(waiting))
    asked = LightQuery(waiting=glances, by_number=by_number, first=is_first, open=is_open, closed=closed)

    assert breaches(asked.text()) == []
