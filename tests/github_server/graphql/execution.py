"""Running a GraphQL request: validated against the published schema, counted, executed, answered as GitHub does."""

import traceback
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    execute_sync,
    get_operation_ast,
    parse,
    validate,
)
from graphql.execution import get_variable_values

from tests.github_server.exchange import Json
from tests.github_server.graphql import (  # noqa: F401 - importing them fills the table of resolvers
    fields_accounts,
    fields_checks,
    fields_conversation,
    fields_pull_request,
    mutations,
    timeline,
)
from tests.github_server.graphql.cost import estimate
from tests.github_server.graphql.errors import RefusedError, UnimplementedError, formatted
from tests.github_server.graphql.registry import Context, resolve, type_of
from tests.github_server.graphql.schema import github_schema


@lru_cache(maxsize=500)
def understood(text: str) -> tuple[DocumentNode | None, tuple[GraphQLError, ...]]:
    """Parse and validate a document; the answer is kept, since clients repeat themselves."""
    try:
        document = parse(text)
    except GraphQLSyntaxError as error:
        return None, (error,)
    return document, tuple(validate(github_schema(), document, max_errors=20))


def operation_of(text: str, name: str | None) -> OperationDefinitionNode | None:
    """Find the operation that a request runs, or none where it is not valid."""
    document, errors = understood(text)
    return None if document is None or errors else get_operation_ast(document, name)


def run(text: str, variables: Mapping[str, Any], name: str | None, context: Context) -> dict[str, Any]:
    """Answer a request; an invalid one is a breach, and its answer has errors and no data."""
    document, errors = understood(text)
    operation = None if document is None else get_operation_ast(document, name)
    if document is None or errors or operation is None:
        told = [error.message for error in errors] or ["A query attribute must be specified and must be a string."]
        context.journal.violations += [f"GraphQL: {message}" for message in told]
        return {"errors": [_invalid(error) for error in errors] or [{"message": told[0]}]}
    schema = github_schema()
    values = get_variable_values(schema, operation.variable_definitions or (), dict(variables))
    if isinstance(values, list):
        context.journal.violations += [f"GraphQL: {error.message}" for error in values]
        return {"errors": [_invalid(error) for error in values]}
    found = estimate(schema, document, operation, _values(values))
    if found.errors:
        context.journal.violations += [f"GraphQL: {error['message']}" for error in found.errors]
        return {"errors": found.errors}
    context.cost, context.nodes = found.cost, found.nodes
    context.token.graphql.used += found.cost
    result = execute_sync(
        schema,
        document,
        variable_values=dict(variables),
        operation_name=name,
        context_value=context,
        field_resolver=resolve,
        type_resolver=type_of,
    )
    answer: dict[str, Any] = {"data": result.data}
    if result.errors:
        context.journal.defects += [_traceback(error) for error in result.errors if _is_defect(error)]
        answer["errors"] = [formatted(error) for error in result.errors]
    return answer


def _is_defect(error: GraphQLError) -> bool:
    """Whether a resolver failed by mistake, not by refusing."""
    return not isinstance(error.original_error, RefusedError | UnimplementedError)


def _traceback(error: GraphQLError) -> str:
    return "".join(traceback.format_exception(error.original_error or error))


def _values(values: Json) -> Mapping[str, Any]:
    return dict(values.coerced)


def _invalid(error: GraphQLError) -> dict[str, object]:
    locations = [{"line": each.line, "column": each.column} for each in error.locations or ()]
    return {"path": ["query"], "extensions": {"code": "invalid"}, "locations": locations, "message": error.message}
