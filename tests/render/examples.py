"""Pull requests as a reader meets them, one for each state, judged for real: what the golden files show."""

import textwrap
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

from msgspec.structs import replace

from keyturn.core.chain import Chain
from keyturn.core.compose import Learned, Run, compose, overrides_of
from keyturn.core.decision import ReasonCode
from keyturn.core.facts import (
    Account,
    AccountKind,
    Change,
    ChangedFile,
    Check,
    CheckState,
    Comment,
    Commit,
    Dismissal,
    Facts,
    FileVersion,
    Identity,
    LedgerFacts,
    Review,
    ReviewState,
    Role,
    Rules,
)
from keyturn.core.judge import decide
from keyturn.core.judgement import Judgement
from keyturn.core.manifest import FileKind, ManifestFile
from keyturn.core.report import report_error
from keyturn.core.rules_in_force import read_rules

OPENED: Final = datetime(2026, 1, 2, 9, 0, tzinfo=UTC)
HEAD: Final = "3f786850e387550fdab836ed7e6dc881de23001b"
EARLIER: Final = "89e6c98d92887913cadf06b2adb97f26cde4849b"
MANIFEST: Final = ".agent/manifests/vat.yml"

BOOK: Final = """\
version: 1
agents: {authors: ["*[bot]"], mention: "@claude"}
unmatched: single
undeclared: multi
rules:
  emergency:
    - {action_type: modify, target: production_database}
  multi:
    - {action_type: migrate}
    - {action_type: write, scope: directory}
  single:
    - {action_type: write, scope: single_file, estimated_impact: local}
    - {action_type: "write*"}
  auto:
    - {action_type: lint}
paths:
  multi: [/rules.yml, "/.github/**", "/infra/**"]
tiers:
  single: {approvals: 1, escalate_after: 60m, expire_after: 24h}
  multi: {approvals: 2, escalate_after: 4h, expire_after: 24h, checks: [test]}
approvers: {users: [ann, bob, carol], teams: [acme/platform]}
escalation: {users: [erin], teams: [acme/leads]}
override: {users: [zoe], teams: [acme/sre]}
"""

SMALL: Final = """\
version: 1
agent: release-bot
requested_by: octocat
actions:
  - action_type: write
    target: src/billing/tax.py
    scope: single_file
    description: Round VAT per line, not per invoice.
    estimated_impact: local
"""

LARGE: Final = """\
version: 1
agent: release-bot
requested_by: octocat
actions:
  - action_type: write
    target: src/billing/tax.py
    scope: single_file
    description: Round VAT per line, not per invoice.
    estimated_impact: local
  - action_type: migrate
    target: orders
    scope: database
    description: Add a column for the rounded tax, filled from the old one in batches.
    estimated_impact: service
    files: [migrations/*.sql]
"""

EMERGENCY: Final = SMALL + textwrap.indent(
    textwrap.dedent(
        """\
        - action_type: modify
          target: production_database
          scope: database
          description: Drop the old tax column at once.
          estimated_impact: organisation
        """
    ),
    "  ",
)


def person(login: str) -> Account:
    """A person's account."""
    return Account(login, AccountKind.USER)


BOT: Final = Account("copilot-swe-agent[bot]", AccountKind.BOT, 198982749)


def commit(oid: str, *people: Account) -> Commit:
    """A commit written and committed by these accounts."""
    identities = tuple(Identity(who.login, f"{who.login}@example.com", who) for who in people)
    return Commit(oid=oid, authors=identities, committer=identities[0], signed_by_github=False)


def review(login: str, state: ReviewState, **changes: Any) -> Review:
    """A review of the current head, an hour after the request opened."""
    number = sum(map(ord, login))
    return replace(
        Review(
            id=f"PRR_{login}",
            number=number,
            author=person(login),
            state=state,
            submitted_at=OPENED + timedelta(hours=1),
            commit=HEAD,
            can_push=True,
        ),
        **changes,
    )


def manifest(text: str, path: str = MANIFEST) -> ManifestFile:
    """A manifest of the pull request."""
    content = text.encode("utf-8", "surrogateescape")
    return ManifestFile(path=path, kind=FileKind.REGULAR, content=content, size=len(content))


