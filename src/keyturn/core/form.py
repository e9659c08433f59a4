"""Holds a strictly read file against the form that it must have, and says where and how it differs."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from types import UnionType
from typing import Annotated, Any, ClassVar, TypeVar, Union, get_args, get_origin

from msgspec import Struct
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from keyturn.core.characters import escaped
from keyturn.core.nodes import ListNode, MapNode, Meaning, Node, Refusal, Scalar, found, plain_data
from keyturn.core.source import Problems

_CHOICE = re.compile(r"'([^']*)'")
_WANTED = {
    "string_too_short": "a text that is not empty is wanted",
    "int_type": "a whole number is wanted, such as 2, without quotes, sign or leading zeros",
    "list_type": "a list is wanted",
    "model_type": "a mapping is wanted",
    "dict_type": "a mapping is wanted",
}

AnyForm = TypeVar("AnyForm", bound="Form")


class Form(BaseModel):
    """A mapping with fixed keys. Nothing is converted, and unknown keys are refused."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        model_title_generator=lambda form: form.__name__.removesuffix("Form"),
    )

    advice: ClassVar[Mapping[str, str]] = {}
    """What to say about keys that people expect here and that are not allowed."""


def matching(form: type[AnyForm], node: Node) -> AnyForm | None:
    """The filled form, `None` where the node differs from it in any way."""
    try:
        return form.model_validate(plain_data(node))
    except ValidationError:
        return None


def salvaged(form: type[AnyForm], node: MapNode) -> tuple[AnyForm, frozenset[str]]:
    """The form filled with what fits, and the keys that do not; for forms in which every key has a default."""
    data = {key: plain_data(value) for key, (_, value) in node.entries.items()}
    try:
        return form.model_validate(data), frozenset()
    except ValidationError as error:
        broken = frozenset(str(details["loc"][0]) for details in error.errors(include_url=False, include_input=False))
        return form.model_validate({key: value for key, value in data.items() if key not in broken}), broken


def fill(form: type[AnyForm], node: Node, problems: Problems, path: str = "") -> AnyForm | None:
    """The filled form, `None` where the node itself differs from it; every difference is added to `problems`.

    Forms inside are filled one by one, so that reading ends as soon as there are too many problems. Where one of them
    differs, an empty one stands in its place: with problems, a form is good for nothing. `path` names the node.
    """
    try:
        return form.model_validate(_data(form, node, problems, path))
    except ValidationError as error:
        for details in error.errors(include_url=False, include_input=False):
            _report(form, node, details, problems, path)
        return None


def one_of(text: str, allowed: Iterable[str]) -> str:
    """What is allowed in the place of `text`, with the nearest first: `did you mean multi? allowed: single, multi`."""
    choices = list(allowed)
    near = difflib.get_close_matches(text[:80].casefold(), choices, n=1)
    guess = f"did you mean {near[0]}? " if near else ""
    return f"{guess}allowed: {', '.join(choices)}"


class _Inner(Struct, frozen=True):
    """A form inside another, on its own or as the items of a list."""

    form: type[Form]
    listed: bool


@cache
def _inner_forms(form: type[Form]) -> Mapping[str, _Inner]:
    """The keys under which further forms stand."""
    inner = {}
    for name, field in form.model_fields.items():
        kind, listed = field.annotation, False
        while get_origin(kind) in {Annotated, Union, UnionType, list}:
            listed = listed or get_origin(kind) is list
            kind = get_args(kind)[0]
        if isinstance(kind, type) and issubclass(kind, Form):
            inner[field.alias or name] = _Inner(kind, listed)
    return inner


def _data(form: type[Form], node: Node, problems: Problems, path: str) -> object:
    if not isinstance(node, MapNode):
        return plain_data(node)
    inner = _inner_forms(form)
    return {
        key: _inner_data(inner[key], value, problems, _path(path, [key])) if key in inner else plain_data(value)
        for key, (_, value) in node.entries.items()
    }


def _inner_data(inner: _Inner, node: Node, problems: Problems, path: str) -> object:
    if not inner.listed:
        return _inner_filled(inner.form, node, problems, path)
    if isinstance(node, ListNode):
        return [_inner_filled(inner.form, item, problems, f"{path}[{n}]") for n, item in enumerate(node.items)]
    return plain_data(node)


def _inner_filled(form: type[Form], node: Node, problems: Problems, path: str) -> object:
    if not isinstance(node, MapNode):
        return plain_data(node)
    filled = fill(form, node, problems, path)
    return form.model_construct() if filled is None else filled


def _report(form: type[Form], root: Node, details: ErrorDetails, problems: Problems, path: str) -> None:
    kind, steps = details["type"], details["loc"]
    at_key = kind == "extra_forbidden" or steps[-1:] == ("[key]",)
    key, node, depth = _locate(root, steps)
    if isinstance(node, Refusal) or kind == "string_unicode":  # there is a problem that says so already
        return
    place = key if key is not None and at_key else node
    name = _path(path, steps[:depth])
    match kind:
        case "missing":
            message = f"{name} lacks the key {steps[-1]}"
        case "extra_forbidden":
            message = _unknown_key(form, str(steps[-1]), name)
        case _:
            message = f"{name} is {found(place)}; {_wanted(kind, place, details.get('ctx', {}))}"
    problems.add(place.line, place.column, message)


def _locate(root: Node, steps: Sequence[int | str]) -> tuple[Scalar | None, Node, int]:
    """The deepest place on the way, the key it stands under, and how many steps lead there."""
    key, node = None, root
    for depth, step in enumerate(steps):
        match node:
            case MapNode() if step in node.entries:
                key, node = node.entries[str(step)]
            case ListNode():
                key, node = None, node.items[int(step)]
            case _:
                return key, node, depth
    return key, node, len(steps)


def _path(path: str, steps: Iterable[int | str]) -> str:
    """How a place is called: `actions[0].scope`; the file itself where there are no steps."""
    written = "".join(f"[{step}]" if isinstance(step, int) else f".{escaped(step)}" for step in steps)
    return f"{path}{written}".removeprefix(".") or "the file"


def _unknown_key(form: type[Form], key: str, name: str) -> str:
    if key in form.advice:
        return f"{name} is not allowed here: {form.advice[key]}"
    return (
        f"{name} is an unknown key; {one_of(key, (field.alias or name for name, field in form.model_fields.items()))}"
    )


def _wanted(kind: str, node: Node, context: Mapping[str, Any]) -> str:
    match kind:
        case "refused":
            return str(context["why"])
        case "enum":
            written = node.text if isinstance(node, Scalar) else ""
            return one_of(written, _CHOICE.findall(context["expected"]))
        case "string_type":
            quotes = isinstance(node, Scalar) and node.meaning is not Meaning.NOTHING
            return "a text is wanted" + (": put it in quotes" if quotes else "")
        case "string_too_long":
            return f"at most {context['max_length']:,} characters are allowed"
        case "greater_than_equal":
            return f"the least that is allowed is {context['ge']}"
        case "less_than_equal":
            return f"the most that is allowed is {context['le']}"
        case _:
            return _WANTED[kind]
