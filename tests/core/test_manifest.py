"""The manifest is read strictly: everything wrong with it is said, with its place and what is allowed."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyturn.core.manifest import (
    LARGEST,
    UNFILLED,
    Action,
    FileKind,
    Impact,
    Manifest,
    ManifestFile,
    Scope,
    read_each,
    read_manifest,
    read_manifests,
)
from keyturn.core.problem import Refused
from tests.support.bombs import json_bombs, yaml_bombs
from tests.support.reading import ACTION, MANIFEST, action, manifest, manifest_file, manifest_problems, said

FULL = """\
version: 1
agent: release-bot
requested_by: octocat
actions:
  - action_type: write
    target: src/billing/tax.py
    scope: single_file
    description: |
      Round VAT per line,
      not per invoice.
    estimated_impact: local
    files: [src/billing/*.py, "docs/[a-z]*"]
  - {action_type: delete, target: "123", scope: database, description: Drop it., estimated_impact: organisation}
"""


def test_manifest__read() -> None:
    """Everything that is written is there, and so are the lines of the actions and of the requester."""
    assert manifest(FULL, ".agent/manifests/x.yml") == Manifest(
        path=".agent/manifests/x.yml",
        agent="release-bot",
        requested_by="octocat",
        actions=(
            Action(
                action_type="write",
                target="src/billing/tax.py",
                scope=Scope.SINGLE_FILE,
                description="Round VAT per line,\nnot per invoice.\n",
                estimated_impact=Impact.LOCAL,
                files=("src/billing/*.py", "docs/[a-z]*"),
            ),
            Action(
                action_type="delete",
                target="123",
                scope=Scope.DATABASE,
                description="Drop it.",
                estimated_impact=Impact.ORGANISATION,
            ),
        ),
        lines=(5, 13),
        requested_by_line=3,
    )


def test_manifest__json_is_the_same() -> None:
    """A manifest in JSON says what the same manifest says in YAML."""
    written = {"version": 1, "actions": [read.as_written() for read in manifest(FULL).actions]}
    assert manifest(json.dumps(written), "m.json").actions == manifest(FULL).actions
    assert manifest(json.dumps(written), "M.JSON").actions == manifest(FULL).actions


def test_manifest__optional_keys_may_be_absent() -> None:
    """Nobody has to say who asked, which agent it was, or which files."""
    read = manifest(MANIFEST)
    assert (read.agent, read.requested_by, read.requested_by_line, read.actions[0].files) == (None, None, None, None)


def test_manifest__no_files_are_not_absent_files() -> None:
    """An empty list of files covers nothing, and stays in what is digested."""
    read = manifest(action(files="[]"))
    assert read.actions[0].files == ()
    assert "files" in read.actions[0].as_written()


@pytest.mark.parametrize(
    "changes",
    [
        {"target": "x" * 512},
        {"target": "production_database"},
        {"target": "a.b/..c/d..."},
        {"target": '" "'},
        {"target": "café 😀"},
        {"target": "C:\\a"},
        {"description": "x" * 2_000},
        {"description": '"line\\nfeed"'},
        {"action_type": "a" * 64},
        {"files": "[a, a]"},
        {"files": '["**", "src/**/x", "\\\\!a"]'},
    ],
)
def test_manifest__allowed(changes: dict[str, str]) -> None:
    """What the limits allow is read, up to the limits themselves."""
    assert manifest_problems(action(**changes)) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"action_type": None}, "4:5: actions[0] lacks the key action_type"),
        ({"target": None}, "4:5: actions[0] lacks the key target"),
        ({"scope": None}, "4:5: actions[0] lacks the key scope"),
        ({"description": None}, "4:5: actions[0] lacks the key description"),
        ({"estimated_impact": None}, "4:5: actions[0] lacks the key estimated_impact"),
        (
            {"scop": "directory"},
            "9:5: actions[0].scop is an unknown key; did you mean scope? allowed: action_type, target",
        ),
        ({"xyzzy": "1"}, "9:5: actions[0].xyzzy is an unknown key; allowed: action_type, target, scope, description"),
        (
            {"action_type": "Write"},
            '4:18: actions[0].action_type is "Write"; an action type is a lower-case letter and',
        ),
        ({"action_type": "ｗrite"}, '4:18: actions[0].action_type is "ｗrite"; an action type is a lower-case letter'),
        ({"action_type": "a" * 65}, "4:18: actions[0].action_type is"),
        (
            {"action_type": '"write\\n"'},
            "4:18: found the character U+000A; control and invisible characters are refused",
        ),
        ({"action_type": '""'}, '4:18: actions[0].action_type is ""; an action type is'),
        ({"target": '""'}, '5:13: actions[0].target is ""; a text that is not empty is wanted'),
        ({"target": "x" * 513}, "5:13: actions[0].target is "),
        ({"target": "123"}, "5:13: actions[0].target is the number 123; a text is wanted: put it in quotes"),
        (
            {"target": "on"},
            '5:13: actions[0].target is "on" without quotes, which reads as true or false; a text is wanted',
        ),
        (
            {"target": "2026-01-01"},
            '5:13: actions[0].target is "2026-01-01" without quotes, which reads as a date; a text',
        ),
        ({"target": "~"}, "5:13: actions[0].target is nothing; a text is wanted"),
        ({"target": ""}, "5:12: actions[0].target is nothing; a text is wanted"),
        ({"target": "[a]"}, "5:13: actions[0].target is a list; a text is wanted"),
        ({"target": "{a: b}"}, "5:13: actions[0].target is a mapping; a text is wanted"),
        ({"target": "/etc"}, '5:13: actions[0].target is "/etc"; a path begins at the root of the repository anyway'),
        ({"target": "a//b"}, '5:13: actions[0].target is "a//b"; a path has no empty parts'),
        ({"target": "a/"}, '5:13: actions[0].target is "a/"; a path has no empty parts'),
        ({"target": "a/../b"}, '5:13: actions[0].target is "a/../b"; a path is written without the parts . and ..'),
        ({"target": "."}, '5:13: actions[0].target is "."; a path is written without the parts . and ..'),
        ({"target": '"./a"'}, '5:13: actions[0].target is "./a"; a path is written without the parts . and ..'),
        ({"target": '"a\\tb"'}, "5:13: found the character U+0009; control and invisible characters are refused"),
        ({"target": '"a\\u2028b"'}, "5:13: found the character U+2028 LINE SEPARATOR; control and invisible"),
        ({"target": '"a\\ue000"'}, "5:13: found the character U+E000; control and invisible characters are refused"),
        (
            {"scope": "singel_file"},
            '6:12: actions[0].scope is "singel_file"; did you mean single_file? allowed: single_file',
        ),
        (
            {"scope": "Directory"},
            '6:12: actions[0].scope is "Directory"; did you mean directory? allowed: single_file, dir',
        ),
        (
            {"scope": "{}"},
            "6:12: actions[0].scope is a mapping; allowed: single_file, directory, database, infrastructure",
        ),
        ({"scope": "1"}, "6:12: actions[0].scope is the number 1; allowed: single_file"),
        (
            {"estimated_impact": "organization"},
            '8:23: actions[0].estimated_impact is "organization"; did you mean organis',
        ),
        (
            {"estimated_impact": "null"},
            "8:23: actions[0].estimated_impact is nothing; allowed: none, local, service, org",
        ),
        ({"description": '""'}, '7:18: actions[0].description is ""; a text that is not empty is wanted'),
        ({"description": "x" * 2_001}, "7:18: actions[0].description is "),
        ({"description": '"a\\rb"'}, "7:18: found the character U+000D; control and invisible characters are refused"),
        ({"description": f'"{UNFILLED}what changes"'}, "7:18: actions[0].description is "),
        ({"description": '"Mend it. FILL IN:"'}, "7:18: actions[0].description is "),
        ({"files": "src"}, '9:12: actions[0].files is "src"; a list is wanted'),
        ({"files": "{a: b}"}, "9:12: actions[0].files is a mapping; a list is wanted"),
        ({"files": "~"}, "9:12: actions[0].files is nothing; a list is wanted"),
        (
            {"files": "[a, 12:30]"},
            '9:16: actions[0].files[1] is "12:30" without quotes, which reads as a number; a text is',
        ),
        ({"files": '[""]'}, '9:13: actions[0].files[0] is ""; a text that is not empty is wanted'),
        ({"files": '["!a"]'}, '9:13: actions[0].files[0] is "!a"; a glob stands alone: no ! in front; write \\!'),
        ({"files": '["#a"]'}, '9:13: actions[0].files[0] is "#a"; a glob stands alone: no # in front; write \\#'),
        ({"files": '["/a"]'}, '9:13: actions[0].files[0] is "/a"; a path begins at the root of the repository anyway'),
        ({"files": '["a/"]'}, '9:13: actions[0].files[0] is "a/"; a path has no empty parts'),
        ({"files": '["../a"]'}, '9:13: actions[0].files[0] is "../a"; a path is written without the parts . and ..'),
        ({"files": '["a//*"]'}, '9:13: actions[0].files[0] is "a//*"; a path has no empty parts'),
        (
            {"files": '["[a"]'},
            '9:13: actions[0].files[0] is "[a"; a [ is never closed; write \\[ for the character itself',
        ),
        ({"files": '["a "]'}, '9:13: actions[0].files[0] is "a "; a blank at the end of a glob does not count'),
    ],
)
def test_action__refused(changes: dict[str, str | None], problem: str) -> None:
    """Each thing that is wrong with an action is said once, with its place, what was found and what is allowed."""
    problems = manifest_problems(action(**changes))
    assert [found for found in problems if found.startswith(problem)], problems
    assert len(problems) <= 2


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"target": "x" * 513}, "at most 512 characters are allowed"),
        ({"description": "x" * 2_001}, "at most 2,000 characters are allowed"),
        ({"description": "'FILL IN: it'"}, "write the description and take out the mark FILL IN:"),
    ],
)
def test_action__what_is_allowed(changes: dict[str, str], what: str) -> None:
    """Behind a long text that was refused it is still said what is allowed."""
    assert manifest_problems(action(**changes))[0].endswith(what)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (f"actions:\n{ACTION}", "1:1: the file lacks the key version"),
        ("version: 1\n", "1:1: the file lacks the key actions"),
        (f"version: 2\nactions:\n{ACTION}", "1:10: version is the number 2; the most that is allowed is 1"),
        (f"version: 0\nactions:\n{ACTION}", "1:10: version is the number 0; the least that is allowed is 1"),
        (
            f"version: '1'\nactions:\n{ACTION}",
            '1:10: version is "1"; a whole number is wanted, such as 2, without quotes',
        ),
        (
            f"version: 1.0\nactions:\n{ACTION}",
            '1:10: version is "1.0" without quotes, which reads as a number; a whole',
        ),
        (
            f"version: true\nactions:\n{ACTION}",
            '1:10: version is "true" without quotes, which reads as true or false; a',
        ),
        (f"{MANIFEST}agent: ~\n", "8:8: agent is nothing; a text is wanted"),
        (f"{MANIFEST}agent: 7\n", "8:8: agent is the number 7; a text is wanted: put it in quotes"),
        (
            f"{MANIFEST}requested_by: '@octocat'\n",
            '8:15: requested_by is "@octocat"; a GitHub login is made of up to 39',
        ),
        (
            f"{MANIFEST}requested_by: renovate[bot]\n",
            '8:15: requested_by is "renovate[bot]"; a GitHub login is made of',
        ),
        (f"{MANIFEST}requested_by: ''\n", '8:15: requested_by is ""; a GitHub login is made of up to 39'),
        (f"{MANIFEST}requested_by: {'a' * 40}\n", "8:15: requested_by is"),
        (f"{MANIFEST}action: []\n", "8:1: action is an unknown key; did you mean actions? allowed: version, agent"),
        ("version: 1\nactions: []\n", "no manifest of this pull request lists an action; at least one must"),
        ("version: 1\nactions: {}\n", "2:10: actions is a mapping; a list is wanted"),
        ("version: 1\nactions: [write]\n", '2:11: actions[0] is "write"; a mapping is wanted'),
        ("version: 1\nactions: [[]]\n", "2:11: actions[0] is a list; a mapping is wanted"),
        ("- a\n", "1:1: the file is a list; a mapping is wanted"),
        ("hello\n", '1:1: the file is "hello"; a mapping is wanted'),
        ("", "the file holds nothing"),
    ],
)
def test_manifest__refused(text: str, problem: str) -> None:
    """Each thing that is wrong with a manifest is said once, with its place, what was found and what is allowed."""
    problems = manifest_problems(text)
    assert problems[0].startswith(problem), problems
    assert len(problems) == 1


