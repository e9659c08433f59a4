"""The schemas that editors complete by are current, and say what the strict reading says."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator

from keyturn.core.schema import FORMS, as_file, schema
from tests.core.test_manifest import FULL as FULL_MANIFEST
from tests.core.test_rulebook import FULL as FULL_RULES
from tests.support.reading import MANIFEST, RULES, action, manifest_problems, rules_problems, with_keys

ROOT: Final = Path(__file__).parents[2]


def validator(name: str) -> Validator:
    """A validator that was made from the file in the repository."""
    return Draft202012Validator(json.loads((ROOT / "schemas" / f"{name}.schema.json").read_text("utf-8")))


def keeps(name: str, text: str) -> bool:
    """Whether the schema accepts a YAML text."""
    return validator(name).is_valid(yaml.safe_load(text))


@pytest.mark.parametrize("name", sorted(FORMS))
def test_schema__current(name: str) -> None:
    """The files in the repository are what the forms say now; mend one that is not with `keyturn schema`."""
    assert (ROOT / "schemas" / f"{name}.schema.json").read_text("utf-8") == as_file(schema(name))


@pytest.mark.parametrize("name", sorted(FORMS))
def test_schema__valid(name: str) -> None:
    """Each is a valid schema of its dialect, and is known by its file name, wherever the repository lies."""
    made = schema(name)
    Draft202012Validator.check_schema(made)
    assert made["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert made["$id"] == f"{name}.schema.json"


@pytest.mark.parametrize("name", sorted(FORMS))
def test_schema__explains_every_key(name: str) -> None:
    """An editor has something to say about every key, and offers no `null`."""
    made = schema(name)
    for form in [made, *made["$defs"].values()]:
        for key, described in form.get("properties", {}).items():
            inner: dict[str, Any] = made["$defs"][described["$ref"].rsplit("/")[-1]] if "$ref" in described else {}
            assert described.get("description", inner.get("description")), key
    assert "null" not in as_file(schema(name))


def test_schema__unknown() -> None:
    """A name that is none is no schema."""
    with pytest.raises(KeyError):
        schema("nothing")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("manifest", FULL_MANIFEST),
        ("manifest", MANIFEST),
        ("rules", FULL_RULES),
        ("rules", RULES),
        ("rules", (ROOT / "rules.yml").read_text("utf-8")),
    ],
)
def test_schema__accepts_what_is_read(name: str, text: str) -> None:
    """What is valid for keyturn is valid for an editor."""
    assert [error.message for error in validator(name).iter_errors(yaml.safe_load(text))] == []


def shipped(name: str) -> list[Path]:
    """The files of that kind that are handed out."""
    if name == "manifest":
        return sorted(ROOT.glob("examples/**/.agent/manifests/*"))
    return [ROOT / "rules.yml", *sorted(ROOT.glob("examples/**/*rules.yml")), *sorted(ROOT.glob("src/**/*rules.yml"))]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        pytest.param(name, path, id=str(path.relative_to(ROOT)))
        for name in ("manifest", "rules")
        for path in shipped(name)
    ],
)
def test_schema__accepts_what_is_handed_out(name: str, path: Path) -> None:
    """Every manifest and rule book that is handed out is valid for an editor and for keyturn."""
    text = path.read_text("utf-8")
    assert keeps(name, text)
    assert (manifest_problems if name == "manifest" else rules_problems)(text) == []


def test_shipped__something() -> None:
    """There are examples to look at."""
    assert shipped("manifest")
    assert ROOT / "rules.yml" in shipped("rules")


@pytest.mark.parametrize(
    "changes",
    [
        {"action_type": "Write"},
        {"target": "/a"},
        {"target": "a/../b"},
        {"target": "a/"},
        {"target": "."},
        {"target": "7"},
        {"target": None},
        {"scope": "file"},
        {"description": '""'},
        {"description": "'FILL IN: it'"},
        {"files": "a"},
        {"files": "['']"},
        {"files": "[../a]"},
        {"xyzzy": "1"},
    ],
)
def test_schema__refuses_what_a_manifest_refuses(changes: dict[str, str | None]) -> None:
    """An editor marks what keyturn would refuse, as far as a schema can tell."""
    text = action(**changes)
    assert manifest_problems(text)
    assert not keeps("manifest", text)


@pytest.mark.parametrize(
    "changes",
    [
        {"version": "2"},
        {"unmatched": None},
        {"undeclared": "auto"},
        {"mode": "off"},
        {"rules": "{multi: [{}]}"},
        {"rules": "{single: [{agent: x}]}"},
        {"rules": "{multi: [{target: ' '}]}"},
        {"tiers": "{single: {}}"},
        {"tiers": "{single: {approvals: 0}, multi: {}}"},
        {"tiers": "{single: {expire_after: 1 day}, multi: {}}"},
        {"tiers": "{single: {checks: [{app: x}]}, multi: {}}"},
        {"tiers": "{single: {}, multi: {}, auto: {approvals: 1}}"},
        {"approvers": "{teams: [platform]}"},
        {"agents": "{authors: ['@ann']}"},
        {"calendar": "{timezone: UTC}"},
        {"calendar": "{timezone: UTC, days: mon, hours: '9-5'}"},
        {"slack": "{channel: '#agents'}"},
        {"slack": "{users: {a b: U1}}"},
        {"paths": "{multi: [{glob: x}]}"},
        {"volume": "{auto: 1}"},
        {"approvals_survive": "unchanged_diff"},
        {"colour": "red"},
    ],
)
def test_schema__refuses_what_a_rule_book_refuses(changes: dict[str, str | None]) -> None:
    """An editor marks what keyturn would refuse, as far as a schema can tell."""
    text = with_keys(RULES, **changes)
    assert rules_problems(text)
    assert not keeps("rules", text)
