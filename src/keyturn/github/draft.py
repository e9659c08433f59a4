"""A pull request after the first query: what it needs asked besides, and which anchors to the ledger it shows."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from keyturn.core.chain import Anchor, SeenAnchor
from keyturn.core.facts import FileVersion
from keyturn.core.verdict import VerdictState
from keyturn.github.accounts import Viewer
from keyturn.github.debts_read import DebtsRead
from keyturn.github.ledger_read import LedgerPlace, own_anchored
from keyturn.github.manifests_read import ManifestReader
from keyturn.github.parse_checks import CheckReader, own_names
from keyturn.github.parse_timeline import Timeline, timeline
from keyturn.github.pull_request_read import PullRequestRead
from keyturn.github.questions import ChecksOn, FileAt, NameAt, Question
from keyturn.ports import PublishedVerdict
from keyturn.settings import Settings


class Surroundings(Struct, frozen=True, kw_only=True):
    """What all pull requests of one query have in common."""

    settings: Settings
    viewer: Viewer
    repository: str
    default_branch: str
    rules: FileVersion | None
    ledger_tip: str | None
    debts: DebtsRead


class Draft(Struct, frozen=True, kw_only=True):
    """A pull request after the first query, with what is still to be asked for it."""

    around: Surroundings
    pull: PullRequestRead
    place: LedgerPlace
    events: Timeline
    verdicts: tuple[PublishedVerdict, ...]
    manifests: tuple[FileAt | NameAt, ...]

    @property
    def number(self) -> int:
        """The number of the pull request."""
        return self.pull.fields.whole("number")

    def questions(self) -> tuple[Question, ...]:
        """What the second query must answer; empty for a pull request that needs none."""
        on_head = own_anchored(self.verdicts, self.number)
        unknown = [anchor for anchor, _ in on_head[:1] if not self.place.is_known(anchor)]
        anchors = [NameAt(anchor.commit, anchor.path) for anchor in unknown]
        return (*self.manifests, *anchors, *(ChecksOn(head) for head in self.earlier_heads()))

    def earlier_heads(self) -> tuple[str, ...]:
        """The commits that may have been head before, where the head carries no verdict that tells of the ledger.

        A success without an entry under the pull request's own name says that it is not governed, and tells enough.
        """
        base, default_branch = self.pull.fields.text("baseRefName"), self.around.default_branch
        names = own_names(self.around.settings.check_name, base, default_branch)
        for verdict in self.verdicts:
            unanchored = verdict.own and verdict.anchor is None and verdict.state is VerdictState.SUCCESS
            if unanchored and verdict.name in names:
                return ()
        if own_anchored(self.verdicts, self.number):
            return ()
        known = {commit.oid for commit in self.pull.commits} | self.events.heads
        return tuple(sorted(known - {self.pull.head}))


def draft(
    around: Surroundings, pull: PullRequestRead, place: LedgerPlace, checks: CheckReader, read: ManifestReader
) -> Draft:
    """Sort out what the first query gave of a pull request."""
    base = pull.fields.text("baseRefName")
    return Draft(
        around=around,
        pull=pull,
        place=place,
        events=timeline(pull.timeline),
        verdicts=checks.verdicts(pull.contexts, base, around.default_branch),
        manifests=read.wanted(pull),
    )


def seen_anchors(
    draft: Draft, earlier: Iterable[PublishedVerdict], entry_oids: Mapping[Anchor, str | None]
) -> tuple[SeenAnchor, ...]:
    """Every anchor that keyturn's verdicts on the pull request's heads name; only the newest one binds."""
    on_head = own_anchored(draft.verdicts, draft.number)
    everywhere = [*on_head, *own_anchored(earlier, draft.number)]
    return tuple(
        SeenAnchor(anchor, verdict.at, entry_oids.get(anchor), binding=place == 0)
        for place, (anchor, verdict) in enumerate(everywhere)
    )


def binding_anchor(draft: Draft, earlier: Iterable[PublishedVerdict]) -> Anchor | None:
    """The entry that the newest verdict names: on the head, else on an earlier one."""
    everywhere = [*own_anchored(draft.verdicts, draft.number), *own_anchored(earlier, draft.number)]
    return everywhere[0][0] if everywhere else None
