"""`keyturn init`: a rule book that is valid, that teaches, and that is tested from the first day."""

import io
from pathlib import Path

import pytest

from keyturn.cli.init import TEMPLATES
from keyturn.core.facts import FileVersion
from keyturn.core.rulebook import Requester, read_rulebook
from keyturn.doctor.workflow import read_workflow
from keyturn.slack.app_manifest import app_manifest
from tests.cli.conftest import Keyturn
from tests.support.scratch import Scratch

ROOT = Path(__file__).parents[2]
WORKFLOWS = ("keyturn-signal.yml", "keyturn.yml", "keyturn-sweep.yml")
EVERYTHING = {*TEMPLATES, *(f".github/workflows/{name}" for name in WORKFLOWS)}


def written(folder: Path) -> set[str]:
    """The paths of all files in a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def heard(folder: Path) -> tuple[str, ...]:
    """The names of the workflows that the gate's workflow hears, as YAML reads them."""
    path = ".github/workflows/keyturn.yml"
    workflow = read_workflow(FileVersion(path, (folder / path).read_bytes()))
    assert workflow is not None
    return workflow.hears


def test_init__writes_a_rule_book_its_cases_and_the_workflows(tmp_path: Path, keyturn: Keyturn) -> None:
    """In an empty directory: all files, what comes next, and the cases pass and leave no rule out."""
    said = keyturn("init", cwd=tmp_path)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("wrote rules.yml\nwrote rules.test.yml\nwrote .github/workflows/keyturn-signal.yml\n")
    assert said.out.index("\nWhat comes next:\n  1. ") < said.out.index("\nThen on GitHub, in this order:\n  1. ")
    assert written(tmp_path) == EVERYTHING
    tested = keyturn("test", "rules.test.yml")
    assert tested.code == 0
    assert "that no case exercises" not in tested.out


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_init__names_the_schema_that_editors_complete_by(tmp_path: Path, keyturn: Keyturn, name: str) -> None:
    """The first line is what the doctor looks for, and leads to a schema that this repository publishes."""
    keyturn("init", cwd=tmp_path)
    first = (tmp_path / name).read_text("utf-8").splitlines()[0]
    schema = first.removeprefix(
        "# yaml-language-server: $schema=https://raw.githubusercontent.com/keyturn/keyturn/main/"
    )
    assert (ROOT / schema).is_file()


def test_init__below_the_top_of_a_repository(tmp_path: Path, keyturn: Keyturn) -> None:
    """GitHub would not find the workflows there: nothing is written, and it says where to go."""
    top = Scratch.at(tmp_path / "new").path
    (top / "sub").mkdir()
    said = keyturn("init", cwd=top / "sub")
    assert (said.code, said.out) == (2, "")
    assert f"run it in {top}" in said.err
    assert written(top / "sub") == set()


def test_init__outside_a_repository(tmp_path: Path, keyturn: Keyturn) -> None:
    """It writes all the same, and says where the files belong."""
    assert "note: this is no git repository" in keyturn("init", cwd=tmp_path).out
    assert "no git repository" not in keyturn("init", cwd=Scratch.at(tmp_path / "new").path).out


def test_init__says_which_names_lead_nowhere(tmp_path: Path, keyturn: Keyturn) -> None:
    """No name at all, and a name that no workflow here has; a name that one has is right."""
    assert "note: the gate hears of no workflow that gives checks" in keyturn("init", cwd=tmp_path).out
    (tmp_path / ".github/workflows/ci.yml").write_text("name: ci\non: push\n")
    said = keyturn("init", "--force", "--checks-from", "ci", "--checks-from", "CI").out
    assert "no workflow here is called 'CI'" in said
    assert "called 'ci'" not in said
    assert "of no workflow" not in said


def test_init__requires_the_requester(tmp_path: Path, keyturn: Keyturn) -> None:
    """A new rule book starts with the safest answer to who asked the agent."""
    keyturn("init", cwd=tmp_path)
    book = read_rulebook("rules.yml", (tmp_path / "rules.yml").read_bytes())
    assert book.requester is Requester.REQUIRED


