"""The facts of one pull request, and how many reads they take."""

from typing import Any

import pytest
from msgspec.structs import replace

from keyturn.core.facts import (
    Account,
    AccountKind,
    BaseChangeKind,
    Change,
    ChangedFile,
    PullRequestState,
    ReviewState,
)
from keyturn.core.manifest import FileKind
from tests.github.reading_place import MANIFEST, ReadingPlace, at, reading_place


def test_snapshot__ordinary_pull_request_takes_two_reads(place: ReadingPlace) -> None:
    """A pull request with a manifest is read in two queries: everything, then the manifests' texts."""
    pull = place.open({"src/tax.py": "rate = 20\n", MANIFEST: "version: 1\n"})

    facts = place.snapshot(pull).facts

    assert place.reads() == ["POST /graphql PullRequests", "POST /graphql GitObjects"]
    assert facts.repository == "acme/shop"
    assert facts.number == pull.number
    assert (facts.state, facts.draft) == (PullRequestState.OPEN, False)
    assert (facts.head, facts.head_branch, facts.head_repository) == (pull.head_oid, pull.head_ref, "acme/shop")
    assert (facts.base, facts.default_branch) == ("main", "main")
    assert facts.files == (ChangedFile(MANIFEST, Change.ADDED), ChangedFile("src/tax.py", Change.MODIFIED))
    assert (facts.file_count, facts.commit_count) == (2, 1)
    assert [(file.path, file.kind, file.content) for file in facts.manifests] == [
        (MANIFEST, FileKind.REGULAR, b"version: 1\n")
    ]
    assert facts.rules.current is not None
    assert facts.rules.current.content == b"version: 1\n"


def test_snapshot__without_manifest_takes_one_read(place: ReadingPlace) -> None:
    """Where nothing needs the second query, it is not asked."""
    pull = place.open()

    place.snapshot(pull)

    assert place.reads() == ["POST /graphql PullRequests"]


def test_snapshot__big_but_ordinary_takes_two_reads(place: ReadingPlace) -> None:
    """A hundred files, thirty commits and twenty reviews fit into two queries."""
    files = {f"src/f{number:03}.py": "x = 1\n" for number in range(99)}
    pull = place.open({**files, MANIFEST: "version: 1\n"})
    for number in range(29):
        pull.push({"src/f000.py": f"x = {number}\n"})
    for number in range(20):
        pull.approve(place.repository.user(f"ann{number}", role="write"))

    facts = place.snapshot(pull).facts

    assert len(place.reads()) == 2
    assert (len(facts.files), len(facts.commits), len(facts.reviews)) == (100, 30, 20)


def test_snapshot__five_pull_requests_are_read_together(place: ReadingPlace) -> None:
    """Twelve pull requests take three first queries and one second one for all of them."""
    pulls = [place.open({"src/tax.py": f"rate = {n}\n", f".agent/manifests/{n}.yml": "v"}) for n in range(12)]

    found = place.reader().snapshots([pull.number for pull in pulls])

    assert place.reads() == ["POST /graphql PullRequests"] * 3 + ["POST /graphql GitObjects"]
    assert {number: snapshot.facts.number for number, snapshot in found.items()} == {  # type: ignore[union-attr]
        pull.number: pull.number for pull in pulls
    }


def test_snapshot__enterprise_server() -> None:
    """GitHub Enterprise Server is asked under its own addresses."""
    with reading_place(enterprise=True) as place:
        pull = place.open({MANIFEST: "version: 1\n"})

        assert place.snapshot(pull).facts.manifests[0].content == b"version: 1\n"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("user", Account("ann", AccountKind.USER)),
        ("bot", Account("copilot[bot]", AccountKind.BOT)),
        ("mannequin", Account("old-ann", AccountKind.OTHER)),
        ("ghost", None),
    ],
)
def test_author__as_rest_writes_it(place: ReadingPlace, kind: str, expected: Account | None) -> None:
    """Bots end in `[bot]`, whatever is no person and no bot is something else, and the deleted are nobody."""
    author = {
        "user": lambda: place.repository.user("ann"),
        "bot": lambda: place.repository.bot("copilot"),
        "mannequin": lambda: place.server.world.account("Mannequin", "old-ann"),
        "ghost": lambda: place.repository.user("gone"),
    }[kind]()
    pull = place.open(author=author)
    author.deleted = kind == "ghost"

    found = place.snapshot(pull).facts.author

    assert (found and (found.login, found.kind)) == (expected and (expected.login, expected.kind))


