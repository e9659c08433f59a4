"""Comments, reactions, labels, review requests and review issues: each once, and refusals explained."""

from collections.abc import Iterator

import pytest

from keyturn.github.refusals import ReplyLost
from keyturn.ports import OwnComment, Unavailable
from tests.github.writing_place import WritingPlace, writing_place
from tests.github_server.state.conversation import Comment

LOST = ["lose_reply", "fail_after_applying", "drop", "html"]
"""Two ways to lose a reply, and two to lose the request."""
BODY = "<!-- keyturn:eyJraW5kIjoibm90aWNlIn0= -->\nApproved."


@pytest.fixture
def place() -> Iterator[WritingPlace]:
    """A repository with a pull request."""
    with writing_place() as place:
        yield place


def own(comment: Comment) -> OwnComment:
    """What the reader says of a comment."""
    return OwnComment(id=comment.node_id, number=comment.id, body=comment.body, created_at=comment.created_at)


def bodies(place: WritingPlace) -> list[str]:
    """The comments on the pull request, oldest first."""
    return [comment.body for comment in place.pull.comments]


# Comments


def test_comment__is_written_in_keyturns_own_name(place: WritingPlace) -> None:
    """By that account, among other things, it is found again."""
    place.writer().comment(place.pull.number, BODY)
    assert bodies(place) == [BODY]
    assert place.pull.comments[0].author.rest_login == "github-actions[bot]"


@pytest.mark.parametrize("fault", LOST)
def test_comment__is_written_once_though_the_reply_is_lost(place: WritingPlace, fault: str) -> None:
    """The newest comments tell whether it is there; nobody is woken twice."""
    getattr(place.server.faults, fault)(path="*/comments", method="POST")
    place.writer().comment(place.pull.number, BODY)
    assert bodies(place) == [BODY]


def test_comment__by_somebody_else_is_not_taken_for_it(place: WritingPlace) -> None:
    """Anybody can copy a text with its marker."""
    copier = place.repository.user("copier", role="read")
    place.pull.comment(copier, BODY)
    place.server.faults.drop(path="*/comments", method="POST")
    place.writer().comment(place.pull.number, BODY)
    assert [comment.author.login for comment in place.pull.comments] == ["copier", "github-actions"]


def test_comment__with_another_text_is_not_taken_for_it(place: WritingPlace) -> None:
    """An earlier notice says something else."""
    place.writer().comment(place.pull.number, "Rejected.")
    place.server.faults.drop(path="*/comments", method="POST")
    place.writer().comment(place.pull.number, BODY)
    assert bodies(place) == ["Rejected.", BODY]


def test_comment__is_recognised_though_github_trims_it(place: WritingPlace) -> None:
    """Line ends and space at the end are not what makes two texts differ."""
    place.server.faults.lose_reply(path="*/comments", method="POST")

    def trim(request: object) -> None:
        for comment in place.pull.comments:
            comment.body = comment.body.rstrip().replace("\n", "\r\n")

    place.server.after_request(trim)
    place.writer().comment(place.pull.number, f"{BODY}\n\n")
    assert len(place.pull.comments) == 1


def test_comment__fits_into_what_github_takes(place: WritingPlace) -> None:
    """65,536 characters and not one more."""
    place.writer().comment(place.pull.number, "x" * 70_000)
    assert len(bodies(place)[0]) == 65_536
    place.writer().edit_comment(own(place.pull.comments[0]), "y" * 70_000)
    assert len(bodies(place)[0]) == 65_536


def test_comment__gives_up_after_the_second_lost_request(place: WritingPlace) -> None:
    """The next run catches up."""
    place.server.faults.drop(path="*/comments", method="POST", times=2)
    with pytest.raises(ReplyLost):
        place.writer().comment(place.pull.number, BODY)


@pytest.mark.parametrize("fault", LOST)
def test_edit__replaces_the_text(place: WritingPlace, fault: str) -> None:
    """A lost reply to an edit does no harm: the same text twice is the same."""
    place.writer().comment(place.pull.number, "Waiting.")
    getattr(place.server.faults, fault)(path="*/comments/*", method="PATCH")
    place.writer().edit_comment(own(place.pull.comments[0]), BODY)
    assert bodies(place) == [BODY]


def test_edit__of_a_deleted_comment_is_refused_in_words(place: WritingPlace) -> None:
    """The next run does not find it either, and writes a new one."""
    place.writer().comment(place.pull.number, "Waiting.")
    gone = own(place.pull.comments[0])
    place.pull.comments[0].delete()
    with pytest.raises(Unavailable, match="404"):
        place.writer().edit_comment(gone, BODY)


