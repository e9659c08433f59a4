"""One pull request as a sweep first sees it, and the ledger entry that goes with it once that was read."""

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from keyturn.core.record import LedgerEntry, folder
from keyturn.core.verdict import VerdictState
from keyturn.github.accounts import Viewer, account
from keyturn.github.fields import Fields
from keyturn.github.ledger_read import own_anchored
from keyturn.github.parse_checks import CheckReader, own_names
from keyturn.github.snapshot import MARKER, newest_entry
from keyturn.ports import Light, PublishedVerdict

_MOST_TRIES: Final = 3
"""So often the newest entry is looked for while others write new ones."""


class Glance(Struct, frozen=True, kw_only=True):
    """A pull request whose newest ledger entry is still to be read.

    `guess` is the path where it is expected: the entry that the verdict names. `tries` counts the queries that looked.
    """

    number: int
    fields: Fields
    verdict: PublishedVerdict | None = None
    guess: str | None = None
    markers: tuple[str, ...] = ()
    closed: bool = False
    tries: int = 0

    def light(self, entry: LedgerEntry | None, rules_digest: str | None) -> Light:
        """What the sweep is told."""
        return Light(
            number=self.number,
            head=self.fields.text("headRefOid"),
            base=self.fields.text("baseRefName"),
            draft=self.fields.flag("isDraft"),
            reviews=frozenset() if self.closed else frozenset(map(deciding_review, self.fields.nodes("reviews"))),
            commands=frozenset() if self.closed else _commands(self.fields),
            markers=self.markers,
            verdict=self.verdict,
            entry=entry,
            rules_digest=rules_digest,
            closed=self.closed,
        )

    def newest(self, names: Sequence[str]) -> str | None:
        """The path of the newest entry among the file names of its folder."""
        name = newest_entry(names)
        return f"{folder(self.number)}/{name}" if name is not None else None

    @property
    def gives_up(self) -> bool:
        """Whether its newest entry was looked for often enough."""
        return self.tries >= _MOST_TRIES


def open_glance(fields: Fields, checks: CheckReader, default_branch: str) -> Glance:
    """An open pull request, with the verdict that stands on its head."""
    number, base = fields.whole("number"), fields.text("baseRefName")
    listed = fields.nodes("headCommit")
    commit = listed[-1].at("commit") if listed else None
    if commit is None or commit.text("oid") != fields.text("headRefOid"):
        return Glance(number=number, fields=fields)
    rollup = commit.maybe("statusCheckRollup", "contexts")
    all_verdicts = checks.verdicts(rollup.nodes() if rollup is not None else [], base, default_branch)
    names = own_names(checks.names.check_name, base, default_branch)
    own = [verdict for verdict in checks.standing(all_verdicts) if verdict.name in names]
    anchored = own_anchored(own, number)
    return Glance(
        number=number,
        fields=fields,
        verdict=max(own, key=lambda verdict: (verdict.state is VerdictState.SUCCESS, verdict.at), default=None),
        guess=anchored[0][0].path if anchored else None,
        markers=tuple(_markers(fields, checks.viewer)),
    )


def closed_glance(fields: Fields) -> Glance:
    """A closed pull request."""
    return Glance(number=fields.whole("number"), fields=fields, closed=True)


def deciding_review(review: Fields) -> tuple[str, str, str | None]:
    """The part of a review that decides: node id, state, commit."""
    commit = review.maybe("commit")
    return review.text("id"), review.text("state"), commit.text("oid") if commit is not None else None


def _commands(fields: Fields) -> frozenset[str]:
    return frozenset(
        comment.text("id")
        for comment in fields.nodes("comments")
        if comment.text("body").startswith("/keyturn") and comment.text_or_none("lastEditedAt") is None
    )


def _markers(fields: Fields, viewer: Viewer) -> Iterator[str]:
    for comment in fields.nodes("comments"):
        line = comment.text("body").partition("\n")[0]
        if line.startswith(MARKER) and viewer.is_account(account(comment.maybe("author"))):
            yield line
