"""Faults on order: what the client sees, and what was done all the same."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
from github import Github, GithubException

from tests.github_server.hub import GitHubServer
from tests.github_server.journal import Recorded
from tests.github_server.state.access import Token
from tests.github_server.state.repository import Repository

Ask = Callable[..., dict[str, Any]]
Client = Callable[[Token], Github]


def _comment(hub: GitHubServer, token: Token, text: str = "hello") -> requests.Response:
    return requests.post(
        f"{hub.api_url}/repos/acme/shop/issues/1/comments",
        json={"body": text},
        headers={"Authorization": f"token {token.value}"},
        timeout=10,
    )


@pytest.fixture
def token(repo: Repository) -> Token:
    """A workflow's token, for a repository with pull request 1."""
    repo.pull_request(author=repo.bot("agent"), files={"a": "a"})
    return repo.workflow_token()


@pytest.mark.parametrize("status", [401, 403, 404, 500, 502, 503, 504])
def test_status__in_place_of_handling(hub: GitHubServer, repo: Repository, token: Token, status: int) -> None:
    """The request is answered with the status and not handled; the next one is."""
    hub.faults.status(status, "no", method="POST", path="/repos/*/comments")

    answers = [_comment(hub, token) for _ in range(2)]

    assert [each.status_code for each in answers] == [status, 201]
    assert len(repo.pull_requests[0].comments) == 1


def test_drop__before_anything_is_done(hub: GitHubServer, repo: Repository, token: Token) -> None:
    """The connection ends and nothing was done."""
    hub.faults.drop(write=True)

    with pytest.raises(requests.ConnectionError):
        _comment(hub, token)

    assert repo.pull_requests[0].comments == []


def test_lose_reply__after_it_is_done(hub: GitHubServer, repo: Repository, token: Token) -> None:
    """The connection ends without a word, and yet the comment stands."""
    hub.faults.lose_reply(write=True)

    with pytest.raises(requests.ConnectionError):
        _comment(hub, token)

    assert [each.body for each in repo.pull_requests[0].comments] == ["hello"]


def test_fail_after_applying__tells_a_lie(hub: GitHubServer, repo: Repository, token: Token) -> None:
    """The answer says that it failed, and yet the comment stands."""
    hub.faults.fail_after_applying(502, write=True)

    assert _comment(hub, token).status_code == 502
    assert len(repo.pull_requests[0].comments) == 1


def test_after_and_times__count_requests(hub: GitHubServer, token: Token) -> None:
    """A fault lets some requests pass and then meets as many as it is told."""
    hub.faults.status(503, after=1, times=2, write=True)

    assert [_comment(hub, token).status_code for _ in range(4)] == [201, 503, 503, 201]


def test_retry_after__and_secondary_limit(hub: GitHubServer, token: Token) -> None:
    """A limit may say how long to wait, or not."""
    hub.faults.retry_after(7, write=True)
    hub.faults.secondary_limit(write=True)

    first, second = _comment(hub, token), _comment(hub, token)

    assert (first.status_code, first.headers["Retry-After"]) == (429, "7")
    assert second.status_code == 403
    assert "secondary rate limit" in second.json()["message"]


def test_rate_limited__until_a_moment_of_the_servers_clock(hub: GitHubServer, token: Token) -> None:
    """A used-up limit names the second at which it is filled again."""
    hub.faults.rate_limited(resets_in=90)

    answer = _comment(hub, token)

    assert answer.status_code == 403
    assert answer.headers["x-ratelimit-remaining"] == "0"
    assert int(answer.headers["x-ratelimit-reset"]) == int(hub.clock.now.timestamp()) + 90


def test_html__and_broken_json(hub: GitHubServer, token: Token) -> None:
    """What comes back may be a page, or break off."""
    hub.faults.html(502)
    hub.faults.bad_json()

    page, broken = _comment(hub, token), _comment(hub, token)

    assert page.headers["Content-Type"].startswith("text/html")
    with pytest.raises(requests.JSONDecodeError):
        broken.json()


def test_graphql_error__with_partial_data(hub: GitHubServer, repo: Repository, token: Token, ask: Ask) -> None:
    """An error is added and the data at its place is null; the rest stays."""
    hub.faults.graphql_error("RESOURCE_LIMITS_EXCEEDED", "Too much.", at="repository.pullRequest.files", operation="Q")
    query = """query Q { repository(owner: "acme", name: "shop") { pullRequest(number: 1) { title files(first: 1) {
      totalCount } } } }"""

    answer, again = ask(token, query), ask(token, query)

    assert answer["data"]["repository"]["pullRequest"] == {"title": "Change things", "files": None}
    assert answer["errors"] == [
        {"type": "RESOURCE_LIMITS_EXCEEDED", "path": ["repository", "pullRequest", "files"], "message": "Too much."}
    ]
    assert again["data"]["repository"]["pullRequest"]["files"] == {"totalCount": 1}
    assert repo.name == "shop"


def test_resource_limits__null_further_up(hub: GitHubServer, token: Token, ask: Ask) -> None:
    """What is missing may be more than where the error stands: a null spreads to the next field that may be null."""
    hub.faults.resource_limits(at="repository.pullRequest.commits", null="repository.pullRequest")
    query = """{ repository(owner: "acme", name: "shop") { pullRequest(number: 1) {
      commits(first: 1) { totalCount } } } }"""

    answer = ask(token, query)

    assert answer["data"] == {"repository": {"pullRequest": None}}
    assert answer["errors"][0]["path"] == ["repository", "pullRequest", "commits"]
    assert answer["errors"][0]["message"] == "Resource limits for this query exceeded."


