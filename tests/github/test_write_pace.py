"""A run with much to say keeps below GitHub's limit for creating content."""

from keyturn.core.verdict import VerdictState
from tests.github.writing_place import verdict, writing_place


def test_pace__lets_an_ordinary_run_write_as_fast_as_it_can() -> None:
    """One pull request never needs so many writes that it would have to wait."""
    with writing_place() as place:
        writer = place.writer()
        for number in range(40):
            writer.publish(place.head, verdict(description=f"{number}"))
        assert place.waits == []


def test_pace__keeps_the_writes_of_a_long_run_a_second_apart() -> None:
    """A first sweep of many pull requests takes its time, and loses none of its patience by that."""
    with writing_place() as place:
        writer = place.writer()
        for number in range(42):
            writer.publish(place.head, verdict(description=f"{number}"))
        assert place.waits == [1.0, 1.0]
        writer.publish(place.head, verdict(VerdictState.SUCCESS))
        assert place.waits == [1.0, 1.0], "a success is sent at once"
        place.server.clock.advance(seconds=1)
        writer.comment(place.pull.number, "At last.")
        assert place.waits == [1.0, 1.0]
        place.server.faults.retry_after(90, path="*/statuses/*")
        writer.publish(place.head, verdict())
        assert place.waits == [1.0, 1.0, 1.0, 90]
