"""Whether enough of the people whom the rule book names could approve at all."""

from typing import Any

import pytest
from msgspec.structs import replace

from keyturn.core.decision import Outcome, ReasonCode
from keyturn.core.facts import Role
from keyturn.core.inquiry import Wanted
from keyturn.core.quorum import Quorum
from keyturn.core.rulebook import Agents, Approvers, RuleBook
from tests.support.build import action, commit, facts, judged, manifest, objection, person, review
from tests.support.build_book import book, policies
from tests.support.timeline import Timeline

TEAM = Approvers(users=("Ann",), teams=("acme/leads",))


def quorum(approvers: Approvers, **changes: Any) -> Quorum | None:
    """Who could approve a new request."""
    return judged(facts(**changes), book(approvers=approvers)).quorum


@pytest.mark.parametrize(
    ("approvers", "changes", "candidates", "reachable"),
    [
        pytest.param(Approvers(users=("Ann", "bob")), {}, ("Ann", "bob"), True, id="all of them"),
        pytest.param(Approvers(users=("ann", "Ann")), {}, ("Ann",), True, id="each once"),
        pytest.param(Approvers(users=("zoe",)), {}, ("zoe",), True, id="whose role nobody knows"),
        pytest.param(Approvers(users=("ann",)), {"roles": {"ann": Role.READ}}, (), False, id="without the permission"),
        pytest.param(Approvers(users=("ann",)), {"author": person("ann")}, (), False, id="who opened it"),
        pytest.param(Approvers(users=("octocat",)), {}, (), False, id="who asked for it"),
        pytest.param(
            Approvers(users=("ann", "bob")),
            {"commits": (commit(person("ann")),)},
            ("bob",),
            True,
            id="who wrote some of it",
        ),
        pytest.param(
            TEAM, {"teams": {"acme/leads": frozenset({"ann", "bob"})}}, ("Ann", "bob"), True, id="with a team"
        ),
        pytest.param(TEAM, {"teams": {"acme/leads": frozenset()}}, ("Ann",), True, id="an empty team"),
    ],
)
def test_quorum_of__people_who_could_approve(
    approvers: Approvers, changes: dict[str, Any], candidates: tuple[str, ...], *, reachable: bool
) -> None:
    """Of the people a roster names, those count who could approve this pull request."""
    assert quorum(approvers, **changes) == Quorum(candidates, (), reachable)


def test_quorum_of__bots_that_are_named() -> None:
    """A roster may name a bot so that it may object; its approval could never count, whoever the agents are."""
    rules = book(approvers=Approvers(users=("ann", "Scanner[Bot]")), agents=Agents(authors=("copilot*",)))
    assert judged(facts(), rules).quorum == Quorum(("ann",), (), reachable=True)


def test_quorum_of__rosters_that_name_nobody() -> None:
    """Where the roster names nobody, anybody with the permission may come, and nothing is counted."""
    assert quorum(Approvers()) is None


@pytest.mark.parametrize("one", [action("read", "x"), action("rotate", "master_key")], ids=["auto", "emergency"])
def test_quorum_of__where_nobody_approves(one: Any) -> None:
    """Where no approval is needed, or none would do, nothing is counted."""
    assert quorum(TEAM, manifests=(manifest(one),), files=()) is None


def test_quorum_of__unreadable_teams() -> None:
    """A team that cannot be read is named; only the others are counted on."""
    assert quorum(TEAM, teams={"acme/leads": None}) == Quorum(("Ann",), ("acme/leads",), reachable=True)
    only_team = replace(TEAM, users=())
    assert quorum(only_team, teams={"acme/leads": None}) == Quorum((), ("acme/leads",), reachable=False)


def codes(story: Timeline, when: float, **changes: Any) -> tuple[str, ...]:
    """The reason codes at a moment."""
    return tuple(story.look(when, **changes).decision.reason_codes)


def roster(*users: str, teams: tuple[str, ...] = ()) -> RuleBook:
    """A rule book with this roster."""
    return book(approvers=Approvers(users=users, teams=teams))


def test_decide__an_unreachable_quorum_is_told_while_it_lasts() -> None:
    """It is told in every run, until the rule book is another."""
    story = Timeline(rules=roster("octocat"))
    for when in (0, 5):
        assert codes(story, when) == ("approvals_missing", "quorum_unreachable")
    story.rules = Timeline(rules=replace(roster("ann"), digest="sha256:other")).rules
    assert codes(story, 6) == ("approvals_missing",)
    reachable = Timeline(rules=roster("ann"))
    for when in (0, 5):
        assert codes(reachable, when) == ("approvals_missing",)


