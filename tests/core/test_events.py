"""What the ledger is told of a pull request: everything new, each thing once, in the order of a story."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
from msgspec.structs import replace

from keyturn.core.decision import Outcome
from keyturn.core.events import closing_events, events_of, is_dismissed_in_vain, steps_of
from keyturn.core.facts import (
    BaseChange,
    BaseChangeKind,
    CheckState,
    Debt,
    LedgerFacts,
    PullRequestState,
    Review,
    Role,
)
from keyturn.core.record import Event, RecordedEvent
from keyturn.core.rulebook import Agents, Escalation, Mode, Override, RuleBook, Unattributed
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
    retarget,
    review,
)
from tests.support.build_book import book, policies
from tests.support.timeline import Timeline

SAID = f"/keyturn override {HEAD} the shop is down and this mends it"
GLASS = book(override=Override(users=("ann", "bob")))
REFUSED = {"people": {"octocat": None}}
STOPPED = {"manifests": (manifest(action("rotate", "master_key")),)}
HARMLESS: Mapping[str, Any] = {"manifests": (manifest(action("read", "x")),), "files": (), "file_count": 0}


def event(
    kind: Event, when: float | datetime, by: str | None = None, source: str | None = None, note: str | None = None
) -> RecordedEvent:
    """An event as the ledger records it."""
    return RecordedEvent(
        event=kind, at=when if isinstance(when, datetime) else at(when), by=by, source=source, note=note
    )


def new(story: Timeline, when: float | datetime, **changes: Any) -> tuple[RecordedEvent, ...]:
    """What is new in a run, which writes it down."""
    return events_of(story.look(when, **changes))


def kinds(events: tuple[RecordedEvent, ...]) -> list[str]:
    """The events by name."""
    return [told.event.value for told in events]


def seen(rules: RuleBook | None = None, **changes: Any) -> Timeline:
    """A pull request that keyturn saw when it was opened."""
    story = Timeline(facts(**changes), rules)
    story.look(0)
    return story


# Requests


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, ["requested"], id="approvals are needed"),
        pytest.param({"draft": True}, [], id="draft"),
        pytest.param(HARMLESS, ["auto_approved"], id="nobody is needed"),
        pytest.param(STOPPED, ["emergency_stopped"], id="nobody can approve"),
        pytest.param(REFUSED, ["invalidated"], id="the manifest is refused"),
        pytest.param({"commits": (commit(None),)}, ["invalidated"], id="its commits are refused"),
        pytest.param({"number": None, "repository": None}, [], id="offline"),
        pytest.param(
            {"reviews": (objection(when=0),)}, ["requested", "objected", "rejected"], id="objected to at once"
        ),
    ],
)
def test_events__a_request_where_people_are_asked(changes: dict[str, Any], expected: list[str]) -> None:
    """A request is told of when it opens, and only where approvals are waited for."""
    rules = book(unattributed_commits=Unattributed.BLOCK)
    assert kinds(events_of(judged(facts(**changes), rules))) == expected


def test_events__a_request_once() -> None:
    """A request is told of once: not in the next run, and not when the pull request comes back to it."""
    story = Timeline(facts(draft=True))
    assert new(story, 0) == ()
    assert new(story, 1, draft=False) == (event(Event.REQUESTED, 1),)
    assert new(story, 1.5) == ()
    assert new(story, 1.6, head=EARLIER) == (event(Event.REQUESTED, 1.6),)
    assert new(story, 1.7, head=HEAD) == ()


def test_events__a_renewal_once() -> None:
    """A renewal is told of once, at its own second, with the command that brought it."""
    story = seen()
    said = comment("/keyturn renew", "ann", when=30)
    assert new(story, 25) == (event(Event.ESCALATED, 1), event(Event.EXPIRED, 24))
    assert new(story, 31, comments=(said,)) == (event(Event.RENEWED, 30, "ann", said.id), event(Event.ESCALATED, 31))
    assert new(story, 32) == ()


FORCED = BaseChange(BaseChangeKind.FORCE_PUSHED, at(2), person("bob"))


@pytest.mark.parametrize(
    ("base_changes", "when", "by"),
    [
        pytest.param((), 3, None, id="no event shows it"),
        pytest.param((retarget(1),), 1, "octocat", id="by somebody"),
        pytest.param((retarget(1), retarget(2)), 2, "octocat", id="the newest of several"),
        pytest.param((retarget(1, BaseChangeKind.AUTOMATIC),), 1, "octocat", id="by GitHub for somebody"),
        pytest.param((BaseChange(BaseChangeKind.AUTOMATIC, at(1)),), 1, None, id="by GitHub"),
        pytest.param((retarget(1), FORCED), 1, "octocat", id="force-pushed since"),
    ],
)
def test_events__another_base(base_changes: tuple[BaseChange, ...], when: float, by: str | None) -> None:
    """Another base branch is told of with who chose it and when, as far as an event shows it; then it is known."""
    story = seen()
    first = new(story, 3, base="release", base_changes=base_changes)
    assert first == (event(Event.RETARGETED, when, by, note="from main to release"), event(Event.REQUESTED, 3))
    assert new(story, 3) == ()


def test_events__a_base_that_is_no_text() -> None:
    """The name of a branch may be any bytes; it is told of as the decision shows it, and once."""
    story = seen(base="caf\udce9")
    assert new(story, 0.5) == ()
    assert new(story, 0.6, base="th\udce9")[0] == event(Event.RETARGETED, 0.6, note=r"from caf\xe9 to th\xe9")
    assert new(story, 0.7) == ()


# Approvals and objections


def test_events__approvals_that_count() -> None:
    """An approval is told of at its own time, once for each request."""
    story = seen(book(tiers=policies(single={"approvals": 2})))
    ann, bob = review("ann", when=1), review("bob", when=2)
    assert new(story, 3, reviews=(ann,)) == (
        event(Event.APPROVAL_COUNTED, 1, "ann", ann.id),
        event(Event.ESCALATED, 1),
    )
    assert new(story, 4, reviews=(ann, bob)) == (
        event(Event.APPROVAL_COUNTED, 2, "bob", bob.id),
        event(Event.APPROVED, 4),
    )
    assert kinds(new(story, 5, head=EARLIER)) == ["requested", "approval_discounted", "approval_discounted"]
    assert kinds(new(story, 6, head=HEAD)) == ["approval_counted", "approval_counted", "approved"]


def test_events__approvals_that_do_not_count() -> None:
    """An approval that never counted is told of at its own time, and again where the reason is another."""
    story = seen(roles={"ann": Role.READ})
    ann = review("ann", when=0.5)
    found = event(Event.APPROVAL_DISCOUNTED, 0.5, "ann", note="not_eligible")
    assert new(story, at(0.75), reviews=(ann,)) == (found,)
    assert new(story, at(0.8)) == ()
    assert new(story, at(0.9), head=EARLIER, roles={"ann": Role.WRITE})[1:] == (
        event(Event.APPROVAL_DISCOUNTED, at(0.9), "ann", note="stale"),
    )


ANNS = review("ann", when=0.5)
GONE, TAKEN_BACK = dismissed(ANNS, "cleo", at(0.8))


@pytest.mark.parametrize(
    ("changes", "when", "why"),
    [
        pytest.param({"roles": {"ann": Role.READ}}, 0.9, "not_eligible", id="a role taken away: when it was found"),
        pytest.param({"reviews": (GONE,), "dismissals": (TAKEN_BACK,)}, 0.8, "dismissed", id="dismissed: when it was"),
    ],
)
def test_events__approvals_that_count_no_more(changes: dict[str, Any], when: float, why: str) -> None:
    """An approval that counted is told of when it ceased to, so far as GitHub tells, else when that was found."""
    story = seen(book(tiers=policies(single={"approvals": 2})))
    new(story, at(0.6), reviews=(ANNS,))
    assert new(story, at(0.9), **changes) == (event(Event.APPROVAL_DISCOUNTED, when, "ann", note=why),)


@pytest.mark.parametrize(
    ("required", "waits_for", "when"),
    [
        pytest.param(1, {}, 0.5, id="the first of two is enough"),
        pytest.param(2, {}, 0.7, id="the second completes it"),
        pytest.param(1, {"draft": True}, 0.9, id="ready only now"),
        pytest.param(1, {"reviews": (review("ann", when=0.5), objection("cleo", 0.1))}, 0.8, id="an objection ended"),
    ],
)
def test_events__an_approval_when_the_last_came_that_was_missing(
    required: int, waits_for: dict[str, Any], when: float
) -> None:
    """A pull request is approved when people were done, not when keyturn looked; what nothing tells, when it looked."""
    story = seen(book(tiers=policies(single={"approvals": required})))
    story.look(at(0.2), **waits_for)
    given: tuple[Review, ...] = (review("ann", when=0.5), review("bob", when=0.7))
    if "reviews" in waits_for:
        given = (*given, objection("cleo", 0.1), review("cleo", when=0.8))
    assert new(story, at(0.9), draft=False, reviews=given)[-1] == event(Event.APPROVED, when)


def test_events__an_expiry_that_only_the_renewal_shows() -> None:
    """No run was there when the request expired; the renewal tells that it had, and is told after it."""
    story = seen()
    said = comment("/keyturn renew", "ann", when=30)
    expected = (event(Event.EXPIRED, 24), event(Event.RENEWED, 30, "ann", said.id))
    assert new(story, at(30.5), comments=(said,)) == expected
    assert new(story, at(30.6)) == ()


ASKED = objection("ann", 1)


def test_events__objections_that_stand() -> None:
    """An objection is told of at its own time, once, and so is each dismissal of one that stands all the same."""
    story = seen(book(escalation=Escalation(), tiers=policies(single={"escalate_after": None})))
    assert new(story, 2, reviews=(ASKED,)) == (
        event(Event.OBJECTED, 1, "ann", ASKED.id),
        event(Event.REJECTED, 1, "ann", ASKED.id),
    )
    assert new(story, 3) == ()
    gone, by_agent = dismissed(ASKED, AGENT, 4)
    in_vain = "copilot-swe-agent[bot] dismissed it without being entitled to; it stands"
    assert new(story, 5, reviews=(gone,), dismissals=(by_agent,)) == (
        event(Event.OBJECTED, 1, "ann", ASKED.id, in_vain),
    )
    assert new(story, 6) == ()


def test_events__dismissed_in_vain_by_nobody_knows_whom() -> None:
    """Where GitHub does not tell who dismissed an objection, somebody did."""
    gone, event_of = dismissed(ASKED, None, 4)
    judgement = judged(facts(reviews=(gone,), dismissals=(event_of,)), now=at(5))
    assert is_dismissed_in_vain(judgement, gone)
    assert not is_dismissed_in_vain(judgement, objection("bob"))
    notes = [told.note for told in events_of(judgement) if told.event is Event.OBJECTED]
    assert notes == [None, "somebody dismissed it without being entitled to; it stands"]


BY_CAROL, BY_ANN = dismissed(ASKED, "carol", 3), dismissed(ASKED, "ann", 3)
BY_GHOST = dismissed(objection(None, 1), "carol", 3)
IN_VAIN = replace(BY_CAROL[1], by=AGENT, at=at(2))
SECOND = objection("ann", 3)


@pytest.mark.parametrize(
    ("asked", "changes", "expected"),
    [
        pytest.param(ASKED, {"reviews": (ASKED, review("ann", when=3))}, (3, "ann"), id="the objector approved"),
        pytest.param(ASKED, {"reviews": (ASKED, SECOND)}, (3, "ann"), id="the objector asked for other changes"),
        pytest.param(
            ASKED, {"reviews": BY_ANN[:1], "dismissals": BY_ANN[1:]}, (3, "ann"), id="the objector took it back"
        ),
        pytest.param(
            ASKED,
            {"reviews": BY_CAROL[:1], "dismissals": BY_CAROL[1:]},
            (3, "carol"),
            id="dismissed by who could approve",
        ),
        pytest.param(
            ASKED,
            {"reviews": BY_CAROL[:1], "dismissals": (IN_VAIN, BY_CAROL[1])},
            (3, "carol"),
            id="dismissed in vain, and then by who could approve",
        ),
        pytest.param(
            ASKED,
            {"reviews": BY_CAROL[:1], "dismissals": (BY_CAROL[1], IN_VAIN)},
            (3, "carol"),
            id="the same, listed in another order",
        ),
        pytest.param(
            objection(None, 1),
            {"reviews": BY_GHOST[:1], "dismissals": BY_GHOST[1:]},
            (3, "carol"),
            id="of an account that is gone",
        ),
        pytest.param(
            ASKED,
            {"reviews": (ASKED,), "roles": {"ann": Role.READ}, "dismissals": (replace(IN_VAIN, review="another"),)},
            (4, None),
            id="the objector left the roster",
        ),
        pytest.param(ASKED, {"reviews": ()}, (4, None), id="the review is gone"),
    ],
)
def test_events__objections_that_ended(
    asked: Review, changes: dict[str, Any], expected: tuple[float, str | None]
) -> None:
    """An objection that ended is told of once, with who ended it and when, as far as that can be read."""
    story = seen(reviews=(asked,))
    cleared = [told for told in new(story, 4, **changes) if told.event is Event.OBJECTION_CLEARED]
    assert cleared == [event(Event.OBJECTION_CLEARED, *expected, source=asked.id)]
    assert new(story, 5) == ()


# The clock


@pytest.mark.parametrize(
    ("changes", "when", "due"),
    [
        pytest.param({}, at(1, seconds=-1), [], id="a second before"),
        pytest.param({}, at(1), [(Event.ESCALATED, 1)], id="from its own second on"),
        pytest.param({}, at(24, seconds=-1), [(Event.ESCALATED, 1)], id="noticed late"),
        pytest.param({}, at(24), [(Event.ESCALATED, 1), (Event.EXPIRED, 24)], id="never looked at before it expired"),
        pytest.param({"draft": True}, at(24), [], id="a draft by now"),
        pytest.param({"reviews": (review("ann", when=0.5),)}, at(24), [], id="approved"),
        pytest.param({"reviews": (objection("ann", when=0.5),)}, at(24), [], id="rejected"),
        pytest.param({"reviews": (objection(commit=EARLIER),)}, at(1), [(Event.ESCALATED, 1)], id="an older objection"),
        pytest.param(
            {"checks": (check(state=CheckState.PENDING),), "reviews": (review("ann", when=0.5),)},
            at(24),
            [],
            id="waits for a check only",
        ),
        pytest.param(REFUSED, at(24), [], id="invalid"),
        pytest.param(STOPPED, at(24), [], id="stopped"),
        pytest.param({"head": EARLIER}, at(24), [], id="another request"),
    ],
)
def test_steps_of__what_fell_due(changes: dict[str, Any], when: datetime, due: list[tuple[Event, float]]) -> None:
    """Escalation and expiry fall due at their own second while approvals are waited for, and are told as of then."""
    rules = book(tiers=policies(checks={Tier.SINGLE: ("test",)})) if "checks" in changes else book()
    story = seen(rules)
    found = steps_of(story.look(when, **changes))
    assert found.due == tuple(event(kind, hours) for kind, hours in due)
    assert found.done == tuple(kind for kind, _ in due)


def test_steps_of__each_once() -> None:
    """What was done for a request stays done, also when it is no longer waited for, and is not due again."""
    story = seen()
    assert steps_of(story.look(1)).due == (event(Event.ESCALATED, 1),)
    again = steps_of(story.look(2))
    assert (again.done, again.due) == ((Event.ESCALATED,), ())
    expired = steps_of(story.look(24))
    assert (expired.done, expired.due) == ((Event.ESCALATED, Event.EXPIRED), (event(Event.EXPIRED, 24),))
    assert steps_of(story.look(25)).due == ()
    rejected = steps_of(story.look(26, reviews=(objection("ann", when=26),)))
    assert (rejected.done, rejected.due) == ((Event.ESCALATED, Event.EXPIRED), ())


def test_steps_of__a_tier_without_deadlines() -> None:
    """Where the rule book sets no deadline, none falls due."""
    story = seen(book(tiers=policies(single={"escalate_after": None, "expire_after": None})))
    assert steps_of(story.look(1000)).done == ()


# Overrides


def test_events__refused_overrides_once() -> None:
    """A refused override is told of once, with the reason; one that held is never told of as refused later."""
    story = seen(GLASS)
    wrong = comment(f"/keyturn override {EARLIER} the shop is down and this mends it", "bob", when=1)
    right = comment(SAID, "ann", when=1)
    named = f"it names another commit than the current head {HEAD}"
    refused, held = new(story, 1, comments=(wrong, right))
    assert refused == event(Event.OVERRIDE_REFUSED, 1, "bob", wrong.id, named)
    assert held.event is Event.OVERRIDDEN
    assert new(story, 2) == ()
    assert kinds(new(story, 3, head="c" * 40)) == ["requested"]


def test_events__an_override_refused_for_a_debt() -> None:
    """A refusal for a debt is told of once, and is not taken back when the debt is paid."""
    story = seen(GLASS, debts=(Debt(3, 4, ("ann",), at(0)),))
    said = comment(SAID, "ann", when=1)
    owed = "ann owes an overdue review of the override of #3"
    assert new(story, 1, comments=(said,))[1:] == (event(Event.OVERRIDE_REFUSED, 1, "ann", said.id, owed),)
    assert new(story, 2, debts=()) == ()


def test_events__an_override_by_several() -> None:
    """An override is told of from when the last of those needed spoke, with everybody's reasons."""
    story = seen(replace(GLASS, override=replace(GLASS.override, approvals=2)))
    ann, bob = comment(SAID, "ann", when=0.25), comment(SAID.replace("shop", "till"), "bob", when=0.5)
    assert new(story, 0.3, comments=(ann,)) == ()
    note = "ann: the shop is down and this mends it; bob: the till is down and this mends it"
    assert new(story, 0.6, comments=(bob, ann)) == (event(Event.OVERRIDDEN, 0.5, "bob", note=note),)


