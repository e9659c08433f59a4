"""Holds a strictly read file against the form that it must have, and says where and how it differs."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, ClassVar, TypeVar, Union, get_args, get_origin

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


def fill(form: type[AnyForm], node: Node, problems: Problems) -> AnyForm | None:
    """The filled form, `None` where the node differs from it; every difference is added to `problems`."""
    try:
        return form.model_validate(plain_data(node))
    except ValidationError as error:
        for details in error.errors(include_url=False, include_input=False):
            _report(form, node, details, problems)
        return None


def one_of(text: str, allowed: Iterable[str]) -> str:
    """What is allowed in the place of `text`, with the nearest first: `did you mean multi? allowed: single, multi`."""
    choices = list(allowed)
    near = difflib.get_close_matches(text[:80].casefold(), choices, n=1)
    guess = f"did you mean {near[0]}? " if near else ""
    return f"{guess}allowed: {', '.join(choices)}"


def _report(form: type[Form], root: Node, details: ErrorDetails, problems: Problems) -> None:
    kind, steps = details["type"], [step for step in details["loc"] if step != "[key]"]
    key, node, depth = _locate(root, steps)
    if isinstance(node, Refusal) or kind == "string_unicode":  # there is a problem that says so already
        return
    place: Node = key if key is not None and (kind == "extra_forbidden" or details["loc"][-1] == "[key]") else node
    name = _path(steps[:depth])
    match kind:
        case "missing":
            message = f"{name} lacks the key {steps[-1]}"
        case "extra_forbidden":
            message = _unknown_key(form, steps)
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


def _path(steps: Iterable[int | str]) -> str:
    """How the place is called: `actions[0].scope`; the file itself for the root."""
    written = "".join(f"[{step}]" if isinstance(step, int) else f".{escaped(step)}" for step in steps)
    return written.removeprefix(".") or "the file"


def _unknown_key(form: type[Form], steps: Sequence[int | str]) -> str:
    kind: Any = form
    for step in steps[:-1]:
        if isinstance(step, int):
            kind = get_args(kind)[0]
        else:
            kind = next(field.annotation for name, field in kind.model_fields.items() if (field.alias or name) == step)
        while get_origin(kind) in {Annotated, Union, UnionType}:
            kind = get_args(kind)[0]
    key = str(steps[-1])
    if key in kind.advice:
        return f"{_path(steps)} is not allowed here: {kind.advice[key]}"
    allowed = [field.alias or name for name, field in kind.model_fields.items()]
    return f"{_path(steps)} is an unknown key; {one_of(key, allowed)}"


def _wanted(kind: str, node: Node, context: Mapping[str, Any]) -> str:
    match kind:
        case "value_error":
            return str(context["error"])
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
