"""The outcome of a judgement and its reasons: which goes before which."""

from collections.abc import Mapping
from typing import Any

import pytest

from keyturn.core.decision import NextStep, Outcome, ReasonCode
from keyturn.core.facts import UNREAD, Change, ChangedFile, CheckState, Role
from keyturn.core.judge import decide
from keyturn.core.manifest import Impact
from keyturn.core.rulebook import (
    Agents,
    Approvers,
    NoManifest,
    Override,
    Requester,
    RuleBook,
    Unattributed,
)
from keyturn.core.rules_in_force import RulesInForce
from keyturn.core.tier import Tier
from tests.support.build import (
    EARLIER,
    HEAD,
    OPENED,
    TAX,
    action,
    at,
    changed,
    check,
    comment,
    commit,
    facts,
    judged,
    manifest,
    manifest_of,
    objection,
    person,
    review,
)
from tests.support.build_book import book, policies
from tests.support.timeline import Timeline

OVERRIDE = comment(f"/keyturn override {HEAD} the shop is down and this mends it", "erin")
RULES = book(override=Override(users=("erin",)), tiers=policies(checks={Tier.AUTO: ("test",)}))
EMERGENCY = manifest(action("rotate", "master_key"))
PASSED = check()

LADDER: tuple[tuple[Outcome, Mapping[str, Any]], ...] = (
    (Outcome.ERROR, {"file_count": 9}),
    (Outcome.OVERRIDDEN, {"comments": (OVERRIDE,)}),
    (Outcome.INVALID, {"people": {"octocat": None}}),
    (Outcome.EMERGENCY_STOP, {"commit_count": 251}),
    (Outcome.REJECTED, {"reviews": (objection("bob"),)}),
    (Outcome.PENDING, {"draft": True}),
    (Outcome.EXPIRED, {}),
)
"""The outcomes in their order, each with the facts that bring it about; the last needs no more than time."""


@pytest.mark.parametrize("position", range(len(LADDER)))
def test_outcome__first_that_holds(position: int) -> None:
    """Where the conditions of several outcomes hold, the first in the order of the contract is the outcome."""
    story = Timeline(rules=RULES)
    story.look(0)
    below: dict[str, Any] = {}
    for _, changes in LADDER[position:]:
        below |= {key: value for key, value in changes.items() if key not in below}
    if position == 0:
        below["commit_count"] = 9
    assert story.look(30, **below).decision.outcome is LADDER[position][0]


def test_outcome__not_governed_goes_before_an_override() -> None:
    """What is not governed is neither overridden, nor invalid, nor anything else."""
    human = facts(
        author=person("ann"),
        commits=(commit(person("ann"), committer=person("ann")),),
        manifests=(),
        head_branch="x",
        draft=True,
        comments=(OVERRIDE,),
        reviews=(objection("bob"),),
    )
    assert judged(human, RULES).decision.outcome is Outcome.NOT_GOVERNED


def test_outcome__a_draft_goes_before_its_expiry() -> None:
    """A draft is pending, also after the deadline; once it is ready again it has expired."""
    story = Timeline()
    story.look(0)
    assert story.look(30, draft=True).decision.reason_codes == ("draft", "approvals_missing")
    assert story.look(30, draft=False).decision.reason_codes == ("expired",)


def test_outcome__expired_goes_before_what_else_is_missing() -> None:
    """After the deadline, missing approvals make it expired, whatever checks and older objections say."""
    story = Timeline(rules=RULES)
    story.look(0)
    older = objection("bob", commit=EARLIER)
    assert story.look(30, reviews=(older,)).decision.reason_codes == ("expired",)


OBJECTED = {"reviews": (objection("bob", commit=EARLIER),)}


