"""The house rules that no linter knows: small modules, a pure core, tests that say what they prove."""

import ast
import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
LONGEST: Final = 300
SOURCE: Final = sorted((ROOT / "src").rglob("*.py"))
TESTS: Final = sorted(path for path in (ROOT / "tests").rglob("test_*.py") if "node_modules" not in path.parts)
PURE: Final = [path for path in SOURCE if path.relative_to(ROOT / "src/keyturn").parts[0] in {"core", "render"}]
IMPURE_FUNCTIONS: Final = {"__import__", "eval", "exec", "input", "open", "print"}
IMPURE_METHODS: Final = {
    *("now", "today", "utcnow", "uuid1", "uuid4"),
    *("read_bytes", "read_text", "urlopen", "write_bytes", "write_text"),
}


def place(path: Path) -> str:
    """Name a file as people do, from the top of the project."""
    return path.relative_to(ROOT).as_posix()


def impure_calls(tree: ast.AST) -> set[str]:
    """Collect the calls of a module that ask a clock, a disk, chance or a person."""
    called = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    functions = {function.id for function in called if isinstance(function, ast.Name)}
    methods = {function.attr for function in called if isinstance(function, ast.Attribute)}
    return functions & IMPURE_FUNCTIONS | methods & IMPURE_METHODS


@pytest.mark.parametrize("path", SOURCE, ids=place)
def test_module__is_short_enough_to_hold_in_mind(path: Path) -> None:
    """No module is longer than 300 lines; a longer one holds more than one idea."""
    lines = path.read_text("utf-8").count("\n")
    assert lines <= LONGEST


@pytest.mark.parametrize("path", [path for path in SOURCE if path.name == "__init__.py"], ids=place)
def test_package_file__is_empty(path: Path) -> None:
    """Importing a module never imports its neighbours: start-up stays short and cycles cannot hide."""
    assert path.read_text("utf-8") == ""


@pytest.mark.parametrize("path", PURE, ids=place)
def test_core__asks_no_clock_no_disk_and_no_chance(path: Path) -> None:
    """The same facts give the same decision: time is an argument, and nothing is read on the side.

    What may be imported is held by the import contracts; this is about calls on modules that the core may import.
    """
    assert impure_calls(ast.parse(path.read_text("utf-8"))) == set()


@pytest.mark.parametrize("path", TESTS, ids=place)
def test_tests__are_named_by_subject_and_case(path: Path) -> None:
    """Every test is called `test_<subject>__<case>`, so that a list of failures reads as sentences."""
    tree = ast.parse(path.read_text("utf-8"))
    found = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    tests = [name for name in found if name.startswith("test_")]
    assert tests
    assert [name for name in tests if not re.fullmatch(r"test_[a-z0-9]\w*?__[a-z0-9]\w*", name)] == []
