"""Whether a pull request is keyturn's business."""

import pytest
from msgspec.structs import replace

from keyturn.core.decision import Outcome
from keyturn.core.facts import Commit, Facts, FileVersion, LedgerFacts, Rules
from keyturn.core.governance import governed_by
from keyturn.core.judge import decide
from keyturn.core.rulebook import Agents, RuleBook
from keyturn.core.rules_in_force import RulesInForce
from tests.support.build import (
    GITHUB,
    OPENED,
    bot,
    changed,
    commit,
    facts,
    identity,
    judged,
    ledger,
    manifest,
    person,
)
from tests.support.build_book import book

ANN = person("ann")
DEPENDABOT = bot("dependabot[bot]")
AGENTS = Agents(
    authors=("*[bot]", "Robo-*"),
    committers=("claude*", "cop?lot"),
    labels=("agent",),
    branches=("copilot/*", "fix-[0-9]"),
    except_=("dependabot[bot]",),
)
RULES = book(agents=AGENTS)


def human(**changes: object) -> Facts:
    """A person's own pull request, with nothing of an agent about it."""
    plain = {"author": ANN, "head_branch": "vat", "commits": (commit(ANN, committer=ANN),), "manifests": ()}
    return facts(**{"files": (changed(),)} | plain | changes)


def governed(given: Facts, rules: RuleBook | None = RULES, *, once: bool = False) -> bool:
    """Whether it is governed."""
    return governed_by(given, rules, once=once) is not None


def by(*authors: str) -> tuple[Commit, ...]:
    """One commit by people of these logins."""
    return (commit(person(authors[0]), *map(person, authors[1:]), committer=ANN),)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(human(), False, id="a person's own"),
        pytest.param(human(author=bot("x[bot]")), True, id="opened by a bot"),
        pytest.param(human(author=bot("X[Bot]")), True, id="login patterns tell no case apart"),
        pytest.param(human(author=person("robo-7")), True, id="opened by a login of the list"),
        pytest.param(human(author=person("robot")), False, id="opened by another login"),
        pytest.param(human(author=None), False, id="the account that opened it is gone"),
        pytest.param(human(commits=by("claude-code")), True, id="an author of a commit"),
        pytest.param(human(commits=by("ann", "Claude")), True, id="a co-author of a commit"),
        pytest.param(human(commits=(commit(ANN, committer=person("claude")),)), True, id="a committer of a commit"),
        pytest.param(human(commits=by("copilot")), False, id="only * is special in a login pattern"),
        pytest.param(human(commits=by("cop?lot")), True, id="a question mark is itself"),
        pytest.param(
            human(commits=(commit(identity(None, "7+claude[bot]@users.noreply.github.com"), committer=ANN),)),
            True,
            id="a bot's own address in a commit",
        ),
        pytest.param(human(labels=frozenset({"bug", "Agent"})), True, id="a label"),
        pytest.param(human(labels=frozenset({"agents"})), False, id="another label"),
        pytest.param(human(head_branch="copilot/vat"), True, id="a branch"),
        pytest.param(human(head_branch="Copilot/a/b"), True, id="a branch, case aside, however deep"),
        pytest.param(human(head_branch="fix-7"), True, id="a branch by a class"),
        pytest.param(human(head_branch="fix-x"), False, id="another branch"),
        pytest.param(human(head_branch=None), False, id="no branch known"),
        pytest.param(human(manifests=(manifest(),)), True, id="it brings a manifest"),
    ],
)
def test_governed_by__agents_and_manifests(given: Facts, *, expected: bool) -> None:
    """Pull requests are governed by who opened them, wrote or committed them, by label, branch or manifest."""
    assert governed(given) is expected


def test_governed_by__once_governed_always_governed() -> None:
    """What was governed once stays so, whatever it looks like now."""
    assert governed(human(), once=True)
    assert governed(human(), None, once=True)


def test_governed_by__nothing_in_the_list() -> None:
    """A list that is empty governs nobody."""
    given = human(author=bot("x[bot]"), commits=by("claude"), labels=frozenset({"agent"}), head_branch="copilot/x")
    assert not governed(given, book(agents=Agents(authors=())))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(human(author=bot("x[bot]")), True, id="a bot's"),
        pytest.param(human(manifests=(manifest(),)), True, id="with a manifest"),
        pytest.param(human(labels=frozenset({"agent"}), commits=by("claude")), False, id="a person's"),
        pytest.param(human(author=None), False, id="nobody's"),
    ],
)
def test_governed_by__without_any_rule_book(given: Facts, *, expected: bool) -> None:
    """Where there has never been a valid rule book, pull requests by bots and those with a manifest are governed."""
    assert governed(given, None) is expected


