"""What is read by itself: fingerprints, own comments, the pull requests of a commit, merge groups, review issues."""

from collections.abc import Callable

import pytest

from keyturn.core.decision import ReasonCode
from keyturn.core.facts import AccountKind
from keyturn.ports import Unavailable
from tests.github.reading_place import LEDGER, ReadingPlace, at
from tests.github_server.journal import Recorded
from tests.github_server.state.pull_request import PullRequest

MARKER = "<!-- keyturn:e30= -->"


def _review(place: ReadingPlace, pull: PullRequest) -> None:
    pull.approve(place.repository.user("ben", role="write"))


def _dismiss(place: ReadingPlace, pull: PullRequest) -> None:
    pull.dismiss(pull.reviews[0], place.repository.maintainer)


def _push(_: ReadingPlace, pull: PullRequest) -> None:
    pull.push({"z": "1"})


def _retarget(place: ReadingPlace, pull: PullRequest) -> None:
    place.repository.branch("release")
    pull.retarget("release", place.repository.maintainer)


def _retarget_and_back(place: ReadingPlace, pull: PullRequest) -> None:
    _retarget(place, pull)
    pull.retarget("main", place.repository.maintainer)


def _force_push_base(place: ReadingPlace, _: PullRequest) -> None:
    repository = place.repository
    before = repository.tip("main")
    repository.commit("main", {"b": "1"})
    repository.force_push("main", before)


def _record(place: ReadingPlace, pull: PullRequest) -> None:
    place.record(pull)


def _rename_default(place: ReadingPlace, _: PullRequest) -> None:
    place.repository.branch("trunk")
    place.repository.default_branch = "trunk"


CHANGES: dict[str, Callable[[ReadingPlace, PullRequest], object]] = {
    "review": _review,
    "dismissal": _dismiss,
    "push": _push,
    "retarget": _retarget,
    "retarget and back": _retarget_and_back,
    "force-push of the base": _force_push_base,
    "draft": lambda _, pull: pull.to_draft(),
    "closing": lambda _, pull: pull.close(),
    "merge": lambda _, pull: pull.merge(),
    "ledger entry": _record,
    "default branch": _rename_default,
}


def _prepared(place: ReadingPlace) -> PullRequest:
    pull = place.open()
    place.record(pull)
    pull.approve(place.repository.user("ann", role="write"))
    return pull


def test_fingerprint__is_that_of_the_snapshot(place: ReadingPlace) -> None:
    """Where nothing changed, reading again gives the same."""
    pull = _prepared(place)
    snapshot = place.snapshot(pull)

    assert place.reader().fingerprints([pull.number]) == {pull.number: snapshot.fingerprint}


@pytest.mark.parametrize("change", CHANGES)
def test_fingerprint__shows_every_change(place: ReadingPlace, change: str) -> None:
    """Whatever would change the verdict changes the fingerprint."""
    pull = _prepared(place)
    snapshot = place.snapshot(pull)

    CHANGES[change](place, pull)

    assert place.reader().fingerprints([pull.number])[pull.number] != snapshot.fingerprint


def test_fingerprint__ignores_what_changes_no_verdict(place: ReadingPlace) -> None:
    """Comments, labels and checks are read afresh by the next run anyway."""
    pull = _prepared(place)
    snapshot = place.snapshot(pull)

    pull.comment(place.repository.maintainer, "hello")
    pull.label("bug")
    pull.review(place.repository.user("ann"), "COMMENTED", "hm")

    assert place.reader().fingerprints([pull.number])[pull.number] == snapshot.fingerprint


def test_fingerprint__with_more_reviews_than_a_page(place: ReadingPlace) -> None:
    """The newest hundred reviews are compared, here and there."""
    pull = place.open()
    ann = place.repository.user("ann", role="write")
    for _ in range(130):
        pull.approve(ann)
    snapshot = place.snapshot(pull)

    assert place.reader().fingerprints([pull.number])[pull.number] == snapshot.fingerprint
    pull.approve(ann)
    assert place.reader().fingerprints([pull.number])[pull.number] != snapshot.fingerprint


def test_fingerprint__with_more_base_changes_than_a_page(place: ReadingPlace) -> None:
    """Even the hundred-and-first change of the base shows."""
    pull = place.open()
    for _ in range(60):
        _retarget_and_back(place, pull)
    snapshot = place.snapshot(pull)

    assert place.reader().fingerprints([pull.number])[pull.number] == snapshot.fingerprint
    _retarget_and_back(place, pull)
    assert place.reader().fingerprints([pull.number])[pull.number] != snapshot.fingerprint