def test_events__another_override_is_told_of_too() -> None:
    """Where the comment is gone and somebody else breaks the glass, that is an override of its own."""
    story = seen(GLASS)
    ann, bob = comment(SAID, "ann", when=0.25), comment(SAID, "bob", when=0.5)
    assert [told.by for told in new(story, 0.3, comments=(ann,))] == ["ann"]
    assert new(story, 0.6, comments=(ann, bob)) == ()
    assert [(told.event, told.by) for told in new(story, 0.7, comments=(bob,))] == [(Event.OVERRIDDEN, "bob")]
    assert new(story, 0.8) == ()


# Outcomes


@pytest.mark.parametrize(
    ("outcome", "changes", "expected"),
    [
        pytest.param(Outcome.ERROR, {"file_count": 9}, [], id="error"),
        pytest.param(Outcome.PENDING, {}, [], id="pending"),
        pytest.param(Outcome.AUTO_APPROVED, HARMLESS, [event(Event.AUTO_APPROVED, 0.5)], id="auto_approved"),
        pytest.param(Outcome.INVALID, REFUSED, [event(Event.INVALIDATED, 0.5)], id="invalid"),
        pytest.param(Outcome.EMERGENCY_STOP, STOPPED, [event(Event.EMERGENCY_STOPPED, 0.5)], id="emergency_stop"),
        pytest.param(
            Outcome.APPROVED,
            {"reviews": (review("ann", when=0.25),)},
            [
                event(Event.APPROVAL_COUNTED, 0.25, "ann", review("ann", when=0.25).id),
                event(Event.APPROVED, 0.25),
            ],
            id="approved",
        ),
        pytest.param(
            Outcome.REJECTED,
            {"reviews": (objection("bob", 0.25), objection("ann", 0.1), objection("dave", 0.3, commit=EARLIER))},
            [
                event(Event.OBJECTED, 0.1, "ann", objection("ann", 0.1).id),
                event(Event.OBJECTED, 0.25, "bob", objection("bob", 0.25).id),
                event(Event.OBJECTED, 0.3, "dave", objection("dave", 0.3).id),
                event(Event.REJECTED, 0.25, "bob", objection("bob", 0.25).id),
            ],
            id="rejected: the newest objection on the head",
        ),
        pytest.param(
            Outcome.OVERRIDDEN,
            {"comments": (comment(SAID, "ann", 0.25),)},
            [event(Event.OVERRIDDEN, 0.25, "ann", note="ann: the shop is down and this mends it")],
            id="overridden",
        ),
    ],
)
def test_events__an_outcome_when_it_is_reached(
    outcome: Outcome, changes: dict[str, Any], expected: list[RecordedEvent]
) -> None:
    """An outcome is told of when it is reached, and not again while head and base stay."""
    story = seen(GLASS)
    judgement = story.look(0.5, **changes)
    assert judgement.decision.outcome is outcome
    assert events_of(judgement) == tuple(expected)
    assert new(story, 0.6) == ()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"head": EARLIER}, ["invalidated"], id="another head"),
        pytest.param({"base": "release"}, ["retargeted", "invalidated"], id="another base"),
        pytest.param({"title": "Another"}, [], id="nothing that counts"),
    ],
)
def test_events__an_outcome_again_for_another_head_or_base(changes: dict[str, Any], expected: list[str]) -> None:
    """The same outcome is told of again for another head or base."""
    assert kinds(new(seen(people=REFUSED["people"]), 1, **changes)) == expected