def test_delay__holds_the_answer_back(hub: GitHubServer, token: Token) -> None:
    """A slow answer is a right one."""
    hub.faults.delay(0.2)
    begun = time.monotonic()

    assert _comment(hub, token).status_code == 201
    assert time.monotonic() - begun >= 0.2


def test_crash__after_the_nth_write(hub: GitHubServer, repo: Repository, token: Token) -> None:
    """The client is killed once its second write is done, before it hears of it."""
    killed = threading.Event()
    hub.faults.crash_after_write(2, killed.set)

    assert _comment(hub, token, "one").status_code == 201
    assert not killed.is_set()
    with pytest.raises(requests.ConnectionError):
        _comment(hub, token, "two")

    assert killed.is_set()
    assert [each.body for each in repo.pull_requests[0].comments] == ["one", "two"]


WRITER = """
import sys, urllib.request
address, token, *texts = sys.argv[1:]
for text in texts:
    body = ('{"body": "' + text + '"}').encode()
    headers = {"Authorization": "token " + token, "Content-Type": "application/json"}
    urllib.request.urlopen(urllib.request.Request(address, data=body, headers=headers))
"""


def test_crash__of_a_real_process(hub: GitHubServer, repo: Repository, token: Token) -> None:
    """A process is killed between its write and the answer, and the server goes on."""
    running: list[subprocess.Popen[bytes]] = []

    def kill() -> None:
        running[0].kill()

    hub.faults.crash_after_write(2, kill)
    address = f"{hub.api_url}/repos/acme/shop/issues/1/comments"

    with subprocess.Popen([sys.executable, "-c", WRITER, address, token.value, "one", "two", "three"]) as process:
        running.append(process)
        code = process.wait(20)

    assert code == -signal.SIGKILL
    assert [each.body for each in repo.pull_requests[0].comments] == ["one", "two"]
    assert _comment(hub, token, "after").status_code == 201


def test_crash__without_a_process_nothing_answers_any_more(hub: GitHubServer, repo: Repository, token: Token) -> None:
    """Where the client cannot be killed, the server falls silent until the faults are cleared."""
    hub.faults.crash_after_write(1)

    for text in ("one", "two"):
        with pytest.raises(requests.ConnectionError):
            _comment(hub, token, text)
    hub.faults.clear()

    assert _comment(hub, token, "three").status_code == 201
    assert [each.body for each in repo.pull_requests[0].comments] == ["one", "three"]


def test_unmet__names_faults_no_request_came_for(hub: GitHubServer, token: Token) -> None:
    """A fault nobody met is told, so that a test does not prove less than it says."""
    hub.faults.status(500, operation="Never")

    assert _comment(hub, token).status_code == 201
    assert hub.faults.unmet() == [{"operation": "Never"}]


def test_hooks__change_things_behind_the_clients_back(hub: GitHubServer, repo: Repository, client: Client) -> None:
    """A hook sees each request before it is handled, and may push meanwhile."""
    pull = repo.pull_request(author=repo.bot("agent"), files={"a": "a"})
    before = pull.head_oid

    def push(request: Recorded) -> None:
        if request.path.endswith("/comments"):
            pull.push({"b": "b"})

    hub.before_request(push)
    seen = client(repo.workflow_token()).get_repo("acme/shop").get_pull(pull.number)
    seen.create_issue_comment("judged")

    assert seen.head.sha == before
    assert pull.head_oid != before
    hub.clear_hooks()


def test_lock__holds_requests_back(hub: GitHubServer, repo: Repository, token: Token) -> None:
    """While a test holds the lock no request is handled."""
    done = threading.Event()

    def comment() -> None:
        _comment(hub, token)
        done.set()

    with hub.lock:
        client = threading.Thread(target=comment)
        client.start()
        assert not done.wait(0.2)
        repo.pull_requests[0].push({"b": "b"})
    assert done.wait(5)
    client.join()


def test_journal__tells_reads_from_writes(hub: GitHubServer, repo: Repository, token: Token, ask: Ask) -> None:
    """Queries are reads and mutations writes; each request is kept with its operation and its token."""
    add = """mutation($id: ID!) { addComment(input: {subjectId: $id, body: "x"}) { subject { id } } }"""
    ask(token, "query Who { viewer { login } }")
    ask(token, add, id=repo.pull_requests[0].node_id)
    _comment(hub, token)

    assert [str(each) for each in hub.reads] == ["POST /graphql Who"]
    assert [str(each) for each in hub.writes] == [
        "POST /graphql addComment",
        "POST /repos/acme/shop/issues/1/comments",
    ]
    assert all(each.token is token and each.status in {200, 201} for each in hub.requests)


def test_pygithub__raises_what_the_fault_says(hub: GitHubServer, repo: Repository, client: Client) -> None:
    """The real client turns the answer into its own error."""
    hub.faults.status(503, "Service unavailable")

    with pytest.raises(GithubException) as refused:
        client(repo.workflow_token()).get_repo("acme/shop")

    assert refused.value.status == 503
