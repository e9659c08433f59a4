"""Reads the part of YAML that means the same to everybody: no anchors, aliases, tags or further documents."""

from collections.abc import Iterator
from typing import Protocol

import yaml

from keyturn.core.characters import escaped, quoted
from keyturn.core.nodes import Node, Refusal, Scalar
from keyturn.core.source import Problems
from keyturn.core.tree import TreeBuilder


class _Mark(Protocol):
    """A place in a text; line and column count from 0."""

    line: int
    column: int


_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


def read_yaml(text: str, problems: Problems, loader: type = _LOADER) -> Node | None:
    """The tree of a YAML text, `None` for an empty one; what is wrong with it is added to `problems`.

    Nothing is constructed from what the text names: it is taken apart as it comes, and reading stops with Refused where
    the text is no YAML, nests too deeply, holds too much, or has a further document.
    """
    builder = TreeBuilder(problems)
    documents = 0
    for event in _events(text, problems, loader):
        line, column = _place(event.start_mark)
        match event:
            case yaml.ScalarEvent():
                _refuse_decoration(event, problems, line, column)
                builder.value(Scalar(event.value, not event.style, line, column))
            case yaml.CollectionEndEvent():
                builder.end()
            case yaml.CollectionStartEvent():
                _refuse_decoration(event, problems, line, column)
                builder.begin(mapping=isinstance(event, yaml.MappingStartEvent), line=line, column=column)
            case yaml.AliasEvent():
                problems.add(
                    line, column, f"aliases are refused; found *{escaped(event.anchor or '')}: write the value out"
                )
                builder.value(Refusal(line, column))
            case yaml.DocumentStartEvent():
                documents += 1
                if documents > 1:
                    raise problems.fatal(line, column, "a further document begins here; a file holds one")
                if event.tags:
                    problems.add(line, column, "tags are refused; found a %TAG directive")
            case _:
                pass
    return builder.root


def _events(text: str, problems: Problems, loader: type) -> Iterator[yaml.Event]:
    try:
        yield from yaml.parse(text, Loader=loader)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        said = (getattr(error, "problem", None), getattr(error, "context", None))
        message = "this is not valid YAML: " + escaped(" ".join(part for part in said if part) or str(error))
        mark = getattr(error, "problem_mark", None)
        if mark is None:
            raise problems.fatal(None, None, message) from None
        rest = "".join(text.split("\n")[mark.line : mark.line + 1])[mark.column :]
        found = f"; found {quoted(rest, 20)}" if rest else "; found the end of the line"
        advice = ": indent with spaces, not tabs" if rest.startswith("\t") else ""
        raise problems.fatal(*_place(mark), message + found + advice) from None


def _place(mark: _Mark | None) -> tuple[int, int]:
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _refuse_decoration(
    event: yaml.ScalarEvent | yaml.CollectionStartEvent, problems: Problems, line: int, column: int
) -> None:
    if event.anchor is not None:
        problems.add(line, column, f"anchors are refused; found &{escaped(event.anchor)}")
    if event.tag is not None:
        problems.add(line, column, f"tags are refused; found {escaped(event.tag)}: leave it out")
