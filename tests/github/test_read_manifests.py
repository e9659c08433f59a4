"""Manifests and the rule book, as the exact bytes that git holds, and never through a link."""

import pytest
from msgspec.structs import replace

from keyturn.core.facts import FileVersion
from keyturn.core.inquiry import Wanted
from keyturn.core.manifest import LARGEST, FileKind, read_each
from keyturn.ports import Unavailable
from tests.github.reading_place import MANIFEST, RULES, ReadingPlace, reading_place
from tests.github_server.state.git_store import Content, Executable, Submodule, Symlink

FOLDER = ".agent/manifests"


@pytest.mark.parametrize(
    ("content", "kind", "expected"),
    [
        ("version: 1\n", FileKind.REGULAR, b"version: 1\n"),
        (Executable("version: 1\n"), FileKind.REGULAR, b"version: 1\n"),
        ("", FileKind.REGULAR, b""),
        ("\ufeffversion: 1\r\n", FileKind.REGULAR, "\ufeffversion: 1\r\n".encode()),
        ("a \ufffd b\n", FileKind.REGULAR, "a \ufffd b\n".encode()),
        (b"\xff\xfe not UTF-8\n", FileKind.REGULAR, b"\xff\xfe not UTF-8\n"),
        (b"\xf0\x9f\x98 cut short\n", FileKind.REGULAR, b"\xf0\x9f\x98 cut short\n"),
        (b"\0binary", FileKind.REGULAR, b"\0binary"),
        ("x" * LARGEST, FileKind.REGULAR, b"x" * LARGEST),
        ("x" * (LARGEST + 1), FileKind.REGULAR, None),
        (Symlink("../../../etc/passwd"), FileKind.SYMLINK, b"../../../etc/passwd"),
        (Submodule("c" * 40), FileKind.SUBMODULE, None),
    ],
    ids=[
        "ordinary",
        "executable",
        "empty",
        "byte-order mark and carriage returns",
        "a real replacement character",
        "not UTF-8",
        "as long as its replacement",
        "binary",
        "as large as may be",
        "too large",
        "link",
        "submodule",
    ],
)
def test_manifest__exact_bytes(place: ReadingPlace, content: Content, kind: FileKind, expected: bytes | None) -> None:
    """A manifest is what git holds, byte for byte; what is no regular file is told as such and not followed."""
    pull = place.open({MANIFEST: content})

    (manifest,) = place.snapshot(pull).facts.manifests

    assert (manifest.path, manifest.kind, manifest.content) == (MANIFEST, kind, expected)


def test_manifest__text_that_github_gives_whole(place: ReadingPlace) -> None:
    """Even an empty text is taken as GraphQL gives it; REST is not asked."""
    pull = place.open({MANIFEST: "", f"{FOLDER}/b.yml": "version: 1\n"})

    place.snapshot(pull)

    assert len(place.reads()) == 2


def test_manifest__text_that_github_cuts(place: ReadingPlace) -> None:
    """Where GraphQL gives only the beginning, REST gives the whole."""
    place.server.world.limits.blob_text = 5
    pull = place.open({MANIFEST: "version: 1\n"})

    (manifest,) = place.snapshot(pull).facts.manifests

    assert manifest.content == b"version: 1\n"


@pytest.mark.parametrize(
    ("content", "told"),
    [("eA=", "is no base64"), ("eA==", "should have 8 bytes and has 1"), ("", "should have 8 bytes")],
)
def test_manifest__bytes_that_do_not_add_up(place: ReadingPlace, content: str, told: str) -> None:
    """Bytes that are not as many as git says are no manifest."""
    pull = place.open({MANIFEST: b"\0 binary"})
    place.server.faults.edit_answer(lambda blob: {**blob, "content": content}, path="*/git/blobs/*", times=None)

    with pytest.raises(Unavailable, match=told):
        place.snapshot(pull)


