"""Further pages, and what does not add up."""

from collections.abc import Callable
from typing import Any

import pytest

from keyturn.core.decision import ReasonCode
from keyturn.core.facts import Facts
from keyturn.ports import Snapshot, Unavailable
from tests.github.reading_place import MANIFEST, ReadingPlace
from tests.github_server.journal import Recorded
from tests.github_server.state.pull_request import PullRequest

Change = Callable[[ReadingPlace, PullRequest], object]


def files(place: ReadingPlace, pull: PullRequest) -> None:
    """Change 250 files."""
    pull.push({f"src/f{number:03}.py": "x\n" for number in range(249)})


def commits(_: ReadingPlace, pull: PullRequest) -> None:
    """Push until there are 150 commits."""
    for number in range(149):
        pull.push({"src/tax.py": f"rate = {number}\n"})


def reviews(place: ReadingPlace, pull: PullRequest) -> None:
    """Write 150 reviews."""
    ann = place.repository.user("ann", role="write")
    for _ in range(150):
        pull.approve(ann)


def comments(place: ReadingPlace, pull: PullRequest) -> None:
    """Write 250 comments."""
    for number in range(250):
        pull.comment(place.repository.maintainer, f"comment {number}")


def events(_: ReadingPlace, pull: PullRequest) -> None:
    """Set a label and take it off 150 times, each time another one."""
    for number in range(150):
        pull.label(f"label {number}")
        pull.unlabel(f"label {number}")


def contexts(_: ReadingPlace, pull: PullRequest) -> None:
    """Set 250 statuses."""
    for number in range(250):
        pull.status(f"ci/{number}")


@pytest.mark.parametrize(
    ("change", "listed", "operation", "more"),
    [
        (files, lambda facts: [file.path for file in facts.files], "MoreFiles", 2),
        (commits, lambda facts: [commit.oid for commit in facts.commits], "MoreCommits", 1),
        (reviews, lambda facts: [review.id for review in facts.reviews], "MoreReviews", 1),
        (comments, lambda facts: [comment.body for comment in facts.comments], "MoreComments", 2),
        (events, lambda facts: sorted(facts.labels), "MoreTimeline", 1),
        (contexts, lambda facts: [check.name for check in facts.checks], "MoreContexts", 2),
    ],
)
def test_pages__all_of_them_and_no_more(
    place: ReadingPlace, change: Change, listed: Callable[[Facts], list[str]], operation: str, more: int
) -> None:
    """What does not fit on the first page is read from the following ones, and nothing else is read for it."""
    pull = place.open()
    change(place, pull)

    found = listed(place.snapshot(pull).facts)

    assert len(found) == 100 * more + 50
    assert len(set(found)) == len(found)
    further = [read for read in place.reads()[1:] if "GitObjects" not in read]
    assert further == [f"POST /graphql {operation}"] * more


def test_pages__come_in_their_order(place: ReadingPlace) -> None:
    """Comments are told oldest first, though the newest page is read first."""
    pull = place.open()
    comments(place, pull)

    found = [comment.body for comment in place.snapshot(pull).facts.comments]

    assert found == [f"comment {number}" for number in range(250)]


def _spoil(number: int, edit: Callable[[dict[str, Any]], object]) -> Callable[[Any], Any]:
    """Edit what an answer says of one pull request."""

    def spoil(answer: Any) -> Any:
        edit(answer["data"]["repository"][f"pr{number}"])
        return answer

    return spoil


def _short(name: str) -> Callable[[dict[str, Any]], object]:
    def edit(pull: dict[str, Any]) -> None:
        pull[name]["totalCount"] += 1

    return edit


