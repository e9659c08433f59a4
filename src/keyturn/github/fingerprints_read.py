"""Reads again, just before a success, what must not have changed since the pull request was judged."""

from collections.abc import Sequence
from typing import Final

from keyturn.core.record import folder
from keyturn.github.client import Client
from keyturn.github.fields import Fields, Json
from keyturn.github.glance import deciding_review
from keyturn.github.parse_timeline import BASE_CHANGES
from keyturn.github.query import with_fragments
from keyturn.github.snapshot import newest_entry
from keyturn.ports import Fingerprint
from keyturn.settings import Settings

_AT_ONCE: Final = 25
"""The most pull requests in one query."""


def fingerprints(client: Client, settings: Settings, numbers: Sequence[int]) -> dict[int, Fingerprint]:
    """The fingerprints of these pull requests, read now."""
    found: dict[int, Fingerprint] = {}
    wanted = list(dict.fromkeys(numbers))
    for start in range(0, len(wanted), _AT_ONCE):
        found |= _read(client, settings, wanted[start : start + _AT_ONCE])
    return found


def document(numbers: Sequence[int]) -> str:
    """The text of the query."""
    places = "\n".join(f'entries{number}: file(path: "{folder(number)}") {{ ...LedgerNames }}' for number in numbers)
    pulls = "\n".join(f"pr{number}: pullRequest(number: {number}) {{ ...FingerprintOf }}" for number in numbers)
    return with_fragments(f"""
query Fingerprints($owner: String!, $name: String!, $ledger: String!) {{
  repository(owner: $owner, name: $name) {{
    defaultBranchRef {{ name }}
    ledger: ref(qualifiedName: $ledger) {{
      target {{
        ... on Commit {{
          {places}
        }}
      }}
    }}
    {pulls}
  }}
}}
""")


def _read(client: Client, settings: Settings, numbers: Sequence[int]) -> dict[int, Fingerprint]:
    variables: dict[str, Json] = {**client.named, "ledger": f"refs/heads/{settings.ledger_branch}"}
    repository = client.graphql(document(numbers), variables).data.at("repository")
    default_branch = repository.at("defaultBranchRef").text("name")
    tip = repository.maybe("ledger", "target")
    return {number: _fingerprint(repository.at(f"pr{number}"), default_branch, tip, number) for number in numbers}


def _fingerprint(pull: Fields, default_branch: str, tip: Fields | None, number: int) -> Fingerprint:
    events = pull.at("timelineItems")
    listed = sum(event.text("__typename") in BASE_CHANGES for event in events.nodes())
    return Fingerprint(
        state=pull.text("state"),
        head=pull.text("headRefOid"),
        base=pull.text("baseRefName"),
        default_branch=default_branch,
        draft=pull.flag("isDraft"),
        reviews=frozenset(map(deciding_review, pull.nodes("reviews"))),
        base_changes=events.whole("filteredCount") if events.at("pageInfo").flag("hasPreviousPage") else listed,
        newest_entry=newest_entry(names_in(tip, number)),
    )


def names_in(tip: Fields | None, number: int) -> list[str]:
    """The file names in a pull request's place; `tip` is the ledger branch's commit, asked for `entries<number>`."""
    tree = tip.maybe(f"entries{number}", "object") if tip is not None else None
    return [entry.text("name") for entry in tree.each("entries")] if tree and "entries" in tree.members else []
