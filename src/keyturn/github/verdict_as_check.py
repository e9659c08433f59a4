"""Publishes a verdict as one check run of a commit, edited in place."""

from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from keyturn.core.verdict import VerdictState
from keyturn.github.annotations import annotations_of, portions, unseen
from keyturn.github.client import Client
from keyturn.github.fields import Fields, Json
from keyturn.github.refusals import Refusal
from keyturn.github.resending import write_once
from keyturn.github.shortened import shortened
from keyturn.ports import Unavailable, VerdictToPublish

MOST_TEXT: Final = 65_535
"""Characters that GitHub takes in a check run's summary, and again in its text."""

_STATES: Final[dict[VerdictState, dict[str, Json]]] = {
    VerdictState.SUCCESS: {"status": "completed", "conclusion": "success"},
    VerdictState.PENDING: {"status": "in_progress"},
    VerdictState.FAILURE: {"status": "completed", "conclusion": "failure"},
    VerdictState.ERROR: {"status": "completed", "conclusion": "failure"},
}


def publish_check(client: Client, commit: str, verdict: VerdictToPublish) -> None:
    """Edit keyturn's check run of this name, and create one only where there is none.

    A success is sent once and at once: where that does not work out, it has to be judged again. Raises `Unavailable`.
    """
    Check(client, commit, verdict).publish()


class Check:
    """One verdict on its way to a check run."""

    def __init__(self, client: Client, commit: str, verdict: VerdictToPublish) -> None:
        """Send nothing yet."""
        self._client = client
        self._commit = commit
        self._verdict = verdict
        self._at_once = verdict.state is VerdictState.SUCCESS
        self._annotations = [] if self._at_once else annotations_of(verdict)

    def publish(self) -> None:
        """Make the check run say what the verdict says.

        GitHub lets an App edit its own check runs only, so that one of the same name by somebody else stays as it is.
        """
        there = self._verdict.replaces
        known = there.id if there is not None and there.own else None
        for run in [known] if known is not None else [found.whole("id") for found in self._named()]:
            try:
                self._edit(f"{self._client.home}/check-runs/{run}")
            except Refusal as refused:
                if not _is_out_of_reach(refused):
                    raise
            else:
                return
        self._create()

    def _named(self) -> list[Fields]:
        """The commit's check runs of this name, newest first."""
        try:
            answer = self._client.rest(
                "GET",
                f"{self._client.home}/commits/{quote(self._commit)}/check-runs",
                parameters={"check_name": self._verdict.name, "filter": "latest", "per_page": 100},
                at_once=self._at_once,
            )
        except Refusal as refused:
            if refused.status != HTTPStatus.NOT_FOUND:
                raise
            return []
        runs = [run for run in Fields.of(answer).each("check_runs") if run.text("name") == self._verdict.name]
        return sorted(runs, key=lambda run: -run.whole("id"))

    def _edit(self, run: str) -> None:
        first, *others = portions(unseen(self._client, run, self._annotations))
        body = self._run(first)

        def send() -> Fields:
            return Fields.of(self._client.rest("PATCH", run, body=body, at_once=self._at_once))

        def find() -> Fields | None:
            there = Fields.of(self._client.rest("GET", run))
            return there if self._is_this(there) else None

        self._send(send, find)
        self._annotate(run, others)

    def _create(self) -> None:
        home = f"{self._client.home}/check-runs"
        first, *others = portions(self._annotations)
        body = {**self._run(first), "head_sha": self._commit}

        def send() -> Fields:
            return Fields.of(self._client.rest("POST", home, body=body, at_once=self._at_once))

        def find() -> Fields | None:
            return next((run for run in self._named() if self._is_this(run)), None)

        self._annotate(f"{home}/{self._send(send, find).whole('id')}", others)

    def _send(self, send: Callable[[], Fields], find: Callable[[], Fields | None]) -> Fields:
        return send() if self._at_once else write_once(self._client, send, find)

    def _is_this(self, run: Fields) -> bool:
        """Whether a check run says what this verdict says."""
        wanted = self._run([])
        same = all((run.members.get(name) or "") == value for name, value in wanted.items() if name != "output")
        return same and run.at("output").text_or_none("title") == self._title

    def _annotate(self, run: str, others: list[list[Json]]) -> None:
        """Send the annotations that did not fit; the verdict stands without them, so that a refusal changes nothing."""
        with suppress(Unavailable):
            for annotations in others:
                self._client.rest("PATCH", run, body={"output": self._output(annotations)})

    def _run(self, annotations: list[Json]) -> dict[str, Json]:
        anchor = self._verdict.anchor
        return {
            "name": self._verdict.name,
            **_STATES[self._verdict.state],
            "details_url": self._verdict.target,
            "external_id": str(anchor) if anchor is not None else "",
            "output": self._output(annotations),
        }

    @property
    def _title(self) -> str:
        return self._verdict.title or self._verdict.description

    def _output(self, annotations: list[Json]) -> dict[str, Json]:
        text: dict[str, Json] = {"text": shortened(self._verdict.text, MOST_TEXT)} if self._verdict.text else {}
        return {
            "title": self._title,
            "summary": shortened(self._verdict.summary or self._verdict.description, MOST_TEXT),
            **text,
            **({"annotations": annotations} if annotations else {}),
        }


def _is_out_of_reach(refused: Refusal) -> bool:
    """Whether the check run belongs to another App, or is gone; a new one stands beside it then."""
    return refused.status in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
