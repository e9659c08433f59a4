"""What goes wrong between keyturn and GitHub, each with what to do about it."""

from collections.abc import Mapping
from http import HTTPStatus

from msgspec import Struct

from keyturn.core.decision import ReasonCode
from keyturn.github import advice
from keyturn.ports import Unavailable


class Refusal(Unavailable):
    """GitHub answered a REST call with an error; `status` is the HTTP status, `said` GitHub's own message."""

    def __init__(self, message: str, *, status: int, said: str) -> None:
        """Keep what the caller may have to tell apart."""
        super().__init__(ReasonCode.API_UNAVAILABLE, message)
        self.status = status
        self.said = said


class ReplyLost(Unavailable):
    """A write was sent and no usable reply came: it may have happened. Look before writing again."""

    def __init__(self, message: str) -> None:
        """It is unavailable like any other."""
        super().__init__(ReasonCode.API_UNAVAILABLE, message)


class QueryError(Struct, frozen=True):
    """One of the `errors` of a GraphQL answer; `path` names the fields down to the one that failed."""

    type: str
    path: tuple[str, ...]
    said: str


class QueryFailed(Unavailable):
    """GitHub answered a GraphQL query or mutation with errors that nobody tolerates."""

    def __init__(self, errors: tuple[QueryError, ...]) -> None:
        """Keep the errors; the message tells all of them and advises on the first."""
        super().__init__(_code(errors), _told(errors))
        self.errors = errors


def refusal(method: str, path: str, status: int, headers: Mapping[str, str], said: str) -> Refusal:
    """The error behind an HTTP status of 400 or more."""
    call = f"GitHub answered {method} {path} with {status} ({said or 'no message'})."
    permission = advice.permission_for_address(method, path, headers)
    if status == HTTPStatus.UNAUTHORIZED:
        message = f"{call} {advice.token_refused()}."
    elif status == HTTPStatus.FORBIDDEN:
        message = f"{call} {advice.grant(permission)}."
    elif status == HTTPStatus.NOT_FOUND:
        message = (
            f"{call} Either it does not exist, or the token may not see it. In that case: {advice.grant(permission)}."
        )
    else:
        message = f"{call} The next run tries again."
    return Refusal(message, status=status, said=said)


def asked_too_much(failed: Unavailable) -> bool:
    """Whether the same question may be answered in smaller parts: GitHub gave up on it, or answered it in part."""
    if isinstance(failed, QueryFailed):
        return failed.code is ReasonCode.FACTS_INCOMPLETE
    return not isinstance(failed, Refusal)


def _code(errors: tuple[QueryError, ...]) -> ReasonCode:
    """What GitHub refuses is unavailable; what it failed to answer in part may come when it is asked again."""
    refused = {"FORBIDDEN", "INSUFFICIENT_SCOPES", "NOT_FOUND"}
    return ReasonCode.API_UNAVAILABLE if refused & {error.type for error in errors} else ReasonCode.FACTS_INCOMPLETE


def _told(errors: tuple[QueryError, ...]) -> str:
    told = "; ".join(dict.fromkeys(f"{'.'.join(error.path) or 'the query'}: {error.said}" for error in errors[:5]))
    message = f"GitHub answered a query with errors: {told}."
    first = next((error for error in errors if error.type in {"FORBIDDEN", "INSUFFICIENT_SCOPES", "NOT_FOUND"}), None)
    if first is None:
        return message
    return f"{message} {advice.grant(advice.permission_for_fields(first.path))}."
