"""A ledger branch, made commit by commit in the objects of the test GitHub: walked, cloned, or served from there.

By default a commit is by keyturn's own account and signed by GitHub; whoever else writes is named, and signs nothing.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from keyturn.core.chain import Anchor
from keyturn.core.debts import DEBTS_PATH, updated
from keyturn.core.decision import Approvals, Checks, NextStep, Outcome, ReasonCode
from keyturn.core.ledger_walk import Change, LedgerTip, LedgerWalk, NamedEntry, WalkedCommit
from keyturn.core.record import (
    Event,
    LedgerEntry,
    OverrideRecord,
    OverrideVoice,
    RecordedDecision,
    RecordedEvent,
    RecordedFacts,
    State,
    bytes_hash,
    folder,
)
from tests.github_server.clock import Clock
from tests.github_server.state.accounts import Account
from tests.github_server.state.git_objects import Blob, Commit, Tree, encode_commit, encode_tree
from tests.github_server.state.repository import Repository
from tests.github_server.state.world import World
from tests.support.scratch import Scratch

LEDGER: Final = "keyturn-ledger"
KEYTURN: Final = "keyturn-gate[bot]"

Files = Mapping[str, bytes | None]
"""What a commit writes; `None` removes."""


@dataclass(slots=True)
class LedgerBuilder:
    """The ledger branch of one repository, with its first commit made."""

    repository: Repository = field(default_factory=lambda: Repository(World(Clock()), "acme/shop"))
    keyturn: Account = field(init=False)
    mallory: Account = field(init=False)

    def __post_init__(self) -> None:
        """Begin the branch as keyturn does."""
        self.keyturn = self.repository.app("keyturn-gate").bot
        self.mallory = self.repository.user("mallory", role="write")
        self.push(self._commit({"README.md": b"# The ledger\n"}, ()))

    # Writing

    def write(self, files: Files, *, by: Account | None = None, signed: bool | None = None) -> str:
        """Commit these files on top of the branch; returns the commit."""
        commit = self._commit(files, (self.tip,), by=by, signed=signed)
        self.push(commit)
        return commit

    def push(self, commit: str) -> None:
        """Point the branch at a commit, whatever it was at before."""
        self.repository.move(LEDGER, commit, self.keyturn)

    def merge(self, *parents: str, by: Account | None = None) -> None:
        """Merge commits into the branch, its own tree kept."""
        self.push(self._commit({}, (self.tip, *parents), by=by))

    def loose(self, files: Files, *parents: str) -> str:
        """A commit of keyturn's that no branch holds."""
        return self._commit(files, parents)

    def append(self, number: int, *events: Event, owes: str | None = None, by: Account | None = None) -> Anchor:
        """Write the next entry about a pull request, with its debts where somebody owes a review; a minute passes."""
        overrides = (self.override(owes),) if owes is not None else ()
        entry = self.entry(number, *events, overrides=overrides)
        files = {entry.path: entry.as_bytes()}
        debts = updated(self.content(DEBTS_PATH), number, overrides)
        commit = self.write(files if debts is None else {**files, DEBTS_PATH: debts}, by=by)
        return Anchor(entry.path, commit, entry.state.generation)

    def entry(self, number: int, *events: Event, overrides: tuple[OverrideRecord, ...] = ()) -> LedgerEntry:
        """The entry that follows from those that stand there."""
        standing = sorted(path for path in self.paths if path.startswith(f"{folder(number)}/"))
        before = self.content(standing[-1]) if standing else None
        return LedgerEntry(
            sequence=int(standing[-1][-11:-5]) + 1 if standing else 1,
            previous=bytes_hash(before) if before is not None else None,
            time=self.now,
            events=tuple(RecordedEvent(event=event, at=self.now, by="ann") for event in events),
            state=State(overrides=overrides),
            decision=decision(number),
            facts=RecordedFacts(base="main", files=1, files_digest="sha256:0"),
            actor="octocat",
            run_url=None,
            version="0",
        )

    def override(self, login: str) -> OverrideRecord:
        """An override by one person, reviewed by nobody yet."""
        voice = OverrideVoice(
            login=login, at=self.now, comment=f"IC_{login}", reason="the shop is down, see the incident"
        )
        return OverrideRecord(
            head="a" * 40, base="main", at=self.now, due=self.now + timedelta(hours=72), voices=(voice,)
        )

    def _commit(
        self, files: Files, parents: tuple[str, ...], *, by: Account | None = None, signed: bool | None = None
    ) -> str:
        world = self.repository.world
        world.clock.advance(minutes=1)
        tree = world.store.get_commit(parents[0]).tree if parents else None
        leaves = {path: world.store.leaf(content) for path, content in files.items()}
        return self.repository.build_tree(
            world.store.edit(tree, leaves),
            parents,
            author=by or self.keyturn,
            message="#1 pending [skip ci]",
            signed=by is None if signed is None else signed,
        ).oid

    # Reading

    @property
    def now(self) -> datetime:
        """The present of this ledger."""
        return self.repository.world.clock.now

    @property
    def tip(self) -> str:
        """The commit that the branch is at."""
        return self.repository.tip(LEDGER)

    @property
    def paths(self) -> dict[str, str]:
        """The blob at each path of the branch."""
        return self._paths(self.tip)

    def content(self, path: str) -> bytes | None:
        """The bytes at a path of the branch."""
        oid = self.paths.get(path)
        return self.repository.world.store.get_blob(oid).data if oid is not None else None

    def walk(self, *named: NamedEntry) -> LedgerWalk:
        """The branch as the core audits it."""
        store, commits, oid = self.repository.world.store, [], self.tip
        while True:
            commit = store.get_commit(oid)
            commits.append(self._walked(commit))
            if not commit.parents:
                break
            oid = commit.parents[0]
        contents = {oid: store.get_blob(oid).data for oid in self.paths.values()}
        tip = LedgerTip(self.tip, self.paths, contents)
        return LedgerWalk(tip=tip, account=KEYTURN, commits=tuple(reversed(commits)), named=named)

    def clone(self, path: Path) -> Scratch:
        """A clone of the repository, as `git fetch` leaves it: with the ledger branch of the remote."""
        made = Scratch.at(path)
        for oid, held in self.repository.world.store.objects.items():
            kind, content = _encoded(held)
            loose = path / ".git" / "objects" / oid[:2] / oid[2:]
            loose.parent.mkdir(exist_ok=True)
            loose.write_bytes(zlib.compress(f"{kind} {len(content)}\0".encode() + content))
        made.git("update-ref", f"refs/remotes/origin/{LEDGER}", self.tip)
        made.git("update-ref", "refs/heads/main", self.repository.tip("main"))
        return made

    def _walked(self, commit: Commit) -> WalkedCommit:
        before = self._paths(commit.parents[0]) if commit.parents else {}
        after = self._paths(commit.oid)
        own = commit.signature is not None and commit.author.email == self.keyturn.noreply
        return WalkedCommit(
            oid=commit.oid,
            parents=commit.parents,
            own=own,
            author=commit.author.name,
            at=commit.committer.date,
            changes=tuple(
                Change(path, before.get(path), after.get(path))
                for path in sorted({*before, *after})
                if before.get(path) != after.get(path)
            ),
        )

    def _paths(self, commit: str) -> dict[str, str]:
        store = self.repository.world.store
        return {path: leaf.oid for path, leaf in store.leaves(store.get_commit(commit).tree).items()}


def decision(number: int) -> RecordedDecision:
    """A pull request that waits for one approval."""
    return RecordedDecision(
        repository="acme/shop",
        pull_request=number,
        head="a" * 40,
        base="main",
        outcome=Outcome.PENDING,
        tier=None,
        reason_codes=(ReasonCode.APPROVALS_MISSING,),
        next_step=NextStep.WAIT,
        request_id=None,
        generation=1,
        manifest_digest=None,
        rules_digest=None,
        approvals=Approvals(required=1),
        checks=Checks(),
        opened_at=None,
        escalates_at=None,
        expires_at=None,
    )


def _encoded(held: Blob | Tree | Commit) -> tuple[str, bytes]:
    match held:
        case Blob():
            return "blob", held.data
        case Tree():
            return "tree", encode_tree(held.entries)[0]
        case Commit():
            return "commit", encode_commit(held)
