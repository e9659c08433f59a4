"""Which commits are compared: in every shape of repository it works, or says what is missing."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from msgspec.structs import replace

from keyturn.git.process import GitError
from keyturn.git.repository import Repository, Revision, open_repository
from tests.support.scratch import Scratch

Opening = Callable[[Scratch], Repository]


@pytest.fixture
def opened() -> Iterator[Opening]:
    """Opens scratch repositories, and closes them after the test."""
    with ExitStack() as closing:
        yield lambda scratch: closing.enter_context(open_repository(str(scratch.path)))


def cloned(scratch: Scratch, path: Path, *options: str) -> Scratch:
    """Clone a scratch repository over git's own transport, so that options such as `--depth` work."""
    scratch.git("clone", "-q", *options, scratch.path.as_uri(), str(path))
    return Scratch(path)


def test_head__is_the_branch_that_is_checked_out(scratch: Scratch, opened: Opening) -> None:
    """The branch's name counts for the rule book's patterns; a detached head has none."""
    oid = scratch.git("rev-parse", "HEAD")
    assert opened(scratch).head() == Revision("HEAD", oid, "main")
    scratch.git("checkout", "-q", "--detach")
    assert opened(scratch).revision("HEAD") == Revision("HEAD", oid)


def test_head__before_the_first_commit(tmp_path: Path, opened: Opening) -> None:
    """Without a commit there is nothing to judge, and the message names the branch."""
    with pytest.raises(GitError, match="no commit on the branch main yet; commit the work first"):
        opened(Scratch.at(tmp_path / "new")).head()


def test_head__where_the_checked_out_commit_is_not_there(scratch: Scratch, opened: Opening) -> None:
    """A detached head that names nothing is refused, not guessed at."""
    (scratch.path / ".git" / "HEAD").write_text("1" * 40 + "\n")
    with pytest.raises(GitError, match="no commit on HEAD yet"):
        opened(scratch).head()


@pytest.mark.parametrize(
    ("name", "branch"),
    [
        ("main", "main"),
        ("refs/heads/main", "main"),
        ("origin/feature/x", "feature/x"),
        ("refs/remotes/origin/feature/x", "feature/x"),
        ("v1", None),
        ("HEAD~1", None),
    ],
)
def test_revision__by_every_kind_of_name(
    scratch: Scratch, tmp_path: Path, name: str, branch: str | None, opened: Opening
) -> None:
    """Branches here and on remotes are known by their own name; tags and expressions are only commits."""
    scratch.git("tag", "-a", "v1", "-m", "one")
    scratch.branch("feature/x")
    scratch.commit({"more": "1"})
    scratch.git("checkout", "-q", "main")
    scratch.commit({"more": "2"})
    clone = cloned(scratch, tmp_path / "clone")
    clone.git("fetch", "-q", "--tags")
    found = opened(clone).revision(name)
    assert found.branch == branch
    assert found.commit == clone.git("rev-parse", f"{name}^{{commit}}")


def test_revision__a_branch_wins_over_a_tag_of_its_name(scratch: Scratch, opened: Opening) -> None:
    """A pull request goes into a branch, so a tag that somebody pushed cannot stand in for it."""
    base = scratch.git("rev-parse", "HEAD")
    scratch.branch("other")
    elsewhere = scratch.commit({"more": "1"})
    scratch.git("tag", "main", elsewhere)
    assert opened(scratch).revision("main") == Revision("main", base, "main")
    assert opened(scratch).default_base() == Revision("main", base, "main")


@pytest.mark.parametrize(
    "name", ["", "-", "--all", "--output=x", "nowhere", "a\nb", "main\0", "main^{tree}", "..", "*"]
)
def test_revision__refuses_what_names_no_commit(scratch: Scratch, name: str, opened: Opening) -> None:
    """Names that are options, patterns, or nothing at all are refused; none of them reaches git as an option."""
    with pytest.raises(GitError, match=r"no name of a branch or commit|there is no branch or commit"):
        opened(scratch).revision(name)
    assert not (scratch.path / "x").exists()


def test_revision__passes_on_what_git_says_of_an_expression(scratch: Scratch, opened: Opening) -> None:
    """An expression that git understands and cannot follow is refused in git's words."""
    with pytest.raises(GitError, match="no upstream configured for branch 'main'"):
        opened(scratch).revision("@{u}")


