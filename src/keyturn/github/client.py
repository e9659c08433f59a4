"""Speaks HTTP with GitHub: one token, one budget of waiting, refusals in words; it knows nothing of pull requests."""

import json
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Final, cast
from urllib.parse import quote

import github
import requests
from github.Requester import Requester
from msgspec import Struct

from keyturn.core.decision import ReasonCode
from keyturn.github.fields import Fields, Json
from keyturn.github.patience import Patience
from keyturn.github.refusals import QueryError, QueryFailed, ReplyLost, refusal
from keyturn.github.reply import Reply, gave_up, pause_asked
from keyturn.ports import Unavailable
from keyturn.settings import Settings
from keyturn.version import VERSION

PAGE: Final = 100
"""The most items that GitHub puts on a page."""
_TIMEOUT: Final = 20
_TRIES: Final = 4

Tolerance = Callable[[QueryError], bool]


class Answer(Struct, frozen=True):
    """What a GraphQL query gave, and the errors in it that the caller said it tolerates."""

    data: Fields
    errors: tuple[QueryError, ...] = ()


class Client:
    """GitHub's REST and GraphQL interfaces for one token.

    Reads are sent again after faults of the server or the line, and after rate limits as long as these ask, within the
    `Patience` of the run. Writes are sent again only where GitHub says that it refused to take them (a rate limit).
    """

    def __init__(self, settings: Settings, patience: Patience) -> None:
        """Connect nothing yet."""
        self.repository = settings.repository
        self.patience = patience
        self._graphql_url = settings.graphql_url
        self._requester: Requester = github.Github(
            auth=github.Auth.Token(settings.token),
            base_url=settings.api_url,
            timeout=_TIMEOUT,
            user_agent=f"keyturn/{VERSION}",
            per_page=PAGE,
            retry=None,  # PyGithub would resend writes, and sleep up to an hour
            seconds_between_requests=0,
            seconds_between_writes=0,
            api_version="2022-11-28",
        ).requester

    @property
    def home(self) -> str:
        """The REST path of the repository, without a trailing slash."""
        owner, _, name = self.repository.partition("/")
        return f"/repos/{quote(owner, safe='')}/{quote(name, safe='')}"

    @property
    def named(self) -> dict[str, Json]:
        """The variables by which every query names the repository."""
        owner, _, name = self.repository.partition("/")
        return {"owner": owner, "name": name}

    def close(self) -> None:
        """Close the connections."""
        self._requester.close()

    def graphql(self, query: str, variables: Mapping[str, Json], *, tolerate: Tolerance | None = None) -> Answer:
        """Read by GraphQL.

        Any error makes the whole answer one, but for those that `tolerate` accepts. Raises `QueryFailed` with the
        errors, and `Unavailable` where GitHub cannot be reached.
        """
        return self._query(query, variables, tolerate, resend=True)

    def mutate(self, query: str, variables: Mapping[str, Json]) -> Fields:
        """Write by GraphQL. Raises `QueryFailed`, or `ReplyLost` where it may have happened nevertheless."""
        return self._query(query, variables, None, resend=False).data

    def rest(
        self,
        method: str,
        path: str,
        *,
        parameters: Mapping[str, str | int] | None = None,
        body: Mapping[str, Json] | None = None,
        at_once: bool = False,
    ) -> Json:
        """Call REST; `path` starts at the root (`client.home` is the repository's), its parts quoted by the caller.

        Gives the JSON of the answer, `None` where it is empty. Raises `Refusal` for a status of 400 or more,
        `ReplyLost` where a write may have happened nevertheless, and `Unavailable` where GitHub cannot be reached.
        What must be done `at_once` or not at all is sent once and never waits; it is `Unavailable` instead.
        """
        return self._call(method, path, parameters, body, resend=method == "GET", at_once=at_once).body

    def pages(self, path: str, *, parameters: Mapping[str, str | int] | None = None, most: int = 100) -> Iterator[Json]:
        """The bodies of all pages behind this path, at most `most`, by the `Link` that each gives to the next."""
        reply = self._call("GET", path, {"per_page": PAGE, **(parameters or {})}, None, resend=True)
        yield reply.body
        for _ in range(most - 1):
            following = requests.utils.parse_header_links(reply.headers.get("link", ""))
            address = next((link["url"] for link in following if link.get("rel") == "next"), None)
            if address is None:
                return
            reply = self._call("GET", address, None, None, resend=True)
            yield reply.body

    def _call(
        self,
        method: str,
        path: str,
        parameters: Mapping[str, str | int] | None,
        body: Mapping[str, Json] | None,
        *,
        resend: bool,
        at_once: bool = False,
    ) -> Reply:
        reply = self._send(method, path, parameters, body, resend=resend, at_once=at_once)
        if reply.status >= HTTPStatus.BAD_REQUEST:
            raise refusal(method, path, reply.status, reply.headers, reply.said)
        return reply

    def _query(self, query: str, variables: Mapping[str, Json], tolerate: Tolerance | None, *, resend: bool) -> Answer:
        body: dict[str, Json] = {"query": query, "variables": dict(variables)}
        reply = self._call("POST", self._graphql_url, None, body, resend=resend)
        intolerable = tuple(error for error in reply.errors if tolerate is None or not tolerate(error))
        if intolerable:
            raise QueryFailed(intolerable)
        return Answer(Fields.of(reply.body, "answer").at("data"), reply.errors)

    def _send(
        self,
        method: str,
        path: str,
        parameters: Mapping[str, str | int] | None,
        body: Mapping[str, Json] | None,
        *,
        resend: bool,
        at_once: bool,
    ) -> Reply:
        """Send until an answer comes that no waiting would change."""
        failed = 0
        while True:
            started = self.patience.now()
            reply, trouble = self._once(method, path, parameters, body)
            if reply is not None:
                pause = pause_asked(reply, self.patience.now())
                if pause is None:
                    return reply
                self._outwait(pause, f"{method} {path}", at_once=at_once)
                continue
            if not resend:
                message = f"No usable reply to {method} {path} came ({trouble}); GitHub may have carried it out."
                raise ReplyLost(message)
            failed += 1
            self.patience.spend(started)
            if at_once or failed == _TRIES or not self.patience.wait(2.0 ** (failed - 1)):
                times = "once" if failed == 1 else f"{failed} times"
                raise Unavailable(
                    ReasonCode.API_UNAVAILABLE,
                    f"GitHub could not be read: {method} {path} failed {times}, last with {trouble}. "
                    "The next run tries again; https://www.githubstatus.com says whether GitHub is down.",
                )

    def _once(
        self, method: str, path: str, parameters: Mapping[str, str | int] | None, body: Mapping[str, Json] | None
    ) -> tuple[Reply | None, str]:
        """Send once: the reply, or `None` and what is wrong where none came or GitHub itself failed."""
        try:
            status, headers, text = self._requester.requestJson(
                method, path, parameters=dict(parameters or {}), input=body
            )
        except requests.RequestException as fault:
            return None, type(fault).__name__
        except RuntimeError as fault:  # a redirect that PyGithub does not follow
            raise Unavailable(ReasonCode.API_UNAVAILABLE, f"{fault}. Check the input `github-api-url`.") from fault
        try:
            read = cast("Json", json.loads(text)) if text else None
        except ValueError:
            if status < HTTPStatus.BAD_REQUEST:
                return None, f"status {status} and text that is no JSON"
            read = None
        reply = Reply(status, headers, read)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or gave_up(reply):
            return None, f"status {status} {reply.said}".rstrip()
        return reply, ""

    def _outwait(self, pause: float, call: str, *, at_once: bool) -> None:
        left = 0.0 if at_once else self.patience.left
        if at_once or not self.patience.wait(pause):
            raise Unavailable(
                ReasonCode.API_UNAVAILABLE,
                f"GitHub's rate limit asks to wait {pause:.0f} s before {call}; this run may wait {left:.0f} s more. "
                "The next run tries again. A workflow's own token has 1,000 requests an hour for the whole "
                "repository; a GitHub App's has 5,000 of its own.",
            )
