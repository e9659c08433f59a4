"""The shipped cases and timelines: everything in them is as expected, and every outcome has one."""

import subprocess
import sys
from pathlib import Path

import pytest

from keyturn.core.decision import Outcome
from keyturn.core.facts import FileVersion
from keyturn.core.record import Event
from keyturn.core.rulebook import read_rulebook
from keyturn.simulation.exercise import unexercised
from keyturn.simulation.play import Outcome as Played
from keyturn.simulation.play import play
from keyturn.simulation.suite import read_suite

ROOT = Path(__file__).parents[2]
TIMELINES = sorted(path for path in (ROOT / "examples/timelines").glob("*.yml") if not path.name.endswith("rules.yml"))


def played(path: Path) -> list[Played]:
    """Play a file of cases against its rule book."""
    suite = read_suite(path.name, path.read_bytes())
    rules = FileVersion("rules.yml", (path.parent / suite.rules).read_bytes())
    return [play(timeline, rules) for timeline in suite.timelines]


@pytest.mark.parametrize("path", [ROOT / "rules.test.yml", *TIMELINES], ids=lambda path: path.stem)
def test_example__is_as_expected(path: Path) -> None:
    """Each shipped case passes: what the documentation tells is what the code does."""
    found = [(p.step.line, p.differences) for outcome in played(path) for p in outcome.steps if p.differences]
    assert found == []


def test_examples__show_every_outcome() -> None:
    """Each outcome of a decision is told by the timeline of its name."""
    for outcome in sorted(Outcome):
        steps = [step for told in played(ROOT / f"examples/timelines/{outcome}.yml") for step in told.steps]
        assert outcome in {step.ran.decision.outcome for step in steps}, outcome
    assert set(Outcome) <= {path.stem for path in TIMELINES}


def test_examples__show_what_the_ledger_records() -> None:
    """Every event of the ledger occurs in some timeline."""
    seen = {
        event.event for path in TIMELINES for told in played(path) for step in told.steps for event in step.ran.events
    }
    assert seen == set(Event)


def test_examples__readme_names_each_timeline() -> None:
    """Nothing lies in the folder that the table does not tell of."""
    text = (ROOT / "examples/README.md").read_text("utf-8")
    assert [path.name for path in TIMELINES if f"`{path.name}" not in text] == []


def test_examples__readme_shows_cases_that_pass() -> None:
    """The short reference is itself a file of cases for the shipped rule book."""
    text = (ROOT / "examples/README.md").read_text("utf-8").partition("```yaml\n")[2].partition("```")[0]
    rules = FileVersion("rules.yml", (ROOT / "rules.yml").read_bytes())
    suite = read_suite("README.md", text.encode())
    assert [play(timeline, rules).passed for timeline in suite.timelines] == [True, True]


def test_shipped_cases__exercise_every_rule() -> None:
    """No rule of the shipped rule book is untested."""
    book = read_rulebook("rules.yml", (ROOT / "rules.yml").read_bytes())
    assert unexercised(book, played(ROOT / "rules.test.yml")) == ()


def test_demo__tells_what_it_expects() -> None:
    """The tour runs without a network, ends well, and leaves nothing behind."""
    said = subprocess.run([sys.executable, str(ROOT / "examples/demo.py")], check=True, capture_output=True, text=True)
    assert said.stderr == ""
    for line in (
        "The gate would let this pass on its own: tier auto needs nobody.",
        "The gate would wait for 1 approval: tier single.",
        "The gate would wait for 2 approvals and 1 check: tier multi.",
        "The gate would stop this: ",
        "The gate would refuse this: its manifest was refused.",
        'description: "FILL IN: what changes here, and why."',
    ):
        assert line in said.stdout
