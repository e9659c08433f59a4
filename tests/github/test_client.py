"""The client: what it sends again, how long it waits, and what its refusals say."""

from collections.abc import Callable

import pytest

from keyturn.core.decision import ReasonCode
from keyturn.github.client import Client
from keyturn.github.patience import LONGEST_WAIT
from keyturn.github.refusals import QueryFailed, Refusal, ReplyLost
from keyturn.ports import Unavailable
from tests.github.reading_place import ReadingPlace
from tests.github_server.exchange import Answer
from tests.github_server.faults import Fault
from tests.github_server.journal import Recorded

VIEWER = "query { viewer { login } }"
MUTATION = 'mutation { addReaction(input: {subjectId: "x", content: EYES}) { clientMutationId } }'


def read_rest(client: Client) -> object:
    """Read by REST."""
    return client.rest("GET", f"{client.home}/branches/main")


def read_graphql(client: Client) -> object:
    """Read by GraphQL."""
    return client.graphql(VIEWER, {})


def write_rest(client: Client) -> object:
    """Write by REST."""
    return client.rest("POST", f"{client.home}/issues", body={"title": "Hello"})


def write_graphql(client: Client) -> object:
    """Write by GraphQL."""
    return client.mutate(MUTATION, {})


READS = [read_rest, read_graphql]
WRITES = [write_rest, write_graphql]
Call = Callable[[Client], object]
Order = Callable[[ReadingPlace, int | None], Fault]

TROUBLE: dict[str, Order] = {
    "502": lambda place, times: place.server.faults.html(502, times=times),
    "500": lambda place, times: place.server.faults.status(500, times=times),
    "503": lambda place, times: place.server.faults.status(503, times=times),
    "broken JSON": lambda place, times: place.server.faults.bad_json(times=times),
    "line cut": lambda place, times: place.server.faults.drop(times=times),
    "reply lost": lambda place, times: place.server.faults.lose_reply(times=times),
}


@pytest.mark.parametrize("call", READS)
@pytest.mark.parametrize("trouble", TROUBLE)
def test_read__is_sent_again(place: ReadingPlace, call: Call, trouble: str) -> None:
    """A read that fails by the server's or the line's fault is sent again, after growing pauses."""
    TROUBLE[trouble](place, 3)

    assert call(place.client())
    assert place.waits == [1.0, 2.0, 4.0]


@pytest.mark.parametrize("call", READS)
@pytest.mark.parametrize("trouble", TROUBLE)
def test_read__gives_up_after_four_tries(place: ReadingPlace, call: Call, trouble: str) -> None:
    """A read that fails four times is unavailable, with a message that says what was tried."""
    TROUBLE[trouble](place, None)

    with pytest.raises(Unavailable, match=r"failed 4 times, last with .*The next run tries again") as failed:
        call(place.client())

    assert failed.value.code is ReasonCode.API_UNAVAILABLE
    assert len(place.server.requests) == 4


@pytest.mark.parametrize("call", WRITES)
@pytest.mark.parametrize("trouble", TROUBLE)
def test_write__is_never_sent_again_blindly(place: ReadingPlace, call: Call, trouble: str) -> None:
    """A write without a usable reply may have happened: whoever asked for it must look."""
    TROUBLE[trouble](place, None)

    with pytest.raises(ReplyLost, match="GitHub may have carried it out"):
        call(place.client())

    assert len(place.server.requests) == 1
    assert place.waits == []


LIMITS: dict[str, tuple[Order, float]] = {
    "Retry-After": (lambda place, times: place.server.faults.retry_after(7, times=times), 7.0),
    "Retry-After with 403": (lambda place, times: place.server.faults.retry_after(7, status=403, times=times), 7.0),
    "Retry-After at once": (lambda place, times: place.server.faults.retry_after(0, times=times), 1.0),
    "reset": (lambda place, times: place.server.faults.rate_limited(resets_in=20, times=times), 21.0),
    "reset that is past": (lambda place, times: place.server.faults.rate_limited(resets_in=-5, times=times), 1.0),
    "secondary, untold": (lambda place, times: place.server.faults.secondary_limit(times=times), 60.0),
}


@pytest.mark.parametrize("call", [*READS, write_rest])
@pytest.mark.parametrize("limit", LIMITS)
def test_rate_limit__is_waited_out(place: ReadingPlace, call: Call, limit: str) -> None:
    """A rate limit refuses before anything happened: reads and writes wait as long as it asks and are sent again."""
    order, pause = LIMITS[limit]
    order(place, 1)

    assert call(place.client())
    assert place.waits == [pause]