@pytest.mark.parametrize(
    ("changes", "checks", "codes", "step"),
    [
        pytest.param({"draft": True}, (PASSED,), ("draft", "approvals_missing"), "wait", id="a draft"),
        pytest.param({}, (PASSED,), ("approvals_missing",), "wait", id="approvals"),
        pytest.param(OBJECTED, (PASSED,), ("objection", "approvals_missing"), "answer_review", id="an objection"),
        pytest.param({}, (), ("approvals_missing", "checks_missing"), "wait", id="a missing check"),
        pytest.param(
            {},
            (check(state=CheckState.PENDING),),
            ("approvals_missing", "checks_pending"),
            "wait",
            id="a pending check",
        ),
        pytest.param(
            {},
            (check(state=CheckState.FAILED),),
            ("approvals_missing", "checks_failed"),
            "fix_checks",
            id="a failed check",
        ),
        pytest.param(
            {"roles": {"ann": None}, "reviews": (review(),)},
            (PASSED,),
            ("approvals_missing", "roster_unreadable"),
            "wait",
            id="an unreadable role",
        ),
        pytest.param(
            {**OBJECTED, "draft": True},
            (),
            ("draft", "objection", "approvals_missing", "checks_missing"),
            "answer_review",
            id="a draft with an objection",
        ),
    ],
)
def test_outcome__pending_says_everything_it_waits_for(
    changes: dict[str, Any], checks: tuple[Any, ...], codes: tuple[str, ...], step: str
) -> None:
    """All that a pull request waits for is told, in the order of the contract, with what to do first."""
    told = judged(facts(checks=checks, **changes), RULES).decision
    assert (told.outcome, told.reason_codes, told.next_step) == (Outcome.PENDING, codes, step)


def test_outcome__every_reason_to_wait_at_once() -> None:
    """With everything open at once, the reasons come in the order of the contract, the remarks after them."""
    rules = book(
        approvers=Approvers(users=("bob",), teams=("acme/leads",)),
        tiers=policies(checks={Tier.AUTO: ("a", "b", "c")}),
    )
    given = facts(
        draft=True,
        roles={"bob": None},
        teams={"acme/leads": None},
        reviews=(objection("bob", commit=EARLIER),),
        checks=(check("a", CheckState.FAILED), check("b", CheckState.PENDING)),
        manifests=(manifest(requested_by=None),),
        files=(changed(), changed("b")),
        commits=(commit(None),),
        advisory=True,
    )
    told = judged(given, rules).decision
    assert told.reason_codes == (
        "draft",
        "objection",
        "approvals_missing",
        "quorum_unreachable",
        "roster_unreadable",
        "checks_failed",
        "checks_missing",
        "checks_pending",
        "undeclared_files",
        "commits_unattributed",
        "requester_unknown",
        "advisory",
    )
    assert told.next_step is NextStep.ANSWER_REVIEW


@pytest.mark.parametrize(
    ("changes", "outcome", "code"),
    [
        ({"reviews": (review(),)}, Outcome.APPROVED, ReasonCode.QUORUM),
        ({"manifests": (manifest(action("read", "x")),), "files": ()}, Outcome.AUTO_APPROVED, ReasonCode.TIER_AUTO),
        ({"comments": (OVERRIDE,)}, Outcome.OVERRIDDEN, ReasonCode.OVERRIDE),
    ],
)
def test_outcome__passing_has_one_reason_and_no_next_step(
    changes: dict[str, Any], outcome: Outcome, code: ReasonCode
) -> None:
    """What passes has one reason, and nothing is left to do."""
    told = judged(facts(checks=(PASSED,), **changes), RULES).decision
    assert (told.outcome, told.reason_codes, told.next_step) == (outcome, (code,), NextStep.NONE)


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"manifests": (EMERGENCY,), "files": ()}, ("tier_emergency",)),
        ({"file_count": 3001}, ("tier_emergency", "too_many_files")),
        ({"commit_count": 251}, ("tier_emergency", "too_many_commits")),
        ({"file_count": 3001, "commit_count": 251}, ("tier_emergency", "too_many_files", "too_many_commits")),
    ],
)
def test_outcome__emergency_stop(changes: dict[str, Any], codes: tuple[str, ...]) -> None:
    """An emergency stops, says why, and nobody's approval is asked for."""
    given = facts(**{"files": (changed(),), "reviews": (review("ann"), review("bob"))} | changes)
    told = judged(given).decision
    assert (told.outcome, told.reason_codes, told.next_step) == (Outcome.EMERGENCY_STOP, codes, NextStep.STOP)
    assert (told.tier, told.approvals.required) == (Tier.EMERGENCY, None)


REFUSED = manifest_of("{}")
BLOCKING = {"unattributed_commits": Unattributed.BLOCK}
NEEDED = {"agents": Agents(no_manifest=NoManifest.INVALID)}


