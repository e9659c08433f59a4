"""Whose approval counts, and why every other does not."""

from datetime import datetime
from typing import Any

import pytest
from msgspec.structs import replace

from keyturn.core.approvals import Window, approved, by_person
from keyturn.core.decision import Discount, Outcome, ReasonCode
from keyturn.core.facts import (
    UNREAD,
    BaseChange,
    BaseChangeKind,
    Comment,
    Dismissal,
    Facts,
    Review,
    ReviewState,
    Role,
)
from keyturn.core.rulebook import Approvers, Permission
from tests.support.build import (
    EARLIER,
    HEAD,
    OPENED,
    at,
    bot,
    comment,
    commit,
    dismissed,
    facts,
    judged,
    ledger,
    manifest,
    objection,
    person,
    retarget,
    review,
)
from tests.support.build_book import book

ANN = person("ann")
APPROVED, CHANGES, DISMISSED = ReviewState


def votes(
    *reviews: Review,
    approvers: Approvers | None = None,
    now: datetime = OPENED,
    **changes: Any,
) -> tuple[list[str], dict[str, str]]:
    """Who counts, and why each other does not."""
    rules = book() if approvers is None else book(approvers=approvers)
    tally = judged(facts(reviews=reviews, **changes), rules, now).tally
    return (
        [found.review.id for found in tally.counted],
        {found.account.login: found.reason.value for found in tally.not_counted},
    )


def counts(*reviews: Review, **changes: Any) -> bool:
    """Whether the approval of the one person who reviewed counts."""
    return bool(votes(*reviews, **changes)[0])


def reason(*reviews: Review, **changes: Any) -> str | None:
    """Why the approval of the one person who reviewed does not count."""
    return next(iter(votes(*reviews, **changes)[1].values()), None)


FIRST, SECOND = review(when=1), review(when=2)


@pytest.mark.parametrize(
    ("reviews", "taken"),
    [
        pytest.param([FIRST], FIRST, id="one approval"),
        pytest.param([FIRST, SECOND], FIRST, id="the earliest of several"),
        pytest.param([objection(when=1), SECOND], SECOND, id="after an objection"),
        pytest.param([FIRST, objection(when=2), review(when=3)], review(when=3), id="not from before an objection"),
        pytest.param(
            [FIRST, replace(review(when=2), state=DISMISSED), review(when=3)],
            review(when=3),
            id="nor from before a dismissal",
        ),
        pytest.param([review(when=1, commit=EARLIER), SECOND], SECOND, id="not the one of another head"),
        pytest.param([FIRST, review(when=2, commit=EARLIER)], FIRST, id="another head in between breaks nothing"),
        pytest.param([FIRST, review(when=2, commit=None)], FIRST, id="nor does a commit that is gone"),
    ],
)
def test_tally__takes_the_earliest_of_unbroken_approvals(reviews: list[Review], taken: Review) -> None:
    """The newest review decides; where it approves, the earliest of the unbroken approvals of this head is taken."""
    assert votes(*reviews) == ([taken.id], {})
    assert votes(*reversed(reviews)) == ([taken.id], {})


@pytest.mark.parametrize(
    ("reviews", "code"),
    [
        pytest.param([FIRST, objection(when=2)], "superseded", id="changes requested later"),
        pytest.param([FIRST, replace(SECOND, state=DISMISSED)], "dismissed", id="dismissed later"),
        pytest.param([objection(when=1), replace(SECOND, state=DISMISSED)], None, id="never approved"),
        pytest.param([objection(when=1)], None, id="only an objection"),
        pytest.param([review(commit=EARLIER)], "stale", id="made on another head"),
        pytest.param([review(commit=None)], "stale", id="made on a commit that is gone"),
    ],
)
def test_tally__newest_review_decides(reviews: list[Review], code: str | None) -> None:
    """An approval ends with the person's next vote, and revives nothing older."""
    assert votes(*reviews) == ([], {"ann": code} if code else {})


def test_tally__a_dismissed_approval_is_listed_and_counts_no_more() -> None:
    """A dismissed approval is no vote, and nothing older comes back to life."""
    gone, event = dismissed(SECOND, "bob", 3)
    assert votes(FIRST, gone, dismissals=(event,)) == ([], {"ann": "dismissed"})
    assert votes(gone, dismissals=(event,)) == ([], {"ann": "dismissed"})


