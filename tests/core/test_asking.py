"""Whom keyturn asks for review, and when."""

from typing import Any

import pytest
from msgspec.structs import replace

from keyturn.core.asking import Asked, escalation_is_heard, to_ask
from keyturn.core.facts import CheckState
from keyturn.core.judge import decide
from keyturn.core.judgement import Judgement
from keyturn.core.rulebook import Agents, Approvers, Escalation, RuleBook
from keyturn.core.rules_in_force import RulesInForce
from keyturn.core.tier import Tier
from tests.support.build import (
    EARLIER,
    OPENED,
    action,
    at,
    bot,
    check,
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
from tests.support.timeline import Timeline

RULES = book(
    approvers=Approvers(users=("Ann", "bob"), teams=("acme/Leads",)),
    escalation=Escalation(users=("carol",), teams=("acme/duty",)),
    tiers=policies(single={"approvals": 2}, checks={Tier.AUTO: ("test",)}),
)
MEMBERS = {"acme/leads": frozenset({"dave", "erin"})}
DISMISSED = dismissed(review("ann"), "bob")
ROSTER = Asked(("Ann", "bob"), ("acme/Leads",))
NOBODY = Asked()


def judgement_of(rules: RuleBook = RULES, when: float = 0, **changes: Any) -> Judgement:
    """The judgement of a pull request that was opened so many hours ago, and that keyturn saw then."""
    story = Timeline(facts(teams=MEMBERS, **changes), rules)
    story.look(0)
    return story.look(when)


def asked(judgement: Judgement, *already: str, dropped: tuple[str, ...] = ()) -> Asked:
    """Who is asked, where these were asked already, or had their request taken back."""
    return to_ask(judgement, frozenset(already), frozenset(dropped))


def test_to_ask__the_roster_as_the_rule_book_writes_it() -> None:
    """The people and teams of the roster are asked, in the order and the case of the rule book."""
    assert asked(judgement_of()) == ROSTER


def test_to_ask__nobody_where_nobody_is_named() -> None:
    """Where the rule book names nobody, there is nobody to ask."""
    found = asked(judgement_of(book()))
    assert (found, bool(found)) == (NOBODY, False)
    assert (bool(Asked(users=("ann",))), bool(Asked(teams=("acme/leads",)))) == (True, True)


@pytest.mark.parametrize(
    ("changes", "when", "expected"),
    [
        pytest.param({}, 23, ROSTER, id="waits for approvals"),
        pytest.param({"checks": (check(state=CheckState.FAILED),)}, 0, ROSTER, id="waits for a check too"),
        pytest.param({"reviews": (review("dave"),)}, 2, ROSTER, id="one of two approvals"),
        pytest.param({"reviews": (objection("dave", commit=EARLIER),)}, 2, ROSTER, id="an older objection stands"),
        pytest.param({"draft": True}, 0, NOBODY, id="draft"),
        pytest.param({"reviews": (review("dave"), review("erin"))}, 2, NOBODY, id="waits for a check only"),
        pytest.param({"reviews": (objection("dave"),)}, 2, NOBODY, id="rejected"),
        pytest.param({}, 24, NOBODY, id="expired"),
        pytest.param({"people": {"octocat": None}}, 0, NOBODY, id="invalid"),
        pytest.param({"manifests": (manifest(action("rotate", "master_key")),)}, 0, NOBODY, id="stopped"),
        pytest.param({"manifests": (manifest(action("read", "x")),), "files": ()}, 0, NOBODY, id="needs nobody"),
        pytest.param({"file_count": 9}, 0, NOBODY, id="facts that do not add up"),
    ],
)
def test_to_ask__only_while_approvals_are_missing(changes: dict[str, Any], when: float, expected: Asked) -> None:
    """Only a pull request that waits for approvals, and is no draft, asks for any."""
    calm = replace(RULES, escalation=Escalation())
    assert asked(judgement_of(calm, when, **changes)) == expected


def test_to_ask__nobody_without_a_rule_book() -> None:
    """A rule book that is missing or broken names nobody, whom an older one may name."""
    assert asked(decide(facts(), RulesInForce(book=None, fallback=RULES), OPENED)) == NOBODY


@pytest.mark.parametrize(
    ("already", "dropped", "expected"),
    [
        pytest.param(("ann",), (), Asked(("bob",), ("acme/Leads",)), id="a person asked already"),
        pytest.param(("acme/leads",), (), Asked(("Ann", "bob")), id="a team asked already"),
        pytest.param((), ("bob",), Asked(("Ann",), ("acme/Leads",)), id="a person whose request was taken back"),
        pytest.param((), ("acme/leads",), Asked(("Ann", "bob")), id="a team whose request was taken back"),
        pytest.param(("ann", "acme/leads"), ("bob",), NOBODY, id="everybody"),
    ],
)
def test_to_ask__nobody_twice(already: tuple[str, ...], dropped: tuple[str, ...], expected: Asked) -> None:
    """Whoever was asked already, or had the request taken back, is let be, in whatever case they are written."""
    assert asked(judgement_of(), *already, dropped=dropped) == expected


@pytest.mark.parametrize(
    ("changes", "users"),
    [
        pytest.param({"author": person("ann")}, ("bob",), id="who opened it"),
        pytest.param({"commits": (commit(person("ann")),)}, ("bob",), id="who wrote some of it"),
        pytest.param({"commits": (commit(None, person("Bob")),)}, ("Ann",), id="a co-author"),
        pytest.param({"commits": (commit(committer=person("bob")),)}, ("Ann",), id="a committer"),
        pytest.param({"manifests": (manifest(requested_by="ANN"),)}, ("bob",), id="who asked for it"),
        pytest.param({"author": None}, ("Ann", "bob"), id="opened by an account that is gone"),
        pytest.param({"reviews": (review("ann"),)}, ("bob",), id="who approved"),
        pytest.param(
            {"reviews": DISMISSED[:1], "dismissals": DISMISSED[1:]}, ("bob",), id="whose review was dismissed"
        ),
        pytest.param({"reviews": (review("ann", commit=EARLIER),)}, ("Ann", "bob"), id="who reviewed another head"),
        pytest.param({"reviews": (review("ann", commit=None),)}, ("Ann", "bob"), id="who reviewed a commit now gone"),
        pytest.param({"reviews": (review(None),)}, ("Ann", "bob"), id="a review by an account that is gone"),
    ],
)
def test_to_ask__nobody_who_spoke_or_cannot_count(changes: dict[str, Any], users: tuple[str, ...]) -> None:
    """Whoever has a part in the pull request could not approve; whoever reviewed this head has spoken."""
    assert asked(judgement_of(**changes)) == Asked(users, ("acme/Leads",))


@pytest.mark.parametrize(
    ("users", "expected"),
    [
        pytest.param(("ann", "scanner[bot]"), ("ann",), id="bots"),
        pytest.param(("ann", "Claude-two"), ("ann",), id="agents"),
        pytest.param(("ann", "Ann", "bob", "ANN"), ("ann", "bob"), id="a name in two cases"),
    ],
)
def test_to_ask__people_each_once(users: tuple[str, ...], expected: tuple[str, ...]) -> None:
    """A roster may name a bot so that it may object; its approval could never count, and so nobody asks it."""
    rules = replace(
        RULES, agents=Agents(authors=("helper",), committers=("claude*",)), approvers=Approvers(users=users)
    )
    judgement = judgement_of(rules, labels=frozenset({"agent"}), author=bot("helper"))
    assert asked(judgement) == Asked(expected)


TEAMS_TWICE = Escalation(users=("ann", "carol"), teams=("Acme/leads", "acme/duty"))


@pytest.mark.parametrize(
    ("escalation", "hours", "expected"),
    [
        pytest.param(RULES.escalation, at(1, seconds=-1), ROSTER, id="a second before"),
        pytest.param(
            RULES.escalation,
            at(1),
            Asked(("Ann", "bob", "carol"), ("acme/Leads", "acme/duty")),
            id="from its own second on",
        ),
        pytest.param(
            TEAMS_TWICE, at(1), Asked(("Ann", "bob", "carol"), ("acme/Leads", "acme/duty")), id="named there too"
        ),
        pytest.param(Escalation(), at(1), ROSTER, id="with nobody to escalate to"),
    ],
)
def test_to_ask__the_escalation_once_it_is_due(escalation: Escalation, hours: Any, expected: Asked) -> None:
    """Once the request has escalated, those whom the rule book names for that are asked too, each name once."""
    story = Timeline(facts(teams=MEMBERS), replace(RULES, escalation=escalation))
    story.look(0)
    assert asked(story.look(hours)) == expected
    assert asked(story.look(hours)) == expected


def test_to_ask__the_escalation_of_this_request_only() -> None:
    """The escalation of an earlier request asks nobody about a new one."""
    story = Timeline(facts(teams=MEMBERS), RULES)
    story.look(0)
    assert asked(story.look(1)) != ROSTER
    assert asked(story.look(2, head=EARLIER)) == ROSTER


@pytest.mark.parametrize(
    ("escalation", "advisory", "heard"),
    [
        pytest.param(Escalation(), True, True, id="nobody is named"),
        pytest.param(Escalation(users=("carol",)), True, True, id="a person"),
        pytest.param(Escalation(users=("carol",), teams=("acme/duty",)), True, True, id="a person and a team"),
        pytest.param(Escalation(teams=("acme/duty",)), False, True, id="a team, with a token of an App"),
        pytest.param(Escalation(teams=("acme/duty",)), True, False, id="a team, with the workflow's own token"),
    ],
)
def test_escalation_is_heard__where_it_reaches_anybody(escalation: Escalation, advisory: bool, *, heard: bool) -> None:
    """An escalation to teams alone reaches nobody with the workflow's own token, which sees no team."""
    assert escalation_is_heard(judged(facts(advisory=advisory), book(escalation=escalation))) is heard


def test_escalation_is_heard__without_a_rule_book() -> None:
    """Without a rule book in force there is nothing to hear."""
    assert escalation_is_heard(decide(facts(advisory=True), RulesInForce(book=None), OPENED))
