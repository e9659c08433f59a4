"""Which tier the rules give to an action."""

import fnmatch
from collections.abc import Iterable
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from keyturn.core.classification import Classification, Classifier, Subject, is_plain, is_wild
from keyturn.core.manifest import Impact, Scope
from keyturn.core.rulebook import Rule, RuleBook
from keyturn.core.tier import BY_SEVERITY, Tier
from tests.support.build import action, facts, judged, manifest
from tests.support.build_book import SHIPPED, book, rule

TYPES = (
    *("modify", "delete", "rotate", "write", "migrate", "deploy", "modify_schema", "refactor", "generate_tests"),
    *("read", "search", "lint", "test", "document", "writes"),
)
TARGETS = (
    *("production_database", "production_", "production_x/y", "a production_database", "master_key"),
    *("src/billing/tax.py", "*", "production_*", "[p]roduction_database", "\\", "x"),
)
PUBLISHED = book(unmatched=Tier.AUTO)


def published_tier(subject: Subject, rules: Iterable[Rule]) -> Tier:
    """The published reference: tiers in order of severity, the first rule whose every key matches, else auto."""
    rules = tuple(rules)
    for tier in (Tier.EMERGENCY, Tier.MULTI, Tier.SINGLE):
        for candidate in rules:
            if candidate.tier is tier and all(
                fnmatch.fnmatchcase(getattr(subject, key), pattern) for key, pattern in candidate.keys
            ):
                return tier
    return Tier.AUTO


def subject(action_type: str = "write", target: str = "x", **changes: Any) -> Subject:
    """A subject on one file, of little impact, described and by a named agent."""
    plain = Subject(
        action_type=action_type,
        target=target,
        scope="single_file",
        estimated_impact="local",
        description="Round it.",
        agent="bot",
    )
    return replace(plain, **changes)


def wide(text: str) -> str:
    """The text in full-width letters."""
    return "".join(chr(ord(letter) + 0xFEE0) for letter in text)


def classified(given_subject: Subject, rules: RuleBook, *, covers: bool = False) -> Classification:
    """What a fresh classifier says."""
    return Classifier(rules).classify(given_subject, covers=covers)


def test_classification__equals_the_published_table() -> None:
    """Over the whole product of values the tier is what the published reference gives."""
    classifier = Classifier(PUBLISHED)
    different = [
        (values, classifier.classify(one, covers=False).tier)
        for values in product(TYPES, TARGETS, Scope, Impact)
        for one in [subject(values[0], values[1], scope=values[2], estimated_impact=values[3])]
        if classifier.classify(one, covers=False).tier is not published_tier(one, SHIPPED)
    ]
    assert different == []


def test_classification__equals_the_published_table_in_the_decision() -> None:
    """The actions of a decision carry the tiers of the published reference, and so does the whole pull request."""
    actions = [
        action(kind, target, scope=scope, estimated_impact=Impact.LOCAL)
        for kind, target, scope in product(TYPES, TARGETS[:4], Scope)
    ]
    told = judged(facts(files=(), manifests=(manifest(*actions),)), PUBLISHED).decision
    expected = [published_tier(subject(item.action_type, item.target, scope=item.scope), SHIPPED) for item in actions]
    assert [item.tier for item in told.actions] == expected
    assert told.tier is max(expected)


PATTERNS = st.one_of(
    st.sampled_from(("*", "a*", "*a", "?", "[ab]", "[!a]*", "a", "b", "ab", "a?b", "[", "a]", "*a*b*")),
    st.text("ab*?[]!-", min_size=1, max_size=5),
)
TEXTS = st.text("ab[]*!-", min_size=1, max_size=4)
RULES = st.lists(
    st.tuples(
        st.sampled_from((Tier.EMERGENCY, Tier.MULTI, Tier.SINGLE)),
        st.dictionaries(
            st.sampled_from(("action_type", "target", "scope", "estimated_impact", "description", "agent")),
            PATTERNS,
            min_size=1,
        ),
    ),
    max_size=8,
).map(lambda rules: tuple(rule(tier, line, **keys) for line, (tier, keys) in enumerate(rules, start=1)))


@given(RULES, st.lists(st.tuples(TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS), min_size=1, max_size=5))
def test_classification__equals_the_reference_for_any_rules(
    rules: tuple[Rule, ...], texts: list[tuple[str, str, str, str, str, str]]
) -> None:
    """Whatever rules and texts are given, one classifier, asked again and again, agrees with the reference."""
    classifier = Classifier(book(unmatched=Tier.AUTO, rules=rules))
    for kind, target, scope, impact, description, agent in texts:
        one = Subject(
            action_type=kind,
            target=target,
            scope=scope,
            estimated_impact=impact,
            description=description,
            agent=agent,
        )
        assert classifier.classify(one, covers=False).tier is published_tier(one, rules)


