"""Whose approval can never count, and which commits somebody can be named for."""

import pytest
from msgspec.structs import replace

from keyturn.core.decision import Discount
from keyturn.core.exclusion import Bystanders, bot_of, is_attributed, is_github
from keyturn.core.facts import UNREAD, Account, AccountKind, Commit, Facts, Identity, Role
from keyturn.core.inquiry import Answer, Inquiry
from keyturn.core.rulebook import Agents, Approvers
from tests.support.build import AGENT, GITHUB, HEAD, bot, commit, facts, identity, person

ANN, BOB = person("ann"), person("bob")
ORGANISATION = Account("acme", AccountKind.OTHER, 5)
AGENTS = Agents(authors=("*[bot]", "robo-*"), committers=("claude*",))


def bystanders(given: Facts, requesters: tuple[str, ...] = ()) -> Bystanders:
    """Who stands outside this pull request."""
    return Bystanders(given, AGENTS, Approvers(), requesters, Inquiry(given))


@pytest.mark.parametrize(
    ("account", "reason"),
    [
        pytest.param(ANN, None, id="an independent person"),
        pytest.param(bot("helper[bot]"), Discount.BOT, id="a bot"),
        pytest.param(ORGANISATION, Discount.BOT, id="no person: an organisation"),
        pytest.param(person("Robo-7"), Discount.AGENT, id="an agent by agents.authors"),
        pytest.param(person("CLAUDE"), Discount.AGENT, id="an agent by agents.committers"),
        pytest.param(person("Opener"), Discount.AUTHOR, id="who opened it, in another case"),
        pytest.param(person("renamed", id=person("opener").id), Discount.AUTHOR, id="who opened it, renamed since"),
        pytest.param(person("writer"), Discount.COMMITTER, id="an author of a commit"),
        pytest.param(person("helper"), Discount.COMMITTER, id="a co-author of a commit"),
        pytest.param(person("pusher"), Discount.COMMITTER, id="a committer of a commit"),
        pytest.param(person("OctoCat"), Discount.REQUESTER, id="who asked the agent, in another case"),
    ],
)
def test_exclusion__of_an_account(account: Account, reason: Discount | None) -> None:
    """Bots, agents, and whoever had a part in the pull request stand inside it."""
    given = facts(
        author=person("opener"),
        commits=(
            commit(person("writer"), person("helper"), committer=ORGANISATION),
            commit(person("writer"), committer=person("pusher"), oid="c" * 40),
        ),
    )
    found = bystanders(given, requesters=("octocat",)).exclusion(account)
    assert (found and found[0]) == reason


def test_exclusion__first_code_that_applies() -> None:
    """Of several reasons the first in the order of the list is given."""
    everything = person("claude")
    given = facts(author=everything, commits=(commit(everything),))
    steps = [bot("claude"), everything]
    assert [bystanders(given, requesters=("claude",)).exclusion(one) for one in steps] == [
        (Discount.BOT, None),
        (Discount.AGENT, None),
    ]
    author = replace(given, author=BOB, commits=(commit(BOB),))
    assert bystanders(author, requesters=("bob",)).exclusion(BOB) == (Discount.AUTHOR, None)
    committer = replace(given, author=ANN, commits=(commit(BOB),))
    assert bystanders(committer, requesters=("bob",)).exclusion(BOB) == (Discount.COMMITTER, HEAD)


def test_exclusion__names_a_commit_whatever_their_order() -> None:
    """The commit that excludes somebody is the same one whatever the order in which commits arrive."""
    commits = commit(BOB, oid="2" * 40), commit(BOB, oid="1" * 40), commit(ANN, oid="0" * 40)
    for order in (commits, commits[::-1]):
        assert bystanders(facts(commits=order)).exclusion(BOB) == (Discount.COMMITTER, "1" * 40)


@pytest.mark.parametrize(
    ("account", "changes", "answer"),
    [
        pytest.param(ANN, {}, Answer.YES, id="on the roster"),
        pytest.param(None, {}, Answer.UNKNOWN, id="nobody knows who"),
        pytest.param(AGENT, {}, Answer.NO, id="excluded"),
        pytest.param(ANN, {"roles": {"ann": Role.READ}}, Answer.NO, id="without the permission"),
        pytest.param(ANN, {"roles": {"ann": None}}, Answer.UNKNOWN, id="unreadable"),
        pytest.param(ANN, {"pusher": ANN}, Answer.NO, id="pushed the head"),
        pytest.param(ANN, {"pusher": BOB}, Answer.YES, id="somebody else pushed the head"),
        pytest.param(ANN, {"pusher": UNREAD}, Answer.YES, id="not asked yet who pushed"),
    ],
)
def test_could_approve__as_things_stand(account: Account | None, changes: dict[str, object], answer: Answer) -> None:
    """Whether an approval could count: no exclusion, on the roster, and not the one who pushed the head."""
    given = facts(**changes)
    inside = bystanders(given)
    assert inside.could_approve(account) is answer
    assert inside.inquiry.wanted().pusher is (given.pusher is UNREAD)


