"""A ref as GraphQL shows it."""

from dataclasses import dataclass

from tests.github_server.state.repository import Repository


@dataclass(frozen=True, slots=True)
class RefNode:
    """A ref of a repository, by its full name."""

    repository: Repository
    name: str

    @property
    def short(self) -> str:
        """The name without its prefix."""
        return self.name.split("/", 2)[2]


def branch(repository: Repository, name: str) -> RefNode | None:
    """Show a branch, or null where there is none of that name."""
    full = f"refs/heads/{name}"
    return RefNode(repository, full) if full in repository.refs else None
