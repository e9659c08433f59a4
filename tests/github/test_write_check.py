"""Publishing a verdict as a check run: one a name and commit, edited in place, with what is wrong on its lines."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from keyturn.core.chain import Anchor
from keyturn.core.verdict import Annotation, VerdictState
from keyturn.github.refusals import ReplyLost
from keyturn.ports import PublishedVerdict, Unavailable
from tests.github.writing_place import ANCHOR, WritingPlace, verdict, writing_place
from tests.github_server.state.checks import CheckRun

BLOCKING = [VerdictState.PENDING, VerdictState.FAILURE, VerdictState.ERROR]


@pytest.fixture
def place() -> Iterator[WritingPlace]:
    """A repository with a pull request."""
    with writing_place() as place:
        yield place


def runs(place: WritingPlace, name: str = "keyturn") -> list[CheckRun]:
    """The check runs of this name on the head commit, oldest first."""
    return [run for run in place.repository.checks.runs_of(place.head) if run.name == name]


def standing(run: CheckRun, *, own: bool = True) -> PublishedVerdict:
    """What the reader says of a check run that is there."""
    return PublishedVerdict(
        name=run.name,
        state=VerdictState.PENDING,
        description="",
        anchor=None,
        own=own,
        creator=None,
        at=datetime(2026, 1, 5, 9, tzinfo=UTC),
        id=run.id,
    )


def remarks(count: int) -> tuple[Annotation, ...]:
    """Remarks on the first lines of a manifest."""
    return tuple(
        Annotation(path=".agent/manifests/x.yml", line=line, message=f"wrong on {line}", title="Manifest")
        for line in range(1, count + 1)
    )


@pytest.mark.parametrize(
    ("state", "status", "conclusion"),
    [
        (VerdictState.SUCCESS, "completed", "success"),
        (VerdictState.PENDING, "in_progress", None),
        (VerdictState.FAILURE, "completed", "failure"),
        (VerdictState.ERROR, "completed", "failure"),
    ],
)
def test_check__says_the_state_in_a_check_runs_words(
    place: WritingPlace, state: VerdictState, status: str, conclusion: str | None
) -> None:
    """Waiting runs on, so that GitHub shows it as such; everything that blocks for good is a failure."""
    place.writer(app=True).publish(place.head, verdict(state, text="Everything"))
    (run,) = runs(place)
    assert (run.status, run.conclusion) == (status, conclusion)
    assert run.suite.app.slug == "keyturn-gate"
    assert run.external_id == str(ANCHOR)
    assert run.details_url == "https://github.com/acme/shop/pull/1"
    assert run.output == {
        "title": "Waiting for one approval",
        "summary": "One approval is missing.",
        "text": "Everything",
    }


def test_check__is_edited_in_place(place: WritingPlace) -> None:
    """Two runs of one name on one commit are ambiguous: there is always one."""
    writer = place.writer(app=True)
    writer.publish(place.head, verdict(VerdictState.FAILURE))
    writer.publish(place.head, verdict(VerdictState.PENDING, replaces=standing(runs(place)[0])))
    assert [(run.status, run.conclusion) for run in runs(place)] == [("in_progress", None)]
    other = Anchor("pulls/0/1/000002.json", "d" * 40, 2)
    writer.publish(place.head, verdict(VerdictState.SUCCESS, anchor=other, replaces=standing(runs(place)[0])))
    assert [(run.conclusion, run.external_id) for run in runs(place)] == [("success", str(other))]


def test_check__is_found_where_the_reader_did_not_see_it(place: WritingPlace) -> None:
    """Another run made it meanwhile, or the verdict is an error and nothing was read."""
    place.writer(app=True).publish(place.head, verdict(VerdictState.PENDING))
    place.writer(app=True).publish(place.head, verdict(VerdictState.ERROR, anchor=None))
    (run,) = runs(place)
    assert run.conclusion == "failure"
    assert run.external_id == ""


@pytest.mark.parametrize("seen", [False, True])
def test_check__leaves_one_by_another_app_alone(place: WritingPlace, seen: bool) -> None:
    """GitHub lets nobody edit it but its App; beside a forged one stands keyturn's own."""
    forged = place.repository.check_run(place.head, "keyturn", "success", app="other-app")
    replaces = standing(forged, own=False) if seen else None
    for state in (VerdictState.PENDING, VerdictState.FAILURE):
        place.writer(app=True).publish(place.head, verdict(state, replaces=replaces))
    by_app = {run.suite.app.slug: run.conclusion for run in runs(place)}
    assert by_app == {"other-app": "success", "keyturn-gate": "failure"}
    assert len(runs(place)) == 2


