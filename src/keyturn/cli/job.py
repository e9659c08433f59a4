"""What a run leaves with the runner: log lines, annotations, outputs and the job summary."""

import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Self, TextIO

from msgspec import Struct

from keyturn.gate.story import Result
from keyturn.gate.sweep import Swept
from keyturn.render.comment import Extras
from keyturn.render.headline import headline
from keyturn.render.log_line import Level, annotation, log_line
from keyturn.render.outputs import outputs, sweep_outputs
from keyturn.render.summary import decision_summary, job_summary, sweep_summary

LARGEST_SUMMARY: Final = 1024 * 1024 - 1024
"""A larger summary would be dropped whole."""


class Job(Struct, frozen=True):
    """The job that a run is part of; outside Actions there are no files, and only the log is written."""

    log: TextIO
    output: Path | None = None
    summary: Path | None = None

    @classmethod
    def of(cls, environment: Mapping[str, str], log: TextIO) -> Self:
        """The job that the runner's environment describes."""
        paths = [environment.get(name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")]
        output, summary = (Path(path) if path else None for path in paths)
        return cls(log, output, summary)

    def say(self, text: str) -> None:
        """Write one line to the log."""
        self.log.write(f"{log_line(text)}\n")

    def error(self, message: str) -> None:
        """Say why the run failed, where people look first."""
        self.log.write(f"{annotation(Level.ERROR, message, title='keyturn')}\n")

    def warn(self, message: str) -> None:
        """Say what went wrong without failing the run."""
        self.log.write(f"{annotation(Level.WARNING, message, title='keyturn')}\n")

    def judged(self, results: Sequence[Result]) -> None:
        """Report the pull requests that a run judged; the outputs are those of the strictest, the first of equals."""
        for result in results:
            name = f"#{number}" if (number := result.decision.pull_request) is not None else "The merge group"
            self.say(f"{name}: {headline(result.decision)}")
            for warning in result.warnings:
                self.warn(warning)
            if not result.published:
                self.error(f"No verdict could be published for {name}.")
        self._put(outputs(max(results, key=lambda result: result.state.strictness).decision))
        self._summarise("\n".join(_summary(result) for result in results))

    def swept(self, swept: Swept) -> None:
        """Report a sweep."""
        self.say(f"{swept.seen} pull requests seen, {len(swept.results)} judged.")
        for result in swept.results:
            self.say(f"#{result.decision.pull_request}: {headline(result.decision)}")
            for warning in result.warnings:
                self.warn(f"#{result.decision.pull_request}: {warning}")
        for number, why in swept.failed:
            self.error(f"#{number} could not be judged: {why}")
        decisions = [result.decision for result in swept.results]
        found, lacking = sweep_outputs(decisions)
        if lacking:
            self.warn(lacking)
        self._put(found)
        self._summarise(sweep_summary(decisions, dict(swept.failed)))

    def _put(self, values: Mapping[str, str]) -> None:
        """Hand outputs to later steps, each between marks that no value can hold."""
        if self.output is None:
            return
        mark = f"keyturn-{uuid.uuid4().hex}"
        text = "".join(f"{name}<<{mark}\n{value}\n{mark}\n" for name, value in values.items())
        with self.output.open("a", encoding="utf-8") as file:
            file.write(text)

    def _summarise(self, text: str) -> None:
        if self.summary is None:
            return
        cut = text.encode()[:LARGEST_SUMMARY].decode(errors="ignore")
        with self.summary.open("a", encoding="utf-8") as file:
            file.write(cut)


def _summary(result: Result) -> str:
    if result.judged is None or not result.judged.is_open:
        return decision_summary(result.decision, result.warnings)
    return job_summary(result.judged.judgement, Extras(), result.warnings)
