"""A workflow file as far as the gate's set-up depends on it: its name, its triggers, its jobs and what they use."""

import re
from collections.abc import Iterable
from typing import Final

import yaml
from msgspec import Struct

from keyturn.core.facts import FileVersion

_KEYTURN: Final = re.compile(r"(?:.*/)?keyturn(?:[@:].*)?")
_OWN_TOKEN: Final = re.compile(r"\$\{\{\s*(github\.token|secrets\.GITHUB_TOKEN)\s*\}\}")
_EXPRESSION: Final = re.compile(r"\$\{\{.*?\}\}")


class Workflow(Struct, frozen=True, kw_only=True):
    """A workflow that could be read; `name` is its path where it gives itself none.

    `jobs` are the names that its checks bear, with `*` for what is only known when it runs. `hears` are the names of
    the workflows whose end starts it.
    """

    path: str
    name: str
    events: frozenset[str]
    hears: tuple[str, ...]
    jobs: tuple[str, ...]
    runs_keyturn: bool
    own_token: bool
    """Whether a step that runs keyturn does so with the workflow's own token."""
    publishes: frozenset[str]
    """What the steps that run keyturn say under `publish`; nothing stands for the default."""


def read_workflow(file: FileVersion) -> Workflow | None:
    """The workflow in a file; `None` where it cannot be read."""
    if file.content is None:
        return None
    try:
        # Nodes, not values: to YAML the key `on` is no text, and an alias may stand for a great deal.
        root = yaml.compose(file.content.decode("utf-8"), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        return None
    if not isinstance(root, yaml.MappingNode):
        return None
    jobs = [(key, job) for key, job in _pairs(_inside(root, "jobs")) if isinstance(job, yaml.MappingNode)]
    gate = [step for _, job in jobs for step in _items(_inside(job, "steps")) if _is_keyturn(step)]
    return Workflow(
        path=file.path,
        name=_text(_inside(root, "name")) or file.path,
        events=frozenset(_events(_inside(root, "on"))),
        hears=tuple(_text(item) for item in _items(_inside(root, "on", "workflow_run", "workflows"))),
        jobs=tuple(name for key, job in jobs for name in _check_names(key, job)),
        runs_keyturn=bool(gate),
        own_token=any(_uses_own_token(step) for step in gate),
        publishes=frozenset(said for step in gate if (said := _text(_inside(step, "with", "publish")))),
    )


def _is_keyturn(step: yaml.Node) -> bool:
    return _KEYTURN.fullmatch(_text(_inside(step, "uses"))) is not None


def _check_names(key: str, job: yaml.Node) -> Iterable[str]:
    """What the checks of a job are called: one with a matrix and no name of its own adds the matrix's values."""
    name = _text(_inside(job, "name"))
    if name:
        yield _EXPRESSION.sub("*", name)
    elif _inside(job, "strategy", "matrix") is not None:
        yield f"{key} (*)"
    else:
        yield key


def _uses_own_token(step: yaml.Node) -> bool:
    token = _text(_inside(step, "with", "github-token"))
    return not token or _OWN_TOKEN.fullmatch(token) is not None


def _events(node: yaml.Node | None) -> Iterable[str]:
    """The events of `on`: one name, a list of names, or a mapping by name."""
    if isinstance(node, yaml.MappingNode):
        return [key for key, _ in _pairs(node)]
    return [name for name in map(_text, [node, *_items(node)]) if name]


def _inside(node: yaml.Node | None, *keys: str) -> yaml.Node | None:
    for key in keys:
        node = dict(_pairs(node)).get(key)
    return node


def _pairs(node: yaml.Node | None) -> list[tuple[str, yaml.Node]]:
    return [(_text(key), value) for key, value in node.value] if isinstance(node, yaml.MappingNode) else []


def _items(node: yaml.Node | None) -> list[yaml.Node]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _text(node: yaml.Node | None) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""