@pytest.mark.parametrize(
    ("rules", "changes", "codes", "step"),
    [
        pytest.param(
            NEEDED,
            {"manifests": ()},
            ("manifest_missing", "undeclared_files", "requester_unknown"),
            "amend_manifest",
            id="no manifest",
        ),
        pytest.param({}, {"manifests": (REFUSED,)}, ("manifest_invalid",), "amend_manifest", id="a refused manifest"),
        pytest.param(
            {"requester": Requester.REQUIRED},
            {"manifests": (manifest(requested_by=None),)},
            ("requester_missing", "requester_unknown"),
            "amend_manifest",
            id="no requester",
        ),
        pytest.param(BLOCKING, {"commits": (commit(None),)}, ("commits_unattributed",), "amend_commits", id="commits"),
        pytest.param(
            BLOCKING,
            {"commits": (commit(None),), "manifests": (REFUSED,)},
            ("manifest_invalid", "commits_unattributed"),
            "amend_commits",
            id="commits go before manifests",
        ),
        pytest.param(
            {},
            {"commits": (commit(None),), "manifests": (REFUSED,)},
            ("manifest_invalid", "commits_unattributed"),
            "amend_manifest",
            id="but not where they only add an approval",
        ),
    ],
)
def test_outcome__invalid(rules: dict[str, Any], changes: dict[str, Any], codes: tuple[str, ...], step: str) -> None:
    """What is refused is invalid, with every reason, and says what to amend first."""
    told = judged(facts(author=AGENT_BOT, **changes), book(**rules)).decision
    assert (told.outcome, told.reason_codes, told.next_step) == (Outcome.INVALID, codes, step)
    assert (told.tier, told.approvals.required) == (None, None)
    assert told.errors


AGENT_BOT = facts().author


@pytest.mark.parametrize("missing", [True, False])
@pytest.mark.parametrize("fallback", [None, book(**NEEDED)])
def test_outcome__invalid_rules(fallback: RuleBook | None, *, missing: bool) -> None:
    """Without a valid rule book everything that is governed is invalid, and people have to act."""
    rules = RulesInForce(book=None, fallback=fallback, missing=missing)
    code = "rules_missing" if missing else "rules_invalid"
    told = decide(facts(reviews=(review(),)), rules, OPENED).decision
    assert (told.outcome, told.reason_codes, told.next_step) == (Outcome.INVALID, (code,), NextStep.STOP)
    assert (told.tier, told.approvals.required, told.rules_digest, told.request_id) == (None, None, None, None)
    both = decide(facts(manifests=(REFUSED,)), rules, OPENED).decision
    assert (both.reason_codes, both.next_step) == (("manifest_invalid", code), NextStep.STOP)
    bare = decide(facts(manifests=()), rules, OPENED).decision
    expected = ("manifest_missing", code) if fallback is not None else (code,)
    assert bare.reason_codes == (*expected, "requester_unknown")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"files": ()}, ReasonCode.UNDECLARED_FILES),
        ({"files": (changed(), changed("x"))}, None),
        ({"commits": (commit(None),)}, None),
        ({"manifests": (manifest(requested_by=None),)}, None),
        ({"advisory": True}, None),
        ({"advisory": None}, None),
    ],
)
def test_outcome__remarks_change_nothing(given: dict[str, Any], code: ReasonCode | None) -> None:
    """Remarks follow the reasons and say what a reader should know; they are no reasons themselves."""
    told = judged(facts(**given), book(undeclared=Tier.SINGLE, unattributed_commits=Unattributed.ALLOW)).decision
    assert (told.outcome, told.reason_codes[0]) == (Outcome.PENDING, ReasonCode.APPROVALS_MISSING)
    expected = {
        "undeclared_files": given.get("files", ()) == (changed(), changed("x")),
        "commits_unattributed": "commits" in given,
        "requester_unknown": "manifests" in given,
        "advisory": bool(given.get("advisory")),
    }
    assert code is None or code not in told.reason_codes
    assert told.reason_codes[1:] == tuple(name for name, held in expected.items() if held)


def test_outcome__remarks_follow_an_invalid_manifest() -> None:
    """Of a refused manifest nobody can say whether it names who asked; the other remarks follow."""
    told = judged(facts(manifests=(REFUSED,), commits=(commit(None),), advisory=True)).decision
    assert told.reason_codes == ("manifest_invalid", "commits_unattributed", "advisory")


