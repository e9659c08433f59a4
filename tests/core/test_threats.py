"""Ways past an approval gate that have been tried, and what the core does about each."""

from typing import Any

import pytest
from msgspec.structs import replace

from keyturn.core.chain import LedgerCommit, LedgerFile, LedgerFolder, verify
from keyturn.core.decision import Decision, Outcome
from keyturn.core.facts import (
    UNREAD,
    Account,
    BaseChangeKind,
    Change,
    ChangedFile,
    Check,
    CheckState,
    Debt,
    FileVersion,
    Review,
    ReviewState,
    Role,
    Rules,
)
from keyturn.core.judge import decide
from keyturn.core.manifest import Action, Scope
from keyturn.core.problem import Refused
from keyturn.core.rulebook import Agents, Approvers, CheckPattern, Override, RuleBook, Unattributed, read_rulebook
from keyturn.core.rules_in_force import RulesInForce
from keyturn.core.tier import Tier
from keyturn.core.verdict import VerdictState, state_of, verdict_name
from tests.support.build import (
    AGENT,
    EARLIER,
    GITHUB,
    HEAD,
    OPENED,
    action,
    at,
    bot,
    changed,
    check,
    comment,
    commit,
    dismissed,
    facts,
    identity,
    judged,
    manifest,
    manifest_of,
    objection,
    person,
    removed,
    renamed,
    retarget,
    review,
)
from tests.support.build_book import book, floor, policies, rule
from tests.support.timeline import Timeline

ANN, BOB = person("ann"), person("bob")
OVERRIDE = f"/keyturn override {HEAD} the shop is down and this mends it"


def told(rules: RuleBook | None = None, **changes: Any) -> Decision:
    """The decision about the agent's pull request."""
    return judged(facts(**changes), rules).decision


def test_threat__the_manifest_declares_less_than_the_diff_does() -> None:
    """One broad `write` over everything is judged by each path it covers, several of them as a directory."""
    broad = action("write", "everything", scope=Scope.INFRASTRUCTURE, files=("**",))
    assert told(manifests=(manifest(broad),), files=(changed("a"), changed("b"))).tier is Tier.MULTI
    assert (
        told(manifests=(manifest(replace(broad, action_type="modify")),), files=(changed("production_database"),)).tier
        is Tier.EMERGENCY
    )
    assert (
        told(
            book(paths=(floor(Tier.EMERGENCY, "/infra/**"),)), manifests=(manifest(broad),), files=(changed("infra/a"),)
        ).tier
        is Tier.EMERGENCY
    )
    assert told(manifests=(manifest(action("read", "src", files=("**",))),), files=(changed("src/a"),)).undeclared == (
        "src/a",
    )


@pytest.mark.parametrize(
    ("action_type", "target"),
    [
        ("delete", "PRODUCTION_x"),
        ("delete", "\uff50\uff52\uff4f\uff44\uff55\uff43\uff54\uff49\uff4f\uff4e_x"),
        ("delete", "production_x "),
        ("delete", " production_x"),
    ],
)
def test_threat__evasive_spelling(action_type: str, target: str) -> None:
    """A target that only looks different is judged as what it looks like."""
    assert told(manifests=(manifest(action(action_type, target)),), files=()).tier is Tier.EMERGENCY


@pytest.mark.parametrize(
    ("action_type", "target"),
    [
        ("Delete", "production_x"),
        ("\uff44elete", "production_x"),
        ("delete ", "production_x"),
        ("delete", "pro\u200bduction_x"),
        ("delete", "a/../production_x"),
        ("delete", "production_x\n"),
    ],
)
def test_threat__evasive_spelling_that_is_refused(action_type: str, target: str) -> None:
    """Action types outside the alphabet, invisible characters, line feeds and `..` are refused."""
    assert told(manifests=(manifest(action(action_type, target)),), files=()).outcome is Outcome.INVALID


def test_threat__a_character_class_in_the_place_of_a_name() -> None:
    """A bracket class of the agent's is text in a target; as a glob it only finds files, which are judged by name."""
    sly = action("modify", "x", files=("[p]roduction_database",))
    assert told(manifests=(manifest(sly),), files=(changed("production_database"),)).tier is Tier.EMERGENCY
    assert told(manifests=(manifest(action("delete", "[prod]")),), files=(removed("[prod]"),)).tier is Tier.MULTI


