"""A pull request as it goes along: each step is judged, recorded in a ledger, and told to Slack, as a run does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec.structs import replace

from keyturn.core.chain import Chain
from keyturn.core.compose import NOTHING_LEARNED, Learned, Run, compose
from keyturn.core.facts import LedgerFacts
from keyturn.core.judge import decide
from keyturn.core.judgement import Judgement
from keyturn.core.manifest import ManifestFile
from keyturn.core.problem import Problem
from keyturn.core.record import LedgerEntry, bytes_hash
from keyturn.core.rulebook import Approvers, Escalation, Override, RuleBook, Slack
from keyturn.core.rules_in_force import RulesInForce
from keyturn.settings import Settings
from keyturn.slack.messenger import Delivered, Messenger
from tests.slack_server.server import CHANNEL, TOKEN, SlackServer
from tests.support.build import OPENED, action, facts, manifest
from tests.support.build_book import book, policies

SEVERE: Final = manifest(action("modify", "production_database"))
"""A manifest of the tier emergency."""
HARMLESS: Final = manifest(action("lint", "src"))
"""A manifest of the tier auto, where it covers nothing."""

BOOK: Final = book(
    tiers=policies(single={"approvals": 2}),
    approvers=Approvers(users=("ann", "bob", "carol"), teams=("acme/platform",)),
    escalation=Escalation(users=("erin",), teams=("acme/leads",)),
    override=Override(users=("zoe",), teams=("acme/sre",)),
    slack=Slack(
        channel=CHANNEL,
        users={"ann": "U00000ANN", "erin": "U0000ERIN", "zoe": "U00000ZOE"},
        teams={"acme/platform": "S0PLATFORM", "acme/leads": "S0000LEADS", "acme/sre": "S000000SRE"},
    ),
)
"""Two approvals by named people; some of them and every team are known in Slack."""


class Clock:
    """A clock that only waiting moves; `waits` are the seconds of each wait."""

    def __init__(self) -> None:
        """Start when the pull request was opened."""
        self.now = OPENED
        self.waits: list[float] = []

    def __call__(self) -> datetime:
        """The present."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Wait, at no cost to the test."""
        self.waits.append(seconds)
        self.now += timedelta(seconds=seconds)


@dataclass(kw_only=True)
class Tale:
    """One pull request, its ledger, and what the marker of its comment holds.

    `settings` and `book` (`None`: a broken one) are those of the next step; `given` are facts that stay until a step
    changes them. `warnings` are all that were ever given.
    """

    slack: SlackServer
    settings: Settings
    book: RuleBook | None = BOOK
    given: dict[str, Any] = field(default_factory=dict)
    entries: list[LedgerEntry] = field(default_factory=list)
    memory: Mapping[str, object] | None = None
    judgement: Judgement | None = None
    clock: Clock = field(default_factory=Clock)
    warnings: list[str] = field(default_factory=list)
    email_of: Callable[[str], str | None] | None = None

    def happens(self, hours: float = 0, *, learned: Learned = NOTHING_LEARNED, **changes: Any) -> Judgement:
        """Judge the pull request, so many hours after it was opened, and record what is new."""
        self.given |= changes
        known = LedgerFacts(entries=tuple(self.entries), highest_generation=1 if self.entries else 0)
        now = OPENED + timedelta(hours=hours)
        self.slack.workspace.now = max(self.slack.workspace.now, now)
        problems = () if self.book is not None else (Problem("rules.yml", 3, 1, "this is no tier"),)
        rules = RulesInForce(book=self.book, fallback=BOOK if self.book is None else None, problems=problems)
        self.judgement = decide(facts(**{"ledger": known, **self.given}), rules, now)
        last = self.entries[-1] if self.entries else None
        chain = Chain(
            entries=tuple(self.entries),
            broken=(),
            highest_generation=1,
            next_sequence=len(self.entries) + 1,
            previous=bytes_hash(last.as_bytes()) if last is not None else None,
        )
        entry = compose(self.judgement, chain, Run(actor="octocat", url=None, version="0"), learned)
        if entry is not None:
            self.entries.append(entry)
        return self.judgement

    def run(self, hours: float = 0, **changes: Any) -> Delivered:
        """A whole run: judged, recorded, told, and its memory kept."""
        self.happens(hours, **changes)
        return self.deliver()

    def deliver(self, messenger: Messenger | None = None) -> Delivered:
        """Tell Slack of the last step, and keep the memory, as the comment's marker does."""
        told = self.tell(messenger)
        self.memory = told.memory
        return told

    def tell(self, messenger: Messenger | None = None) -> Delivered:
        """Tell Slack of the last step as a run does that dies before it can keep anything.

        Slack is called only where the messenger said before that it is owed something.
        """
        assert self.judgement is not None
        messenger = messenger or self.messenger()
        is_owed, calls = messenger.owes(self.judgement, self.entries, self.memory), len(self.slack.calls)
        told = messenger.deliver(self.judgement, self.entries, self.memory)
        assert is_owed or len(self.slack.calls) == calls
        self.warnings += told.warnings
        return told

    def messenger(self) -> Messenger:
        """The messenger of a new run."""
        return Messenger(self.settings, clock=self.clock, sleep=self.clock.sleep, email_of=self.email_of)

    def by_webhook(self) -> None:
        """Go on with a webhook in place of the token."""
        self.settings = replace(self.settings, slack_token="", slack_api_url="", slack_webhook_url=self.slack.hook)


def settings(slack: SlackServer, **changes: Any) -> Settings:
    """The settings of a run that speaks with this server by token."""
    plain = Settings(repository="acme/shop", token="", slack_token=TOKEN, slack_api_url=slack.api)
    return replace(plain, **changes)


def as_manifests(*files: ManifestFile) -> dict[str, Any]:
    """The change of a push that brings these manifests and nothing else."""
    return {"manifests": files}
