"""When the review that an override owes is done, and which closings of its issue are undone."""

from typing import Any

import pytest

from keyturn.core.facts import UNREAD, Account, Role
from keyturn.core.inquiry import Answer, Wanted
from keyturn.core.judge import decide
from keyturn.core.override_review import Closing, ends_review, is_undone, reviewed
from keyturn.core.record import Event, OverrideRecord, OverrideVoice, RecordedEvent
from keyturn.core.rulebook import Agents, Approvers, Permission, RuleBook
from keyturn.core.rules_in_force import RulesInForce
from tests.support.build import AGENT, HEAD, OPENED, action, at, bot, commit, facts, manifest, manifest_of, person
from tests.support.build_book import book, policies

YES, NO, UNKNOWN = Answer
CAROL = person("carol")
RECORD = OverrideRecord(
    head=HEAD,
    base="main",
    at=at(1),
    due=at(73),
    voices=tuple(
        OverrideVoice(login=login, at=at(1), comment=f"IC_{login}", reason="the shop is down")
        for login in ("Ann", "bob")
    ),
    issue=40,
)


def ended(
    by: Account | None = CAROL,
    rules: RulesInForce | RuleBook | None = None,
    *,
    by_hand: bool = True,
    **changes: Any,
) -> tuple[Answer, Wanted]:
    """Whether a closing by this account ends the review, and what is still to be asked."""
    in_force = rules if isinstance(rules, RulesInForce) else RulesInForce(book=rules or book())
    judgement = decide(facts(**changes), in_force, OPENED)
    return ends_review(judgement, RECORD, Closing(by, at(5), by_hand))


@pytest.mark.parametrize(
    ("by", "changes", "answer"),
    [
        pytest.param(CAROL, {}, YES, id="who could have approved"),
        pytest.param(None, {}, NO, id="nobody can tell who"),
        pytest.param(bot("cleaner[bot]"), {}, NO, id="a bot"),
        pytest.param(AGENT, {}, NO, id="the agent"),
        pytest.param(person("ann"), {}, NO, id="who overrode"),
        pytest.param(person("BOB"), {}, NO, id="who overrode too, in another case"),
        pytest.param(CAROL, {"roles": {"carol": Role.READ}}, NO, id="without the permission"),
        pytest.param(CAROL, {"roles": {"carol": None}}, UNKNOWN, id="whose role cannot be read"),
        pytest.param(CAROL, {"author": CAROL}, NO, id="who opened it"),
        pytest.param(CAROL, {"commits": (commit(None, CAROL),)}, NO, id="who wrote some of it"),
        pytest.param(CAROL, {"pusher": CAROL}, NO, id="who pushed it"),
        pytest.param(CAROL, {"manifests": (manifest(requested_by="Carol"),)}, NO, id="who asked for it"),
        pytest.param(
            CAROL,
            {"manifests": (manifest(requested_by="carol"), manifest_of("version: 1", ".agent/manifests/y.yml"))},
            NO,
            id="who asked for it, beside a manifest that is refused",
        ),
    ],
)
def test_ends_review__by_who_could_have_approved_and_did_not_override(
    by: Account | None, changes: dict[str, Any], answer: Answer
) -> None:
    """Only somebody whose approval could have counted, and who did not break the glass, answers for it afterwards."""
    assert ended(by, **changes) == (answer, Wanted())


def test_ends_review__only_by_hand() -> None:
    """What a commit, a pull request or the bin closed was reviewed by nobody, and nothing is asked."""
    assert ended(by_hand=False) == (NO, Wanted())
    assert ended(by_hand=False, roles={}, pusher=UNREAD) == (NO, Wanted())