@pytest.mark.parametrize(
    ("one", "chosen", "runner_up"),
    [
        pytest.param(subject("modify", "production_database"), 10, None, id="only rule"),
        pytest.param(subject("delete", "production_x"), 11, 18, id="the runner-up is of a lower tier"),
        pytest.param(subject("write", scope="directory"), 14, None, id="one key decides"),
        pytest.param(subject("write"), 20, None, id="every key of a rule must match"),
        pytest.param(subject("write", estimated_impact="service"), None, None, id="one key does not match"),
        pytest.param(subject("read"), 24, None, id="auto"),
    ],
)
def test_classification__names_the_rule_and_the_runner_up(
    one: Subject, chosen: int | None, runner_up: int | None
) -> None:
    """An action knows the rule that chose its tier, and the one that would have been next."""
    found = classified(one, book())
    assert (found.rule and found.rule.line, found.runner_up and found.runner_up.line) == (chosen, runner_up)


def test_classification__first_rule_of_the_file_within_a_tier() -> None:
    """Of several rules of one tier the first in the file is named, then the next, however they are matched."""
    rules = (
        rule(Tier.MULTI, 5, target="*"),
        rule(Tier.MULTI, 4, target="orders"),
        rule(Tier.MULTI, 3, target="ord*"),
        rule(Tier.MULTI, 2, target="*ers"),
        rule(Tier.MULTI, 6, action_type="write"),
    )
    found = classified(subject(target="orders"), book(rules=rules))
    assert (found.rule, found.runner_up) == (rules[3], rules[2])
    assert classified(subject(target="others"), book(rules=rules)).rule == rules[3]
    assert classified(subject(target="order"), book(rules=rules)).rule == rules[2]
    assert classified(subject(target="x"), book(rules=rules)).runner_up == rules[4]


@pytest.mark.parametrize("tier", BY_SEVERITY)
def test_classification__unmatched_is_what_the_rule_book_says(tier: Tier) -> None:
    """The tier of an action that no rule matches is `unmatched`; no rule gave it."""
    assert classified(subject("document"), book(unmatched=tier)) == Classification(tier, None)


@pytest.mark.parametrize("tier", BY_SEVERITY)
def test_classification__unmatched_is_at_least_single_where_it_covers(tier: Tier) -> None:
    """For an action that covers a changed file, `unmatched` is at least `single`."""
    found = classified(subject("document"), book(unmatched=tier), covers=True)
    assert found == Classification(max(tier, Tier.SINGLE), None)


EVASIONS = (
    pytest.param("Production_Database", id="case"),
    pytest.param(wide("production_database"), id="full width"),
    pytest.param("production_databa\u017fe", id="long s"),
    pytest.param(" production_database", id="leading space"),
    pytest.param("production_database \u3000", id="trailing spaces"),
    pytest.param("production_database\n", id="trailing newline"),
)


@pytest.mark.parametrize("target", EVASIONS)
def test_classification__compares_in_normal_form(target: str) -> None:
    """A target that only looks different does not get away: both sides are compared in normal form."""
    assert classified(subject("modify", target), book()).tier is Tier.EMERGENCY
    looser = (rule(Tier.MULTI, 3, target=target),)
    assert classified(subject("modify", "production_database"), book(rules=looser)).tier is Tier.MULTI


@given(
    st.sampled_from((("modify", "production_database"), ("delete", "production_x"), ("migrate", "orders"))),
    st.data(),
)
def test_classification__no_evasion_lowers_a_tier(named: tuple[str, str], data: st.DataObject) -> None:
    """Case, full width and spaces around, mixed at will, give no lower tier than the plain text."""
    action_type, target = named
    ways = st.sampled_from((str.upper, str.lower, wide))
    evaded = "".join(data.draw(ways)(letter) for letter in target)
    evaded = data.draw(st.text(" \t\n\u00a0\u2003", max_size=3)) + evaded + data.draw(st.text(" \n\u3000", max_size=3))
    plain = classified(subject(action_type, target), PUBLISHED).tier
    assert classified(subject(action_type, evaded), PUBLISHED).tier >= plain


@pytest.mark.parametrize(
    ("text", "tier"),
    [
        pytest.param("docs/guide.md", Tier.AUTO, id="as written"),
        pytest.param("Docs/guide.md", Tier.MULTI, id="case"),
        pytest.param(" docs/guide.md", Tier.MULTI, id="space"),
        pytest.param("\uff44ocs/guide.md", Tier.MULTI, id="full width"),
    ],
)
def test_classification__auto_rules_match_the_text_as_written(text: str, tier: Tier) -> None:
    """What a rule of `auto` lets pass must be written exactly so."""
    rules = (rule(Tier.AUTO, 3, target="docs/*"),)
    assert classified(subject(target=text), book(unmatched=Tier.MULTI, rules=rules)).tier is tier


def test_classification__auto_patterns_are_taken_as_written() -> None:
    """A pattern of `auto` in capitals matches capitals only; in any other tier case does not count."""
    rules = (rule(Tier.AUTO, 3, target="README"), rule(Tier.MULTI, 4, target="SECRETS*"))
    assert classified(subject(target="README"), book(rules=rules)).tier is Tier.AUTO
    assert classified(subject(target="readme"), book(rules=rules)).tier is Tier.SINGLE
    assert classified(subject(target="secrets.yml"), book(rules=rules)).tier is Tier.MULTI


