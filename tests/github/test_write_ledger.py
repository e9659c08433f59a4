"""Appending to the ledger branch: by compare-and-swap, once, and with an explanation where it is refused."""

from collections.abc import Callable, Iterator

import pytest

from keyturn.core.decision import ReasonCode
from keyturn.github.refusals import ReplyLost
from keyturn.ports import LedgerMoved, Unavailable
from tests.github.writing_place import WritingPlace, writing_place
from tests.github_server.journal import Recorded

ENTRY = "pulls/0/1/000001.json"
FILES = {ENTRY: b'{"sequence": 1}\n', "debts.json": b"[]\n"}
LEDGER = "keyturn-ledger"


@pytest.fixture
def place() -> Iterator[WritingPlace]:
    """A repository with a pull request."""
    with writing_place() as place:
        yield place


def messages(place: WritingPlace) -> list[str]:
    """The messages of the ledger's commits, newest first."""
    found, oid = [], place.repository.tip(LEDGER)
    while True:
        commit = place.server.world.store.get_commit(oid)
        found.append(commit.message)
        if not commit.parents:
            return found
        (oid,) = commit.parents


def files(place: WritingPlace) -> dict[str, bytes]:
    """The files on the ledger branch, but for its README."""
    store = place.server.world.store
    tree = store.get_commit(place.repository.tip(LEDGER)).tree
    return {path: store.get_blob(oid).data for path, (_, oid) in store.leaves(tree).items() if path != "README.md"}


def write_as_keyturn(place: WritingPlace, *writes: dict[str, bytes]) -> None:
    """Commit each of these files to the ledger behind the writer's back, as another run of keyturn does."""
    for files in writes:
        place.repository.commit(LEDGER, dict(files), author=place.server.world.actions.bot, signed=True)


def begin_as_keyturn(place: WritingPlace) -> None:
    """Make the ledger branch behind the writer's back."""
    bot = place.server.world.actions.bot
    tree = place.server.world.store.edit(None, {})
    root = place.repository.build_tree(tree, (), author=bot, message="Start the ledger [skip ci]", signed=True)
    place.repository.move(LEDGER, root.oid, bot)


@pytest.mark.parametrize("app", [False, True])
def test_append__makes_the_branch_and_adds_entries_to_it(place: WritingPlace, app: bool) -> None:
    """The first entry finds no branch: it gets an orphan one that explains itself, and then the entry."""
    writer = place.writer(app=app)
    first = writer.append(FILES, None, "#1 pending")
    assert place.repository.tip(LEDGER) == first
    second = writer.append({"pulls/0/1/000002.json": b"{}\n"}, first, "#1 approved [skip ci]")
    assert place.repository.tip(LEDGER) == second
    assert messages(place) == ["#1 approved [skip ci]", "#1 pending [skip ci]", "Start the ledger [skip ci]"]
    assert files(place) == {**FILES, "pulls/0/1/000002.json": b"{}\n"}
    assert place.repository.tip("main") != first


def test_append__is_signed_by_github_in_the_name_of_keyturns_own_account(place: WritingPlace) -> None:
    """What makes an entry keyturn's own is that GitHub says so."""
    place.writer().append(FILES, None, "#1 pending")
    commit = place.server.world.store.get_commit(place.repository.tip(LEDGER))
    assert commit.signature is not None
    assert commit.signature.by_github
    assert commit.author.name == "github-actions[bot]"


def test_append__on_an_enterprise_server_too() -> None:
    """GraphQL stands elsewhere there."""
    with writing_place(enterprise=True) as place:
        place.writer().append(FILES, None, "#1 pending")
        assert files(place) == FILES


def test_append__is_refused_where_the_ledger_moved(place: WritingPlace) -> None:
    """Somebody else's entry came first: the pull request has to be judged again."""
    first = place.writer().append(FILES, None, "#1 pending")
    other = place.writer().append({"pulls/0/2/000001.json": b"{}\n"}, first, "#2 pending")
    with pytest.raises(LedgerMoved, match="keyturn-ledger"):
        place.writer().append({"pulls/0/1/000002.json": b"{}\n"}, first, "#1 approved")
    assert place.repository.tip(LEDGER) == other


def test_append__is_refused_where_the_branch_was_deleted(place: WritingPlace) -> None:
    """A ledger that is gone is found out by judging again, not by starting a new one over it."""
    first = place.writer().append(FILES, None, "#1 pending")
    place.repository.delete_branch(LEDGER)
    with pytest.raises(LedgerMoved):
        place.writer().append({"pulls/0/1/000002.json": b"{}\n"}, first, "#1 approved")
    assert f"refs/heads/{LEDGER}" not in place.repository.refs