def test_fingerprint__one_query_for_all(place: ReadingPlace) -> None:
    """Twenty pull requests are read again in one query."""
    pulls = [place.open({"src/tax.py": f"rate = {number}\n"}) for number in range(20)]

    found = place.reader().fingerprints([pull.number for pull in pulls])

    assert [fingerprint.head for fingerprint in found.values()] == [pull.head_oid for pull in pulls]
    assert place.reads() == ["POST /graphql Fingerprints"]


def test_fingerprint__of_none_that_exists(place: ReadingPlace) -> None:
    """A pull request that is not there is unavailable."""
    with pytest.raises(Unavailable):
        place.reader().fingerprints([99])


def test_own_comments__with_a_marker_on_every_page(place: ReadingPlace) -> None:
    """The comment is found by author and marker among all comments; others with the marker are not keyturn's."""
    pull = place.open()
    mine = pull.comment(place.me, f"{MARKER}\nWaiting.")
    pull.comment(place.repository.maintainer, f"{MARKER}\nApproved.")
    pull.comment(place.me, f"no marker in front of {MARKER}")
    for _ in range(150):
        pull.comment(place.repository.maintainer, "hello")

    (comment,) = place.reader().own_comments(pull.number)

    assert (comment.id, comment.number, comment.body) == (mine.node_id, mine.id, f"{MARKER}\nWaiting.")
    assert place.snapshot(pull).standing.comments == (comment,)


def test_open_with_head__every_open_one(place: ReadingPlace) -> None:
    """The open pull requests with this head are found, forks' too, and none that merely contains the commit."""
    repository = place.repository
    repository.branch("release")
    ann = repository.user("ann")
    fork = repository.fork(ann)
    pull = repository.pull_request(author=ann, files={"a": "1"}, head_repository=fork)
    twin = repository.pull_request(author=ann, head=pull.head_ref, head_repository=fork, base="release")
    repository.pull_request(author=ann, head=pull.head_ref, head_repository=fork).close()
    fork.branch("stacked", pull.head_oid)
    stacked = repository.pull_request(author=ann, head="stacked", head_repository=fork)
    stacked.push({"b": "1"})

    assert place.reader().open_with_head(pull.head_oid) == (pull.number, twin.number)
    assert place.reads() == ["POST /graphql MorePullRequests"]


def test_open_with_head__commit_that_is_on_the_default_branch_already(place: ReadingPlace) -> None:
    """GitHub then counts the commit to the pull request that brought it; the open ones are looked through."""
    repository = place.repository
    repository.branch("release")
    pull = place.open()
    other = repository.pull_request(author=pull.author, head=pull.head_ref, base="release")
    repository.move("main", pull.head_oid, repository.maintainer)

    assert other.number in place.reader().open_with_head(pull.head_oid)
    assert place.reads()[-1] == "POST /graphql OpenPullRequests"


def test_open_with_head__commit_that_nobody_knows(place: ReadingPlace) -> None:
    """An unknown commit is nobody's head."""
    place.open()

    assert place.reader().open_with_head("e" * 40) == ()


def test_merge_group__members_between_base_and_head(place: ReadingPlace) -> None:
    """The members are those whose commits lead from the group's commit back to its base, and no others."""
    repository = place.repository
    queue = repository.merge_queue("main")
    pulls = [place.open({f"f{number}": "1"}) for number in range(4)]
    entries = [queue.add(pull, repository.maintainer) for pull in pulls]

    members = place.reader().merge_group("main", entries[1].base, entries[2].head)

    assert members == (pulls[1].number, pulls[2].number)
    assert len(place.reads()) == 1


@pytest.mark.parametrize("gap", ["no queue", "unknown head", "unknown base", "entry gone"])
def test_merge_group__that_cannot_be_found_whole(place: ReadingPlace, gap: str) -> None:
    """A group with a member that cannot be found is unavailable: it could not be judged."""
    repository = place.repository
    base, head = "b" * 40, "c" * 40
    if gap != "no queue":
        queue = repository.merge_queue("main")
        entries = [queue.add(place.open({f"f{number}": "1"}), repository.maintainer) for number in range(3)]
        base = "b" * 40 if gap == "unknown base" else entries[0].base
        head = "c" * 40 if gap == "unknown head" else entries[2].head
        if gap == "entry gone":
            queue.remove(entries[1])

    with pytest.raises(Unavailable, match="not all of its members can be judged") as failed:
        place.reader().merge_group("main", base, head)

    assert failed.value.code is ReasonCode.FACTS_INCOMPLETE


