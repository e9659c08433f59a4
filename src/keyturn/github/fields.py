"""A typed way through GitHub's JSON: what is missing, or of another kind than promised, makes the facts incomplete."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import NoReturn, TypeAlias, TypeVar, cast

from msgspec import Struct

from keyturn.core.decision import ReasonCode
from keyturn.ports import Unavailable

Word = TypeVar("Word", bound=StrEnum)
Json: TypeAlias = "Mapping[str, Json] | list[Json] | str | int | float | bool | None"


def incomplete(where: str, what: str) -> Unavailable:
    """An answer that cannot be relied on; `where` is the path in the answer, `what` what is wrong there."""
    return Unavailable(
        ReasonCode.FACTS_INCOMPLETE,
        f"GitHub's answer does not add up: {where} {what}. The next run reads it again; nothing is needed from you.",
    )


class Fields(Struct, frozen=True):
    """One JSON object of an answer, with the path to it for messages.

    Every method raises `Unavailable` (`facts_incomplete`) where the member is not what its name says.
    """

    members: Mapping[str, Json]
    where: str = "the answer"

    @staticmethod
    def of(value: Json, where: str = "the answer") -> "Fields":
        """The object that this value is."""
        if not isinstance(value, dict):
            raise incomplete(where, f"is not an object but {_kind(value)}")
        return Fields(cast("Mapping[str, Json]", value), where)

    def at(self, *names: str) -> "Fields":
        """The object behind these members, each in the one before."""
        found = self
        for name in names:
            found = Fields.of(found._value(name), f"{found.where}.{name}")
        return found

    def maybe(self, *names: str) -> "Fields | None":
        """The same, `None` where one of them is absent or null."""
        found = self
        for name in names:
            value = found.members.get(name)
            if value is None:
                return None
            found = Fields.of(value, f"{found.where}.{name}")
        return found

    def text(self, name: str) -> str:
        """The string of this name."""
        value = self._value(name)
        if not isinstance(value, str):
            self.reject(name, f"is not text but {_kind(value)}")
        return value

    def text_or_none(self, name: str) -> str | None:
        """The string of this name, `None` where it is absent or null."""
        return None if self.members.get(name) is None else self.text(name)

    def word(self, name: str, words: type[Word]) -> Word:
        """The word of this name, one of an enumeration; GitHub may add to its own one day."""
        text = self.text(name)
        try:
            return words(text)
        except ValueError:
            self.reject(name, f"is unknown: {text!r}; known are {', '.join(words)}")

    def whole(self, name: str) -> int:
        """The whole number of this name; GraphQL gives those beyond 32 bits as text."""
        value = self._value(name)
        if isinstance(value, str) and value.isascii() and value.isdigit():
            return int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            self.reject(name, f"is not a whole number but {_kind(value)}")
        return value

    def whole_or_none(self, name: str) -> int | None:
        """The whole number of this name, `None` where it is absent or null."""
        return None if self.members.get(name) is None else self.whole(name)

    def flag(self, name: str) -> bool:
        """The yes or no of this name."""
        value = self._value(name)
        if not isinstance(value, bool):
            self.reject(name, f"is not true or false but {_kind(value)}")
        return value

    def time(self, name: str) -> datetime:
        """The moment of this name, in UTC."""
        text = self.text(name)
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            self.reject(name, f"is not a time: {text!r}")
        if moment.tzinfo is None:
            self.reject(name, f"is a time without a zone: {text!r}")
        return moment.astimezone(UTC)

    def time_or_none(self, name: str) -> datetime | None:
        """The moment of this name in UTC, `None` where it is absent or null."""
        return None if self.members.get(name) is None else self.time(name)

    def each(self, name: str) -> Iterator["Fields"]:
        """The objects in the list of this name."""
        value = self._value(name)
        if not isinstance(value, list):
            self.reject(name, f"is not a list but {_kind(value)}")
        for place, item in enumerate(value):
            yield Fields.of(item, f"{self.where}.{name}[{place}]")

    def nodes(self, *names: str) -> list["Fields"]:
        """The nodes of the connection behind these members."""
        return list(self.at(*names).each("nodes"))

    def reject(self, name: str, what: str) -> NoReturn:
        """Raise `Unavailable` (`facts_incomplete`): the member of this name is not as it must be."""
        where = f"{self.where}.{name}"
        raise incomplete(where, what)

    def _value(self, name: str) -> Json:
        if name not in self.members:
            self.reject(name, "is absent")
        return self.members[name]


def objects(value: Json, where: str) -> list[Fields]:
    """The objects in this list."""
    return list(Fields({"list": value}, where).each("list"))


def _kind(value: Json) -> str:
    return "null" if value is None else type(value).__name__
