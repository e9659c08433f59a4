"""The texts that manifest and rule book are made of: what each may look like, checked the same way in both."""

import re
from collections.abc import Callable
from typing import Annotated

from msgspec import Struct
from pydantic import AfterValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from keyturn.core.duration import parse_duration
from keyturn.core.glob_regex import check_glob


class Shape(Struct, frozen=True):
    """Marks a text that must match a pattern from end to end; `wanted` says so in words."""

    pattern: str
    wanted: str

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check the pattern after everything else."""
        return core_schema.no_info_after_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Give editors the pattern."""
        return {**handler(schema), "pattern": f"^(?:{self.pattern})$"}

    def _checked(self, text: str) -> str:
        if re.fullmatch(self.pattern, text) is None:
            raise refused(self.wanted)
        return text


def refused(why: str) -> PydanticCustomError:
    """What a check of a form raises, with what is wanted instead; unlike ValueError it keeps no traceback alive."""
    return PydanticCustomError("refused", "{why}", {"why": why})


def checked_by(check: Callable[[str], object]) -> AfterValidator:
    """Refuse a text for which the check raises ValueError."""

    def checked(text: str) -> str:
        try:
            check(text)
        except ValueError as error:
            raise refused(str(error)) from None
        return text

    return AfterValidator(checked)


def _check_segments(text: str) -> None:
    segments = text.split("/")
    if text.startswith("/"):
        msg = "a path begins at the root of the repository anyway: leave out the leading /"
        raise ValueError(msg)
    if "" in segments:
        msg = "a path has no empty parts: no // and no / at the end"
        raise ValueError(msg)
    if "." in segments or ".." in segments:
        msg = "a path is written without the parts . and .."
        raise ValueError(msg)


def _check_floor_glob(text: str) -> None:
    inner = text.removeprefix("/").removesuffix("/")
    if not inner:
        msg = "a glob names something"
        raise ValueError(msg)
    _check_segments(inner)
    check_glob(text)


def _check_pattern(text: str) -> None:
    if not text.strip():
        msg = "an empty pattern matches nothing; name something, or leave the key out"
        raise ValueError(msg)


def slack_id(initials: str, thing: str) -> Shape:
    """The shape of the id of `thing` in Slack, which begins with one of `initials`."""
    wanted = f"the id of {thing} in Slack begins with {' or '.join(initials)} and goes on in capitals and digits"
    return Shape(f"[{initials}][A-Z0-9]{{1,30}}", wanted)


ActionType = Annotated[
    str,
    Shape(
        r"[a-z][a-z0-9_]{0,63}", "an action type is a lower-case letter and up to 63 lower-case letters, digits or _"
    ),
]
_Path = Field(min_length=1, json_schema_extra={"pattern": r"^(?!(?:.*/)?\.{0,2}(?:/|$))"})
Target = Annotated[str, _Path, Field(max_length=512), checked_by(_check_segments)]
FileGlob = Annotated[str, _Path, checked_by(_check_segments), checked_by(check_glob)]
FloorGlob = Annotated[str, Field(min_length=1), checked_by(_check_floor_glob)]
Login = Annotated[
    str, Shape(r"[A-Za-z0-9_-]{1,39}", "a GitHub login is made of up to 39 letters, digits and hyphens, without @")
]
Account = Annotated[
    str,
    Shape(
        r"[A-Za-z0-9_-]{1,39}(?:\[bot\])?",
        "a GitHub login is made of up to 39 letters, digits and hyphens, without @; a bot's ends in [bot]",
    ),
]
LoginPattern = Annotated[
    str,
    Shape(r"[A-Za-z0-9_*\[\]-]{1,100}", "a login pattern is a GitHub login, without @, in which * stands for anything"),
]
Team = Annotated[
    str,
    Shape(r"[A-Za-z0-9_-]{1,39}/[A-Za-z0-9_.-]{1,255}", "a team is written organisation/team, such as acme/platform"),
]
Pattern = Annotated[str, Field(json_schema_extra={"pattern": r"\S"}), checked_by(_check_pattern)]
Duration = Annotated[
    str,
    Field(json_schema_extra={"pattern": r"^(?=.)(?:[0-9]+d)?(?:[0-9]+h)?(?:[0-9]+m)?(?:[0-9]+s)?$"}),
    checked_by(parse_duration),
]
Version = Annotated[int, Field(ge=1, le=1), WithJsonSchema({"const": 1})]
