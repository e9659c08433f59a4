"""`keyturn init`: a rule book that is valid, that teaches, and that is tested from the first day."""

from pathlib import Path

import pytest

from keyturn.cli.init import TEMPLATES
from keyturn.core.rulebook import Requester, read_rulebook
from keyturn.slack.app_manifest import app_manifest
from tests.cli.conftest import Keyturn
from tests.support.scratch import Scratch

ROOT = Path(__file__).parents[2]


def test_init__writes_a_rule_book_and_its_cases(tmp_path: Path, keyturn: Keyturn) -> None:
    """In an empty directory: both files, what comes next, and the cases pass and leave no rule out."""
    said = keyturn("init", cwd=tmp_path)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("wrote rules.yml\nwrote rules.test.yml\n\nWhat comes next:\n  1. ")
    assert {path.name for path in tmp_path.iterdir()} == set(TEMPLATES)
    tested = keyturn("test", "rules.test.yml")
    assert tested.code == 0
    assert "that no case exercises" not in tested.out


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
    assert {path.name for path in tmp_path.iterdir()} == {*TEMPLATES, "slack-app.yml"}
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