def test_rate_limit__in_a_graphql_answer(place: ReadingPlace) -> None:
    """GraphQL tells its limit with status 200."""
    place.server.faults.graphql_error("RATE_LIMITED", "API rate limit exceeded")

    assert read_graphql(place.client())
    assert place.waits == [60.0]


@pytest.mark.parametrize(
    "limit", [lambda faults: faults.retry_after(91), lambda faults: faults.rate_limited(resets_in=3_000)]
)
def test_rate_limit__longer_than_a_run_may_wait(place: ReadingPlace, limit: Callable[..., Fault]) -> None:
    """No run waits more than 90 seconds: it says at once how long it would have been."""
    limit(place.server.faults)

    with pytest.raises(Unavailable, match=r"asks to wait \d+ s before GET .*; this run may wait 90 s more"):
        read_rest(place.client())

    assert place.waits == []


def test_patience__is_one_budget_for_all_calls(place: ReadingPlace) -> None:
    """What one call waited is not there for the next."""
    client = place.client()
    place.server.faults.retry_after(50, times=2)

    with pytest.raises(Unavailable, match="this run may wait 40 s more"):
        read_rest(client)

    assert place.waits == [50.0]
    assert client.patience.left == LONGEST_WAIT - 50


def test_patience__is_worn_out_by_a_server_that_hangs(place: ReadingPlace) -> None:
    """The time that failed tries take counts as waiting."""
    place.server.faults.status(503, times=None)

    def hang(_: Recorded) -> None:
        place.server.clock.advance(seconds=40)

    place.server.before_request(hang)

    with pytest.raises(Unavailable, match="failed 3 times"):
        read_rest(place.client())


def test_at_once__or_not_at_all(place: ReadingPlace) -> None:
    """What must not be sent late waits for nothing."""
    client = place.client()
    place.server.faults.retry_after(1)

    with pytest.raises(Unavailable):
        client.rest("POST", f"{client.home}/issues", body={"title": "Hello"}, at_once=True)

    assert place.waits == []
    assert len(place.server.requests) == 1


def test_refusal__of_the_token(place: ReadingPlace) -> None:
    """A token that is none is said to be none, with where a good one goes."""
    place.token.value = "ghs_wrong"

    with pytest.raises(Refusal, match="Pass a valid one in the input `github-token`") as failed:
        read_rest(place.client())

    assert (failed.value.status, failed.value.said, failed.value.code) == (
        401,
        "Bad credentials",
        ReasonCode.API_UNAVAILABLE,
    )
    assert place.waits == []


def test_refusal__with_nothing_to_advise(place: ReadingPlace) -> None:
    """Another status is told with GitHub's own words."""
    place.server.faults.status(409, "Git Repository is empty.")

    with pytest.raises(Refusal, match=r"with 409 \(Git Repository is empty\.\)\. The next run tries again") as failed:
        read_rest(place.client())

    assert failed.value.status == 409


def test_refusal__of_an_address_without_a_known_permission(place: ReadingPlace) -> None:
    """Where it is not known what a call needs, the message says what to look at."""
    place.server.faults.status(403, "No.")
    client = place.client()

    with pytest.raises(Refusal, match="Check the token's permissions, and that it may see this repository"):
        client.rest("GET", f"{client.home}/branches/main")


def test_redirect__to_another_host(place: ReadingPlace) -> None:
    """An address that leads elsewhere is not followed; the message says what to check."""
    place.server.faults._answer(Answer(status=301, body={}, headers={"Location": "https://elsewhere.example/x"}), {})

    with pytest.raises(Unavailable, match="Check the input `github-api-url`"):
        read_rest(place.client())


PERMISSIONS = [
    ("POST", "/statuses/{sha}", "statuses: write"),
    ("POST", "/check-runs", "checks: write"),
    ("PATCH", "/check-runs/1", "checks: write"),
    ("GET", "/commits/{sha}/check-runs", "checks: read"),
    ("GET", "/commits/{sha}/status", "statuses: read"),
    ("GET", "/commits/{sha}/pulls", "pull-requests: read"),
    ("POST", "/git/refs", "contents: write"),
    ("GET", "/git/trees/{sha}", "contents: read"),
    ("GET", "/activity", "contents: read"),
    ("POST", "/pulls/1/requested_reviewers", "pull-requests: write"),
    ("GET", "/pulls/1/files", "pull-requests: read"),
    ("POST", "/issues/1/labels", "pull-requests: write"),
    ("PATCH", "/issues/comments/1", "pull-requests: write"),
    ("POST", "/issues/1/comments", "pull-requests: write"),
    ("POST", "/labels", "issues: write"),
    ("POST", "/issues", "issues: write"),
    ("PATCH", "/issues/1", "issues: write"),
    ("GET", "/actions/runs", "actions: read"),
]


