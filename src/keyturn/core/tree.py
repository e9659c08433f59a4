"""Builds the tree of a strictly read file, and refuses what neither manifest nor rule book may hold."""

from keyturn.core.characters import named, quoted, refused_character
from keyturn.core.nodes import ListNode, MapNode, Meaning, Node, Refusal, Scalar, found
from keyturn.core.source import Problems

DEEPEST = 12
"""How many lists and mappings may stand inside each other."""

MOST_NODES = 25_000
"""How many keys and values a file may have: far more than a full manifest needs, and few enough to cost nothing."""


class TreeBuilder:
    """Takes the beginnings and ends of lists and mappings, and the values between them, in the order of the file.

    It notes duplicate keys, keys that are no texts, and characters that no value may hold, and goes on; it raises
    Refused as soon as the file nests too deeply or holds too much.
    """

    def __init__(self, problems: Problems) -> None:
        """Start with nothing read; what is wrong is added to `problems`."""
        self._problems = problems
        self._open: list[_Open] = []
        self._count = 0
        self.root: Node | None = None

    def begin(self, *, mapping: bool, line: int, column: int) -> None:
        """A list or mapping begins."""
        self._counted(line, column)
        if len(self._open) == DEEPEST:
            message = f"lists and mappings may stand at most {DEEPEST} deep inside each other"
            raise self._problems.fatal(line, column, message)
        self._open.append(_OpenMap(line, column, self._problems) if mapping else _OpenList(line, column))

    def end(self) -> None:
        """The list or mapping that began last ends."""
        self._place(self._open.pop().node)

    def value(self, node: Scalar | Refusal) -> None:
        """A value, or something that was already refused and stands in the place of one."""
        self._counted(node.line, node.column)
        self._place(node)

    def _counted(self, line: int, column: int) -> None:
        self._count += 1
        if self._count > MOST_NODES:
            message = f"the file has more than {MOST_NODES:,} keys and values; split it up"
            raise self._problems.fatal(line, column, message)

    def _place(self, node: Node) -> None:
        key = self._open[-1].take(node) if self._open else None
        if not self._open:
            self.root = node
        if isinstance(node, Scalar):
            refused = refused_character(node.text, line_feeds=key == "description")
            if refused is not None:
                advice = "; only a description may have several lines" if refused == "\n" else ""
                message = f"found the character {named(refused)}; control and invisible characters are refused{advice}"
                self._problems.add(node.line, node.column, message)


class _OpenList:
    """A list whose end has not come yet."""

    def __init__(self, line: int, column: int) -> None:
        self.node = ListNode([], line, column)

    def take(self, node: Node) -> str | None:
        """Add an item, which has no key."""
        self.node.items.append(node)
        return None


class _OpenMap:
    """A mapping whose end has not come yet."""

    def __init__(self, line: int, column: int, problems: Problems) -> None:
        self.node = MapNode({}, line, column)
        self._problems = problems
        self._key: Node | None = None

    def take(self, node: Node) -> str | None:
        """Take a key and its value in turn; gives the key of a value."""
        if self._key is None:
            self._key = node
            return None
        key, self._key = self._key, None
        if not isinstance(key, Scalar) or key.meaning is not Meaning.TEXT:
            self._refuse(key)
            return None
        first = self.node.entries.setdefault(key.text, (key, node))[0]
        if first is not key:
            message = f"the key {quoted(key.text)} stands here and on line {first.line}; a key stands once"
            self._problems.add(key.line, key.column, message)
        return key.text

    def _refuse(self, key: Node) -> None:
        match key:
            case Refusal():
                return
            case Scalar(meaning=Meaning.MERGE):
                message = "mappings are not merged (<<); write the keys out"
            case Scalar(meaning=Meaning.NOTHING):
                message = "a key is missing before the colon"
            case Scalar():
                message = f"a key is a text; found {found(key)}; put it in quotes"
            case _:
                message = f"a key is a text; found {found(key)}"
        self._problems.add(key.line, key.column, message)


_Open = _OpenList | _OpenMap