def test_threat__approve_then_push() -> None:
    """An approval counts for the commit it was made on, never by its time."""
    while_writing = review(when=5, commit=EARLIER)
    assert told(reviews=(while_writing,)).outcome is Outcome.PENDING
    assert told(reviews=(while_writing,)).approvals.discounted[0].reason == "stale"
    assert told(reviews=(review(),)).outcome is Outcome.APPROVED


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"author": ANN, "labels": frozenset({"agent"})}, "author"),
        ({"commits": (commit(ANN),)}, "committer"),
        ({"commits": (commit(AGENT, ANN),)}, "committer"),
        ({"commits": (commit(committer=ANN),)}, "committer"),
        ({"manifests": (manifest(requested_by="Ann"),)}, "requester"),
    ],
)
def test_threat__self_approval(changes: dict[str, Any], reason: str) -> None:
    """Author, committer, co-author and the human who asked the agent are excluded, each with its own reason."""
    found = told(reviews=(review(),), **changes)
    assert not found.passes
    assert [item.reason for item in found.approvals.discounted] == [reason]


def test_threat__a_contributor_through_a_second_parent() -> None:
    """All commits of the pull request count, whichever parent they came in through and in whatever order."""
    merged = (commit(AGENT, oid="1" * 40), commit(ANN, oid="2" * 40), commit(committer=GITHUB, signed=True))
    for order in (merged, merged[::-1]):
        assert told(commits=order, reviews=(review(),)).approvals.discounted[0].reason == "committer"


def test_threat__a_side_branch_merged_with_update_branch() -> None:
    """Any new head voids approvals, also one that only merges the base."""
    story = Timeline(facts(reviews=(review(when=0),)))
    assert story.look(0).decision.passes
    assert not story.look(1, head=EARLIER).decision.passes


@pytest.mark.parametrize("account", [bot("other[bot]"), AGENT, person("claude-code"), person("copilot-7")])
def test_threat__agents_approve_each_other(account: Account) -> None:
    """Only people count; an account that matches the lists of agents is none, whatever its type."""
    rules = book(approvers=Approvers(users=("other[bot]", "claude-code", "copilot-7")))
    assert not told(rules, reviews=(review(account),), roles={account.key: Role.ADMIN}).passes


def test_threat__one_person_twice() -> None:
    """One person is one vote, whatever the case in which GitHub writes the login."""
    twice = (review("ann"), review(person("ANN"), when=2))
    found = told(manifests=(manifest(action("migrate", "orders")),), files=(), reviews=twice)
    assert (found.approvals.required, len(found.approvals.counted)) == (2, 1)


def test_threat__rules_edited_in_the_same_pull_request() -> None:
    """The rule book of the pull request is never read, and changing it is never below `multi`."""
    lenient = changed("rules.yml")
    one = manifest(action(target="rules.yml"))
    assert told(manifests=(one,), files=(lenient,)).tier is Tier.MULTI
    assert told(manifests=(one,), files=(renamed("rules.yml", "old.yml"),)).tier is Tier.MULTI


@pytest.mark.parametrize("kind", BaseChangeKind)
def test_threat__approved_against_another_base(kind: BaseChangeKind) -> None:
    """Approvals from before a retarget or a force-push of the base do not count."""
    found = told(reviews=(review(when=1),), base_changes=(retarget(1, kind),))
    assert [item.reason for item in found.approvals.discounted] == ["before_retarget"]


def test_threat__a_green_for_another_branch() -> None:
    """The verdict's name carries the base branch, so that it never counts for a branch it was not judged against."""
    names = {verdict_name("keyturn", base, "main", observe=False) for base in ("main", "stage")}
    assert len(names) == 2


@pytest.mark.parametrize(
    "said",
    [
        "approved",
        "LGTM",
        "/keyturn approve",
        "> /keyturn renew",
        f"> {OVERRIDE}",
        f"do not {OVERRIDE}",
        f"\n{OVERRIDE}",
        f"```\n{OVERRIDE}\n```",
    ],
)
def test_threat__words_taken_for_approval(said: str) -> None:
    """Comments never approve; a command is exactly the first line."""
    rules = book(override=Override(users=("ann",)))
    assert told(rules, comments=(comment(said),)).outcome is Outcome.PENDING


