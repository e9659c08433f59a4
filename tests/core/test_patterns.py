"""Patterns of logins and names, and globs over paths, held against git itself and against pathspec."""

import re
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from keyturn.core import glob_regex
from keyturn.core.patterns import Glob, compiled_glob, login_matches, name_matches, normal


@pytest.mark.parametrize(
    ("patterns", "login", "matches"),
    [
        (["*[bot]"], "renovate[bot]", True),
        (["*[bot]"], "Renovate[BOT]", True),
        (["*[bot]"], "b", False),
        (["*[bot]"], "renovateb", False),
        (["copilot*"], "Copilot-SWE-agent", True),
        (["copilot*"], "my-copilot", False),
        (["?ctocat"], "octocat", False),
        (["?ctocat"], "?CTOCAT", True),
        (["[!a]"], "b", False),
        (["a*b*c"], "aXbYc", True),
        (["a", "B"], "b", True),
        ([], "a", False),
        (["*"], "", True),
        (["*"], "line\nfeed", True),
        (["octocat"], "octocat\n", False),
    ],
)
def test_login_matches__only_the_star_is_special(patterns: list[str], login: str, matches: bool) -> None:
    """A login pattern is a login in which `*` stands for anything; case does not count."""
    assert login_matches(patterns, login) is matches


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        ("test", "test", True),
        ("test", "Test", False),
        ("test*", "test (3.11)", True),
        ("t?st", "tst", False),
        ("[tb]est", "best", True),
        ("[!t]est", "test", False),
        ("ci/*", "ci/a/b", True),
        ("test", "test\n", False),
    ],
)
def test_name_matches__fnmatch(pattern: str, name: str, matches: bool) -> None:
    """A name pattern matches the whole name as it is written."""
    assert name_matches(pattern, name) is matches


@given(st.text(st.sampled_from("ab*?[]!-^\\&|~\n"), max_size=10), st.text(st.sampled_from("ab-\n"), max_size=6))
def test_name_matches__never_fails(pattern: str, name: str) -> None:
    """Every text is a pattern: none raises, and none warns."""
    name_matches(pattern, name)
    login_matches([pattern], name)


@pytest.mark.parametrize(
    ("text", "form"),
    [("Delete ", "delete"), ("ＤＥＬＥＴＥ", "delete"), ("\u3000straße", "strasse"), ("ﬁle", "file")],
)
def test_normal__form(text: str, form: str) -> None:
    """Width, ligatures, case and blanks around a text do not make it another."""
    assert normal(text) == form


@pytest.mark.parametrize(
    ("glob", "path", "matches"),
    [
        ("*.py", "a.py", True),
        ("*.py", "src/a.py", True),
        ("*.py", "a.pyc", False),
        ("src/*.py", "src/a.py", True),
        ("src/*.py", "lib/src/a.py", False),
        ("src/*", "src/deep/a.py", True),
        ("src", "src/deep/a.py", True),
        ("src", "lib/src", True),
        ("/src", "lib/src", False),
        ("src/", "src", False),
        ("src/", "src/a", True),
        ("src/", "lib/src/a", True),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b/c", True),
        ("a/**/b", "a/xb", False),
        ("**/b", "b", True),
        ("a/**", "a", False),
        ("a/**", "a/b/c", True),
        ("*", "a/b", True),
        ("**", "a", True),
        ("*/", "a", False),
        ("*/", "a/b", True),
        ("/rules.yml", "rules.yml", True),
        ("/rules.yml", "sub/rules.yml", False),
        ("/.github/**", ".github/workflows/ci.yml", True),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("a[!x]c", "a/c", False),
        ("a[.-0]c", "a/c", False),
        ("[[:digit:]]*", "7up", True),
        ("[[:digit:]]*", "up", False),
        ("[^a-c]", "d", True),
        ("[]a]", "]", True),
        ("[a\\]]", "]", True),
        ("[a-]", "-", True),
        ("\\!a", "!a", True),
        ("\\#a", "#a", True),
        ("a\\ ", "a ", True),
        ("a\xa0", "a\xa0", True),
        ("a\xa0", "a", False),
        ("a\\\xa0", "a\xa0", True),
        ("a\u3000b/*", "a\u3000b/c", True),
        ("a\\*", "a*", True),
        ("a\\*", "ab", False),
        ("*.tf", "new\nline/a.tf", True),
        ("*.tf", "a.tf\n", False),
        ("a", "a\n", False),
        ("dir/a.b", "dir/a.b", True),
        ("dir/a.b", "dir/aXb", False),
        ("dir/a.b", "dir/a.b/c", True),
        ("caf?", "café", True),
        ("a*", "a\udcff", True),
        ("A", "a", False),
    ],
)
def test_glob__gitignore_syntax(glob: str, path: str, matches: bool) -> None:
    """A glob means what it means in .gitignore, whatever the path looks like."""
    compiled = compiled_glob(glob)
    assert [compiled.matches(path), compiled.matches(path)] == [matches, matches]
    expression = re.compile(glob_regex.glob_regex(glob), re.DOTALL)
    assert (expression.match(path) is not None) is matches


