"""Whether the ledger's entries about a pull request can be trusted."""

from datetime import datetime, timedelta
from functools import cache
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from keyturn.core.chain import (
    Anchor,
    Chain,
    LedgerCommit,
    LedgerFile,
    LedgerFolder,
    SeenAnchor,
    anchor_in,
    verify,
)
from keyturn.core.record import LedgerEntry, bytes_hash
from tests.support.build import EARLIER, HEAD, at, facts, review
from tests.support.timeline import Timeline

NUMBER = 12


@cache
def entries() -> tuple[LedgerEntry, ...]:
    """Four entries, as keyturn writes them."""
    story = Timeline()
    story.look(0)
    story.look(2, reviews=(review("bob", when=1),))
    story.look(3, head=EARLIER)
    story.look(24, head=HEAD)
    assert len(story.entries) == 4
    return tuple(story.entries)


def file_of(content: bytes, name: str) -> LedgerFile:
    """A file of the ledger; its blob is known by what it holds."""
    return LedgerFile(name, bytes_hash(content), content)


def anchor_of(file: LedgerFile, when: datetime, *, generation: int = 1, binding: bool = True) -> SeenAnchor:
    """A verdict that names this file as it is."""
    return SeenAnchor(Anchor(f"pulls/0/{NUMBER}/{file.name}", "c0ffee", generation), when, file.oid, binding)


def folder_of(*written: LedgerEntry, commented: bool = True) -> LedgerFolder:
    """A folder with these entries, a commit of keyturn's own for each, and a verdict that names the last."""
    files = tuple(file_of(entry.as_bytes(), f"{entry.sequence:06d}.json") for entry in written)
    commits = tuple(LedgerCommit(f"{number:040x}", own=True) for number in range(len(files), 0, -1))
    anchors = (anchor_of(files[-1], at(50)),) if files else ()
    return LedgerFolder(files=files, commits=commits, anchors=anchors, commented=commented)


WHOLE = folder_of(*entries())


def broken(ledger: LedgerFolder) -> tuple[str, ...]:
    """What does not hold of a ledger."""
    return verify(ledger, NUMBER).broken


def without(ledger: LedgerFolder, position: int) -> LedgerFolder:
    """The ledger without one of its files."""
    return replace(ledger, files=ledger.files[:position] + ledger.files[position + 1 :])


def with_file(ledger: LedgerFolder, position: int, content: bytes | None) -> LedgerFolder:
    """The ledger with other bytes in one of its files."""
    file = ledger.files[position]
    changed = LedgerFile(file.name, bytes_hash(content or b""), content)
    return replace(ledger, files=(*ledger.files[:position], changed, *ledger.files[position + 1 :]))


def test_verify__a_whole_chain() -> None:
    """A chain in which every link holds is given whole, oldest first, with what the next entry carries."""
    found = verify(WHOLE, NUMBER)
    assert found == Chain(
        entries=entries(),
        broken=(),
        highest_generation=1,
        next_sequence=5,
        previous=bytes_hash(entries()[-1].as_bytes()),
    )
    assert [entry.sequence for entry in entries()] == [1, 2, 3, 4]


def test_verify__nothing_where_nothing_was_written() -> None:
    """A pull request that keyturn never spoke of has an empty chain, and that is whole."""
    assert verify(LedgerFolder(), NUMBER) == Chain((), (), 0, 1, None)


def test_verify__files_in_any_order() -> None:
    """The order in which files are listed does not matter; their names tell it."""
    for files in permutations(WHOLE.files):
        assert verify(replace(WHOLE, files=files), NUMBER) == verify(WHOLE, NUMBER)


@pytest.mark.parametrize("position", range(4))
def test_verify__finds_a_removed_entry(position: int) -> None:
    """An entry that is gone is missed, the last one too, which a verdict names."""
    assert broken(without(WHOLE, position))
    assert verify(without(WHOLE, position), NUMBER).entries == entries()[:position]


@pytest.mark.parametrize("position", range(4))
@pytest.mark.parametrize("content", [b"", b"{}", b"null", b"\xff", None], ids=repr)
def test_verify__finds_what_is_no_entry(position: int, content: bytes | None) -> None:
    """A file that is no entry, or cannot be read, ends the chain."""
    found = verify(with_file(WHOLE, position, content), NUMBER)
    assert f"pulls/0/12/00000{position + 1}.json is not a ledger entry" in found.broken
    assert found.entries == entries()[:position]