def test_files__every_kind_of_change_with_old_names(place: ReadingPlace) -> None:
    """REST is asked for the sources of renames, and only then; a removed file is `removed`."""
    text = "".join(f"line {number}\n" for number in range(30))
    place.repository.commit("main", {"old.py": text, "gone.py": "gone\n", "run.sh": "#!/bin/sh\n"})
    pull = place.open({"new.py": text, "old.py": None, "gone.py": None, "src/tax.py": "rate = 20\n"})

    facts = place.snapshot(pull).facts

    assert facts.files == (
        ChangedFile("gone.py", Change.REMOVED),
        ChangedFile("new.py", Change.RENAMED, "old.py"),
        ChangedFile("src/tax.py", Change.MODIFIED),
    )
    assert place.reads() == ["POST /graphql PullRequests", f"GET /pulls/{pull.number}/files"]


def test_commits__authors_coauthors_and_signature(place: ReadingPlace) -> None:
    """People are named by their accounts; of bots GitHub tells the address only, which the core recognises."""
    ann, ben = place.repository.user("ann"), place.repository.user("ben")
    helper = place.repository.bot("helper")
    pull = place.open(author=helper)
    pull.push({"a": "1"}, author=ann, coauthors=[ben, helper])
    pull.push({"b": "1"}, author=ann, signed=True)
    pull.push({"c": "1"}, author=("Somebody", "somebody@example.com"))

    _, mixed, signed, unknown = place.snapshot(pull).facts.commits

    assert [identity.account and identity.account.login for identity in mixed.authors] == ["ann", "ben", None]
    assert mixed.authors[2].email == helper.noreply
    assert [commit.signed_by_github for commit in (mixed, signed, unknown)] == [False, True, False]
    assert signed.committer.email == "noreply@github.com"
    assert (unknown.authors[0].name, unknown.authors[0].account) == ("Somebody", None)


def test_commits__more_coauthors_than_a_page_shows(place: ReadingPlace) -> None:
    """Nobody hides as the eleventh co-author: all of them are read."""
    people = [place.repository.user(f"ann{number:03}") for number in range(120)]
    pull = place.open()
    pull.push({"a": "1"}, coauthors=people)

    commit = place.snapshot(pull).facts.commits[-1]

    assert len(commit.authors) == 121
    assert commit.authors[-1].account == Account("ann119", AccountKind.USER, people[-1].id)
    assert place.reads()[1:] == ["POST /graphql MoreAuthors", "POST /graphql MoreAuthors", "POST /graphql GitObjects"]


def test_reviews__with_the_commit_and_the_right_to_push(place: ReadingPlace) -> None:
    """Approvals, requests for changes and dismissed ones are listed in order; comments are not reviews that count."""
    ann, rita = place.repository.user("ann", role="write"), place.repository.user("rita", role="read")
    pull = place.open()
    first = pull.head_oid
    approved = pull.approve(ann, "/keyturn renew")
    pull.push({"a": "1"})
    place.server.clock.advance(minutes=1)
    pull.request_changes(rita, "No.").edit("Not yet.")
    pull.review(ann, "COMMENTED", "hm")
    pull.review(ann, "PENDING")
    place.server.clock.advance(minutes=1)
    pull.dismiss(approved, place.repository.maintainer)

    facts = place.snapshot(pull).facts

    told = [
        (
            review.author and review.author.login,
            review.state,
            review.commit,
            review.body,
            review.edited,
            review.can_push,
        )
        for review in facts.reviews
    ]
    assert told == [
        ("ann", ReviewState.DISMISSED, first, "/keyturn renew", False, True),
        ("rita", ReviewState.CHANGES_REQUESTED, pull.head_oid, "Not yet.", True, False),
    ]
    assert facts.reviews[0].submitted_at == at("2026-01-05T09:00:00Z")
    (dismissal,) = facts.dismissals
    assert (dismissal.review, dismissal.previous) == (approved.node_id, ReviewState.APPROVED)
    assert dismissal.by is not None
    assert dismissal.by.login == "acme-maintainer"
    assert dismissal.at == at("2026-01-05T09:02:00Z")


