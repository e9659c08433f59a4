"""Break-glass: who lets a pull request through, and why other attempts are refused."""

from datetime import datetime
from typing import Any

import pytest
from msgspec.structs import replace

from keyturn.core.decision import Outcome
from keyturn.core.facts import UNREAD, BaseChangeKind, Debt, FileVersion, Role, Rules
from keyturn.core.judge import decide
from keyturn.core.override import Override
from keyturn.core.rulebook import Agents, Approvers, Overdue, Permission, RuleBook
from keyturn.core.rulebook import Override as OverrideRules
from keyturn.core.rules_in_force import RulesInForce
from tests.support.build import (
    EARLIER,
    HEAD,
    OPENED,
    action,
    at,
    bot,
    comment,
    commit,
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
from tests.support.timeline import Timeline

REASON = "the shop is down and this is the fix"
LINE = f"/keyturn override {HEAD} {REASON}"
RULES = book(override=OverrideRules(users=("ann", "Bob", "helper[bot]"), teams=("Acme/SRE",)))
TWO = replace(RULES, override=replace(RULES.override, approvals=2))


def override(*said: Any, rules: RuleBook = RULES, **changes: Any) -> Override:
    """The override of a pull request with these comments."""
    found = judged(facts(comments=said, teams={"acme/sre": frozenset()}, **changes), rules).override
    assert found is not None
    return found


def refusal(*said: Any, rules: RuleBook = RULES, **changes: Any) -> str:
    """Why the only override that was tried is refused."""
    found = override(*said, rules=rules, **changes)
    assert not found.holds
    assert found.at is None
    (refused,) = found.refused
    return refused.why


def test_override__holds() -> None:
    """One named person with the permission, the full head and a reason let it through, from when they spoke."""
    found = override(comment(LINE, "ann", when=3))
    assert (found.holds, found.at, found.needed, found.refused) == (True, at(3), 1, ())
    told = judged(facts(comments=(comment(LINE),)), RULES).decision
    assert (told.outcome, told.tier, told.approvals.required) == (Outcome.OVERRIDDEN, "single", 1)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(
            "/keyturn override", "it names no commit; write `/keyturn override <full commit> <reason>`", id="no commit"
        ),
        pytest.param(f"/keyturn override {EARLIER} {REASON}", HEAD, id="another commit"),
        pytest.param(f"/keyturn override {HEAD[:10]} {REASON}", HEAD, id="not its full name"),
        pytest.param(f"/keyturn override {HEAD.upper()} {REASON}", HEAD, id="in another case"),
        pytest.param(f"/keyturn override {HEAD}", "0 characters", id="no reason"),
        pytest.param(f"/keyturn override {HEAD} {'x' * 19}", "19 characters; at least 20", id="too short a reason"),
        pytest.param(f"/keyturn override {HEAD} {'x' * 9}\n{'x' * 90}", "9 characters", id="in the first line"),
    ],
)
def test_override__says_commit_and_reason(body: str, words: str) -> None:
    """The command names the full current head and a reason that is long enough; else it is refused and says why."""
    assert words in refusal(comment(body))


def test_override__shortest_reason_that_will_do() -> None:
    """The reason may have exactly `min_reason` characters."""
    assert override(comment(f"/keyturn override {HEAD} {'x' * 20}")).holds


@pytest.mark.parametrize(
    ("by", "changes", "words"),
    [
        pytest.param(person("zoe"), {}, "not named", id="not named"),
        pytest.param(person("ann"), {"roles": {"ann": Role.READ}}, "permission `write`", id="without the permission"),
        pytest.param(person("ann"), {"roles": {"ann": None}}, "cannot be read", id="the role cannot be read"),
        pytest.param(person("ann"), {"roles": {}}, "cannot be read", id="nobody has asked for the role"),
        pytest.param(person("ann"), {"author": person("ann")}, "author", id="who opened it"),
        pytest.param(person("ann"), {"commits": (commit(None, person("ann")),)}, "commit", id="a co-author"),
        pytest.param(person("ann"), {"manifests": (manifest(requested_by="ann"),)}, "asked", id="who asked for it"),
        pytest.param(person("ann"), {"pusher": person("ann")}, "pushed", id="who pushed the head"),
        pytest.param(person("claude"), {}, "agents", id="an agent"),
    ],
)
def test_override__by_named_people_without_a_part_in_it(by: Any, changes: dict[str, Any], words: str) -> None:
    """Each is named in `override`, has the permission of `approvers`, and meets none of the exclusions."""
    given = {"labels": frozenset({"agent"})} | changes
    assert words in refusal(comment(LINE, by), **given)