def test_comment__names_the_permission_that_is_missing(place: WritingPlace) -> None:
    """403 is explained with the line to add."""
    with pytest.raises(Unavailable, match="add `pull-requests: write` under `permissions:`"):
        place.writer(permissions={"contents": "write"}).comment(place.pull.number, BODY)


# Reactions


@pytest.mark.parametrize(
    ("reaction", "content"),
    [("+1", "THUMBS_UP"), ("-1", "THUMBS_DOWN"), ("eyes", "EYES"), ("confused", "CONFUSED")],
)
def test_reaction__stands_once_on_comments_and_reviews(place: WritingPlace, reaction: str, content: str) -> None:
    """Again changes nothing, and each reaction is one that GitHub knows."""
    ann = place.repository.user("ann", role="write")
    for there in (place.pull.comment(ann, "/keyturn recheck"), place.pull.approve(ann, "/keyturn renew")):
        for _ in range(2):
            place.writer().react(there.node_id, reaction)
        assert [each.content for each in there.reactions] == [content]


@pytest.mark.parametrize("fault", LOST)
def test_reaction__is_given_though_the_reply_is_lost(place: WritingPlace, fault: str) -> None:
    """It is simply given again."""
    comment = place.pull.comment(place.repository.user("ann", role="write"), "/keyturn recheck")
    getattr(place.server.faults, fault)(operation="addReaction")
    place.writer().react(comment.node_id, "eyes")
    assert len(comment.reactions) == 1


def test_reaction__to_what_is_gone_is_none(place: WritingPlace) -> None:
    """A deleted comment misses no reaction."""
    comment = place.pull.comment(place.repository.user("ann", role="write"), "/keyturn recheck")
    comment.delete()
    place.writer().react(comment.node_id, "eyes")


def test_reaction__names_the_permission_that_is_missing(place: WritingPlace) -> None:
    """A refusal is no deletion."""
    comment = place.pull.comment(place.repository.user("ann", role="write"), "/keyturn recheck")
    with pytest.raises(Unavailable, match="add `pull-requests: write` under `permissions:`"):
        place.writer(permissions={"contents": "write"}).react(comment.node_id, "eyes")


# Labels


def labels(place: WritingPlace) -> list[str]:
    """The labels of the pull request."""
    return sorted(label.name for label in place.pull.labels)


def test_labels__are_made_in_a_colour_and_kept_in_step(place: WritingPlace) -> None:
    """One label tells the outcome; it is described, and made only once."""
    place.writer().set_labels(place.pull.number, ["keyturn: pending"], [])
    place.writer().set_labels(place.pull.number, ["keyturn: approved"], ["keyturn: pending"])
    place.writer().set_labels(place.pull.number, ["keyturn: pending"], ["keyturn: approved"])
    assert labels(place) == ["keyturn: pending"]
    made = {label.name: (label.color, label.description) for label in place.repository.labels}
    assert made == {
        "keyturn: pending": ("bf8700", "What keyturn decided about this pull request"),
        "keyturn: approved": ("1a7f37", "What keyturn decided about this pull request"),
    }


def test_labels__of_others_are_left_alone(place: WritingPlace) -> None:
    """Only labels that tell an outcome are keyturn's own."""
    place.pull.label("agent")
    place.writer().set_labels(place.pull.number, ["urgent", "keyturn: error"], ["agent", "keyturn"])
    assert labels(place) == ["agent", "keyturn: error"]


def test_labels__that_are_off_already_stay_off(place: WritingPlace) -> None:
    """Somebody took it off meanwhile."""
    place.writer().set_labels(place.pull.number, [], ["keyturn: pending"])
    assert labels(place) == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_labels__that_cannot_be_made_first_are_made_by_being_put_on(place: WritingPlace, method: str) -> None:
    """GitHub makes a label that is missing when it is put on; only its colour is lost then."""
    place.server.faults.status(403, "Resource not accessible", method=method, path="/repos/acme/shop/labels*")
    place.writer().set_labels(place.pull.number, ["keyturn: pending"], [])
    assert labels(place) == ["keyturn: pending"]