def test_manifest__every_way_into_its_place(place: ReadingPlace) -> None:
    """Added, modified, renamed and copied files count, in path order; untouched, removed and misplaced ones do not."""
    text = "".join(f"line {number}\n" for number in range(40))
    place.repository.finds_copies = True
    place.repository.commit(
        "main",
        {
            f"{FOLDER}/changed.yml": "old\n",
            f"{FOLDER}/gone.yml": "old\n",
            f"{FOLDER}/untouched.yml": "old\n",
            "draft.yml": text,
            "model.yml": f"model\n{text}",
        },
    )
    pull = place.open(
        {
            f"{FOLDER}/new.json": "{}\n",
            f"{FOLDER}/changed.yml": "new\n",
            f"{FOLDER}/gone.yml": None,
            f"{FOLDER}/moved.yaml": text,
            "draft.yml": None,
            f"{FOLDER}/copied.yml": f"model\n{text}",
            "model.yml": f"model\n{text}more\n",
            f"{FOLDER}/README.md": "not a manifest\n",
            f"{FOLDER}/deeper/x.yml": "too deep\n",
            "manifests/x.yml": "elsewhere\n",
        }
    )

    facts = place.snapshot(pull).facts

    assert [manifest.path for manifest in facts.manifests] == [
        f"{FOLDER}/changed.yml",
        f"{FOLDER}/copied.yml",
        f"{FOLDER}/moved.yaml",
        f"{FOLDER}/new.json",
    ]
    previous = {file.path: file.previous for file in facts.files if file.previous is not None}
    assert previous == {f"{FOLDER}/copied.yml": "model.yml", f"{FOLDER}/moved.yaml": "draft.yml"}


def test_manifest__path_with_strange_letters(place: ReadingPlace) -> None:
    """Paths go to GitHub as values, never as part of a query's text."""
    path = f'{FOLDER}/a"b\\c {{x}} $y ü.yml'
    pull = place.open({path: "version: 1\n"})

    (manifest,) = place.snapshot(pull).facts.manifests

    assert (manifest.path, manifest.content) == (path, b"version: 1\n")


def test_manifest__more_than_fit_into_one_query(place: ReadingPlace) -> None:
    """A hundred and fifty manifests are read a hundred at a time, once their sizes are known."""
    pull = place.open({f"{FOLDER}/{number:03}.yml": f"n: {number}\n" for number in range(150)})

    manifests = place.snapshot(pull).facts.manifests

    assert [manifest.content for manifest in manifests] == [f"n: {number}\n".encode() for number in range(150)]
    assert place.reads().count("POST /graphql GitObjects") == 4


def test_manifest__more_than_may_be_read(place: ReadingPlace) -> None:
    """Nobody fills the memory of a run: manifests beyond eight megabytes are refused by their size, unread."""
    large = "#" * LARGEST
    pull = place.open({f"{FOLDER}/{number:02}.yml": large for number in range(40)})

    manifests = place.snapshot(pull).facts.manifests

    assert [manifest.content is not None for manifest in manifests] == [True] * 32 + [False] * 8
    assert {manifest.size for manifest in manifests} == {LARGEST}
    assert "hold more than 8 MiB together" in str(read_each(manifests).problems)


def test_manifest__many_that_are_no_text(place: ReadingPlace) -> None:
    """Nobody spends a repository's calls: so many files that GraphQL cannot show are read one by one, and no more."""
    pull = place.open({f"{FOLDER}/{number:02}.yml": b"\xff" for number in range(30)})

    manifests = place.snapshot(pull).facts.manifests

    assert [manifest.content is not None for manifest in manifests] == [True] * 20 + [False] * 10
    assert sum("/git/blobs/" in read for read in place.reads()) == 20
    assert str(read_each(manifests).problems).count("the file cannot be read") == 10


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (RULES, FileVersion("rules.yml", RULES.encode())),
        (None, None),
        (b"\xff\n", FileVersion("rules.yml", b"\xff\n")),
        (Executable(RULES), FileVersion("rules.yml", RULES.encode())),
        (
            Symlink("other.yml"),
            FileVersion("rules.yml", None, "the rule book is a regular file; found a symbolic link"),
        ),
        (
            Submodule("c" * 40),
            FileVersion("rules.yml", None, "the rule book is a regular file; found a submodule"),
        ),
        (
            "x" * (LARGEST + 1),
            FileVersion("rules.yml", None, "the file has 262,145 bytes; at most 262,144 are read"),
        ),
    ],
    ids=["ordinary", "missing", "not UTF-8", "executable", "link", "submodule", "too large"],
)
def test_rules__exact_bytes(content: Content, expected: FileVersion | None) -> None:
    """The rule book is what the default branch holds at its path; anything but a regular file has its reason."""
    with reading_place(files={} if content is None else {"rules.yml": content}) as place:
        assert place.snapshot(place.open()).facts.rules.current == expected


