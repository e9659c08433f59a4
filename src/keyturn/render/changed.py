"""The changed files that deserve a look: those that nobody declared, those with a floor, and the unusual ones."""

from collections.abc import Iterable, Sequence

from keyturn.core.assessment import Assessment, Floor, FloorCause
from keyturn.core.facts import Change, ChangedFile, Facts
from keyturn.render.sentences import CHANGES, FLOORS
from keyturn.render.styled import OF_TIER, Line, Piece, Style, capped, faint, heading, line, safe
from keyturn.render.words import counted

MOST_FILES = 20


def changed_files(facts: Facts, assessment: Assessment) -> Iterable[Line]:
    """One line for each such file, those that nobody declared first, and how many others there are."""
    if not facts.files:
        return
    undeclared = frozenset(assessment.undeclared)
    floors: dict[str, list[Floor]] = {}
    for floor in assessment.floors:
        floors.setdefault(floor.name, []).append(floor)
    listed: list[tuple[bool, str, Line]] = []
    for file in facts.files:
        own = [floor for name in file.names for floor in floors.get(name, ())]
        silent = not undeclared.isdisjoint(file.names)
        if own or silent or file.notes or file.change in _UNUSUAL:
            listed.append((not silent, file.path, _line(file, own, silent=silent)))
    yield from heading(f"{counted(len(facts.files), 'changed file')}, {len(undeclared):,} undeclared")
    yield from capped([shown for *_, shown in sorted(listed, key=lambda item: item[:2])], MOST_FILES)
    if 0 < len(listed) < len(facts.files):
        yield line(faint(f"and {counted(len(facts.files) - len(listed), 'ordinary file')}, declared"), indent=2)


_UNUSUAL = {Change.REMOVED, Change.RENAMED, Change.COPIED, Change.CHANGED}


def _line(file: ChangedFile, floors: Sequence[Floor], *, silent: bool) -> Line:
    previous = f"{safe(file.previous)} → " if file.previous is not None else ""
    about = ", ".join((CHANGES[file.change], *file.notes))
    return line(
        Piece("undeclared  " if silent else "declared    ", Style.WAITING if silent else Style.FAINT),
        f"{previous}{safe(file.path)}",
        faint(f"  {about}"),
        *_floor(floors),
        indent=2,
    )


def _floor(floors: Sequence[Floor]) -> Iterable[Piece]:
    """The most severe floor."""
    if floors:
        worst = max(floors, key=lambda floor: floor.tier.severity)
        yield faint("  ")
        yield Piece(worst.tier, OF_TIER[worst.tier])
        yield faint(f": {floor_reason(worst)}")


def floor_reason(floor: Floor) -> str:
    """Why a name in the diff may not pass below its tier."""
    if floor.cause in {FloorCause.UNDECLARED, FloorCause.RULE_BOOK, FloorCause.WORKFLOWS}:
        return FLOORS[floor.cause]
    return f"{FLOORS[floor.cause]} ({safe(floor.detail)})"
