"""GitHub's published GraphQL schema, built once for the process, with GitHub's scalars."""

import os
import pickle
import re
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from graphql import DocumentNode, GraphQLError, GraphQLScalarType, GraphQLSchema, build_ast_schema, parse
from graphql.version import version

from tests.github_server.clock import iso
from tests.support import published

OID: Final = re.compile(r"[0-9a-f]{40}")


@cache
def github_schema() -> GraphQLSchema:
    """Build the schema; the published file repeats two fields, so it is taken as valid."""
    schema = build_ast_schema(_document(), assume_valid=True)
    _scalar(schema, "DateTime", serialize=_moment, parse=_parse_moment)
    _scalar(schema, "GitTimestamp", serialize=_moment, parse=_parse_moment)
    _scalar(schema, "BigInt", serialize=str, parse=int)
    _scalar(schema, "GitObjectID", serialize=str, parse=_parse_oid)
    return schema


def _document() -> DocumentNode:
    """Parse the schema, or take it parsed from a file that an earlier process left: that saves most of a second."""
    text = published.graphql_schema().read_text(encoding="utf-8")
    name = sha256(f"{version}\n{text}".encode()).hexdigest()
    kept = Path(tempfile.gettempdir()) / f"github-schema-{name[:20]}.pickle"
    if kept.exists() and kept.stat().st_uid == os.getuid():
        document = pickle.loads(kept.read_bytes())  # noqa: S301 - written below, by a process of this user
        if isinstance(document, DocumentNode):
            return document
    document = parse(text, no_location=True)
    with tempfile.NamedTemporaryFile(dir=kept.parent, delete=False) as draft:
        draft.write(pickle.dumps(document))
    Path(draft.name).replace(kept)
    return document


def _scalar(
    schema: GraphQLSchema, name: str, *, serialize: Callable[[Any], object], parse: Callable[[Any], object]
) -> None:
    scalar = schema.type_map[name]
    if not isinstance(scalar, GraphQLScalarType):
        raise TypeError(name)
    scalar.coerce_output_value = serialize
    scalar.coerce_input_value = parse
    scalar.coerce_input_literal = lambda node: parse(getattr(node, "value", None))


def _moment(value: object) -> object:
    return iso(value) if isinstance(value, datetime) else value


def _parse_moment(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError as error:
        message = f"Could not coerce value {value!r} to DateTime"
        raise GraphQLError(message) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _parse_oid(value: object) -> str:
    if not isinstance(value, str) or not OID.fullmatch(value):
        message = f"Could not coerce value {value!r} to GitObjectID"
        raise GraphQLError(message)
    return value