@pytest.mark.parametrize(
    ("rules", "changes", "answer"),
    [
        pytest.param(book(approvers=Approvers(users=("Carol",))), {}, YES, id="on the roster"),
        pytest.param(book(approvers=Approvers(users=("dave",))), {}, NO, id="not on it"),
        pytest.param(
            book(tiers=policies(multi={"approvers": Approvers(users=("carol",))})),
            {},
            YES,
            id="on that of another tier",
        ),
        pytest.param(
            book(tiers=policies(multi={"approvers": Approvers(users=("dave",))})),
            {"manifests": (manifest(action("migrate", "orders")),)},
            NO,
            id="not on that of its tier",
        ),
        pytest.param(
            book(tiers=policies(multi={"approvers": Approvers(users=("dave",))})),
            {"manifests": (manifest(action("rotate", "master_key")),)},
            NO,
            id="not on the strictest, of what nobody could approve",
        ),
        pytest.param(
            book(agents=Agents(labels=("agent",), committers=("car*",))),
            {"labels": frozenset({"agent"})},
            NO,
            id="an agent",
        ),
        pytest.param(
            book(approvers=Approvers(users=("dave",))),
            {"people": {"octocat": None}},
            NO,
            id="of an invalid one, not named",
        ),
        pytest.param(
            book(approvers=Approvers(users=("carol",))),
            {"people": {"octocat": None}},
            YES,
            id="of an invalid one, named",
        ),
        pytest.param(
            RulesInForce(book=None, fallback=book(approvers=Approvers(Permission.ADMIN))),
            {},
            NO,
            id="by an older rule book",
        ),
        pytest.param(
            RulesInForce(book=None, fallback=book(agents=Agents(committers=("car*",)))),
            {},
            NO,
            id="an agent by an older one",
        ),
        pytest.param(
            RulesInForce(book=None, missing=True), {}, YES, id="with write, where there never was a rule book"
        ),
        pytest.param(
            RulesInForce(book=None, missing=True), {"roles": {"carol": Role.TRIAGE}}, NO, id="with less than that"
        ),
    ],
)
def test_ends_review__by_the_roster_of_its_tier(
    rules: RulesInForce | RuleBook, changes: dict[str, Any], answer: Answer
) -> None:
    """The roster is that of the requirement; where there is none, that of the rule book that names approvers."""
    assert ended(rules=rules, **changes) == (answer, Wanted())


@pytest.mark.parametrize(
    ("by", "changes", "expected"),
    [
        pytest.param(CAROL, {"roles": {}}, (UNKNOWN, Wanted(roles=frozenset({"carol"}))), id="the role"),
        pytest.param(CAROL, {"pusher": UNREAD}, (YES, Wanted(pusher=True)), id="who pushed"),
        pytest.param(CAROL, {"people": {}}, (YES, Wanted(people=frozenset({"octocat"}))), id="who the requester is"),
        pytest.param(person("ann"), {"roles": {}, "pusher": UNREAD}, (NO, Wanted()), id="nothing of who overrode"),
        pytest.param(None, {"roles": {}, "pusher": UNREAD}, (NO, Wanted()), id="nothing where nobody can tell who"),
    ],
)
def test_ends_review__asks_for_what_nobody_has_read(
    by: Account | None, changes: dict[str, Any], expected: tuple[Answer, Wanted]
) -> None:
    """What could still change the answer is asked for, and only that."""
    assert ended(by, **changes) == expected


@pytest.mark.parametrize(("by", "login"), [(CAROL, "carol"), (None, None)])
def test_reviewed__says_who_and_when(by: Account | None, login: str | None) -> None:
    """The record and the event name who closed the issue, when, and the issue."""
    assert reviewed(RECORD, Closing(by, at(5), by_hand=True)) == (
        RECORD.model_copy(update={"reviewed_at": at(5), "reviewed_by": login}),
        RecordedEvent(event=Event.OVERRIDE_REVIEWED, at=at(5), by=login, note="#40"),
    )


@pytest.mark.parametrize(
    ("update", "undone"),
    [
        pytest.param({}, True, id="the first"),
        pytest.param({"reopened": True}, False, id="the second"),
        pytest.param({"reviewed_at": at(5)}, False, id="after the review"),
    ],
)
def test_is_undone__the_first_closing_by_anybody_else(update: dict[str, object], *, undone: bool) -> None:
    """A closing that did not end the review is undone once; whoever closes the issue again is let be."""
    assert is_undone(RECORD.model_copy(update=update)) is undone