@pytest.mark.parametrize(
    ("changes", "passes"),
    [
        ({"pusher": UNREAD, "reviews": (review(),)}, False),
        ({"people": {}, "reviews": (review(),)}, False),
        ({"people": {}, "manifests": (manifest(action("read", "x")),), "files": ()}, False),
        ({"pusher": None, "reviews": (review(),)}, True),
    ],
)
def test_outcome__nothing_passes_before_everything_is_known(changes: dict[str, Any], *, passes: bool) -> None:
    """A judgement that still wants facts which might forbid it does not pass; it is an error until they are read."""
    judgement = judged(facts(**changes))
    assert judgement.decision.passes is passes
    assert bool(judgement.wanted) is not passes
    if not passes:
        told = judgement.decision
        assert (told.outcome, told.reason_codes[0], told.next_step) == (
            Outcome.ERROR,
            ReasonCode.FACTS_INCOMPLETE,
            NextStep.WAIT,
        )
        assert (told.tier, told.approvals.required) == (None, None)


def test_outcome__what_does_not_pass_needs_no_more_facts_to_say_so() -> None:
    """A pull request that waits anyway says what for, though a requester is not looked up yet."""
    judgement = judged(facts(people={}))
    assert (judgement.decision.outcome, bool(judgement.wanted)) == (Outcome.PENDING, True)


@pytest.mark.parametrize(
    ("counts", "adds_up"),
    [
        ({"file_count": 2}, True),
        ({"file_count": 3}, False),
        ({"file_count": 3000}, False),
        ({"commit_count": 1}, True),
        ({"commit_count": 2}, False),
        ({"commit_count": 250}, False),
        ({"file_count": 0, "commit_count": 0}, True),
    ],
)
def test_outcome__facts_that_do_not_add_up(counts: dict[str, int], *, adds_up: bool) -> None:
    """Fewer files or commits than were counted is an error; beyond what can be listed it is an emergency."""
    outcome = judged(facts(reviews=(review(),), **counts)).decision.outcome
    assert outcome is (Outcome.APPROVED if adds_up else Outcome.ERROR)


def test_outcome__a_rename_from_nobody_knows_where() -> None:
    """A renamed file whose old name is not known could hide a protected path; a copy takes nothing away."""
    for change, outcome in ((Change.RENAMED, Outcome.ERROR), (Change.COPIED, Outcome.APPROVED)):
        given = facts(files=(ChangedFile(TAX, change),), reviews=(review(),))
        assert judged(given).decision.outcome is outcome


@pytest.mark.parametrize(
    ("declared", "codes", "outcome"),
    [
        (action("read", "x"), ("tier_auto",), Outcome.AUTO_APPROVED),
        (action(), ("approvals_missing",), Outcome.PENDING),
        (action("rotate", "master_key"), ("tier_emergency",), Outcome.EMERGENCY_STOP),
    ],
)
def test_outcome__offline(declared: Any, codes: tuple[str, ...], outcome: Outcome) -> None:
    """Offline the same rules hold; required checks are pending, since nobody can see them."""
    given = facts(
        number=None, repository=None, manifests=(manifest(declared),), files=(), commits=(commit(None),), people={}
    )
    told = judged(given).decision
    assert (told.outcome, told.reason_codes, told.checks) == (outcome, codes, None)
    assert not judged(given).wanted
    with_checks = judged(given, RULES).decision
    if outcome is Outcome.EMERGENCY_STOP:
        assert with_checks.reason_codes == codes
    else:
        waits = tuple(code for code in codes if code != "tier_auto")
        assert (with_checks.outcome, with_checks.reason_codes) == (Outcome.PENDING, (*waits, "checks_pending"))


def test_outcome__quorum_is_what_the_requirement_says() -> None:
    """Approved with exactly as many approvals as are needed, pending with one less."""
    given = {"manifests": (manifest(action("migrate", "orders", estimated_impact=Impact.SERVICE)),), "files": ()}
    assert judged(facts(reviews=(review("ann"), review("bob")), **given)).decision.outcome is Outcome.APPROVED
    assert judged(facts(reviews=(review("ann"),), **given)).decision.outcome is Outcome.PENDING
    assert (
        judged(
            facts(roles={"ann": Role.WRITE}, reviews=(review("ann"), review("ann", when=2)), **given)
        ).decision.outcome
        is Outcome.PENDING
    )
    assert at(0) == OPENED