def test_labels__are_made_by_two_runs_at_once(place: WritingPlace) -> None:
    """The slower of the two finds it there, and uses it."""
    place.server.before_request(
        lambda request: (
            (place.repository.label("keyturn: pending"), None)[1] if request.path.endswith("/labels") else None
        )
    )
    place.writer().set_labels(place.pull.number, ["keyturn: pending"], [])
    assert labels(place) == ["keyturn: pending"]


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize(
    ("path", "method"), [("*/shop/labels", "POST"), ("*/1/labels", "POST"), ("*/labels/*", "DELETE")]
)
def test_labels__come_into_step_though_replies_are_lost(
    place: WritingPlace, path: str, method: str, fault: str
) -> None:
    """Setting and removing a label are the same after a second time."""
    place.pull.label("keyturn: pending")
    getattr(place.server.faults, fault)(path=path, method=method)
    place.writer().set_labels(place.pull.number, ["keyturn: approved"], ["keyturn: pending"])
    assert labels(place) == ["keyturn: approved"]


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_labels__that_are_refused_are_explained(place: WritingPlace, method: str) -> None:
    """A label is no reason to fail, but the log says why it is missing."""
    place.pull.label("keyturn: pending")
    place.server.faults.status(403, "Resource not accessible by integration", path="*/1/labels*", method=method)
    with pytest.raises(Unavailable, match="permissions"):
        place.writer().set_labels(place.pull.number, ["keyturn: approved"], ["keyturn: pending"])


# Review requests


@pytest.fixture
def people(place: WritingPlace) -> WritingPlace:
    """Two collaborators, a stranger and a team."""
    for login in ("ann", "bob"):
        place.repository.user(login, role="write")
    place.repository.user("stranger")
    place.repository.team("acme/platform", place.repository.user("tess", role="write"))
    return place


def asked(place: WritingPlace) -> list[str]:
    """Who is asked for review of the pull request."""
    return sorted(getattr(each, "login", getattr(each, "slug", "")) for each in place.pull.requested)


def test_ask__asks_people_in_one_request(people: WritingPlace) -> None:
    """Each is told once."""
    assert people.writer().ask(people.pull.number, ["ann", "bob"], []) == ()
    assert asked(people) == ["ann", "bob"]
    assert len(people.server.writes) == 1


def test_ask__asks_nobody_without_a_name(people: WritingPlace) -> None:
    """With nobody to ask nothing is sent."""
    assert people.writer().ask(people.pull.number, [], []) == ()
    assert people.server.requests == []


def test_ask__drops_those_whom_github_refuses(people: WritingPlace) -> None:
    """One who is no collaborator, or the author, would otherwise keep everybody from being asked."""
    people.pull.author = people.repository.user("author", role="write")
    refused = people.writer().ask(people.pull.number, ["stranger", "ann", "author", "bob", "nobody"], [])
    assert refused == ("stranger", "author", "nobody")
    assert asked(people) == ["ann", "bob"]


def test_ask__asks_a_team_with_an_apps_token(people: WritingPlace) -> None:
    """A token that can read the organisation's members can ask its teams."""
    assert people.writer(app=True).ask(people.pull.number, ["ann"], ["acme/platform"]) == ()
    assert asked(people) == ["ann", "platform"]


def test_ask__says_that_the_workflows_token_cannot_ask_teams(people: WritingPlace) -> None:
    """No workflow's own token can; the people are asked all the same, and the comment names the team."""
    assert people.writer().ask(people.pull.number, ["ann"], ["acme/platform"]) == ("acme/platform",)
    assert asked(people) == ["ann"]


def test_ask__cannot_ask_teams_of_another_organisation(people: WritingPlace) -> None:
    """GitHub knows a team by its slug alone, which would name one of the repository's own organisation."""
    refused = people.writer(app=True).ask(people.pull.number, [], ["other/platform", "ACME/platform", "acme/gone"])
    assert refused == ("other/platform", "acme/gone")
    assert asked(people) == ["platform"]


@pytest.mark.parametrize("fault", LOST)
def test_ask__asks_once_though_the_reply_is_lost(people: WritingPlace, fault: str) -> None:
    """Whoever is asked already is not woken again."""
    getattr(people.server.faults, fault)(path="*/requested_reviewers", method="POST")
    assert people.writer(app=True).ask(people.pull.number, ["ann", "bob"], ["acme/platform"]) == ()
    assert asked(people) == ["ann", "bob", "platform"]
    arrived = {"lose_reply": 2, "fail_after_applying": 2, "drop": 3, "html": 3}[fault]
    assert len(people.server.writes) == arrived


