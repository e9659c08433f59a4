"""Which requests for changes stand, and who may end one."""

from typing import Any

import pytest
from msgspec.structs import replace

from keyturn.core.decision import NextStep, Outcome, ReasonCode
from keyturn.core.facts import UNREAD, Account, Dismissal, Review, ReviewState, Role
from keyturn.core.judgement import Judgement
from keyturn.core.rulebook import Approvers, Permission
from tests.support.build import (
    AGENT,
    EARLIER,
    action,
    at,
    bot,
    commit,
    dismissed,
    facts,
    judged,
    manifest,
    objection,
    person,
    review,
)
from tests.support.build_book import book, policies

ASKED = objection("ann", 1)
APPROVED, CHANGES, DISMISSED = ReviewState


def stands(*reviews: Review, rules: Any = None, **changes: Any) -> list[str]:
    """The ids of the reviews that stand against the pull request."""
    return [found.review.id for found in judged(facts(reviews=reviews, **changes), rules).objections]


@pytest.mark.parametrize(
    ("reviews", "standing"),
    [
        pytest.param([ASKED], True, id="it stands"),
        pytest.param([replace(ASKED, commit=EARLIER)], True, id="across pushes"),
        pytest.param([replace(ASKED, commit=None)], True, id="on a commit that is gone"),
        pytest.param([ASKED, review("bob", when=2)], True, id="whoever else approves"),
        pytest.param([ASKED, review("ann", when=2)], False, id="until that person approves"),
        pytest.param([ASKED, review("ann", when=2, commit=EARLIER)], False, id="on any head"),
        pytest.param([review("ann", when=0.5), ASKED], True, id="not by an earlier approval"),
        pytest.param([replace(ASKED, author=None)], True, id="also where the account is gone"),
        pytest.param([replace(ASKED, author=None), review(None, when=2)], True, id="which nobody can withdraw"),
    ],
)
def test_objections__stand_until_withdrawn(reviews: list[Review], *, standing: bool) -> None:
    """A request for changes stands, across pushes, until that person approves."""
    assert bool(stands(*reviews)) is standing
    assert bool(stands(*reversed(reviews))) is standing


CAROL = person("carol")


@pytest.mark.parametrize(
    ("by", "changes", "standing"),
    [
        pytest.param(person("ann"), {}, False, id="its own author"),
        pytest.param(person("Ann"), {"roles": {"ann": Role.WRITE}}, False, id="its own author, in another case"),
        pytest.param(CAROL, {}, False, id="who could approve"),
        pytest.param(CAROL, {"roles": {"ann": Role.WRITE, "carol": Role.READ}}, True, id="who lacks the permission"),
        pytest.param(CAROL, {"roles": {"ann": Role.WRITE, "carol": None}}, True, id="whose role cannot be read"),
        pytest.param(CAROL, {"author": CAROL}, True, id="who opened it"),
        pytest.param(CAROL, {"commits": (commit(CAROL),)}, True, id="who wrote a commit"),
        pytest.param(CAROL, {"pusher": CAROL}, True, id="who pushed the head"),
        pytest.param(CAROL, {"manifests": (manifest(requested_by="carol"),)}, True, id="who asked for it"),
        pytest.param(AGENT, {}, True, id="the agent"),
        pytest.param(None, {}, True, id="nobody can tell who"),
    ],
)
def test_objections__end_by_dismissal(by: Account | None, changes: dict[str, Any], *, standing: bool) -> None:
    """Only its own author, or somebody who could approve, ends an objection by dismissing it."""
    gone, event = dismissed(ASKED, by)
    assert bool(stands(gone, dismissals=(event,), **changes)) is standing


@pytest.mark.parametrize(
    ("events", "standing"),
    [
        pytest.param([], True, id="no event shows who"),
        pytest.param([("carol", None)], False, id="what it was is not told, but who dismissed"),
        pytest.param([("agent", None)], True, id="neither is"),
        pytest.param([("agent", APPROVED)], False, id="it had been an approval"),
        pytest.param([("agent", APPROVED), ("agent", CHANGES)], True, id="contradictory"),
        pytest.param([("agent", CHANGES), ("carol", CHANGES)], False, id="one of two was entitled"),
    ],
)
def test_objections__what_cannot_be_read_stands(
    events: list[tuple[str, ReviewState | None]], *, standing: bool
) -> None:
    """Where it cannot be read who dismissed a review, or what it was, it counts against the pull request."""
    people = {"carol": CAROL, "agent": AGENT}
    listed = [Dismissal(review=ASKED.id, by=people[by], at=at(2), previous=previous) for by, previous in events]
    listed.append(Dismissal(review="another", by=CAROL, at=at(2), previous=CHANGES))
    gone = replace(ASKED, state=DISMISSED)
    for order in (listed, listed[::-1]):
        assert bool(stands(gone, dismissals=tuple(order))) is standing


def test_objections__newest_review_decides_for_each_person() -> None:
    """A dismissed newest review revives no older one; a new request for changes is a new objection."""
    second = objection("ann", 3)
    gone, event = dismissed(second, CAROL, 4)
    assert stands(ASKED, gone, dismissals=(event,)) == []
    assert stands(ASKED, second) == [second.id]