def test_manifest__everything_at_once() -> None:
    """What the strict reading refuses and what the form refuses come together, in the order of the file."""
    text = """\
version: 1
agnt: x
requested_by: &who octocat
actions:
  - action_type: write
    action_type: delete
    target: *who
    scope: singel_file
    description: "a\\u200b"
  - on: 1
"""
    assert [line.split(";")[0] for line in manifest_problems(text)] == [
        "2:1: agnt is an unknown key",
        "3:15: anchors are refused",
        "5:5: actions[0] lacks the key estimated_impact",
        '6:5: the key "action_type" stands here and on line 5',
        "7:13: aliases are refused",
        '8:12: actions[0].scope is "singel_file"',
        "9:18: found the character U+200B ZERO WIDTH SPACE",
        "10:5: a key is a text",
        "10:5: actions[1] lacks the key action_type",
        "10:5: actions[1] lacks the key description",
        "10:5: actions[1] lacks the key estimated_impact",
        "10:5: actions[1] lacks the key scope",
        "10:5: actions[1] lacks the key target",
    ]


def test_manifest__a_lone_surrogate_is_said_once() -> None:
    """A character that no text can hold is refused for what it is, not for how the form sees it."""
    written = {"version": 1, "actions": [{**manifest(MANIFEST).actions[0].as_written(), "description": "\ud800"}]}
    problems = manifest_problems(json.dumps(written), "m.json")
    assert [problem.split(": ")[1].split(";")[0] for problem in problems] == ["found the character U+D800"]


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        (
            ManifestFile(path="m.yml", kind=FileKind.SYMLINK, content=b"../x", size=4),
            "a manifest is a regular file; found a symbolic link",
        ),
        (
            ManifestFile(path="m.yml", kind=FileKind.SUBMODULE, content=None, size=0),
            "a manifest is a regular file; found a submodule",
        ),
        (
            ManifestFile(path="m.yml", kind=FileKind.OTHER, content=None, size=0),
            "a manifest is a regular file; found something else",
        ),
        (
            ManifestFile(path="m.yml", kind=FileKind.REGULAR, content=None, size=LARGEST + 1),
            "the file has 262,145 bytes; at most 262,144 (256 KiB) are read",
        ),
        (
            ManifestFile(path="m.yml", kind=FileKind.REGULAR, content=None, size=10),
            "the file cannot be read",
        ),
    ],
)
def test_manifest__no_readable_file(file: ManifestFile, problem: str) -> None:
    """A link, a submodule, a file too large and one that cannot be read are no manifests."""
    with pytest.raises(Refused) as caught:
        read_manifest(file)
    assert said(caught.value, "m.yml") == [problem]