@pytest.mark.parametrize("fault", LOST)
def test_ask__asks_a_team_once_though_the_reply_is_lost(people: WritingPlace, fault: str) -> None:
    """The same for teams, by their slugs."""
    getattr(people.server.faults, fault)(path="*/requested_reviewers", method="POST")
    assert people.writer(app=True).ask(people.pull.number, [], ["acme/platform"]) == ()
    assert asked(people) == ["platform"]
    assert len(people.server.writes) == {"lose_reply": 1, "fail_after_applying": 1, "drop": 2, "html": 2}[fault]


def test_ask__names_the_permission_that_is_missing(people: WritingPlace) -> None:
    """A permission that is missing is not taken for people who cannot be asked."""
    writer = people.writer(permissions={"contents": "write", "pull_requests": "read"})
    with pytest.raises(Unavailable, match="add `pull-requests: write` under `permissions:`"):
        writer.ask(people.pull.number, ["ann"], [])


# Review issues


def test_review_issue__is_labelled_and_assigned(people: WritingPlace) -> None:
    """The label tells it apart, and whoever overrode has it on their list."""
    number = people.writer().open_review_issue("Review the override of #1", BODY, ["ann"])
    (issue,) = people.repository.issues
    assert (issue.number, issue.title, issue.body) == (number, "Review the override of #1", BODY)
    assert [label.name for label in issue.labels] == ["keyturn-override-review"]
    assert [person.login for person in issue.assignees] == ["ann"]
    (label,) = people.repository.labels
    assert label.description == "Somebody let a pull request through and owes a review of it"


@pytest.mark.parametrize("fault", LOST)
def test_review_issue__is_opened_once_though_the_reply_is_lost(people: WritingPlace, fault: str) -> None:
    """The same text in an issue of keyturn's own account shows that it was opened."""
    people.repository.issue(people.repository.maintainer, "copy", BODY, labels=["keyturn-override-review"])
    getattr(people.server.faults, fault)(path="*/issues", method="POST")
    number = people.writer().open_review_issue("Review the override of #1", BODY, [])
    assert [issue.number for issue in people.repository.issues[1:]] == [number]


def test_review_issue__is_opened_without_those_who_cannot_be_assigned(people: WritingPlace) -> None:
    """GitHub refuses the whole issue for one of them; it names them in any case."""
    people.server.faults.status(422, "Validation Failed", path="*/issues", method="POST")
    number = people.writer().open_review_issue("Review the override of #1", BODY, ["gone"])
    assert [issue.number for issue in people.repository.issues] == [number]


@pytest.mark.parametrize("assignees", [[], ["ann"]])
def test_review_issue__that_is_refused_is_told(people: WritingPlace, assignees: list[str]) -> None:
    """A refusal for another reason than the people is not taken for one of those."""
    people.server.faults.status(422, "Validation Failed", path="*/issues", method="POST", times=2)
    with pytest.raises(Unavailable, match="Validation Failed"):
        people.writer().open_review_issue("Review the override of #1", BODY, assignees)
    assert people.repository.issues == []


def test_review_issue__says_that_a_repository_has_no_issues(people: WritingPlace) -> None:
    """The override holds and the review is owed all the same, so the message says where else to go."""
    people.repository.issues_enabled = False
    with pytest.raises(Unavailable, match="Switch them on under Settings"):
        people.writer().open_review_issue("Review the override of #1", BODY, ["ann"])


def test_review_issue__names_the_permission_that_is_missing(people: WritingPlace) -> None:
    """403 is explained with the line to add."""
    writer = people.writer(permissions={"contents": "write", "issues": "read"})
    with pytest.raises(Unavailable, match="add `issues: write` under `permissions:`"):
        writer.open_review_issue("Review the override of #1", BODY, ["ann"])


@pytest.mark.parametrize("fault", LOST)
def test_review_issue__is_commented_and_opened_again(people: WritingPlace, fault: str) -> None:
    """A reminder is written once, and a closing undone, though the replies are lost."""
    issue = people.repository.issue(people.repository.maintainer, "Review", BODY)
    issue.close(people.repository.maintainer)
    getattr(people.server.faults, fault)(path="*/comments", method="POST")
    people.writer().comment_issue(issue.number, "Still open.")
    assert [comment.body for comment in issue.comments] == ["Still open."]
    getattr(people.server.faults, fault)(path="*/issues/*", method="PATCH")
    people.writer().reopen_issue(issue.number)
    assert issue.is_open
