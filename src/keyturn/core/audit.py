"""Finds what was done to the ledger by anybody but keyturn, or by keyturn's account against keyturn's rules."""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from keyturn.core.audit_commits import BESIDES, Journey
from keyturn.core.audit_entries import against_each_other, debts_against_entries
from keyturn.core.fault import Fault, Finding
from keyturn.core.ledger_walk import LedgerWalk, NamedEntry, Standing, place_of
from keyturn.core.record import Event


def audit(walk: LedgerWalk) -> tuple[Finding, ...]:
    """Everything that is wrong with the ledger: first what its commits show, then its files, then the verdicts.

    A file is named once for each kind of fault. What keyturn itself found broken and wrote down is `recorded`.
    """
    journey = Journey()
    by_commits = tuple(journey.along(walk.commits))
    restarts = _restarts(walk, journey)
    found = (
        *(_weighed(finding, journey, restarts) for finding in by_commits),
        *_strangers(walk),
        *against_each_other(walk.tip, {number: restart.place.sequence for number, restart in restarts.items()}),
        *_named(walk, journey, restarts),
        *debts_against_entries(walk.tip),
    )
    told: dict[tuple[Fault, str], Finding] = {}
    for finding in found:
        told.setdefault((finding.fault, finding.path or finding.what), finding)
    return tuple(told.values())


def _restarts(walk: LedgerWalk, journey: Journey) -> dict[int, Standing]:
    """For each pull request whose chain was started afresh: the newest entry that says so, if keyturn wrote it."""
    return {
        standing.place.pull_request: standing
        for standing in walk.tip.entries()
        if standing.entry is not None
        and any(event.event is Event.LEDGER_BROKEN for event in standing.entry.events)
        and journey.written_at(standing.path) is not None
    }


def _weighed(finding: Finding, journey: Journey, restarts: Mapping[int, Standing]) -> Finding:
    """The same finding, recorded where the chain was started afresh after the commit."""
    place = place_of(finding.path)
    restart = restarts.get(place.pull_request) if place is not None else None
    since = journey.written_at(restart.path) if restart is not None else None
    return replace(finding, recorded=since is not None and journey.order[finding.commit] < since)


def _strangers(walk: LedgerWalk) -> Iterator[Finding]:
    """Files at the tip that are no part of the ledger, however they came there."""
    for path in sorted(walk.tip.files):
        if place_of(path) is None and path not in BESIDES:
            yield Finding(fault=Fault.FOREIGN, path=path, what=f"{path} is no part of the ledger")


def _named(walk: LedgerWalk, journey: Journey, restarts: Mapping[int, Standing]) -> Iterator[Finding]:
    """What the verdicts name and the branch does not hold, or holds otherwise."""
    for named in walk.named:
        place, path = place_of(named.anchor.path), named.anchor.path
        if place is None:
            continue
        fault_and_what = _astray(named, walk, journey)
        if fault_and_what is not None:
            fault, what = fault_and_what
            restart = restarts.get(place.pull_request)
            recorded = restart is not None and restart.entry is not None and named.at <= restart.entry.time
            verdict = f"the verdict of {named.at:%Y-%m-%d %H:%M} UTC on commit {named.head[:10]}"
            yield Finding(fault=fault, path=path, what=f"{path}, which {verdict} names, {what}", recorded=recorded)


def _astray(named: NamedEntry, walk: LedgerWalk, journey: Journey) -> tuple[Fault, str] | None:
    path, commit = named.anchor.path, named.anchor.commit
    if path not in walk.tip.files:
        return Fault.MISSING, "is gone"
    if commit not in journey.order:
        return Fault.MISSING, f"was in ledger commit {commit[:10]}, which is gone: the branch was rewound or rewritten"
    if journey.blob(path, commit) != walk.tip.files[path]:
        return Fault.EDITED, "was another then"
    return None