def test_revision__says_how_to_fetch_what_is_missing(scratch: Scratch, tmp_path: Path, opened: Opening) -> None:
    """Where there is a remote, the branch may only not have been fetched; the command that is named helps."""
    scratch.branch("develop")
    scratch.commit({"more": "1"})
    scratch.git("checkout", "-q", "main")
    clone = cloned(scratch, tmp_path / "clone", "--depth=1")
    with pytest.raises(GitError, match="no branch or commit 'develop' in this clone; fetch it first: ") as missing:
        opened(clone).revision("develop")
    clone.git(*str(missing.value).partition("fetch it first: git ")[2].split())
    found = opened(clone).revision("develop")
    assert (found.name, found.branch) == ("develop", "develop")
    assert found == replace(opened(clone).revision("origin/develop"), name="develop")


def test_default_base__is_the_default_branch_of_the_remote(scratch: Scratch, tmp_path: Path, opened: Opening) -> None:
    """What `origin/HEAD` points to, known by the branch's own name, even where a local `main` exists."""
    scratch.branch("trunk")
    oid = scratch.commit({"more": "1"})
    clone = cloned(scratch, tmp_path / "clone")
    clone.git("branch", "main", "origin/main")
    assert opened(clone).default_base() == Revision("origin/trunk", oid, "trunk")


@pytest.mark.parametrize(
    ("refs", "expected"),
    [
        (["refs/heads/main", "refs/heads/master", "refs/remotes/origin/main"], ("main", "main")),
        (["refs/remotes/origin/main", "refs/heads/master"], ("origin/main", "main")),
        (["refs/heads/master"], ("master", "master")),
        (["refs/remotes/origin/master"], ("origin/master", "master")),
    ],
)
def test_default_base__without_a_remote_head(
    scratch: Scratch, refs: list[str], expected: tuple[str, str], opened: Opening
) -> None:
    """Without `origin/HEAD`, `main` comes before `master`, and a local branch before the remote's."""
    scratch.branch("work")
    scratch.git("branch", "-D", "main")
    for ref in refs:
        scratch.git("update-ref", ref, "HEAD")
    found = opened(scratch).default_base()
    assert (found.name, found.branch) == expected


def test_default_base__of_which_there_is_none(scratch: Scratch, opened: Opening) -> None:
    """Before the first commit on the base, the message says what to name and what to fetch."""
    scratch.git("branch", "-m", "work")
    scratch.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/gone")
    with pytest.raises(GitError, match=r"nothing says which branch .*--base.*git fetch origin"):
        opened(scratch).default_base()


def test_merge_base__is_where_the_two_parted(scratch: Scratch, opened: Opening) -> None:
    """What happened on the base since is no part of the pull request."""
    parted = scratch.git("rev-parse", "HEAD")
    scratch.branch("work")
    scratch.commit({"work": "1"})
    scratch.git("checkout", "-q", "main")
    scratch.commit({"main": "1"})
    repository = opened(scratch)
    assert repository.merge_base(repository.revision("main"), repository.revision("work")) == parted


def test_default_base__of_a_remote_head_that_is_no_branch(scratch: Scratch, opened: Opening) -> None:
    """Where `origin/HEAD` is a commit and not a branch, it is the base, known only by what it was called."""
    oid = scratch.git("rev-parse", "HEAD")
    scratch.git("update-ref", "refs/remotes/origin/HEAD", oid)
    assert opened(scratch).default_base() == Revision("origin/HEAD", oid)


def test_merge_base__that_git_cannot_find(scratch: Scratch, opened: Opening) -> None:
    """A damaged history is not taken for an unrelated one."""
    middle = scratch.commit({"work": "1"})
    scratch.branch("work")
    scratch.commit({"work": "2"})
    scratch.git("checkout", "-q", "main")
    scratch.commit({"main": "2"})
    (scratch.path / ".git" / "objects" / middle[:2] / middle[2:]).unlink()
    repository = opened(scratch)
    with pytest.raises(GitError, match="git merge-base failed: "):
        repository.merge_base(repository.revision("main"), repository.revision("work"))


def test_merge_base__of_unrelated_histories(scratch: Scratch, opened: Opening) -> None:
    """GitHub opens no pull request between branches without a common commit."""
    scratch.git("checkout", "-q", "--orphan", "work")
    scratch.commit({"work": "1"})
    repository = opened(scratch)
    with pytest.raises(GitError, match="work and main have no commit in common"):
        repository.merge_base(repository.revision("main"), repository.revision("work"))


