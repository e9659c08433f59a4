"""Factories for what the core reads: each gives a value that is whole, and takes what a test wants different.

The pull request that `facts()` gives is an agent's: Copilot's bot opened it, wrote its one commit and changed
`src/billing/tax.py`, and a manifest says so. Under the rule book that `build_book.book()` gives, it needs one approval.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from msgspec.structs import replace

from keyturn.core.facts import (
    Account,
    AccountKind,
    BaseChange,
    BaseChangeKind,
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
from keyturn.core.manifest import Action, FileKind, Impact, ManifestFile, Scope
from keyturn.core.record import LedgerEntry
from keyturn.core.rulebook import RuleBook
from keyturn.core.rules_in_force import RulesInForce
from tests.support.build_book import book

OPENED: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""When the pull request was opened: a Monday."""
HEAD: Final = "a" * 40
EARLIER: Final = "b" * 40
MANIFEST: Final = ".agent/manifests/x.json"
TAX: Final = "src/billing/tax.py"


def at(hours: float = 0, *, seconds: float = 0) -> datetime:
    """So long after the pull request was opened."""
    return OPENED + timedelta(hours=hours, seconds=seconds)


def number_of(login: str) -> int:
    """The account id that `person` and `bot` give a login."""
    return sum(ord(letter) << 7 * position for position, letter in enumerate(login.casefold())) % 2**53


def person(login: str, **changes: Any) -> Account:
    """A human's account."""
    return replace(Account(login, AccountKind.USER, number_of(login)), **changes)


def bot(login: str, **changes: Any) -> Account:
    """A bot's account; its login ends in `[bot]`."""
    return replace(Account(login, AccountKind.BOT, number_of(login)), **changes)


AGENT: Final = bot("copilot-swe-agent[bot]")
GITHUB: Final = Identity("GitHub", "noreply@github.com", Account("web-flow", AccountKind.USER, 19864447))


def identity(account: Account | None, email: str | None = None) -> Identity:
    """A name and address in a commit; without an account, of nobody known."""
    if account is None:
        return Identity("Nobody", email or "nobody@example.invalid", None)
    return Identity(account.login, email or f"{account.login}@example.invalid", account)


def commit(
    author: Account | Identity | None = AGENT,
    *others: Account | Identity | None,
    committer: Account | Identity | None = AGENT,
    oid: str = HEAD,
    signed: bool = False,
) -> Commit:
    """A commit by an author and co-authors."""
    people = [who if isinstance(who, Identity) else identity(who) for who in (author, *others, committer)]
    return Commit(oid=oid, authors=tuple(people[:-1]), committer=people[-1], signed_by_github=signed)


def changed(path: str = TAX, change: Change = Change.MODIFIED, previous: str | None = None) -> ChangedFile:
    """A changed file."""
    return ChangedFile(path, change, previous)


def renamed(old: str, new: str) -> ChangedFile:
    """A renamed file."""
    return ChangedFile(new, Change.RENAMED, old)


def removed(path: str) -> ChangedFile:
    """A removed file."""
    return ChangedFile(path, Change.REMOVED)


def action(action_type: str = "write", target: str = TAX, **changes: Any) -> Action:
    """An action on one file, of little impact; it covers its target."""
    plain = Action(
        action_type=action_type,
        target=target,
        scope=Scope.SINGLE_FILE,
        description="Round VAT per line.",
        estimated_impact=Impact.LOCAL,
    )
    return replace(plain, **changes)


def manifest(
    *actions: Action,
    path: str = MANIFEST,
    requested_by: str | None = "octocat",
    agent: str | None = None,
    **changes: Any,
) -> ManifestFile:
    """A manifest of these actions; of `action()` where none is given."""
    written: dict[str, object] = {"version": 1, "actions": [item.as_written() for item in actions or (action(),)]}
    written |= {"requested_by": requested_by} if requested_by is not None else {}
    written |= {"agent": agent} if agent is not None else {}
    return manifest_of(json.dumps(written), path=path, **changes)


def manifest_of(text: str, path: str = MANIFEST, **changes: Any) -> ManifestFile:
    """A manifest with this text."""
    content = text.encode()
    return replace(ManifestFile(path=path, kind=FileKind.REGULAR, content=content, size=len(content)), **changes)


