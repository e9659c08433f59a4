"""The lowest tier at which each changed file may pass."""

import pytest

from keyturn.core.classification import Classifier
from keyturn.core.facts import ChangedFile
from keyturn.core.floors import (
    Floor,
    FloorCause,
    path_floors,
    undeclared_floors,
    volume_floors,
)
from keyturn.core.rulebook import RuleBook
from keyturn.core.tier import Tier
from tests.support.build import changed, facts, removed, renamed
from tests.support.build_book import book, floor, rule

PROTECTED = book(
    paths=(floor(Tier.SINGLE, "*.sql"), floor(Tier.EMERGENCY, "/secrets/**"), floor(Tier.MULTI, "/Infra/"))
)


def path_tiers(*files: ChangedFile, rules: RuleBook = PROTECTED, rules_path: str = "rules.yml") -> dict[str, Tier]:
    """The path floors by name."""
    return {found.name: found.tier for found in path_floors(facts(files=files, rules_path=rules_path), rules)}


@pytest.mark.parametrize(
    ("file", "floors"),
    [
        pytest.param(changed("a.py"), {}, id="not protected"),
        pytest.param(changed("db/a.sql"), {"db/a.sql": Tier.SINGLE}, id="by a glob"),
        pytest.param(changed("db/A.SQL"), {"db/A.SQL": Tier.SINGLE}, id="whatever its case"),
        pytest.param(changed("infra/main.tf"), {"infra/main.tf": Tier.MULTI}, id="whatever the glob's case"),
        pytest.param(changed("secrets/a.sql"), {"secrets/a.sql": Tier.EMERGENCY}, id="the most severe of several"),
        pytest.param(removed("secrets/a"), {"secrets/a": Tier.EMERGENCY}, id="removed"),
        pytest.param(renamed("secrets/a", "a"), {"secrets/a": Tier.EMERGENCY}, id="renamed away"),
        pytest.param(renamed("a", "secrets/a"), {"secrets/a": Tier.EMERGENCY}, id="renamed into"),
        pytest.param(
            renamed("secrets/a", "x.sql"), {"secrets/a": Tier.EMERGENCY, "x.sql": Tier.SINGLE}, id="under both names"
        ),
        pytest.param(changed("rules.yml"), {"rules.yml": Tier.MULTI}, id="the rule book"),
        pytest.param(changed("Rules.YML"), {"Rules.YML": Tier.MULTI}, id="the rule book in another case"),
        pytest.param(removed("rules.yml"), {"rules.yml": Tier.MULTI}, id="the rule book removed"),
        pytest.param(renamed("rules.yml", "old.yml"), {"rules.yml": Tier.MULTI}, id="the rule book renamed away"),
        pytest.param(changed("a/rules.yml"), {}, id="no rule book"),
        pytest.param(changed("rules.yml.md"), {}, id="no rule book either"),
        pytest.param(changed(".github/workflows/ci.yml"), {".github/workflows/ci.yml": Tier.MULTI}, id="a workflow"),
        pytest.param(changed(".GitHub/Workflows/a/b"), {".GitHub/Workflows/a/b": Tier.MULTI}, id="below, in any case"),
        pytest.param(
            changed(".github/workflows"), {".github/workflows": Tier.MULTI}, id="a file in the folder's place"
        ),
        pytest.param(changed(".github"), {".github": Tier.MULTI}, id="a file in place of the folder above"),
        pytest.param(changed(".github/CODEOWNERS"), {}, id="beside the workflows"),
        pytest.param(changed("x/.github/workflows/ci.yml"), {}, id="workflows that GitHub never runs"),
    ],
)
def test_path_floors__of_a_file(file: ChangedFile, floors: dict[str, Tier]) -> None:
    """A name is as severe as its most severe path, whatever its case; rule book and workflows never below `multi`."""
    assert path_tiers(file) == floors


def test_path_floors__rule_book_elsewhere() -> None:
    """The rule book is protected where it stands, and so are the folders it stands in."""
    files = changed("ops/gate/rules.yml"), changed("ops/gate"), changed("rules.yml"), changed("ops/x")
    assert path_tiers(*files, rules_path="/ops/gate/rules.yml") == {
        "ops/gate/rules.yml": Tier.MULTI,
        "ops/gate": Tier.MULTI,
    }


def test_path_floors__rule_book_below_a_folder_of_any_name() -> None:
    """Only slashes around the place of the rule book are no part of its name."""
    assert path_tiers(changed("X/rules.yml"), changed("rules.yml"), rules_path="X/rules.yml/") == {
        "X/rules.yml": Tier.MULTI
    }


def test_path_floors__say_what_sets_them() -> None:
    """Each floor names its cause, and what of the rule book it comes from; a path goes before the built-in floors."""
    rules = book(paths=(floor(Tier.EMERGENCY, "/.github/**"), floor(Tier.MULTI, "rules.*")))
    files = changed(".github/workflows/ci.yml"), changed("rules.yml")
    assert list(path_floors(facts(files=files), rules)) == [
        Floor(".github/workflows/ci.yml", Tier.EMERGENCY, FloorCause.PATH, "/.github/**"),
        Floor("rules.yml", Tier.MULTI, FloorCause.PATH, "rules.*"),
    ]
    assert list(path_floors(facts(files=files), book(paths=(floor(Tier.SINGLE, "*"),)))) == [
        Floor(".github/workflows/ci.yml", Tier.MULTI, FloorCause.WORKFLOWS, ".github/workflows/"),
        Floor("rules.yml", Tier.MULTI, FloorCause.RULE_BOOK, "rules.yml"),
    ]