@pytest.mark.parametrize(
    ("glob", "path", "matches"),
    [
        ("/.GitHub/**", ".github/workflows/ci.yml", True),
        ("/rules.yml", "RULES.YML", True),
        ("dir/file", "Dir/FILE", True),
        ("straße/*", "STRASSE/x", True),
        ("strasse/*", "straße/x", True),
        ("?/x", "ß/X", True),
        ("[ß]x", "ẞX", True),
        ("[ŉ-ɐ]", "Ŋ", True),
        ("[Z-a]é", "AÉ", True),
        ("[Z-a]é", "xé", False),
        ("é", "E", False),
    ],
)
def test_glob__without_case(glob: str, path: str, matches: bool) -> None:
    """Path floors do not see case, nor letters whose upper case is written otherwise."""
    compiled = compiled_glob(glob, casefold=True)
    assert [compiled.matches(path), compiled.matches(path)] == [matches, matches]


@pytest.mark.parametrize(
    ("glob", "why"),
    [
        ("", "a glob names something"),
        ("/", "a glob names something"),
        ("\ue000", "a glob names something"),
        ("!a", r"no ! in front; write \\! for the character itself"),
        ("#a", r"no # in front; write \\# for the character itself"),
        ("[a", r"a \[ is never closed; write \\\[ for the character itself"),
        ("[", "never closed"),
        ("[]", "never closed"),
        ("[a-", "never closed"),
        ("[\\", "never closed"),
        ("[!", "never closed"),
        ("[a/b]", "a / never stands between"),
        ("[z-a]", "the range z-a runs backwards"),
        ("[[:digits:]]", r"\[:digits:\] is no class of characters; allowed: alnum, alpha"),
        ("a\\", "a backslash stands in front of the character that it escapes"),
        ("a\\/b", "a backslash stands in front of the character that it escapes"),
        ("a ", "a blank at the end of a glob does not count"),
        ("a\\\\ ", "a blank at the end of a glob does not count"),
    ],
)
def test_glob__refused(glob: str, why: str) -> None:
    """What can match nothing, or something else than it seems to, is refused with the reason."""
    with pytest.raises(ValueError, match=why):
        compiled_glob(glob)
    with pytest.raises(ValueError, match=why):
        glob_regex.glob_regex(glob)


def test_glob__literal() -> None:
    """A glob without wildcards that begins at the root is known by the path it names."""
    named = {glob: Glob(glob).literal for glob in ("a/b", "/a", "a", "a/b/", "a/*", "a/[b]", "a/\\*")}
    assert named == {"a/b": "a/b", "/a": "a", "a": None, "a/b/": None, "a/*": None, "a/[b]": None, "a/\\*": None}


