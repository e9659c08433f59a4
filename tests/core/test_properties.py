"""What holds for every pull request, rule book and moment."""

import json
import random
import re
from datetime import datetime
from typing import Any

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from keyturn.core.assessment import assess
from keyturn.core.decision import Decision, Outcome
from keyturn.core.facts import Account, Change, CheckState, Commit, Facts, Role
from keyturn.core.judge import decide
from keyturn.core.judgement import Judgement
from keyturn.core.manifest import Action, Manifest
from keyturn.core.requirement import Requirement, requirement_of
from keyturn.core.rulebook import Requester, RuleBook, Unattributed
from keyturn.core.rules_in_force import RulesInForce
from keyturn.core.tier import Tier
from tests.support import oracle
from tests.support.build import HEAD, action, at, changed, check, facts, manifest, person, review
from tests.support.build_book import SHIPPED, book, rule
from tests.support.strategies import (
    ACCOUNTS,
    ACTIONS,
    COMMITS,
    FILES,
    HOURS,
    HUMANS,
    KEYS,
    MOMENTS,
    pull_requests,
    rule_books,
)
from tests.support.timeline import Timeline

EXAMPLES = settings(max_examples=100)
ONLINE = pull_requests().map(lambda given_facts: replace(given_facts, number=12, base="main"))


def judged(given_facts: Facts, rules: RuleBook, now: datetime) -> Judgement:
    """The judgement under a rule book."""
    return decide(given_facts, RulesInForce(book=rules), now)


@EXAMPLES
@given(pull_requests(), rule_books(), MOMENTS, st.booleans())
def test_decide__nothing_makes_it_raise(given_facts: Facts, rules: RuleBook, now: datetime, broken: bool) -> None:
    """Whatever the facts hold there is a decision, and it can be written down and read back."""
    in_force = RulesInForce(book=None, fallback=rules) if broken else RulesInForce(book=rules)
    told = decide(given_facts, in_force, now).decision
    event(told.outcome)
    assert Decision.model_validate(json.loads(told.as_json()), strict=False) == told


@EXAMPLES
@given(pull_requests(), rule_books(), HOURS, st.integers())
def test_decide__lists_in_any_order(given_facts: Facts, rules: RuleBook, now: datetime, seed: int) -> None:
    """In whatever order lists arrive, the judgement is the same."""
    shuffle = random.Random(seed)  # noqa: S311 - not for secrets
    lists = ("files", "commits", "manifests", "reviews", "dismissals", "comments", "base_changes", "checks", "debts")
    shuffled: dict[str, Any] = {
        name: tuple(shuffle.sample(values := getattr(given_facts, name), len(values))) for name in lists
    }
    one, other = judged(given_facts, rules, now), judged(replace(given_facts, **shuffled), rules, now)
    assert one.decision == other.decision
    assert replace(one, facts=given_facts) == replace(other, facts=given_facts)


@EXAMPLES
@given(ONLINE, rule_books(), st.lists(HOURS, min_size=2, max_size=4))
def test_decide__looking_twice_changes_nothing(given_facts: Facts, rules: RuleBook, moments: list[datetime]) -> None:
    """A second look at the same moment finds nothing new: the decision stands and nothing is written."""
    story = Timeline(given_facts, rules)
    for now in sorted(moments):
        first = story.look(now).decision
        story.change(ledger=replace(story.facts.ledger, broken=()))
        again = story.look(now).decision
        written = len(story.entries)
        assert story.look(now).decision == again
        assert len(story.entries) == written
        assert again.outcome is first.outcome


DECLARED = st.sampled_from(
    (
        (manifest(),),
        (manifest(action("migrate", "orders")),),
        (manifest(requested_by=None),),
        (manifest(action("read", "x")),),
        (),
    )
)


