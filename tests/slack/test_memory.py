"""What the comment's marker holds for Slack: sealed, so that only keyturn's own words are believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.render.marker import marker, read_marker
from keyturn.slack.memory import MOST_CARDS, KeptCard, Memory, sealed, unsealed

MEMORY = Memory(
    channel="C0123456789",
    told=(999_999, 99),
    cards=tuple(
        KeptCard(request=f"{number:036}", ts="1700000000.000001", digest="0" * 16, anew=True, superseded=True)
        for number in range(20)
    ),
)


def test_memory__comes_back_as_it_was_through_the_comments_marker() -> None:
    """What was sealed is read again, of all cards the newest."""
    kept = read_marker(marker({"kind": "request", "slack": sealed(MEMORY, "secret", "acme/shop#12")}))
    assert kept is not None
    slack = kept["slack"]
    assert isinstance(slack, dict)
    read = unsealed(slack, "secret", "acme/shop#12")
    assert read is not None
    assert (read.channel, read.told, read.cards) == (MEMORY.channel, MEMORY.told, MEMORY.cards[-MOST_CARDS:])


@pytest.mark.parametrize(
    ("secret", "place"), [("another", "acme/shop#12"), ("secret", "acme/shop#13"), ("secret", "acme/other#12")]
)
def test_memory__is_worth_nothing_elsewhere(secret: str, place: str) -> None:
    """Neither with another token nor on another pull request."""
    assert unsealed(sealed(MEMORY, "secret", "acme/shop#12"), secret, place) is None


def test_memory__of_another_version_is_not_read() -> None:
    """What an earlier or later keyturn sealed with other fields is taken for lost."""
    other = Memory.model_construct(channel="#approvals", told=(1, 1), cards=())
    assert unsealed(sealed(other, "secret", "acme/shop#12"), "secret", "acme/shop#12") is None


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
)


@given(st.dictionaries(st.sampled_from(["channel", "told", "cards", "seal", "more"]), _JSON))
def test_memory__that_anybody_wrote_is_refused_without_a_fault(values: dict[str, object]) -> None:
    """Whatever stands in the marker, reading it raises nothing and believes nothing."""
    assert unsealed(values, "secret", "acme/shop#12") is None


def test_memory__holds_no_secret() -> None:
    """The seal is made with the token and does not show it."""
    assert "xoxb-secret" not in str(sealed(MEMORY, "xoxb-secret", "acme/shop#12"))