def facts(text: str | None = LARGE, book: str | None = BOOK, **changes: Any) -> Facts:
    """An agent's pull request that rounds taxes, as it stands a few minutes after it was opened."""
    files = [ChangedFile("src/billing/tax.py", Change.MODIFIED)]
    if text == LARGE:
        files.append(ChangedFile("migrations/0042_tax.sql", Change.ADDED))
    if text is not None:
        files.append(ChangedFile(MANIFEST, Change.ADDED))
    standing = Facts(
        repository="acme/shop",
        number=12,
        title="Round VAT per line",
        author=BOT,
        created_at=OPENED,
        head=HEAD,
        head_branch="copilot/round-vat",
        base="main",
        default_branch="main",
        files=tuple(files),
        file_count=len(files),
        commits=(commit(EARLIER, BOT, person("bob")), commit(HEAD, BOT)),
        commit_count=2,
        manifests=() if text is None else (manifest(text),),
        rules=Rules(current=FileVersion("rules.yml", book.encode()) if book is not None else None, older=()),
        checks=(Check(name="test", state=CheckState.SUCCESS, order=(OPENED, 1), app="github-actions"),),
        roles=dict.fromkeys(("ann", "bob", "carol", "dave", "zoe", "yan", "octocat"), Role.WRITE),
        teams={
            "acme/platform": frozenset({"dave", "bob"}),
            "acme/sre": frozenset({"yan"}),
            "acme/leads": frozenset({"erin"}),
        },
        people={"octocat": person("octocat")},
        pusher=BOT,
        runs=(),
        advisory=False,
    )
    return replace(standing, **changes)


def judged(standing: Facts, after: timedelta = timedelta(0)) -> Judgement:
    """The judgement at a moment after the request opened."""
    return decide(standing, read_rules(standing.rules, standing.rules_path), OPENED + after)


def override_comment(login: str = "zoe", reason: str = "The shop is down, and this is the fix.") -> Comment:
    """A command to let the current head through."""
    return Comment(
        id=f"IC_{login}",
        number=77,
        author=person(login),
        body=f"/keyturn override {HEAD} {reason}",
        created_at=OPENED + timedelta(hours=2),
    )


APPROVED_BY_ANN: Final = review("ann", ReviewState.APPROVED)
APPROVED_BY_DAVE: Final = review("dave", ReviewState.APPROVED, submitted_at=OPENED + timedelta(minutes=90))
APPROVED_BY_BOB: Final = review("bob", ReviewState.APPROVED)


def afterwards(first: Judgement, standing: Facts, after: timedelta) -> Judgement:
    """The judgement at a later moment of what the ledger has recorded since `first`."""
    chain = Chain(entries=(), broken=(), highest_generation=0, next_sequence=1, previous=None)
    entry = compose(first, chain, Run(actor="octocat", url=None, version="0"))
    assert entry is not None
    return judged(replace(standing, ledger=LedgerFacts(entries=(entry,), highest_generation=1)), after)


def _pending_objection() -> Judgement:
    asked = review("carol", ReviewState.DISMISSED, commit=EARLIER, body="This rounds twice.\nSee @ann's note.")
    dismissed = Dismissal(
        review=asked.id,
        by=person("mallory"),
        at=OPENED + timedelta(hours=2),
        previous=ReviewState.CHANGES_REQUESTED,
    )
    return judged(facts(reviews=(asked, APPROVED_BY_ANN), dismissals=(dismissed,)), timedelta(hours=3))


def _pending_checks() -> Judgement:
    failed = Check(name="test", state=CheckState.FAILED, order=(OPENED, 1), app="github-actions")
    return judged(facts(reviews=(APPROVED_BY_ANN, APPROVED_BY_DAVE), checks=(failed,)), timedelta(hours=2))


def _waited(reviews: tuple[Review, ...], after: timedelta) -> Judgement:
    return afterwards(judged(facts()), facts(reviews=reviews), after)


def _rejected() -> Judgement:
    body = "Two things:\n\n1. `tax()` rounds twice\n2. the migration has no way back\n"
    return judged(facts(reviews=(review("carol", ReviewState.CHANGES_REQUESTED, body=body),)), timedelta(hours=2))


def _error() -> Judgement:
    message = "the ledger branch keyturn-ledger cannot be written: a ruleset on all branches is the usual cause"
    found = judged(facts())
    decision = report_error("acme/shop", 12, HEAD, "main", ReasonCode.LEDGER_UNWRITABLE, message)
    return replace(found, decision=decision)


def _hostile() -> Judgement:
    text = SMALL.replace("release-bot", "'@acme/everyone'").replace(
        "Round VAT per line, not per invoice.",
        "'``` @octocat #1 <img src=x> | [Approve](https://evil.example) ::set-env name=A::b <!channel>'",
    )
    files = (
        ChangedFile("src/billing/tax.py", Change.MODIFIED),
        ChangedFile("infra/@octocat|`#1`\u202e<b>.tf", Change.ADDED),
    )
    asked = review("carol", ReviewState.CHANGES_REQUESTED, commit=EARLIER, body="```\n# @octocat\n[x](http://y)")
    return judged(facts(text, files=files, file_count=2, reviews=(asked,)), timedelta(hours=1))