@pytest.mark.parametrize(("method", "path", "permission"), PERMISSIONS)
@pytest.mark.parametrize("status", [403, 404])
def test_refusal__names_the_permission(
    place: ReadingPlace, method: str, path: str, permission: str, status: int
) -> None:
    """A refusal says which permission the call needs, and the line that grants it."""
    place.server.faults.status(status, "Resource not accessible by integration")
    client = place.client()

    with pytest.raises(Refusal) as failed:
        client.rest(method, client.home + path.format(sha="c" * 40), body=None if method == "GET" else {})

    assert f"add `{permission}` under `permissions:` of the job" in str(failed.value)
    assert failed.value.status == status


def test_refusal__names_the_permission_that_github_names(place: ReadingPlace) -> None:
    """Where the answer itself says what it takes, that is told."""
    place.server.faults._answer(
        Answer(status=403, body={"message": "No."}, headers={"X-Accepted-GitHub-Permissions": "issues=write; x=read"}),
        {},
    )

    with pytest.raises(Refusal, match="The token lacks `issues: write`: add `issues: write` under"):
        read_rest(place.client())


def test_refusal__of_a_team(place: ReadingPlace) -> None:
    """No workflow's own token can read teams: the message says what can."""
    client = place.client()
    place.server.faults.status(404, "Not Found")

    with pytest.raises(Refusal, match="use a GitHub App's token with `Members: read`, or list people instead of teams"):
        client.rest("GET", "/orgs/acme/teams/platform/members")


@pytest.mark.parametrize(
    ("path", "permission"),
    [
        ("repository.pr1.headCommit.nodes.0.commit.statusCheckRollup", "checks: read` and `statuses: read"),
        ("repository.pr1.contexts.nodes.0.checkSuite.workflowRun", "actions: read"),
        ("repository.pr1", "pull-requests: read"),
        ("repository.ledger", "contents: read"),
        ("repository.debts", "issues: read"),
        ("createCommitOnBranch", "contents: write"),
        ("repository", "contents: read` and `pull-requests: read"),
    ],
)
def test_query_error__names_the_permission(place: ReadingPlace, path: str, permission: str) -> None:
    """An error names what failed and what to grant for it."""

    def spoil(answer: dict[str, object]) -> dict[str, object]:
        error = {"type": "FORBIDDEN", "path": path.split("."), "message": "Resource not accessible by integration"}
        return {**answer, "errors": [error]}

    place.server.faults.edit_answer(spoil)

    with pytest.raises(QueryFailed) as failed:
        read_graphql(place.client())

    assert f"`{permission}` under `permissions:`" in str(failed.value)
    assert f"{path}: Resource not accessible by integration" in str(failed.value)
    assert failed.value.errors[0].path == tuple(path.split("."))


def test_query_error__partial_data_is_no_answer(place: ReadingPlace) -> None:
    """Data with an error beside them are not used, unless the caller tolerates that very error."""
    client = place.client()
    place.server.faults.graphql_error("NOT_FOUND", "Gone.", at="viewer", times=2)

    with pytest.raises(QueryFailed):
        client.graphql(VIEWER, {})
    answer = client.graphql(VIEWER, {}, tolerate=lambda error: error.path == ("viewer",))

    assert answer.data.maybe("viewer") is None
    assert [error.type for error in answer.errors] == ["NOT_FOUND"]


def test_query_error__that_asks_to_try_again(place: ReadingPlace) -> None:
    """GitHub's way to say that a query took too long is sent again like any fault of the server."""

    def give_up(_: object) -> dict[str, object]:
        message = "Something went wrong while executing your query. Please include `4E1C` when reporting this issue."
        return {"data": None, "errors": [{"message": message}]}

    place.server.faults.edit_answer(give_up, times=2)

    assert read_graphql(place.client())
    assert place.waits == [1.0, 2.0]


def test_pages__follow_the_links(place: ReadingPlace) -> None:
    """Every page is read, a hundred items each, and none is made up."""
    for number in range(250):
        place.repository.issue(place.me, f"Issue {number}")
    client = place.client()

    pages = list(client.pages(f"{client.home}/issues", parameters={"state": "all"}))

    assert [len(page) for page in pages if isinstance(page, list)] == [100, 100, 50]


def test_pages__at_most_so_many(place: ReadingPlace) -> None:
    """A bound on pages holds."""
    for number in range(250):
        place.repository.issue(place.me, f"Issue {number}")
    client = place.client()

    assert len(list(client.pages(f"{client.home}/issues", most=2))) == 2
    assert len(place.server.requests) == 2


def test_client__says_who_it_is(place: ReadingPlace) -> None:
    """Names with special characters stay one part of a path."""
    client = place.client(place.settings())
    client.repository = "acme/a b"

    assert client.home == "/repos/acme/a%20b"