WRONG: dict[str, Callable[[dict[str, Any]], object]] = {
    "files are missing": lambda pull: pull.update(changedFiles=pull["changedFiles"] + 1),
    "file pages are short": _short("files"),
    "commits are missing": _short("commits"),
    "reviews are missing": _short("reviews"),
    "comments are missing": _short("comments"),
    "the head is another": lambda pull: pull.update(headRefOid="f" * 40),
    "no commit is listed": lambda pull: pull["headCommit"].update(nodes=[]),
    "a field is absent": lambda pull: pull.pop("isDraft"),
    "a field is null": lambda pull: pull.update(title=None),
    "a number is text": lambda pull: pull.update(changedFiles="many"),
    "a yes or no is neither": lambda pull: pull.update(isDraft="perhaps"),
    "a list is none": lambda pull: pull["labels"].update(nodes="agent"),
    "an object is none": lambda pull: pull.update(commits=[]),
    "a time is none": lambda pull: pull.update(createdAt="yesterday"),
    "a time has no zone": lambda pull: pull.update(createdAt="2026-01-05T09:00:00"),
    "a node is null": lambda pull: pull["reviews"].update(nodes=[None]),
    "a state is unknown": lambda pull: pull.update(state="FROZEN"),
    "a change is unknown": lambda pull: pull["files"]["nodes"][0].update(changeType="MELTED"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_incomplete__is_read_again(place: ReadingPlace, wrong: str) -> None:
    """Data that do not add up once are read again; the second answer counts."""
    pull = place.open()
    place.server.faults.edit_answer(_spoil(pull.number, WRONG[wrong]), operation="PullRequests")

    assert place.snapshot(pull).facts.head == pull.head_oid
    assert len(place.reads()) == 2


@pytest.mark.parametrize("wrong", WRONG)
def test_incomplete__stays_so_within_ten_seconds(place: ReadingPlace, wrong: str) -> None:
    """Data that never add up are an error, never a guess, after less than ten seconds of waiting."""
    pull = place.open()
    place.server.faults.edit_answer(_spoil(pull.number, WRONG[wrong]), operation="PullRequests", times=None)

    with pytest.raises(Unavailable) as failed:
        place.snapshot(pull)

    assert failed.value.code is ReasonCode.FACTS_INCOMPLETE
    assert 0 < sum(place.waits) < 10


def test_incomplete__others_are_not_read_again(place: ReadingPlace) -> None:
    """One pull request that does not add up harms no other, and only it is read again."""
    good, bad = place.open(), place.open({"src/tax.py": "rate = 21\n"})
    edit = _spoil(bad.number, WRONG["files are missing"])
    place.server.faults.edit_answer(edit, operation="PullRequests", times=None)
    place.server.faults.clear()

    def only_bad(answer: Any) -> Any:
        return edit(answer) if f"pr{bad.number}" in answer["data"]["repository"] else answer

    place.server.faults.edit_answer(only_bad, operation="PullRequests", times=None)

    found = place.reader().snapshots([good.number, bad.number])

    assert isinstance(found[good.number], Snapshot)
    assert isinstance(found[bad.number], Unavailable)
    asked = [request.body["query"] for request in place.server.reads]
    assert [f"pr{good.number}:" in text for text in asked] == [True, False, False, False]


def test_incomplete__manifest_that_is_not_where_it_was_listed(place: ReadingPlace) -> None:
    """A head that moves between the two queries is noticed: the listed manifest is not there."""
    pull = place.open({MANIFEST: "version: 1\n"})

    def blank(answer: Any) -> Any:
        answer["data"]["repository"]["q0"]["file"] = None
        return answer

    place.server.faults.edit_answer(blank, operation="GitObjects", times=None)

    with pytest.raises(Unavailable, match="is listed as changed and is not there"):
        place.snapshot(pull)


def test_incomplete__rename_that_rest_does_not_tell(place: ReadingPlace) -> None:
    """A rename whose old name cannot be found is not taken for an addition: a protected path could hide in it."""
    text = "".join(f"line {number}\n" for number in range(30))
    place.repository.commit("main", {"old.py": text})
    pull = place.open({"new.py": text, "old.py": None})

    def forget(answer: Any) -> Any:
        return [{key: value for key, value in file.items() if key != "previous_filename"} for file in answer]

    place.server.faults.edit_answer(forget, path="*/files", times=None)

    with pytest.raises(Unavailable, match="was renamed, and GitHub does not say from where"):
        place.snapshot(pull)


def test_incomplete__more_pages_than_anybody_reads(place: ReadingPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list without end is an error; nothing is judged from its beginning."""
    monkeypatch.setattr("keyturn.github.connections._MOST_PAGES", 2)
    pull = place.open()
    comments(place, pull)

    with pytest.raises(Unavailable, match="has more than 2 pages"):
        place.snapshot(pull)


def test_unreadable__second_query_for_one_of_several(place: ReadingPlace) -> None:
    """Where the common second query fails, each pull request is asked for alone."""
    pulls = [place.open({f".agent/manifests/{number}.yml": "version: 1\n"}) for number in range(3)]
    place.server.faults.status(422, operation="GitObjects")
    place.server.faults.status(422, operation="GitObjects", after=1)

    found = place.reader().snapshots([pull.number for pull in pulls])

    assert [isinstance(snapshot, Unavailable) for snapshot in found.values()] == [False, True, False]


def test_unreadable__nothing_where_something_should_be(place: ReadingPlace) -> None:
    """A pull request that is null without an error did not come through."""
    pull = place.open()
    place.server.faults.edit_answer(
        lambda answer: {
            "data": {**answer["data"], "repository": {**answer["data"]["repository"], f"pr{pull.number}": None}}
        },
        operation="PullRequests",
        times=None,
    )

    with pytest.raises(Unavailable, match=f"GitHub gave nothing about #{pull.number}"):
        place.snapshot(pull)


def test_unreadable__one_pull_request_among_others(place: ReadingPlace) -> None:
    """An error about one pull request is that one's, with the permission that is missing; the others are read."""
    good, bad = place.open(), place.open({"src/tax.py": "rate = 21\n"})
    at = f"repository.pr{bad.number}.headCommit.nodes.0.commit.statusCheckRollup"
    message = "Resource not accessible by integration"
    place.server.faults.graphql_error("FORBIDDEN", message, at=at, operation="PullRequests", times=None)

    found = place.reader().snapshots([good.number, bad.number])

    assert isinstance(found[good.number], Snapshot)
    failed = found[bad.number]
    assert isinstance(failed, Unavailable)
    assert failed.code is ReasonCode.API_UNAVAILABLE
    assert "add `checks: read` and `statuses: read` under `permissions:`" in str(failed)


def test_unreadable__number_that_is_none(place: ReadingPlace) -> None:
    """A pull request that does not exist is said not to; one beside it is read."""
    pull = place.open()

    found = place.reader().snapshots([pull.number, 99])

    assert isinstance(found[pull.number], Snapshot)
    assert str(found[99]) == "there is no pull request #99 in this repository, or the token may not see it"


def test_unreadable__error_beside_the_pull_requests(place: ReadingPlace) -> None:
    """An error about the repository makes everything unavailable: half an answer is none."""
    pull = place.open()
    place.server.faults.graphql_error(
        "FORBIDDEN", "No.", at="repository.defaultBranchRef", operation="PullRequests", times=None
    )

    with pytest.raises(Unavailable, match="`contents: read`"):
        place.snapshot(pull)


def test_unreadable__too_much_at_once(place: ReadingPlace) -> None:
    """A query that GitHub gives up on for five pull requests is asked again for fewer."""
    pulls = [place.open({"src/tax.py": f"rate = {number}\n"}) for number in range(4)]
    place.server.faults.html(operation="PullRequests", times=4)

    found = place.reader().snapshots([pull.number for pull in pulls])

    assert all(isinstance(snapshot, Snapshot) for snapshot in found.values())
    assert len(found) == 4
    assert len(place.reads()) == 4 + 2


def test_unreadable__partial_data_without_a_type(place: ReadingPlace) -> None:
    """Partial data with an error that GitHub may get over is read again."""
    pull = place.open()
    place.server.faults.graphql_error(
        "", "Something went wrong.", at=f"repository.pr{pull.number}.reviews", operation="PullRequests"
    )

    assert place.snapshot(pull).facts.number == pull.number


@pytest.mark.parametrize(("count", "listed"), [(3, 3), (4, 3)])
def test_limits__more_files_than_github_lists(
    place: ReadingPlace, monkeypatch: pytest.MonkeyPatch, count: int, listed: int
) -> None:
    """Beyond GitHub's limit the count tells what the list does not, and manifests are found in the trees."""
    place.server.world.limits.files = 3
    monkeypatch.setattr("keyturn.github.pull_request_read.MOST_FILES", 3)
    place.repository.commit("main", {".agent/manifests/old.yml": "old\n"})
    names = ["a.py", "b.py", "c.py"][: count - 1]
    pull = place.open({**dict.fromkeys(names, "x\n"), "z/manifests/change.yml": "version: 1\n"})
    settings = place.settings()
    settings = type(settings)(
        repository=settings.repository, token=settings.token, api_url=settings.api_url, manifest_path="z/manifests/*"
    )

    facts = place.snapshot(pull, settings).facts

    assert (facts.file_count, len(facts.files)) == (count, listed)
    assert [manifest.path for manifest in facts.manifests] == ["z/manifests/change.yml"]


@pytest.mark.parametrize("root", [True, False])
def test_limits__no_manifest_hides_behind_them(
    place: ReadingPlace, monkeypatch: pytest.MonkeyPatch, root: bool
) -> None:
    """Where the list is cut, whatever differs from the base branch in the manifests' place counts."""
    place.server.world.limits.files = 1
    monkeypatch.setattr("keyturn.github.pull_request_read.MOST_FILES", 1)
    start = "" if root else "z/"
    place.repository.commit(
        "main", {f"{start}kept.yml": "old\n", f"{start}gone.yml": "old\n", f"{start}x.yml": "old\n"}
    )
    pull = place.open({"a.py": "x\n", f"{start}new.yml": "new\n", f"{start}x.yml": "new\n", f"{start}gone.yml": None})
    settings = place.settings()
    settings = type(settings)(
        repository=settings.repository, token=settings.token, api_url=settings.api_url, manifest_path=f"{start}*"
    )

    manifests = place.snapshot(pull, settings).facts.manifests

    assert [(manifest.path, manifest.content) for manifest in manifests] == [
        (f"{start}new.yml", b"new\n"),
        (f"{start}x.yml", b"new\n"),
    ]


def test_limits__more_commits_than_github_lists(place: ReadingPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit the newest commits are not listed; their number and the head's checks are read all the same."""
    place.server.world.limits.commits = 3
    monkeypatch.setattr("keyturn.github.pull_request_read.MOST_COMMITS", 3)
    pull = place.open()
    for number in range(4):
        pull.push({"src/tax.py": f"rate = {number}\n"})
    pull.status("ci")

    facts = place.snapshot(pull).facts

    assert (facts.head, facts.commit_count, len(facts.commits)) == (pull.head_oid, 5, 3)
    assert [check.name for check in facts.checks] == ["ci"]


def test_limits__head_that_moves_while_commits_are_counted(
    place: ReadingPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The count that only REST gives must be of the same head."""
    monkeypatch.setattr("keyturn.github.pull_request_read.MOST_COMMITS", 1)
    pull = place.open()

    def push(request: Recorded) -> None:
        if request.path.endswith(f"/pulls/{pull.number}") and len(pull.commits()) == 1:
            pull.push({"a": "1"})

    place.server.before_request(push)

    assert place.snapshot(pull).facts.commit_count == 2
    assert place.reads().count("POST /graphql PullRequests") == 2


def test_limits__trees_that_github_cuts(place: ReadingPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where even the trees are too long to be listed, manifests could hide there: that is an error."""
    place.server.world.limits.files = 1
    monkeypatch.setattr("keyturn.github.pull_request_read.MOST_FILES", 1)
    pull = place.open({"a.py": "x\n", MANIFEST: "version: 1\n"})
    place.server.faults.edit_answer(lambda tree: {**tree, "truncated": True}, path="*/git/trees/*", times=None)

    with pytest.raises(Unavailable, match="manifests could hide in it"):
        place.snapshot(pull)


def test_limits__manifests_place_that_is_not_there(place: ReadingPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the manifests' folder does not exist, or is a file, it holds none."""
    place.server.world.limits.files = 1
    monkeypatch.setattr("keyturn.github.pull_request_read.MOST_FILES", 1)
    none, file = place.open({"a.py": "x\n", "b.py": "x\n"}), place.open({"a.py": "x\n", ".agent/manifests": "x\n"})

    assert [place.snapshot(pull).facts.manifests for pull in (none, file)] == [(), ()]


def test_limits__as_many_commits_as_github_lists(place: ReadingPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exactly as many commits as the limit are a pull request like any other."""
    place.server.world.limits.commits = 3
    monkeypatch.setattr("keyturn.github.pull_request_read.MOST_COMMITS", 3)
    pull = place.open()
    pull.push({"src/tax.py": "rate = 1\n"})
    pull.push({"src/tax.py": "rate = 2\n"})

    assert place.snapshot(pull).facts.commit_count == 3