def test_base_changes__by_hand_by_github_and_by_force(place: ReadingPlace) -> None:
    """Each way in which the base came to mean something else is told with its time and its author."""
    repository, ann = place.repository, place.repository.user("ann", role="write")
    first = repository.tip("main")
    repository.branch("release")
    pull = place.open()
    pull.retarget("release", ann)
    place.server.clock.advance(minutes=1)
    pull.retarget("main")
    place.server.clock.advance(minutes=1)
    repository.commit("main", {"b": "2"})
    repository.force_push("main", first, ann)

    facts = place.snapshot(pull).facts

    assert [(change.kind, change.at, change.by and change.by.login) for change in facts.base_changes] == [
        (BaseChangeKind.RETARGETED, at("2026-01-05T09:00:00Z"), "ann"),
        (BaseChangeKind.AUTOMATIC, at("2026-01-05T09:01:00Z"), None),
        (BaseChangeKind.FORCE_PUSHED, at("2026-01-05T09:02:00Z"), "ann"),
    ]


def test_labels__once_set_stay_in_the_facts(place: ReadingPlace) -> None:
    """A label that was taken off is among the facts' labels and not among those that stand."""
    pull = place.open()
    pull.label("agent")
    pull.label("bug")
    pull.unlabel("agent")

    snapshot = place.snapshot(pull)

    assert snapshot.facts.labels == {"agent", "bug"}
    assert snapshot.standing.labels == {"bug"}


def test_review_requests__asked_and_dropped(place: ReadingPlace) -> None:
    """Who is asked now is told, and who was asked and is not because somebody took it back; teams by `org/slug`."""
    repository = place.repository
    ann, ben, cleo, dora = (repository.user(login, role="write") for login in ("Ann", "ben", "cleo", "dora"))
    team = repository.team("acme/platform", ann)
    pull = place.open()
    for reviewer in (ann, ben, cleo, dora, team):
        pull.request_review(reviewer)
    pull.remove_request(ben)
    pull.remove_request(cleo)
    pull.request_review(cleo)
    pull.approve(dora)

    standing = place.snapshot(pull).standing

    assert standing.asked == {"ann", "cleo", "acme/platform"}
    assert standing.dropped == {"ben"}


def test_review_requests__teams_that_the_token_may_not_see(place: ReadingPlace) -> None:
    """With the workflow's own token a team's request is simply not seen; nothing else suffers."""
    ann = place.repository.user("ann", role="write")
    pull = place.open()
    pull.request_review(place.repository.team("acme/platform", ann))
    pull.request_review(ann)

    settings = replace(place.settings(), token=place.repository.workflow_token().value)
    snapshot = place.snapshot(pull, settings)

    assert snapshot.standing.asked == {"ann"}
    assert snapshot.facts.advisory is True


@pytest.mark.parametrize("merged", [True, False])
def test_closed__when_and_by_whom(place: ReadingPlace, merged: bool) -> None:
    """Of a closed or merged pull request the last closing counts."""
    ann, ben = place.repository.user("ann", role="write"), place.repository.user("ben", role="write")
    pull = place.open()
    pull.close(ann)
    pull.reopen(ann)
    place.server.clock.advance(hours=1)
    if merged:
        pull.merge(ben)
    else:
        pull.close(ben)

    facts = place.snapshot(pull).facts

    assert facts.state is (PullRequestState.MERGED if merged else PullRequestState.CLOSED)
    assert facts.closed_at == at("2026-01-05T10:00:00Z")
    assert facts.closed_by is not None
    assert facts.closed_by.login == "ben"


def test_reopened__is_not_closed(place: ReadingPlace) -> None:
    """A pull request that was opened again has no closing."""
    pull = place.open()
    pull.close()
    pull.reopen()

    facts = place.snapshot(pull).facts

    assert (facts.state, facts.closed_at, facts.closed_by) == (PullRequestState.OPEN, None, None)


