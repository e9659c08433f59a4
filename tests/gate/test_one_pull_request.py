"""One pull request from its opening to its end, on the real adapters against a GitHub of our own."""

from tests.gate.stage import Stage


def test_gate__single_write_waits_then_passes(stage: Stage) -> None:
    """A declared write waits for one person; a review on the head lets it through, and the ledger holds both."""
    pull = stage.change("write src/tax.py")

    ran = stage.judge(pull)

    assert ran.code == 0, ran.log
    assert (ran.outputs["outcome"], ran.outputs["tier"]) == ("pending", "single")
    assert stage.verdict(pull) == "pending"
    assert stage.events(pull) == ["requested"]

    stage.hub.clock.advance(minutes=5)
    pull.approve(stage.ann)
    ran = stage.judge(pull)

    assert ran.outputs["outcome"] == "approved", ran.log
    assert stage.verdict(pull) == "success"
    assert stage.events(pull) == ["requested", "approval_counted", "approved"]


def test_gate__second_run_changes_nothing(stage: Stage) -> None:
    """Running again without anything new writes nothing, and takes at most two reads."""
    pull = stage.change("write src/tax.py")
    stage.judge(pull)
    writes, reads = len(stage.hub.writes), len(stage.hub.reads)

    stage.judge(pull)

    assert stage.hub.writes[writes:] == []
    assert len(stage.hub.reads) - reads <= 2


def test_gate__not_governed_leaves_no_trace(stage: Stage) -> None:
    """A person's pull request without a manifest passes, with no comment, label or ledger entry."""
    pull = stage.repo.pull_request(author=stage.ann, files={"src/tax.py": "rate = 21\n"})

    ran = stage.judge(pull)

    assert ran.outputs["outcome"] == "not_governed"
    assert stage.verdict(pull) == "success"
    assert stage.ledger(pull) == []
    assert pull.comments == []
