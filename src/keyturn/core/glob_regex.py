"""Turns a glob in gitignore syntax into a regular expression whose matching takes no more than linear time.

What the glob means is pathspec's to say. Its expressions try wildcards in every combination, though, and a glob written
by an agent could keep them busy for ever. Here they are rebuilt from the same parts: a wildcard gives way once what
follows it was found, which finds the same paths, because every further wildcard can still take up the rest.
"""

import re
from collections.abc import Iterable

from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from keyturn.core.glob_class import read_class

_CLASS = "\ue000"
"""Stands for a bracket expression on the way through pathspec; no glob may hold it."""

_SPECIAL = re.compile(r"\\(?P<escaped>.?)|(?P<bracket>\[)|[^\S ]", re.DOTALL)
_PART = re.compile(
    r"(?P<anywhere>\^\(\?:\.\+/\)\?)|(?P<root>\^)|(?P<between>\(\?:/\.\+\)\?)"
    r"|(?P<end>\(\?:\(\?P<ps_d>/\)\|\$\))|(?P<slash>\(\?P<ps_d>/\)|/)"
    r"|(?P<many>\[\^/\]\*)|(?P<some>\[\^/\]\+)|(?P<one>\[\^/\])|(?P<group>" + _CLASS + r")"
    r"|(?P<literal>\\.|[^\\^$.|?*+(){}\[\]])",
    re.DOTALL,
)
_BEFORE = {"anywhere": "(?:[^/]++/)*?", "between": "(?:/[^/]++)*?", "root": ""}
_WRITTEN = {"slash": "/", "end": r"(?:/|\Z)", "some": "[^/]++", "one": "[^/]"}


def check_glob(glob: str) -> None:
    """Raise ValueError, saying why and what to write instead, for a glob that is none or can match nothing."""
    _without_classes(glob)


def glob_regex(glob: str) -> str:
    """The expression that matches, from its beginning, every path that the glob matches, and everything below it.

    Raises ValueError like `check_glob`.
    """
    bare, classes = _without_classes(glob)
    expression, _ = GitIgnoreSpecPattern.pattern_to_regex(bare)
    if expression == ".":
        return ""
    if expression in {"/", "(?P<ps_d>/)"}:
        return "[^/]++/"
    return "".join(_rebuilt(str(expression), classes))


def _without_classes(glob: str) -> tuple[str, list[str]]:
    """The glob with a sign in the place of each bracket expression, and these as regular expressions, in order."""
    if glob[:1] in {"!", "#"}:
        msg = f"a glob stands alone: no {glob[0]} in front; write \\{glob[0]} for the character itself"
        raise ValueError(msg)
    if not glob.strip("/") or _CLASS in glob:
        msg = "a glob names something"
        raise ValueError(msg)
    bare, classes, position = "", [], 0
    last_escaped = False
    while (special := _SPECIAL.search(glob, position)) is not None:
        bare += glob[position : special.start()]
        position = special.end()
        escaped = special["escaped"]
        if special["bracket"]:
            group, position = read_class(glob, special.start())
            classes.append(group)
            bare += _CLASS
        elif escaped in {"", "/"}:
            msg = "a backslash stands in front of the character that it escapes; write \\\\ for itself"
            raise ValueError(msg)
        elif special[0][-1].isspace() and escaped != " ":  # pathspec strips more kinds of blanks than git does
            classes.append(re.escape(special[0][-1]))
            bare += _CLASS
        else:
            bare += special[0]
            last_escaped = position == len(glob)
    bare += glob[position:]
    if bare.endswith(" ") and not last_escaped:
        msg = "a blank at the end of a glob does not count; leave it out, or write a backslash in front of it"
        raise ValueError(msg)
    return bare, classes


def _rebuilt(expression: str, classes: Iterable[str]) -> Iterable[str]:
    """The expression, part by part, with every choice final that need not be taken back."""
    groups = iter(classes)
    blocks: list[tuple[str, list[list[str]]]] = []
    position = 0
    while position < len(expression):
        part = _PART.match(expression, position)
        if part is None:
            msg = f"pathspec wrote an expression that is not understood: {expression}"
            raise RuntimeError(msg)
        position = part.end()
        match part.lastgroup:
            case "anywhere" | "between" | "root" as kind:
                blocks.append((_BEFORE[kind], [[""]]))
            case "slash" | "end" as kind:
                blocks[-1][1].append([_WRITTEN[kind]])
                blocks[-1][1].append([""])
            case "many":
                blocks[-1][1][-1].append("")
            case "group":
                blocks[-1][1][-1][-1] += next(groups)
            case kind:
                blocks[-1][1][-1][-1] += _WRITTEN.get(kind or "", part[0])
    for number, (before, segments) in enumerate(blocks, start=1):
        block = before + "".join(map(_segment, segments)) + ("(?=/)" if number < len(blocks) else "")
        yield f"(?>{block})"


def _segment(chunks: list[str]) -> str:
    """One part of a path: its fixed chunks, with any characters but `/` between them."""
    first, *rest = chunks
    if not rest:
        return first
    *middle, last = rest
    found = "".join(f"(?>[^/]*?{chunk})" for chunk in middle if chunk)
    return first + found + (rf"(?>[^/]*{last}(?=/|\Z))" if last else "[^/]*+")