def test_append__is_refused_where_another_run_makes_the_branch(place: WritingPlace) -> None:
    """Two first runs at once: one makes the branch, the other judges again."""

    def overtake(request: Recorded) -> None:
        if request.path.endswith("/git/refs"):
            begin_as_keyturn(place)

    place.server.before_request(overtake)
    with pytest.raises(LedgerMoved):
        place.writer().append(FILES, None, "#1 pending")
    assert files(place) == {}


# When the reply is lost


FAULTS = ("lose_reply", "fail_after_applying")


@pytest.mark.parametrize("fault", FAULTS)
def test_append__takes_its_own_commit_for_the_lost_reply(place: WritingPlace, fault: str) -> None:
    """The branch shows a commit on the very tip with exactly these files: the entry is written, and not twice."""
    writer = place.writer()
    first = writer.append(FILES, None, "#1 pending")
    getattr(place.server.faults, fault)(operation="createCommitOnBranch")
    second = writer.append({"pulls/0/1/000002.json": b"{}\n", "debts.json": b"[ ]\n"}, first, "#1 approved")
    assert place.repository.tip(LEDGER) == second
    assert len(messages(place)) == 3


@pytest.mark.parametrize("fault", ["drop", "html", "bad_json"])
def test_append__is_sent_once_more_where_the_branch_did_not_move(place: WritingPlace, fault: str) -> None:
    """The request itself was lost, and the branch is where it was."""
    writer = place.writer()
    first = writer.append(FILES, None, "#1 pending")
    getattr(place.server.faults, fault)(operation="createCommitOnBranch")
    second = writer.append({"pulls/0/1/000002.json": b"{}\n"}, first, "#1 approved")
    assert place.repository.tip(LEDGER) == second
    assert len(messages(place)) == 3


def test_append__gives_up_after_the_second_lost_request(place: WritingPlace) -> None:
    """Two tries are enough; the next run finds out what happened."""
    first = place.writer().append(FILES, None, "#1 pending")
    place.server.faults.drop(operation="createCommitOnBranch", times=2)
    with pytest.raises(ReplyLost):
        place.writer().append({"pulls/0/1/000002.json": b"{}\n"}, first, "#1 approved")
    assert place.repository.tip(LEDGER) == first


def append_other_files(place: WritingPlace) -> None:
    """Somebody else's entry on the same tip."""
    write_as_keyturn(place, {"pulls/0/2/000001.json": b"{}\n"})


def append_more_files(place: WritingPlace) -> None:
    """Our file and one more."""
    write_as_keyturn(place, {"pulls/0/1/000002.json": b"{}\n", "x": b"x"})


def append_other_bytes(place: WritingPlace) -> None:
    """Our file with other bytes."""
    write_as_keyturn(place, {"pulls/0/1/000002.json": b"{ }\n"})


def append_two_commits(place: WritingPlace) -> None:
    """Our file, but on top of a commit that we have not read."""
    write_as_keyturn(place, {"x": b"x"}, {"pulls/0/1/000002.json": b"{}\n"})


def push_by_hand(place: WritingPlace) -> None:
    """Our file, in a commit that GitHub did not sign."""
    place.repository.commit(LEDGER, {"pulls/0/1/000002.json": b"{}\n"}, author=place.repository.maintainer)


def delete_the_branch(place: WritingPlace) -> None:
    """No branch at all."""
    place.repository.delete_branch(LEDGER)


@pytest.mark.parametrize(
    "meanwhile",
    [append_other_files, append_more_files, append_other_bytes, append_two_commits, push_by_hand, delete_the_branch],
)
def test_append__never_takes_another_commit_for_the_lost_reply(
    place: WritingPlace, meanwhile: Callable[[WritingPlace], None]
) -> None:
    """Whatever else stands on the branch, the pull request has to be judged again."""
    writer = place.writer()
    first = writer.append(FILES, None, "#1 pending")
    place.server.faults.drop(operation="createCommitOnBranch")

    def move(request: Recorded) -> None:
        if request.method == "GET" and request.path.endswith("/git/ref/heads/keyturn-ledger"):
            meanwhile(place)

    place.server.before_request(move)
    with pytest.raises(LedgerMoved):
        writer.append({"pulls/0/1/000002.json": b"{}\n"}, first, "#1 approved")