def test_init__never_overwrites_without_force(tmp_path: Path, keyturn: Keyturn) -> None:
    """One file that is there is enough to write none; with --force both are written anew, and no link is followed."""
    (tmp_path / "rules.test.yml").write_text("mine\n")
    said = keyturn("init", cwd=tmp_path)
    assert (said.code, said.out) == (2, "")
    assert said.err == "keyturn: there is already rules.test.yml, and nothing was written; --force overwrites\n"
    assert [path.name for path in tmp_path.iterdir()] == ["rules.test.yml"]
    (tmp_path / "rules.yml").symlink_to("elsewhere.yml")
    assert "there is already rules.yml and rules.test.yml" in keyturn("init", cwd=tmp_path).err
    assert keyturn("init", "--force", cwd=tmp_path).code == 0
    assert (tmp_path / "rules.test.yml").read_text() != "mine\n"
    assert not (tmp_path / "elsewhere.yml").exists()


def test_init__where_it_cannot_write(tmp_path: Path, keyturn: Keyturn) -> None:
    """What the system refuses is told in its words."""
    (tmp_path / "rules.yml").mkdir()
    said = keyturn("init", "--force", cwd=tmp_path)
    assert said.code == 2
    assert "'rules.yml' cannot be written: Is a directory" in said.err


def test_init__writes_the_slack_apps_manifest_too(tmp_path: Path, keyturn: Keyturn) -> None:
    """In an empty directory --slack writes the manifest of the app beside the rest, and says where it goes."""
    said = keyturn("init", "--slack", cwd=tmp_path)
    assert (said.code, said.err) == (0, "")
    assert "wrote slack-app.yml\n" in said.out
    assert "https://api.slack.com/apps" in said.out
    assert written(tmp_path) == {*EVERYTHING, "slack-app.yml"}
    assert (tmp_path / "slack-app.yml").read_text() == app_manifest()


def test_init__writes_the_slack_apps_manifest_beside_a_rule_book(tmp_path: Path, keyturn: Keyturn) -> None:
    """A repository that has its rule book gets the manifest alone, once."""
    (tmp_path / "rules.yml").write_text("mine\n")
    said = keyturn("init", "--slack", cwd=tmp_path)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("wrote slack-app.yml\n\nWhat comes next in Slack:\n")
    assert (tmp_path / "rules.yml").read_text() == "mine\n"
    assert not (tmp_path / "rules.test.yml").exists()
    again = keyturn("init", "--slack", cwd=tmp_path)
    assert again.code == 2
    assert "there is already slack-app.yml" in again.err


@pytest.mark.parametrize(("token", "example"), [("app", "app"), ("workflow", "try-it-out")])
@pytest.mark.parametrize("name", WORKFLOWS)
def test_init__writes_the_workflows_that_the_examples_show(
    tmp_path: Path, keyturn: Keyturn, token: str, example: str, name: str
) -> None:
    """Each set of examples is what init writes where the workflow `ci` gives the required checks."""
    keyturn("init", "--token", token, "--checks-from", "ci", cwd=tmp_path)
    shown = (ROOT / "examples/workflows" / example / name).read_text("utf-8")
    assert (tmp_path / ".github/workflows" / name).read_text("utf-8") == shown


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ([], ()),
        (["--checks-from", "ci", "--checks-from", "Build & test"], ("ci", "Build & test")),
        (["--checks-from", "ci", "--checks-from", "ci"], ("ci",)),
        (["--checks-from", "on"], ("on",)),
        (["--checks-from", 'a, "b": [c] # d'], ('a, "b": [c] # d',)),
        (["--checks-from", "Prüfung"], ("Prüfung",)),
    ],
)
def test_init__writes_which_workflows_the_gate_hears(
    tmp_path: Path, keyturn: Keyturn, arguments: list[str], names: tuple[str, ...]
) -> None:
    """Beside the signal the gate hears the workflows that --checks-from names, whatever characters they have."""
    assert keyturn("init", *arguments, cwd=tmp_path).code == 0
    assert heard(tmp_path) == ("keyturn-signal", *names)