def undeclared(*files: ChangedFile, rules: RuleBook) -> list[Floor]:
    """The floors of files that nobody declared."""
    return list(undeclared_floors(files, Classifier(rules), rules))


@pytest.mark.parametrize(
    ("file", "tier", "cause", "detail"),
    [
        pytest.param(changed("a"), Tier.SINGLE, FloorCause.UNDECLARED, "single", id="undeclared"),
        pytest.param(changed("db/a"), Tier.MULTI, FloorCause.RULE, "rules.yml:3", id="as an honest write"),
        pytest.param(removed("db/a"), Tier.EMERGENCY, FloorCause.RULE, "rules.yml:4", id="as an honest delete"),
        pytest.param(removed("a"), Tier.SINGLE, FloorCause.UNDECLARED, "single", id="removed, of no rule"),
    ],
)
def test_undeclared_floors__silence_is_never_cheaper(
    file: ChangedFile, tier: Tier, cause: FloorCause, detail: str
) -> None:
    """A file that nobody declared is what the rules say of writing or deleting it, but at least `undeclared`."""
    rules = book(
        undeclared=Tier.SINGLE,
        rules=(
            rule(Tier.MULTI, 3, action_type="write", target="db/*", scope="single_file"),
            rule(Tier.EMERGENCY, 4, action_type="delete", target="db/*"),
            rule(Tier.EMERGENCY, 5, scope="directory"),
            rule(Tier.EMERGENCY, 6, estimated_impact="local"),
            rule(Tier.EMERGENCY, 7, description="?*"),
        ),
    )
    assert undeclared(file, rules=rules) == [Floor(file.path, tier, cause, detail)]


def test_undeclared_floors__rules_never_lower_them() -> None:
    """A rule of a lower tier does not make silence cheaper than `undeclared`, nor does one of `auto`."""
    rules = book(
        undeclared=Tier.MULTI, rules=(rule(Tier.SINGLE, 3, action_type="write"), rule(Tier.AUTO, 4, target="a"))
    )
    assert undeclared(changed("a"), rules=rules) == [Floor("a", Tier.MULTI, FloorCause.UNDECLARED, "multi")]


@pytest.mark.parametrize("file", [changed("a"), removed("a")])
def test_undeclared_floors__auto_counts_as_for_an_honest_action(file: ChangedFile) -> None:
    """A rule of `auto` that names the file speaks of an honest action on it; one that names no target does not."""
    strict = {"undeclared": Tier.SINGLE, "unmatched": Tier.EMERGENCY}
    action_type = "delete" if file == removed("a") else "write"
    named = book(rules=(rule(Tier.AUTO, 3, action_type=action_type, target="a"),), **strict)
    assert undeclared(file, rules=named) == [Floor("a", Tier.SINGLE, FloorCause.UNDECLARED, "single")]
    anything = book(rules=(rule(Tier.AUTO, 3, action_type=action_type),), **strict)
    assert undeclared(file, rules=anything) == [Floor("a", Tier.EMERGENCY, FloorCause.RULE, "unmatched")]


def test_undeclared_floors__unmatched_may_raise_them() -> None:
    """Where no rule knows of writing a file, `unmatched` says how severe an honest action would have been."""
    rules = book(undeclared=Tier.SINGLE, unmatched=Tier.MULTI, rules=())
    assert undeclared(changed("a"), rules=rules) == [Floor("a", Tier.MULTI, FloorCause.RULE, "unmatched")]


def test_undeclared_floors__renames_under_both_names() -> None:
    """A rename that nobody declared counts under both of its names, each as a write."""
    rules = book(undeclared=Tier.SINGLE, rules=(rule(Tier.EMERGENCY, 3, action_type="write", target="a"),))
    assert [(found.name, found.tier) for found in undeclared(renamed("a", "b"), rules=rules)] == [
        ("b", Tier.SINGLE),
        ("a", Tier.EMERGENCY),
    ]


@pytest.mark.parametrize(
    ("count", "tiers"),
    [
        (10, []),
        (11, [Tier.SINGLE]),
        (20, [Tier.SINGLE]),
        (21, [Tier.MULTI]),
        (31, [Tier.EMERGENCY]),
    ],
)
def test_volume_floors__more_files_than_allowed(count: int, tiers: list[Tier]) -> None:
    """More changed files than the number of a tier are never below it; of several tiers the most severe counts."""
    rules = book(volume={Tier.SINGLE: 10, Tier.MULTI: 20, Tier.EMERGENCY: 30})
    found = list(volume_floors(count, rules))
    assert [item.tier for item in found] == tiers
    assert all(item.name == f"{count} changed files" and item.cause is FloorCause.VOLUME for item in found)


def test_volume_floors__say_the_number() -> None:
    """The floor says which number was passed; without `volume` there is none."""
    assert next(volume_floors(21, book(volume={Tier.MULTI: 20}))).detail == "20"
    assert list(volume_floors(3000, book())) == []