@pytest.mark.parametrize("depth", [1, 2])
def test_merge_base__beyond_the_end_of_a_shallow_clone(
    scratch: Scratch, tmp_path: Path, depth: int, opened: Opening
) -> None:
    """Too little history is told from none in common, with the command that fetches more."""
    scratch.branch("work")
    for number in range(3):
        scratch.commit({"work": str(number)})
    clone = cloned(scratch, tmp_path / "clone", "--no-single-branch", f"--depth={depth}")
    repository = opened(clone)
    with pytest.raises(GitError, match=r"shallow.*git fetch --deepen"):
        repository.merge_base(repository.revision("origin/main"), repository.revision("work"))


def test_merge_base__within_a_shallow_clone(scratch: Scratch, tmp_path: Path, opened: Opening) -> None:
    """A shallow clone that reaches back to where the two parted is enough."""
    scratch.commit({"main": "1"})
    parted = scratch.commit({"main": "2"})
    scratch.branch("work")
    scratch.commit({"work": "1"})
    clone = cloned(scratch, tmp_path / "clone", "--no-single-branch", "--depth=2")
    repository = opened(clone)
    assert repository.shallow
    assert repository.merge_base(repository.revision("origin/main"), repository.revision("work")) == parted


def test_merge_base__of_a_shallow_clone_is_not_an_older_one(scratch: Scratch, tmp_path: Path, opened: Opening) -> None:
    """Where history ends on one of two ways, an older common commit on the other is not taken for the newest."""
    scratch.commit({"old": "1"})
    scratch.branch("side")
    scratch.git("checkout", "-q", "main")
    for number in range(3):
        scratch.commit({"main": str(number)})
    scratch.branch("work")
    for number in range(6):
        scratch.commit({"work": str(number)})
    scratch.git("merge", "-q", "--no-ff", "-m", "merge", "side", "-s", "ours")
    scratch.git("checkout", "-q", "side")
    scratch.commit({"side": "1"})
    scratch.git("checkout", "-q", "work")
    scratch.git("merge", "-q", "--no-ff", "-m", "merge", "side")
    clone = cloned(scratch, tmp_path / "clone", "--no-single-branch", "--depth=5")
    repository = opened(clone)
    with pytest.raises(GitError, match="shallow"):
        repository.merge_base(repository.revision("origin/main"), repository.revision("work"))


def test_open__works_in_a_bare_repository_a_worktree_and_a_folder(
    scratch: Scratch, tmp_path: Path, opened: Opening
) -> None:
    """Wherever git itself would find the repository, so do we; a bare one has no files to look at."""
    bare = cloned(scratch, tmp_path / "bare.git", "--bare")
    scratch.git("worktree", "add", "-q", str(tmp_path / "tree"), "-b", "elsewhere")
    assert opened(bare).root is None
    assert opened(bare).head().branch == "main"
    tree = opened(Scratch(tmp_path / "tree"))
    assert tree.root is not None
    assert tree.root.resolve() == (tmp_path / "tree").resolve()
    assert tree.head().branch == "elsewhere"
    folder = opened(Scratch(scratch.path / "src"))
    assert folder.root is not None
    assert folder.root.resolve() == scratch.path.resolve()


def test_open__honours_git_dir(
    scratch: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Opening
) -> None:
    """A hook runs with `GIT_DIR` set, and means that repository."""
    monkeypatch.setenv("GIT_DIR", str(scratch.path / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(scratch.path))
    repository = opened(Scratch(tmp_path))
    assert repository.head().branch == "main"
    assert repository.root is not None
    assert repository.root.resolve() == scratch.path.resolve()


def test_open__refuses_a_place_without_a_repository(tmp_path: Path, opened: Opening) -> None:
    """The message names the directory and says how to come to a repository."""
    with pytest.raises(GitError, match="is in no git repository; go to one, or make one with `git init`"):
        opened(Scratch(tmp_path))
    with pytest.raises(GitError, match="there is no directory"):
        opened(Scratch(tmp_path / "nowhere"))


def test_open__passes_on_why_git_refuses(scratch: Scratch, opened: Opening) -> None:
    """A repository that git cannot read is not called a missing one."""
    (scratch.path / ".git" / "config").write_text("[core\n")
    with pytest.raises(GitError, match="git rev-parse failed: bad config"):
        opened(scratch)


def test_open__without_git(scratch: Scratch, monkeypatch: pytest.MonkeyPatch, opened: Opening) -> None:
    """A machine without git is told apart from a place without a repository."""
    monkeypatch.setenv("PATH", str(scratch.path))
    with pytest.raises(GitError, match="git is not installed, or not on the PATH"):
        opened(scratch)
