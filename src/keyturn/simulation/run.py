"""One run of keyturn in a simulation, as the gate does it: facts, decision, ledger, verdict, and what people get."""

from datetime import datetime

from msgspec import Struct, field
from msgspec.structs import replace

from keyturn.core.asking import Asked, to_ask
from keyturn.core.chain import Anchor
from keyturn.core.compose import Run, compose
from keyturn.core.decision import Decision, Outcome, ReasonCode
from keyturn.core.facts import LedgerFacts, PullRequestState
from keyturn.core.judgement import Judgement
from keyturn.core.record import LedgerEntry, RecordedEvent
from keyturn.core.report import report_error
from keyturn.core.rulebook import Mode
from keyturn.core.verdict import VerdictState, state_of, verdict_name
from keyturn.simulation.aftercare import Care, look_after
from keyturn.simulation.host import Host
from keyturn.simulation.learned import learned
from keyturn.simulation.settle import settle
from keyturn.simulation.terms import Outage
from keyturn.simulation.verdicts import OWN_ACCOUNT, Verdict
from keyturn.simulation.world import World

_RUN = Run(actor=None, url=None, version="simulated")
_CHECK_NAME = "keyturn"
_WHY = {
    Outage.GITHUB: (ReasonCode.API_UNAVAILABLE, "GitHub cannot be read"),
    Outage.LEDGER: (ReasonCode.LEDGER_UNWRITABLE, "the ledger cannot be written"),
}


class Ran(Struct, frozen=True, kw_only=True):
    """What came of a run: the decision that stands, what the ledger recorded, and what keyturn did besides.

    `judgement` is `None` where keyturn could not find out.
    """

    decision: Decision
    judgement: Judgement | None = None
    events: tuple[RecordedEvent, ...] = ()
    asked: Asked = field(default_factory=Asked)
    care: Care = field(default_factory=Care)


def name_of_verdict(world: World) -> str:
    """The name of keyturn's verdict on the pull request as it stands."""
    book = world.rules_in_force.book
    observe = book is not None and book.mode is Mode.OBSERVE
    return verdict_name(_CHECK_NAME, world.base, world.default_branch, observe=observe)


def run(world: World, host: Host, now: datetime) -> Ran:
    """Judge the pull request as it stands, write it down, publish it, and look after what is owed."""
    if world.outage is Outage.GITHUB:
        return Ran(decision=_error(world, world.outage))
    facts = world.facts()
    chain = host.chain(facts)
    ledger = LedgerFacts(chain.entries, chain.broken, chain.highest_generation)
    judgement = settle(replace(facts, ledger=ledger, debts=host.debts(facts, chain)), world.rules_in_force, now)
    name, is_open = name_of_verdict(world), facts.state is PullRequestState.OPEN
    if judgement.decision.outcome is Outcome.NOT_GOVERNED:
        if is_open:
            _publish(host, judgement, name, None)
        return Ran(decision=judgement.decision, judgement=judgement)
    entry = compose(judgement, chain, _RUN, learned(judgement, host, name, observe=_observed(judgement)))
    if entry is not None and world.outage is Outage.LEDGER:
        if is_open:
            error = Verdict(name=name, state=VerdictState.ERROR, anchor=None, at=now, by=OWN_ACCOUNT)
            host.verdicts.give(facts.head, error)
        return Ran(decision=_error(world, world.outage, judgement.decision))
    if entry is not None:
        host.ledger.append(entry, judgement.facts.debts)
    newest = entry if entry is not None else chain.entries[-1]
    asked = Asked()
    if is_open:
        _publish(host, judgement, name, newest)
        host.commented = True
        asked = to_ask(judgement, frozenset(host.silent(facts, judgement.decision.opened_at)), frozenset())
        host.ask(asked, now)
    care = look_after(host, judgement, newest) if world.outage is None else Care()
    return Ran(
        decision=judgement.decision if is_open else newest.decision.as_decision(),
        judgement=judgement,
        events=entry.events if entry is not None else (),
        asked=asked,
        care=care,
    )


def _error(world: World, outage: Outage, seen: Decision | None = None) -> Decision:
    facts, (code, why) = world.facts(), _WHY[outage]
    return report_error(facts.repository or "", facts.number, facts.head, facts.base, code, why, seen=seen)


def _observed(judgement: Judgement) -> bool:
    book = judgement.rules.book
    return book is not None and book.mode is Mode.OBSERVE


def _publish(host: Host, judgement: Judgement, name: str, newest: LedgerEntry | None) -> None:
    """Set the verdict, which rests on the newest entry."""
    anchor = None
    if newest is not None:
        anchor = Anchor(newest.path, host.ledger.commits[0].oid, newest.state.generation)
    state = VerdictState.SUCCESS if _observed(judgement) else state_of(judgement.decision.outcome)
    host.verdicts.give(
        judgement.facts.head, Verdict(name=name, state=state, anchor=anchor, at=judgement.now, by=OWN_ACCOUNT)
    )
