"""The ledger on GitHub: the same faults are found as anywhere, and those that only verdicts betray."""

from collections.abc import Iterator

import pytest

from keyturn.core.audit import audit
from keyturn.core.chain import Anchor
from keyturn.core.fault import Fault
from keyturn.core.ledger_walk import LedgerWalk
from keyturn.core.record import Event
from keyturn.github.client import Client
from keyturn.github.ledger_walk import LedgerOnGitHub
from keyturn.github.patience import Patience
from keyturn.ports import Unavailable
from keyturn.settings import Settings
from tests.github_server.hub import GitHubServer
from tests.github_server.state.access import Token
from tests.github_server.state.pull_request import PullRequest
from tests.support.build_ledger import KEYTURN, LEDGER, LedgerBuilder
from tests.support.tampering import E1, E2, E3, TAMPERINGS, Tampering, honest_ledger


class Place:
    """A server with a repository, whose pull requests 7 and 12 the ledger knows."""

    def __init__(self, server: GitHubServer) -> None:
        """Open twelve pull requests and write the ledger."""
        self.server = server
        self.repository = server.repository("acme/shop")
        self.builder = LedgerBuilder(self.repository)
        bot = self.repository.bot("release-bot")
        self.pulls = [self.repository.pull_request(author=bot, files={f"{n}.txt": "x\n"}) for n in range(1, 13)]
        honest_ledger(self.builder)
        self._clients: list[Client] = []

    @property
    def pull(self) -> PullRequest:
        """Pull request 12."""
        return self.pulls[11]

    def ledger(self, token: Token | None = None) -> LedgerOnGitHub:
        """The ledger, read with keyturn's own token or another."""
        token = token or self.repository.app_token()
        settings = Settings(repository="acme/shop", token=token.value, api_url=self.server.api_url)
        client = Client(settings, Patience(lambda: self.server.clock.now, lambda _: None))
        self._clients.append(client)
        return LedgerOnGitHub(client, LEDGER)

    def walk(self, account: str | None = None, token: Token | None = None) -> LedgerWalk:
        """The ledger as it is now."""
        return self.ledger(token).walk(account)

    def verdict(self, anchor: Anchor) -> None:
        """Keyturn's verdict on pull request 12, as a status."""
        self.repository.checks.add_status(
            self.pull.head_oid,
            "keyturn",
            "success",
            creator=self.builder.keyturn,
            target_url=f"https://github.com/acme/shop/pull/12?{anchor.as_query()}",
        )

    def close(self) -> None:
        """Close the connections."""
        for client in self._clients:
            client.close()


@pytest.fixture
def place() -> Iterator[Place]:
    """A ledger of four entries about two pull requests."""
    with GitHubServer() as server:
        place = Place(server)
        try:
            yield place
        finally:
            place.close()


def told(walk: LedgerWalk) -> set[tuple[Fault, str]]:
    """What an audit finds: faults with their files."""
    return {(finding.fault, finding.path) for finding in audit(walk)}


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=str)
def test_github__shows_what_was_done(place: Place, tampering: Tampering) -> None:
    """Read through GitHub's interfaces, the same faults are found as by their maker."""
    tampering.deed(place.builder)
    assert told(place.walk()) == tampering.found


def test_github__is_walked_as_it_was_made(place: Place) -> None:
    """Commits, files and bytes are those of the branch."""
    made, found = place.builder.walk(), place.walk()
    assert [(commit.oid, commit.parents, commit.own, commit.at, commit.author) for commit in found.commits] == [
        (commit.oid, commit.parents, commit.own, commit.at, commit.author) for commit in made.commits
    ]
    assert found.tip.files == made.tip.files
    assert found.tip.entries() == made.tip.entries()


def test_github__reads_a_folder_that_was_begun_anew(place: Place) -> None:
    """All entries were removed, keyturn noticed and started afresh: the walk shows both."""
    place.builder.write({E1: None, E2: None, E3: None}, by=place.builder.mallory)
    place.builder.append(12, Event.LEDGER_BROKEN)
    findings = audit(place.walk())
    assert {(finding.fault, finding.path) for finding in findings} == {(Fault.MISSING, path) for path in (E1, E2, E3)}
    assert all(finding.recorded for finding in findings)


def test_github__reads_a_young_ledger(place: Place) -> None:
    """Before the first override there is no list of debts, and before the first entry nothing at all."""
    place.repository.delete_branch(LEDGER)
    builder = LedgerBuilder(place.repository)
    assert told(place.walk()) == set()
    builder.append(12, Event.REQUESTED)
    assert told(place.walk()) == set()