@st.composite
def hopeful(draw: st.DrawFn) -> tuple[Facts, RuleBook, datetime]:
    """A pull request that has a fair chance to pass: most people approve, most of what could forbid it does not."""
    given_facts, rules = draw(ONLINE), draw(rule_books())
    people = draw(st.sets(st.sampled_from(HUMANS), min_size=2))
    words = st.sampled_from(("", "", "", "/keyturn renew"))
    approvals = tuple(review(name, when=draw(HOURS), body=draw(words)) for name in sorted(people))
    lucky: dict[str, Any] = {
        "reviews": (*approvals, *given_facts.reviews[: draw(st.integers(0, 2))]),
        "draft": False,
        "head": HEAD,
        "files": draw(st.sampled_from(((changed(),), (changed(), changed("docs/a.md")), ()))),
        "file_count": 0,
        "manifests": draw(DECLARED),
        "commits": given_facts.commits[: draw(st.integers(0, 1))],
        "commit_count": 0,
        "roles": dict.fromkeys(HUMANS, Role.MAINTAIN) | draw(st.sampled_from(({}, {"ann": None}, {"bob": Role.READ}))),
        "teams": {"acme/sre": frozenset({"carol", "dave"})},
        "people": {"octocat": person("octocat")},
        "runs": (),
        "pusher": draw(st.sampled_from((None, person("ann")))),
        "checks": (check("test"), check("lint"), *given_facts.checks[:1]),
        "labels": frozenset({"agent"}),
        "ledger": draw(st.sampled_from((*[facts().ledger] * 4, given_facts.ledger))),
        "base_changes": draw(st.sampled_from(((), (), given_facts.base_changes))),
    }
    lenient = replace(
        rules,
        agents=book().agents,
        requester=Requester.ADD_ONE,
        unattributed_commits=Unattributed.ADD_ONE,
        rules=SHIPPED,
        undeclared=Tier.SINGLE,
        unmatched=Tier.SINGLE,
        paths=(),
        volume={},
    )
    return replace(given_facts, **lucky), lenient, draw(HOURS)


@settings(max_examples=250)
@given(hopeful())
def test_decide__success_implies_the_quorum(drawn: tuple[Facts, RuleBook, datetime]) -> None:
    """What passes has the approvals that the contract demands, its checks succeeded, and nobody's objection stands."""
    given_facts, rules, now = drawn
    story = Timeline(given_facts, rules)
    story.look(at(0))
    judgement = story.look(now)
    told = judgement.decision
    event(told.outcome)
    if not told.passes:
        return
    if told.outcome is Outcome.OVERRIDDEN:
        line = f"/keyturn override {given_facts.head} "
        said = [(c.author, c.body) for c in given_facts.comments] + [(r.author, r.body) for r in given_facts.reviews]
        people = {who.login.casefold() for who, body in said if who is not None and body.startswith(line)}
        assert len(people & {"ann", "bob", "carol", "dave"}) >= rules.override.approvals
        return
    assert told.outcome in (Outcome.APPROVED, Outcome.AUTO_APPROVED)
    assert (told.outcome is Outcome.AUTO_APPROVED) is (told.tier is Tier.AUTO)
    for found in told.approvals.counted:
        assert found.casefold() in oracle.who_counts(judgement, rules)
    assert len(oracle.who_counts(judgement, rules)) >= oracle.needed(judgement, rules)
    for pattern in rules.checks(Tier(told.tier or "")):
        regex = re.compile(pattern.name.replace("*", ".*"))
        states = [one.state for one in given_facts.checks if regex.fullmatch(one.name) and not one.own]
        assert CheckState.SUCCESS in states
    assert not given_facts.draft
    assert not oracle.objectors(given_facts, rules)


@EXAMPLES
@given(hopeful(), ACCOUNTS, st.sampled_from((HEAD, "b" * 40)))
def test_decide__another_approval_never_lowers_progress(
    drawn: tuple[Facts, RuleBook, datetime], who: Account, commit_name: str
) -> None:
    """One more approval, given now and without a command, takes no other away and ends nothing but objections."""
    given_facts, rules, now = drawn
    story = Timeline(given_facts, rules)
    story.look(at(0))
    before = story.look(now)
    latest = max((r.submitted_at for r in given_facts.reviews), default=now)
    one_more = review(who, when=max(now, latest), commit=commit_name, id="PRR_last", number=10**9)
    after = story.look(now, reviews=(*given_facts.reviews, one_more))
    counted = {login.casefold() for login in before.decision.approvals.counted}
    assert counted <= {login.casefold() for login in after.decision.approvals.counted}
    standing = {found.review.id for found in before.objections}
    assert {found.review.id for found in after.objections} <= standing
    if before.decision.passes:
        assert after.decision.passes


def at_least(before: Requirement, after: Requirement) -> bool:
    """Whether a requirement asks for no less: tier, approvals, checks and roster."""
    enough = after.approvals is None or (before.approvals is not None and after.approvals >= before.approvals)
    strict = after.approvers.permission.allows(before.approvers.permission)
    names = {name.casefold() for name in (*before.approvers.users, *before.approvers.teams)}
    narrow = not names or (
        after.approvers.named and {n.casefold() for n in (*after.approvers.users, *after.approvers.teams)} <= names
    )
    return after.tier >= before.tier and enough and strict and narrow and set(before.checks) <= set(after.checks)


def required(given_facts: Facts, actions: list[Action], rules: RuleBook) -> tuple[Requirement, dict[int, int]]:
    """What a pull request with these actions needs, and how many files each action covers."""
    manifest = Manifest(
        path="x.yml",
        agent=None,
        requested_by=None,
        actions=tuple(actions),
        lines=tuple(range(len(actions))),
        requested_by_line=None,
    )
    manifests = (manifest,) if actions else ()
    found = assess(given_facts, manifests, rules)
    return requirement_of(found.tier, given_facts, manifests, rules), {
        item.index: len(item.covers) for item in found.actions
    }