@given(st.integers(0, 3), st.data())
def test_verify__finds_every_edited_byte(position: int, data: st.DataObject) -> None:
    """Any other byte in any entry is found, whether what it leaves is an entry or not."""
    content = bytearray(WHOLE.files[position].content or b"")
    where = data.draw(st.integers(0, len(content) - 1))
    content[where] = data.draw(st.integers(0, 255).filter(lambda byte: byte != content[where]))
    assert broken(with_file(WHOLE, position, bytes(content)))


@given(st.permutations(range(4)).filter(lambda order: order != [0, 1, 2, 3]))
def test_verify__finds_reordered_entries(order: list[int]) -> None:
    """Entries that stand under each other's names are found."""
    contents = [WHOLE.files[position].content for position in order]
    files = tuple(file_of(content or b"", file.name) for file, content in zip(WHOLE.files, contents, strict=True))
    assert broken(replace(WHOLE, files=files))


@given(st.integers(0, 3))
def test_verify__finds_commits_that_are_not_its_own(position: int) -> None:
    """A commit that GitHub did not sign for keyturn's account is found, wherever it stands."""
    commits = list(WHOLE.commits)
    commits[position] = replace(commits[position], own=False)
    assert broken(replace(WHOLE, commits=tuple(commits))) == (
        f"ledger commit {commits[position].oid[:10]} was not made by keyturn",
    )


@given(st.integers(0, 4), st.booleans())
def test_verify__finds_commits_too_many_or_too_few(position: int, own: bool) -> None:
    """Each commit adds one entry: one more or one less than there are entries is found."""
    more = (*WHOLE.commits[:position], LedgerCommit("f" * 40, own=own), *WHOLE.commits[position:])
    assert broken(replace(WHOLE, commits=more))
    assert broken(replace(WHOLE, commits=WHOLE.commits[1:])) == ("4 entries were written by 3 commits",)


def test_verify__finds_an_entry_of_another_pull_request() -> None:
    """An entry that belongs to another pull request or sequence does not stand for this one."""
    assert "pulls/0/12/000001.json is an entry of another place" in broken(
        with_file(WHOLE, 0, entries()[0].model_copy(update={"sequence": 2}).as_bytes())
    )
    other = entries()[0].decision.model_copy(update={"pull_request": 13})
    assert "pulls/0/12/000001.json is an entry of another place" in broken(
        with_file(WHOLE, 0, entries()[0].model_copy(update={"decision": other}).as_bytes())
    )


def test_verify__finds_files_that_are_no_entries() -> None:
    """A file with another name has no place in the folder."""
    for name in ("note.txt", "0000001.json", "000001.json.bak"):
        stranger = replace(WHOLE, files=(*WHOLE.files, LedgerFile(name, "x", b"")))
        assert broken(stranger) == (f"pulls/0/12/{name} is no entry",)
        assert verify(stranger, NUMBER).next_sequence == 5


def test_verify__a_chain_written_anew_is_given_away_by_a_verdict() -> None:
    """Entries written anew, in a chain that links, are not those that a verdict named."""
    story = Timeline(facts(title="Other"))
    story.look(0)
    story.look(1, reviews=(review("carol", when=1),))
    forged = folder_of(*story.entries)
    assert broken(forged) == ()
    named = anchor_of(WHOLE.files[1], at(50))
    assert broken(replace(forged, anchors=(named,))) == ("pulls/0/12/000002.json is not as the verdict names it",)
    assert broken(replace(forged, anchors=(replace(named, binding=False),))) == ()
    assert broken(replace(forged, anchors=(replace(named, entry_oid=None),))) == (
        "pulls/0/12/000002.json is not as the verdict names it",
    )


def test_verify__a_rewound_ledger_is_given_away_by_a_verdict() -> None:
    """Where the newest entries were taken away, the verdict names one that is gone."""
    rewound = replace(folder_of(*entries()[:2]), anchors=WHOLE.anchors)
    assert broken(rewound) == ("pulls/0/12/000004.json, which a verdict names, is gone",)


def test_verify__a_deleted_ledger_is_given_away_by_what_keyturn_said() -> None:
    """A comment or a verdict by keyturn on a pull request that the ledger does not know is a broken chain."""
    assert broken(LedgerFolder(commented=True)) == (
        "keyturn has commented on this pull request, but the ledger does not know it",
    )
    named = (anchor_of(WHOLE.files[0], at(1), binding=False),)
    assert broken(LedgerFolder(anchors=named)) == (
        "keyturn has given a verdict on this pull request, but the ledger does not know it",
    )
    elsewhere = SeenAnchor(Anchor("pulls/0/13/000001.json", "c0ffee", 3), at(1), "x", binding=True)
    assert verify(LedgerFolder(anchors=(elsewhere,)), NUMBER) == Chain((), (), 3, 1, None)


