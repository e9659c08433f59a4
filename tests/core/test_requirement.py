"""What a pull request needs."""

from datetime import timedelta

import pytest

from keyturn.core.decision import Outcome, ReasonCode
from keyturn.core.facts import Facts
from keyturn.core.manifest import Action
from keyturn.core.requirement import requirement_of, unattributed
from keyturn.core.rulebook import Approvers, CheckPattern, Permission, Requester, RuleBook, Unattributed
from keyturn.core.tier import BY_SEVERITY, Tier
from tests.support.build import action, bot, changed, commit, facts, judged, manifest
from tests.support.build_book import book, policies

NOBODY = (commit(None, committer=None),)
LEADS = Approvers(Permission.MAINTAIN, users=("ann",))


@pytest.mark.parametrize(
    ("tier", "approvals", "escalates", "expires", "checks"),
    [
        (Tier.AUTO, 0, None, None, ("lint",)),
        (Tier.SINGLE, 1, timedelta(hours=1), timedelta(hours=24), ("lint", "test")),
        (Tier.MULTI, 2, timedelta(hours=4), timedelta(hours=24), ("lint", "test", "scan")),
        (Tier.EMERGENCY, None, None, None, ("lint", "test", "scan", "page")),
    ],
)
def test_requirement_of__each_tier(
    tier: Tier, approvals: int | None, escalates: timedelta | None, expires: timedelta | None, checks: tuple[str, ...]
) -> None:
    """A tier asks for its own approvals and deadlines, and for the checks of every tier up to it, each once."""
    named = {
        Tier.AUTO: ("lint",),
        Tier.SINGLE: ("test", "lint"),
        Tier.MULTI: ("scan", "test"),
        Tier.EMERGENCY: ("page",),
    }
    found = requirement_of(tier, facts(), (), book(tiers=policies(checks=named)))
    assert (found.tier, found.approvals, found.escalate_after, found.expire_after, found.asks_people) == (
        tier,
        approvals,
        escalates,
        expires,
        bool(approvals),
    )
    assert found.checks == tuple(map(CheckPattern, checks))
    assert found.extras == ()


@pytest.mark.parametrize(
    ("tier", "roster"),
    [(Tier.AUTO, "single"), (Tier.SINGLE, "single"), (Tier.MULTI, "multi"), (Tier.EMERGENCY, "multi")],
)
def test_requirement_of__roster_of_the_tier(tier: Tier, roster: str) -> None:
    """A tier may carry its own approvers; where nobody approves, those of the nearest tier may end an objection."""
    rules = book(
        tiers=policies(
            single={"approvers": Approvers(users=("single",))}, multi={"approvers": Approvers(users=("multi",))}
        )
    )
    assert requirement_of(tier, facts(), (), rules).approvers.users == (roster,)
    assert requirement_of(tier, facts(), (), book(approvers=LEADS)).approvers == LEADS


def needed(given: Facts, rules: RuleBook) -> tuple[int | None, Outcome, ReasonCode]:
    """The approvals that the decision asks for, its outcome and its first reason."""
    told = judged(given, rules).decision
    return told.approvals.required, told.outcome, told.reason_codes[0]


PENDING = Outcome.PENDING, ReasonCode.APPROVALS_MISSING
UNATTRIBUTED = Outcome.INVALID, ReasonCode.COMMITS_UNATTRIBUTED
PASSES = Outcome.AUTO_APPROVED, ReasonCode.TIER_AUTO
STOPS = Outcome.EMERGENCY_STOP, ReasonCode.TIER_EMERGENCY
SINGLE, AUTO = manifest(), manifest(action("read", "x"))
EMERGENCY = manifest(action("rotate", "master_key"))


@pytest.mark.parametrize(
    ("policy", "declared", "expected"),
    [
        (Unattributed.ADD_ONE, SINGLE, (2, *PENDING)),
        (Unattributed.ADD_ONE, AUTO, (0, *PASSES)),
        (Unattributed.ADD_ONE, EMERGENCY, (None, *STOPS)),
        (Unattributed.ALLOW, SINGLE, (1, *PENDING)),
        (Unattributed.BLOCK, SINGLE, (None, *UNATTRIBUTED)),
        (Unattributed.BLOCK, AUTO, (None, *UNATTRIBUTED)),
    ],
)
def test_requirement__unattributed_commits(policy: Unattributed, declared: object, expected: object) -> None:
    """Commits that nobody can be named for add an approval where approvals are needed, block, or change nothing."""
    files = () if declared is AUTO else (changed(),)
    given = facts(commits=NOBODY, manifests=(declared,), files=files)
    assert needed(given, book(unattributed_commits=policy)) == expected


