"""The ledger's place of a pull request, the anchors in verdicts, and what is broken about either."""

import pytest

from keyturn.core.chain import Anchor
from keyturn.core.decision import Outcome
from keyturn.core.record import Event, RecordedEvent, folder
from keyturn.settings import Publish
from tests.github.reading_place import LEDGER, MANIFEST, RULES, ReadingPlace
from tests.github_server.state.accounts import Account


def test_ledger__chain_of_own_entries(place: ReadingPlace) -> None:
    """Signed commits of keyturn's own with an unbroken chain are trusted, without a read of their own."""
    pull = place.open()
    place.record(pull)
    anchor = place.record(pull, outcome=Outcome.APPROVED)
    place.verdict(pull, anchor, "success")

    snapshot = place.snapshot(pull)

    assert [entry.sequence for entry in snapshot.chain.entries] == [1, 2]
    assert snapshot.chain.broken == ()
    assert (snapshot.chain.next_sequence, snapshot.chain.highest_generation) == (3, 1)
    assert snapshot.facts.ledger.entries == snapshot.chain.entries
    assert snapshot.ledger_tip == place.repository.tip(LEDGER)
    assert snapshot.fingerprint.newest_entry == "000002.json"
    assert place.reads() == ["POST /graphql PullRequests"]


def test_ledger__that_is_not_there(place: ReadingPlace) -> None:
    """Without the branch there is nothing to trust and nothing broken."""
    snapshot = place.snapshot(place.open())

    assert (snapshot.ledger_tip, snapshot.chain.entries, snapshot.chain.broken) == (None, (), ())
    assert snapshot.fingerprint.newest_entry is None


@pytest.mark.parametrize("token", ["workflow", "person"])
def test_ledger__own_whoever_the_token_is(place: ReadingPlace, token: str) -> None:
    """The workflow's own bot is known by its address, a person by the account."""
    repository = place.repository
    place.token = repository.workflow_token() if token == "workflow" else repository.user_token(repository.maintainer)
    pull = place.open()
    place.verdict(pull, place.record(pull))

    assert place.snapshot(pull).chain.broken == ()


def _by_somebody(place: ReadingPlace) -> Account:
    return place.repository.user("mallory", role="write")


@pytest.mark.parametrize("forgery", ["unsigned", "by another person", "by another App"])
def test_ledger__commit_that_keyturn_did_not_make(place: ReadingPlace, forgery: str) -> None:
    """An entry in a commit that GitHub did not sign, or that another account wrote, breaks the chain."""
    pull = place.open()
    place.record(pull)
    forger = {
        "unsigned": place.me,
        "by another person": _by_somebody(place),
        "by another App": place.server.world.app("other-gate").bot,
    }[forgery]
    content = place.entries(pull)[0]
    place.write_ledger({f"{folder(pull.number)}/000002.json": content}, by=forger, signed=forgery != "unsigned")

    assert "was not made by keyturn" in "; ".join(place.snapshot(pull).chain.broken)


@pytest.mark.parametrize("where", ["head", "earlier commit", "pushed away"])
@pytest.mark.parametrize("check_run", [False, True])
def test_anchor__names_an_entry_that_is_gone(place: ReadingPlace, where: str, check_run: bool) -> None:
    """A rewound ledger is noticed by the verdict on the head, on an earlier commit, or on one pushed away by force."""
    pull = place.open()
    place.record(pull)
    kept = place.repository.tip(LEDGER)
    anchor = place.record(pull, outcome=Outcome.APPROVED)
    if check_run:
        run = pull.check_run("keyturn", app="keyturn-gate")
        run.external_id = str(anchor)
    else:
        place.verdict(pull, anchor, "success")
    if where == "earlier commit":
        pull.push({"a": "1"})
    if where == "pushed away":
        pull.force_push({"b": "1"})
    place.repository.force_push(LEDGER, kept)

    (broken,) = place.snapshot(pull).chain.broken

    assert broken == f"{anchor.path}, which a verdict names, is gone"


def test_anchor__names_an_entry_that_was_rewritten(place: ReadingPlace) -> None:
    """Entries written anew by keyturn's own account, chain and all, differ from those that the verdict names."""
    pull = place.open()
    anchor = place.record(pull)
    place.verdict(pull, anchor)
    first = place.repository.refs[f"refs/heads/{LEDGER}"]
    root = place.server.world.store.get_commit(first).parents[0]
    place.repository.force_push(LEDGER, root)
    place.server.clock.advance(seconds=1)
    place.record(pull, outcome=Outcome.APPROVED)

    snapshot = place.snapshot(pull)

    assert snapshot.chain.broken == (f"{anchor.path} is not as the verdict names it",)
    assert place.reads() == ["POST /graphql PullRequests", "POST /graphql GitObjects"]


