"""`keyturn draft`: from a real branch to a manifest that covers it."""

import json

import pytest

from keyturn.core.manifest import UNFILLED
from tests.cli.conftest import Keyturn
from tests.support.scratch import Scratch

PLACE = ".agent/manifests/x.yml"


@pytest.fixture
def changed(work: Scratch) -> Scratch:
    """A branch with something of every kind."""
    work.git("checkout", "-q", "main")
    work.commit({"old.txt": "x\n" * 50, "gone.txt": "y\n" * 50, "a b/c#d.py": "1"})
    work.git("checkout", "-q", "copilot/work")
    work.git("merge", "-q", "main")
    many = {f"many/{number}": "x" for number in range(12)}
    work.commit(
        {"src/a.py": "a = 2\n", "old.txt": None, "new.txt": "x\n" * 50, "gone.txt": None, "a b/c#d.py": "2", **many}
    )
    work.commit({b"caf\xe9\n": b"x", b"on": b"x"})
    return work


def test_draft__filled_in_covers_the_branch(changed: Scratch, keyturn: Keyturn) -> None:
    """Draft, check (refused), fill in, check (nothing undeclared): the way an agent goes."""
    assert len(json.loads(keyturn("check", "--format", "json").out)["undeclared"]) == 18
    said = keyturn("draft", "--output", PLACE)
    assert said.code == 0
    assert said.err == f"keyturn: wrote {PLACE}; fill it in, commit it, and run `keyturn check`\n"
    changed.commit()
    refused = keyturn("check")
    assert refused.code == 1
    assert UNFILLED.strip() in refused.out
    manifest = changed.path / PLACE
    manifest.write_text(manifest.read_text().replace(UNFILLED, "Done: "))
    changed.commit()
    said = keyturn("check", "--format", "json")
    decision = json.loads(said.out)
    assert (said.code, decision["outcome"], decision["undeclared"]) == (0, "pending", [])


def test_draft__goes_to_standard_output(changed: Scratch, keyturn: Keyturn) -> None:
    """Without a file the text is printed and nothing is written."""
    said = keyturn("draft")
    assert said.code == 0
    assert said.out.startswith("# A first manifest, drafted from the difference between main and copilot/work.")
    assert '  - action_type: write\n    target: "many"\n    scope: directory\n' in said.out
    assert said.err == ""
    assert changed.git("status", "--porcelain") == ""


def test_draft__says_what_the_rule_book_asks_of_the_requester(changed: Scratch, keyturn: Keyturn) -> None:
    """Where the requester is required, the comment beside the key says so."""
    changed.git("checkout", "-q", "main")
    book = (changed.path / "rules.yml").read_text().replace("requester: optional", "requester: required")
    changed.commit({"rules.yml": book})
    changed.git("checkout", "-q", "copilot/work")
    assert "who asked for this: required\n" in keyturn("draft").out


def test_draft__never_overwrites(changed: Scratch, keyturn: Keyturn) -> None:
    """A file that is there stays as it is; so does a place that cannot be written to."""
    changed.write({PLACE: "mine\n"})
    said = keyturn("draft", "--output", PLACE)
    assert said.code == 2
    assert "exists; name a new file" in said.err
    assert (changed.path / PLACE).read_text() == "mine\n"
    said = keyturn("draft", "--output", "src/a.py/x.yml")
    assert said.code == 2
    assert "exists" in said.err or "cannot be written" in said.err


@pytest.mark.parametrize("name", ["", "x" * 300])
def test_draft__to_a_file_that_cannot_be(changed: Scratch, keyturn: Keyturn, name: str) -> None:
    """What the system refuses is told in its words."""
    said = keyturn("draft", "--output", f"src/{name}")
    assert said.code == 2
    assert changed.git("status", "--porcelain") == ""


def test_draft__of_nothing(work: Scratch, keyturn: Keyturn) -> None:
    """An empty manifest would be invalid, so none is written."""
    said = keyturn("draft")
    assert (said.code, said.out) == (2, "")
    assert "no file changed" in said.err
    work.commit({PLACE: "version: 1\n"})
    assert "no file changed" in keyturn("draft").err


def test_draft__without_a_rule_book(changed: Scratch, keyturn: Keyturn) -> None:
    """Which types may cover a file is the rule book's to say."""
    said = keyturn("draft", "--rules-path", "nowhere.yml")
    assert said.code == 2
    assert "main has no valid nowhere.yml" in said.err
    assert changed.git("status", "--porcelain") == ""