@pytest.mark.parametrize(
    ("body", "changes", "sentence"),
    [
        ("/keyturn override", {}, "it names no commit; write `/keyturn override <full commit> <reason>`"),
        (
            f"/keyturn override {EARLIER} {REASON}",
            {},
            f"it names another commit than the current head {HEAD}",
        ),
        (
            LINE,
            {"base_changes": (retarget(2),)},
            "the base branch was changed or force-pushed since; look again and repeat it",
        ),
        (LINE, {"pusher": person("ann")}, "whoever pushed the current head may not override it"),
        (LINE, {"author": person("ann")}, "the author of a pull request may not override it"),
        (LINE, {"roles": {}}, "it cannot be read whether ann may override"),
    ],
)
def test_override__refusals_are_whole_sentences(body: str, changes: dict[str, Any], sentence: str) -> None:
    """A refusal is a sentence that stands by itself in an answer."""
    given = {"labels": frozenset({"agent"})} | changes
    assert refusal(comment(body), **given) == sentence


def test_override__bots_are_not_even_heard() -> None:
    """A bot gives no commands, named or not."""
    found = override(comment(LINE, bot("helper[bot]")))
    assert (found.holds, found.refused) == (False, ())


@pytest.mark.parametrize(
    ("members", "roles", "words"),
    [
        (frozenset({"zoe"}), {"zoe": Role.WRITE}, None),
        (frozenset({"yan"}), {"zoe": Role.WRITE}, "not named"),
        (None, {"zoe": Role.WRITE}, "cannot be read"),
        (None, {"zoe": Role.READ}, "permission"),
    ],
)
def test_override__by_members_of_named_teams(members: object, roles: dict[str, Role], words: str | None) -> None:
    """A member of a named team may override; an unreadable team gives nobody the right."""
    given = facts(comments=(comment(LINE, "zoe"),), teams={"acme/sre": members}, roles=roles)
    found = judged(given, RULES).override
    assert found is not None
    assert found.holds is (words is None)
    assert [words is not None and words in item.why for item in found.refused] == ([] if words is None else [True])


def test_override__being_on_the_roster_is_not_needed() -> None:
    """Who may override need not be on the roster; the permission is that of the rule book's own approvers."""
    assert override(comment(LINE), rules=replace(RULES, approvers=Approvers(users=("zoe",)))).holds
    strict = replace(RULES, approvers=Approvers(Permission.ADMIN))
    assert "permission `admin`" in refusal(comment(LINE), rules=strict)


@pytest.mark.parametrize("kind", BaseChangeKind)
@pytest.mark.parametrize(("seconds", "holds"), [(-1, False), (0, False), (1, True)])
def test_override__later_than_the_base_changed(kind: BaseChangeKind, seconds: int, *, holds: bool) -> None:
    """The command comes in a later second than the last retarget or force-push of the base branch."""
    found = override(comment(LINE, when=at(2, seconds=seconds)), base_changes=(retarget(2, kind), retarget(1, kind)))
    assert found.holds is holds
    assert all("base branch" in item.why for item in found.refused)


@pytest.mark.parametrize(
    ("changes", "holds"),
    [
        pytest.param({"comments": ()}, False, id="the comment deleted"),
        pytest.param({"comments": (comment(LINE, edited=True),)}, False, id="the comment edited"),
        pytest.param({"head": EARLIER}, False, id="another head"),
        pytest.param({"reviews": (review("bob", body=LINE),)}, True, id="a review that says so"),
    ],
)
def test_override__for_that_head_until_the_comment_is_gone(changes: dict[str, Any], *, holds: bool) -> None:
    """It holds for that head only, until the comment is edited or deleted."""
    given = {"comments": (comment(LINE),)} | changes
    assert (judged(facts(**given), RULES).decision.outcome is Outcome.OVERRIDDEN) is holds


