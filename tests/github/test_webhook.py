"""What a run is about, for every event that may start one, in payloads as GitHub sends them."""

import json
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyturn.github.webhook import (
    BadInput,
    HeadCommit,
    MergeGroup,
    Nothing,
    Occasion,
    OnePullRequest,
    Sweep,
    occasion,
)
from tests.support import published

HEAD = "ec26c3e57ca3a959ca5aad62de7213c562f8c821"
EVENTS = (
    *("issue_comment", "merge_group", "pull_request", "pull_request_review", "pull_request_target"),
    *("push", "schedule", "status", "workflow_dispatch", "workflow_run"),
)


@cache
def _published() -> dict[str, list[dict[str, Any]]]:
    listed = json.loads(published.webhook_examples().read_text("utf-8"))
    return {event["name"]: event["examples"] for event in listed}


def example(event: str, **wanted: object) -> dict[str, Any]:
    """A copy of the first published payload of this event with these members."""
    return deepcopy(next(each for each in _published()[event] if all(each.get(k) == v for k, v in wanted.items())))


def judged(event: str, payload: object, **inputs: str) -> Occasion:
    """What a run is about; inputs are given with underscores."""
    return occasion(event, payload, {name.replace("_", "-"): value for name, value in inputs.items()})


def on_pull_request(comment: dict[str, Any]) -> dict[str, Any]:
    """The same comment, on a pull request: GitHub marks the issue that is one."""
    number = comment["issue"]["number"]
    comment["issue"]["pull_request"] = {"url": f"https://api.github.com/repos/Codertocat/Hello-World/pulls/{number}"}
    return comment


@pytest.mark.parametrize("event", ["pull_request", "pull_request_target"])
def test_occasion__every_action_on_a_pull_request_judges_it(event: str) -> None:
    """Opened, labelled, retargeted, closed or anything else: the pull request itself is judged afresh."""
    for payload in _published()["pull_request"]:
        assert judged(event, payload) == OnePullRequest(payload["pull_request"]["number"])


def test_occasion__a_new_review_is_the_source_of_its_command() -> None:
    """The review's node id tells where a command may stand and which text to react to."""
    payload = example("pull_request_review", action="submitted")
    assert judged("pull_request_review", payload) == OnePullRequest(
        payload["pull_request"]["number"], payload["review"]["node_id"]
    )


@pytest.mark.parametrize("action", ["edited", "dismissed"])
def test_occasion__an_edited_or_dismissed_review_is_no_command(action: str) -> None:
    """Commands are read from unedited texts only; the pull request is judged all the same."""
    payload = example("pull_request_review", action="submitted") | {"action": action}
    assert judged("pull_request_review", payload) == OnePullRequest(payload["pull_request"]["number"])


def test_occasion__a_new_comment_on_a_pull_request_judges_it() -> None:
    """The comment's node id tells where a command may stand."""
    payload = on_pull_request(example("issue_comment", action="created"))
    assert judged("issue_comment", payload) == OnePullRequest(payload["issue"]["number"], payload["comment"]["node_id"])


@pytest.mark.parametrize("action", ["edited", "deleted"])
def test_occasion__a_comment_taken_back_judges_afresh(action: str) -> None:
    """A renewal or an override lapses with its comment, so its end is an occasion, too; it is no command."""
    payload = on_pull_request(example("issue_comment", action=action))
    assert judged("issue_comment", payload) == OnePullRequest(payload["issue"]["number"])


def test_occasion__a_comment_on_an_issue_is_none() -> None:
    """GitHub sends comments on issues and on pull requests under one name."""
    payload = example("issue_comment", action="created")
    assert judged("issue_comment", payload) == Nothing(
        f"the comment stands on the issue #{payload['issue']['number']}, which is no pull request"
    )


def test_occasion__a_workflow_run_judges_by_its_head_commit() -> None:
    """The list of pull requests in the payload is empty for forks, so it is never asked."""
    for payload in _published()["workflow_run"]:
        payload["workflow_run"]["event"] = "pull_request"
        payload["workflow_run"]["pull_requests"] = []
        assert judged("workflow_run", payload) == HeadCommit(payload["workflow_run"]["head_sha"])


