"""A request and its answer, free of sockets."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

Json: TypeAlias = Any
"""Any value that JSON can write: objects, lists, texts, numbers, true, false and null."""

JSON: Final = "application/json; charset=utf-8"
DOCS: Final = "https://docs.github.com/rest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as it came over the wire; `path` is percent-encoded and without the API's prefix."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    content: bytes

    @property
    def body(self) -> Json:
        """The body as JSON; none where there is none or it is no JSON."""
        try:
            return json.loads(self.content) if self.content else None
        except ValueError:
            return None


@dataclass(slots=True, kw_only=True)
class Answer:
    """What goes back: JSON, or bytes as they are, or nothing."""

    status: int = 200
    body: Json = None
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = JSON

    def content(self) -> bytes:
        """Give the bytes of the body."""
        if isinstance(self.body, bytes):
            return self.body
        return b"" if self.body is None else json.dumps(self.body).encode()


class RefusalError(Exception):
    """A request is answered with an error of GitHub's form."""

    def __init__(self, status: int, message: str, **more: object) -> None:
        """Say which status and message; `more` are further members of the body."""
        super().__init__(f"{status} {message}")
        self.answer = Answer(
            status=status, body={"message": message, **more, "documentation_url": DOCS, "status": str(status)}
        )


def not_found() -> RefusalError:
    """Say that there is no such thing, or none that this token may see."""
    return RefusalError(404, "Not Found")


def invalid(*, resource: str, field: str, code: str, message: str | None = None) -> RefusalError:
    """Say that a field of a resource is refused, as GitHub's validation does."""
    error: dict[str, object] = {"resource": resource, "field": field, "code": code}
    if message is not None:
        error["message"] = message
    return RefusalError(422, "Validation Failed", errors=[error])