def test_events__nothing_of_what_is_not_governed() -> None:
    """Of a pull request that is none of keyturn's business there is nothing to tell."""
    judgement = judged(facts(author=person("zoe"), commits=(), commit_count=0, manifests=(), head_branch="x"))
    assert judgement.decision.outcome is Outcome.NOT_GOVERNED
    assert events_of(judgement) == ()


def test_events__in_the_order_of_a_story() -> None:
    """First what became of the ledger and the request, then what people said, the clock, and the outcome."""
    story = seen(book(agents=Agents(authors=("*[bot]",)), override=Override(users=("bob",))))
    story.change(ledger=LedgerFacts(broken=("an entry is gone", "another one too")))
    wrong = comment("/keyturn override", "bob", when=2)
    found = new(
        story,
        2,
        base="release",
        base_changes=(retarget(1),),
        reviews=(review("carol", when=2), objection("dave", when=2)),
        comments=(wrong,),
    )
    assert kinds(found) == [
        "ledger_broken",
        "retargeted",
        "requested",
        "approval_counted",
        "objected",
        "override_refused",
        "rejected",
    ]
    assert found[0] == event(Event.LEDGER_BROKEN, 2, note="an entry is gone; another one too")


# The end


APPROVING = {"reviews": (review("ann", when=0.5),)}
OBSERVING = book(mode=Mode.OBSERVE)


