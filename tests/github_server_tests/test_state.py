"""How the server's state moves: what GitHub does by itself when people push, merge, retarget and delete."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.github_server.hub import GitHubServer
from tests.github_server.state.conversation import Conversation
from tests.github_server.state.repository import Repository

Ask = Callable[..., dict[str, Any]]


def _kinds(it: Conversation) -> list[str]:
    return [event.kind for event in it.events]


def test_push__moves_the_head_and_is_no_event(repo: Repository) -> None:
    """A push moves the head; the timeline shows the commit itself, and no event."""
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"})

    commit = pull.push({"b": "b"})

    assert pull.head_oid == commit.oid
    assert _kinds(pull) == []
    assert [each.oid for each in pull.commits()][-1] == commit.oid


def test_push__to_one_branch_moves_every_pull_request_with_that_head(repo: Repository) -> None:
    """Two pull requests from one branch have one head."""
    repo.branch("stage")
    first = repo.pull_request(author=repo.bot("agent"), files={"a": "a"}, head="agent/a")
    second = repo.pull_request(author=repo.bot("agent"), head="agent/a", base="stage")

    first.push({"b": "b"})

    assert first.head_oid == second.head_oid == repo.tip("agent/a")


def test_push__to_the_base_leaves_the_recorded_base_behind(repo: Repository, ask: Ask) -> None:
    """`baseRefOid` lags behind the branch until the head is pushed again."""
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"})
    before = repo.tip("main")
    after = repo.commit("main", {"z": "z"}).oid
    query = """{ repository(owner: "acme", name: "shop") { pullRequest(number: 1) {
      baseRefOid baseRef { target { oid } } files(first: 9) { nodes { path } } } } }"""

    lagging = ask(repo.workflow_token(), query)["data"]["repository"]["pullRequest"]
    pull.push({"b": "b"})
    fresh = ask(repo.workflow_token(), query)["data"]["repository"]["pullRequest"]

    assert (lagging["baseRefOid"], lagging["baseRef"]["target"]["oid"]) == (before, after)
    assert fresh["baseRefOid"] == after
    assert [each["path"] for each in fresh["files"]["nodes"]] == ["a", "b"]


def test_force_push__of_head_and_base(repo: Repository) -> None:
    """A force-push shows on the timelines of those whose head it is and of those whose base it is."""
    repo.commit("main", {"y": "y"})
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"})
    old = repo.tip("main")
    again = repo.build(repo.world.store.get_commit(old).parents[0], {"y": "other"}, author=repo.maintainer)

    pull.force_push({"a": "b"})
    repo.force_push("main", again.oid)

    assert _kinds(pull) == ["HeadRefForcePushedEvent", "BaseRefForcePushedEvent"]
    assert pull.events[1].fields == {"beforeCommit": old, "afterCommit": again.oid}
    assert [each.kind for each in repo.activity][-2:] == ["force_push", "force_push"]


def test_merge__freezes_what_was_merged(repo: Repository) -> None:
    """A merged pull request keeps its commits and files, though the base has them now."""
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"})

    tip = pull.merge()

    assert (pull.state, repo.tip("main"), pull.merge_commit) == ("MERGED", tip, tip)
    assert [each.path for each in pull.changes()] == ["a"]
    assert len(pull.commits()) == 1
    assert _kinds(pull) == ["MergedEvent", "ClosedEvent"]
    assert repo.activity[-1].kind == "pr_merge"
    assert repo.files("main")["a"] == b"a"


@pytest.mark.parametrize(("method", "parents"), [("merge", 2), ("squash", 1), ("rebase", 1)])
def test_merge__by_each_method(repo: Repository, method: str, parents: int) -> None:
    """A merge has two parents; squash and rebase leave a line."""
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"})

    commit = repo.world.store.get_commit(pull.merge(method=method))

    assert len(commit.parents) == parents
    assert commit.signature is not None


def test_merge__not_twice(repo: Repository) -> None:
    """What is closed cannot be merged."""
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"})
    pull.close()

    with pytest.raises(ValueError, match="closed"):
        pull.merge()


def test_merge__noticed_when_the_head_is_pushed_to_the_base(repo: Repository) -> None:
    """A push that brings the head into the base merges the pull request, as GitHub notices by itself."""
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"})

    repo.move("main", pull.head_oid, repo.maintainer)

    assert pull.state == "MERGED"
    assert pull.merged_by is repo.maintainer


def test_delete__of_the_head_closes(repo: Repository) -> None:
    """Without its head branch a pull request is closed."""
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"}, head="agent/a")

    repo.delete_branch("agent/a")

    assert pull.state == "CLOSED"
    assert _kinds(pull) == ["HeadRefDeletedEvent", "ClosedEvent"]


def test_delete__of_a_merged_base_retargets(repo: Repository) -> None:
    """When the base of a stacked pull request is merged and deleted, GitHub retargets it by itself."""
    lower = repo.pull_request(author=repo.bot("agent"), files={"a": "a"}, head="agent/a")
    upper = repo.pull_request(author=repo.bot("agent"), files={"b": "b"}, base="agent/a")
    lower.merge()

    repo.delete_branch("agent/a")

    assert (upper.state, upper.base_ref) == ("OPEN", "main")
    assert _kinds(upper) == ["AutomaticBaseChangeSucceededEvent"]
    assert upper.events[0].fields == {"oldBase": "agent/a", "newBase": "main"}


def test_delete__of_another_base_closes(repo: Repository) -> None:
    """When the base is deleted without having been merged, pull requests into it are closed."""
    repo.branch("stage")
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"}, base="stage")

    repo.delete_branch("stage")

    assert _kinds(pull) == ["BaseRefDeletedEvent", "ClosedEvent"]


def test_review__begun_before_a_push_keeps_its_commit(hub: GitHubServer, repo: Repository) -> None:
    """A review that was begun on one commit and submitted after a push stands on the commit it was begun on."""
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"})
    review = pull.review(repo.user("ann", role="write"), "PENDING")
    before = pull.head_oid
    hub.clock.advance(minutes=3)
    pull.push({"b": "b"})

    review.submit("APPROVED")

    assert (review.state, review.commit, review.submitted_at) == ("APPROVED", before, hub.clock.now)


def test_review__pending_is_its_authors_alone(repo: Repository, ask: Ask) -> None:
    """A review that is not submitted is seen by its author and by nobody else."""
    ann = repo.user("ann", role="write")
    repo.pull_request(author=repo.bot("agent"), files={"a": "a"}).review(ann, "PENDING")
    query = (
        '{ repository(owner: "acme", name: "shop") { pullRequest(number: 1) { reviews(first: 9) { totalCount } } } }'
    )

    own, others = ask(repo.user_token(ann), query), ask(repo.workflow_token(), query)

    assert own["data"]["repository"]["pullRequest"]["reviews"]["totalCount"] == 1
    assert others["data"]["repository"]["pullRequest"]["reviews"]["totalCount"] == 0


def test_review__edited_and_dismissed(hub: GitHubServer, repo: Repository) -> None:
    """A review remembers its edit; a dismissed one cannot be dismissed again."""
    ann = repo.user("ann", role="write")
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"})
    review = pull.request_changes(ann)
    hub.clock.advance(minutes=1)

    review.edit("Please do.", by=repo.maintainer)
    pull.dismiss(review, repo.maintainer)

    assert (review.editor, review.edited_at, review.state) == (repo.maintainer, hub.clock.now, "DISMISSED")
    assert pull.events[-1].fields["previousReviewState"] == "CHANGES_REQUESTED"
    with pytest.raises(ValueError, match="Can not dismiss a dismissed pull request review"):
        review.dismiss(ann)


def test_update_branch__merges_the_base_into_the_head(repo: Repository) -> None:
    """The button commits as GitHub, signed, with the person who clicked as author, and changes no file of its own."""
    ann = repo.user("ann", role="write")
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"})
    repo.commit("main", {"z": "z"})

    commit = pull.update_branch(ann)

    assert commit.parents[1] == repo.tip("main")
    assert (commit.author.email, commit.committer.email) == (ann.noreply, "noreply@github.com")
    assert [each.path for each in pull.changes()] == ["a"]


def test_merge_queue__merges_its_first_group(repo: Repository) -> None:
    """The branch moves to the group's commit and the group's members are merged."""
    pulls = [repo.pull_request(author=repo.bot("agent"), files={name: name}) for name in ("a", "b", "c")]
    queue = repo.merge_queue("main")
    entries = [queue.add(pull, repo.maintainer) for pull in pulls]

    queue.merge(2)

    assert repo.tip("main") == entries[1].head
    assert [pull.state for pull in pulls] == ["MERGED", "MERGED", "OPEN"]
    assert entries[2].position == 1
    assert entries[0].group_ref not in repo.refs
    assert repo.activity[-1].kind == "merge_queue_merge"


def test_limits__more_commits_and_files_than_the_api_lists(hub: GitHubServer, repo: Repository, ask: Ask) -> None:
    """Beyond GitHub's limits the lists stop, the newest commits missing; the number of files is told all the same."""
    hub.world.limits.commits, hub.world.limits.files = 2, 2
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a", "b": "b", "c": "c"})
    for name in ("d", "e"):
        pull.push({name: name})

    answer = ask(
        repo.workflow_token(),
        """{ repository(owner: "acme", name: "shop") { pullRequest(number: 1) { headRefOid changedFiles
             files(first: 100) { totalCount nodes { path } }
             commits(last: 1) { totalCount nodes { commit { oid } } } } } }""",
    )

    found = answer["data"]["repository"]["pullRequest"]
    assert found["changedFiles"] == 5
    assert len(found["files"]["nodes"]) == 2
    assert found["commits"]["totalCount"] == 2
    assert found["commits"]["nodes"][0]["commit"]["oid"] != found["headRefOid"]


