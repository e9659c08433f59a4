"""Every check of the set-up, in the order in which things are set up."""

from collections.abc import Iterator

from keyturn.doctor.finding import Finding
from keyturn.doctor.hearing import hearing, last_sweep
from keyturn.doctor.ledger import ledger
from keyturn.doctor.native import native_settings
from keyturn.doctor.people import quorum, teams
from keyturn.doctor.required import required_check
from keyturn.doctor.rules import read_rules, schemas, tests
from keyturn.doctor.setup import Setup
from keyturn.doctor.token import own_app, permissions
from keyturn.doctor.workflow import read_workflow


def check_up(setup: Setup) -> tuple[Finding, ...]:
    """All findings about a set-up."""
    return tuple(_all(setup))


def _all(setup: Setup) -> Iterator[Finding]:
    book, found = read_rules(setup)
    workflows = [read for file in setup.workflows if (read := read_workflow(file.file)) is not None]
    yield found
    yield tests(setup)
    yield from schemas(setup)
    yield own_app(setup, workflows)
    yield from permissions(setup)
    yield from ledger(setup)
    yield from required_check(setup, None if book is None else book.mode)
    yield from native_settings(setup, workflows)
    if book is not None:
        yield from teams(setup, book)
        yield from quorum(setup, book)
    yield from hearing(workflows, book)
    yield last_sweep(setup, workflows)
