"""How severe a pull request is, by what its manifests say and what its diff shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from keyturn.core.assessment import Assessment, assess
from keyturn.core.facts import Change, ChangedFile
from keyturn.core.manifest import Action, Manifest, Scope
from keyturn.core.rulebook import RuleBook
from keyturn.core.tier import BY_SEVERITY, Tier
from tests.support.build import action, changed, commit, facts, removed, renamed
from tests.support.build_book import book, rule

DIRECTORY = Scope.DIRECTORY
SAYS_NOTHING = book(rules=(), unmatched=Tier.AUTO, undeclared=Tier.SINGLE)


def manifest_with(*actions: Action, agent: str | None = None) -> Manifest:
    """A manifest that was read, one action a line from line 2 on."""
    lines = tuple(range(2, 2 + len(actions)))
    return Manifest(path="x.yml", agent=agent, requested_by=None, actions=actions, lines=lines, requested_by_line=None)


def assessed(
    *actions: Action, files: tuple[ChangedFile, ...] = (changed(),), rules: RuleBook | None = None
) -> Assessment:
    """The assessment of a pull request with these actions and files."""
    return assess(facts(files=files), [manifest_with(*actions)], rules or book())


@pytest.mark.parametrize(
    ("one", "files", "tier", "line"),
    [
        pytest.param(action(target="x"), (), Tier.SINGLE, 20, id="as written, covering nothing"),
        pytest.param(
            action("modify", "tax", files=("*",)),
            (changed("production_database"),),
            Tier.EMERGENCY,
            10,
            id="the path as its target",
        ),
        pytest.param(
            action("modify", "production_database", files=("*",)),
            (changed("tax"),),
            Tier.EMERGENCY,
            10,
            id="as written all the same",
        ),
        pytest.param(
            action("delete", "orders", files=("*",)),
            (removed("production_x"),),
            Tier.EMERGENCY,
            11,
            id="a removed path",
        ),
        pytest.param(
            action("modify", "tax"),
            (renamed("production_database", "tax"),),
            Tier.EMERGENCY,
            10,
            id="of a rename its old name",
        ),
        pytest.param(
            action("modify", "tax", files=("*",)),
            (renamed("tax", "production_database"),),
            Tier.EMERGENCY,
            10,
            id="of a rename its new name",
        ),
        pytest.param(
            action("write", "tax", scope=Scope.INFRASTRUCTURE, files=("*",)),
            (changed("a"), changed("b")),
            Tier.MULTI,
            14,
            id="several files as a directory",
        ),
        pytest.param(
            action("write", "tax", scope=Scope.INFRASTRUCTURE, files=("a",)),
            (changed("a"), changed("b")),
            Tier.SINGLE,
            None,
            id="one file in its own scope",
        ),
        pytest.param(
            action("write", "tax", files=("a",)), (renamed("b", "a"),), Tier.SINGLE, 20, id="a rename is one file"
        ),
    ],
)
def test_assess__tier_of_an_action(one: Action, files: tuple[ChangedFile, ...], tier: Tier, line: int | None) -> None:
    """An action is judged as written, and once for each file it covers; the most severe counts."""
    found = assessed(one, files=files).actions[0].classification
    assert (found.tier, found.rule and found.rule.line) == (tier, line)


def test_assess__rule_is_the_first_in_the_file_that_gave_the_tier() -> None:
    """Of several rules that give the worst tier, as written or by a file, the first in the file is named."""
    rules = book(
        rules=(rule(Tier.MULTI, 3, target="a"), rule(Tier.MULTI, 4, target="b"), rule(Tier.MULTI, 5, target="x"))
    )
    found = assessed(action(target="x", files=("*",), scope=DIRECTORY), files=(changed("b"), changed("a")), rules=rules)
    rule_found = found.actions[0].classification.rule
    assert rule_found is not None
    assert rule_found.line == 3


def test_assess__a_rule_goes_before_no_rule_of_the_same_tier() -> None:
    """Where `unmatched` and a rule give the same tier, the rule is named."""
    rules = book(rules=(rule(Tier.SINGLE, 3, target="b"),))
    found = assessed(action(target="x", files=("*",), scope=DIRECTORY), files=(changed("a"), changed("b")), rules=rules)
    assert found.actions[0].classification.rule == rules.rules[0]


def test_assess__what_rules_read_of_the_agent_and_the_description() -> None:
    """Rules read the agent of the action's own manifest and its description, also through the files."""
    rules = book(
        rules=(
            rule(Tier.MULTI, 3, agent="rogue", target="a"),
            rule(Tier.EMERGENCY, 4, description="*drop*", target="a"),
        )
    )
    manifests = [
        manifest_with(action(target="x", files=("a",)), agent="rogue"),
        manifest_with(action(target="x", files=("a",)), agent="tame"),
        manifest_with(action(target="x", files=("a",), description="Drop it.")),
    ]
    found = assess(facts(files=(changed("a"),)), manifests, rules)
    assert [item.classification.tier for item in found.actions] == [Tier.MULTI, Tier.SINGLE, Tier.EMERGENCY]


