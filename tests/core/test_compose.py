"""The next entry of the ledger: when there is one, what it holds, and that it is never too large."""

from datetime import datetime
from typing import Any

import pytest
import rfc8785
from msgspec.structs import replace

from keyturn.core.chain import Chain
from keyturn.core.compose import Learned, Run, bookkeeping, compose, overdue_events, overrides_of
from keyturn.core.decision import Outcome
from keyturn.core.digest import bytes_digest
from keyturn.core.facts import Change, ChangedFile, CheckState, LedgerFacts, PullRequestState
from keyturn.core.record import (
    MAX_ENTRY_BYTES,
    Abridged,
    Event,
    LedgerEntry,
    OverrideRecord,
    OverrideVoice,
    RecordedEvent,
    RecordedFacts,
    RecordedReview,
)
from keyturn.core.rulebook import Override, RuleBook
from keyturn.core.tier import Tier
from tests.support.build import (
    AGENT,
    EARLIER,
    HEAD,
    action,
    at,
    check,
    comment,
    commit,
    dismissed,
    facts,
    judged,
    manifest,
    objection,
    person,
    removed,
    renamed,
    review,
)
from tests.support.build_book import book, policies
from tests.support.timeline import RUN, Timeline

SAID = f"/keyturn override {HEAD} the shop is down and this mends it"
GLASS = book(override=Override(users=("ann", "bob")))
BY_ANN, BY_BOB = comment(SAID, "ann", when=0.25), comment(SAID, "bob", when=0.5)
CLOSED = {"state": PullRequestState.CLOSED}
CHAIN = Chain(entries=(), broken=(), highest_generation=0, next_sequence=7, previous="f00d")


def seen(rules: RuleBook | None = None, **changes: Any) -> Timeline:
    """A pull request that keyturn saw when it was opened."""
    story = Timeline(facts(**changes), rules)
    story.look(0)
    return story


def next_entry(story: Timeline, when: float, **changes: Any) -> LedgerEntry | None:
    """The entry that a run writes; `None` where it writes none."""
    before = len(story.entries)
    story.look(when, **changes)
    return story.entries[-1] if len(story.entries) > before else None


def written(story: Timeline, when: float, **changes: Any) -> LedgerEntry:
    """The entry that a run writes, where it does."""
    entry = next_entry(story, when, **changes)
    assert entry is not None
    return entry


def owed(*people: str, due: datetime | float = 73, **changes: Any) -> OverrideRecord:
    """An override by these people whose review is owed."""
    return OverrideRecord(
        head=HEAD,
        base="main",
        at=at(1),
        due=due if isinstance(due, datetime) else at(due),
        voices=tuple(
            OverrideVoice(login=login, at=at(1), comment=f"IC_{login}", reason="the shop is down") for login in people
        ),
    ).model_copy(update=changes)


# When there is anything to write


def test_compose__the_first_entry() -> None:
    """An entry says where it stands in the chain, who wrote it and when, what happened, and what was decided."""
    judgement = judged(facts())
    entry = compose(judgement, CHAIN, Run("octocat", "https://example.invalid/run", "1.2.3"))
    assert entry is not None
    assert (entry.sequence, entry.previous, entry.time) == (7, "f00d", at(0))
    assert (entry.actor, entry.run_url, entry.version) == ("octocat", "https://example.invalid/run", "1.2.3")
    assert [told.event for told in entry.events] == [Event.REQUESTED]
    assert entry.decision.as_decision() == judgement.decision
    assert (entry.state.generation, entry.state.opened_at, entry.state.closed) == (1, at(0), False)


@pytest.mark.parametrize(
    ("changes", "events"),
    [
        pytest.param({}, None, id="nothing at all"),
        pytest.param({"title": "Another"}, None, id="nothing that counts"),
        pytest.param({"reviews": (review("ann", when=0.5),)}, ["approval_counted", "approved"], id="events"),
        pytest.param({"draft": True}, [], id="another reason"),
        pytest.param({"checks": (check(state=CheckState.FAILED),)}, [], id="another state of a check"),
        pytest.param({"commits": (commit(None),)}, [], id="another requirement"),
    ],
)
def test_compose__where_anything_is_new(changes: dict[str, Any], events: list[str] | None) -> None:
    """A run writes where anything happened or the decision differs, and once; a run that finds nothing new does not."""
    story = seen(book(tiers=policies(checks={Tier.AUTO: ("test",)})), checks=(check(),))
    entry = next_entry(story, 0.5, **changes)
    assert (None if entry is None else [told.event for told in entry.events]) == events
    assert next_entry(story, 0.6) is None