def test_verify__verdicts_of_another_pull_request_bind_nothing() -> None:
    """A verdict on the same commit may name the entry of another pull request; here it binds nothing."""
    elsewhere = SeenAnchor(Anchor("pulls/0/13/000009.json", "c0ffee", 1), at(1), None, binding=True)
    assert broken(replace(WHOLE, anchors=(*WHOLE.anchors, elsewhere))) == ()


def test_verify__highest_generation_of_any_verdict() -> None:
    """The highest generation that any verdict names is known, binding or not."""
    anchors = tuple(
        anchor_of(WHOLE.files[3], at(1), generation=generation, binding=generation == 2) for generation in (2, 5, 3)
    )
    assert verify(replace(WHOLE, anchors=anchors), NUMBER).highest_generation == 5


def restarted() -> LedgerFolder:
    """A ledger in which an entry was removed and which keyturn then continued, with one more entry after that."""
    before = without(folder_of(*entries()), 1)
    story = Timeline()
    story.look(0)
    story.forget(broken="an entry is missing", highest_generation=1)
    story.look(30)
    story.change(ledger=facts().ledger)
    story.look(31, reviews=(review("bob", when=31),))
    first = story.entries[0].model_copy(update={"sequence": 5, "previous": bytes_hash(before.files[-1].content or b"")})
    second = story.entries[1].model_copy(update={"sequence": 6, "previous": bytes_hash(first.as_bytes())})
    later = folder_of(first, second)
    foreign = LedgerCommit("f" * 40, own=False)
    return LedgerFolder(
        files=(*before.files, *later.files),
        commits=(*later.commits, foreign, *before.commits),
        anchors=(*before.anchors, anchor_of(later.files[-1], at(31, seconds=5))),
        commented=True,
    )


def test_verify__a_recorded_break_restarts_the_chain() -> None:
    """From an entry that records the break on, the chain holds again; what lies before is neither used nor reported."""
    found = verify(restarted(), NUMBER)
    assert found.broken == ()
    assert [entry.sequence for entry in found.entries] == [5, 6]
    assert found.next_sequence == 7


@pytest.mark.parametrize("position", [3, 4])
def test_verify__a_restarted_chain_can_break_again(position: int) -> None:
    """What is changed after the restart is found like any other change."""
    ledger = restarted()
    content = (ledger.files[position].content or b"").replace(b'"version": "0"', b'"version": "1"')
    assert content != ledger.files[position].content
    assert broken(with_file(ledger, position, content))
    commits = list(ledger.commits)
    commits[position - 3] = replace(commits[position - 3], own=False)
    assert broken(replace(ledger, commits=tuple(commits)))
    assert broken(replace(ledger, commits=ledger.commits[:1])) == ("2 entries were written by 1 commits",)


def test_verify__a_restart_outdates_older_verdicts_only() -> None:
    """A verdict made before the restart binds no more; one made later does."""
    ledger = restarted()
    gone = anchor_of(LedgerFile("000002.json", "x", b""), at(30))
    assert broken(replace(ledger, anchors=(gone,))) == ()
    later = replace(gone, at=at(30) + timedelta(seconds=1))
    assert broken(replace(ledger, anchors=(later,))) == ("pulls/0/12/000002.json, which a verdict names, is gone",)


ANCHOR = Anchor("pulls/0/12/000004.json", "c0ffee", 3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (str(ANCHOR), ANCHOR),
        (f"https://github.com/acme/shop/pull/12?{ANCHOR.as_query()}", ANCHOR),
        ("pulls/0/12/000004.json@c0ffee#3", ANCHOR),
        ("https://x/pull/12?keyturn=pulls/0/12/000004.json@c0ffee&generation=3", ANCHOR),
        ("https://x/pull/12", None),
        ("pulls/0/12/000004.json@c0ffee", None),
        ("pulls/0/12/000004.json@C0FFEE#3", None),
        ("pulls/0/12/000004.json@c0ffee#x", None),
        (f"pulls/0/12/000004.json@c0ffee#{'9' * 10}", None),
        ("https://x/pull/12?x=1&keyturn=pulls/0/12/000004.json@c0ffee&generation=3", None),
        ("", None),
        (None, None),
    ],
)
def test_anchor_in__what_a_verdict_names(text: str | None, expected: Anchor | None) -> None:
    """An anchor is read from a check run's external id and from a status's target URL, written exactly so."""
    assert anchor_in(text) == expected
