"""Where entries stand on the ledger branch."""

import pytest

from keyturn.core.ledger_walk import LedgerTip, Place, place_of, pull_requests
from tests.support.build_ledger import LedgerBuilder


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("pulls/0/12/000001.json", Place(12, 1)),
        ("pulls/12/12345/999999.json", Place(12345, 999999)),
        ("pulls/1/12/000001.json", None),
        ("pulls/00/12/000001.json", None),
        ("pulls/0/012/000001.json", None),
        ("pulls/0/0/000001.json", None),
        ("pulls/0/12/000000.json", None),
        ("pulls/0/12/1.json", None),
        ("pulls/0/12/000001.json/x", None),
        ("pulls/0/12/٠٠٠٠٠١.json", None),
        ("x/pulls/0/12/000001.json", None),
        ("debts.json", None),
        ("pulls/0/12/000001.json\n", None),
    ],
)
def test_place__is_the_one_that_keyturn_writes(path: str, place: Place | None) -> None:
    """Only the very path that an entry gets is its place; everything like it is a stranger."""
    assert place_of(path) == place


def test_pull_requests__are_those_with_entries() -> None:
    """Each once, by number."""
    paths = ["pulls/0/12/000001.json", "pulls/0/12/000002.json", "pulls/0/7/000001.json", "README.md"]
    assert pull_requests(paths) == (7, 12)


def test_tip__gives_entries_by_number_and_sequence() -> None:
    """Of one pull request or of all; what cannot be read has no entry."""
    builder = LedgerBuilder()
    for number in (12, 7, 12):
        builder.append(number)
    builder.write({"pulls/0/7/000002.json": b"{}"})
    tip = builder.walk().tip
    found = [(standing.place, standing.entry is not None) for standing in tip.entries()]
    assert found == [(Place(7, 1), True), (Place(7, 2), False), (Place(12, 1), True), (Place(12, 2), True)]
    assert [standing.place.sequence for standing in tip.entries(12)] == [1, 2]
    unread = LedgerTip(tip.commit, tip.files, {})
    assert all(standing.content is None and standing.entry is None for standing in unread.entries())
