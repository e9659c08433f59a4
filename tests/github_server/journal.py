"""What was asked of the server, and what was wrong with it."""

from dataclasses import dataclass, field
from typing import Any

from tests.github_server.state.access import Token


@dataclass(slots=True, kw_only=True)
class Recorded:
    """One request as it arrived; `path` is without the API's prefix, `status` is none until it was answered."""

    number: int
    method: str
    path: str
    query: dict[str, list[str]]
    body: Any
    token: Token | None
    operation: str | None = None
    fields: tuple[str, ...] = ()
    write: bool = False
    status: int | None = None

    def __str__(self) -> str:
        """Name the request in one line."""
        what = f" {self.operation or ', '.join(self.fields)}" if self.path == "/graphql" else ""
        return f"{self.method} {self.path}{what}"


@dataclass(slots=True)
class Journal:
    """Every request, every breach of GitHub's published interface, and every gap of this server."""

    requests: list[Recorded] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    unimplemented: list[str] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)

    @property
    def reads(self) -> list[Recorded]:
        """The requests that only read."""
        return [request for request in self.requests if not request.write]

    @property
    def writes(self) -> list[Recorded]:
        """The requests that change something: every method but GET and HEAD, and every mutation."""
        return [request for request in self.requests if request.write]

    def clear(self) -> None:
        """Forget the requests; breaches and gaps stay."""
        self.requests.clear()

    def complaints(self) -> list[str]:
        """List what must fail a test."""
        gaps = [f"not implemented by the test server: {gap}" for gap in self.unimplemented]
        return [*self.violations, *gaps, *(f"defect of the test server: {defect}" for defect in self.defects)]