@pytest.mark.parametrize(
    ("said", "when"),
    [
        pytest.param([comment(LINE, "ann", 1)], None, id="one of two"),
        pytest.param([comment(LINE, "ann", 1), comment(LINE, "Ann", 2)], None, id="one person twice"),
        pytest.param([comment(LINE, "ann", 1), comment(LINE, "bob", 3)], 3, id="two"),
        pytest.param(
            [comment(LINE, "ann", 1), comment(LINE, "ann", 2), comment(LINE, "bob", 3)], 3, id="and one again"
        ),
        pytest.param([comment(LINE, "ann", 1), comment(LINE, "zoe", 2)], None, id="two, one of them not entitled"),
    ],
)
def test_override__distinct_people(said: list[Any], when: float | None) -> None:
    """As many distinct people must each ask as `approvals` says; it holds from when the last needed one spoke."""
    for order in (said, said[::-1]):
        found = override(*order, rules=TWO)
        assert found.at == (None if when is None else at(when))
        assert found.holds is (when is not None)


def test_override__holds_from_the_people_needed() -> None:
    """A third voice changes nothing about when the override came to hold; the first word of each counts."""
    three = replace(TWO, override=replace(TWO.override, users=("ann", "bob", "carol")))
    said = [comment(LINE, "carol", 5), comment(LINE, "ann", 1), comment(LINE, "bob", 3), comment(LINE, "ann", 9)]
    found = override(*said, rules=three)
    assert (found.at, [voice.by.login for voice in found.voices]) == (at(3), ["ann", "bob", "carol"])


ACTIONS = {"emergency": manifest(action("rotate", "master_key")), "single": manifest()}


@pytest.mark.parametrize(
    ("changes", "lifted", "required"),
    [
        pytest.param({}, Outcome.PENDING, 1, id="pending"),
        pytest.param({"draft": True}, Outcome.PENDING, 1, id="a draft"),
        pytest.param({"reviews": (objection("bob"),)}, Outcome.REJECTED, 1, id="rejected"),
        pytest.param({"manifests": (ACTIONS["emergency"],)}, Outcome.EMERGENCY_STOP, None, id="emergency_stop"),
        pytest.param({"people": {"octocat": None}}, Outcome.INVALID, None, id="invalid"),
        pytest.param({"commit_count": 251}, Outcome.EMERGENCY_STOP, None, id="too many commits"),
        pytest.param({"reviews": (review("bob"),)}, Outcome.APPROVED, 1, id="approved anyway"),
    ],
)
def test_override__lifts_every_outcome_but_error(
    changes: dict[str, Any], lifted: Outcome, required: int | None
) -> None:
    """An override lifts whatever stands; the approvals that are reported are those that were asked for."""
    assert judged(facts(**changes), RULES).decision.outcome is lifted
    told = judged(facts(comments=(comment(LINE),), **changes), RULES).decision
    assert (told.outcome, told.approvals.required) == (Outcome.OVERRIDDEN, required)


def test_override__lifts_an_expired_request() -> None:
    """An override lifts an expired request too."""
    story = Timeline(rules=RULES)
    story.look(0)
    assert story.look(30).decision.outcome is Outcome.EXPIRED
    assert story.look(31, comments=(comment(LINE, when=31),)).decision.outcome is Outcome.OVERRIDDEN


@pytest.mark.parametrize("changes", [{"file_count": 9}, {"commit_count": 9}, {"pusher": UNREAD}])
def test_override__never_lifts_an_error(changes: dict[str, Any]) -> None:
    """While facts are missing, an override changes nothing."""
    assert judged(facts(comments=(comment(LINE),), **changes), RULES).decision.outcome is Outcome.ERROR


def test_override__needs_nothing_where_nothing_is_governed() -> None:
    """What is not governed is not overridden."""
    human = facts(
        author=person("bob"), commits=(commit(person("bob")),), manifests=(), head_branch="x", comments=(comment(LINE),)
    )
    given = replace(human, commits=(commit(person("bob"), committer=person("bob")),))
    assert judged(given, RULES).decision.outcome is Outcome.NOT_GOVERNED


