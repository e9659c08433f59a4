"""Errors of GraphQL as GitHub words and shapes them."""

from enum import StrEnum

from graphql import GraphQLError


class Kind(StrEnum):
    """The `type` of an error, in GitHub's words."""

    FORBIDDEN = "FORBIDDEN"
    """The token may not read or change this."""
    INVALID_CURSOR_ARGUMENTS = "INVALID_CURSOR_ARGUMENTS"
    """A cursor is none."""
    NOT_FOUND = "NOT_FOUND"
    """There is no such thing, or none that the token may see."""
    STALE_DATA = "STALE_DATA"
    """The branch does not point where it was expected to."""
    UNPROCESSABLE = "UNPROCESSABLE"
    """What is asked breaks a rule."""


class RefusedError(Exception):
    """GitHub refuses to resolve a field; `kind` is the error's `type`."""

    def __init__(self, kind: Kind, message: str) -> None:
        """Say why."""
        super().__init__(message)
        self.kind = kind


class UnimplementedError(Exception):
    """The server does not know a field that the schema has: a gap of ours, which fails the test."""


def formatted(error: GraphQLError) -> dict[str, object]:
    """Write an error of execution as GitHub does."""
    found: dict[str, object] = {}
    if isinstance(error.original_error, RefusedError):
        found["type"] = str(error.original_error.kind)
    if error.path is not None:
        found["path"] = list(error.path)
    if found.get("type") == "FORBIDDEN":
        found["extensions"] = {"saml_failure": False}
    if error.locations:
        found["locations"] = [{"line": each.line, "column": each.column} for each in error.locations]
    return found | {"message": error.message}


def not_found(*, what: str, detail: str) -> RefusedError:
    """Say that something could not be found."""
    return RefusedError(Kind.NOT_FOUND, f"Could not resolve to {what} {detail}.")


def forbidden() -> RefusedError:
    """Say that the token may not."""
    return RefusedError(Kind.FORBIDDEN, "Resource not accessible by integration")
