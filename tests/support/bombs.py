"""Files that are made to cost a reader much: every one of the largest size, each in a way of its own."""

from collections.abc import Iterator

SIZE = 256 * 1024

_HEAD = (
    "version: 1\nactions:\n- {action_type: write, target: a, scope: directory, description: b, estimated_impact: none"
)


def _filled(head: str, unit: str, tail: str = "") -> str:
    return head + unit * ((SIZE - len((head + tail).encode())) // len(unit.encode())) + tail


def _numbered(head: str, unit: str) -> str:
    lines = [head]
    size, number = len(head), 0
    while size + len(unit) + 6 < SIZE:
        lines.append(unit.format(number))
        size += len(lines[-1])
        number += 1
    return "".join(lines)


def yaml_bombs() -> Iterator[tuple[str, str]]:
    """Names and texts that are read as YAML."""
    laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 40)
    )
    yield "billion laughs", laughs
    yield (
        "merge keys",
        "a0: &a0 {x: 1}\n"
        + "".join(f"a{n}: &a{n}\n" + "".join(f"  k{m}: {{<<: *a{n - 1}}}\n" for m in range(9)) for n in range(1, 40)),
    )
    yield "anchors", _filled("", "- &a b\n")
    yield "aliases", _filled("- &a b\n", "- *a\n")
    yield "tags", _filled("", "- !a b\n")
    yield "documents", _filled("", "---\n")
    yield "deep flow lists", "[" * SIZE
    yield "deep flow mappings", "{" * SIZE
    yield "deep flow on lines", "[\n" * (SIZE // 2)
    yield "deep block lists", "- " * (SIZE // 2)
    yield "deep explicit keys", "? " * (SIZE // 2)
    yield "deep indentation", "".join(" " * depth + "a:\n" for depth in range(700))
    yield "many short lists", _filled("a: [", "[],", "]")
    yield "many pairs", _filled("a: [", "a: b,", "]")
    yield "many items", _filled("", "- \n")
    yield "many nested items", _filled("", "- - - - - - - - \n")
    yield "many keys", _numbered("", "k{:x}:\n")
    yield "duplicate keys", _filled("", "a:\n")
    yield "keys that are numbers", _numbered("", "{}:\n")
    yield "one long text", _filled("a: ", "x")
    yield "one long text on many lines", _filled("a:\n", " x\n")
    yield "a text of empty lines", _filled("a: |\n", "\n")
    yield "a quoted text of line ends", _filled('a: "', "\n", '"')
    yield "a text of escapes", _filled('a: "', "\\U0001F600", '"')
    yield "a text of invisible characters", _filled('a: "', "\u200b", '"')
    yield "a long number", _filled("version: ", "1")
    yield "a long time", _filled("version: ", "1:1")
    yield "a long number with an end", _filled("version: ", "1_", "x")
    yield "a long anchor", _filled("- &", "a", " b")
    yield "comments", _filled("", "#\n")
    yield "spaces", " " * SIZE
    yield "control characters", "\x07" * SIZE
    yield "control characters on lines", "\x07\n" * (SIZE // 2)
    yield "actions that are numbers", _filled("version: 1\nactions: [", "1,", "]")
    yield "actions without keys", _filled("version: 1\nactions: [", "{},", "]")
    yield "actions with wrong words", _filled("version: 1\nactions: [", "{scope: databas},", "]")
    yield "files that are numbers", _filled(f"{_HEAD}, files: [", "1,", "]}")
    yield "files that are no globs", _filled(f"{_HEAD}, files: [", '"!",', "]}")
    yield "files that are globs", _filled(f"{_HEAD}, files: [", '"[a]",', "]}")
    yield "a glob of classes", _filled(f'{_HEAD}, files: ["', "[a]", '"]}')
    yield "a glob of wildcards", _filled(f'{_HEAD}, files: ["', "*a", '"]}')
    yield "a glob of backslashes", _filled(f"{_HEAD}, files: ['", "\\", "']}")
    yield "a path of folders", _filled(f"{_HEAD}, files: ['", "a/", "']}")
    yield "rules that differ", _numbered("rules:\n  multi:\n", "  - {{target: {:x}}}\n")
    yield "rules that are equal", _filled("rules:\n  multi:\n", "  - {target: a}\n")
    yield (
        "rules with every key",
        _numbered(
            "rules:\n  multi:\n",
            "  - {{target: {:x}, agent: a, action_type: a, description: a, scope: database, estimated_impact: none}}\n",
        ),
    )
    yield "people in Slack", _numbered("slack:\n  users:\n", "    a{:x}: x\n")
    yield "a long misspelling", _filled("mode: ", "enforc")


def json_bombs() -> Iterator[tuple[str, str]]:
    """Names and texts that are read as JSON."""
    yield "deep lists", "[" * SIZE
    yield "deep mappings", '{"a":' * (SIZE // 5)
    yield "many short lists", _filled("[", "[],", "[]]")
    yield "many numbers", _filled("[", "1,", "1]")
    yield "duplicate keys", _filled("{", '"a":1,', '"a":1}')
    yield "a text left open", _filled('"', "\\n")
    yield "a text of escapes", _filled('"', '\\"', '"')
    yield "a long number", "1" * SIZE
    yield "spaces", " " * SIZE
    yield "line ends", "\n" * SIZE