_GLOB_PARTS = ["a", "b", "*", "**", "/", "?", "[ab]", "[!a]", "[a-b]", "\\*", ".", "-", "ab"]
_GLOBS = st.lists(st.sampled_from(_GLOB_PARTS), min_size=1, max_size=7).map("".join)
_PATHS = (
    st.lists(st.text("ab.-*", min_size=1, max_size=4), min_size=1, max_size=4)
    .map("/".join)
    .filter(lambda path: not {".", ".."} & set(path.split("/")))
)


def _is_glob(text: str) -> bool:
    try:
        glob_regex.check_glob(text)
    except ValueError:
        return False
    return "//" not in text


@settings(max_examples=1_000)
@given(_GLOBS.filter(_is_glob), _PATHS)
def test_glob__means_what_pathspec_says(glob: str, path: str) -> None:
    """Made linear, an expression still finds what it found before."""
    expression, _ = GitIgnoreSpecPattern.pattern_to_regex(glob)
    assert expression is not None
    library = re.compile(expression.replace("[^a]", "[^a/]")).search(path)
    assert Glob(glob).matches(path) is (library is not None)


@pytest.fixture(scope="module")
def ignoring(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty repository."""
    folder = tmp_path_factory.mktemp("ignoring")
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    return folder


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    glob=st.lists(
        st.sampled_from([*_GLOB_PARTS, "[]a]", "[a\\]]", "[[:alpha:]]", "[^.]", "\\a"]), min_size=1, max_size=6
    )
    .map("".join)
    .filter(_is_glob),
    paths=st.lists(_PATHS, min_size=1, max_size=8),
)
@example(glob="a/**/b", paths=["a/b", "a/a/b/a", "b/a/b"])
def test_glob__means_what_git_says(ignoring: Path, glob: str, paths: list[str]) -> None:
    """Git ignores a path exactly where the glob matches it."""
    (ignoring / ".git" / "info" / "exclude").write_text(f"{glob}\n")
    asked = "\0".join(paths) + "\0"
    answer = subprocess.run(
        ["git", "-C", str(ignoring), "check-ignore", "--no-index", "-z", "--stdin"],
        input=asked.encode(),
        stdout=subprocess.PIPE,
        check=False,
    )
    ignored = set(answer.stdout.decode().split("\0"))
    assert {path for path in paths if Glob(glob).matches(path)} == ignored & set(paths)


@settings(max_examples=300)
@given(
    st.text(st.sampled_from("ab*?[]!^\\/.- :#\xa0é&~|"), max_size=10), st.text(st.sampled_from("ab/é\n"), max_size=6)
)
def test_glob__never_fails(text: str, path: str) -> None:
    """Any text is a glob or is refused with ValueError; no glob fails on any path."""
    try:
        globs = [Glob(text), Glob(text, casefold=True)]
    except ValueError:
        return
    for glob in globs:
        glob.matches(path)


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("*a" * 40 + "b", "a" * 4_000),
        ("**/" + "*a" * 20 + "b", "a" * 4_000),
        ("**/a/" * 20 + "b", "a/" * 2_000 + "a"),
        ("*" * 60 + "b", "a" * 4_000),
        ("**/*a*b*c", "/".join(["ab" * 100] * 20)),
        ("a/**/" + "*/" * 20 + "b", "a/" * 2_000),
    ],
)
def test_glob__no_wildcards_take_long(glob: str, path: str) -> None:
    """A glob that an agent wrote cannot keep keyturn busy: pathspec's own expressions would take years for these."""
    started = time.process_time()
    assert not Glob(glob).matches(path)
    assert time.process_time() - started < 5


def test_glob_regex__refuses_to_guess() -> None:
    """An expression that pathspec never wrote before is no basis for a decision."""
    with pytest.raises(RuntimeError, match="not understood"):
        list(glob_regex._rebuilt("^(?>a)", []))