def test_check__that_may_not_be_edited_stands_beside_a_new_one(place: WritingPlace) -> None:
    """An older success that GitHub lets nobody edit must not be the last word, whatever the refusal is called."""
    place.writer(app=True).publish(place.head, verdict(VerdictState.SUCCESS))
    place.server.faults.status(403, "Resource not accessible by integration", method="PATCH", path="*/check-runs/*")
    place.writer(app=True).publish(place.head, verdict(VerdictState.PENDING, replaces=standing(runs(place)[0])))
    assert [run.status for run in runs(place)] == ["completed", "in_progress"]


def test_check__is_made_where_the_list_cannot_be_had(place: WritingPlace) -> None:
    """The list only shows what the reader may have missed; without it there is nothing to edit."""
    place.server.faults.status(404, "Not Found", path="*/check-runs", method="GET")
    place.writer(app=True).publish(place.head, verdict(VerdictState.PENDING))
    assert [run.status for run in runs(place)] == ["in_progress"]


def test_check__of_another_name_is_not_touched(place: WritingPlace) -> None:
    """Each base branch has a verdict of its own."""
    place.writer(app=True).publish(place.head, verdict(VerdictState.SUCCESS, name="keyturn: release"))
    place.writer(app=True).publish(place.head, verdict(VerdictState.FAILURE))
    assert [run.conclusion for run in runs(place, "keyturn: release")] == ["success"]


def test_check__that_is_gone_is_made_again(place: WritingPlace) -> None:
    """GitHub deletes the oldest of very many check runs."""
    place.writer(app=True).publish(place.head, verdict())
    replaces = standing(runs(place)[0])
    place.server.faults.status(404, "Not Found", path="*/check-runs/*", method="PATCH")
    place.writer(app=True).publish(place.head, verdict(VerdictState.FAILURE, replaces=replaces))
    assert [run.conclusion for run in runs(place)] == [None, "failure"]


def test_check__fits_into_what_github_takes(place: WritingPlace) -> None:
    """A page that is too long is cut, never refused."""
    place.writer(app=True).publish(place.head, verdict(text="x" * 70_000))
    text = runs(place)[0].output["text"]
    assert text is not None
    assert len(text) == 65_535
    assert text.endswith("x…")


# What is wrong, line by line


def test_annotations__stand_on_their_lines(place: WritingPlace) -> None:
    """What blocks is marked as a failure on the line of the file."""
    place.writer(app=True).publish(place.head, verdict(VerdictState.FAILURE, annotations=remarks(1)))
    assert runs(place)[0].annotations == [
        {
            "path": ".agent/manifests/x.yml",
            "start_line": 1,
            "end_line": 1,
            "annotation_level": "failure",
            "message": "wrong on 1",
            "title": "Manifest",
        }
    ]


def test_annotations__of_what_may_still_pass_are_warnings(place: WritingPlace) -> None:
    """A remark on a pending request is no failure; one without a title has none."""
    place.writer(app=True).publish(
        place.head, verdict(annotations=(Annotation(path="x.yml", line=3, title="", message="look"),))
    )
    (annotation,) = runs(place)[0].annotations
    assert annotation["annotation_level"] == "warning"
    assert "title" not in annotation


@pytest.mark.parametrize(("count", "writes"), [(49, 1), (50, 1), (51, 2), (120, 3)])
def test_annotations__go_in_portions_of_fifty(place: WritingPlace, count: int, writes: int) -> None:
    """GitHub takes fifty in a request; each further request adds to them."""
    place.writer(app=True).publish(place.head, verdict(VerdictState.FAILURE, annotations=remarks(count)))
    assert [each["start_line"] for each in runs(place)[0].annotations] == list(range(1, count + 1))
    assert len(place.server.writes) == writes


def test_annotations__are_not_repeated_by_an_edit(place: WritingPlace) -> None:
    """An edit adds annotations and takes none away, so that only new ones are sent."""
    writer = place.writer(app=True)
    writer.publish(place.head, verdict(VerdictState.FAILURE, annotations=remarks(60)))
    replaces = standing(runs(place)[0])
    writer.publish(place.head, verdict(VerdictState.FAILURE, annotations=remarks(62), replaces=replaces))
    assert [each["start_line"] for each in runs(place)[0].annotations] == list(range(1, 63))


