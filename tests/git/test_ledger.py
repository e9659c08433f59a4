"""The ledger in a local clone: the same faults are found as anywhere, as far as a clone can tell."""

import subprocess
from pathlib import Path

import pytest

from keyturn.core.audit import audit
from keyturn.core.ledger_walk import LedgerWalk
from keyturn.git.ledger import read_tip, walk_branch
from keyturn.git.process import GitError
from keyturn.git.repository import open_repository
from tests.support.build_ledger import KEYTURN, LEDGER, LedgerBuilder
from tests.support.scratch import Scratch
from tests.support.tampering import E1, TAMPERINGS, Tampering, honest_ledger


@pytest.fixture
def builder() -> LedgerBuilder:
    """A ledger of four entries about two pull requests."""
    made = LedgerBuilder()
    honest_ledger(made)
    return made


def walk(clone: Scratch, account: str | None = KEYTURN, branch: str = LEDGER) -> LedgerWalk:
    """The ledger of this clone."""
    with open_repository(str(clone.path)) as repository:
        return walk_branch(repository, branch, account)


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=str)
def test_clone__shows_what_was_done(builder: LedgerBuilder, tmp_path: Path, tampering: Tampering) -> None:
    """A clone walks the same commits and finds the same faults as their maker."""
    tampering.deed(builder)
    found = walk(builder.clone(tmp_path / "clone"))
    assert {(finding.fault, finding.path) for finding in audit(found)} == tampering.found


def test_clone__is_walked_as_it_was_made(builder: LedgerBuilder, tmp_path: Path) -> None:
    """Commits, files and bytes are those of the branch."""
    builder.write({"pulls/0/12/notes/x.txt": b"x"}, by=builder.mallory)
    builder.write({"pulls/0/12/notes": b"a file where a folder was"}, by=builder.mallory)
    builder.write({E1: None, "debts.json": None})
    made, found = builder.walk(), walk(builder.clone(tmp_path / "clone"))
    assert [(commit.oid, commit.parents, commit.own, commit.at) for commit in found.commits] == [
        (commit.oid, commit.parents, commit.own, commit.at) for commit in made.commits
    ]
    assert [sorted(commit.changes, key=str) for commit in found.commits] == [
        sorted(commit.changes, key=str) for commit in made.commits
    ]
    assert found.tip.files == made.tip.files
    assert found.tip.entries() == made.tip.entries()


def test_clone__says_which_commits_are_unsigned(builder: LedgerBuilder, tmp_path: Path) -> None:
    """Whoever reads a finding sees at once that nobody vouches for its author."""
    builder.write({E1: None}, by=builder.mallory)
    builder.write({"x": b"x"}, signed=False)
    authors = [commit.author for commit in walk(builder.clone(tmp_path / "clone")).commits]
    assert authors[-3:] == [
        KEYTURN,
        f"{builder.mallory.noreply}, unsigned",
        f"{KEYTURN}, unsigned",
    ]


def test_clone__takes_the_first_author_for_keyturn(builder: LedgerBuilder, tmp_path: Path) -> None:
    """Who keyturn is need not be said, but may be; another account made none of this."""
    clone = builder.clone(tmp_path / "clone")
    assert walk(clone, None).account == KEYTURN
    assert audit(walk(clone, "Keyturn-Gate[bot]")) == ()
    assert audit(walk(clone, "github-actions[bot]")) != ()


def test_tip__holds_the_entries_that_are_asked_for(builder: LedgerBuilder, tmp_path: Path) -> None:
    """Of one pull request or of all; a file beyond all measure is not read."""
    builder.write({"pulls/0/7/000002.json": b"x" * ((1 << 20) + 1)})
    with open_repository(str(builder.clone(tmp_path / "clone").path)) as repository:
        tip = read_tip(repository, LEDGER)
        assert [standing.entry is not None for standing in tip.entries()] == [True, False, True, True, True]
        assert tip.entries()[1].content is None
        only = read_tip(repository, LEDGER, 12)
        assert [standing.content is not None for standing in only.entries()] == [False, False, True, True, True]


def test_branch__is_the_remote_s_before_one_s_own(builder: LedgerBuilder, tmp_path: Path) -> None:
    """A local branch of that name may be old; the remote's is what was fetched."""
    clone = builder.clone(tmp_path / "clone")
    old = builder.walk().commits[1].oid
    clone.git("update-ref", f"refs/heads/{LEDGER}", old)
    assert walk(clone).tip.commit == builder.tip
    clone.git("update-ref", "-d", f"refs/remotes/origin/{LEDGER}")
    assert walk(clone).tip.commit == old
    clone.git("update-ref", f"refs/remotes/upstream/{LEDGER}", builder.tip)
    assert walk(clone, branch=f"upstream/{LEDGER}").tip.commit == builder.tip


def test_branch__that_is_not_here_is_refused_with_the_command_to_fetch_it(
    builder: LedgerBuilder, tmp_path: Path
) -> None:
    """A fresh clone has only the default branch's commits."""
    clone = builder.clone(tmp_path / "clone")
    with pytest.raises(GitError, match="git fetch origin other:refs/remotes/origin/other"):
        walk(clone, branch="other")


def test_clone__that_is_shallow_is_refused(builder: LedgerBuilder, tmp_path: Path) -> None:
    """Without its beginning the ledger cannot be told to be whole."""
    clone = builder.clone(tmp_path / "clone")
    clone.git("update-ref", f"refs/heads/{LEDGER}", builder.tip)
    subprocess.run(
        ["git", "clone", "-q", "--depth", "2", "--branch", LEDGER, f"file://{clone.path}", str(tmp_path / "shallow")],
        check=True,
        capture_output=True,
    )
    with pytest.raises(GitError, match="git fetch --unshallow"):
        walk(Scratch(tmp_path / "shallow"))


def test_commit__that_says_nothing_of_itself_is_by_nobody(tmp_path: Path) -> None:
    """A commit made by hand, without a readable author, is still walked."""
    scratch = Scratch.at(tmp_path / "odd", LEDGER)
    tree = scratch.git("write-tree")
    odd = f"tree {tree}\nauthor nobody at all\ncommitter nobody at all\n\nodd\n"
    commit = scratch.git("hash-object", "-w", "--literally", "-t", "commit", "--stdin", stdin=odd)
    scratch.git("update-ref", f"refs/heads/{LEDGER}", commit)
    found = walk(scratch)
    assert [(each.author, each.own, each.at.year) for each in found.commits] == [("nobody, unsigned", False, 1970)]