def test_anchor__commit_that_wrote_about_another_pull_request(place: ReadingPlace) -> None:
    """An anchor may name any later commit of the branch; then the second query looks there."""
    pull, other = place.open(), place.open({"src/tax.py": "rate = 21\n"})
    anchor = place.record(pull)
    elsewhere = place.record(other)
    place.verdict(pull, Anchor(anchor.path, elsewhere.commit, 1))

    assert place.snapshot(pull).chain.broken == ()
    assert len(place.reads()) == 2


def test_anchor__on_an_earlier_head_when_the_head_is_new(place: ReadingPlace) -> None:
    """After a push the earlier commits' verdicts are looked at in the second query, together with the manifests."""
    pull = place.open({MANIFEST: RULES})
    place.verdict(pull, place.record(pull))
    for number in range(30):
        pull.push({"a": str(number)})

    snapshot = place.snapshot(pull)

    assert (snapshot.chain.broken, snapshot.chain.highest_generation) == ((), 1)
    assert len(place.reads()) == 2


def test_anchor__only_the_newest_binds(place: ReadingPlace) -> None:
    """An older verdict whose entry is gone says nothing once a newer one stands; its generation still counts."""
    pull = place.open()
    path = f"{folder(pull.number)}/000009.json"
    place.verdict(pull, Anchor(path, "e" * 40, 7), name="keyturn: release")
    place.server.clock.advance(seconds=1)
    place.verdict(pull, place.record(pull))

    chain = place.snapshot(pull).chain

    assert (chain.broken, chain.highest_generation) == ((), 7)


def test_anchor__of_another_account_means_nothing(place: ReadingPlace) -> None:
    """Anybody with write access can set a status that looks like a verdict; it names no entry that must exist."""
    pull = place.open()
    place.verdict(pull, Anchor(f"{folder(pull.number)}/000001.json", "e" * 40, 3), by=_by_somebody(place))

    snapshot = place.snapshot(pull)

    assert (snapshot.chain.broken, snapshot.chain.highest_generation) == ((), 0)
    (verdict,) = snapshot.standing.verdicts
    assert verdict.own is False


def test_anchor__of_the_other_kind_than_is_published_now(place: ReadingPlace) -> None:
    """A set-up that went over from statuses to check runs still knows what its statuses named."""
    pull = place.open()
    place.record(pull)
    place.verdict(pull, Anchor(f"{folder(pull.number)}/000002.json", "e" * 40, 1))
    settings = place.settings()
    settings = type(settings)(
        repository=settings.repository, token=settings.token, api_url=settings.api_url, publish=Publish.CHECK
    )

    snapshot = place.snapshot(pull, settings)

    assert snapshot.standing.verdicts == ()
    assert snapshot.chain.broken == (f"{folder(pull.number)}/000002.json, which a verdict names, is gone",)


def test_anchor__not_looked_for_where_the_pull_request_is_not_governed(place: ReadingPlace) -> None:
    """A success without an entry says that keyturn had no business here: earlier commits are not asked about."""
    pull = place.open()
    pull.push({"a": "1"})
    place.verdict(pull, None, "success")

    assert place.snapshot(pull).chain.broken == ()
    assert len(place.reads()) == 1


def test_anchor__looked_for_behind_a_success_under_another_name(place: ReadingPlace) -> None:
    """What another pull request with this head was told says nothing about this one."""
    pull = place.open()
    place.verdict(pull, place.record(pull))
    pull.push({"a": "1"})
    place.verdict(pull, None, "success", name="keyturn: release")
    place.repository.delete_branch(LEDGER)

    assert len(place.snapshot(pull).chain.broken) == 2


@pytest.mark.parametrize("state", ["error", "pending"])
def test_anchor__looked_for_behind_a_verdict_that_names_none(place: ReadingPlace, state: str) -> None:
    """An error rests on no entry; a ledger that was rewound meanwhile is noticed all the same."""
    pull = place.open()
    place.record(pull)
    kept = place.repository.tip(LEDGER)
    place.verdict(pull, place.record(pull))
    place.repository.force_push(LEDGER, kept)
    pull.push({"a": "1"})
    place.verdict(pull, None, state)

    assert "which a verdict names, is gone" in "; ".join(place.snapshot(pull).chain.broken)


def test_comment__on_a_pull_request_that_the_ledger_does_not_know(place: ReadingPlace) -> None:
    """Keyturn's own comment is evidence, too; the same marker by anybody else is none."""
    pull, other = place.open(), place.open({"src/tax.py": "rate = 21\n"})
    pull.comment(place.me, "<!-- keyturn:e30= -->\nWaiting.")
    other.comment(_by_somebody(place), "<!-- keyturn:e30= -->\nWaiting.")

    reader = place.reader()
    found = reader.snapshots([pull.number, other.number])

    broken = {number: snapshot.chain.broken for number, snapshot in found.items()}  # type: ignore[union-attr]
    assert broken == {
        pull.number: ("keyturn has commented on this pull request, but the ledger does not know it",),
        other.number: (),
    }