def test_append__does_not_guess_where_the_branch_cannot_be_read(place: WritingPlace) -> None:
    """Whether the entry was written stays open: the verdict is `error`, and the next run finds out."""
    first = place.writer().append(FILES, None, "#1 pending")
    place.server.faults.lose_reply(operation="createCommitOnBranch")
    place.server.faults.status(403, "Resource not accessible by integration", path="*/git/ref/*", method="GET")
    with pytest.raises(Unavailable) as refused:
        place.writer().append({"pulls/0/1/000002.json": b"{}\n"}, first, "#1 approved")
    assert refused.value.code is ReasonCode.LEDGER_UNWRITABLE


@pytest.mark.parametrize("fault", ["lose_reply", "fail_after_applying", "drop"])
@pytest.mark.parametrize("path", ["*/git/trees", "*/git/commits", "*/git/refs"])
def test_append__makes_the_branch_once_though_replies_are_lost(place: WritingPlace, path: str, fault: str) -> None:
    """Every step of the beginning survives a lost request and a lost reply."""
    getattr(place.server.faults, fault)(path=path, method="POST")
    place.writer().append(FILES, None, "#1 pending")
    assert messages(place) == ["#1 pending [skip ci]", "Start the ledger [skip ci]"]
    assert files(place) == FILES


def test_append__a_branch_made_by_another_run_is_not_taken_for_the_lost_reply(place: WritingPlace) -> None:
    """The branch points somewhere else than we meant it to: judge again."""
    place.server.faults.drop(path="*/git/refs")

    def overtake(request: Recorded) -> None:
        if request.path.endswith("/git/ref/heads/keyturn-ledger"):
            begin_as_keyturn(place)

    place.server.before_request(overtake)
    with pytest.raises(LedgerMoved):
        place.writer().append(FILES, None, "#1 pending")


# When it is refused


@pytest.mark.parametrize("kind", ["pull_request", "update"])
def test_append__names_the_ruleset_that_is_in_the_way(place: WritingPlace, kind: str) -> None:
    """A rule for all branches is the usual cause, and taking the ledger out of it is the fix."""
    first = place.writer().append(FILES, None, "#1 pending")
    place.repository.rules.add(kind, "~ALL")
    with pytest.raises(Unavailable) as refused:
        place.writer().append({"pulls/0/1/000002.json": b"{}\n"}, first, "#1 approved")
    assert refused.value.code is ReasonCode.LEDGER_UNWRITABLE
    assert "Take keyturn-ledger out of every ruleset that covers all branches" in str(refused.value)
    assert "Repository rule violations found" in str(refused.value)


def test_append__names_the_ruleset_that_keeps_the_branch_from_being_made(place: WritingPlace) -> None:
    """The same at the very beginning, where the branch itself is refused."""
    place.repository.rules.add("creation", "~ALL")
    with pytest.raises(Unavailable) as refused:
        place.writer().append(FILES, None, "#1 pending")
    assert refused.value.code is ReasonCode.LEDGER_UNWRITABLE
    assert "Cannot create ref due to creations being restricted." in str(refused.value)
    assert "Take keyturn-ledger out of every ruleset" in str(refused.value)


@pytest.mark.parametrize("begun", [False, True])
def test_append__names_the_permission_that_is_missing(place: WritingPlace, begun: bool) -> None:
    """Without `contents: write` nothing can be recorded, so that nothing can pass."""
    tip = place.writer().append(FILES, None, "#1 pending") if begun else None
    writer = place.writer(permissions={"contents": "read", "statuses": "write"})
    with pytest.raises(Unavailable) as refused:
        writer.append({"pulls/0/1/000002.json": b"{}\n"}, tip, "#1 approved")
    assert refused.value.code is ReasonCode.LEDGER_UNWRITABLE
    assert "add `contents: write` under `permissions:`" in str(refused.value)


def test_append__waits_for_a_rate_limit_within_its_patience(place: WritingPlace) -> None:
    """A refusal to take the request at all is waited out as GitHub asks."""
    first = place.writer().append(FILES, None, "#1 pending")
    place.server.faults.retry_after(7, operation="createCommitOnBranch")
    second = place.writer().append({"pulls/0/1/000002.json": b"{}\n"}, first, "#1 approved")
    assert place.repository.tip(LEDGER) == second
    assert place.waits == [7]


def test_append__does_not_wait_beyond_its_patience(place: WritingPlace) -> None:
    """An hour is too long for a job: the verdict is `error` until the next run."""
    first = place.writer().append(FILES, None, "#1 pending")
    place.server.faults.retry_after(3_000, operation="createCommitOnBranch")
    with pytest.raises(Unavailable, match="asks to wait 3000 s"):
        place.writer().append({"pulls/0/1/000002.json": b"{}\n"}, first, "#1 approved")
    assert place.waits == []