SOME_ACTIONS = st.lists(ACTIONS, min_size=1, max_size=3)


@EXAMPLES
@given(SOME_ACTIONS, FILES, rule_books(), ACTIONS)
def test_requirement__another_action_never_lowers_it(
    actions: list[Action], files: tuple[object, ...], rules: RuleBook, one: Action
) -> None:
    """One more action of the manifest lowers nothing, unless it declares a changed file.

    Then it takes the floor of silence from that file, and only that: no other action gets laxer.
    """
    given_facts = facts(files=files)
    before, covers = required(given_facts, actions, rules)
    after, covers_after = required(given_facts, [*actions, one], rules)
    if not covers_after[len(actions)]:
        assert at_least(before, after)
    assert {index: number for index, number in covers_after.items() if index < len(actions)} == covers
    each = assess(given_facts, [], rules).tier if not files else Tier.AUTO
    alone = [required(facts(files=()), [item], rules)[0].tier for item in actions if not covers[actions.index(item)]]
    assert all(after.tier >= tier for tier in (*alone, each))


@EXAMPLES
@given(SOME_ACTIONS, FILES, rule_books(), st.sampled_from(Change))
def test_requirement__another_changed_file_never_lowers_it(
    actions: list[Action], files: tuple[object, ...], rules: RuleBook, change: Change
) -> None:
    """One more changed file lowers nothing, as long as the actions still cover what they covered, and not more."""
    given_facts = facts(files=files)
    more = facts(files=(*files, changed("zz/new.py", change, "zz/old.py" if change is Change.RENAMED else None)))
    before, covers = required(given_facts, actions, rules)
    after, covers_after = required(more, actions, rules)
    assume(covers == covers_after)
    assert at_least(before, after)


@EXAMPLES
@given(SOME_ACTIONS, FILES, rule_books(), COMMITS, COMMITS)
def test_requirement__another_commit_never_lowers_it(
    actions: list[Action],
    files: tuple[object, ...],
    rules: RuleBook,
    commits: tuple[Commit, ...],
    more: tuple[Commit, ...],
) -> None:
    """More commits lower nothing, whoever made them."""
    before, _ = required(facts(files=files, commits=commits), actions, rules)
    after, _ = required(facts(files=files, commits=(*commits, *more)), actions, rules)
    assert at_least(before, after)


@EXAMPLES
@given(SOME_ACTIONS, FILES, rule_books(), st.sampled_from(Tier), KEYS)
def test_requirement__another_rule_never_lowers_it(
    actions: list[Action], files: tuple[object, ...], rules: RuleBook, tier: Tier, keys: dict[str, str]
) -> None:
    """One more rule lowers nothing if it is as severe as what becomes of actions without one.

    A laxer rule is how a maintainer lets something pass: it lowers what no rule had matched, and nothing else.
    """
    given_facts = facts(files=files)
    added = replace(rules, rules=(*rules.rules, rule(tier, 999, **keys)))
    before, _ = required(given_facts, actions, rules)
    after, _ = required(given_facts, actions, added)
    if tier >= max(rules.unmatched, Tier.SINGLE):
        assert at_least(before, after)
    plain = [replace(item, files=()) for item in actions]
    matched = replace(rules, unmatched=Tier.AUTO)
    matched_added = replace(added, unmatched=Tier.AUTO)
    assert at_least(required(facts(files=()), plain, matched)[0], required(facts(files=()), plain, matched_added)[0])


@EXAMPLES
@given(ONLINE, rule_books(), HOURS)
def test_decide__the_ledger_never_makes_it_laxer(given_facts: Facts, rules: RuleBook, now: datetime) -> None:
    """What the ledger holds can turn a passing decision into another, never another into a passing one."""
    fresh = replace(given_facts, ledger=facts().ledger)
    story = Timeline(fresh, rules)
    story.look(at(0))
    if story.look(now).decision.passes:
        assert judged(fresh, rules, now).decision.passes
    broken = replace(fresh, ledger=replace(fresh.ledger, broken=("gone",), highest_generation=2))
    if judged(broken, rules, now).decision.outcome is Outcome.APPROVED:
        assert judged(fresh, rules, now).decision.outcome is Outcome.APPROVED


def test_properties__have_something_to_say() -> None:
    """The plain pull request of these properties can pass, so that they are not vacuous."""
    assert action().action_type == "write"
    assert decide(facts(reviews=(review(),)), RulesInForce(book=Timeline().rules.book), at(1)).decision.passes
