"""`keyturn action`: the container's entry point, from the runner's environment to outputs, summary and exit code."""

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from msgspec import Struct

from keyturn.cli.inputs import inputs_of, settings_of
from keyturn.cli.job import Job
from keyturn.cli.wiring import House, build, utc_now
from keyturn.core.verdict import VerdictState
from keyturn.gate.story import Result
from keyturn.github.webhook import BadInput, HeadCommit, MergeGroup, Nothing, Occasion, OnePullRequest, Sweep, occasion
from keyturn.ports import Unavailable

DONE: Final = 0
NOT_DONE: Final = 1
BAD_INPUT: Final = 2


def main() -> int:
    """Run the Action once and return its exit code: 0 done, 1 not done or `fail-job`, 2 bad inputs."""
    return run(os.environ, Job.of(os.environ, sys.stdout))


def run(
    environment: Mapping[str, str],
    job: Job,
    *,
    clock: Callable[[], datetime] = utc_now,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """The same for any environment, job and time."""
    try:
        event = _event(environment)
        settings = settings_of(environment, event)
        task = occasion(environment.get("GITHUB_EVENT_NAME", ""), event, inputs_of(environment))
    except BadInput as refused:
        job.error(str(refused))
        return BAD_INPUT
    if isinstance(task, Nothing):
        job.say(f"Nothing to judge: {task.why}")
        return DONE
    answering = task.source if isinstance(task, OnePullRequest) else None
    house = build(settings, answering, clock=clock, sleep=sleep)
    try:
        done = _judge(task, house, job)
    except Unavailable as unavailable:
        job.error(str(unavailable))
        return NOT_DONE
    if settings.fail_job and any(state in (VerdictState.FAILURE, VerdictState.ERROR) for state in done.states):
        job.say("The job fails, because the input `fail-job` asks for it.")
        return NOT_DONE
    return DONE if done.all_published else NOT_DONE


class _Done(Struct, frozen=True):
    states: tuple[VerdictState, ...]
    all_published: bool


def _event(environment: Mapping[str, str]) -> Mapping[str, object]:
    """The payload of the event that started the run."""
    path = environment.get("GITHUB_EVENT_PATH", "")
    if not path:
        return {}
    try:
        payload = json.loads(Path(path).read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        message = f"GITHUB_EVENT_PATH names {path!r}, which holds no readable JSON: {error}"
        raise BadInput(message) from error
    if not isinstance(payload, dict):
        message = f"the payload in {path!r} is no JSON object"
        raise BadInput(message)
    return payload


def _judge(task: Occasion, house: House, job: Job) -> _Done:
    match task:
        case OnePullRequest(number):
            return _told([house.gate.judge(number)], job)
        case HeadCommit(commit):
            return _head(commit, house, job)
        case MergeGroup(base, base_commit, head_commit):
            return _told(list(house.queue.judge(base, base_commit, head_commit)), job)
        case Sweep():
            swept = house.sweep.run()
            job.swept(swept)
            return _Done((), not swept.failed)
        case Nothing(why):
            job.say(why)
            return _Done((), all_published=True)


def _head(commit: str, house: House, job: Job) -> _Done:
    """Judge every open pull request with this head; one judgement publishes for all that share it."""
    numbers = house.reader.open_with_head(commit)
    if not numbers:
        job.say(f"No open pull request has the head commit {commit}.")
        return _Done((), all_published=True)
    return _told([house.gate.judge(number) for number in numbers], job)


def _told(results: list[Result], job: Job) -> _Done:
    """Report results."""
    job.judged(results)
    states = tuple(result.state for result in results)
    return _Done(states, all(result.published for result in results))