def test_fork__private_is_hidden(hub: GitHubServer, ask: Ask) -> None:
    """A private fork is null to a token that is not installed there, and its activity is not found."""
    repo = hub.repository("acme/shop", private=True)
    eve = repo.user("eve", role="read")
    fork = repo.fork(eve)
    repo.pull_request(author=eve, files={"a": "a"}, head="fix", head_repository=fork)
    token = repo.workflow_token()

    answer = ask(
        token,
        """{ repository(owner: "acme", name: "shop") { pullRequest(number: 1) {
             isCrossRepository headRefName headRepository { nameWithOwner } } } }""",
    )
    activity = requests.get(
        f"{hub.api_url}/repos/eve/shop/activity", headers={"Authorization": f"token {token.value}"}, timeout=10
    )

    assert answer["data"]["repository"]["pullRequest"] == {
        "isCrossRepository": True,
        "headRefName": "fix",
        "headRepository": None,
    }
    assert activity.status_code == 404


def test_fork__public_can_be_read(hub: GitHubServer, repo: Repository) -> None:
    """The activity of a public fork is open to every token."""
    eve = repo.user("eve")
    fork = repo.fork(eve)
    repo.pull_request(author=eve, files={"a": "a"}, head="fix", head_repository=fork)

    activity = requests.get(
        f"{hub.api_url}/repos/eve/shop/activity",
        headers={"Authorization": f"token {repo.workflow_token().value}"},
        timeout=10,
    )

    assert [each["actor"]["login"] for each in activity.json()] == ["eve"]


def test_personal__repository_of_a_person(hub: GitHubServer) -> None:
    """A repository may belong to a person, who is its administrator."""
    repo = hub.repository("ann/notes", personal=True)

    assert (repo.owner.kind, repo.maintainer, repo.role_of(repo.owner)) == ("User", repo.owner, "admin")


def test_journal__nothing_was_asked(hub: GitHubServer, repo: Repository) -> None:
    """Driving the state by hand asks nothing of the server."""
    repo.pull_request(author=repo.bot("agent"), files={"a": "a"}).merge()

    assert hub.requests == []
    assert hub.clock.advance(days=1) == hub.clock.now
    with pytest.raises(ValueError, match="no time zone"):
        hub.clock.set("2026-01-05T09:00:00")