def test_tally__a_dismissed_objection_is_no_approval() -> None:
    """Somebody whose objection was dismissed has not approved, and is not listed."""
    gone, event = dismissed(objection(when=2), "bob", 3)
    assert votes(gone, dismissals=(event,)) == ([], {})
    assert votes(FIRST, gone, dismissals=(event,)) == ([], {"ann": "dismissed"})


def test_tally__newest_by_time_then_by_number() -> None:
    """Of two reviews in the same second the one with the higher number is the newer."""
    early, late = replace(FIRST, number=9, id="b"), replace(objection(when=1), number=10, id="a")
    for order in ((early, late), (late, early)):
        assert reason(*order) == "superseded"
    assert counts(replace(early, number=11), late)


def test_tally__one_vote_a_person_whatever_the_case() -> None:
    """One person approves once, however GitHub writes the login; another person's approval adds up."""
    assert votes(FIRST, replace(SECOND, author=person("ANN")), review("bob", when=3))[0] == [
        FIRST.id,
        review("bob", when=3).id,
    ]


def test_tally__accounts_that_are_gone_do_not_count() -> None:
    """An approval by an account that no longer exists is nobody's."""
    assert votes(review(None)) == ([], {})


@pytest.mark.parametrize("kind", BaseChangeKind)
@pytest.mark.parametrize(("seconds", "code"), [(-1, "before_retarget"), (0, "before_retarget"), (1, None)])
def test_tally__after_the_base_changed(kind: BaseChangeKind, seconds: int, code: str | None) -> None:
    """An approval counts when made in a later second than the last retarget or force-push of the base."""
    made = review(when=at(2, seconds=seconds))
    changes = (retarget(1, kind), BaseChange(kind, at(2)), retarget(0.5, kind))
    assert reason(made, base_changes=changes) == code
    assert reason(made, base_changes=changes[::-1]) == code
    assert counts(made, base_changes=changes) is (code is None)


@pytest.mark.parametrize(("seconds", "code"), [(-1, None), (0, "too_late"), (1, "too_late")])
def test_tally__before_the_request_expired(seconds: int, code: str | None) -> None:
    """An approval counts when submitted before the deadline; the deadline's own second is past it."""
    assert reason(review(when=at(24, seconds=seconds)), now=OPENED) == code


@pytest.mark.parametrize(("seconds", "code"), [(-1, "before_renewal"), (0, "before_renewal"), (1, None)])
def test_tally__after_the_last_renewal(seconds: int, code: str | None) -> None:
    """An approval counts when made in a later second than the last renewal."""
    renewed = comment("/keyturn renew", "bob", when=25)
    assert reason(review(when=at(25, seconds=seconds)), comments=(renewed,)) == code


def test_tally__the_very_review_that_renews_counts() -> None:
    """An approval in the very review that renews counts; another in the same second does not."""
    renewing = review("bob", when=25, body="/keyturn renew")
    assert votes(renewing, review("ann", when=25)) == ([renewing.id], {"ann": "before_renewal"})


@pytest.mark.parametrize(("seconds", "code"), [(-1, "before_renewal"), (0, None)])
def test_tally__after_the_ledger_broke(seconds: int, code: str | None) -> None:
    """No approval made before the moment at which a broken ledger was found counts."""
    given: dict[str, Any] = {"ledger": ledger(broken=("an entry is gone",)), "now": at(2)}
    assert reason(review(when=at(2, seconds=seconds)), **given) == code


def test_window__no_bounds() -> None:
    """Without bounds nothing is shut out; with all of them the codes come in their order."""
    assert Window().shuts_out(FIRST) is None
    every = Window(base_changed=at(1), renewed=at(1), void_before=at(2), expires=at(1))
    assert every.shuts_out(FIRST) is Discount.BEFORE_RETARGET
    assert replace(every, base_changed=None).shuts_out(FIRST) is Discount.BEFORE_RENEWAL
    assert replace(every, base_changed=None, void_before=None).shuts_out(FIRST) is Discount.BEFORE_RENEWAL
    assert Window(expires=at(1)).shuts_out(FIRST) is Discount.TOO_LATE


LISTED = Approvers(Permission.MAINTAIN, users=("Carol",), teams=("acme/Leads",))


