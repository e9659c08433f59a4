"""The rule book as earlier tips of the default branch had it, for when the present one cannot be used."""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from keyturn.core.facts import FileVersion
from keyturn.github.client import Client
from keyturn.github.fields import Fields
from keyturn.github.query import query
from keyturn.github.questions import FileAt, ask
from keyturn.github.rules_read import RulesReader

_MOST_VERSIONS: Final = 10
_MOST_PAGES: Final = 10
"""So many pages of a hundred commits are looked through for earlier tips."""


class OlderRules(Struct, frozen=True):
    """Walks back along first parents only: what a merged branch held on the way was never the rule book."""

    client: Client
    rules: RulesReader
    path: str

    def versions(self) -> tuple[FileVersion, ...]:
        """The earlier versions that are regular files, newest first, at most ten, within the last 1,000 commits."""
        wanted: list[FileAt] = []
        seen: str | None = None
        for place, (commit, oid) in enumerate(self._along_first_parents()):
            if place > 0 and oid is not None and oid != seen:
                wanted.append(FileAt(commit, self.path.lstrip("/")))
            if len(wanted) == _MOST_VERSIONS:
                break
            seen = oid
        answers = ask(self.client, wanted, titles=False)
        found = (self.rules.version(answers[question]) for question in wanted)
        return tuple(version for version in found if version is not None and version.content is not None)

    def _along_first_parents(self) -> Iterator[tuple[str, str | None]]:
        """Each tip, the present one first, with the name of what it held at the rule book's path."""
        variables = self.client.named
        branch = self.client.graphql(query("default_branch"), variables).data.at("repository", "defaultBranchRef")
        wanted: str | None = branch.at("target").text("oid")
        variables |= {"commit": wanted, "rulesPath": self.path.lstrip("/"), "cursor": None}
        known: dict[str, Fields] = {}
        for _ in range(_MOST_PAGES):
            history = self.client.graphql(query("earlier_tips"), variables).data.at("repository", "object", "history")
            known |= {commit.text("oid"): commit for commit in history.nodes()}
            while wanted is not None and wanted in known:
                commit = known.pop(wanted)
                rules = commit.maybe("rules")
                yield wanted, rules.text("oid") if rules is not None else None
                parents = commit.nodes("parents")
                wanted = parents[0].text("oid") if parents else None
            if wanted is None or not history.at("pageInfo").flag("hasNextPage"):
                return
            variables["cursor"] = history.at("pageInfo").text("endCursor")