def test_compose__what_the_clock_alone_changes_is_an_event() -> None:
    """Time passes without an entry, but for what falls due."""
    story = seen()
    told = [next_entry(story, hours) for hours in (0.9, 1, 23, 24, 99)]
    assert [None if entry is None else [event.event for event in entry.events] for entry in told] == [
        None,
        [Event.ESCALATED],
        None,
        [Event.EXPIRED],
        None,
    ]


FORGED = RecordedEvent(event=Event.VERDICT_FORGED, at=at(0.5), by="mallory", source="keyturn@x")


@pytest.mark.parametrize(
    ("learned", "is_new"),
    [
        pytest.param(Learned(), False, id="nothing"),
        pytest.param(Learned((FORGED,)), True, id="an event"),
        pytest.param(Learned(overrides=(owed("ann"),)), True, id="another state of an override"),
        pytest.param(Learned(overrides=()), False, id="the overrides there are"),
    ],
)
@pytest.mark.parametrize("state", [PullRequestState.OPEN, PullRequestState.CLOSED])
def test_compose__with_what_the_run_learned(state: PullRequestState, learned: Learned, *, is_new: bool) -> None:
    """What a run found out beside the facts is written as well, of open and of closed pull requests."""
    story = seen(state=state)
    judgement = story.look(0.5)
    entry = compose(judgement, CHAIN, RUN, learned)
    assert (entry is not None) is is_new
    if entry is not None:
        assert entry.events == learned.events
        assert entry.state.overrides == (learned.overrides or ())


# The state


def test_compose__the_state_that_only_the_ledger_remembers() -> None:
    """The state holds the request, its steps, and which objections stand, and which of those were dismissed in vain."""
    gone, event = dismissed(objection("ann", 1), AGENT)
    story = seen()
    state = written(story, 3, reviews=(gone, objection("bob", 2, commit=EARLIER)), dismissals=(event,)).state
    assert (state.generation, state.opened_at, state.steps_done) == (1, at(0), ())
    assert (state.objections, state.dismissed_in_vain) == ((gone.id, objection("bob", 2).id), (gone.id,))
    assert written(story, 4, reviews=(), dismissals=()).state.steps_done == (Event.ESCALATED,)


def test_compose__the_state_without_a_request() -> None:
    """Where nothing can be asked, the state names no request, and keeps where generations start."""
    story = seen(people={"octocat": None})
    story.change(ledger=LedgerFacts(broken=("gone",), highest_generation=4))
    state = written(story, 1).state
    assert (state.generation, state.opened_at, state.first_generation, state.void_before) == (5, None, 5, at(1))


def test_compose__of_what_was_refused_for_a_debt() -> None:
    """A command that a debt refused is remembered for ever."""
    story = seen(GLASS)
    story.entries[-1] = story.entries[-1].model_copy(
        update={"state": story.entries[-1].state.model_copy(update={"refused_for_debt": ("IC_z", BY_ANN.id)})}
    )
    entry = written(story, 0.5, comments=(BY_ANN,))
    assert entry.state.refused_for_debt == (BY_ANN.id, "IC_z")


# The end


def test_compose__the_end_keeps_the_last_decision() -> None:
    """A closed pull request keeps the decision it had, whatever the facts say by now; that is written once."""
    story = seen()
    before = story.entries[-1]
    entry = written(story, 30, **CLOSED, head=EARLIER, reviews=(review("ann", when=2),))
    assert (entry.decision, entry.state) == (before.decision, before.state.model_copy(update={"closed": True}))
    assert [told.event for told in entry.events] == [Event.CLOSED]
    assert next_entry(story, 31) is None
    assert written(story, 32, state=PullRequestState.OPEN).state.closed is False


def test_compose__the_end_of_what_was_never_seen() -> None:
    """Where the ledger knows nothing, the end is written with the decision that the facts give."""
    story = Timeline(facts(state=PullRequestState.MERGED))
    entry = written(story, 1)
    assert (entry.decision.outcome, entry.state.closed) == (Outcome.PENDING, True)
    assert [told.event for told in entry.events] == [Event.MERGED_WITHOUT_APPROVAL]
    assert next_entry(story, 2) is None


@pytest.mark.parametrize("closed_first", [False, True])
def test_compose__the_end_with_a_broken_ledger(*, closed_first: bool) -> None:
    """A ledger found broken at the end or later is recorded, which starts the chain anew, and then there is peace."""
    story = seen()
    if closed_first:
        story.look(1, **CLOSED)
    entry = written(story, 2, ledger=LedgerFacts(broken=("gone",), highest_generation=3), **CLOSED)
    assert Event.LEDGER_BROKEN in {told.event for told in entry.events}
    assert (entry.state.first_generation, entry.state.void_before, entry.state.closed) == (4, at(2), True)
    assert next_entry(story, 3, ledger=LedgerFacts()) is None