@pytest.mark.parametrize(
    ("approvers", "changes", "code"),
    [
        pytest.param(Approvers(), {"roles": {"ann": Role.WRITE}}, None, id="has the permission"),
        pytest.param(Approvers(), {"roles": {"ann": Role.TRIAGE}}, "not_eligible", id="has too little"),
        pytest.param(Approvers(Permission.TRIAGE), {"roles": {"ann": Role.TRIAGE}}, None, id="triage is enough"),
        pytest.param(
            Approvers(Permission.ADMIN), {"roles": {"ann": Role.MAINTAIN}}, "not_eligible", id="admin is needed"
        ),
        pytest.param(Approvers(), {"roles": {"ann": None}}, "roster_unreadable", id="the role cannot be read"),
        pytest.param(Approvers(), {"roles": {}}, "roster_unreadable", id="nobody has asked for the role"),
        pytest.param(
            LISTED, {"roles": {"ann": Role.ADMIN}, "teams": {"acme/leads": frozenset()}}, "not_eligible", id="not named"
        ),
        pytest.param(
            LISTED,
            {"roles": {"ann": Role.ADMIN}, "teams": {"acme/leads": frozenset({"ann"})}},
            None,
            id="in a named team",
        ),
        pytest.param(
            LISTED,
            {"roles": {"ann": Role.WRITE}, "teams": {"acme/leads": frozenset({"ann"})}},
            "not_eligible",
            id="named, but needs the permission too",
        ),
        pytest.param(
            LISTED,
            {"roles": {"ann": Role.ADMIN}, "teams": {"acme/leads": None}},
            "roster_unreadable",
            id="the team cannot be read",
        ),
        pytest.param(
            LISTED,
            {"roles": {"ann": Role.WRITE}, "teams": {"acme/leads": None}},
            "not_eligible",
            id="nor would it help",
        ),
        pytest.param(
            replace(LISTED, users=("ANN",)), {"roles": {"ann": Role.MAINTAIN}}, None, id="named in another case"
        ),
        pytest.param(
            replace(LISTED, users=("ANN",)),
            {"roles": {"ann": None}},
            "roster_unreadable",
            id="named, the role unreadable",
        ),
    ],
)
def test_tally__roster(approvers: Approvers, changes: dict[str, Any], code: str | None) -> None:
    """Only people on the roster count: named where anybody is, and with the permission in any case."""
    assert reason(FIRST, approvers=approvers, **changes) == code
    assert counts(FIRST, approvers=approvers, **changes) is (code is None)


def test_tally__excluded_people() -> None:
    """Whoever had a part in the work, agents and bots do not count, each with the reason."""
    commits = (commit(person("carol"), person("dave"), committer=person("erin")),)
    reviews = [
        review(name, when=when) for when, name in enumerate(("bob", "carol", "dave", "erin", "octocat", "claude"), 1)
    ]
    reviews.append(review(bot("helper[bot]"), when=9))
    found = votes(*reviews, author=person("bob"), commits=commits, labels=frozenset({"agent"}))
    assert found == (
        [],
        {
            "bob": "author",
            "carol": "committer",
            "claude": "agent",
            "dave": "committer",
            "erin": "committer",
            "helper[bot]": "bot",
            "octocat": "requester",
        },
    )


@pytest.mark.parametrize(
    ("pusher", "code"),
    [
        (ANN, "pusher"),
        (person("Ann", id=None), "pusher"),
        (person("ann-now", id=ANN.id), "pusher"),
        (person("bob"), None),
        (None, None),
    ],
)
def test_tally__who_pushed_the_head(pusher: object, code: str | None) -> None:
    """Who pushed the current head does not count, as far as the activity shows; unreadable, it changes nothing."""
    assert reason(FIRST, pusher=pusher) == code
    shown_by = [found.commit for found in judged(facts(reviews=(FIRST,), pusher=pusher)).tally.not_counted]
    assert shown_by == ([HEAD] if code else [])


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        pytest.param({"reviews": (FIRST,)}, True, id="it would count"),
        pytest.param({"reviews": (review(commit=EARLIER),)}, False, id="stale"),
        pytest.param({"reviews": (FIRST,), "roles": {"ann": Role.READ}}, False, id="not on the roster"),
        pytest.param({"reviews": ()}, False, id="nobody approved"),
    ],
)
def test_tally__asks_who_pushed_only_where_it_matters(given: dict[str, Any], *, wanted: bool) -> None:
    """Who pushed is asked for whenever an approval would otherwise count; until it is known nothing passes."""
    judgement = judged(facts(pusher=UNREAD, **given))
    assert judgement.wanted.pusher is wanted
    assert (judgement.decision.outcome is Outcome.ERROR) is wanted
    assert (ReasonCode.FACTS_INCOMPLETE in judgement.decision.reason_codes) is wanted