def review(
    author: Account | str | None = "ann",
    state: ReviewState = ReviewState.APPROVED,
    when: datetime | float = 1,
    **changes: Any,
) -> Review:
    """A review of the current head, `when` hours after the pull request was opened."""
    author = person(author) if isinstance(author, str) else author
    submitted_at = when if isinstance(when, datetime) else at(when)
    number = int((submitted_at - OPENED).total_seconds()) + 1_000_000
    plain = Review(
        id=f"PRR_{author.login if author else 'ghost'}_{number}",
        number=number,
        author=author,
        state=state,
        submitted_at=submitted_at,
        commit=HEAD,
    )
    return replace(plain, **changes)


def objection(author: Account | str | None = "ann", when: datetime | float = 1, **changes: Any) -> Review:
    """A request for changes on the current head."""
    return review(author, ReviewState.CHANGES_REQUESTED, when, **changes)


def dismissed(
    of: Review, by: Account | str | None, when: datetime | float = 2, previous: ReviewState | None = None
) -> tuple[Review, Dismissal]:
    """A review as it stands once somebody dismissed it, and the event that shows it."""
    return replace(of, state=ReviewState.DISMISSED), Dismissal(
        review=of.id,
        by=person(by) if isinstance(by, str) else by,
        at=when if isinstance(when, datetime) else at(when),
        previous=previous or of.state,
    )


def comment(
    body: str,
    author: Account | str | None = "ann",
    when: datetime | float = 1,
    **changes: Any,
) -> Comment:
    """A comment, `when` hours after the pull request was opened."""
    author = person(author) if isinstance(author, str) else author
    created_at = when if isinstance(when, datetime) else at(when)
    number = int((created_at - OPENED).total_seconds()) + 2_000_000
    plain = Comment(
        id=f"IC_{author.login if author else 'ghost'}_{number}",
        number=number,
        author=author,
        body=body,
        created_at=created_at,
    )
    return replace(plain, **changes)


def retarget(when: float, kind: BaseChangeKind = BaseChangeKind.RETARGETED) -> BaseChange:
    """A change of the base, `when` hours after the pull request was opened."""
    return BaseChange(kind, at(when), person("octocat"))


def check(name: str = "test", state: CheckState = CheckState.SUCCESS, **changes: Any) -> Check:
    """A check run of GitHub Actions on the head commit."""
    return replace(Check(name=name, state=state, order=(OPENED, 1), app="github-actions"), **changes)


_PEOPLE: Final = ("ann", "bob", "carol", "dave", "erin", "octocat")


def facts(**changes: Any) -> Facts:
    """The agent's pull request, with nothing left to look up. Manifests are among its files unless `files` says so."""
    manifests: Iterable[ManifestFile] = changes.get("manifests", (manifest(),))
    files = (changed(), *(changed(file.path, Change.ADDED) for file in manifests))
    plain: dict[str, Any] = {
        "repository": "acme/shop",
        "number": 12,
        "title": "Round VAT per line",
        "author": AGENT,
        "created_at": OPENED,
        "head": HEAD,
        "head_branch": "copilot/round-vat",
        "base": "main",
        "default_branch": "main",
        "files": files,
        "commits": (commit(),),
        "manifests": manifests,
        "rules": Rules(current=FileVersion("rules.yml", b"rules"), older=()),
        "roles": dict.fromkeys(_PEOPLE, Role.WRITE),
        "people": {login: person(login) for login in _PEOPLE},
        "pusher": None,
        "runs": (),
        "advisory": False,
    }
    whole = plain | changes
    whole.setdefault("file_count", len(whole["files"]))
    whole.setdefault("commit_count", len(whole["commits"]))
    return Facts(**whole)


def judged(given: Facts | None = None, rules: RuleBook | None = None, now: datetime = OPENED) -> Judgement:
    """The judgement of a pull request under a rule book."""
    return decide(given or facts(), RulesInForce(book=rules or book()), now)


def ledger(*entries: LedgerEntry, **changes: Any) -> LedgerFacts:
    """What the ledger holds, oldest entry first."""
    return replace(LedgerFacts(entries=entries), **changes)