def test_threat__words_edited_afterwards() -> None:
    """An edited comment commands nothing."""
    rules = book(override=Override(users=("ann",)))
    assert told(rules, comments=(comment(OVERRIDE),)).outcome is Outcome.OVERRIDDEN
    assert told(rules, comments=(comment(OVERRIDE, edited=True),)).outcome is Outcome.PENDING


def test_threat__an_approval_revived_by_dismissing_the_objection() -> None:
    """The newest review decides; dismissing it leaves no vote and revives nothing older."""
    gone, event = dismissed(objection("ann", 2), BOB, 3)
    found = told(reviews=(review("ann", when=1), gone), dismissals=(event,))
    assert found.outcome is Outcome.PENDING
    assert [item.reason for item in found.approvals.discounted] == ["dismissed"]


@pytest.mark.parametrize("by", [AGENT, person("octocat"), None, person("zoe")])
def test_threat__the_objection_is_dismissed_by_the_agent(by: Account | None) -> None:
    """Only the objector or somebody who could approve ends an objection; who cannot be read ends none."""
    gone, event = dismissed(objection("ann"), by, 3)
    assert told(reviews=(gone, review("bob", when=4)), dismissals=(event,)).outcome is Outcome.REJECTED
    gone, event = dismissed(objection("ann"), BOB, 3)
    assert told(reviews=(gone, review("bob", when=4)), dismissals=(event,)).outcome is Outcome.APPROVED


def test_threat__the_objector_is_pushed_as_a_co_author() -> None:
    """Making the objector a part of the work does not silence the objection."""
    found = told(commits=(commit(AGENT, ANN),), reviews=(objection("ann"), review("bob", when=2)))
    assert found.outcome is Outcome.REJECTED


@pytest.mark.parametrize(
    "file", [renamed("secrets/key", "docs/a"), renamed("docs/a", "secrets/key"), removed("secrets/key")]
)
def test_threat__renames_and_deletions_hide_a_protected_path(file: ChangedFile) -> None:
    """Both names of a rename, and removals, are judged."""
    rules = book(paths=(floor(Tier.EMERGENCY, "/secrets/**"),))
    assert told(rules, manifests=(manifest(action("delete", file.path)),), files=(file,)).tier is Tier.EMERGENCY


@pytest.mark.parametrize("counts", [{"file_count": 3001}, {"commit_count": 251}])
def test_threat__more_than_the_api_lists(counts: dict[str, Any]) -> None:
    """More files or commits than can be listed stop everything."""
    assert told(reviews=(review("ann"), review("bob")), **counts).outcome is Outcome.EMERGENCY_STOP


@pytest.mark.parametrize("counts", [{"file_count": 5}, {"commit_count": 5}])
def test_threat__counts_that_do_not_add_up(counts: dict[str, Any]) -> None:
    """Lists that are shorter than they were counted are an error, never a success."""
    assert told(reviews=(review(),), **counts).outcome is Outcome.ERROR


PINNED = book(tiers=policies(single={"checks": (CheckPattern("test", "github-actions"),)}))


@pytest.mark.parametrize(
    "forged",
    [
        check(app="evil-app"),
        check(app=None),
        check(own=True),
        check(state=CheckState.FAILED),
        check("tests"),
    ],
)
def test_threat__forged_required_checks(forged: Check) -> None:
    """A check can be pinned to its app: no status, no other app's check and not keyturn's own meets it."""
    assert not told(PINNED, reviews=(review(),), checks=(forged,)).passes
    assert told(PINNED, reviews=(review(),), checks=(check(),)).passes


def test_threat__the_strictest_of_several_verdicts() -> None:
    """Of several verdicts on one commit the strictest is known, so that a lax pull request lends nobody its green."""
    outcomes = (Outcome.APPROVED, Outcome.PENDING, Outcome.REJECTED, Outcome.ERROR)
    assert [state_of(outcome).strictness for outcome in outcomes] == [0, 1, 2, 3]
    assert max(map(state_of, outcomes), key=lambda state: state.strictness) is VerdictState.ERROR