def test_decide__an_unreachable_quorum_is_told_until_somebody_mends_it() -> None:
    """Once the people of the roster may approve, or somebody joined its team, it is reachable."""
    story = Timeline(facts(roles={"ann": Role.READ}), roster("ann"))
    assert codes(story, 0) == codes(story, 1) == ("approvals_missing", "quorum_unreachable")
    assert codes(story, 2, roles={"ann": Role.WRITE}) == ("approvals_missing",)
    team = Timeline(facts(teams={"acme/leads": frozenset()}), roster(teams=("acme/leads",)))
    assert codes(team, 0) == ("approvals_missing", "quorum_unreachable")
    assert codes(team, 1, teams={"acme/leads": frozenset({"ann"})}) == ("approvals_missing",)


def test_decide__an_unreachable_quorum_matters_only_while_approvals_are_missing() -> None:
    """Where enough approvals came all the same, nothing is missing."""
    story = Timeline(facts(roles={"ann": Role.READ}), roster("ann"))
    assert codes(story, 0) == ("approvals_missing", "quorum_unreachable")
    assert story.look(1, roles={"ann": Role.WRITE}, reviews=(review(when=1),)).decision.outcome is Outcome.APPROVED


def test_decide__an_unreadable_roster_is_told_until_it_is_read() -> None:
    """A team that could not be read when the request opened is told of, until somebody reads it."""
    story = Timeline(facts(teams={"acme/leads": None}), roster("ann", teams=("acme/leads",)))
    unreadable = ("approvals_missing", "roster_unreadable")
    assert codes(story, 0) == unreadable
    assert codes(story, 1, teams={}) == unreadable
    assert codes(story, 2, teams={"acme/leads": None}) == unreadable
    assert codes(story, 3, teams={"acme/leads": frozenset({"bob"})}) == ("approvals_missing",)


def test_decide__an_unreadable_role_is_told_only_while_it_is() -> None:
    """Somebody whose role could not be read is told of in that run; once it is read, no more."""
    story = Timeline(facts(reviews=(review(when=0),), roles={"ann": None}), roster("ann", "bob"))
    assert codes(story, 0) == ("approvals_missing", "roster_unreadable")
    assert codes(story, 1, roles={"ann": Role.READ}) == ("approvals_missing",)


def test_decide__unreadable_without_a_doubt_about_approvals() -> None:
    """Where the approvals are there, an unreadable team is no reason for anything."""
    given = facts(teams={"acme/leads": None}, reviews=(review(when=0),))
    told = judged(given, roster("ann", teams=("acme/leads",))).decision
    assert told.reason_codes == (ReasonCode.QUORUM,)


def test_decide__a_quorum_is_worked_out_again_under_another_rule_book() -> None:
    """Under another rule book it is worked out anew whether the roster could approve."""
    story = Timeline(rules=roster("ann"))
    assert codes(story, 0) == ("approvals_missing",)
    story.rules = Timeline(rules=replace(roster("octocat"), digest="sha256:other")).rules
    assert codes(story, 1) == ("approvals_missing", "quorum_unreachable")
    assert codes(story, 2) == ("approvals_missing", "quorum_unreachable")


def test_decide__an_unreachable_quorum_is_not_forgotten_over_a_rejection() -> None:
    """An outcome in between that says nothing of the quorum does not make it reachable."""
    elsewhere = policies(multi={"approvers": Approvers(users=("ann",))})
    story = Timeline(rules=replace(roster("octocat"), tiers=elsewhere))
    unreachable = ("approvals_missing", "quorum_unreachable")
    assert codes(story, 0) == unreachable
    assert story.look(1, reviews=(objection("ann"),)).decision.outcome is Outcome.REJECTED
    assert codes(story, 2, reviews=()) == unreachable


def test_decide__a_quorum_is_worked_out_for_drafts_and_never_offline() -> None:
    """A draft already says that nobody could approve it; offline nobody can be looked up."""
    assert judged(facts(draft=True), roster("octocat")).decision.reason_codes == (
        "draft",
        "approvals_missing",
        "quorum_unreachable",
    )
    offline = judged(facts(number=None, repository=None), roster("octocat", teams=("acme/leads",)))
    assert (offline.quorum, offline.decision.reason_codes) == (None, ("approvals_missing",))
    assert not offline.wanted


def test_decide__looks_everybody_up_only_once() -> None:
    """The people of the roster are looked up when the request is new, and later only while they are too few."""
    everybody = Wanted(roles=frozenset({"ann"}), teams=frozenset({"acme/leads"}))
    story = Timeline(facts(roles={}), roster("ann", teams=("acme/leads",)))
    assert story.look(0).wanted == everybody
    read: dict[str, Any] = {"roles": {"ann": Role.WRITE}, "teams": {"acme/leads": frozenset()}}
    assert not story.look(1, **read).wanted
    assert not story.look(2, roles={}, teams={}).wanted
    read["roles"] = {"ann": Role.READ}
    story = Timeline(facts(**read), roster("ann", teams=("acme/leads",)))
    assert codes(story, 0) == ("approvals_missing", "quorum_unreachable")
    assert story.look(1, roles={}, teams={}).wanted == everybody