def test_ledger__restart_after_a_break(place: ReadingPlace) -> None:
    """An entry that records the break starts the chain anew."""
    pull = place.open()
    place.write_ledger({f"{folder(pull.number)}/000001.json": "{}"}, by=_by_somebody(place))
    event = RecordedEvent(event=Event.LEDGER_BROKEN, at=place.server.clock.now)
    place.record(pull, events=(event,))

    snapshot = place.snapshot(pull)

    assert [entry.sequence for entry in snapshot.chain.entries] == [2]
    assert snapshot.chain.broken == ()


def test_ledger__more_entries_than_a_page_shows(place: ReadingPlace) -> None:
    """A long history is read to its end, since every entry must have its commit."""
    pull = place.open()
    anchors = [place.record(pull) for _ in range(130)]
    place.verdict(pull, anchors[-1])

    chain = place.snapshot(pull).chain

    assert (len(chain.entries), chain.broken) == (130, ())
    assert place.reads()[1:] == ["POST /graphql MoreLedgerCommits"] * 2


def test_ledger__entry_that_is_no_text(place: ReadingPlace) -> None:
    """A folder, a binary or an oversized file among the entries breaks the chain, and reading goes on."""
    pull = place.open()
    place.record(pull)
    home = folder(pull.number)
    place.write_ledger({f"{home}/000002.json": b"\0\1", f"{home}/000003.json/x": "{}", f"{home}/big": "x" * 300_000})

    snapshot = place.snapshot(pull)

    assert len(snapshot.chain.entries) == 1
    assert f"{home}/000002.json is not a ledger entry" in snapshot.chain.broken
    assert f"{home}/big is no entry" in snapshot.chain.broken


FROM_ISSUE = (
    '[{"pull_request": 7, "head": null, "base": null, "issue": 3, "people": ["olga"], "due": "2026-01-08T09:00:00Z"}]\n'
)
DEBT = FROM_ISSUE.replace('"head": null, "base": null', f'"head": "{"a" * 40}", "base": "main"')


def test_debts__as_the_ledger_lists_them(place: ReadingPlace) -> None:
    """While the ledger holds, its list of debts is what counts, and issues add nothing."""
    pull = place.open()
    place.record(pull, debts=DEBT.encode())
    issue = place.repository.issue(place.me, "Review the override of #9", labels=["keyturn-override-review"])
    issue.assign(place.repository.user("otto"))

    snapshot = place.snapshot(pull)

    assert snapshot.debts == DEBT.encode()
    (debt,) = snapshot.facts.debts
    assert (debt.pull_request, debt.issue, debt.people) == (7, 3, ("olga",))


@pytest.mark.parametrize("damage", ["branch deleted", "list broken", "chain broken"])
def test_debts__as_the_issues_tell_where_the_ledger_does_not_hold(place: ReadingPlace, damage: str) -> None:
    """Open labelled issues by keyturn's own account count as overdue; those by others and closed ones do not."""
    repository, me = place.repository, place.me
    otto = repository.user("otto")
    for author, title in ((me, "Review the override of #9"), (_by_somebody(place), "Review the override of #5")):
        repository.issue(author, title, labels=["keyturn-override-review"]).assign(otto)
    repository.issue(me, "Review the override of #8", labels=["keyturn-override-review"]).close()
    place.server.clock.advance(hours=1)
    pull = place.open()
    if damage == "list broken":
        place.record(pull, debts=b"{}")
    if damage == "chain broken":
        place.record(pull, debts=b"[]")
        place.write_ledger({f"{folder(pull.number)}/000002.json": "{}"})

    (debt,) = place.snapshot(pull).facts.debts

    assert (debt.pull_request, debt.people) == (9, ("otto",))
    assert debt.due < place.server.clock.now


def test_debts__known_from_an_issue_that_is_closed_since(place: ReadingPlace) -> None:
    """What only an issue told of is owed no longer once that is closed."""
    pull = place.open()
    place.record(pull, debts=FROM_ISSUE.encode())

    assert place.snapshot(pull).facts.debts == ()


@pytest.mark.parametrize("listed", [DEBT, FROM_ISSUE])
def test_debts__where_issues_may_not_be_read(place: ReadingPlace, listed: str) -> None:
    """Without the permission to read issues, the ledger's own list still counts."""
    pull = place.open()
    place.record(pull, debts=listed.encode())
    place.server.faults.graphql_error(
        "FORBIDDEN", "Resource not accessible by integration", at="repository.debts", operation="PullRequests"
    )

    (debt,) = place.snapshot(pull).facts.debts

    assert debt.pull_request == 7
