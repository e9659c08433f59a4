"""What an audit of the ledger finds: every kind of tampering, and nothing in a ledger that is whole."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.core.audit import audit
from keyturn.core.chain import Anchor, LedgerCommit, LedgerFile, LedgerFolder, verify
from keyturn.core.fault import Fault, Finding
from keyturn.core.ledger_walk import LedgerWalk, NamedEntry
from keyturn.core.record import Event, entry_path, folder
from tests.support.build_ledger import LedgerBuilder
from tests.support.tampering import E1, E2, E3, E4, TAMPERINGS, Tampering, edited, honest_ledger, stored


@pytest.fixture
def builder() -> LedgerBuilder:
    """A ledger of four entries about two pull requests."""
    made = LedgerBuilder()
    honest_ledger(made)
    return made


def told(walk: LedgerWalk) -> set[tuple[Fault, str]]:
    """What an audit finds: faults with their files."""
    return {(finding.fault, finding.path) for finding in audit(walk)}


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=str)
def test_audit__finds_what_was_done_and_nothing_else(builder: LedgerBuilder, tampering: Tampering) -> None:
    """Each deed is told by its kind and file; a ledger nobody touched is whole."""
    tampering.deed(builder)
    assert told(builder.walk()) == tampering.found
    assert not any(finding.recorded for finding in audit(builder.walk()))


def test_finding__says_who_did_what_in_which_commit(builder: LedgerBuilder) -> None:
    """Whoever reads it can look the commit up."""
    commit = builder.write({E2: None}, by=builder.mallory)
    (finding,) = audit(builder.walk())
    assert finding == Finding(
        fault=Fault.MISSING,
        path=E2,
        what=f"{E2} was removed in commit {commit[:10]} of 2026-01-05 09:06 UTC by mallory",
        commit=commit,
    )


def test_finding__tells_a_long_gap_at_once(builder: LedgerBuilder) -> None:
    """A number out of all proportion is one finding, not a million."""
    entry = builder.entry(12).model_copy(update={"sequence": 999_999})
    builder.write({entry_path(12, 999_999): entry.as_bytes()})
    missing = [finding for finding in audit(builder.walk()) if finding.fault is Fault.MISSING]
    assert [finding.what for finding in missing] == [f"{E4} and all up to pulls/0/12/999998.json are missing"]


# What the verdicts name


def named(builder: LedgerBuilder, anchor: Anchor, *, minutes: float = 0) -> NamedEntry:
    """A verdict that names an entry, given so long after now."""
    return NamedEntry(anchor, "f" * 40, builder.now + timedelta(minutes=minutes))


def test_verdicts__that_name_what_is_there_are_content(builder: LedgerBuilder) -> None:
    """A verdict may rest on any commit of the branch that held the entry as it is."""
    anchor = builder.append(12, Event.APPROVED)
    later = builder.append(7, Event.CLOSED)
    rested = Anchor(anchor.path, later.commit, 1)
    foreign = Anchor("elsewhere/1.json", "0" * 40, 1)
    walk = builder.walk(named(builder, anchor), named(builder, rested), named(builder, foreign))
    assert audit(walk) == ()


@pytest.mark.parametrize("tampering", ["rewound", "rewound-and-written-anew", "edited", "removed", "never-there"])
def test_verdicts__betray_a_branch_that_was_rewound(builder: LedgerBuilder, tampering: str) -> None:
    """What a verdict names was there; only that shows what left no trace on the branch."""
    before = builder.tip
    anchor = builder.append(12, Event.REJECTED)
    expected = {(Fault.MISSING, E4)}
    match tampering:
        case "rewound":
            builder.push(before)
        case "rewound-and-written-anew":
            builder.push(before)
            builder.append(12, Event.APPROVED)
        case "edited":
            builder.write({E4: edited(stored(builder, E4))})
            expected = {(Fault.EDITED, E4)}
        case "removed":
            builder.write({E4: None})
        case _:
            anchor = Anchor(E4, before, 1)
            expected = {(Fault.EDITED, E4)}
    assert told(builder.walk(named(builder, anchor))) == expected


# What keyturn found and wrote down


def test_restart__what_keyturn_noticed_is_recorded(builder: LedgerBuilder) -> None:
    """After `ledger_broken` nothing before it counts any more: it is told, but no new alarm."""
    builder.write({E1: edited(stored(builder, E1))}, by=builder.mallory)
    builder.append(12, Event.LEDGER_BROKEN)
    builder.append(12, Event.APPROVED)
    findings = audit(builder.walk())
    assert {(finding.fault, finding.path) for finding in findings} == {(Fault.EDITED, E1), (Fault.EDITED, E2)}
    assert all(finding.recorded for finding in findings)


def test_restart__what_comes_after_it_is_new(builder: LedgerBuilder) -> None:
    """Noticing once forgives nothing later."""
    builder.append(12, Event.LEDGER_BROKEN)
    builder.append(12, Event.APPROVED)
    builder.write({E4: edited(stored(builder, E4))}, by=builder.mallory)
    findings = audit(builder.walk())
    assert {(finding.fault, finding.path) for finding in findings} == {
        (Fault.EDITED, E4),
        (Fault.EDITED, entry_path(12, 5)),
    }
    assert not any(finding.recorded for finding in findings)


def test_restart__of_one_pull_request_says_nothing_of_another(builder: LedgerBuilder) -> None:
    """Each chain is its own."""
    builder.write({E1: edited(stored(builder, E1))}, by=builder.mallory)
    builder.append(7, Event.LEDGER_BROKEN)
    assert not any(finding.recorded for finding in audit(builder.walk()))


def test_restart__of_a_removed_folder_begins_anew(builder: LedgerBuilder) -> None:
    """The first entry after all were removed follows from nothing, and that is known."""
    builder.write({E1: None, E2: None, E3: None}, by=builder.mallory)
    builder.append(12, Event.LEDGER_BROKEN)
    findings = audit(builder.walk())
    assert {(finding.fault, finding.path) for finding in findings} == {(Fault.MISSING, path) for path in (E1, E2, E3)}
    assert all(finding.recorded for finding in findings)


def test_restart__an_anchor_that_it_made_void_is_recorded(builder: LedgerBuilder) -> None:
    """A verdict given before the restart names what is known to be lost; one after it must hold."""
    before = builder.tip
    anchor = builder.append(12, Event.REJECTED)
    lost = named(builder, anchor)
    builder.push(before)
    builder.append(12, Event.LEDGER_BROKEN)
    assert [finding.recorded for finding in audit(builder.walk(lost))] == [True]
    late = named(builder, anchor, minutes=60)
    assert [finding.recorded for finding in audit(builder.walk(late))] == [False]


def test_restart__that_keyturn_did_not_write_hides_nothing(builder: LedgerBuilder) -> None:
    """Whoever tampers may also write that it was noticed."""
    builder.write({E1: edited(stored(builder, E1))}, by=builder.mallory)
    builder.append(12, Event.LEDGER_BROKEN, by=builder.mallory)
    assert not any(finding.recorded for finding in audit(builder.walk()))
    assert (Fault.FORGED, E4) in told(builder.walk())


def test_restart__that_somebody_edited_in_hides_nothing(builder: LedgerBuilder) -> None:
    """An entry that was changed is no longer keyturn's word."""
    builder.append(12, Event.APPROVED)
    entry = stored(builder, E4).replace(b'"approved"', b'"ledger_broken"')
    builder.write({E1: edited(stored(builder, E1)), E4: entry}, by=builder.mallory)
    assert not any(finding.recorded for finding in audit(builder.walk()))