def _reviewed() -> Judgement:
    """An override whose review is done, on a pull request that has moved on since."""
    first = judged(facts(EMERGENCY, comments=(override_comment(),)), timedelta(hours=3))
    overrides = tuple(
        record.model_copy(update={"issue": 45, "reviewed_at": OPENED + timedelta(days=1), "reviewed_by": "ann"})
        for record in overrides_of(first)
    )
    chain = Chain(entries=(), broken=(), highest_generation=0, next_sequence=1, previous=None)
    entry = compose(first, chain, Run(actor=None, url=None, version="0"), Learned(overrides=overrides))
    assert entry is not None
    ledger = LedgerFacts(entries=(entry,), highest_generation=1)
    return judged(facts(head=EARLIER, ledger=ledger), timedelta(days=2))


def _anybody() -> Judgement:
    """A rule book that names no approvers, commits of nobody, an account that is gone, and a calendar."""
    book = (
        BOOK.replace("{users: [ann, bob, carol], teams: [acme/platform]}", "{permission: maintain}")
        .replace("checks: [test]", 'checks: [test, lint, "build*"]')
        .replace(
            "version: 1\n", 'version: 1\ncalendar: {timezone: Europe/Berlin, days: mon-fri, hours: "09:00-18:00"}\n'
        )
    )
    unknown = Identity("Somebody", "somebody@nowhere.invalid", None)
    stray = Commit(oid=EARLIER, authors=(unknown,), committer=unknown, signed_by_github=False)
    gone = review("carol", ReviewState.CHANGES_REQUESTED, author=None, commit=None)
    checks = (
        Check(name="build", state=CheckState.PENDING, order=(OPENED, 1)),
        Check(name="test", state=CheckState.SUCCESS, order=(OPENED, 1)),
    )
    return judged(facts(book=book, commits=(stray, commit(HEAD, BOT)), reviews=(gone,), checks=checks))


def _huge() -> Judgement:
    """More of everything than GitHub lists, and targets that only look like others."""
    text = SMALL.replace("action_type: write", "action_type: lint").replace("src/billing", "s\u0433c/billing")
    return judged(facts(text, BOOK + "volume: {multi: 1}\n", file_count=4_000, commit_count=300))


EXAMPLES: Final[Mapping[str, Callable[[], Judgement]]] = {
    "anybody": _anybody,
    "approved": lambda: judged(facts(reviews=(APPROVED_BY_ANN, APPROVED_BY_DAVE)), timedelta(hours=2)),
    "auto_approved": lambda: judged(
        facts(SMALL.replace("action_type: write", "action_type: lint"), files=(), file_count=0)
    ),
    "draft": lambda: judged(facts(draft=True)),
    "emergency_stop": lambda: judged(facts(EMERGENCY)),
    "error": _error,
    "escalated": lambda: _waited((APPROVED_BY_ANN,), timedelta(hours=5)),
    "expired": lambda: _waited((APPROVED_BY_ANN, APPROVED_BY_BOB), timedelta(hours=30)),
    "hostile": _hostile,
    "huge": _huge,
    "invalid_manifest": lambda: judged(facts(SMALL.replace("scope: single_file", "scope: everything\n    on: yes"))),
    "invalid_rules": lambda: judged(facts(book=BOOK.replace("undeclared: multi\n", ""))),
    "ledger_broken": lambda: judged(
        facts(ledger=LedgerFacts(broken=("pulls/0/12/000002.json is missing",), highest_generation=1))
    ),
    "no_manifest": lambda: judged(facts(None, files=(ChangedFile("infra/main.tf", Change.ADDED),), file_count=1)),
    "not_governed": lambda: judged(
        facts(None, author=person("ann"), commits=(commit(HEAD, person("ann")),), commit_count=1)
    ),
    "observed": lambda: judged(facts(EMERGENCY, "mode: observe\n" + BOOK)),
    "overridden": lambda: judged(facts(EMERGENCY, comments=(override_comment(),)), timedelta(hours=3)),
    "override_half": lambda: judged(
        facts(
            EMERGENCY,
            BOOK.replace("override: {", "override: {approvals: 2, "),
            comments=(override_comment(), override_comment("ann")),
        ),
        timedelta(hours=3),
    ),
    "pending": lambda: judged(facts(reviews=(APPROVED_BY_ANN, APPROVED_BY_BOB)), timedelta(hours=2)),
    "pending_checks": _pending_checks,
    "pending_objection": _pending_objection,
    "pending_single": lambda: judged(facts(SMALL)),
    "quorum_unreachable": lambda: judged(
        facts(book=BOOK.replace("[ann, bob, carol], teams: [acme/platform]", "[bob]"))
    ),
    "rejected": _rejected,
    "reviewed": _reviewed,
    "roster_unreadable": lambda: judged(facts(teams={"acme/platform": None}, advisory=True)),
}
"""By name: outcomes, and states within them that read differently."""


@cache
def example(name: str) -> Judgement:
    """One of the examples by its name."""
    return EXAMPLES[name]()