def test_threat__an_old_green_on_a_commit_that_becomes_head_again() -> None:
    """Coming back to an earlier head continues its request, on the clock it had."""
    story = Timeline()
    first = story.look(0).decision
    story.look(2, head=EARLIER)
    back = story.look(30, head=HEAD, reviews=(review(when=29),)).decision
    assert (back.request_id, back.outcome) == (first.request_id, Outcome.EXPIRED)


def test_threat__a_check_that_turns_red_after_the_verdict_turned_green() -> None:
    """Required checks are judged in every run, in both directions."""
    story = Timeline(facts(reviews=(review(when=0),), checks=(check(),)), PINNED)
    assert story.look(1).decision.passes
    assert not story.look(2, checks=(check(state=CheckState.FAILED),)).decision.passes
    assert story.look(3, checks=(check(),)).decision.passes


def test_threat__an_approver_loses_their_role() -> None:
    """Who approved is judged afresh in every run."""
    story = Timeline(facts(reviews=(review(when=0),)))
    assert story.look(1).decision.passes
    assert story.look(2, roles={"ann": Role.READ}).decision.approvals.discounted[0].reason == "not_eligible"


@pytest.mark.parametrize(
    "unknown",
    [
        {"roles": {}},
        {"roles": {"ann": None}},
        {"pusher": UNREAD},
        {"people": {}},
        {"checks": (check("lint"),), "runs": None},
    ],
)
def test_threat__partial_answers(unknown: dict[str, Any]) -> None:
    """What cannot be read, or has not been, is never a success."""
    rules = book(tiers=policies(checks={Tier.SINGLE: ("l*",)}))
    whole = {"reviews": (review(),), "checks": (check("lint"),)}
    assert told(rules, **whole).passes
    assert not told(rules, **whole | unknown).passes


def test_threat__an_unreadable_team_is_not_zero_required() -> None:
    """A roster that cannot be read asks for as many approvals as before, and counts nobody it cannot vouch for."""
    rules = book(approvers=Approvers(teams=("acme/leads",)))
    found = told(rules, teams={"acme/leads": None}, reviews=(review(),))
    assert (found.outcome, found.approvals.required, found.approvals.counted) == (Outcome.PENDING, 1, ())


def test_threat__the_ledger_rewritten() -> None:
    """A chain that does not hold opens a new generation in which no earlier approval counts."""
    story = Timeline(facts(reviews=(review(when=0),)))
    assert story.look(1).decision.passes
    entry = story.entries[0]
    edited = entry.as_bytes().replace(b'"octocat"', b'"nobody"')
    folder = LedgerFolder(files=(LedgerFile("000001.json", "x", edited),), commits=(LedgerCommit("f" * 40, own=False),))
    chain = verify(folder, 12)
    assert chain.broken
    story.forget(broken=chain.broken[0], highest_generation=1)
    found = story.look(2).decision
    assert (found.generation, found.outcome) == (2, Outcome.PENDING)
    assert [item.reason for item in found.approvals.discounted] == ["before_renewal"]


def test_threat__label_off_manifest_deleted_after_a_stop() -> None:
    """Once governed, governed: what an agent takes away afterwards changes nothing about that."""
    ruled = book(agents=Agents(authors=(), labels=("agent",)))
    stopped = facts(
        author=ANN,
        labels=frozenset({"agent"}),
        manifests=(manifest(action("rotate", "master_key")),),
        commits=(commit(ANN, committer=ANN),),
        head_branch="x",
    )
    story = Timeline(stopped, ruled)
    assert story.look(0).decision.outcome is Outcome.EMERGENCY_STOP
    after = story.look(1, labels=frozenset(), manifests=(), files=(changed(),), file_count=1).decision
    assert after.outcome is Outcome.PENDING


def test_threat__declaring_worse_to_shed_a_check() -> None:
    """The checks of every lower tier are required too, so that nothing is won by declaring something worse."""
    rules = book(tiers=policies(checks={Tier.SINGLE: ("test",), Tier.MULTI: ("scan",)}))
    worse = told(rules, manifests=(manifest(action("migrate", "x")),), files=())
    assert worse.checks is not None
    assert worse.checks.missing == ("scan", "test")


