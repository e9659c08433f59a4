"""The first query of every judgement: up to five pull requests, their places in the ledger, rule book and debts."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from keyturn.core.debts import DEBTS_PATH
from keyturn.core.decision import ReasonCode
from keyturn.github.accounts import Viewer
from keyturn.github.client import Client
from keyturn.github.connections import unreadable_team
from keyturn.github.fields import Fields
from keyturn.github.labels import REVIEW_LABEL
from keyturn.github.ledger_read import asked_of
from keyturn.github.query import with_fragments
from keyturn.github.refusals import QueryError, QueryFailed
from keyturn.ports import Unavailable
from keyturn.settings import Publish, Settings

AT_ONCE: Final = 5
"""The most pull requests in one query."""


class FirstRead(Struct, frozen=True):
    """What the first query gave; a pull request that is not there, or not readable, stands as its `Unavailable`."""

    viewer: Viewer
    repository: Fields
    pulls: Mapping[int, Fields | Unavailable]

    @property
    def ledger(self) -> Fields | None:
        """The head commit of the ledger branch, `None` where there is no such branch."""
        return self.repository.maybe("ledger", "target")


def first_read(client: Client, settings: Settings, numbers: Sequence[int]) -> FirstRead:
    """Ask the first query for these pull requests, at most five."""
    answer = client.graphql(
        document(numbers),
        {
            **client.named,
            "ledger": f"refs/heads/{settings.ledger_branch}",
            "rulesPath": settings.rules_path.lstrip("/"),
            "titles": settings.publish is Publish.CHECK,
        },
        tolerate=_tolerable,
    )
    repository = answer.data.at("repository")
    pulls = {number: _pull(repository, number, answer.errors) for number in numbers}
    return FirstRead(Viewer(answer.data.at("viewer").text("login")), repository, pulls)


def document(numbers: Sequence[int]) -> str:
    """The text of the query."""
    places = "\n".join(asked_of(number) for number in numbers)
    pulls = "\n".join(f"pr{number}: pullRequest(number: {number}) {{ ...PullRequestFacts }}" for number in numbers)
    return with_fragments(f"""
query PullRequests($owner: String!, $name: String!, $ledger: String!, $rulesPath: String!, $titles: Boolean!) {{
  viewer {{ login }}
  repository(owner: $owner, name: $name) {{
    nameWithOwner
    defaultBranchRef {{
      name
      target {{
        oid
        ... on Commit {{ rules: file(path: $rulesPath) {{ ...FileBlob }} }}
      }}
    }}
    ledger: ref(qualifiedName: $ledger) {{
      target {{
        oid
        ... on Commit {{
          debts: file(path: "{DEBTS_PATH}") {{ ...FileBlob }}
          debtsHistory: history(first: 1, path: "{DEBTS_PATH}") {{ nodes {{ ...LedgerCommit }} }}
          {places}
        }}
      }}
    }}
    debts: issues(first: 100, labels: ["{REVIEW_LABEL}"], states: OPEN) {{
      nodes {{
        number
        title
        createdAt
        author {{ ...Account }}
        assignees(first: 10) {{ nodes {{ login }} }}
      }}
    }}
    {pulls}
  }}
}}
""")


def _tolerable(error: QueryError) -> bool:
    """Whether an error concerns one pull request only, a team that the token may not see, or issues it may not read.

    The debts are the ledger's; issues only tell of them where the ledger is damaged.
    """
    return unreadable_team(error) or _about(error) is not None or error.path[:2] == ("repository", "debts")


def _about(error: QueryError) -> int | None:
    """The pull request that an error is about."""
    names = [step for step in error.path if step.startswith("pr") and step[2:].isdecimal()]
    return int(names[0][2:]) if names else None


def _pull(repository: Fields, number: int, errors: Sequence[QueryError]) -> Fields | Unavailable:
    own = tuple(error for error in errors if _about(error) == number and not unreadable_team(error))
    if any(error.type == "NOT_FOUND" and len(error.path) == len(("repository", "pr")) for error in own):
        message = f"there is no pull request #{number} in this repository, or the token may not see it"
        return Unavailable(ReasonCode.API_UNAVAILABLE, message)
    if own:
        return QueryFailed(own)
    found = repository.maybe(f"pr{number}")
    if found is None:
        message = f"GitHub gave nothing about #{number}"
        return Unavailable(ReasonCode.FACTS_INCOMPLETE, message)
    return found
