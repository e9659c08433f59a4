"""Where the reader's tests read: a repository with a rule book and people, a ledger, and readers with tokens for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from msgspec.structs import replace

from keyturn.core.chain import Anchor
from keyturn.core.debts import DEBTS_PATH
from keyturn.core.decision import Approvals, NextStep, Outcome
from keyturn.core.record import LedgerEntry, RecordedDecision, RecordedEvent, RecordedFacts, State, bytes_hash, folder
from keyturn.github.client import Client
from keyturn.github.patience import Patience
from keyturn.github.reader import GitHubReader
from keyturn.ports import Snapshot, Unavailable
from keyturn.settings import Settings
from tests.github_server.hub import GitHubServer
from tests.github_server.state.access import Token
from tests.github_server.state.accounts import Account
from tests.github_server.state.git_store import Content
from tests.github_server.state.pull_request import PullRequest
from tests.github_server.state.repository import Repository

LEDGER = "keyturn-ledger"
MANIFEST = ".agent/manifests/change.yml"
RULES = "version: 1\n"


@dataclass(slots=True, kw_only=True)
class ReadingPlace:
    """A server, its one repository, the App that keyturn is, and how long the readers waited, in seconds."""

    server: GitHubServer
    repository: Repository
    token: Token
    waits: list[float] = field(default_factory=list)
    _clients: list[Client] = field(default_factory=list)

    @property
    def me(self) -> Account:
        """Keyturn's own account."""
        return self.token.account

    def settings(self) -> Settings:
        """The settings of a run with keyturn's own token."""
        return Settings(repository=self.repository.full_name, token=self.token.value, api_url=self.server.api_url)

    def client(self, settings: Settings | None = None) -> Client:
        """A client whose waiting moves the server's clock."""
        patience = Patience(now=lambda: self.server.clock.now, sleep=self._sleep)
        client = Client(settings or self.settings(), patience)
        self._clients.append(client)
        return client

    def reader(self, settings: Settings | None = None) -> GitHubReader:
        """A reader, by default with keyturn's own token."""
        settings = settings or self.settings()
        return GitHubReader(self.client(settings), settings)

    def reader_for(self, token: Token) -> GitHubReader:
        """A reader with another token."""
        return self.reader(replace(self.settings(), token=token.value))

    def snapshot(self, pull: PullRequest, settings: Settings | None = None) -> Snapshot:
        """The pull request as a fresh reader sees it; raises `Unavailable` where it cannot be read."""
        found = self.reader(settings).snapshots([pull.number])[pull.number]
        if isinstance(found, Unavailable):
            raise found
        return found

    def reads(self) -> list[str]:
        """Every read so far in one line, addresses from the repository on."""
        return [str(request).replace(f"/repos/{self.repository.full_name}", "") for request in self.server.reads]

    def open(self, files: dict[str, Content] | None = None, *, author: Account | None = None) -> PullRequest:
        """Open a pull request with one commit, by default by an agent and with one ordinary file."""
        author = author or self.repository.bot("helper")
        return self.repository.pull_request(author=author, files=files or {"src/tax.py": "rate = 20\n"})

    # The ledger and the verdicts, as keyturn writes them

    def write_ledger(self, files: dict[str, Content], *, by: Account | None = None, signed: bool = True) -> str:
        """Commit to the ledger branch, by default as keyturn does; returns the commit."""
        by = by or self.me
        if f"refs/heads/{LEDGER}" not in self.repository.refs:
            tree = self.server.world.store.edit(None, {})
            root = self.repository.build_tree(tree, (), author=by, message="Start", signed=True)
            self.repository.move(LEDGER, root.oid, by)
        return self.repository.commit(LEDGER, files, author=by, signed=signed).oid

    def record(
        self,
        pull: PullRequest,
        *,
        outcome: Outcome = Outcome.PENDING,
        closed: bool = False,
        debts: bytes | None = None,
        events: tuple[RecordedEvent, ...] = (),
    ) -> Anchor:
        """Append the next entry about a pull request; returns what a verdict that rests on it names."""
        before = self.entries(pull)
        entry = LedgerEntry(
            sequence=len(before) + 1,
            previous=bytes_hash(before[-1]) if before else None,
            time=self.server.clock.now,
            events=events,
            state=State(closed=closed),
            decision=decision(pull, outcome),
            facts=RecordedFacts(base=pull.base_ref, files=1, files_digest="sha256:0"),
            actor=None,
            run_url=None,
            version="0",
        )
        files: dict[str, Content] = {entry.path: entry.as_bytes()}
        if debts is not None:
            files[DEBTS_PATH] = debts
        return Anchor(entry.path, self.write_ledger(files), 1)

    def entries(self, pull: PullRequest) -> list[bytes]:
        """The bytes of a pull request's entries, oldest first."""
        if f"refs/heads/{LEDGER}" not in self.repository.refs:
            return []
        files = self.repository.files(LEDGER)
        return [files[path] for path in sorted(files) if path.startswith(f"{folder(pull.number)}/")]

    def verdict(
        self,
        pull: PullRequest,
        anchor: Anchor | None = None,
        state: str = "pending",
        *,
        name: str = "keyturn",
        by: Account | None = None,
        commit: str | None = None,
    ) -> None:
        """Give a verdict as a status, by default as keyturn and on the head."""
        page = f"https://github.com/acme/shop/pull/{pull.number}"
        self.repository.checks.add_status(
            commit or pull.head_oid,
            name,
            state,
            creator=by or self.me,
            description="Waiting",
            target_url=f"{page}?{anchor.as_query()}" if anchor is not None else page,
        )

    def close(self) -> None:
        """Close the readers' connections."""
        for client in self._clients:
            client.close()

    def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.server.clock.advance(seconds=seconds)


def decision(pull: PullRequest, outcome: Outcome) -> RecordedDecision:
    """A recorded decision of which only head, base and outcome matter."""
    return RecordedDecision(
        repository="acme/shop",
        pull_request=pull.number,
        head=pull.head_oid,
        base=pull.base_ref,
        outcome=outcome,
        tier=None,
        reason_codes=(),
        next_step=NextStep.WAIT,
        request_id=None,
        generation=1,
        manifest_digest=None,
        rules_digest=None,
        approvals=Approvals(required=1),
        checks=None,
        opened_at=None,
        escalates_at=None,
        expires_at=None,
    )


@contextmanager
def reading_place(*, enterprise: bool = False, files: dict[str, Content] | None = None) -> Iterator[ReadingPlace]:
    """Open a repository `acme/shop` with an App of keyturn's own; nothing may breach GitHub's interface in it."""
    with GitHubServer(enterprise=enterprise) as server:
        default: dict[str, Content] = {"rules.yml": RULES, "src/tax.py": "rate = 19\n"}
        repository = server.repository("acme/shop", files=default if files is None else files)
        place = ReadingPlace(server=server, repository=repository, token=repository.app_token())
        try:
            yield place
        finally:
            place.close()


def at(text: str) -> datetime:
    """A moment, written as GitHub writes it."""
    return datetime.fromisoformat(text)
