"""The commits of a branch, with everybody who had a part in them."""

from keyturn.git.commits import RawCommit, Signature, read_log, start_log
from keyturn.git.process import Git
from tests.support.scratch import Scratch


def listed(scratch: Scratch, most: int = 100) -> tuple[RawCommit, ...]:
    """List what the branch checked out has and `main` has not."""
    with start_log(Git(str(scratch.path)), "main", "HEAD", most) as running:
        return read_log(running.output())


def test_log__names_author_committer_and_co_authors(scratch: Scratch) -> None:
    """A person in a trailer had a part in the commit, whatever the case of its key; others are only text."""
    scratch.branch("work")
    oid = scratch.commit(
        message="Round\n\nbody\n\nCo-Authored-By: Bob <bob@example.com>\nco-authored-by:  Eve <eve@example.com>\n"
        "Co-authored-by: nobody\nSigned-off-by: Sam <sam@example.com>",
        GIT_COMMITTER_NAME="Carl",
        GIT_COMMITTER_EMAIL="carl@example.com",
    )
    assert listed(scratch) == (
        RawCommit(
            oid,
            (
                Signature("Ann", "ann@example.com"),
                Signature("Bob", "bob@example.com"),
                Signature("Eve", "eve@example.com"),
            ),
            Signature("Carl", "carl@example.com"),
        ),
    )


def test_log__keeps_commits_apart_whatever_their_text(scratch: Scratch) -> None:
    """Messages and names full of separators, empty ones and broken encodings do not shift a field."""
    scratch.branch("work")
    scratch.commit(message="%x00 %H\n\n\x01\x1e\n\nCo-authored-by: X\u2028Y <x@example.com>")
    scratch.git("commit", "-q", "--allow-empty", "--allow-empty-message", "-m", "")
    scratch.git("-c", "i18n.commitEncoding=latin-1", "commit", "-q", "--allow-empty", "-m", "caf\udce9")
    oids = scratch.git("rev-list", "main..HEAD").split()
    found = listed(scratch)
    assert [commit.oid for commit in found] == oids
    assert [len(commit.authors) for commit in found] == [1, 1, 2]
    assert found[2].authors[1] == Signature("X\u2028Y", "x@example.com")


def test_log__is_what_the_commit_says(scratch: Scratch) -> None:
    """No mail map renames anybody, and no replacement stands in for a commit."""
    scratch.commit({".mailmap": "Mallory <mallory@example.com> <ann@example.com>\n"})
    scratch.git("config", "log.mailmap", "true")
    scratch.branch("work")
    real = scratch.commit(message="real")
    fake = scratch.commit(message="fake", GIT_AUTHOR_NAME="Fake")
    scratch.git("reset", "-q", "--hard", real)
    scratch.git("replace", real, fake)
    assert [commit.authors for commit in listed(scratch)] == [(Signature("Ann", "ann@example.com"),)]


def test_log__lists_merged_commits_too_and_stops_where_told(scratch: Scratch) -> None:
    """A commit counts whichever parent it came in through; there are never more than asked for."""
    scratch.branch("side")
    scratch.commit({"side": "1"})
    scratch.branch("work", "main")
    scratch.commit({"work": "1"})
    scratch.git("merge", "-q", "--no-ff", "-m", "merge", "side")
    assert len(listed(scratch)) == 3
    assert len(listed(scratch, 2)) == 2
