"""What somebody may do to a ledger, and what an audit must say of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from keyturn.core.fault import Fault
from keyturn.core.record import Event, LedgerEntry, bytes_hash, entry_path
from tests.support.build_ledger import LedgerBuilder

E1, E2, E3, E4 = (entry_path(12, sequence) for sequence in range(1, 5))


def honest_ledger(builder: LedgerBuilder) -> None:
    """Three entries about #12 and one about #7, whose override owes a review."""
    builder.append(12, Event.REQUESTED)
    builder.append(7, Event.OVERRIDDEN, owes="ann")
    builder.append(12, Event.APPROVAL_COUNTED)
    builder.append(12, Event.APPROVED)


def stored(builder: LedgerBuilder, path: str) -> bytes:
    """The bytes of a file that is there."""
    content = builder.content(path)
    assert content is not None
    return content


def edited(content: bytes) -> bytes:
    """An entry in which somebody wrote another actor."""
    return content.replace(b"octocat", b"mallory")


@dataclass(frozen=True, slots=True)
class Tampering:
    """A deed, and the faults it must be told as, each with its file."""

    name: str
    deed: Callable[[LedgerBuilder], object]
    found: frozenset[tuple[Fault, str]]

    def __str__(self) -> str:
        """The name, for the list of tests."""
        return self.name


def _edit_by_stranger(b: LedgerBuilder) -> None:
    b.write({E1: edited(stored(b, E1))}, by=b.mallory)


def _edit_in_keyturns_name(b: LedgerBuilder) -> None:
    b.write({E1: edited(stored(b, E1))})


def _edit_the_last(b: LedgerBuilder) -> None:
    b.write({E3: edited(stored(b, E3))})


def _edit_and_back(b: LedgerBuilder) -> None:
    before = stored(b, E1)
    b.write({E1: edited(before)}, by=b.mallory)
    b.write({E1: before}, by=b.mallory)


def _unreadable(b: LedgerBuilder) -> None:
    b.write({E2: b"{}\n"}, by=b.mallory)


def _remove(b: LedgerBuilder) -> None:
    b.write({E2: None}, by=b.mallory)


def _remove_the_last(b: LedgerBuilder) -> None:
    b.write({E3: None})


def _remove_the_folder(b: LedgerBuilder) -> None:
    b.write({E1: None, E2: None, E3: None}, by=b.mallory)


def _swap(b: LedgerBuilder) -> None:
    one, two = stored(b, E1), stored(b, E2)
    b.write({E1: two, E2: one}, by=b.mallory)


def _swap_and_rename(b: LedgerBuilder) -> None:
    """Two entries change places, and their numbers with them."""
    one, two = LedgerEntry.model_validate_json(stored(b, E1)), LedgerEntry.model_validate_json(stored(b, E2))
    b.write(
        {
            E1: two.model_copy(update={"sequence": 1}).as_bytes(),
            E2: one.model_copy(update={"sequence": 2}).as_bytes(),
        },
        by=b.mallory,
    )


def _of_another_pull_request(b: LedgerBuilder) -> None:
    b.write({E4: stored(b, entry_path(7, 1))})


def _leap(b: LedgerBuilder) -> None:
    entry = b.entry(12).model_copy(update={"sequence": 6})
    b.write({entry_path(12, 6): entry.as_bytes()})


def _fork(b: LedgerBuilder) -> None:
    """An entry that follows from the first, as if the others were not there."""
    entry = b.entry(12).model_copy(update={"previous": bytes_hash(stored(b, E1))})
    b.write({E4: entry.as_bytes()})


def _begin_again(b: LedgerBuilder) -> None:
    b.write({E4: b.entry(12).model_copy(update={"previous": None}).as_bytes()})


def _forge(b: LedgerBuilder) -> None:
    b.append(12, Event.APPROVED, by=b.mallory)


def _forge_signed(b: LedgerBuilder) -> None:
    """Whoever commits in the browser gets GitHub's signature, too."""
    b.write({E4: b.entry(12, Event.APPROVED).as_bytes()}, by=b.mallory, signed=True)


def _forge_unsigned(b: LedgerBuilder) -> None:
    """Anybody can say of a commit that keyturn wrote it."""
    b.write({E4: b.entry(12, Event.APPROVED).as_bytes()}, signed=False)


def _strange_file(b: LedgerBuilder) -> None:
    b.write({"notes.txt": b"hello\n"}, by=b.mallory)


def _strange_file_beside_the_entries(b: LedgerBuilder) -> None:
    b.write({"pulls/0/12/notes.txt": b"hello\n", "pulls/5/12/000001.json": b"{}\n"})


def _strange_file_for_a_while(b: LedgerBuilder) -> None:
    b.write({"notes.txt": b"hello\n"}, by=b.mallory)
    b.write({"notes.txt": None}, by=b.mallory)


def _empty_commit(b: LedgerBuilder) -> None:
    b.write({}, by=b.mallory)