@pytest.mark.parametrize(
    ("rules", "before", "merged", "expected"),
    [
        pytest.param(book(), APPROVING, {}, Event.MERGED, id="approved"),
        pytest.param(book(), HARMLESS, {}, Event.MERGED, id="auto_approved"),
        pytest.param(GLASS, {"comments": (comment(SAID, when=0.5),)}, {}, Event.MERGED, id="overridden"),
        pytest.param(book(), {}, {}, Event.MERGED_WITHOUT_APPROVAL, id="pending"),
        pytest.param(book(), REFUSED, {}, Event.MERGED_WITHOUT_APPROVAL, id="invalid"),
        pytest.param(book(), APPROVING, {"head": EARLIER}, Event.MERGED_WITHOUT_APPROVAL, id="another head"),
        pytest.param(book(), APPROVING, {"base": "release"}, Event.MERGED_WITHOUT_APPROVAL, id="another base"),
        pytest.param(book(), {**APPROVING, "base": "caf\udce9"}, {}, Event.MERGED, id="a base that is no text"),
        pytest.param(OBSERVING, {}, {}, Event.MERGED, id="only observed"),
        pytest.param(OBSERVING, {}, {"head": EARLIER}, Event.MERGED_WITHOUT_APPROVAL, id="only observed, another head"),
        pytest.param(book(), None, {}, Event.MERGED_WITHOUT_APPROVAL, id="never seen"),
    ],
)
def test_closing_events__a_merge(
    rules: RuleBook, before: dict[str, Any] | None, merged: dict[str, Any], expected: Event
) -> None:
    """A merge while the verdict of this very head and base was no success went past the gate."""
    story = Timeline(rules=rules)
    if before is not None:
        story.look(1, **before)
    end = {"state": PullRequestState.MERGED, "closed_at": at(2), "closed_by": person("bob")}
    assert closing_events(story.look(3, **end, **merged)) == (event(expected, 2, "bob"),)
    assert closing_events(story.look(4)) == ()


