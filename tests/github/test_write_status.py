"""Publishing a verdict as a commit status: short, anchored in the ledger, and never an old success sent again."""

from collections.abc import Iterator

import pytest

from keyturn.core.chain import anchor_in
from keyturn.core.verdict import VerdictState
from keyturn.github.refusals import ReplyLost
from keyturn.ports import Unavailable
from tests.github.writing_place import ANCHOR, WritingPlace, verdict, writing_place
from tests.github_server.state.checks import Status

BLOCKING = [VerdictState.PENDING, VerdictState.FAILURE, VerdictState.ERROR]


@pytest.fixture
def place() -> Iterator[WritingPlace]:
    """A repository with a pull request."""
    with writing_place() as place:
        yield place


def statuses(place: WritingPlace) -> list[Status]:
    """Every status of the head commit, oldest first."""
    return place.repository.checks.statuses.get(place.head, [])


@pytest.mark.parametrize("state", list(VerdictState))
def test_status__says_state_name_and_why(place: WritingPlace, state: VerdictState) -> None:
    """Every state of a verdict is one that GitHub knows."""
    place.writer().publish(place.head, verdict(state))
    (status,) = statuses(place)
    assert (status.state, status.context, status.description) == (state.value, "keyturn", "Waiting for 1 approval")
    assert status.creator.rest_login == "github-actions[bot]"


def test_status__leads_to_the_pull_request_and_names_the_ledger_entry(place: WritingPlace) -> None:
    """The address opens the pull request's page; behind it stands the anchor, its slashes as they are."""
    place.writer().publish(place.head, verdict())
    (status,) = statuses(place)
    assert status.target_url == (
        f"https://github.com/acme/shop/pull/1?keyturn=pulls/0/1/000001.json@{'c' * 40}&generation=1"
    )
    assert anchor_in(status.target_url) == ANCHOR


def test_status__without_an_entry_names_none(place: WritingPlace) -> None:
    """What the ledger does not hold has no anchor."""
    place.writer().publish(place.head, verdict(anchor=None))
    assert statuses(place)[0].target_url == "https://github.com/acme/shop/pull/1"


def test_status__fits_into_what_github_takes(place: WritingPlace) -> None:
    """GitHub refuses a longer description, and a verdict must not fail over its words."""
    place.writer().publish(place.head, verdict(description="x" * 141))
    assert statuses(place)[0].description == "x" * 139 + "…"
    place.writer().publish(place.head, verdict(description="y" * 140))
    assert statuses(place)[1].description == "y" * 140


@pytest.mark.parametrize("state", BLOCKING)
@pytest.mark.parametrize("fault", ["lose_reply", "fail_after_applying"])
def test_status__is_looked_for_where_the_reply_is_lost(place: WritingPlace, state: VerdictState, fault: str) -> None:
    """It is there, so that it is not sent again."""
    getattr(place.server.faults, fault)(path="*/statuses/*")
    place.writer().publish(place.head, verdict(state))
    assert len(statuses(place)) == 1


@pytest.mark.parametrize("state", BLOCKING)
@pytest.mark.parametrize("fault", ["drop", "html"])
def test_status__is_sent_once_more_where_it_did_not_arrive(
    place: WritingPlace, state: VerdictState, fault: str
) -> None:
    """A verdict that blocks does no harm late; without it an old success might stand."""
    place.repository.status(place.head, "keyturn", "success", by=place.server.world.actions.bot)
    getattr(place.server.faults, fault)(path="*/statuses/*", method="POST")
    place.writer().publish(place.head, verdict(state))
    assert [status.state for status in statuses(place)] == ["success", state.value]


def test_status__of_an_untouched_commit_is_sent_once_more(place: WritingPlace) -> None:
    """Where the commit has no status at all, nothing arrived."""
    place.server.faults.drop(path="*/statuses/*")
    place.writer().publish(place.head, verdict())
    assert len(statuses(place)) == 1


def test_status__is_looked_for_on_every_page(place: WritingPlace) -> None:
    """A commit may carry many statuses of other names."""
    place.server.faults.lose_reply(path="*/statuses/*", method="POST")

    def crowd(request: object) -> None:
        if len(statuses(place)) == 1:
            for number in range(120):
                place.repository.status(place.head, f"ci-{number}", "success")

    place.server.after_request(crowd)
    place.writer().publish(place.head, verdict())
    assert len(statuses(place)) == 121


def test_status__that_was_overtaken_is_sent_again(place: WritingPlace) -> None:
    """What counts is the newest of the name, in whatever case it is written; one further down does not stand."""
    place.server.faults.lose_reply(path="*/statuses/*", method="POST")

    def forge(request: object) -> None:
        if len(statuses(place)) == 1:
            place.repository.status(place.head, "Keyturn", "success")
            place.repository.status(place.head, "ci", "success")

    place.server.after_request(forge)
    place.writer().publish(place.head, verdict())
    assert [(status.context, status.state) for status in statuses(place)] == [
        ("keyturn", "pending"),
        ("Keyturn", "success"),
        ("ci", "success"),
        ("keyturn", "pending"),
    ]


@pytest.mark.parametrize("fault", ["lose_reply", "fail_after_applying", "drop", "html"])
def test_success__is_never_sent_again(place: WritingPlace, fault: str) -> None:
    """Facts may have changed while the reply was awaited: the pull request has to be judged again."""
    getattr(place.server.faults, fault)(path="*/statuses/*")
    with pytest.raises(ReplyLost):
        place.writer().publish(place.head, verdict(VerdictState.SUCCESS))
    assert len(place.server.writes) == 1
    assert place.waits == []


def test_success__never_waits_for_a_rate_limit(place: WritingPlace) -> None:
    """After the wait it would be an old success."""
    place.server.faults.retry_after(1, path="*/statuses/*")
    with pytest.raises(Unavailable, match="rate limit"):
        place.writer().publish(place.head, verdict(VerdictState.SUCCESS))
    assert statuses(place) == []
    assert place.waits == []


def test_status__that_blocks_waits_for_a_rate_limit(place: WritingPlace) -> None:
    """As GitHub asks, within the patience of the run."""
    place.server.faults.retry_after(3, path="*/statuses/*")
    place.writer().publish(place.head, verdict())
    assert len(statuses(place)) == 1
    assert place.waits == [3]


def test_status__names_the_permission_that_is_missing(place: WritingPlace) -> None:
    """403 is explained with the line to add."""
    writer = place.writer(permissions={"contents": "write"})
    with pytest.raises(Unavailable, match="add `statuses: write` under `permissions:`"):
        writer.publish(place.head, verdict())


def test_status__of_a_thousand_is_refused_in_words(place: WritingPlace) -> None:
    """GitHub takes a thousand statuses of one name on a commit; what happens then is said, not swallowed."""
    place.server.world.limits.statuses = 0
    with pytest.raises(Unavailable, match="has reached the maximum number of statuses"):
        place.writer().publish(place.head, verdict())