def test_init__asks_at_a_terminal(tmp_path: Path, keyturn: Keyturn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where somebody is there to ask, and no flag says it, the names are asked for."""
    (tmp_path / ".github/workflows").mkdir(parents=True)
    for name in ("ci", "build"):
        (tmp_path / f".github/workflows/{name}.yaml").write_text(f"name: {name}\non: push\n")
    terminal = io.StringIO("ci, build\n")
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", terminal)
    said = keyturn("init", cwd=tmp_path)
    assert "(there are: build, ci)" in said.out
    assert heard(tmp_path) == ("keyturn-signal", "ci", "build")


@pytest.mark.parametrize(
    ("token", "told"),
    [
        (
            "app",
            [
                "New GitHub App",
                "New environment `keyturn`",
                "`keyturn-ledger`",
                "keyturn doctor",
                "with the App as its source",
            ],
        ),
        (
            "workflow",
            [
                "advisory",
                "`keyturn-ledger`",
                "keyturn doctor",
                "with GitHub Actions as its source",
                "--workflows --force",
            ],
        ),
    ],
)
def test_init__says_in_order_what_to_click(tmp_path: Path, keyturn: Keyturn, token: str, told: list[str]) -> None:
    """What is left to do on GitHub is told step by step, for the token that was chosen."""
    said = keyturn("init", "--token", token, cwd=tmp_path).out
    places = [said.index(words) for words in told]
    assert places == sorted(places)


def test_init__writes_the_workflows_alone(tmp_path: Path, keyturn: Keyturn) -> None:
    """With --workflows a rule book that is there already is left alone; a workflow still needs --force."""
    (tmp_path / "rules.yml").write_text("mine\n")
    said = keyturn("init", "--workflows", "--token", "workflow", cwd=tmp_path)
    assert said.code == 0
    assert "What comes next:" not in said.out
    assert written(tmp_path) == {"rules.yml", *EVERYTHING - set(TEMPLATES)}
    assert keyturn("init", "--workflows", cwd=tmp_path).code == 2
    assert keyturn("init", "--workflows", "--force", cwd=tmp_path).code == 0
    assert (tmp_path / "rules.yml").read_text() == "mine\n"
    assert "KEYTURN_APP_KEY" in (tmp_path / ".github/workflows/keyturn.yml").read_text("utf-8")


@pytest.mark.parametrize("name", sorted(TEMPLATES.values()))
def test_templates__say_what_the_shipped_files_say(name: str) -> None:
    """Apart from where the schema lies and who must be named, a new rule book is the one that keyturn ships."""

    def telling(path: Path) -> list[str]:
        lines = path.read_text("utf-8").splitlines()
        return [line for line in lines if not line.startswith("#") and not line.startswith("requester:")]

    assert telling(ROOT / "src/keyturn/cli/templates" / name) == telling(ROOT / name)


def test_init__then_draft_and_check(tmp_path: Path, keyturn: Keyturn) -> None:
    """The way of a new user, from an empty repository to a judged branch."""
    scratch = Scratch.at(tmp_path / "new")
    assert keyturn("init", cwd=scratch.path).code == 0
    scratch.commit({"src/app.py": "print()\n"})
    scratch.branch("agent/first")
    scratch.commit({"src/app.py": "print('hello')\n"})
    assert keyturn("draft", "--output", ".agent/manifests/hello.yml").code == 0
    manifest = scratch.path / ".agent/manifests/hello.yml"
    text = manifest.read_text("utf-8").replace("FILL IN: ", "Greets: ")
    scratch.commit({".agent/manifests/hello.yml": text})
    refused = keyturn("check")
    assert refused.code == 1
    assert "requested_by` is missing" in refused.out
    scratch.commit({".agent/manifests/hello.yml": text.replace("# requested_by: octocat", "requested_by: octocat")})
    said = keyturn("check")
    assert said.code == 0
    assert said.out.startswith("The gate would wait for 1 approval: tier single.")
