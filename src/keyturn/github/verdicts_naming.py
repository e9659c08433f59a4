"""Finds the ledger entries that keyturn's verdicts on pull requests name."""

from collections.abc import Iterator, Sequence
from typing import Final

from keyturn.core.chain import anchor_in
from keyturn.core.ledger_walk import NamedEntry
from keyturn.github.accounts import Viewer, account
from keyturn.github.client import Client
from keyturn.github.fields import Fields
from keyturn.github.questions import ChecksOn, ask
from keyturn.github.refusals import QueryError

COMMITS_ASKED: Final = 5
"""The last commits of each pull request that are asked for verdicts, its head among them."""
_PULL_REQUESTS_AT_ONCE: Final = 50


def verdicts_naming(client: Client, numbers: Sequence[int], own: Viewer) -> Iterator[NamedEntry]:
    """The entries that verdicts by keyturn's own account name, on the newest commits of these pull requests.

    Raises `Unavailable`.
    """
    heads = list(dict.fromkeys(_heads(client, numbers)))
    answers = ask(client, [ChecksOn(head) for head in heads], titles=False)
    for head in heads:
        contexts = answers[ChecksOn(head)]
        for context in contexts.nodes() if contexts is not None else ():
            named = _named(context, head, own)
            if named is not None:
                yield named


def _heads(client: Client, numbers: Sequence[int]) -> Iterator[str]:
    for start in range(0, len(numbers), _PULL_REQUESTS_AT_ONCE):
        chosen = numbers[start : start + _PULL_REQUESTS_AT_ONCE]
        asked = "\n    ".join(
            f"pr{number}: pullRequest(number: {number}) "
            f"{{ commits(last: {COMMITS_ASKED}) {{ nodes {{ commit {{ oid }} }} }} }}"
            for number in chosen
        )
        document = (
            "query NewestCommits($owner: String!, $name: String!) "
            f"{{\n  repository(owner: $owner, name: $name) {{\n    {asked}\n  }}\n}}\n"
        )
        repository = client.graphql(document, client.named, tolerate=_is_gone).data.at("repository")
        for number in chosen:
            pull = repository.maybe(f"pr{number}")
            for node in pull.nodes("commits") if pull is not None else ():
                yield node.at("commit").text("oid")


def _is_gone(error: QueryError) -> bool:
    return error.type == "NOT_FOUND"


def _named(context: Fields, head: str, own: Viewer) -> NamedEntry | None:
    if context.text("__typename") == "CheckRun":
        app = context.maybe("checkSuite", "app")
        is_own = own.is_app_slug(app.text("slug") if app is not None else None)
        anchor = anchor_in(context.text_or_none("externalId"))
        at = context.time_or_none("completedAt") or context.time_or_none("startedAt")
    else:
        is_own = own.is_account(account(context.maybe("creator")))
        anchor = anchor_in(context.text_or_none("targetUrl"))
        at = context.time_or_none("createdAt")
    return NamedEntry(anchor, head, at) if is_own and anchor is not None and at is not None else None