def test_fork__whose_repository_is_gone(place: ReadingPlace) -> None:
    """A pull request from a fork is read like any other, even when the fork was deleted."""
    ann = place.repository.user("ann")
    fork = place.repository.fork(ann)
    pull = place.repository.pull_request(author=ann, files={"a": "1"}, head_repository=fork)
    assert place.snapshot(pull).facts.head_repository == "ann/shop"

    pull.head_repository = None

    assert place.snapshot(pull).facts.head_repository is None


@pytest.mark.parametrize(("issue", "advisory"), [("app", False), ("workflow", True), ("person", True)])
def test_advisory__unless_the_token_is_an_apps_own(place: ReadingPlace, issue: str, advisory: bool) -> None:
    """Only an App of keyturn's own guards against an agent that can push workflow files."""
    repository = place.repository
    tokens = {
        "app": repository.app_token(),
        "workflow": repository.workflow_token(),
        "person": repository.user_token(repository.maintainer),
    }
    pull = place.open()

    assert place.snapshot(pull, replace(place.settings(), token=tokens[issue].value)).facts.advisory is advisory


def test_same_head__every_open_one_with_that_commit(place: ReadingPlace) -> None:
    """Open pull requests with the same head are named, itself included; closed ones and others are not."""
    repository = place.repository
    repository.branch("release")
    pull = place.open()
    twin = repository.pull_request(author=pull.author, head=pull.head_ref, base="release")
    closed = repository.pull_request(author=pull.author, head=pull.head_ref, base="release")
    closed.close()
    stacked = repository.pull_request(author=pull.author, head="stacked", files={"z": "1"}, base="main")
    stacked.push({"y": "1"})

    assert place.snapshot(pull).same_head == (pull.number, twin.number)


def test_same_head__more_than_a_page_shows(place: ReadingPlace) -> None:
    """Where a commit belongs to more pull requests than the first query lists, all of them are read."""
    pull = place.open()
    for number in range(25):
        place.repository.branch(f"release-{number}")
        place.repository.pull_request(author=pull.author, head=pull.head_ref, base=f"release-{number}")

    assert place.snapshot(pull).same_head == tuple(range(pull.number, pull.number + 26))
    assert place.reads()[1:] == ["POST /graphql MorePullRequests"]


def test_same_head__commit_that_is_on_the_default_branch_already(place: ReadingPlace) -> None:
    """GitHub then names neither this pull request nor its twin; all open ones are looked through for both."""
    repository = place.repository
    release = repository.tip("main")
    commit = repository.commit("main", {"a": "1"}).oid
    repository.branch("release", release)
    repository.branch("copy", commit)
    pull, twin = (
        repository.pull_request(author=repository.maintainer, head=head, base="release") for head in ("main", "copy")
    )

    assert place.snapshot(pull).same_head == (pull.number, twin.number)
    assert place.reads()[-1] == "POST /graphql OpenPullRequests"


def test_same_head__of_a_closed_one_is_not_asked_for(place: ReadingPlace) -> None:
    """A closed pull request shares its verdict with nobody."""
    pull = place.open()
    pull.close()

    assert place.snapshot(pull).same_head == (pull.number,)
    assert len(place.reads()) == 1


@pytest.mark.parametrize("said", [True, False])
def test_comment__tells_how_keyturn_has_reacted(place: ReadingPlace, *, said: bool) -> None:
    """Keyturn's own reactions and nobody else's; where GitHub does not say, that is not known."""
    pull = place.open()
    ann = place.repository.user("ann", role="write")
    for there in (pull.comment(ann, "/keyturn recheck"), pull.approve(ann)):
        there.react(ann, "HEART")
        there.react(ann, "THUMBS_DOWN")
        there.react(place.token.account, "THUMBS_UP")

    def silent(answer: Any) -> Any:
        found = answer["data"]["repository"][f"pr{pull.number}"]
        for node in [*found["comments"]["nodes"], *found["reviews"]["nodes"]]:
            node["reactionGroups"] = None
        return answer

    if not said:
        place.server.faults.edit_answer(silent, operation="PullRequests")
    facts = place.snapshot(pull).facts

    expected = frozenset({"+1"}) if said else None
    assert (facts.comments[0].reactions, facts.reviews[0].reactions) == (expected, expected)
