"""What a run learns beside the facts: verdicts that keyturn did not give, and override reviews that are done."""

from collections.abc import Iterable

from keyturn.core.compose import Learned, overrides_of
from keyturn.core.facts import PullRequestState
from keyturn.core.forgery import forged
from keyturn.core.judgement import Judgement
from keyturn.core.override_review import reviewed
from keyturn.core.record import RecordedEvent
from keyturn.simulation.host import Host
from keyturn.simulation.settle import is_review


def learned(judgement: Judgement, host: Host, name: str, *, observe: bool) -> Learned:
    """Everything new on the host; `name` is that of keyturn's verdict, `observe` whether it only observes."""
    events = list(_forged(judgement, host, name, observe=observe))
    overrides = []
    for record in overrides_of(judgement):
        closing = host.issues.closing(record) if record.reviewed_at is None else None
        if closing is None or not is_review(judgement, record, closing):
            overrides.append(record)
        else:
            done, event = reviewed(record, closing)
            overrides.append(done)
            events.append(event)
    return Learned(tuple(events), tuple(overrides))


def _forged(judgement: Judgement, host: Host, name: str, *, observe: bool) -> Iterable[RecordedEvent]:
    facts, standing = judgement.facts, host.verdicts.on(judgement.facts.head, name)
    if standing is None or facts.state is not PullRequestState.OPEN or facts.ledger.broken:
        return
    event = forged(
        name=standing.name,
        state=standing.state,
        anchor=standing.anchor,
        at=standing.at,
        creator=standing.by,
        own=standing.own,
        observe=observe,
        head=facts.head,
        history=judgement.history,
        entries=facts.ledger.entries,
        now=judgement.now,
    )
    if event is not None:
        yield event
