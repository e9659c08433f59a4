"""What a run left undone is done by the next: at once where it is over, and not while it still goes on."""

import pytest

from keyturn.render.marker import marker
from tests.gate.stage import Stage
from tests.github_server.state.pull_request import PullRequest


def left_undone(stage: Stage) -> tuple[PullRequest, int]:
    """A pull request whose run died between its ledger entry and the notice that is due; and the number of that run."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    stage.hub.clock.advance(minutes=5)
    pull.approve(stage.ann)
    stage.hub.faults.status(403, times=None, method="POST", path="*/comments")
    stage.judge(pull)
    stage.hub.faults.clear()
    return pull, int(stage.ledger(pull)[-1]["run_url"].rpartition("/")[2])


@pytest.mark.parametrize("conclusion", ["success", "cancelled"])
def test_run__that_is_over_is_made_up_for_at_once(stage: Stage, conclusion: str) -> None:
    """Whoever finds that another run has ended without saying what it owed says it."""
    pull, number = left_undone(stage)
    dead = stage.going_on(number)
    dead.status, dead.conclusion = "completed", conclusion
    before = stage.hub.clock.now

    stage.judge(pull)

    assert len(pull.comments) == 2
    assert (stage.hub.clock.now - before).total_seconds() < 5


def test_run__that_goes_on_is_left_to_do_it(stage: Stage) -> None:
    """What another run is about to say is neither said twice nor waited for; once that run is over, it is."""
    pull, number = left_undone(stage)
    alive = stage.going_on(number)
    before = stage.hub.clock.now

    stage.judge(pull)

    assert len(pull.comments) == 1
    assert stage.hub.clock.now == before
    alive.status = "completed"
    stage.judge(pull)
    assert len(pull.comments) == 2


def test_run__that_nobody_can_tell_of_gets_a_moment(stage: Stage) -> None:
    """Where GitHub does not say whether the other run still goes on, it has five seconds."""
    pull, _ = left_undone(stage)
    before = stage.hub.clock.now

    stage.judge(pull)

    assert len(pull.comments) == 2
    assert 1 <= (stage.hub.clock.now - before).total_seconds() <= 10


def test_run__that_cannot_look_again_keeps_what_it_has_published(stage: Stage) -> None:
    """GitHub fails while a run waits for another one: the verdict it has published is as good as before."""
    pull, _ = left_undone(stage)
    fault = stage.hub.faults.status(503, times=None, after=2, path="/graphql")

    ran = stage.judge(pull)

    assert fault.met
    assert (ran.code, ran.outputs["outcome"], stage.verdict(pull)) == (0, "approved", "success"), ran.log
    assert "::warning" in ran.log


def test_run__that_seems_to_go_on_for_ever_is_given_up(stage: Stage) -> None:
    """After a minute and a half, a run that goes on has had its time."""
    pull, number = left_undone(stage)
    stage.going_on(number)
    stage.hub.clock.advance(seconds=90)

    stage.judge(pull)

    assert len(pull.comments) == 2


def test_run__with_nothing_left_undone_is_not_asked_about(stage: Stage) -> None:
    """Two runs in a row read what every judgement reads, and no more."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    reads = len(stage.hub.reads)

    stage.judge(pull)

    assert [read.path for read in stage.hub.reads[reads:]] == ["/graphql", "/graphql"]


def test_sweep__reads_nothing_whole_that_was_told(stage: Stage) -> None:
    """A request that was just opened, asked for and told of is no reason for a sweep to read it whole."""
    stage.repo.commit("main", {"rules.yml": stage.rules + "escalation: {users: [otto]}\n"})
    pulls = [stage.change("write src/tax.py", files={"src/tax.py": f"rate = {rate}\n"}) for rate in range(3)]
    stage.sweep()
    stage.hub.clock.advance(minutes=65)
    stage.sweep()
    assert [stage.events(pull) for pull in pulls] == [["requested", "escalated"]] * 3
    reads = len(stage.hub.reads)

    stage.sweep()

    assert "PullRequests" not in [read.operation for read in stage.hub.reads[reads:]]


@pytest.mark.parametrize("copied", [False, True])
def test_sweep__finishes_what_only_keyturn_itself_can_say_was_told(stage: Stage, *, copied: bool) -> None:
    """A request that was stopped and told to nobody is read again, also where somebody else says that it was told."""
    pull = stage.change("drop production_database", "write src/tax.py")
    stage.hub.faults.status(403, times=None, method="POST", path="*/comments")
    stage.judge(pull)
    stage.hub.faults.clear()
    if copied:
        pull.comment(stage.rita, marker({"kind": "request", "told": f"1@{stage.ledger(pull)[0]['time']}"}))

    stage.sweep()

    assert [comment.author is stage.rita for comment in pull.comments] == [*[True] * copied, False, False]


def test_sweep__finishes_what_a_new_ledger_holds(stage: Stage) -> None:
    """What was told of an entry says nothing of the one that took its place when the ledger was begun anew."""
    pull = stage.change("drop production_database", "write src/tax.py")
    stage.judge(pull)
    stage.repo.delete_branch("keyturn-ledger")
    stage.hub.clock.advance(minutes=1)
    stage.hub.faults.status(403, times=None, method="POST", path="*/comments")
    stage.judge(pull)
    stage.hub.faults.clear()
    assert (stage.events(pull)[0], len(pull.comments)) == ("ledger_broken", 2)

    stage.sweep()

    assert len(pull.comments) > 2
