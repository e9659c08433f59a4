"""What test cases came to, for a person at a terminal: a line each, a difference where one failed."""

from collections.abc import Iterable, Sequence

from keyturn.core.rulebook import Rule
from keyturn.render.step_told import happened
from keyturn.render.styled import Line, Piece, Style, faint, heading, line, safe
from keyturn.render.words import counted
from keyturn.simulation.play import Outcome, Played


def suite_report(path: str, rules_path: str, outcomes: Sequence[Outcome]) -> Iterable[Line]:
    """One line for each case of a file, and below it everything that is not as expected."""
    yield line(Piece(f"File {safe(path)}", Style.HEADING), faint(f" against {safe(rules_path)}"))
    for outcome in outcomes:
        verdict = Piece("ok   ", Style.GOOD) if outcome.passed else Piece("FAIL ", Style.BAD)
        steps = "" if outcome.timeline.single else f" ({counted(len(outcome.steps), 'step')})"
        yield line(verdict, safe(outcome.timeline.name), faint(steps), indent=2)
        for played in outcome.steps:
            yield from _differences(path, outcome, played)


def _differences(path: str, outcome: Outcome, played: Played) -> Iterable[Line]:
    if not played.differences:
        return
    timeline = outcome.timeline
    what = "" if timeline.single else f": after {happened(played.step, timeline.form.pull_request.author)}"
    yield line(faint(f"at {safe(path)}:{played.step.line}{what}"), indent=7)
    for difference in played.differences:
        yield line(Piece(f"- {difference.key}: {safe(difference.expected, 500)}", Style.BAD), indent=7)
        yield line(Piece(f"+ {difference.key}: {safe(difference.found, 500)}", Style.GOOD), indent=7)


def unexercised_report(rules_path: str, rules: Sequence[Rule]) -> Iterable[Line]:
    """The rules that no case exercises."""
    if not rules:
        return
    yield from heading(f"{counted(len(rules), 'rule')} of {safe(rules_path)} that no case exercises")
    for rule in rules:
        keys = ", ".join(f"{key}: {safe(pattern)}" for key, pattern in rule.keys)
        yield line(f"- {safe(rules_path)}:{rule.line} {rule.tier} {{{keys}}}", indent=2)


def summary(outcomes: Sequence[Outcome]) -> Line:
    """How many there were and how many failed."""
    failed = sum(not outcome.passed for outcome in outcomes)
    said = (
        f"{counted(len(outcomes), 'case')}, {failed:,} failed"
        if failed
        else f"{counted(len(outcomes), 'case')} as expected"
    )
    return line(Piece(said, Style.BAD if failed else Style.GOOD))
