"""Errors of GraphQL as GitHub words and shapes them."""

from graphql import GraphQLError


class RefusedError(Exception):
    """GitHub refuses to resolve a field; `kind` is the error's `type`."""

    def __init__(self, kind: str, message: str) -> None:
        """Say why."""
        super().__init__(message)
        self.kind = kind


class UnimplementedError(Exception):
    """The server does not know a field that the schema has: a gap of ours, which fails the test."""


def formatted(error: GraphQLError) -> dict[str, object]:
    """Write an error of execution as GitHub does."""
    found: dict[str, object] = {}
    if isinstance(error.original_error, RefusedError):
        found["type"] = error.original_error.kind
    if error.path is not None:
        found["path"] = list(error.path)
    if found.get("type") == "FORBIDDEN":
        found["extensions"] = {"saml_failure": False}
    if error.locations:
        found["locations"] = [{"line": each.line, "column": each.column} for each in error.locations]
    return found | {"message": error.message}


def not_found(kind: str, detail: str) -> RefusedError:
    """Say that something could not be found."""
    return RefusedError("NOT_FOUND", f"Could not resolve to {kind} {detail}.")


def forbidden() -> RefusedError:
    """Say that the token may not."""
    return RefusedError("FORBIDDEN", "Resource not accessible by integration")