def test_closing_events__without_a_rule_book() -> None:
    """A rule book that is gone by the merge observes nothing."""
    story = seen(OBSERVING)
    story.rules = replace(story.rules, book=None)
    found = closing_events(story.look(3, state=PullRequestState.MERGED))
    assert kinds(found) == ["merged_without_approval"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"closed_at": at(2), "closed_by": person("bob")}, event(Event.CLOSED, 2, "bob")),
        ({"closed_at": at(2)}, event(Event.CLOSED, 2)),
        ({}, event(Event.CLOSED, 3)),
    ],
)
def test_closing_events__closed_without_a_merge(changes: dict[str, Any], expected: RecordedEvent) -> None:
    """A closing is told of with who closed it and when, as far as GitHub tells; now, where it does not."""
    story = seen()
    assert closing_events(story.look(3, state=PullRequestState.CLOSED, **changes)) == (expected,)
    assert closing_events(story.look(4)) == ()


def test_closing_events__opened_and_closed_again() -> None:
    """What was opened anew can be closed anew."""
    story = seen()
    closed = {"state": PullRequestState.CLOSED}
    assert kinds(closing_events(story.look(1, **closed))) == ["closed"]
    assert new(story, 2, state=PullRequestState.OPEN) == (event(Event.ESCALATED, 1),)
    assert kinds(closing_events(story.look(3, **closed))) == ["closed"]


def test_closing_events__a_broken_ledger() -> None:
    """A broken ledger is told of at the end too, and also where it is found broken only afterwards."""
    story = seen()
    story.change(ledger=LedgerFacts(broken=("gone",)))
    broken = event(Event.LEDGER_BROKEN, 1, note="gone")
    assert closing_events(story.look(1, state=PullRequestState.CLOSED)) == (broken, event(Event.CLOSED, 1))
    assert closing_events(story.look(2)) == (event(Event.LEDGER_BROKEN, 2, note="gone"),)
