"""A run with much to say keeps below GitHub's limits for writing."""

from keyturn.core.verdict import VerdictState
from tests.github.writing_place import verdict, writing_place


def test_pace__lets_an_ordinary_run_write_as_fast_as_it_can() -> None:
    """One pull request never needs so many writes that it would have to wait."""
    with writing_place() as place:
        writer = place.writer()
        for number in range(70):
            writer.comment(place.pull.number, f"{number}")
        assert place.waits == []


def test_pace__keeps_what_a_long_run_creates_below_the_limit_of_a_minute() -> None:
    """Of comments and requests, which notify people, no more than seventy are made in any minute."""
    with writing_place() as place:
        writer = place.writer()
        for number in range(70):
            writer.comment(place.pull.number, f"{number}")
        place.server.clock.advance(seconds=35)
        writer.publish(place.head, verdict())
        assert place.waits == [], "a verdict creates nothing"
        writer.comment(place.pull.number, "At last.")
        assert place.waits == [25.0]


def test_pace__keeps_the_writes_of_a_long_run_below_the_limit_of_a_minute() -> None:
    """A first sweep of many pull requests takes its time, and loses none of its patience by that."""
    with writing_place() as place:
        writer = place.writer()
        for number in range(151):
            writer.publish(place.head, verdict(description=f"{number}"))
        assert place.waits == [60.0]
        for _ in range(150):
            writer.publish(place.head, verdict(VerdictState.SUCCESS))
        assert place.waits == [60.0], "a success is sent at once"
        place.server.clock.advance(seconds=60)
        writer.comment(place.pull.number, "At last.")
        assert place.waits == [60.0]
        place.server.faults.retry_after(90, path="*/statuses/*")
        writer.publish(place.head, verdict())
        assert place.waits == [60.0, 90]
