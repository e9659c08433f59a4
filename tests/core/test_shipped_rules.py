"""The rule book in the repository is the one that the documentation shows."""

from pathlib import Path
from typing import Final

from keyturn.core.rulebook import Agents, NoManifest, RuleBook, read_rulebook
from keyturn.core.tier import Tier
from tests.support.reading import RULES, rules

SHIPPED: Final = Path(__file__).parents[2] / "rules.yml"


def shipped() -> RuleBook:
    """The rule book in the repository."""
    return read_rulebook("rules.yml", SHIPPED.read_bytes())


def test_shipped_rules__the_table() -> None:
    """The fifteen rules, from the most severe tier down."""
    assert [(rule.tier.value, dict(rule.keys)) for rule in shipped().rules] == [
        ("emergency", {"action_type": "modify", "target": "production_database"}),
        ("emergency", {"action_type": "delete", "target": "production_*"}),
        ("emergency", {"action_type": "rotate", "target": "master_key"}),
        ("multi", {"action_type": "write", "scope": "directory"}),
        ("multi", {"action_type": "migrate"}),
        ("multi", {"action_type": "deploy"}),
        ("multi", {"action_type": "modify_schema"}),
        ("multi", {"action_type": "delete"}),
        ("single", {"action_type": "write", "scope": "single_file", "estimated_impact": "local"}),
        ("single", {"action_type": "refactor", "scope": "single_file", "estimated_impact": "local"}),
        ("single", {"action_type": "generate_tests"}),
        ("auto", {"action_type": "read"}),
        ("auto", {"action_type": "search"}),
        ("auto", {"action_type": "lint"}),
        ("auto", {"action_type": "test"}),
    ]


def test_shipped_rules__guard_themselves() -> None:
    """Changes to the rule book, the workflows and what git itself obeys need several people."""
    assert [(floor.tier, floor.glob) for floor in shipped().paths] == [
        (Tier.MULTI, "/rules.yml"),
        (Tier.MULTI, "/.github/**"),
        (Tier.MULTI, "/.gitmodules"),
        (Tier.MULTI, "/.gitattributes"),
    ]


def test_shipped_rules__whose_pull_requests() -> None:
    """The agents of the documentation are governed, the two bots that update dependencies are not."""
    assert shipped().agents == Agents(
        authors=("*[bot]", "copilot*"),
        committers=("claude*", "copilot*"),
        labels=("agent",),
        branches=("copilot/*", "claude/*", "codex/*"),
        except_=("dependabot[bot]", "renovate[bot]"),
        no_manifest=NoManifest.UNDECLARED,
        mention="",
    )


def test_shipped_rules__everything_else_is_the_default() -> None:
    """What it spells out, so that it teaches, is what a rule book without those keys would say."""
    book, short = shipped(), rules(RULES)
    names = set(RuleBook.__struct_fields__) - {"agents", "rules", "paths", "volume", "digest"}
    assert {name: getattr(book, name) for name in names} == {name: getattr(short, name) for name in names}
    assert dict(book.volume) == {Tier.MULTI: 100}


def test_shipped_rules__complete_in_editors() -> None:
    """The first line tells editors where the schema lies, and it lies there."""
    first = SHIPPED.read_text("utf-8").splitlines()[0]
    name = first.removeprefix("# yaml-language-server: $schema=")
    assert (SHIPPED.parent / name).is_file()
