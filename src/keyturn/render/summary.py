"""The summary of a job: one pull request in full, or a sweep as a table."""

from collections.abc import Iterable, Mapping, Sequence

from keyturn.core.decision import Decision
from keyturn.core.judgement import Judgement
from keyturn.core.record import RecordedDecision
from keyturn.render.comment import Extras, footer, report
from keyturn.render.headline import headline
from keyturn.render.markdown import bullets, cell, code, fence, names, table
from keyturn.render.sentences import EMOJI
from keyturn.render.words import counted

LONGEST_WARNING = 2_000
MOST_ROWS = 2_000
MOST_WARNINGS = 50


def job_summary(judgement: Judgement, extras: Extras, warnings: Sequence[str] = ()) -> str:
    """What the comment says, and what went wrong on the way; far below the 1 MiB that GitHub takes."""
    return _page(report(judgement, extras), _warnings(warnings), footer(judgement))


def decision_summary(decision: Decision | RecordedDecision, warnings: Sequence[str] = ()) -> str:
    """The same where there is a decision alone: after an error, or of a closed pull request."""
    errors = decision.errors if isinstance(decision, Decision) else ()
    what = fence("\n".join(error.message for error in errors), LONGEST_WARNING) if errors else ""
    return _page(f"## {EMOJI[decision.outcome]} {headline(decision, code)}", what, _warnings(warnings))


def sweep_summary(
    decisions: Iterable[Decision | RecordedDecision],
    unread: Mapping[int, str],
    unreached: Sequence[int] = (),
    warnings: Sequence[str] = (),
) -> str:
    """A sweep: each pull request judged, those that could not be read with the reason, those not reached."""
    judged = sorted(decisions, key=lambda decision: decision.pull_request or 0)
    rows = [
        (f"#{decision.pull_request}", cell(decision.base, 60), f"{EMOJI[decision.outcome]} {_line(decision)}")
        for decision in judged[:MOST_ROWS]
    ]
    parts = [f"## {counted(len(judged), 'pull request')} judged"]
    if rows:
        parts.append(table(("pull request", "into", "state"), rows))
    if unread:
        failed = [f"#{number}: {code(why, 300)}" for number, why in sorted(unread.items())[:MOST_WARNINGS]]
        parts += [f"### {counted(len(unread), 'pull request')} could not be judged", bullets(failed)]
    if unreached:
        listed = names([f"#{number}" for number in sorted(unreached)], most=100)
        parts.append(f"Not reached this time, and first in line next time: {listed}.")
    return _page(*parts, _warnings(warnings))


def _line(decision: Decision | RecordedDecision) -> str:
    return headline(decision, lambda login: cell(login, 60))


def _warnings(warnings: Sequence[str]) -> str:
    if not warnings:
        return ""
    shown = [code(warning, LONGEST_WARNING) for warning in warnings[:MOST_WARNINGS]]
    if len(warnings) > MOST_WARNINGS:
        shown.append(counted(len(warnings) - MOST_WARNINGS, "further warning"))
    return f"### Warnings\n\n{bullets(shown)}"


def _page(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"