def test_merge_group__that_shows_a_moment_later(place: ReadingPlace) -> None:
    """The event may come before the queue shows its group; it is looked for again within ten seconds."""
    repository = place.repository
    queue = repository.merge_queue("main")
    pull = place.open()
    base = repository.tip("main")
    entry = queue.add(pull, repository.maintainer)
    queue.entries.remove(entry)

    def show(request: Recorded) -> None:
        if request.number == 3:
            queue.entries.append(entry)

    place.server.before_request(show)

    assert place.reader().merge_group("main", base, entry.head) == (pull.number,)
    assert place.waits == [1.0, 3.0]


def test_merge_group__without_members(place: ReadingPlace) -> None:
    """A group that ends where it begins has nobody to judge."""
    place.repository.merge_queue("main")

    with pytest.raises(Unavailable, match="has no members"):
        place.reader().merge_group("main", "b" * 40, "b" * 40)


LABEL = "keyturn-override-review"


def test_review_issue__open(place: ReadingPlace) -> None:
    """An open issue has no closing, even where it was closed before."""
    issue = place.repository.issue(place.me, "Review", f"{MARKER}\nPlease.", labels=[LABEL])
    issue.close(place.repository.maintainer)
    issue.reopen()

    found = place.reader().review_issue(issue.number)

    assert found is not None
    assert (found.number, found.open, found.body) == (issue.number, True, f"{MARKER}\nPlease.")
    assert (found.closed_by, found.closed_at, found.closed_by_hand) == (None, None, False)


def test_review_issue__closed_by_hand(place: ReadingPlace) -> None:
    """The last closing counts, with who did it and when."""
    ann = place.repository.user("ann", role="write")
    issue = place.repository.issue(place.me, "Review", labels=[LABEL])
    issue.close(place.repository.maintainer)
    issue.reopen()
    place.server.clock.advance(hours=1)
    issue.close(ann)

    found = place.reader().review_issue(issue.number)

    assert found is not None
    assert found.closed_by is not None
    assert (found.closed_by.login, found.closed_by.kind) == ("ann", AccountKind.USER)
    assert (found.open, found.closed_by_hand, found.closed_at) == (False, True, at("2026-01-05T10:00:00Z"))


def test_review_issue__closed_by_a_commit(place: ReadingPlace) -> None:
    """A closing by a keyword in a pull request is nobody's hand."""
    issue = place.repository.issue(place.me, "Review", labels=[LABEL])
    issue.close(place.repository.maintainer, closer=place.open())

    found = place.reader().review_issue(issue.number)

    assert found is not None
    assert (found.open, found.closed_by, found.closed_by_hand) == (False, None, False)


def test_review_issue__deleted(place: ReadingPlace) -> None:
    """An issue that is no more is none."""
    assert place.reader().review_issue(99) is None


def test_find_review_issue__by_label_author_and_marker(place: ReadingPlace) -> None:
    """The oldest issue of keyturn's own that holds the marker is found, open or closed, on whichever page."""
    repository, me = place.repository, place.me
    wanted = repository.issue(me, "Old", f"{MARKER}\n", labels=[LABEL])
    wanted.close()
    place.server.clock.advance(minutes=1)
    repository.issue(me, "Newer", f"{MARKER}\n", labels=[LABEL])
    place.server.clock.advance(minutes=1)
    repository.issue(repository.maintainer, "Forged", f"{MARKER}\n", labels=[LABEL])
    repository.issue(me, "Unlabelled", f"{MARKER}\n")
    for number in range(60):
        repository.issue(me, f"Other {number}", "<!-- keyturn:other -->", labels=[LABEL])

    found = place.reader().find_review_issue(MARKER)

    assert found is not None
    assert (found.number, found.open) == (wanted.number, False)
    assert len(place.reads()) == 2


def test_find_review_issue__none(place: ReadingPlace) -> None:
    """Where there is no such issue, there is none."""
    assert place.reader().find_review_issue(MARKER) is None


def test_ledger_branch__with_another_name(place: ReadingPlace) -> None:
    """The ledger is read from the branch that the settings name."""
    pull = place.open()
    place.record(pull)
    tip = place.repository.tip(LEDGER)
    place.repository.branch("audit", tip)
    place.repository.delete_branch(LEDGER)
    settings = place.settings()
    settings = type(settings)(
        repository=settings.repository, token=settings.token, api_url=settings.api_url, ledger_branch="audit"
    )

    assert place.snapshot(pull, settings).ledger_tip == tip
