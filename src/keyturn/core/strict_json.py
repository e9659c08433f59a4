"""Reads JSON as strictly as YAML, and says where everything stands."""

import json
import re
from bisect import bisect_right
from itertools import accumulate
from typing import NoReturn

from keyturn.core.characters import quoted
from keyturn.core.nodes import Node, Scalar
from keyturn.core.source import Problems
from keyturn.core.tree import TreeBuilder

_TOKEN = re.compile(
    r'[ \t\n]*+(?:(?P<mark>[\[\]{},:])|(?P<text>"[^"\\]*+(?:\\.[^"\\]*+)*+")'
    r'|(?P<word>[^ \t\n\[\]{},:"]++)|(?P<end>\Z))',
    re.DOTALL,
)
_WORD = re.compile(r"true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")


def read_json(text: str, problems: Problems) -> Node | None:
    """The tree of a JSON text, `None` for an empty one; what is wrong with it is added to `problems`.

    Raises Refused where the text is no JSON (RFC 8259), nests too deeply or holds too much.
    """
    reader = _Reader(text, problems)
    if reader.kind == "end":
        return None
    reader.read_value()
    if reader.kind != "end":
        reader.refuse("nothing more after the value")
    return reader.builder.root


class _Reader:
    """Stands at one token of the text; `kind` and `found` tell which."""

    def __init__(self, text: str, problems: Problems) -> None:
        self._text = text
        self._problems = problems
        self._line_starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
        self._position = 0
        self.builder = TreeBuilder(problems)
        self.advance()

    def advance(self) -> None:
        """Go on to the next token."""
        match = _TOKEN.match(self._text, self._position)
        if match is None:  # nothing but a text can be left open
            start = self._text.index('"', self._position)
            self._stand(start)
            self.found = self._text[start:]
            self.refuse("a double quote where the text ends")
        self.kind = match.lastgroup or ""
        self.found = match.group(self.kind)
        self._stand(match.start(self.kind))
        self._position = match.end()

    def _stand(self, start: int) -> None:
        self.line = bisect_right(self._line_starts, start)
        self.column = start - self._line_starts[self.line - 1] + 1

    def refuse(self, wanted: str) -> NoReturn:
        """Raise Refused for the token that stands here."""
        standing = quoted(self.found) if self.found else "the end of the file"
        raise self._problems.fatal(
            self.line, self.column, f"this is not valid JSON: found {standing}; wanted: {wanted}"
        )

    def read_value(self) -> None:
        """Read a value and go on behind it. Recursion is bounded by the depth that the builder allows."""
        if self.found == "{" and self.kind == "mark":
            self._read_items("}", mapping=True)
        elif self.found == "[" and self.kind == "mark":
            self._read_items("]", mapping=False)
        elif self.kind == "text":
            self._read_text()
        elif self.kind == "word" and _WORD.fullmatch(self.found):
            self.builder.value(Scalar(self.found, plain=True, line=self.line, column=self.column))
            self.advance()
        else:
            self.refuse("a text in double quotes, a number, true, false, null, a list or a mapping")

    def _read_items(self, closing: str, *, mapping: bool) -> None:
        self.builder.begin(mapping=mapping, line=self.line, column=self.column)
        self.advance()
        first = True
        while not self._is_mark(closing):
            if not first:
                if not self._is_mark(","):
                    self.refuse(f"a comma or {closing}")
                self.advance()
            first = False
            if mapping:
                self._read_key()
            self.read_value()
        self.builder.end()
        self.advance()

    def _read_key(self) -> None:
        if self.kind != "text":
            self.refuse("a key in double quotes")
        self._read_text()
        if not self._is_mark(":"):
            self.refuse("a colon")
        self.advance()

    def _read_text(self) -> None:
        try:
            value = json.loads(self.found)
        except ValueError:
            self.refuse("a text whose escapes are those of JSON, without raw tabs and line ends")
        self.builder.value(Scalar(value, plain=False, line=self.line, column=self.column))
        self.advance()

    def _is_mark(self, mark: str) -> bool:
        return self.kind == "mark" and self.found == mark