EXCLUDED: dict[str, Any] = {
    "author": ANN,
    "commits": (commit(ANN),),
    "pusher": ANN,
    "roles": {"ann": Role.READ},
    "labels": frozenset({"agent"}),
}
LATE = review(when=30, commit=EARLIER)
VOID: dict[str, Any] = {"base_changes": (retarget(40),), "ledger": ledger(broken=("gone",)), "now": at(50)}


@pytest.mark.parametrize(
    ("reviews", "changes", "code"),
    [
        ([review(bot("claude[bot]"))], {"author": bot("claude[bot]")}, "bot"),
        ([review("claude")], {"author": person("claude")}, "agent"),
        ([FIRST], {**EXCLUDED, "manifests": (manifest(requested_by="ann"),)}, "author"),
        ([FIRST], {**EXCLUDED, "author": None, "manifests": (manifest(requested_by="ann"),)}, "committer"),
        (
            [FIRST],
            {"pusher": ANN, "roles": {"ann": Role.READ}, "manifests": (manifest(requested_by="ann"),)},
            "requester",
        ),
        ([FIRST], {"pusher": ANN, "roles": {"ann": Role.READ}}, "pusher"),
        ([FIRST, replace(SECOND, state=DISMISSED)], {"roles": {"ann": Role.READ}}, "not_eligible"),
        ([FIRST, replace(SECOND, state=DISMISSED)], {"roles": {"ann": None}}, "roster_unreadable"),
        ([FIRST, replace(LATE, state=DISMISSED)], VOID, "dismissed"),
        ([FIRST, replace(LATE, state=CHANGES)], VOID, "superseded"),
        ([LATE], VOID, "stale"),
        ([FIRST, LATE], VOID, "stale"),
        ([review(when=30)], VOID, "before_retarget"),
        ([review(when=30)], {**VOID, "base_changes": ()}, "before_renewal"),
        ([review(when=30)], {}, "too_late"),
    ],
)
def test_tally__first_code_that_applies(reviews: list[Review], changes: dict[str, Any], code: str) -> None:
    """Where several reasons apply, the first in the order of the list is given, and each person is listed once."""
    assert list(votes(*reviews, **changes)[1].values()) == [code]


def test_tally__in_order_of_login() -> None:
    """Both lists come in order of login, whatever the order of the reviews."""
    people = ("erin", "Bob", "carol", "ann")
    counted = judged(facts(reviews=tuple(review(name, when=when) for when, name in enumerate(people)))).decision
    assert counted.approvals.counted == ("ann", "Bob", "carol", "erin")
    not_counted = judged(
        facts(reviews=tuple(review(name, when=30 + when) for when, name in enumerate(people)))
    ).decision
    assert [item.login for item in not_counted.approvals.discounted] == ["ann", "Bob", "carol", "erin"]


def test_tally__comments_change_nothing() -> None:
    """Words in comments never approve, however they are put."""
    words: tuple[Comment, ...] = (comment("LGTM, approved"), comment("/keyturn approve"), comment("/approve", when=2))
    assert votes(comments=words) == ([], {})


def test_by_person__oldest_first_without_ghosts() -> None:
    """Reviews are gathered by person, oldest first; those of accounts that are gone are left out."""
    assert by_person([SECOND, review(None), FIRST]) == {"ann": [FIRST, SECOND]}


@pytest.mark.parametrize(
    ("state", "previous", "expected"),
    [
        (APPROVED, None, True),
        (CHANGES, None, False),
        (DISMISSED, APPROVED, True),
        (DISMISSED, CHANGES, False),
        (DISMISSED, None, False),
    ],
)
def test_approved__when_it_was_submitted(state: ReviewState, previous: ReviewState | None, *, expected: bool) -> None:
    """A review approved if it does, or did before it was dismissed, as far as that is known."""
    one = review(state=state)
    events = (
        Dismissal(review=one.id, by=None, at=at(2), previous=previous),
        Dismissal(review="another", by=None, at=at(2), previous=APPROVED),
    )
    given: Facts = facts(dismissals=events)
    assert approved(one, given) is expected
    assert one.commit == HEAD
