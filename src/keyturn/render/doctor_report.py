"""The findings about a set-up, for a person at a terminal and for programs."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from keyturn.doctor.finding import Finding, State, worst
from keyturn.render.styled import Line, Piece, Style, faint, line, safe
from keyturn.render.words import counted

_MARKS: Final = MappingProxyType(
    {
        State.OK: Piece("ok      ", Style.GOOD),
        State.WARNING: Piece("warning ", Style.WAITING),
        State.WRONG: Piece("WRONG   ", Style.BAD),
    }
)
_LONGEST: Final = 2_000


def doctor_report(repository: str, findings: Sequence[Finding]) -> Iterable[Line]:
    """One line for each finding; below it, where something is to be done, why and how."""
    yield line(Piece(f"The set-up of {safe(repository)}", Style.HEADING))
    for finding in findings:
        yield line(_MARKS[finding.state], f"{safe(finding.name)}: {safe(finding.what, _LONGEST)}", indent=2)
        if finding.state is not State.OK:
            yield line(faint("why: "), safe(finding.why, _LONGEST), indent=10)
            yield line(faint("mend: "), safe(finding.mend, _LONGEST), indent=10)
    number = {state: sum(finding.state is state for finding in findings) for state in State}
    style = {State.OK: Style.GOOD, State.WARNING: Style.WAITING, State.WRONG: Style.BAD}[worst(findings)]
    told = f"{number[State.WRONG]:,} wrong, {counted(number[State.WARNING], 'warning')}, {number[State.OK]:,} ok"
    yield line(Piece(told, style))


def doctor_json(repository: str, findings: Sequence[Finding]) -> Mapping[str, object]:
    """The same as plain values: the worst state, and every finding with its name, state, what, why and mend."""
    return {
        "repository": repository,
        "state": worst(findings).value,
        "findings": [
            {
                "name": finding.name,
                "state": finding.state.value,
                "what": finding.what,
                "why": finding.why,
                "mend": finding.mend,
            }
            for finding in findings
        ],
    }
