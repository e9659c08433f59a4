"""Puts everything that was read about one pull request together: facts, chain, and what stands on the host."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from keyturn.core.chain import Chain, SeenAnchor, verify
from keyturn.core.facts import Comment, Facts, LedgerFacts, PullRequestState, Review, ReviewState, Rules
from keyturn.core.manifest import ManifestFile
from keyturn.github.accounts import Viewer, account
from keyturn.github.draft import Draft
from keyturn.github.fields import Fields
from keyturn.github.ledger_read import LedgerPlace
from keyturn.github.manifests_read import ManifestReader
from keyturn.github.parse_checks import CheckReader
from keyturn.github.parse_timeline import reviewer
from keyturn.github.questions import Answers
from keyturn.github.reactions import given
from keyturn.ports import Fingerprint, OwnComment, Snapshot, Standing, deciding

MARKER: Final = "<!-- keyturn:"
"""What the texts that keyturn must find again start with."""
NEWEST_REVIEWS: Final = 100
"""So many of the newest reviews make up a fingerprint."""
_ENTRY: Final = re.compile(r"[0-9]{6}\.json")


def snapshot(
    draft: Draft, answers: Answers, anchors: Sequence[SeenAnchor], checks: CheckReader, read: ManifestReader
) -> Snapshot:
    """The whole pull request."""
    around, pull, fields = draft.around, draft.pull, draft.pull.fields
    own = own_comments(pull.comments, around.viewer)
    chain = verify(draft.place.folder(anchors, commented=bool(own)), draft.number)
    facts = _facts(draft, chain, read.manifests(draft.manifests, answers), checks)
    asked = frozenset[str]().union(*(reviewer(request) for request in fields.nodes("reviewRequests")))
    return Snapshot(
        facts=facts,
        chain=chain,
        standing=Standing(
            verdicts=checks.standing(draft.verdicts),
            comments=own,
            asked=asked,
            requested=draft.events.requested,
            dropped=draft.events.dropped - asked,
            labels=_labels(fields),
        ),
        fingerprint=_fingerprint(facts, draft.place),
        ledger_tip=around.ledger_tip,
        same_head=pull.same_head,
        debts=around.debts.content,
    )


def _facts(draft: Draft, chain: Chain, manifests: tuple[ManifestFile, ...], checks: CheckReader) -> Facts:
    around, pull, fields = draft.around, draft.pull, draft.pull.fields
    base, is_open = fields.text("baseRefName"), fields.text("state") == PullRequestState.OPEN
    head_repository = fields.maybe("headRepository")
    return Facts(
        server_url=around.settings.server_url,
        repository=around.repository,
        number=draft.number,
        title=fields.text("title"),
        state=fields.word("state", PullRequestState),
        draft=fields.flag("isDraft"),
        author=account(fields.maybe("author")),
        created_at=fields.time("createdAt"),
        closed_at=None if is_open else draft.events.closed_at,
        closed_by=None if is_open else draft.events.closed_by,
        head=pull.head,
        head_branch=fields.text("headRefName"),
        head_repository=head_repository.text("nameWithOwner") if head_repository is not None else None,
        base=base,
        default_branch=around.default_branch,
        labels=_labels(fields) | draft.events.labels,
        files=pull.files,
        file_count=fields.whole("changedFiles"),
        commits=pull.commits,
        commit_count=pull.commit_count,
        manifests=manifests,
        manifest_path=around.settings.manifest_path,
        rules_path=around.settings.rules_path,
        rules=Rules(around.rules),
        reviews=tuple(_review(review) for review in pull.reviews),
        dismissals=draft.events.dismissals,
        comments=tuple(_comment(comment) for comment in pull.comments),
        base_changes=draft.events.base_changes,
        checks=checks.checks(pull.contexts, base, around.default_branch),
        ledger=LedgerFacts(chain.entries, chain.broken, chain.highest_generation),
        debts=around.debts.debts(trusted=around.ledger_tip is not None and not chain.broken),
        advisory=not around.viewer.is_app,
    )


def _labels(fields: Fields) -> frozenset[str]:
    return frozenset(label.text("name") for label in fields.nodes("labels"))


def own_comments(comments: Iterable[Fields], viewer: Viewer) -> tuple[OwnComment, ...]:
    """The comments by keyturn's own account that carry one of its markers."""
    return tuple(
        OwnComment(
            id=comment.text("id"),
            number=comment.whole("fullDatabaseId"),
            body=comment.text("body"),
            created_at=comment.time("createdAt"),
        )
        for comment in comments
        if comment.text("body").startswith(MARKER) and viewer.is_account(account(comment.maybe("author")))
    )


def _fingerprint(facts: Facts, place: LedgerPlace) -> Fingerprint:
    return Fingerprint(
        state=facts.state.value,
        head=facts.head,
        base=facts.base,
        default_branch=facts.default_branch or "",
        draft=facts.draft,
        reviews=deciding(facts.reviews[-NEWEST_REVIEWS:]),
        base_changes=len(facts.base_changes),
        newest_entry=newest_entry(file.name for file in place.files),
    )


def newest_entry(names: Iterable[str]) -> str | None:
    """The file name of the newest entry among those in a ledger folder."""
    return max((name for name in names if _ENTRY.fullmatch(name)), default=None)


def _review(review: Fields) -> Review:
    commit = review.maybe("commit")
    return Review(
        id=review.text("id"),
        number=review.whole("fullDatabaseId"),
        author=account(review.maybe("author")),
        state=review.word("state", ReviewState),
        submitted_at=review.time("submittedAt"),
        commit=commit.text("oid") if commit is not None else None,
        body=review.text("body"),
        edited=review.text_or_none("lastEditedAt") is not None,
        can_push=review.flag("authorCanPushToRepository"),
        reactions=given(review),
    )


def _comment(comment: Fields) -> Comment:
    return Comment(
        id=comment.text("id"),
        number=comment.whole("fullDatabaseId"),
        author=account(comment.maybe("author")),
        body=comment.text("body"),
        created_at=comment.time("createdAt"),
        edited=comment.text_or_none("lastEditedAt") is not None,
        reactions=given(comment),
    )