def test_override__by_an_older_rule_book() -> None:
    """With a broken rule book, the newest valid version says who may break the glass."""
    given = facts(
        comments=(comment(LINE),), teams={"acme/sre": frozenset()}, rules=Rules(FileVersion("rules.yml", b""))
    )
    told = decide(given, RulesInForce(book=None, fallback=RULES), OPENED).decision
    assert (told.outcome, told.tier, told.approvals.required) == (Outcome.OVERRIDDEN, None, None)


def test_override__without_any_rule_book() -> None:
    """Where there has never been a valid rule book nobody is named, and nobody may break the glass."""
    judgement = decide(facts(comments=(comment(LINE),)), RulesInForce(book=None, missing=True), OPENED)
    assert judgement.decision.outcome is Outcome.INVALID
    assert judgement.override is not None
    assert judgement.override.refused[0].why == (
        "there has never been a valid rule book, so nobody is named who may override"
    )


def debt(due: datetime, *people: str, number: int = 7) -> Debt:
    """A review owed for an override of another pull request."""
    return Debt(pull_request=number, issue=1, people=people, due=due)


@pytest.mark.parametrize(
    ("owed", "refused"),
    [
        pytest.param([debt(at(1), "bob")], False, id="by somebody else"),
        pytest.param([debt(at(1, seconds=1), "Ann")], False, id="not due yet"),
        pytest.param([debt(at(1), "Ann")], True, id="due in that very second"),
        pytest.param([debt(at(0), "bob", "ann")], True, id="due for long, with somebody"),
    ],
)
@pytest.mark.parametrize("overdue", Overdue)
def test_override__people_who_owe_an_overdue_review(overdue: Overdue, owed: list[Debt], *, refused: bool) -> None:
    """People who owe an overdue review are refused, or only warned, as the rule book says."""
    rules = replace(RULES, override=replace(RULES.override, overdue=overdue))
    found = override(comment(LINE, when=1), rules=rules, debts=tuple(owed))
    assert found.holds is (not refused or overdue is Overdue.WARN)
    assert bool(found.warnings) is (refused and overdue is Overdue.WARN)
    assert bool(found.refused) is bool(found.for_debt) is (refused and overdue is Overdue.REFUSE)
    assert all("overdue review of the override of #7" in words for words in found.warnings)
    assert all("overdue review of the override of #7" in item.why for item in found.refused)


def test_override__names_the_oldest_debt() -> None:
    """Of several debts the one that fell due first is named, whatever their order."""
    owed = debt(at(-2), "ann", number=9), debt(at(-3), "ann", number=8), debt(at(-2), "ann", number=7)
    for order in (owed, owed[::-1]):
        assert "#8" in refusal(comment(LINE), debts=order)


def test_override__paying_does_not_revive_what_was_refused() -> None:
    """A command refused for a debt stays refused once the debt is paid; it has to be given again."""
    story = Timeline(facts(comments=(comment(LINE, when=1),), debts=(debt(at(0), "ann"),)), RULES)
    assert story.look(1, teams={"acme/sre": frozenset()}).decision.outcome is Outcome.PENDING
    paid = story.look(2, debts=())
    assert paid.decision.outcome is Outcome.PENDING
    assert paid.override is not None
    assert "type it again" in paid.override.refused[0].why
    again = story.look(3, comments=(comment(LINE, when=1), comment(LINE, when=3)))
    assert (again.decision.outcome, again.override and again.override.at) == (Outcome.OVERRIDDEN, at(3))


def test_override__refused_for_other_reasons_is_no_debt() -> None:
    """A command that is refused for its words is not remembered as refused for a debt."""
    found = override(comment(f"/keyturn override {EARLIER} {REASON}"), debts=(debt(at(0), "ann"),))
    assert (found.for_debt, len(found.refused)) == ((), 1)


def test_override__agents_without_a_rule_book_are_known_by_default() -> None:
    """The exclusions hold for whoever is named, also where the default list of agents is the only one."""
    rules = replace(RULES, agents=Agents(), override=replace(RULES.override, users=("ann",)))
    assert override(comment(LINE), rules=rules, ledger=ledger()).holds