# Against the gate's own check


def as_the_gate_reads(builder: LedgerBuilder, number: int) -> LedgerFolder:
    """One pull request's place in the ledger, as the gate reads it."""
    walk = builder.walk()
    start = f"{folder(number)}/"
    files = tuple(
        LedgerFile(path.removeprefix(start), oid, builder.content(path))
        for path, oid in sorted(builder.paths.items())
        if path.startswith(start)
    )
    commits = tuple(
        LedgerCommit(commit.oid, commit.own)
        for commit in reversed(walk.commits)
        if any(change.path.startswith(start) for change in commit.changes)
    )
    return LedgerFolder(files=files, commits=commits)


deeds = st.lists(
    st.one_of(
        st.sampled_from([tampering.deed for tampering in TAMPERINGS]),
        st.sampled_from([12, 7]).map(lambda number: lambda builder: builder.append(number, Event.APPROVED)),
    ),
    max_size=4,
)


@given(deeds)
def test_audit__complains_wherever_the_gate_does(done: list[object]) -> None:
    """A chain that the gate does not trust is never told to be whole, whatever was done to it in whatever order."""
    builder = LedgerBuilder()
    honest_ledger(builder)
    for deed in done:
        try:
            deed(builder)  # type: ignore[operator]
        except (AssertionError, ValueError):
            continue  # the entry that this deed is about is gone, or holds nothing to build on
    findings = audit(builder.walk())
    for number in (7, 12):
        if verify(as_the_gate_reads(builder, number), number).broken:
            start = f"{folder(number)}/"
            assert any(finding.path.startswith(start) or not finding.path for finding in findings)