def test_assess__index_runs_over_all_manifests() -> None:
    """Several manifests are one list: indices go on, lines are those of each file."""
    first, second = manifest_with(action(), action("read")), manifest_with(action("lint"))
    found = assess(facts(), [first, second], book())
    assert [(item.index, item.line, item.action.action_type, item.manifest is second) for item in found.actions] == [
        (0, 2, "write", False),
        (1, 3, "read", False),
        (2, 2, "lint", True),
    ]
    assert [len(item.covers) for item in found.actions] == [1, 0, 0]


def test_assess__worst_of_actions_floors_and_volume() -> None:
    """The tier of the pull request is the highest of its actions, its floors and its volume."""
    assert assess(facts(files=()), [], book()).tier is Tier.AUTO
    assert assessed(action("read"), files=()).tier is Tier.AUTO
    assert assessed(action()).tier is Tier.SINGLE
    assert assessed(action(), action("migrate", "orders")).tier is Tier.MULTI
    assert assessed(action(), files=(changed(), changed("b"))).tier is Tier.MULTI
    assert assessed(action(), rules=book(volume={Tier.EMERGENCY: 0})).tier is Tier.EMERGENCY


def test_assess__names_undeclared_files() -> None:
    """Files that nobody declared are named in path order; manifests are not among them."""
    files = (changed("b"), changed(), removed("a"), changed(".agent/manifests/x.json", Change.ADDED))
    found = assess(facts(files=files), [manifest_with(action())], book())
    assert found.undeclared == ("a", "b")


@pytest.mark.parametrize(
    ("count", "listed", "emergency"), [(3000, 0, False), (3001, 0, True), (0, 3000, False), (0, 3001, True)]
)
def test_assess__more_files_than_can_be_listed(count: int, listed: int, *, emergency: bool) -> None:
    """More than 3,000 changed files are an emergency, counted or listed."""
    given_facts = facts(files=tuple(changed(f"src/{number}") for number in range(listed)), file_count=count)
    found = assess(given_facts, [manifest_with(action(target="src", scope=DIRECTORY))], book())
    assert (found.too_many_files, found.tier is Tier.EMERGENCY) == (emergency, emergency)
    assert not found.too_many_commits


@pytest.mark.parametrize(
    ("count", "listed", "emergency"), [(250, 1, False), (251, 1, True), (0, 250, False), (0, 251, True)]
)
def test_assess__more_commits_than_can_be_listed(count: int, listed: int, *, emergency: bool) -> None:
    """More than 250 commits are an emergency, counted or listed."""
    given_facts = facts(commits=(commit(),) * listed, commit_count=count)
    found = assess(given_facts, [manifest_with(action())], book())
    assert (found.too_many_commits, found.tier is Tier.EMERGENCY) == (emergency, emergency)
    assert not found.too_many_files


def test_assess__a_manifest_is_another_file_to_single_file() -> None:
    """An action that calls itself `single_file` and matches the manifest as well covers nothing."""
    files = (changed("a"), changed(".agent/manifests/x.json", Change.ADDED))
    assert assessed(action(target="x", files=("**",)), files=files).undeclared == ("a",)
    assert assessed(action(target="x", files=("a",)), files=files).undeclared == ()