@pytest.mark.parametrize("base", ["main", "release/1.0", "pr-7-x/main"])
def test_occasion__a_workflow_run_of_a_merge_group_judges_its_members(base: str) -> None:
    """The branch of the queue names the base branch, which may hold slashes, and the commit the group starts from."""
    payload = example("workflow_run", action="completed")
    base_commit = "9" * 40
    payload["workflow_run"] |= {
        "event": "merge_group",
        "head_sha": HEAD,
        "head_branch": f"gh-readonly-queue/{base}/pr-104-{base_commit}",
    }
    assert judged("workflow_run", payload) == MergeGroup(base, base_commit, HEAD)


def test_occasion__a_merge_group_on_a_branch_that_is_no_queue_is_refused() -> None:
    """A group whose base cannot be told is never judged by guessing."""
    payload = example("workflow_run", action="completed")
    payload["workflow_run"] |= {"event": "merge_group", "head_branch": "main"}
    with pytest.raises(BadInput, match="'main', wanted: gh-readonly-queue/<base branch>/pr-<number>-<commit>"):
        judged("workflow_run", payload)


def test_occasion__a_merge_group_judges_its_members() -> None:
    """Base branch, base commit and head commit stand in the payload."""
    for payload in _published()["merge_group"]:
        group = payload["merge_group"]
        assert judged("merge_group", payload) == MergeGroup("main", group["base_sha"], group["head_sha"])


def test_occasion__a_destroyed_merge_group_is_none() -> None:
    """Nobody waits for the verdict of a group that is gone."""
    payload = example("merge_group") | {"action": "destroyed"}
    assert judged("merge_group", payload) == Nothing("the merge group is gone")


def test_occasion__a_status_judges_by_its_commit() -> None:
    """A status names a commit, not a pull request."""
    for payload in _published()["status"]:
        assert judged("status", payload) == HeadCommit(payload["sha"])


def test_occasion__a_push_to_the_default_branch_sweeps() -> None:
    """The rule book may have changed, which may change every verdict."""
    payload = example("push")
    payload["ref"] = f"refs/heads/{payload['repository']['default_branch']}"
    assert judged("push", payload) == Sweep()


@pytest.mark.parametrize("ref", ["refs/heads/feature", "refs/tags/master", "refs/heads/x/master"])
def test_occasion__a_push_elsewhere_is_none(ref: str) -> None:
    """Other branches and tags decide nothing by themselves."""
    payload = example("push") | {"ref": ref}
    assert payload["repository"]["default_branch"] == "master"
    assert judged("push", payload) == Nothing(f"{ref} was pushed, which is not the default branch master")


def test_occasion__a_schedule_sweeps() -> None:
    """The payload of a schedule holds its cron line and hardly more."""
    assert judged("schedule", {"schedule": "17 * * * *"}) == Sweep()


@pytest.mark.parametrize(
    ("inputs", "of_workflow", "wanted"),
    [
        ({}, {}, Sweep()),
        ({}, None, Sweep()),
        ({"pull_request": ""}, {"pull-request": ""}, Sweep()),
        ({"pull_request": "12"}, {}, OnePullRequest(12)),
        ({"pull_request": " 12 "}, {"pull-request": "13"}, OnePullRequest(12)),
        ({}, {"pull-request": "13"}, OnePullRequest(13)),
        ({}, {"pull-request": 13}, OnePullRequest(13)),
    ],
)
def test_occasion__a_dispatch_judges_the_number_or_sweeps(
    inputs: dict[str, str], of_workflow: dict[str, object] | None, wanted: Occasion
) -> None:
    """The Action's own input comes first, then the workflow's of the same name; with neither, all are looked after."""
    payload = example("workflow_dispatch") | {"inputs": of_workflow}
    assert judged("workflow_dispatch", payload, **inputs) == wanted


@pytest.mark.parametrize("number", ["0", "#12", "12a", "-1", "1.0", "١٢", "99999999999"])
def test_occasion__a_dispatch_for_no_number_is_refused(number: str) -> None:
    """A slip of the pen never becomes a sweep or another pull request."""
    with pytest.raises(BadInput, match=r"the input `pull-request` is .* wanted: the number of a pull request"):
        judged("workflow_dispatch", example("workflow_dispatch"), pull_request=number)