def test_manifests__none() -> None:
    """Without files there is nothing to refuse: that a manifest is missing is for others to say."""
    assert read_manifests([]) == ()


def test_manifests__in_path_order() -> None:
    """Several manifests are read in the order of the code points of their paths, whatever order they come in."""
    files = [manifest_file(MANIFEST, path) for path in ("b.yml", "a.yml", "B.yml", "é.yml", "a/a.yml")]
    assert [read.path for read in read_manifests(files)] == ["B.yml", "a.yml", "a/a.yml", "b.yml", "é.yml"]


def test_manifests__all_problems_of_all_files() -> None:
    """One broken manifest hides nothing about another."""
    files = [
        manifest_file("version: 2\nactions: [1]\n", "b.yml"),
        manifest_file("---\n---\n", "a.yml"),
        manifest_file(MANIFEST, "c.yml"),
    ]
    with pytest.raises(Refused) as caught:
        read_manifests(files)
    assert [(problem.file, problem.line) for problem in caught.value.problems] == [
        ("a.yml", 2),
        ("b.yml", 1),
        ("b.yml", 2),
    ]


def test_manifests__an_empty_one_beside_another() -> None:
    """The pull request needs an action, not each of its manifests."""
    files = [manifest_file("version: 1\nactions: []\n", "a.yml"), manifest_file(MANIFEST, "b.yml")]
    assert [len(read.actions) for read in read_manifests(files)] == [0, 1]


