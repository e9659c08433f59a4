"""REST handlers of reviews."""

from tests.github_server.exchange import Json, RefusalError, not_found
from tests.github_server.rest import shapes_conversation
from tests.github_server.rest.routing import Call, Need, route
from tests.github_server.state.reviews import Review

PULL = "/repos/{owner}/{repo}/pulls/{pull_number}"
REVIEW = f"{PULL}/reviews/{{review_id}}"
READ: Need = ("pull_requests", "read")
WRITE: Need = ("pull_requests", "write")
EVENTS = {"APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED", "COMMENT": "COMMENTED", None: "PENDING"}


def _visible(call: Call) -> list[Review]:
    """List the reviews in the order they were begun; a pending one only to its author."""
    return [each for each in call.pull_request.reviews if each.state != "PENDING" or each.author is call.token.account]


def _review(call: Call) -> Review:
    found = next((each for each in _visible(call) if each.id == call.number("review_id")), None)
    if found is None:
        raise not_found()
    return found


@route("GET", f"{PULL}/reviews", READ)
def list_reviews(call: Call) -> Json:
    """List the reviews."""
    return call.page(_visible(call), shapes_conversation.review)


@route("GET", REVIEW, READ)
def get_review(call: Call) -> Json:
    """Show a review."""
    return shapes_conversation.review(_review(call))


@route("POST", f"{PULL}/reviews", WRITE)
def create_review(call: Call) -> Json:
    """Review; nobody approves or refuses what is their own."""
    pull, state = call.pull_request, EVENTS[call.body.get("event")]
    if call.token.account is pull.author and state in {"APPROVED", "CHANGES_REQUESTED"}:
        word = "approve" if state == "APPROVED" else "request changes on"
        raise RefusalError(422, "Unprocessable Entity", errors=[f"Can not {word} your own pull request"])
    review = pull.review(call.token.account, state, call.body.get("body") or "", commit=call.body.get("commit_id"))
    return shapes_conversation.review(review)


@route("PUT", f"{REVIEW}/dismissals", WRITE)
def dismiss(call: Call) -> Json:
    """Dismiss a review that approves or asks for changes."""
    review = _review(call)
    try:
        review.dismiss(call.token.account, call.body["message"])
    except ValueError as error:
        raise RefusalError(422, str(error)) from error
    return shapes_conversation.review(review)
