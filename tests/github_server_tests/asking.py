"""Asking for one pull request over GraphQL."""

from collections.abc import Callable
from typing import Any

from tests.github_server.state.repository import Repository

Ask = Callable[..., dict[str, Any]]

PULL = """
query Pull($number: Int!) { repository(owner: "acme", name: "shop") { pullRequest(number: $number) { %s } } }
"""
ACTOR = "__typename login ... on User { databaseId } ... on Bot { databaseId }"


def read_pull(ask: Ask, repo: Repository, number: int, fields: str) -> dict[str, Any]:
    """Read these fields of a pull request with the workflow's own token; there must be no errors."""
    answer = ask(repo.workflow_token(), PULL % fields, number=number)
    assert "errors" not in answer
    found: dict[str, Any] = answer["data"]["repository"]["pullRequest"]
    return found