def test_manifests__a_thousand_actions() -> None:
    """A thousand actions over all manifests are allowed; the first one too many is named."""
    half = "version: 1\nactions:\n" + (
        "- {action_type: w, target: a, scope: directory, description: b, estimated_impact: none}\n" * 500
    )
    files = [manifest_file(half, "a.yml"), manifest_file(half, "b.yml")]
    assert sum(len(read.actions) for read in read_manifests(files)) == 1_000
    with pytest.raises(Refused) as caught:
        read_manifests([*files, manifest_file(MANIFEST, "c.yml"), manifest_file(MANIFEST, "d.yml")])
    problem = "c.yml:3: the manifests of this pull request list more than 1,000 actions; this is the first too many"
    assert [str(found) for found in caught.value.problems] == [problem]


def test_manifests__ten_thousand_globs() -> None:
    """Globs are tried on every changed file, so there is a limit to them over all manifests."""
    many = action(files=f"[{'a, ' * 5_000}]")
    assert len(read_manifests([manifest_file(many, "a.yml"), manifest_file(many, "b.yml")])) == 2
    with pytest.raises(Refused) as caught:
        read_manifests([manifest_file(many, name) for name in ("a.yml", "b.yml", "c.yml", "d.yml")])
    problem = "c.yml:4: the manifests of this pull request list more than 10,000 globs; this action passes the limit"
    assert [str(found) for found in caught.value.problems] == [problem]