def _read_me(b: LedgerBuilder) -> None:
    b.write({"README.md": b"Nothing to see here.\n"}, by=b.mallory)


def _merge(b: LedgerBuilder) -> None:
    b.merge(b.loose({"x": b"x"}))


def _forgive(b: LedgerBuilder) -> None:
    b.write({"debts.json": b"[]\n"})


def _break_debts(b: LedgerBuilder) -> None:
    b.write({"debts.json": b"nothing\n"}, by=b.mallory)


def _accuse(b: LedgerBuilder) -> None:
    content = stored(b, "debts.json").replace(b"ann", b"bob")
    b.write({"debts.json": content})


def _move_debts(b: LedgerBuilder) -> None:
    b.write({"debts.json": None, "old.json": stored(b, "debts.json")})


def _huge(b: LedgerBuilder) -> None:
    b.write({E4: b"x" * 300_000})


def _nest(b: LedgerBuilder) -> None:
    entry = b.entry(12)
    b.write({"pulls/0/12/sub/x.txt": b"x", entry.path: entry.as_bytes()})


def _all_of(*faults: tuple[Fault, str]) -> frozenset[tuple[Fault, str]]:
    return frozenset(faults)


TAMPERINGS: Final = (
    Tampering("nothing", lambda _: None, _all_of()),
    Tampering("edit", _edit_by_stranger, _all_of((Fault.EDITED, E1), (Fault.EDITED, E2))),
    Tampering("edit-in-keyturns-name", _edit_in_keyturns_name, _all_of((Fault.EDITED, E1), (Fault.EDITED, E2))),
    Tampering("edit-the-last", _edit_the_last, _all_of((Fault.EDITED, E3))),
    Tampering("edit-and-back", _edit_and_back, _all_of((Fault.EDITED, E1))),
    Tampering("unreadable", _unreadable, _all_of((Fault.EDITED, E2), (Fault.EDITED, E3))),
    Tampering("remove", _remove, _all_of((Fault.MISSING, E2))),
    Tampering("remove-the-last", _remove_the_last, _all_of((Fault.MISSING, E3))),
    Tampering("remove-all", _remove_the_folder, _all_of(*((Fault.MISSING, path) for path in (E1, E2, E3)))),
    Tampering(
        "swap",
        _swap,
        _all_of(
            (Fault.EDITED, E1), (Fault.EDITED, E2), (Fault.REORDERED, E1), (Fault.REORDERED, E2), (Fault.REORDERED, E3)
        ),
    ),
    Tampering(
        "swap-and-rename",
        _swap_and_rename,
        _all_of((Fault.EDITED, E1), (Fault.EDITED, E2), (Fault.MISSING, E1), (Fault.REORDERED, E2), (Fault.EDITED, E3)),
    ),
    Tampering("of-another", _of_another_pull_request, _all_of((Fault.REORDERED, E4))),
    Tampering("leap", _leap, _all_of((Fault.REORDERED, entry_path(12, 6)), (Fault.MISSING, E4))),
    Tampering("fork", _fork, _all_of((Fault.REORDERED, E4))),
    Tampering("begin-again", _begin_again, _all_of((Fault.REORDERED, E4))),
    Tampering("forge", _forge, _all_of((Fault.FORGED, E4))),
    Tampering("forge-unsigned", _forge_unsigned, _all_of((Fault.FORGED, E4))),
    Tampering("forge-signed", _forge_signed, _all_of((Fault.FORGED, E4))),
    Tampering("strange-file", _strange_file, _all_of((Fault.FOREIGN, "notes.txt"))),
    Tampering(
        "strange-files-beside",
        _strange_file_beside_the_entries,
        _all_of((Fault.FOREIGN, "pulls/0/12/notes.txt"), (Fault.FOREIGN, "pulls/5/12/000001.json")),
    ),
    Tampering("strange-file-for-a-while", _strange_file_for_a_while, _all_of((Fault.FOREIGN, "notes.txt"))),
    Tampering("empty-commit", _empty_commit, _all_of((Fault.FOREIGN, ""))),
    Tampering("read-me", _read_me, _all_of((Fault.FOREIGN, "README.md"))),
    Tampering("merge", _merge, _all_of((Fault.FOREIGN, ""))),
    Tampering("forgive", _forgive, _all_of((Fault.EDITED, "debts.json"))),
    Tampering("break-debts", _break_debts, _all_of((Fault.FOREIGN, "debts.json"), (Fault.EDITED, "debts.json"))),
    Tampering("move-debts", _move_debts, _all_of((Fault.FOREIGN, "old.json"), (Fault.EDITED, "debts.json"))),
    Tampering("huge", _huge, _all_of((Fault.EDITED, E4))),
    Tampering("nest", _nest, _all_of((Fault.FOREIGN, "pulls/0/12/sub/x.txt"))),
    Tampering("accuse", _accuse, _all_of((Fault.EDITED, "debts.json"))),
)
"""Every deed, with everything that must be found and nothing else."""
