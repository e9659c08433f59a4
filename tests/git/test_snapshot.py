"""A branch of a local repository as the facts of a pull request."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyturn.core.facts import UNREAD, Account, AccountKind, Change, Facts, FileVersion, Identity
from keyturn.core.manifest import FileKind
from keyturn.git.comparison import compare
from keyturn.git.snapshot import Circumstances, facts_of, with_older_rules
from tests.support.scratch import Scratch

MANIFEST = ".agent/manifests/x.yml"
OLD = ".agent/manifests/old.yml"
ODD = ".agent/manifests/\udcff.yml"


def read(scratch: Scratch, told: Circumstances | None = None, *, older: bool = False) -> Facts:
    """Read what is checked out against `main`."""
    with compare(str(scratch.path), "main", None) as comparison:
        facts = facts_of(comparison, told or Circumstances())
        return with_older_rules(facts, comparison) if older else facts


@pytest.fixture
def work(scratch: Scratch) -> Scratch:
    """A repository with a rule book on `main` and a branch to work on."""
    scratch.commit({"rules.yml": "of main\n"})
    scratch.branch("agent/work")
    return scratch


def test_facts__are_those_of_a_pull_request_that_is_not_there_yet(work: Scratch) -> None:
    """Offline there is no number, and what only GitHub knows is empty; what the caller says is believed."""
    head = work.commit({"src/a.py": "a = 2\n", MANIFEST: "version: 1\n"})
    facts = read(work, Circumstances(author="dependabot[bot]", labels=frozenset({"agent"})))
    assert facts.offline
    assert (facts.head, facts.head_branch, facts.base) == (head, "agent/work", "main")
    assert facts.author == Account("dependabot[bot]", AccountKind.BOT)
    assert facts.labels == {"agent"}
    assert [(file.path, file.change) for file in facts.files] == [
        (MANIFEST, Change.ADDED),
        ("src/a.py", Change.MODIFIED),
    ]
    assert (facts.file_count, facts.commit_count) == (2, 1)
    assert read(work).author is None
    assert read(work, Circumstances(author="octocat")).author == Account("octocat", AccountKind.USER)


def test_facts__take_the_rule_book_from_the_base(work: Scratch) -> None:
    """What the branch makes of the rule book does not count, and what the base made of it since does."""
    work.commit({"rules.yml": "of the branch\n"})
    work.git("checkout", "-q", "main")
    work.commit({"rules.yml": "of main, since\n"})
    work.git("checkout", "-q", "agent/work")
    rules = read(work).rules
    assert rules.current == FileVersion("rules.yml", b"of main, since\n")
    assert rules.older is UNREAD


def test_facts__without_a_rule_book(scratch: Scratch) -> None:
    """Where there is none, there is none."""
    scratch.branch("work")
    scratch.commit({"rules.yml": "of the branch\n"})
    assert read(scratch).rules.current is None


def test_facts__with_a_rule_book_elsewhere(work: Scratch) -> None:
    """The path is a setting."""
    told = Circumstances(rules_path="src/a.py")
    assert read(work, told).rules.current == FileVersion("src/a.py", b"a = 1\n")


@pytest.mark.parametrize("kind", ["link", "folder", "large"])
def test_facts__refuse_a_rule_book_that_is_no_readable_file(scratch: Scratch, kind: str) -> None:
    """A link, a folder or a huge file in its place is a rule book that cannot be read, not none."""
    book = scratch.path / "rules.yml"
    if kind == "link":
        book.symlink_to("README.md")
    elif kind == "folder":
        scratch.write({"rules.yml/a": "a"})
    else:
        book.write_bytes(b"x" * 300_000)
    scratch.commit()
    scratch.branch("work")
    current = read(scratch).rules.current
    assert current is not None
    assert current.content is None
    assert current.problem == (
        "the file has 300,000 bytes; at most 262,144 (256 KiB) are read"
        if kind == "large"
        else "the rule book is a regular file; found something else in its place"
    )


def test_older_rules__are_those_of_the_base_branch_by_first_parents(scratch: Scratch) -> None:
    """What a merged branch held in between was never in force, and a removed book leaves its last version."""
    scratch.commit({"rules.yml": "one\n"})
    scratch.branch("side")
    scratch.commit({"rules.yml": "on the side\n"})
    scratch.commit({"rules.yml": "two\n"})
    scratch.git("checkout", "-q", "main")
    scratch.commit({"other": "1"})
    scratch.git("merge", "-q", "--no-ff", "-m", "merge", "side")
    scratch.commit({"rules.yml": None})
    scratch.branch("work")
    older = read(scratch, older=True).rules.older
    assert isinstance(older, tuple)
    assert [version.content for version in older] == [b"two\n", b"one\n"]
    assert read(scratch, Circumstances(rules_path="*"), older=True).rules.older == ()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda work: work.write({MANIFEST: "new"}), [(MANIFEST, FileKind.REGULAR, b"new", 3)]),
        (
            lambda work: work.write({OLD: "2"}),
            [(OLD, "regular", b"2", 1)],
        ),
        (lambda work: work.write({OLD: None}), []),
        (
            lambda work: work.write({OLD: None, MANIFEST: "old " * 50}),
            [(MANIFEST, "regular", b"old " * 50, 200)],
        ),
        (lambda work: work.write({MANIFEST: "x" * 300_000}), [(MANIFEST, "regular", None, 300_000)]),
        (lambda work: (work.path / MANIFEST).symlink_to("old.yml"), [(MANIFEST, "symlink", None, 0)]),
        (lambda work: (work.path / OLD).chmod(0o755), None),
        (lambda work: work.write({".agent/manifests/notes.md": "x", ".agent/manifests/a/b.yml": "x"}), []),
        (
            lambda work: work.write({b".agent/manifests/\xff.yml": "x"}),
            [(".agent/manifests/\udcff.yml", "regular", b"x", 1)],
        ),
    ],
)
def test_manifests__are_the_files_in_their_place(
    work: Scratch, change: Callable[[Scratch], object], expected: list[tuple[str, str, bytes | None, int]] | None
) -> None:
    """Added, modified and renamed ones are read; links are told, large ones measured, removed ones left out."""
    work.git("checkout", "-q", "main")
    work.commit({OLD: "old " * 50})
    work.branch("again")
    change(work)
    work.commit()
    found = [(file.path, file.kind, file.content, file.size) for file in read(work).manifests]
    assert found == (expected if expected is not None else [(OLD, "regular", b"old " * 50, 200)])


def test_manifests__that_are_submodules(work: Scratch) -> None:
    """A submodule is told from a file: its commit is no content."""
    oid = work.git("rev-parse", "HEAD")
    work.git("update-index", "--add", "--cacheinfo", f"160000,{oid},{MANIFEST}")
    work.git("commit", "-q", "-m", "submodule")
    assert [(file.kind, file.content) for file in read(work).manifests] == [(FileKind.SUBMODULE, None)]


def test_files__with_only_their_mode_changed(work: Scratch) -> None:
    """What GitHub calls changed: neither added nor modified; content that changed with the mode is modified."""
    (work.path / "src/a.py").chmod(0o755)
    (work.path / "README.md").unlink()
    (work.path / "README.md").symlink_to("src/a.py")
    work.write({"rules.yml": "more\n"})
    (work.path / "rules.yml").chmod(0o755)
    work.commit()
    assert [(file.path, file.change, file.notes) for file in read(work).files] == [
        ("README.md", Change.CHANGED, ("was a regular file, is a symbolic link",)),
        ("rules.yml", Change.MODIFIED, ("made executable",)),
        ("src/a.py", Change.CHANGED, ("made executable",)),
    ]


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        ("ann@example.com", None),
        ("583231+octocat@users.noreply.github.com", Account("octocat", AccountKind.USER, 583231)),
        ("Octocat@users.noreply.github.com", Account("Octocat", AccountKind.USER)),
        ("49699333+dependabot[bot]@users.noreply.github.com", Account("dependabot[bot]", AccountKind.BOT, 49699333)),
        ("octocat@users.noreply.github.com.example.com", None),
        ("x@y+octocat@users.noreply.github.com", None),
    ],
)
def test_commits__name_the_accounts_that_github_s_own_addresses_name(
    work: Scratch, email: str, expected: Account | None
) -> None:
    """Git knows no accounts; only an address of GitHub's own tells one."""
    work.commit(message=f"x\n\nCo-authored-by: B <{email}>", GIT_COMMITTER_NAME="C", GIT_COMMITTER_EMAIL=email)
    (commit,) = read(work).commits
    assert commit.committer == Identity("C", email, expected)
    assert commit.authors[1] == Identity("B", email, expected)
    assert not commit.signed_by_github


