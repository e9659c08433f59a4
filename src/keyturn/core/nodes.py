"""What a strictly read file holds: texts, lists and mappings, each with the place where it stands."""

import re
from enum import Enum

from msgspec import Struct

from keyturn.core.characters import quoted


class Meaning(Enum):
    """What a value that is not quoted means to the programs that read YAML; where they differ, it is never a text."""

    TEXT = "text"
    NOTHING = "nothing"
    TRUE_OR_FALSE = "true or false"
    WHOLE_NUMBER = "a whole number"
    NUMBER = "a number"
    DATE = "a date"
    MERGE = "an order to merge mappings"
    DEFAULT = "a default value"


_SURPRISES = (
    (Meaning.NOTHING, re.compile(r"~|null|Null|NULL|")),
    (
        Meaning.TRUE_OR_FALSE,
        re.compile(
            r"y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF",
        ),
    ),
    (Meaning.WHOLE_NUMBER, re.compile(r"0|[1-9][0-9]{0,8}")),
    (
        Meaning.NUMBER,
        re.compile(
            r"[-+]?(?:[0-9][0-9_]*|0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+"
            r"|[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"
            r"|(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9_]+|[0-9][0-9_]*(?=[eE]))(?:[eE][-+]?[0-9]+)?"
            r"|\.inf|\.Inf|\.INF)|\.nan|\.NaN|\.NAN",
        ),
    ),
    (Meaning.DATE, re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]|[ \t]+)[0-9][0-9:. \t+Zz-]*)?")),
    (Meaning.MERGE, re.compile(r"<<")),
    (Meaning.DEFAULT, re.compile(r"=")),
)
_SURPRISING_STARTS = frozenset("~nNyYtTfFoO0123456789-+.<=")


class Scalar(Struct, frozen=True):
    """One value; `plain` where it is written without quotes."""

    text: str
    plain: bool
    line: int
    column: int

    @property
    def meaning(self) -> Meaning:
        """What the value is, as written."""
        if not self.plain or (self.text and self.text[0] not in _SURPRISING_STARTS):
            return Meaning.TEXT
        return next((meaning for meaning, form in _SURPRISES if form.fullmatch(self.text)), Meaning.TEXT)


class ListNode(Struct, frozen=True):
    """A list, in order."""

    items: "list[Node]"
    line: int
    column: int


class MapNode(Struct, frozen=True):
    """A mapping, in order; its keys are texts, each there once."""

    entries: "dict[str, tuple[Scalar, Node]]"
    line: int
    column: int

    def get(self, key: str) -> "Node | None":
        """The value under a key, if it is there."""
        entry = self.entries.get(key)
        return entry and entry[1]


class Refusal(Struct, frozen=True):
    """Stands where something was already refused, so that nothing more is said about it."""

    line: int
    column: int


Written = Scalar | ListNode | MapNode
Node = Written | Refusal


def found(node: Written) -> str:
    """What stands there, in words that fit after "found"."""
    match node:
        case Scalar(text=text):
            meaning = node.meaning
            if meaning is Meaning.NOTHING:
                return "nothing"
            if meaning in {Meaning.TEXT, Meaning.WHOLE_NUMBER}:
                return quoted(text) if meaning is Meaning.TEXT else f"the number {text}"
            return f"{quoted(text)} without quotes, which reads as {meaning.value}"
        case ListNode():
            return "a list"
        case _:
            return "a mapping"


def plain_data(node: Node) -> object:
    """The tree as plain values: texts, whole numbers, lists and dicts; anything else stays the node itself."""
    match node:
        case Scalar():
            match node.meaning:
                case Meaning.TEXT:
                    return node.text
                case Meaning.WHOLE_NUMBER:
                    return int(node.text)
                case _:
                    return node
        case ListNode():
            return [plain_data(item) for item in node.items]
        case MapNode():
            return {key: plain_data(value) for key, (_, value) in node.entries.items()}
        case _:
            return node