@pytest.mark.parametrize("event", ["schedule", "pull_request", "workflow_run"])
def test_occasion__a_number_that_is_none_is_refused_at_every_event(event: str) -> None:
    """An input that makes no sense is a mistake in the workflow, and not only where it happens to be read."""
    with pytest.raises(BadInput, match="the input `pull-request` is 'abc'"):
        judged(event, example(event) if event != "schedule" else {}, pull_request="abc")


@pytest.mark.parametrize(
    ("event", "payload", "wanted"),
    [
        ("pull_request", {"number": 7, "pull_request": {}}, OnePullRequest(7)),
        ("pull_request_review", {"action": "submitted", "pull_request": {"number": 7}}, OnePullRequest(7)),
        (
            "pull_request_review",
            {"action": "submitted", "pull_request": {"number": 7}, "review": {}},
            OnePullRequest(7),
        ),
        ("issue_comment", {"action": "created", "issue": {"number": 7, "pull_request": {}}}, OnePullRequest(7)),
        ("status", {"sha": HEAD}, HeadCommit(HEAD)),
        ("workflow_run", {"workflow_run": {"head_sha": HEAD}}, HeadCommit(HEAD)),
        ("push", {"ref": "refs/heads/main"}, Sweep()),
        ("workflow_dispatch", {}, Sweep()),
    ],
)
def test_occasion__needs_no_more_of_a_payload_than_what_to_judge(
    event: str, payload: dict[str, Any], wanted: Occasion
) -> None:
    """Whoever sends a payload with less than GitHub gets a judgement all the same."""
    assert judged(event, payload) == wanted


@pytest.mark.parametrize("event", ["check_suite", "repository_dispatch", "", "Push"])
def test_occasion__an_event_that_keyturn_does_not_serve_is_refused(event: str) -> None:
    """A workflow wired to another event is a mistake that its author must hear of, not a silent success."""
    with pytest.raises(BadInput, match="allowed are: issue_comment, merge_group, pull_request, "):
        judged(event, {})


@pytest.mark.parametrize(
    ("event", "payload", "message"),
    [
        ("push", ["ref"], "no JSON object"),
        ("pull_request", {}, "has None at `pull_request.number`, wanted: a positive number"),
        ("pull_request", {"pull_request": {"number": True}}, "has True at `pull_request.number`"),
        ("pull_request", {"pull_request": {"number": 0}}, "has 0 at `pull_request.number`"),
        ("pull_request", {"pull_request": {"number": [1]}}, "has a list at `pull_request.number`"),
        ("issue_comment", {"issue": "12"}, "has None at `issue.number`"),
        ("status", {"sha": "abc"}, "has 'abc' at `sha`, wanted: the full name of a commit"),
        ("workflow_run", {"workflow_run": {"head_sha": None}}, "at `workflow_run.head_sha`"),
        ("push", {"ref": ""}, "has '' at `ref`, wanted: a text"),
        (
            "workflow_dispatch",
            {"inputs": {"pull-request": [12]}},
            "the input `pull-request` is '[12]', wanted: the number",
        ),
    ],
)
def test_occasion__a_payload_that_github_does_not_send_is_refused(event: str, payload: object, message: str) -> None:
    """The message says which member is wrong, what stands there and what is wanted."""
    with pytest.raises(BadInput) as refused:
        judged(event, payload)
    assert message in str(refused.value)


NAMES = (
    *("pull_request", "issue", "number", "comment", "review", "node_id", "workflow_run", "event", "head_sha"),
    *("head_branch", "merge_group", "base_ref", "base_sha", "action", "sha", "ref", "repository", "inputs"),
    *("default_branch", "pull-request"),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)


@given(st.sampled_from(EVENTS), json_values)
def test_occasion__any_json_is_judged_or_refused(event: str, payload: object) -> None:
    """Whatever a payload holds, there is an answer or a refusal, never another failure."""
    try:
        assert isinstance(judged(event, payload), Occasion)
    except BadInput as refused:
        assert str(refused)  # noqa: PT017 - either end is right