def test_github__takes_few_reads(place: Place) -> None:
    """Reads grow with pages and pull requests, not with commits."""
    for _ in range(30):
        place.builder.append(12, Event.APPROVAL_COUNTED)
    place.server.journal.clear()
    assert told(place.walk()) == set()
    assert len(place.server.reads) <= 8
    assert place.server.writes == []


def test_github__reads_every_page(place: Place) -> None:
    """More commits than fit on one page, in one folder and on the branch."""
    for _ in range(120):
        place.builder.append(12, Event.APPROVAL_COUNTED)
    walk = place.walk()
    assert len(walk.commits) == 125
    assert audit(walk) == ()


def test_github__says_that_a_commit_is_not_signed(place: Place) -> None:
    """Whoever reads a finding sees at once that GitHub does not vouch for its author."""
    place.builder.write({"x": b"x"}, by=place.builder.mallory)
    assert place.walk().commits[-1].author == "mallory, not signed by GitHub"


def test_account__is_the_token_s_own_where_that_is_a_bot(place: Place) -> None:
    """Keyturn's own token verifies keyturn's own ledger; another App's finds that it wrote none of it."""
    assert place.walk().account == KEYTURN
    assert told(place.walk(token=place.repository.workflow_token())) != set()


def test_account__is_the_first_author_where_a_person_asks(place: Place) -> None:
    """A maintainer's token is nobody's who wrote the ledger."""
    person = place.repository.user_token(place.repository.maintainer)
    assert place.walk(token=person).account == KEYTURN
    assert told(place.walk(token=person)) == set()
    assert told(place.walk("somebody", token=person)) != set()


def test_account__may_be_a_person_s(place: Place) -> None:
    """Where keyturn runs with a person's token, that person's commits are its own."""
    place.builder.write(
        {"pulls/0/3/000001.json": place.builder.entry(3).as_bytes()}, by=place.builder.mallory, signed=True
    )
    last = place.walk("Mallory").commits[-1]
    assert (last.own, last.author) == (True, "mallory")


# What the verdicts name


@pytest.mark.parametrize("kind", ["status", "check"])
def test_verdicts__betray_a_rewound_branch(place: Place, kind: str) -> None:
    """The branch itself shows nothing; the verdict names an entry that is gone."""
    before = place.builder.tip
    anchor = place.builder.append(12, Event.REJECTED)
    if kind == "status":
        place.verdict(anchor)
    else:
        run = place.repository.check_run(place.pull.head_oid, "keyturn", "failure", app="keyturn-gate")
        run.external_id = str(anchor)
    assert told(place.walk()) == set()
    place.builder.push(before)
    assert told(place.walk()) == {(Fault.MISSING, anchor.path)}


def test_verdicts__of_others_say_nothing(place: Place) -> None:
    """Anybody can name anything in a status; a check that is not done has no time."""
    anchor = Anchor(E3, "0" * 40, 1)
    place.repository.checks.add_status(
        place.pull.head_oid,
        "keyturn",
        "success",
        creator=place.builder.mallory,
        target_url=f"https://github.com/acme/shop/pull/12?{anchor.as_query()}",
    )
    other = place.repository.check_run(place.pull.head_oid, "keyturn", "success", app="other-app")
    other.external_id = str(anchor)
    place.repository.check_run(place.pull.head_oid, "ci", "success")
    assert place.walk().named == ()


def test_verdicts__of_a_pull_request_that_is_not_there_are_none(place: Place) -> None:
    """An entry about a number that no pull request has is found by other means."""
    place.builder.append(4711, Event.REQUESTED)
    assert told(place.walk()) == set()


# Where it cannot be read


def test_github__without_the_branch_says_so(place: Place) -> None:
    """Nothing written, another name, or deleted: the message names all three."""
    place.repository.delete_branch(LEDGER)
    with pytest.raises(Unavailable, match="acme/shop has no branch keyturn-ledger"):
        place.walk()


def test_github__with_too_many_files_leads_to_a_clone(place: Place) -> None:
    """GitHub lists a tree only so far; what is not listed must not count as gone."""
    place.server.faults.edit_answer(lambda body: body | {"truncated": True}, path="*/git/trees/*")
    with pytest.raises(Unavailable, match=r"the same command with --git \."):
        place.walk()


def test_tip__reads_one_pull_request_alone(place: Place) -> None:
    """Its history needs nobody else's entries."""
    found = place.ledger().tip(12)
    assert [standing.entry is not None for standing in found.entries()] == [False, True, True, True]
    assert place.ledger().tip(99).entries(99) == ()