# Overrides


@pytest.mark.parametrize(
    ("comments", "needed", "voices"),
    [
        pytest.param((), 1, None, id="nobody spoke"),
        pytest.param((BY_ANN,), 1, ("ann",), id="somebody"),
        pytest.param((BY_ANN,), 2, None, id="one of two"),
        pytest.param((BY_BOB, BY_ANN), 2, ("ann", "bob"), id="both"),
        pytest.param((BY_BOB, BY_ANN), 1, ("ann",), id="one more than needed"),
    ],
)
def test_overrides_of__the_one_that_holds(
    comments: tuple[Any, ...], needed: int, voices: tuple[str, ...] | None
) -> None:
    """An override is recorded with those who made it hold; its review is due after the time that the rules give."""
    rules = book(override=replace(GLASS.override, approvals=needed))
    records = overrides_of(judged(facts(comments=comments), rules, at(1)))
    assert [tuple(voice.login for voice in record.voices) for record in records] == ([] if voices is None else [voices])
    for record in records:
        last = record.voices[-1]
        assert (record.head, record.base, record.at) == (HEAD, "main", last.at)
        assert record.due == last.at + rules.override.review_within
        assert (last.comment, last.reason) == ((BY_ANN if last.login == "ann" else BY_BOB).id, SAID.split(" ", 3)[3])


def test_overrides_of__each_once_and_all_of_them() -> None:
    """An override is known by its comments; another one, or one of another head, is owed besides."""
    story = seen(GLASS)
    assert len(written(story, 0.6, comments=(BY_ANN,)).state.overrides) == 1
    assert next_entry(story, 0.7, comments=(BY_BOB, BY_ANN)) is None
    assert len(written(story, 0.8, comments=(BY_BOB,)).state.overrides) == 2
    pushed = comment(SAID.replace(HEAD, EARLIER), "ann", when=0.9)
    records = written(story, 1, head=EARLIER, comments=(BY_BOB, pushed)).state.overrides
    assert [record.voices[0].login for record in records] == ["ann", "bob", "ann"]
    assert [record.head for record in records] == [HEAD, HEAD, EARLIER]


def test_overrides_of__a_base_that_is_no_text() -> None:
    """The name of a branch may be any bytes; the record holds it as the decision shows it."""
    story = seen(GLASS, base="caf\udce9")
    assert written(story, 0.6, comments=(BY_ANN,)).state.overrides[0].base == r"caf\xe9"


def test_overrides_of__nothing_of_what_is_not_governed() -> None:
    """Of a pull request that is none of keyturn's business nobody owes anything."""
    judgement = judged(facts(author=person("zoe"), commits=(), commit_count=0, manifests=(), head_branch="x"))
    assert judgement.decision.outcome is Outcome.NOT_GOVERNED
    assert overrides_of(judgement) == ()


@pytest.mark.parametrize(
    ("record", "now", "overdue"),
    [
        pytest.param(owed("ann", "bob"), at(73, seconds=-1), False, id="a second before"),
        pytest.param(owed("ann", "bob"), at(73), True, id="from its own second on"),
        pytest.param(owed("ann", reviewed_at=at(99)), at(100), False, id="done late, and not noticed before"),
        pytest.param(owed(), at(73), True, id="by nobody known"),
    ],
)
@pytest.mark.parametrize("state", [PullRequestState.OPEN, PullRequestState.CLOSED])
def test_overdue_events__a_review_that_fell_due(
    state: PullRequestState, record: OverrideRecord, now: datetime, *, overdue: bool
) -> None:
    """A review that is not done when it falls due is told of once, as of then, and marked; closing pays no debt."""
    story = seen(state=state)
    entry = story.entries[-1]
    story.entries[-1] = entry.model_copy(update={"state": entry.state.model_copy(update={"overrides": (record,)})})
    judgement = story.look(now)
    by = "ann" if record.voices else None
    told = (RecordedEvent(event=Event.OVERRIDE_OVERDUE, at=at(73), by=by),) if overdue else ()
    assert overdue_events(judgement) == told
    assert overrides_of(judgement) == (record.model_copy(update={"overdue": overdue}),)
    assert overdue_events(story.look(now)) == ()