def test_requirement__several_unattributed_commits_add_one() -> None:
    """However many commits nobody can be named for, they add one approval."""
    assert needed(facts(commits=NOBODY * 3), book()) == (2, *PENDING)


def test_unattributed__nobody_can_be_asked_offline() -> None:
    """Offline nobody knows accounts, so no commit is said to be anybody's or nobody's."""
    assert unattributed(facts(commits=NOBODY)) == NOBODY
    assert unattributed(facts(commits=NOBODY, number=None)) == ()


NAMED, UNNAMED = manifest(), manifest(requested_by=None)
SECOND = manifest(action("read", "x"), path=".agent/manifests/y.json", requested_by=None)
MISSING = Outcome.INVALID, ReasonCode.REQUESTER_MISSING


@pytest.mark.parametrize(
    ("policy", "manifests", "expected"),
    [
        pytest.param(Requester.OPTIONAL, (UNNAMED,), (1, *PENDING), id="optional passes"),
        pytest.param(Requester.OPTIONAL, (), (2, *PENDING), id="optional without a manifest"),
        pytest.param(Requester.ADD_ONE, (NAMED,), (1, *PENDING), id="add_one, named"),
        pytest.param(Requester.ADD_ONE, (UNNAMED,), (2, *PENDING), id="add_one"),
        pytest.param(Requester.ADD_ONE, (NAMED, SECOND), (2, *PENDING), id="add_one, one of two names nobody"),
        pytest.param(Requester.ADD_ONE, (), (3, *PENDING), id="add_one without a manifest"),
        pytest.param(Requester.REQUIRED, (NAMED,), (1, *PENDING), id="required, named"),
        pytest.param(Requester.REQUIRED, (UNNAMED,), (None, *MISSING), id="required is invalid"),
        pytest.param(Requester.REQUIRED, (NAMED, SECOND), (None, *MISSING), id="required, one of two names nobody"),
        pytest.param(Requester.REQUIRED, (), (3, *PENDING), id="required without a manifest adds one"),
    ],
)
def test_requirement__requester(policy: Requester, manifests: tuple[object, ...], expected: object) -> None:
    """What it costs to leave out who asked the agent, where approvals are needed."""
    given = facts(manifests=manifests, files=(changed(),))
    assert needed(given, book(requester=policy)) == expected


@pytest.mark.parametrize(
    ("one", "expected"), [(action("read", "x"), (0, *PASSES)), (action("rotate", "master_key"), (None, *STOPS))]
)
@pytest.mark.parametrize("policy", [Requester.ADD_ONE, Requester.REQUIRED])
def test_requirement__requester_only_where_approvals_are_needed(
    policy: Requester, one: Action, expected: object
) -> None:
    """Where no approval is needed, or none would do, nobody need be named."""
    given = facts(manifests=(manifest(one, requested_by=None),), files=())
    assert needed(given, book(requester=policy)) == expected


def test_requirement__extras_add_up() -> None:
    """Each thing that is unclear about the origin adds one approval, and says so."""
    rules = book(requester=Requester.ADD_ONE)
    judgement = judged(facts(commits=NOBODY, manifests=(UNNAMED,)), rules)
    assert judgement.requirement is not None
    assert judgement.requirement.approvals == 3
    assert judgement.requirement.extras == (
        "commits that nobody can be named for",
        "nobody is named as having asked for this",
    )


@pytest.mark.parametrize("tier", BY_SEVERITY)
def test_requirement__every_tier_of_a_pull_request(tier: Tier) -> None:
    """The requirement of a pull request is that of its tier."""
    rules = book(unmatched=tier)
    judgement = judged(facts(manifests=(manifest(action("document", "x")),), files=()), rules)
    assert judgement.requirement is not None
    assert judgement.requirement.tier is tier


def test_requirement__requester_is_a_person_who_exists() -> None:
    """A requester that is no person's account makes the manifest invalid."""
    for account in (None, bot("octocat")):
        told = judged(facts(people={"octocat": account})).decision
        assert (told.outcome, told.reason_codes) == (Outcome.INVALID, (ReasonCode.MANIFEST_INVALID,))
        assert "octocat" in told.errors[0].message