@pytest.mark.parametrize(
    ("approvers", "changes", "standing"),
    [
        pytest.param(Approvers(), {"roles": {"ann": Role.WRITE}}, True, id="has the permission"),
        pytest.param(Approvers(), {"roles": {"ann": Role.READ}}, False, id="has not"),
        pytest.param(Approvers(), {"roles": {"ann": None}}, True, id="unreadable"),
        pytest.param(Approvers(), {"roles": {}}, True, id="not asked yet"),
        pytest.param(Approvers(users=("bob",)), {}, False, id="not named"),
        pytest.param(Approvers(users=("Ann",)), {}, True, id="named"),
        pytest.param(Approvers(teams=("acme/x",)), {"teams": {"acme/x": None}}, True, id="the team cannot be read"),
    ],
)
def test_objections__by_people_on_the_roster(approvers: Approvers, changes: dict[str, Any], *, standing: bool) -> None:
    """Only people on the roster can object; where that cannot be read, the objection stands."""
    assert bool(stands(ASKED, rules=book(approvers=approvers), **changes)) is standing


def test_objections__by_the_roster_of_any_tier() -> None:
    """Somebody on the roster of another tier than that of the pull request objects all the same."""
    rules = book(
        approvers=Approvers(users=("dave",)),
        tiers=policies(single={"approvers": Approvers(users=("bob",))}, multi={"approvers": Approvers(users=("ann",))}),
    )
    assert stands(ASKED, rules=rules) == [ASKED.id]
    assert stands(objection("bob"), objection("dave"), rules=rules) == [objection("bob").id, objection("dave").id]
    assert stands(objection("carol"), rules=rules) == []


@pytest.mark.parametrize(
    ("approvers", "standing"),
    [
        (Approvers(), False),
        (Approvers(Permission.ADMIN, users=("scanner[bot]",)), True),
        (Approvers(users=("other[bot]",)), False),
    ],
)
def test_objections__by_bots_that_are_named(approvers: Approvers, *, standing: bool) -> None:
    """A bot objects only where `approvers` names it; it needs no permission for that."""
    assert bool(stands(objection(bot("Scanner[bot]")), rules=book(approvers=approvers))) is standing


def test_objections__exclusions_do_not_silence() -> None:
    """Whoever is made author, committer, co-author or requester of the work can still object to it."""
    inside = {"author": person("ann"), "commits": (commit(person("ann")),), "pusher": person("ann")}
    assert stands(ASKED, manifests=(manifest(requested_by="ann"),), **inside) == [ASKED.id]


def judgement_of(*reviews: Review, **changes: Any) -> Judgement:
    """The judgement of a pull request with these reviews."""
    return judged(facts(reviews=reviews, **changes))


def test_objections__on_the_head_reject() -> None:
    """An objection on the current head rejects, in every tier, and the decision quotes the newest one."""
    newest = objection("bob", 2, body="No.", commit=facts().head)
    told = judgement_of(ASKED, newest).decision
    assert (told.outcome, told.reason_codes, told.next_step) == (
        Outcome.REJECTED,
        (ReasonCode.CHANGES_REQUESTED,),
        NextStep.ANSWER_REVIEW,
    )
    assert told.rejection is not None
    assert (told.rejection.login, told.rejection.submitted_at, told.rejection.reason) == ("bob", at(2), "No.")
    harmless = judgement_of(ASKED, manifests=(manifest(action("read", "x")),), files=()).decision
    assert harmless.outcome is Outcome.REJECTED


def test_objections__older_ones_hold_it_back() -> None:
    """An objection on an earlier head leaves it pending, in every tier, whoever approves."""
    older = replace(ASKED, commit=EARLIER)
    told = judgement_of(older, review("bob", when=2)).decision
    assert (told.outcome, told.reason_codes, told.next_step) == (
        Outcome.PENDING,
        (ReasonCode.OBJECTION,),
        NextStep.ANSWER_REVIEW,
    )
    assert told.rejection is None
    harmless = judgement_of(older, manifests=(manifest(action("read", "x")),), files=()).decision
    assert harmless.outcome is Outcome.PENDING


def test_objections__end_by_their_own_author_whoever_that_became() -> None:
    """Somebody who could not approve, such as a co-author by now, still withdraws an objection of their own."""
    gone, event = dismissed(ASKED, person("Ann"))
    assert stands(gone, dismissals=(event,), commits=(commit(person("ann")),)) == []


@pytest.mark.parametrize(("by", "standing"), [("carol", False), ("zoe", True)])
def test_objections__of_accounts_that_are_gone_end_by_who_could_approve(by: str, *, standing: bool) -> None:
    """An objection by an account that is gone is ended by somebody who could approve, and by nobody else."""
    gone, event = dismissed(objection(None), by)
    assert bool(stands(gone, dismissals=(event,))) is standing


def test_objections__name_who_dismissed_in_vain() -> None:
    """An objection that somebody dismissed without being entitled to stands, and names the first who did."""
    gone, event = dismissed(ASKED, AGENT, 3)
    later = replace(event, by=person("erin"), at=at(4))
    for order in ((event, later), (later, event)):
        found = judgement_of(gone, dismissals=order, roles={"ann": Role.WRITE}).objections
        assert [(item.on_head, item.dismissed_by) for item in found] == [(True, AGENT)]
    assert judgement_of(ASKED).objections[0].dismissed_by is None


def test_objections__oldest_first() -> None:
    """Objections come in the order in which they were made."""
    people = [objection("bob", 3), objection(None, 2), objection("ann", 1)]
    assert stands(*people) == [one.id for one in reversed(people)]


def test_objections__ask_for_roles_they_need() -> None:
    """A role that nobody has read is asked for; until then the objection stands."""
    judgement = judgement_of(ASKED, roles={})
    assert judgement.wanted.roles == {"ann"}
    gone, event = dismissed(ASKED, CAROL)
    unread = judgement_of(gone, dismissals=(event,), pusher=UNREAD)
    assert unread.wanted.pusher
    assert unread.objections == ()