def test_commits__are_counted_up_to_what_matters(work: Scratch) -> None:
    """A very long history is not read to its end: more than GitHub lists is more than GitHub lists."""
    stream = "".join(
        f"commit refs/heads/agent/work\ncommitter A <a@example.com> {number} +0000\ndata 0\n"
        f"{'from refs/heads/agent/work^0' if not number else ''}\n"
        for number in range(300)
    )
    work.git("fast-import", "--quiet", stdin=stream)
    assert read(work).commit_count == 251


NAME = st.lists(
    st.binary(min_size=1, max_size=12)
    .map(lambda raw: raw.replace(b"/", b"_").replace(b"\0", b"_"))
    .filter(lambda raw: raw not in {b".", b".."} and not raw.lower().startswith((b".git", b"git~"))),
    min_size=1,
    max_size=3,
).map(b"/".join)


@given(names=st.sets(NAME, min_size=1, max_size=6))
@settings(max_examples=15)
def test_facts__name_every_file_byte_for_byte(tmp_path_factory: pytest.TempPathFactory, names: set[bytes]) -> None:
    """Whatever bytes a name holds, the facts hold them, and no file hides another."""
    repository = Scratch.at(tmp_path_factory.mktemp("odd"))
    repository.commit()
    repository.branch("work")
    taken = {name for name in names if not any(other.startswith(name + b"/") for other in names)}
    repository.commit(dict.fromkeys(taken, b"x"))
    assert {file.path.encode("utf-8", "surrogateescape") for file in read(repository).files} == taken
