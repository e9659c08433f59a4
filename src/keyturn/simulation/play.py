"""Plays a test case: each step changes the world, is judged as the gate would, and is written to a ledger in memory."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from keyturn.core.chain import Chain
from keyturn.core.compose import Run, compose
from keyturn.core.decision import Decision
from keyturn.core.facts import Debt, Facts, FileVersion, LedgerFacts, PullRequestState, Role, Rules
from keyturn.core.judge import decide
from keyturn.core.judgement import Judgement
from keyturn.core.record import LedgerEntry, RecordedEvent, bytes_hash
from keyturn.core.rules_in_force import RulesInForce, read_rules
from keyturn.simulation.expectation import Difference, differences
from keyturn.simulation.names import account
from keyturn.simulation.suite import Step, Timeline
from keyturn.simulation.world import World

_RUN = Run(actor=None, url=None, version="simulated")


class Played(Struct, frozen=True, kw_only=True):
    """A step and what came of it: the judgement, the decision that stands, what the ledger recorded, what differs."""

    step: Step
    judgement: Judgement
    decision: Decision
    events: tuple[RecordedEvent, ...]
    differences: tuple[Difference, ...]


class Outcome(Struct, frozen=True):
    """A test case that was played to its end."""

    timeline: Timeline
    steps: tuple[Played, ...]

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not any(played.differences for played in self.steps)


def play(timeline: Timeline, rules: FileVersion) -> Outcome:
    """Play a case or a timeline against a rule book. Raises Impossible for a step that cannot happen."""
    world = World(timeline.people, timeline.form.pull_request, rules)
    in_force = read_rules(Rules(rules, older=()), rules.path)
    entries: list[LedgerEntry] = []
    played: list[Played] = []
    for step in timeline.steps:
        world.apply(step)
        facts = replace(world.facts(), ledger=LedgerFacts(tuple(entries)), debts=tuple(_debts(entries)))
        judgement = _judge(facts, in_force, step.at)
        entry = compose(judgement, _chain(entries), _RUN)
        if entry is not None:
            entries.append(entry)
        decision = judgement.decision if facts.state is PullRequestState.OPEN else entries[-1].decision.as_decision()
        events = entry.events if entry is not None else ()
        found = differences(step.form.expect, judgement, decision, events)
        played.append(
            Played(step=step, judgement=judgement, decision=decision, events=events, differences=tuple(found))
        )
    return Outcome(timeline, tuple(played))


def _judge(facts: Facts, rules: RulesInForce, now: datetime) -> Judgement:
    """Decide, and answer what the decision wants to know besides: whoever is not listed may only read."""
    judgement = decide(facts, rules, now)
    while judgement.wanted:
        wanted = judgement.wanted
        facts = replace(
            facts,
            roles={**facts.roles, **{login.casefold(): Role.READ for login in wanted.roles}},
            people={**facts.people, **{login.casefold(): account(login) for login in wanted.people}},
            teams={**facts.teams, **{team.casefold(): None for team in wanted.teams}},
        )
        judgement = decide(facts, rules, now)
    return judgement


def _chain(entries: list[LedgerEntry]) -> Chain:
    previous = bytes_hash(entries[-1].as_bytes()) if entries else None
    return Chain(
        entries=tuple(entries), broken=(), highest_generation=0, next_sequence=len(entries) + 1, previous=previous
    )


def _debts(entries: list[LedgerEntry]) -> Iterable[Debt]:
    """The reviews owed for overrides of this pull request, which nobody here ever does."""
    for record in entries[-1].state.overrides if entries else ():
        yield Debt(1, record.issue, tuple(voice.login for voice in record.voices), record.due)