BUMP = commit(DEPENDABOT, committer=GITHUB, signed=True)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, False, id="its own work alone"),
        pytest.param({"author": bot("Dependabot[bot]", id=DEPENDABOT.id)}, False, id="case aside"),
        pytest.param({"head_branch": "copilot/x"}, False, id="it outranks branches"),
        pytest.param(
            {"commits": (commit(DEPENDABOT, committer=person("claude"), signed=True),)}, False, id="and committers"
        ),
        pytest.param({"labels": frozenset({"agent"})}, True, id="never labels"),
        pytest.param({"manifests": (manifest(),)}, True, id="never manifests"),
        pytest.param({"author": bot("renovate[bot]")}, True, id="another bot"),
        pytest.param({"author": person("dependabot[bot]")}, True, id="a person of that name"),
        pytest.param({"author": bot("dependabot[bot]", id=None)}, True, id="a bot without an id"),
        pytest.param({"author": bot("dependabot[bot]", id=1)}, True, id="a bot of that name with another id"),
        pytest.param({"author": ANN, "head_branch": "copilot/x"}, True, id="opened by a person"),
        pytest.param({"commits": ()}, True, id="no commits"),
        pytest.param({"commits": (BUMP, commit(ANN, committer=ANN, signed=True))}, True, id="another's commit too"),
        pytest.param({"commits": (commit(DEPENDABOT, ANN, committer=GITHUB, signed=True),)}, True, id="a co-author"),
        pytest.param(
            {"commits": (commit(DEPENDABOT, None, committer=GITHUB, signed=True),)}, True, id="an unknown co-author"
        ),
        pytest.param({"commits": (commit(None, committer=GITHUB, signed=True),)}, True, id="an unknown author"),
        pytest.param({"commits": (replace(BUMP, authors=()),)}, True, id="no author"),
        pytest.param({"commits": (replace(BUMP, signed_by_github=False),)}, True, id="an unsigned commit"),
        pytest.param({"commits": (BUMP,), "commit_count": 2}, True, id="a commit that is not listed"),
        pytest.param(
            {
                "commits": (
                    commit(
                        identity(None, f"{DEPENDABOT.id}+dependabot[bot]@users.noreply.github.com"),
                        committer=GITHUB,
                        signed=True,
                    ),
                )
            },
            False,
            id="by its own address",
        ),
        pytest.param(
            {
                "commits": (
                    commit(identity(None, "7+dependabot[bot]@users.noreply.github.com"), committer=GITHUB, signed=True),
                )
            },
            True,
            id="by an address with another id",
        ),
    ],
)
def test_governed_by__excepted_bots(changes: dict[str, object], *, expected: bool) -> None:
    """`except` holds while that very bot opened it and alone wrote every commit, each signed by GitHub."""
    assert governed(human(**{"author": DEPENDABOT, "commits": (BUMP,), "head_branch": "vat"} | changes)) is expected


def test_governed_by__excepted_bots_stay_governed_once_the_ledger_knows_them() -> None:
    """`except` does not undo what was governed once."""
    assert governed(human(author=DEPENDABOT, commits=(BUMP,)), once=True)


def test_governed_by__commits_beyond_the_list_may_be_an_agents() -> None:
    """Where not all commits can be listed and committers govern, nobody can say that no agent wrote one."""
    crowded = human(commit_count=251)
    assert governed(crowded)
    assert not governed(crowded, book(agents=replace(AGENTS, committers=())))


def test_governed_by__says_why() -> None:
    """The reason is told in words, the same one whatever the order of the facts."""
    commits = (commit(person("claude-b"), oid="b" * 40), commit(person("claude-a"), oid="a" * 40))
    expected = "claude-a had a part in commit aaaaaaaaaa"
    assert governed_by(human(commits=commits), RULES, once=False) == expected
    assert governed_by(human(commits=commits[::-1]), RULES, once=False) == expected
    assert governed_by(human(labels=frozenset({"agent"})), RULES, once=False) == "it carries or carried the label agent"


def test_decide__not_governed() -> None:
    """What is none of keyturn's business passes, and nothing is asked about it."""
    judgement = judged(human(), RULES)
    assert judgement.decision.outcome is Outcome.NOT_GOVERNED
    assert judgement.decision.passes
    assert judgement.governed_by is None
    assert not judgement.wanted


def test_decide__a_broken_ledger_governs() -> None:
    """A pull request whose ledger does not hold was governed once."""
    assert judged(human(ledger=ledger(broken=("an entry is gone",))), RULES).governed_by == "it was governed before"


def test_decide__governed_while_older_rules_are_unread() -> None:
    """While nobody has read the older versions of a missing rule book, nothing passes as none of our business."""
    rules = RulesInForce(book=None, missing=True, wants_older=True)
    assert decide(human(), rules, OPENED).decision.outcome is Outcome.INVALID
    settled = RulesInForce(book=None, missing=True)
    assert decide(human(), settled, OPENED).decision.outcome is Outcome.NOT_GOVERNED


@pytest.mark.parametrize("count", [{"commit_count": 2}, {"file_count": 2}])
def test_decide__governed_while_the_facts_do_not_add_up(count: dict[str, int]) -> None:
    """Where files or commits are missing from the lists, nothing passes as none of our business."""
    assert judged(human(**count), book(agents=Agents())).decision.outcome is Outcome.ERROR


def test_decide__governs_by_the_newest_valid_rule_book() -> None:
    """With a broken rule book an older one says who is an agent; whatever it governs is invalid."""
    broken = RulesInForce(book=None, fallback=RULES)
    assert decide(human(labels=frozenset({"agent"})), broken, OPENED).decision.outcome is Outcome.INVALID
    assert decide(human(), broken, OPENED).decision.outcome is Outcome.NOT_GOVERNED


def test_facts__of_the_factory_are_governed() -> None:
    """The agent's pull request of the factories is governed, so that other tests test something."""
    assert governed(facts())
    assert facts().ledger == LedgerFacts()
    assert facts().rules == Rules(current=FileVersion("rules.yml", b"rules"), older=())


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("223556219+Copilot@users.noreply.github.com", True),
        ("1+copilot-app[bot]@users.noreply.github.com", True),
        ("copilot@example.invalid", False),
    ],
)
def test_governed_by__bots_are_known_by_their_address(address: str, *, expected: bool) -> None:
    """GitHub names no account for a bot in a commit or trailer; its address does, Copilot's among them."""
    rules = book(agents=Agents(authors=(), committers=("copilot*",)))
    one = commit(ANN, identity(None, address), committer=ANN)
    assert governed(human(commits=(one,)), rules) is expected