def test_annotations__beyond_the_first_portion_never_fail_the_verdict(place: WritingPlace) -> None:
    """The verdict stands already; the comment tells the rest."""
    place.server.faults.status(500, path="*/check-runs/*", method="PATCH")
    place.writer(app=True).publish(place.head, verdict(VerdictState.FAILURE, annotations=remarks(51)))
    assert [run.conclusion for run in runs(place)] == ["failure"]
    assert len(runs(place)[0].annotations) == 50


def test_annotations__of_a_success_are_left_out(place: WritingPlace) -> None:
    """A success is sent at once, without looking up what it may have to say beside."""
    place.writer(app=True).publish(place.head, verdict(VerdictState.FAILURE, annotations=remarks(1)))
    replaces = standing(runs(place)[0])
    place.server.journal.clear()
    place.writer(app=True).publish(place.head, verdict(VerdictState.SUCCESS, annotations=remarks(2), replaces=replaces))
    assert place.told() == [f"PATCH /check-runs/{replaces.id}"]


# When the reply is lost


@pytest.mark.parametrize("state", BLOCKING)
@pytest.mark.parametrize("fault", ["lose_reply", "fail_after_applying", "drop", "html"])
def test_check__is_made_once_though_the_reply_is_lost(place: WritingPlace, state: VerdictState, fault: str) -> None:
    """It is looked for before another is made."""
    getattr(place.server.faults, fault)(path="*/check-runs", method="POST")
    place.writer(app=True).publish(place.head, verdict(state))
    assert len(runs(place)) == 1


def test_check__by_another_app_is_not_taken_for_the_lost_reply(place: WritingPlace) -> None:
    """One of the same name that says something else is not ours."""
    place.repository.check_run(place.head, "keyturn", "success", app="other-app")
    place.server.faults.drop(path="*/check-runs", method="POST")
    place.writer(app=True).publish(place.head, verdict(VerdictState.FAILURE))
    assert {run.suite.app.slug: run.conclusion for run in runs(place)} == {
        "other-app": "success",
        "keyturn-gate": "failure",
    }


@pytest.mark.parametrize("fault", ["lose_reply", "fail_after_applying", "drop", "html"])
def test_check__is_edited_once_though_the_reply_is_lost(place: WritingPlace, fault: str) -> None:
    """An edit that arrived is not sent again: its annotations would stand there twice."""
    place.writer(app=True).publish(place.head, verdict())
    getattr(place.server.faults, fault)(path="*/check-runs/*", method="PATCH")
    place.writer(app=True).publish(
        place.head,
        verdict(VerdictState.FAILURE, annotations=remarks(2), replaces=standing(runs(place)[0])),
    )
    (run,) = runs(place)
    assert run.conclusion == "failure"
    assert len(run.annotations) == 2


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("fault", ["lose_reply", "drop", "html"])
def test_success__of_a_check_is_never_sent_again(place: WritingPlace, known: bool, fault: str) -> None:
    """The pull request has to be judged again."""
    writer = place.writer(app=True)
    if known:
        writer.publish(place.head, verdict())
    replaces = standing(runs(place)[0]) if known else None
    place.server.journal.clear()
    getattr(place.server.faults, fault)(write=True)
    with pytest.raises(ReplyLost):
        writer.publish(place.head, verdict(VerdictState.SUCCESS, replaces=replaces))
    assert len(place.server.writes) == 1
    assert place.waits == []


def test_success__of_a_check_never_waits(place: WritingPlace) -> None:
    """Neither for the look whether there is one already, nor for a rate limit."""
    place.server.faults.html(502, path="*/check-runs", method="GET")
    with pytest.raises(Unavailable, match="could not be read"):
        place.writer(app=True).publish(place.head, verdict(VerdictState.SUCCESS))
    place.server.faults.retry_after(1, path="*/check-runs", method="POST")
    with pytest.raises(Unavailable, match="rate limit"):
        place.writer(app=True).publish(place.head, verdict(VerdictState.SUCCESS))
    assert runs(place) == []
    assert place.waits == []


def test_check__names_the_permission_that_is_missing(place: WritingPlace) -> None:
    """403 is explained with the line to add, and never taken for another App's check run."""
    place.writer(app=True).publish(place.head, verdict())
    writer = place.writer(app=True, permissions={"contents": "write", "checks": "read"})
    for replaces in (None, standing(runs(place)[0])):
        with pytest.raises(Unavailable, match="add `checks: write` under `permissions:`"):
            writer.publish(place.head, verdict(VerdictState.FAILURE, replaces=replaces))