def test_manifests__eight_megabytes() -> None:
    """Many large files cost as much as one huge file would, so there is a limit to them together."""
    large = MANIFEST + "#" * (LARGEST - len(MANIFEST))
    files = [manifest_file(large, f"{number:02}.yml") for number in range(33)]
    assert len(read_manifests(files[:32])) == 32
    with pytest.raises(Refused) as caught:
        read_manifests(files)
    problem = "32.yml: the manifests of this pull request hold more than 8 MiB together; from here on none is read"
    assert [str(found) for found in caught.value.problems] == [problem]


def test_read_each__whatever_can_be_read() -> None:
    """Readable manifests are handed out even where others are refused: a broken one hides nobody."""
    reading = read_each([manifest_file(FULL, "b.yml"), manifest_file("x", "a.yml"), manifest_file("y", "c.yml")])
    assert [read.requested_by for read in reading.manifests] == ["octocat"]
    assert [problem.file for problem in reading.problems] == ["a.yml", "c.yml"]


_ANY_TREE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["version", "actions", "agent", "target", "scope", "files", "description", "[key]", "x"])
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=200)
@given(
    st.binary(max_size=60)
    | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | _ANY_TREE.map(lambda tree: json.dumps(tree).encode()),
    st.sampled_from(["m.yml", "m.json"]),
)
def test_manifest__no_bytes_raise_anything_else(content: bytes, path: str) -> None:
    """Whatever bytes stand in a manifest, they are read or refused, with at least one problem in this file."""
    try:
        read_manifest(manifest_file(content, path))
    except Refused as refused:
        problems = refused.problems
    else:
        return
    assert {problem.file for problem in problems} == {path}


@settings(max_examples=200)
@given(
    st.lists(
        st.sampled_from([*FULL.splitlines(keepends=True), "  - {}\n", "    files: 1\n", "x:\n", "\t"]), max_size=16
    )
)
def test_manifest__no_lines_raise_anything_else(lines: list[str]) -> None:
    """However the lines of a manifest are thrown together, it is read or refused."""
    manifest_problems("".join(lines))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        *[pytest.param("m.yml", text, id=name) for name, text in yaml_bombs()],
        *[pytest.param("m.json", text, id=f"JSON: {name}") for name, text in json_bombs()],
    ],
)
def test_manifest__bombs(path: str, text: str) -> None:
    """A file that is made to cost much is read or refused, with no more problems than anybody would read."""
    assert len(manifest_problems(text, path)) <= 1_001


_LINE = st.characters(categories=["L", "M", "N", "P", "S", "Zs"])
_ACTIONS = st.builds(
    Action,
    action_type=st.from_regex(r"[a-z][a-z0-9_]{0,63}", fullmatch=True),
    target=st.text(_LINE, min_size=1, max_size=20).filter(lambda text: not {"", ".", ".."} & set(text.split("/"))),
    scope=st.sampled_from(Scope),
    description=st.text(_LINE | st.just("\n"), min_size=1, max_size=40).filter(lambda text: "FILL IN:" not in text),
    estimated_impact=st.sampled_from(Impact),
    files=st.none() | st.lists(st.from_regex(r"[a-z*?]{1,5}(/[a-z*?]{1,5})?", fullmatch=True), max_size=3).map(tuple),
)


@given(st.lists(_ACTIONS, min_size=1, max_size=4), st.sampled_from(["m.yml", "m.json"]))
def test_manifest__every_valid_one_is_read(actions: list[Action], path: str) -> None:
    """Whatever keeps the limits is read, and comes back as it was written."""
    written = {"version": 1, "actions": [one.as_written() for one in actions]}
    assert manifest(json.dumps(written, ensure_ascii=False), path).actions == tuple(actions)
