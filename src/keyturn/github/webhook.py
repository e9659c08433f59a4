"""Tells from the event that started a workflow run what there is to judge."""

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from msgspec import Struct

PULL_REQUEST_INPUT: Final = "pull-request"
"""The input that names a pull request where the event does not."""


class BadInput(Exception):  # noqa: N818 - it is an answer, not a fault of ours
    """What keyturn was started with makes no sense; the message says what was found and what is allowed."""


class OnePullRequest(Struct, frozen=True):
    """Judge this pull request.

    `source` is the node id of the comment or review that started the run, where it was new and may hold a command; a
    payload that lacks it only leaves that unsaid.
    """

    number: int
    source: str | None = None


class HeadCommit(Struct, frozen=True):
    """Judge every open pull request whose head is this commit."""

    commit: str


class MergeGroup(Struct, frozen=True):
    """Judge the members of a merge group: the queue entries whose commits lie between its base and its head."""

    base: str
    base_commit: str
    head_commit: str


class Sweep(Struct, frozen=True):
    """Look after everything that is open or not done with."""


class Nothing(Struct, frozen=True):
    """There is nothing to judge, and why."""

    why: str


Occasion: TypeAlias = OnePullRequest | HeadCommit | MergeGroup | Sweep | Nothing
Payload: TypeAlias = Mapping[str, object]
Inputs: TypeAlias = Mapping[str, str]

_QUEUE_BRANCH: Final = re.compile(r"gh-readonly-queue/(?P<base>.+)/pr-[0-9]+-(?P<commit>[0-9a-f]{40}|[0-9a-f]{64})")
_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,9}")


def occasion(event: str, payload: object, inputs: Inputs) -> Occasion:
    """What a run was started for; `inputs` are the Action's own, by their names.

    Every run judges from fresh facts, so of the payload nothing is used but names of pull requests and commits.
    Raises BadInput for an event that keyturn does not serve, and for a payload that GitHub does not send.
    """
    read = _EVENTS.get(event)
    if read is None:
        message = f"keyturn cannot be started by the event {event!r}; allowed are: {', '.join(sorted(_EVENTS))}"
        raise BadInput(message)
    if not isinstance(payload, Mapping):
        message = f"the payload of the event {event!r} is no JSON object: see the file that GITHUB_EVENT_PATH names"
        raise BadInput(message)
    wanted = inputs.get(PULL_REQUEST_INPUT, "").strip()
    if wanted:
        _chosen(wanted)
    return read(payload, inputs)


def _of_pull_request(payload: Payload, _: Inputs) -> Occasion:
    """GitHub gives the number twice, so that either will do."""
    beside = _at(payload, "pull_request", "number") is None and "number" in payload
    return OnePullRequest(_number(payload, "number") if beside else _number(payload, "pull_request", "number"))


def _of_review(payload: Payload, _: Inputs) -> Occasion:
    return OnePullRequest(_number(payload, "pull_request", "number"), _source(payload, "submitted", "review"))


def _of_comment(payload: Payload, _: Inputs) -> Occasion:
    number = _number(payload, "issue", "number")
    if _at(payload, "issue", "pull_request") is None:
        return Nothing(f"the comment stands on the issue #{number}, which is no pull request")
    return OnePullRequest(number, _source(payload, "created", "comment"))


def _source(payload: Payload, action: str, name: str) -> str | None:
    """The node id of a comment or review that this very event brought."""
    found = _at(payload, name, "node_id") if payload.get("action") == action else None
    return found if isinstance(found, str) and found else None


def _of_workflow_run(payload: Payload, _: Inputs) -> Occasion:
    """The run's own list of pull requests is empty for forks, so that its head commit leads to them."""
    head = _commit(payload, "workflow_run", "head_sha")
    if _at(payload, "workflow_run", "event") != "merge_group":
        return HeadCommit(head)
    branch = _text(payload, "workflow_run", "head_branch")
    found = _QUEUE_BRANCH.fullmatch(branch)
    if found is None:
        message = (
            f"a workflow run of a merge group stands on {branch!r}, "
            "wanted: gh-readonly-queue/<base branch>/pr-<number>-<commit>"
        )
        raise BadInput(message)
    return MergeGroup(found["base"], found["commit"], head)


def _of_status(payload: Payload, _: Inputs) -> Occasion:
    return HeadCommit(_commit(payload, "sha"))


def _of_merge_group(payload: Payload, _: Inputs) -> Occasion:
    if payload.get("action") == "destroyed":
        return Nothing("the merge group is gone")
    base = _text(payload, "merge_group", "base_ref").removeprefix("refs/heads/")
    base_commit = _commit(payload, "merge_group", "base_sha")
    return MergeGroup(base, base_commit, _commit(payload, "merge_group", "head_sha"))


def _of_push(payload: Payload, _: Inputs) -> Occasion:
    """A payload that does not tell the default branch may be about it."""
    default = _at(payload, "repository", "default_branch")
    ref = _text(payload, "ref")
    if default is None or ref == f"refs/heads/{default}":
        return Sweep()
    return Nothing(f"{ref} was pushed, which is not the default branch {default}")


def _of_dispatch(payload: Payload, inputs: Inputs) -> Occasion:
    """The number is the Action's input, or else the workflow's own of the same name."""
    given = _at(payload, "inputs", PULL_REQUEST_INPUT)
    wanted = inputs.get(PULL_REQUEST_INPUT, "").strip() or ("" if given is None else str(given).strip())
    return OnePullRequest(_chosen(wanted)) if wanted else Sweep()


def _chosen(wanted: str) -> int:
    """The number in the input, which must be one whatever the event."""
    if not _NUMBER.fullmatch(wanted):
        message = f"the input `{PULL_REQUEST_INPUT}` is {wanted!r}, wanted: the number of a pull request, such as 12"
        raise BadInput(message)
    return int(wanted)


def _of_schedule(_: Payload, __: Inputs) -> Occasion:
    return Sweep()


_EVENTS: Final[Mapping[str, Callable[[Payload, Inputs], Occasion]]] = {
    "issue_comment": _of_comment,
    "merge_group": _of_merge_group,
    "pull_request": _of_pull_request,
    "pull_request_review": _of_review,
    "pull_request_target": _of_pull_request,
    "push": _of_push,
    "schedule": _of_schedule,
    "status": _of_status,
    "workflow_dispatch": _of_dispatch,
    "workflow_run": _of_workflow_run,
}


def _at(payload: Payload, *path: str) -> object:
    """The value that the names lead to; `None` where they lead nowhere."""
    found: object = payload
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _number(payload: Payload, *path: str) -> int:
    found = _at(payload, *path)
    if isinstance(found, int) and not isinstance(found, bool) and found > 0:
        return found
    raise _malformed(found, path, "a positive number")


def _text(payload: Payload, *path: str) -> str:
    found = _at(payload, *path)
    if isinstance(found, str) and found:
        return found
    raise _malformed(found, path, "a text")


def _commit(payload: Payload, *path: str) -> str:
    found = _at(payload, *path)
    if isinstance(found, str) and _COMMIT.fullmatch(found):
        return found
    raise _malformed(found, path, "the full name of a commit")


def _malformed(found: object, path: tuple[str, ...], wanted: str) -> BadInput:
    shown = repr(found)[:100] if found is None or isinstance(found, str | int) else f"a {type(found).__name__}"
    return BadInput(f"the event's payload has {shown} at `{'.'.join(path)}`, wanted: {wanted}")