def test_bookkeeping__tells_only_where_the_reviews_are_asked_for() -> None:
    """Such an entry follows the newest, says of the overrides where their issues are, and leaves the rest as it was."""
    newest = seen().entries[-1]
    entry = bookkeeping(newest, CHAIN, at(5), (owed("ann", issue=40),))
    assert (entry.sequence, entry.previous, entry.time, entry.events) == (7, "f00d", at(5), ())
    assert entry.state == newest.state.model_copy(update={"overrides": (owed("ann", issue=40),)})
    assert (entry.decision, entry.facts, entry.actor) == (newest.decision, newest.facts, newest.actor)


# The facts behind it


def test_compose__the_facts_that_an_auditor_needs() -> None:
    """The reviews are listed oldest first, the files by number and digest, whatever order they came in."""
    reviews = (review("bob", when=0.5, commit=None), objection(None, 0.25))
    files = (renamed("b.py", "c.py"), removed("caf\udce9"), *facts().files)
    entry = written(Timeline(facts(reviews=reviews, files=files)), 1)
    assert entry.facts == RecordedFacts(
        base="main",
        reviews=(
            RecordedReview(id=reviews[1].id, login=None, state="CHANGES_REQUESTED", commit=HEAD, submitted_at=at(0.25)),
            RecordedReview(id=reviews[0].id, login="bob", state="APPROVED", commit=None, submitted_at=at(0.5)),
        ),
        files=4,
        files_digest=bytes_digest(
            rfc8785.dumps(
                [
                    {"path": ".agent/manifests/x.json", "change": "added", "previous": None},
                    {"path": "c.py", "change": "renamed", "previous": "b.py"},
                    {"path": r"caf\xe9", "change": "removed", "previous": None},
                    {"path": "src/billing/tax.py", "change": "modified", "previous": None},
                ]
            )
        ),
    )
    turned = written(Timeline(facts(reviews=reviews[::-1], files=files[::-1])), 1)
    assert turned.facts == entry.facts
    assert written(Timeline(facts(files=files, file_count=3_001)), 1).facts.files == 3_001


# Its size


def test_compose__long_lists_become_number_and_digest() -> None:
    """Where the lists would make an entry too large, each is replaced by its number and digest; an empty one stays."""
    many = tuple(
        manifest(
            *(action("read", f"{number:0500}") for number in range(part * 250, part * 250 + 250)),
            path=f".agent/manifests/{part}.json",
        )
        for part in range(4)
    )
    files = tuple(ChangedFile(f"{number:0500}", Change.ADDED) for number in range(300))
    ghosts = tuple(review(f"zoe{number}", when=at(0, seconds=number)) for number in range(300))
    story = Timeline(facts(manifests=many, files=files, reviews=ghosts, roles={}))
    judgement = story.look(1)
    (entry,) = story.entries
    assert len(entry.as_bytes()) <= MAX_ENTRY_BYTES
    told = judgement.decision
    plain = [item.model_dump(mode="json") for item in told.actions]
    assert entry.decision.actions == Abridged(number=1_000, digest=bytes_digest(rfc8785.dumps(plain)))
    assert entry.decision.undeclared == Abridged(number=300, digest=bytes_digest(rfc8785.dumps(list(told.undeclared))))
    assert entry.decision.errors == ()
    assert isinstance(entry.facts.reviews, Abridged)
    assert entry.facts.reviews.number == 300
    assert next_entry(story, 1.5) is None
    closed = written(story, 2, **CLOSED)
    assert closed.decision == entry.decision
    assert next_entry(story, 3) is None


def test_compose__a_list_that_fits_is_whole() -> None:
    """What fits is written out."""
    story = seen(manifests=(manifest(*(action("read", f"{number}") for number in range(900))),))
    decision = story.entries[-1].decision
    assert not isinstance(decision.actions, Abridged)
    assert len(decision.actions) == 900


def test_compose__the_longest_reasons_that_fit_into_comments() -> None:
    """However much people write into an override, the entry keeps the beginning of it and stays within its bound."""
    rules = book(override=replace(GLASS.override, approvals=2))
    ann, bob = (comment(f"/keyturn override {HEAD} {'火' * 60_000}", who, when=0.25) for who in ("ann", "bob"))
    story = seen(rules)
    entry = written(story, 0.5, comments=(ann, bob))
    assert len(entry.as_bytes()) <= MAX_ENTRY_BYTES
    (record,) = entry.state.overrides
    assert [voice.reason for voice in record.voices] == ["火" * 1_999 + "…"] * 2
    assert entry.events[-1].note == f"ann: {'火' * 1_999}…; bob: {'火' * 1_999}…"
    assert next_entry(story, 0.6) is None
