"""Plays a test case: each step changes the world, and keyturn runs."""

from datetime import datetime

from msgspec import Struct

from keyturn.core.facts import FileVersion
from keyturn.core.verdict import VerdictState
from keyturn.simulation.expectation import Difference, differences
from keyturn.simulation.host import Host
from keyturn.simulation.run import Ran, name_of_verdict, run
from keyturn.simulation.step_form import StepForm, VerdictForm
from keyturn.simulation.suite import Step, Timeline
from keyturn.simulation.terms import IssueState
from keyturn.simulation.verdicts import Verdict
from keyturn.simulation.world import World


class Played(Struct, frozen=True, kw_only=True):
    """A step, what came of it, and what differs from what was expected.

    `verdict` is what stands on the head commit afterwards, `review_issue` how the issue of the newest override stands.
    """

    step: Step
    ran: Ran
    verdict: VerdictState | None
    review_issue: IssueState | None
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
    host = Host()
    played: list[Played] = []
    for step in timeline.steps:
        world.apply(step)
        _tamper(host, world, step.form, step.at)
        ran = run(world, host, step.at)
        given = host.verdicts.on(world.head, name_of_verdict(world))
        verdict, issue = given.state if given is not None else None, host.issues.state()
        found = tuple(differences(step.form.expect, ran, verdict, issue))
        played.append(Played(step=step, ran=ran, verdict=verdict, review_issue=issue, differences=found))
    return Outcome(timeline, tuple(played))


def _tamper(host: Host, world: World, form: StepForm, at: datetime) -> None:
    """Let people do something to what keyturn keeps."""
    if form.override_review is not None:
        entries = host.chain(world.facts()).entries
        host.issues.apply(form.override_review, entries[-1].state.overrides if entries else (), at)
    elif form.verdict is not None:
        host.verdicts.give(world.head, _given(form.verdict, name_of_verdict(world), at))
    elif form.ledger is not None:
        host.ledger.becomes(form.ledger)


def _given(form: VerdictForm, name: str, at: datetime) -> Verdict:
    return Verdict(name=name, state=form.says, anchor=None, at=at, by=form.by)
