"""Short ways to read manifests and rule books in tests, and to see what is said about them."""

from collections.abc import Iterable

from keyturn.core.manifest import FileKind, Manifest, ManifestFile, read_manifest
from keyturn.core.problem import Refused
from keyturn.core.rulebook import RuleBook, read_rulebook

ACTION = """\
  - action_type: write
    target: src/billing/tax.py
    scope: single_file
    description: Round VAT per line, not per invoice.
    estimated_impact: local
"""
MANIFEST = f"version: 1\nactions:\n{ACTION}"

RULES = """\
version: 1
unmatched: single
undeclared: multi
rules: {}
tiers: {single: {}, multi: {}}
approvers: {}
"""


def manifest_file(content: str | bytes, path: str = "m.yml") -> ManifestFile:
    """A regular file that holds this."""
    held = content.encode() if isinstance(content, str) else content
    return ManifestFile(path=path, kind=FileKind.REGULAR, content=held, size=len(held))


def manifest(content: str | bytes, path: str = "m.yml") -> Manifest:
    """The manifest that is written there."""
    return read_manifest(manifest_file(content, path))


def manifest_problems(content: str | bytes, path: str = "m.yml") -> list[str]:
    """What is said about a manifest, `line:column: message` each; nothing for a valid one."""
    try:
        manifest(content, path)
    except Refused as refused:
        return said(refused, path)
    return []


def rules(content: str | bytes, path: str = "rules.yml") -> RuleBook:
    """The rule book that is written there."""
    return read_rulebook(path, content.encode() if isinstance(content, str) else content)


def rules_problems(content: str | bytes, path: str = "rules.yml") -> list[str]:
    """What is said about a rule book, `line:column: message` each; nothing for a valid one."""
    try:
        rules(content, path)
    except Refused as refused:
        return said(refused, path)
    return []


def said(refused: Refused, path: str) -> list[str]:
    """The problems of a refusal without the name of the file."""
    return [str(problem).removeprefix(f"{path}:").strip() for problem in refused.problems]


def with_keys(text: str, **changes: str | None) -> str:
    """A flat YAML text with some of its keys written anew, or left out for `None`."""
    kept = [line for line in text.splitlines() if line.split(":")[0] not in changes]
    return "\n".join([*kept, *(f"{key}: {value}" for key, value in changes.items() if value is not None)]) + "\n"


def action(**changes: str | None) -> str:
    """A manifest with one action, written in one line per key; `None` leaves a key out."""
    keys: dict[str, str | None] = {
        "action_type": "write",
        "target": "src/a.py",
        "scope": "single_file",
        "description": "Mend it.",
        "estimated_impact": "local",
    }
    keys |= changes
    lines: Iterable[str] = (f"    {key}: {value}\n" for key, value in keys.items() if value is not None)
    return "version: 1\nactions:\n  -\n" + "".join(lines)