def test_threat__a_commit_under_a_forged_address() -> None:
    """Commits that nobody can be named for add an approval, or block; who pushed the head does not count."""
    forged = commit(identity(None, "ann@example.invalid"), committer=GITHUB)
    assert told(commits=(forged,), reviews=(review(),)).approvals.required == 2
    assert told(book(unattributed_commits=Unattributed.BLOCK), commits=(forged,)).outcome is Outcome.INVALID
    assert told(commits=(forged,), reviews=(review(), review("bob")), pusher=ANN).approvals.counted == ("bob",)


@pytest.mark.parametrize("text", ["", "{}", "version: 1\n", "version: 1\nrules: {}\nunmached: auto\n"])
def test_threat__empty_or_misspelt_rules(text: str) -> None:
    """Rules that say nothing, or say it wrongly, approve nothing."""
    with pytest.raises(Refused):
        read_rulebook("rules.yml", text.encode())
    given = facts(reviews=(review(),), rules=Rules(FileVersion("rules.yml", text.encode()), ()))
    assert decide(given, RulesInForce(book=None), OPENED).decision.outcome is Outcome.INVALID


@pytest.mark.parametrize(
    "text", ["[" * 5000, "a: &a [*a]\n", '{"version": 1, "version": 2}', '{"version": ' + "9" * 5000 + "}", "\x00"]
)
def test_threat__bombs_in_a_manifest(text: str) -> None:
    """What would explode is refused, and the pull request is invalid."""
    for path in (".agent/manifests/x.yml", ".agent/manifests/x.json"):
        assert told(manifests=(manifest_of(text, path=path),)).outcome is Outcome.INVALID


@pytest.mark.parametrize(
    ("by", "body", "changes"),
    [
        pytest.param("octocat", OVERRIDE, {}, id="by the agent's own requester"),
        pytest.param("ann", f"/keyturn override {HEAD}", {}, id="without a reason"),
        pytest.param("ann", OVERRIDE, {"head": EARLIER}, id="landing on a commit pushed meanwhile"),
        pytest.param("ann", OVERRIDE, {"debts": (Debt(3, None, ("ann",), at(0)),)}, id="by somebody in debt"),
        pytest.param("ann", OVERRIDE, {"base_changes": (retarget(1),)}, id="for another base"),
        pytest.param("zoe", OVERRIDE, {}, id="by somebody who is not named"),
    ],
)
def test_threat__an_override_that_is_none(by: str, body: str, changes: dict[str, Any]) -> None:
    """An override by the wrong person, without reason, or for another commit is refused, and the refusal says why."""
    rules = book(override=Override(users=("ann", "octocat")))
    judgement = judged(facts(comments=(comment(body, by),), **changes), rules)
    assert judgement.decision.outcome is Outcome.PENDING
    assert judgement.override is not None
    assert [item.why for item in judgement.override.refused if not item.why] == []
    assert len(judgement.override.refused) == 1


@pytest.mark.parametrize("state", [ReviewState.APPROVED, ReviewState.CHANGES_REQUESTED])
def test_threat__an_account_that_is_gone(state: ReviewState) -> None:
    """A vanished account approves nothing, and its objection stands."""
    ghost: Review = review(None, state)
    assert not told(reviews=(ghost,)).passes
    assert told(reviews=(ghost, review("bob"))).passes is (state is ReviewState.APPROVED)


def test_threat__auto_by_a_wildcard() -> None:
    """Nothing that changes a file passes on its own by a rule that names no target, or by default."""
    lax = book(unmatched=Tier.AUTO, rules=(rule(Tier.AUTO, 3, action_type="format"), rule(Tier.AUTO, 4, target="?*")))
    assert told(lax, manifests=(manifest(action("format", "a")),), files=(changed("a"),)).tier is Tier.SINGLE
    assert told(lax, manifests=(manifest(action("other", "a")),), files=(changed("a"),)).tier is Tier.SINGLE


def test_threat__a_workflow_smuggled_in_as_a_manifest() -> None:
    """A workflow is never below `multi`, and only a file in the manifests' place needs no cover."""
    for path in (".github/workflows/x.yml", ".GITHUB/workflows/x.yml"):
        one: Action = action(target=path)
        assert told(manifests=(manifest(one),), files=(ChangedFile(path, Change.ADDED),)).tier is Tier.MULTI
    assert told(files=(changed(".agent/x.yml"),)).undeclared == (".agent/x.yml",)
