"""`keyturn test`: the cases that maintainers keep beside their rule book."""

import json
import posixpath
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Annotated

import typer
from msgspec import Struct

from keyturn.cli.options import Format, OutputFormat
from keyturn.cli.printing import say
from keyturn.cli.stop import Stop
from keyturn.core.facts import FileVersion
from keyturn.core.problem import Refused
from keyturn.core.rulebook import Rule, RuleBook, read_rulebook
from keyturn.core.source import LARGEST
from keyturn.render.story import story
from keyturn.render.styled import Line
from keyturn.render.suite_report import suite_report, summary, unexercised_report
from keyturn.simulation.exercise import unexercised
from keyturn.simulation.impossible import Impossible
from keyturn.simulation.play import Outcome, play
from keyturn.simulation.suite import Suite, read_suite


class Tested(Struct, frozen=True):
    """A file of cases that was played; `rules_path` is where its rule book lies."""

    suite: Suite
    rules_path: str
    book: RuleBook
    outcomes: tuple[Outcome, ...]


def command(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Files of cases, such as rules.test.yml.")],
    *,
    tell: Annotated[bool, typer.Option("--story", help="Tell each timeline as a story.")] = False,
    output: OutputFormat = Format.TEXT,
) -> None:
    """Run the cases that are kept beside a rule book, and say which rules none of them exercises.

    Exit code 0: everything as expected; 1: something is not; 2: a file cannot be read.
    """
    tested = [_test(str(file)) for file in files]
    outcomes = [outcome for item in tested for outcome in item.outcomes]
    if output is Format.JSON:
        typer.echo(json.dumps(_as_json(tested), indent=2))
    else:
        say(_told(tested, as_story=tell))
    if not all(outcome.passed for outcome in outcomes):
        raise typer.Exit(1)


def _test(path: str) -> Tested:
    """Play a file of cases. Raises Stop where it, or its rule book, cannot be read or played."""
    try:
        suite = read_suite(path, _content(path))
        rules_path = posixpath.normpath(Path(path).parent / suite.rules)
        rules = FileVersion(PurePosixPath(suite.rules).name, _content(rules_path))
        book = read_rulebook(rules_path, rules.content or b"")
    except Refused as refused:
        raise Stop("\n".join(str(problem) for problem in refused.problems)) from None
    outcomes = []
    for timeline in suite.timelines:
        try:
            outcomes.append(play(timeline, rules))
        except Impossible as impossible:
            msg = f"{path}:{timeline.line}: {timeline.name}: {impossible}"
            raise Stop(msg) from None
    return Tested(suite, rules_path, book, tuple(outcomes))


def _content(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        msg = f"{path!r} cannot be read: {error.strerror}"
        raise Stop(msg) from None


def _told(tested: list[Tested], *, as_story: bool) -> Iterable[Line]:
    for item in tested:
        if as_story:
            for outcome in item.outcomes:
                if not outcome.timeline.single:
                    yield from story(outcome)
                    yield Line()
        yield from suite_report(item.suite.path, item.rules_path, item.outcomes)
    yield summary([outcome for item in tested for outcome in item.outcomes])
    for rules_path, rules in _unexercised(tested):
        yield from unexercised_report(rules_path, rules)


def _unexercised(tested: list[Tested]) -> Iterable[tuple[str, tuple[Rule, ...]]]:
    """The rules of each rule book that no case of any file exercises."""
    for rules_path in dict.fromkeys(item.rules_path for item in tested):
        same = [item for item in tested if item.rules_path == rules_path]
        yield rules_path, unexercised(same[0].book, [outcome for item in same for outcome in item.outcomes])


def _as_json(tested: list[Tested]) -> dict[str, object]:
    outcomes = [outcome for item in tested for outcome in item.outcomes]
    return {
        "passed": sum(outcome.passed for outcome in outcomes),
        "failed": sum(not outcome.passed for outcome in outcomes),
        "files": [
            {
                "file": item.suite.path,
                "rules": item.rules_path,
                "cases": [_case_as_json(outcome) for outcome in item.outcomes],
            }
            for item in tested
        ],
        "unexercised": [
            {"rule": f"{rules_path}:{rule.line}", "tier": rule.tier.value, "keys": dict(rule.keys)}
            for rules_path, rules in _unexercised(tested)
            for rule in rules
        ],
    }


def _case_as_json(outcome: Outcome) -> dict[str, object]:
    return {
        "name": outcome.timeline.name,
        "line": outcome.timeline.line,
        "passed": outcome.passed,
        "steps": [
            {
                "line": played.step.line,
                "at": played.step.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "outcome": played.ran.decision.outcome.value,
                "reason_codes": [code.value for code in played.ran.decision.reason_codes],
                "events": [event.event.value for event in played.ran.events],
                "asked": [*played.ran.asked.users, *played.ran.asked.teams],
                "verdict": played.verdict,
                "review_issue": played.review_issue,
                "differences": [
                    {"key": item.key, "expected": item.expected, "found": item.found} for item in played.differences
                ],
            }
            for played in outcome.steps
        ],
    }