@pytest.mark.parametrize("target", ["d\u00f6cs/guide.md", "docs/guide.md\u0430", "docs/\x7f", "docs/\udcff"])
def test_classification__target_beyond_printable_ascii_is_never_below_single(target: str) -> None:
    """What only looks like a harmless target does not pass on its own, neither by a rule nor by default."""
    rules = (rule(Tier.AUTO, 3, target="d*"),)
    found = classified(subject(target=target), book(rules=rules))
    assert found == Classification(Tier.SINGLE, None, rules[0])
    assert classified(subject(target=target), book(rules=(), unmatched=Tier.AUTO)).tier is Tier.SINGLE


def test_classification__severe_rules_may_read_free_text() -> None:
    """What the agent writes freely can raise a tier; where it says nothing, a rule that reads it does not match."""
    rules = (rule(Tier.EMERGENCY, 3, description="*drop table*"), rule(Tier.MULTI, 4, agent="rogue-?"))
    classifier = Classifier(book(rules=rules))
    cases = [
        (subject(description="Then DROP TABLE orders."), Tier.EMERGENCY),
        (subject(agent="Rogue-7"), Tier.MULTI),
        (subject(), Tier.SINGLE),
        (subject(description=None, agent=None), Tier.SINGLE),
        (subject(description="drop table", agent="rogue-7"), Tier.EMERGENCY),
    ]
    assert [classifier.classify(one, covers=False).tier for one, _ in cases] == [tier for _, tier in cases]


def test_classification__a_lone_star_asks_for_nothing() -> None:
    """A key that is only `*` matches whatever is there, and what nobody has said."""
    rules = (rule(Tier.MULTI, 3, action_type="write", estimated_impact="*", agent="**", target="*"),)
    assert classified(subject(estimated_impact=None, agent=None), book(rules=rules)).tier is Tier.MULTI


def test_classification__what_nobody_said_matches_no_other_pattern() -> None:
    """A rule that asks for an impact does not match where none was declared."""
    rules = (rule(Tier.MULTI, 3, estimated_impact="?*"),)
    assert classified(subject(estimated_impact=None), book(rules=rules)).tier is Tier.SINGLE


@pytest.mark.parametrize(
    ("pattern", "counts"),
    [
        ("docs/*", True),
        ("*.md", True),
        ("docs/[ab].md", True),
        ("*/*", True),
        ("X*", True),
        ("[]", False),
        ("*", False),
        ("**?", False),
        ("?*", False),
        ("[a-z]*", False),
        ("[!a]?", False),
        ("[]a]*", False),
        ("[!]]*", False),
    ],
)
def test_classification__auto_needs_a_named_target_where_it_covers(pattern: str, *, counts: bool) -> None:
    """For an action that covers a changed file, a rule of `auto` counts only if its target is more than wildcards."""
    rules = book(rules=(rule(Tier.AUTO, 3, action_type="write", target=pattern),), unmatched=Tier.AUTO)
    assert is_wild(pattern) is not counts
    target = next(text for text in ("docs/a.md", "[]", "ab", "a", "Xa") if fnmatch.fnmatchcase(text, pattern))
    assert classified(subject(target=target), rules).rule is not None
    expected = Tier.AUTO if counts else Tier.SINGLE
    assert classified(subject(target=target), rules, covers=True).tier is expected


def test_classification__auto_without_a_target_never_covers() -> None:
    """A rule of `auto` that names no target lets an action pass, but not one that covers a changed file."""
    rules = book(rules=(rule(Tier.AUTO, 3, action_type="write"),))
    assert classified(subject(), rules).tier is Tier.AUTO
    assert classified(subject(), rules, covers=True) == Classification(Tier.SINGLE, None)


def test_is_plain__printable_ascii_only() -> None:
    """Printable ASCII is plain, the space included; nothing else is."""
    assert is_plain("src/a b~.py")
    assert not is_plain("src/\t")
    assert not is_plain("\u00e9")


def test_classifier__keeps_its_answers_apart() -> None:
    """One classifier gives the same answer however often and in whatever order it is asked."""
    classifier = Classifier(book(unmatched=Tier.AUTO))
    first = [classifier.classify(subject("document"), covers=covers).tier for covers in (True, False, True, False)]
    assert first == [Tier.SINGLE, Tier.AUTO, Tier.SINGLE, Tier.AUTO]
    assert classifier.shortlist(subject("write")) is classifier.shortlist(subject("write", "y", description="other"))


@pytest.mark.parametrize("key", ["scope", "estimated_impact"])
def test_classifier__keeps_kinds_apart_by_any_key_that_a_rule_asks_for(key: str) -> None:
    """Where a type's rules ask for one of scope and impact only, an earlier action of another kind decides nothing."""
    classifier = Classifier(book(rules=(rule(Tier.MULTI, 10, action_type="write", **{key: "wide"}),)))
    tiers = [classifier.classify(subject(**{key: text}), covers=False).tier for text in ("narrow", "wide", "narrow")]
    assert tiers == [Tier.SINGLE, Tier.MULTI, Tier.SINGLE]