TYPES = st.sampled_from(("write", "delete", "document", "read", "format", "refactor"))
PATHS = st.sampled_from(("a", "b", "docs/a.md", "docs/b.md", "production_x", "d\u00f6cs/c.md"))
TIERS = st.sampled_from(BY_SEVERITY)
BOOKS = st.builds(
    lambda rules, unmatched, undeclared: book(
        unmatched=unmatched,
        undeclared=undeclared,
        removals=frozenset({"delete", "refactor"}),
        rules=tuple(rule(tier, line, **keys) for line, (tier, keys) in enumerate(rules)),
    ),
    st.lists(
        st.tuples(
            TIERS,
            st.fixed_dictionaries(
                {},
                optional={
                    "action_type": TYPES,
                    "target": st.sampled_from(("*", "a", "docs/*", "production_*", "docs/a.md", "d*")),
                    "scope": st.sampled_from(("single_file", "directory")),
                },
            ).filter(bool),
        ),
        max_size=6,
    ),
    TIERS,
    st.sampled_from((Tier.SINGLE, Tier.MULTI, Tier.EMERGENCY)),
)
FILES = st.lists(
    st.one_of(
        st.builds(changed, PATHS),
        st.builds(removed, PATHS),
        st.builds(renamed, PATHS.map("old/{}".format), PATHS),
    ),
    unique_by=lambda file: file.path,
    max_size=4,
).map(tuple)
ACTIONS = st.lists(
    st.builds(
        lambda kind, target, files, scope: action(kind, target, files=files, scope=scope),
        TYPES,
        PATHS,
        st.one_of(st.none(), st.lists(st.sampled_from(("a", "*", "**", "docs/*", "docs/a.md")), max_size=2).map(tuple)),
        st.sampled_from(Scope),
    ),
    max_size=4,
)


@given(ACTIONS, FILES, BOOKS)
def test_assess__cover_is_worth_no_more_than_the_rule_behind_it(
    actions: list[Action], files: tuple[ChangedFile, ...], rules: RuleBook
) -> None:
    """Covering a file makes nothing laxer than leaving it undeclared, but for what the rule book says of the action.

    Either a rule matches it on that path, to `auto` only one that names a target; or `unmatched` decides, which is then
    at least `single`. So a pull request that is laxer than one that declares nothing, and than `unmatched`, has, for
    every name of every changed file, a covering action and a rule that matches it with that name as its target.
    """
    bare = assessed(files=files, rules=rules)
    found = assessed(*actions, files=files, rules=rules)
    if found.tier >= min(bare.tier, max(rules.unmatched, Tier.SINGLE)):
        return
    for file in files:
        for name in file.names:
            silent = max(f.tier for f in bare.floors if f.name == name)
            assert silent <= found.tier or any(
                _speaks_of(item.action, name, len(item.covers), rules) for item in found.actions if file in item.covers
            )


def _speaks_of(one: Action, name: str, covers: int, rules: RuleBook) -> bool:
    """Whether a rule matches an action with this name as its target; one of `auto` only if it names a target."""
    scope = "directory" if covers > 1 else one.scope
    texts = {"action_type": one.action_type, "target": name, "scope": scope}
    for candidate in rules.rules:
        keys = dict(candidate.keys)
        if candidate.tier is Tier.AUTO and keys.get("target", "*") == "*":
            continue
        if all(_plainly_matches(pattern, texts[key]) for key, pattern in keys.items()):
            return True
    return False


def _plainly_matches(pattern: str, text: str) -> bool:
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern


@given(ACTIONS, FILES, BOOKS, st.randoms(use_true_random=False))
def test_assess__files_in_any_order(
    actions: list[Action], files: tuple[ChangedFile, ...], rules: RuleBook, random: object
) -> None:
    """The order in which changed files arrive changes nothing."""
    shuffled = list(files)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert assessed(*actions, files=tuple(shuffled), rules=rules) == assessed(*actions, files=files, rules=rules)


@pytest.mark.parametrize("unmatched", Tier)
def test_assess__unknown_action_type_gets_what_unmatched_says(unmatched: Tier) -> None:
    """An action that no rule knows covers files; they pass at `unmatched`, but never below `single`."""
    broad = action("tidy", "everything", files=("**",), scope=Scope.INFRASTRUCTURE)
    found = assessed(broad, files=(changed("a"), changed("b")), rules=replace(book(), unmatched=unmatched))
    assert found.undeclared == ()
    assert found.tier is max(unmatched, Tier.SINGLE)


def test_assess__volume_leaves_manifests_aside() -> None:
    """Manifests do not count as changed files where their number matters."""
    rules = book(volume={Tier.EMERGENCY: 1})
    here = (changed(), changed(".agent/manifests/x.json", Change.ADDED))
    assert assessed(action(), files=here, rules=rules).tier is Tier.SINGLE
    assert assessed(action(), files=(*here, removed("a")), rules=rules).tier is Tier.EMERGENCY
