"""What differs between two commits: every kind of change, and what is remarkable about it."""

from collections.abc import Callable

import pytest

from keyturn.git.changes import RawChange, read_diff, start_diff
from keyturn.git.process import Git
from tests.support.scratch import Scratch

TEXT = "".join(f"line {number}\n" for number in range(40))


def difference(scratch: Scratch, before: str, after: str) -> tuple[RawChange, ...]:
    """Compare two commits."""
    with start_diff(Git(str(scratch.path)), before, after) as running:
        return read_diff(running.output())


def changes_of(scratch: Scratch, change: Callable[[], object]) -> list[tuple[str, str | None, str, tuple[str, ...]]]:
    """Commit a change, and list what it came to."""
    before = scratch.git("rev-parse", "HEAD")
    change()
    after = scratch.commit()
    return [(found.path, found.previous, found.status, found.notes) for found in difference(scratch, before, after)]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"new.txt": "new\n"}, ("new.txt", None, "A", ())),
        ({"text.txt": TEXT + "more\n"}, ("text.txt", None, "M", ())),
        ({"text.txt": None}, ("text.txt", None, "D", ())),
        ({"text.txt": None, "moved.txt": TEXT}, ("moved.txt", "text.txt", "R", ())),
        ({"text.txt": None, "moved.txt": TEXT + "more\n"}, ("moved.txt", "text.txt", "R", ())),
        ({"new.bin": b"\0\1\2"}, ("new.bin", None, "A", ("binary",))),
        ({"old.bin": b"\0\1\2\3"}, ("old.bin", None, "M", ("binary",))),
        ({"old.bin": None}, ("old.bin", None, "D", ("binary",))),
        ({"old.bin": None, "mov.bin": b"\0" * 500}, ("mov.bin", "old.bin", "R", ("binary",))),
        ({"a b\tc\nd.txt": "odd\n"}, ("a b\tc\nd.txt", None, "A", ())),
        ({b"caf\xe9.txt": "latin\n"}, ("caf\udce9.txt", None, "A", ())),
        ({":100644 -\t-\tx": "odd\n"}, (":100644 -\t-\tx", None, "A", ())),
        ({"-\t-\t": b"\0"}, ("-\t-\t", None, "A", ("binary",))),
    ],
)
def test_diff__names_each_kind_of_change(
    scratch: Scratch, files: dict[str | bytes, str | bytes | None], expected: tuple[str, str | None, str, tuple[str]]
) -> None:
    """Added, modified, removed and renamed files come with their names byte for byte, and binary ones are noted."""
    scratch.commit({"text.txt": TEXT, "old.bin": b"\0" * 500})
    assert changes_of(scratch, lambda: scratch.write(files)) == [expected]


def test_diff__notes_modes(scratch: Scratch) -> None:
    """A file that was made executable, or no longer is, says so; so does a new one."""
    tool = scratch.path / "tool"
    scratch.commit({"tool": "#!/bin/sh\n"})
    assert changes_of(scratch, lambda: tool.chmod(0o755)) == [("tool", None, "M", ("made executable",))]
    assert changes_of(scratch, lambda: tool.chmod(0o644)) == [("tool", None, "M", ("no longer executable",))]

    def another() -> None:
        scratch.write({"other": "#!/bin/sh\necho\n"})
        (scratch.path / "other").chmod(0o755)

    assert changes_of(scratch, another) == [("other", None, "A", ("an executable file",))]


def test_diff__notes_symbolic_links(scratch: Scratch) -> None:
    """A new link, one that points elsewhere, a file that became one and a removed one are all called what they are."""
    link, text = scratch.path / "link", scratch.path / "text"
    scratch.commit({"text": TEXT})
    assert changes_of(scratch, lambda: link.symlink_to("text")) == [("link", None, "A", ("a symbolic link",))]

    def repoint() -> None:
        link.unlink()
        link.symlink_to("/etc/passwd")

    assert changes_of(scratch, repoint) == [("link", None, "M", ("a symbolic link",))]

    def become() -> None:
        text.unlink()
        text.symlink_to("README.md")

    assert changes_of(scratch, become) == [("text", None, "T", ("was a regular file, is a symbolic link",))]
    assert changes_of(scratch, link.unlink) == [("link", None, "D", ("a symbolic link",))]


def test_diff__notes_submodules_even_where_settings_hide_them(scratch: Scratch) -> None:
    """A submodule's commit shows although `.gitmodules` and git's settings say to ignore it."""
    oid = scratch.git("rev-parse", "HEAD")
    scratch.commit({".gitmodules": '[submodule "lib"]\n\tpath = lib\n\turl = /nowhere\n\tignore = all\n'})
    scratch.git("config", "diff.ignoreSubmodules", "all")
    scratch.git("config", "submodule.lib.ignore", "all")
    before = scratch.git("rev-parse", "HEAD")
    commits = []
    for pointed_at in (oid, before):
        scratch.git("update-index", "--add", "--cacheinfo", f"160000,{pointed_at},lib")
        commits.append(scratch.git("commit-tree", scratch.git("write-tree"), "-p", before, "-m", "submodule"))
    middle, after = commits
    assert [(found.status, found.notes) for found in difference(scratch, before, middle)] == [("A", ("a submodule",))]
    assert [(found.status, found.notes) for found in difference(scratch, middle, after)] == [("M", ("a submodule",))]


@pytest.mark.parametrize(
    "setting", ["diff.renames=false", "diff.relative=true", "diff.noprefix=true", "diff.context=0"]
)
def test_diff__does_not_depend_on_settings(scratch: Scratch, setting: str) -> None:
    """What a user or a repository set for their own reading changes nothing."""
    scratch.git("config", *setting.split("="))
    scratch.commit({"text.txt": TEXT})

    def move() -> None:
        scratch.write({"text.txt": None, "deep/moved.txt": TEXT})

    assert changes_of(scratch, move) == [("deep/moved.txt", "text.txt", "R", ())]


def test_diff__runs_no_other_program(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither an external diff, nor a text conversion, nor a file system monitor of the repository is started."""
    witness = scratch.path / ".git" / "witness"
    trap = scratch.path / ".git" / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {witness}\n")
    trap.chmod(0o755)
    for key in ("diff.external", "diff.trap.command", "diff.trap.textconv", "core.fsmonitor", "core.pager"):
        scratch.git("config", key, str(trap))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(trap))
    monkeypatch.setenv("GIT_PAGER", str(trap))
    before = scratch.git("rev-parse", "HEAD")
    after = scratch.commit({".gitattributes": "* diff=trap\n", "text.txt": TEXT})
    witness.unlink(missing_ok=True)
    assert len(difference(scratch, before, after)) == 2
    assert not witness.exists()


def test_diff__waits_for_nobody_however_much_there_is(scratch: Scratch) -> None:
    """Git finishes although nobody reads yet: more than a pipe would hold."""
    before = scratch.git("rev-parse", "HEAD")
    after = scratch.commit({f"many/{number:05}": "x" for number in range(3000)})
    with start_diff(Git(str(scratch.path)), before, after) as running:
        assert running.process.wait(timeout=60) == 0
        assert len(read_diff(running.output())) == 3000
