"""The ledger of a repository on GitHub, for the commands that read it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from msgspec import Struct

from keyturn.cli.printing import warn
from keyturn.cli.remote import fail
from keyturn.core.ledger_walk import LedgerTip, LedgerWalk
from keyturn.github.client import Client
from keyturn.github.ledger_walk import LedgerOnGitHub
from keyturn.github.patience import Patience
from keyturn.github.verdicts_naming import COMMITS_ASKED
from keyturn.ports import Unavailable
from keyturn.render.ledger_report import unproven_on_github
from keyturn.settings import Settings


class OnGitHub(Struct, frozen=True):
    """A ledger on GitHub. Reading raises `Unavailable`."""

    ledger: LedgerOnGitHub

    def tip(self, pull_request: int | None) -> LedgerTip:
        """What stands on the branch."""
        return self.ledger.tip(pull_request)

    def walk(self, account: str | None) -> LedgerWalk:
        """The whole branch, its own commits being those by `account`."""
        return self.ledger.walk(account)

    def unproven(self, walk: LedgerWalk, *, account_given: bool) -> tuple[str, ...]:
        """What an audit of that walk leaves open."""
        return unproven_on_github(walk, account_given=account_given, commits_asked=COMMITS_ASKED)


@contextmanager
def on_github(settings: Settings) -> Iterator[OnGitHub]:
    """The ledger, until the end of the statement; where GitHub cannot be read, the command ends as not done."""
    client = Client(settings, Patience(lambda: datetime.now(UTC), time.sleep))
    try:
        yield OnGitHub(LedgerOnGitHub(client, settings.ledger_branch))
    except Unavailable as unavailable:
        warn(str(unavailable))
        fail()
    finally:
        client.close()