def test_rules__folder_at_their_path() -> None:
    """A folder is no rule book."""
    with reading_place(files={"rules.yml/x": "1"}) as place:
        current = place.snapshot(place.open()).facts.rules.current

    assert current is not None
    assert current.problem == "the rule book is a regular file; found a folder or something else"


def test_rules__from_the_default_branch_only(place: ReadingPlace) -> None:
    """Neither the pull request nor its base branch can bring a rule book of its own."""
    place.repository.branch("release")
    place.repository.commit("release", {"rules.yml": "lenient: base\n"})
    pull = place.repository.pull_request(
        author=place.repository.bot("helper"), files={"rules.yml": "lenient: head\n"}, base="release"
    )

    current = place.snapshot(pull).facts.rules.current

    assert current is not None
    assert current.content == RULES.encode()


def older(place: ReadingPlace) -> list[bytes | None]:
    """The older versions of the rule book, as `look_up` gives them."""
    reader = place.reader()
    facts = place.snapshot(place.open()).facts
    found = reader.look_up(facts, Wanted(), older_rules=True).rules.older
    assert isinstance(found, tuple)
    return [version.content for version in found]


def test_older_rules__newest_first_and_without_the_present_one(place: ReadingPlace) -> None:
    """Earlier tips' versions come newest first; a time without any rule book is passed over, links too."""
    for content in ("two\n", None, Symlink("two.yml"), "three\n", "broken\n"):
        place.repository.commit("main", {"rules.yml": content})
        place.repository.commit("main", {"src/tax.py": f"unrelated to {content}\n"})

    assert older(place) == [b"three\n", b"two\n", RULES.encode()]


def test_older_rules__never_what_a_merged_branch_held_on_the_way(place: ReadingPlace) -> None:
    """A version that only a side branch had was never in force, though it is in the branch's history."""
    repository = place.repository
    pull = repository.pull_request(author=repository.maintainer, files={"rules.yml": "lenient\n"})
    pull.push({"rules.yml": "good\n"})
    pull.merge()
    repository.commit("main", {"rules.yml": "broken\n"})

    assert older(place) == [b"good\n", RULES.encode()]


def test_older_rules__behind_many_commits(place: ReadingPlace) -> None:
    """The walk goes on over pages of commits."""
    place.repository.commit("main", {"rules.yml": "broken\n"})
    for number in range(230):
        place.repository.commit("main", {"src/tax.py": f"rate = {number}\n"})

    assert older(place) == [RULES.encode()]
    assert place.reads().count("POST /graphql EarlierTips") == 3


def test_older_rules__within_some_commits(place: ReadingPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    """The walk has an end, even where the branch has none in sight."""
    monkeypatch.setattr("keyturn.github.older_rules._MOST_PAGES", 1)
    for number in range(120):
        place.repository.commit("main", {"rules.yml": "new\n", "src/tax.py": f"rate = {number}\n"})

    assert older(place) == []


def test_older_rules__at_most_ten(place: ReadingPlace) -> None:
    """Ten versions are enough."""
    for number in range(15):
        place.repository.commit("main", {"rules.yml": f"{number}\n"})

    assert older(place) == [f"{number}\n".encode() for number in range(13, 3, -1)]


def test_older_rules__are_read_once(place: ReadingPlace) -> None:
    """What was read is not read again."""
    reader = place.reader()
    facts = reader.look_up(place.snapshot(place.open()).facts, Wanted(), older_rules=True)
    before = len(place.reads())

    assert reader.look_up(facts, Wanted(), older_rules=True) == facts
    assert len(place.reads()) == before


def test_rules__path_may_start_with_a_slash(place: ReadingPlace) -> None:
    """`/rules.yml` is `rules.yml` at the root."""
    settings = replace(place.settings(), rules_path="/rules.yml")

    current = place.snapshot(place.open(), settings).facts.rules.current

    assert current is not None
    assert current.content == RULES.encode()
