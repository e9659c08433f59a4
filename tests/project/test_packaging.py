"""What installs and ships: one version, one way in, locks that pin everything by hash, a wheel with all its parts."""

import importlib.metadata
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from keyturn.__main__ import main
from keyturn.version import VERSION

ROOT: Final = Path(__file__).parents[2]
LOCKS: Final = ("build", "dev", "runtime")
PROJECT: Final[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def locked(name: str) -> dict[str, str]:
    """Read a lock file as package to version; each entry is one logical line of `name==version ; marker --hash…`."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8").replace("\\\n", " ")
    entries = [Requirement(line.partition("--hash")[0]) for line in text.splitlines()]
    return {canonicalize_name(entry.name): str(entry.specifier).removeprefix("==") for entry in entries}


def names(requirements: list[str | dict[str, str]]) -> set[str]:
    """Read the canonical package names of a list of requirements; includes of other groups are left out."""
    return {canonicalize_name(Requirement(text).name) for text in requirements if isinstance(text, str)}


def test_version__the_installed_metadata_states_the_one_in_the_source() -> None:
    """The version stands in one place, so that what is installed and what keyturn says cannot differ."""
    assert importlib.metadata.version("keyturn") == VERSION
    assert "version" not in PROJECT["project"]


def test_version_option__imports_nothing_but_the_version() -> None:
    """`keyturn --version` answers without loading a library or any other module of keyturn."""
    program = (
        "import sys; before = set(sys.modules); sys.argv = ['keyturn', '--version']\n"
        "from keyturn.__main__ import main\n"
        "code = main(); loaded = {name for name in set(sys.modules) - before}\n"
        "third = {name for name in loaded if name.partition('.')[0] not in sys.stdlib_module_names}\n"
        "print(code, sorted(third))"
    )
    said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert said.stdout.splitlines() == [
        f"keyturn {VERSION}",
        "0 ['keyturn', 'keyturn.__main__', 'keyturn.version']",
    ]


@pytest.mark.parametrize(
    ("arguments", "program"),
    [
        (["action"], "keyturn.cli.action"),
        (["check", "--base", "main"], "keyturn.cli.app"),
        (["--help"], "keyturn.cli.app"),
        (["--version", "check"], "keyturn.cli.app"),
        ([], "keyturn.cli.app"),
    ],
)
def test_main__runs_the_one_program_asked_for(
    arguments: list[str], program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`keyturn action` runs the container's program and loads no other; every other command is the terminal's."""
    for name in ("keyturn.cli.action", "keyturn.cli.app"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, program, SimpleNamespace(main=lambda: 7))
    monkeypatch.setattr(sys, "argv", ["keyturn", *arguments])
    assert main() == 7


def test_module__runs_as_a_program() -> None:
    """`python -m keyturn` needs no installed command on the PATH."""
    said = subprocess.run([sys.executable, "-m", "keyturn", "--version"], check=True, capture_output=True, text=True)
    assert said.stdout == f"keyturn {VERSION}\n"


def test_entry_point__is_the_module_that_dispatches() -> None:
    """The installed command `keyturn` and `python -m keyturn` are the same program."""
    (script,) = importlib.metadata.entry_points(group="console_scripts", name="keyturn")
    assert script.load() is main


@pytest.mark.parametrize("name", LOCKS)
def test_lock__pins_every_package_by_hash(name: str) -> None:
    """Each package has one version and at least one SHA-256, so that an install takes nothing else."""
    lines = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8").replace("\\\n", " ").splitlines()
    entry = re.compile(r"[a-z0-9-]+==[^ ]+( ; [^#]+?)?( +--hash=sha256:[0-9a-f]{64})+")
    assert lines
    assert [line for line in lines if not entry.fullmatch(line)] == []


@pytest.mark.parametrize("name", LOCKS)
def test_lock__agrees_with_the_developers_lock(name: str) -> None:
    """What is tested is what is installed: the other locks are parts of the developers'."""
    developers = locked("dev")
    assert {package: developers.get(package) for package in locked(name)} == locked(name)


def test_lock__holds_what_the_project_declares() -> None:
    """A dependency that was added without writing the locks anew is noticed here, not by a user."""
    groups = PROJECT["dependency-groups"]
    assert names(PROJECT["project"]["dependencies"]) <= locked("runtime").keys()
    assert names(groups["build"]) <= locked("build").keys()
    assert names(groups["dev"]) <= locked("dev").keys()


def test_locked_versions__satisfy_what_the_project_declares() -> None:
    """The bounds in the project's metadata admit the versions that were tested."""
    versions = locked("runtime")
    declared = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
    outside = [str(item) for item in declared if versions[canonicalize_name(item.name)] not in item.specifier]
    assert outside == []


def test_node_lock__pins_every_package_by_hash_and_names_no_address() -> None:
    """The lock says what the bytes must hash to; where they come from is the machine's own setting."""
    packages: dict[str, dict[str, Any]] = json.loads((ROOT / "tests/node/package-lock.json").read_text("utf-8"))[
        "packages"
    ]
    del packages[""]
    assert [name for name, entry in packages.items() if not str(entry.get("integrity")).startswith("sha512-")] == []
    assert [name for name, entry in packages.items() if "resolved" in entry] == []


def test_classifiers__name_the_pythons_that_the_package_admits() -> None:
    """The versions a reader sees are the versions that pip accepts."""
    prefix = "Programming Language :: Python :: 3."
    stated = [int(text.removeprefix(prefix)) for text in PROJECT["project"]["classifiers"] if text.startswith(prefix)]
    assert stated == [11, 12, 13, 14]
    assert PROJECT["project"]["requires-python"] == f">=3.{stated[0]},<3.{stated[-1] + 1}"


def test_wheel__ships_every_part_of_the_package(tmp_path: Path) -> None:
    """Modules, type marker, queries and templates all arrive; nothing that is only for developers does."""
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-build-isolation",
        "--no-deps",
        "-w",
        str(tmp_path),
        str(ROOT),
    ]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    shipped = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    source = (path for path in (ROOT / "src/keyturn").rglob("*") if path.is_file() and path.suffix != ".pyc")
    assert shipped == {path.relative_to(ROOT / "src").as_posix() for path in source}
    assert "keyturn/py.typed" in shipped


def test_lint_settings__give_a_reason_for_every_rule_left_out() -> None:
    """A rule may be switched off, but never silently."""
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    settings = text[text.index("[tool.ruff.lint]") : text.index("[tool.ruff.lint.flake8")]
    rules = [line.strip() for line in settings.splitlines() if re.match(r' +"', line)]
    assert rules
    assert [line for line in rules if not re.fullmatch(r'"[A-Z]+[0-9]*", +# .+', line)] == []


def test_make_targets__are_described_to_contributors() -> None:
    """CONTRIBUTING names every target that `make` lists, and none that is not there."""
    targets = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    table = re.findall(r"^\| `make ([a-z]+)`", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(table) == sorted(targets - {"help"})