@pytest.mark.parametrize(
    ("one", "attributed"),
    [
        pytest.param(commit(ANN, committer=BOB), True, id="two people"),
        pytest.param(commit(AGENT, committer=AGENT), True, id="a bot"),
        pytest.param(commit(None, committer=BOB), False, id="an unknown author"),
        pytest.param(commit(ANN, committer=None), False, id="an unknown committer"),
        pytest.param(commit(ORGANISATION, committer=BOB), False, id="an author that is neither person nor bot"),
        pytest.param(commit(ANN, committer=ORGANISATION), False, id="a committer that is neither person nor bot"),
        pytest.param(commit(ANN, None, committer=BOB), True, id="an unknown co-author changes nothing"),
        pytest.param(commit(ANN, committer=GITHUB, signed=True), True, id="committed and signed by GitHub"),
        pytest.param(commit(ANN, committer=GITHUB), False, id="in GitHub's name, but unsigned"),
        pytest.param(commit(None, committer=GITHUB, signed=True), False, id="signed, but of an unknown author"),
        pytest.param(commit(GITHUB, committer=GITHUB, signed=True), False, id="GitHub is nobody's author"),
        pytest.param(
            commit(identity(None, "41+helper[bot]@users.noreply.github.com"), committer=BOB), True, id="bot's address"
        ),
        pytest.param(
            commit(ANN, committer=identity(None, "41+helper[bot]@users.noreply.github.com")),
            True,
            id="bot's address as committer",
        ),
        pytest.param(
            commit(identity(None, "41+ann@users.noreply.github.com"), committer=BOB), False, id="a person's address"
        ),
        pytest.param(replace(commit(), authors=()), False, id="no author at all"),
    ],
)
def test_is_attributed__somebody_can_be_named(one: Commit, *, attributed: bool) -> None:
    """Author and committer are each a person or a bot, or GitHub committed it and signed it."""
    assert is_attributed(one) is attributed


@pytest.mark.parametrize(
    ("email", "login"),
    [
        ("41898282+github-actions[bot]@users.noreply.github.com", "github-actions[bot]"),
        ("1+Helper[Bot]@Users.NoReply.GitHub.com", "Helper[Bot]"),
        ("198982749+Copilot@users.noreply.github.com", "Copilot"),
        ("copilot@users.noreply.github.com", None),
        ("1+copilot-x@users.noreply.github.com", None),
        ("1+x-copilot@users.noreply.github.com", None),
        ("helper[bot]@users.noreply.github.com", None),
        ("+helper[bot]@users.noreply.github.com", None),
        ("x+helper[bot]@users.noreply.github.com", None),
        ("1+helper@users.noreply.github.com", None),
        ("1+helper[bot]@users.noreply.github.com.evil.example", None),
        ("1+helper[bot]@evil.example", None),
        ("1+[bot]@users.noreply.github.com", None),
        ("\u0661+helper[bot]@users.noreply.github.com", None),
        (f"{'9' * 5000}+helper[bot]@users.noreply.github.com", None),
        ("", None),
    ],
)
def test_bot_of__its_own_address(email: str, login: str | None) -> None:
    """A bot is known by exactly the address that GitHub gives it, with its id; nothing else is read into one."""
    found = bot_of(email)
    assert (found and found.login) == login
    if found is not None:
        assert (found.kind, found.id) == (AccountKind.BOT, int(email.partition("+")[0]))


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (Identity("GitHub", "noreply@github.com", None), True),
        (Identity("GitHub", "NoReply@GitHub.com", None), True),
        (Identity("x", "x@example.invalid", Account("Web-Flow", AccountKind.USER)), True),
        (Identity("GitHub", "github@example.invalid", None), False),
        (identity(ANN), False),
    ],
)
def test_is_github__by_address_or_account(one: Identity, *, expected: bool) -> None:
    """GitHub is known by its own address or account, never by a name that anybody can write."""
    assert is_github(one) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (Account("ann", AccountKind.USER, 1), Account("ANN", AccountKind.USER, 2), True),
        (Account("ann", AccountKind.USER, 1), Account("anna", AccountKind.USER, 1), True),
        (Account("ann", AccountKind.USER, 1), Account("anna", AccountKind.USER, 2), False),
        (Account("ann", AccountKind.USER), Account("anna", AccountKind.USER), False),
    ],
)
def test_account__is_same(one: Account, other: Account, *, expected: bool) -> None:
    """Two mentions are of one account by login, case aside, or by id where both have one."""
    assert one.is_same(other) is expected
    assert other.is_same(one) is expected
