"""GitHub's published OpenAPI description: which requests GitHub knows, and whether one is as it says."""

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import quote, unquote

from jsonschema.exceptions import best_match
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from werkzeug.datastructures import Headers, ImmutableMultiDict

from tests.github_server.exchange import Answer, Request
from tests.support import published

SEVERAL_PARTS: Final = {"ref", "path", "basehead", "branch"}
"""Parameters that may hold slashes: GitHub takes them as they stand."""

UNCHECKED: Final[dict[str, Any]] = {"spec_validator_cls": None}
"""The description itself is taken as valid: to check it would take minutes."""


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of the description, and what the request's path gives for its parameters."""

    template: str
    values: Mapping[str, str]


@dataclass(slots=True)
class _Asked:
    """A request as openapi-core wants it: the path already in its canonical form."""

    host_url: str
    path: str
    method: str
    body: bytes | None
    content_type: str
    parameters: RequestParameters


@dataclass(slots=True)
class _Answered:
    """An answer as openapi-core wants it."""

    status_code: int
    content_type: str
    headers: Headers
    data: bytes | None


class Contract:
    """The description, read once for the process."""

    def __init__(self) -> None:
        """Read it."""
        self._text: dict[str, Any] = json.loads(published.openapi().read_bytes(), object_hook=_mended)
        self._checkers: dict[str, OpenAPI] = {}
        self._by_length: defaultdict[str, list[tuple[re.Pattern[str], str]]] = defaultdict(list)
        for template in sorted(self._text["paths"], key=_variability):
            self._by_length[template.split("/")[1]].append((_pattern(template), template))

    def find(self, method: str, path: str) -> Operation | None:
        """Find the operation of a request, fixed words before parameters; none where GitHub has no such thing."""
        for pattern, template in self._by_length[path.split("/")[1]]:
            match = pattern.fullmatch(path)
            if match is not None and method.lower() in self._text["paths"][template]:
                return Operation(template, {_name(key): unquote(value) for key, value in match.groupdict().items()})
        return None

    def breaches(self, request: Request, operation: Operation) -> list[str]:
        """List what the request says that the description does not allow: parameters and body, misspelt ones too."""
        found: list[str] = []
        try:
            self._checker(operation.template).validate_request(_asked(request, operation))
        except OpenAPIError as error:
            found.append(_told(error))
        return [*found, *self._unknown(request, operation)]

    def misfits(self, request: Request, operation: Operation, answer: Answer) -> list[str]:
        """List what an answer of success says that the description does not allow: mistakes of this server."""
        said = _Answered(
            status_code=answer.status,
            content_type=answer.content_type.partition(";")[0],
            headers=Headers(list(answer.headers.items())),
            data=answer.content(),
        )
        try:
            self._checker(operation.template).validate_response(_asked(request, operation), said)
        except OpenAPIError as error:
            return [_told(error)]
        return []

    def _unknown(self, request: Request, operation: Operation) -> list[str]:
        described = self._text["paths"][operation.template][request.method.lower()]
        names = {self._resolved(each)["name"] for each in described.get("parameters", ())}
        found = [f"unknown query parameter {name!r}" for name in request.query if name not in names]
        media = described.get("requestBody", {}).get("content", {}).get("application/json", {})
        properties = _properties(self._resolved(media.get("schema", {})))
        if isinstance(request.body, dict) and properties:
            found += [f"unknown member {name!r} of the body" for name in request.body if name not in properties]
        return found

    def _resolved(self, described: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in described:
            found: Any = self._text
            for part in described["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            described = found
        return described

    def _checker(self, template: str) -> OpenAPI:
        if template not in self._checkers:
            narrow = {**self._text, "paths": {template: self._text["paths"][template]}}
            self._checkers[template] = OpenAPI.from_dict(narrow, config=Config(**UNCHECKED))
        return self._checkers[template]


def _asked(request: Request, operation: Operation) -> _Asked:
    return _Asked(
        host_url="https://api.github.com",
        path=re.sub(r"{([^}]+)}", lambda match: quote(operation.values[match[1]], safe=""), operation.template),
        method=request.method.lower(),
        body=_wrapped(request, operation),
        content_type=request.headers.get("content-type", "application/json").partition(";")[0],
        parameters=RequestParameters(
            query=ImmutableMultiDict([(key, value) for key, values in request.query.items() for value in values]),
            header=Headers(list(request.headers.items())),
            cookie=ImmutableMultiDict(),
        ),
    )


def _wrapped(request: Request, operation: Operation) -> bytes | None:
    """Give the body; a bare list of labels as the object for which the description's prose says it may stand."""
    if operation.template.endswith("/labels") and isinstance(request.body, list):
        return json.dumps({"labels": request.body}).encode()
    return request.content or None


@cache
def contract() -> Contract:
    """Give the one description of this process."""
    return Contract()


def _mended(found: dict[str, Any]) -> dict[str, Any]:
    """Mend slips of the description that would refuse what GitHub sends.

    A value that is `nullable` may be null though its list of values, or of forms, leaves that out; and a discriminator
    cannot tell a list, which has no members, from an object.
    """
    values = found.get("enum")
    if found.get("nullable") and isinstance(values, list) and None not in values:
        found["enum"] = [*values, None]
    for forms in ("anyOf", "oneOf"):
        if found.get("nullable") is True and forms in found:
            found[forms] = [*found[forms], {"nullable": True, "enum": [None]}]
    if "propertyName" in found.get("discriminator", ()):
        del found["discriminator"]
    return found


def _properties(schema: Mapping[str, Any]) -> set[str]:
    names = set(schema.get("properties", {}))
    for key in ("oneOf", "anyOf", "allOf"):
        for each in schema.get(key, ()):
            names |= _properties(each)
    return names


def _variability(template: str) -> tuple[int, list[tuple[bool, str]]]:
    """Order longer before shorter and fixed words before parameters, since a parameter may swallow several parts."""
    parts = template.split("/")
    return -len(parts), [(part.startswith("{"), part) for part in parts]


def _pattern(template: str) -> re.Pattern[str]:
    parts = []
    for part in re.split(r"({[^}]+})", template):
        if part.startswith("{"):
            name = part[1:-1]
            parts.append(f"(?P<{name.replace('-', '__')}>{'.+' if name in SEVERAL_PARTS else '[^/]+'})")
        else:
            parts.append(re.escape(part))
    return re.compile("".join(parts))


def _name(group: str) -> str:
    return group.replace("__", "-")


def _told(error: BaseException) -> str:
    """Name what is wrong in as few words as possible: where in the body, and which rule it breaks."""
    texts: list[str] = []
    cause: BaseException | None = error
    while cause is not None:
        wrong = best_match(getattr(cause, "schema_errors", ()))
        texts.append(f"{'/'.join(map(str, wrong.absolute_path))}: {wrong.message}" if wrong else str(cause)[:200])
        cause = cause.__cause__
    return " <- ".join(dict.fromkeys(texts))
