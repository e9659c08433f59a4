"""Whether a pull request is keyturn's business at all."""

from collections.abc import Iterable, Iterator

from keyturn.core.exclusion import account_of, accounts_of
from keyturn.core.facts import Account, AccountKind, Commit, Facts
from keyturn.core.patterns import login_matches, name_matches
from keyturn.core.rulebook import Agents, RuleBook


def governed_by(facts: Facts, book: RuleBook | None, *, once: bool) -> str | None:
    """Why the pull request is governed, in words; `None` where it is not.

    `once` says whether the ledger or the state of its chain shows that it was governed before. Without any rule book,
    pull requests of bots and those that bring a manifest are.
    """
    return next(_reasons(facts, book, once=once), None)


def _reasons(facts: Facts, book: RuleBook | None, *, once: bool) -> Iterator[str]:
    if facts.manifests:
        yield "it brings a manifest"
    if book is not None:
        yield from _labelled(facts, book.agents)
        if not _excepted(facts, book.agents):
            yield from _made_by_agents(facts, book.agents)
    elif facts.author is not None and facts.author.kind is AccountKind.BOT:
        yield f"{facts.author.login} is a bot, and there is no rule book"
    if once:  # last, so that a second run gives the same reason as the first
        yield "it was governed before"


def _labelled(facts: Facts, agents: Agents) -> Iterator[str]:
    for label in sorted(facts.labels):
        if login_matches(agents.labels, label):
            yield f"it carries or carried the label {label}"


def _made_by_agents(facts: Facts, agents: Agents) -> Iterator[str]:
    """By whom it was opened, whose commits it holds, and what its branch is called: what `except` outranks."""
    if facts.author is not None and login_matches(agents.authors, facts.author.login):
        yield f"{facts.author.login} opened it"
    for commit in sorted(facts.commits, key=lambda commit: commit.oid):
        for account in accounts_of(commit):
            if login_matches(agents.committers, account.login):
                yield f"{account.login} had a part in commit {commit.oid[:10]}"
    if agents.committers and len(facts.commits) < facts.commit_count:
        yield f"only {len(facts.commits)} of its {facts.commit_count} commits can be listed"
    if facts.head_branch is not None and _is_called(facts.head_branch, agents.branches):
        yield f"its branch is called {facts.head_branch}"


def _is_called(branch: str, patterns: Iterable[str]) -> bool:
    return any(name_matches(pattern.casefold(), branch.casefold()) for pattern in patterns)


def _excepted(facts: Facts, agents: Agents) -> bool:
    """Whether an excepted bot, by its account id, opened it and alone wrote every commit, each signed by GitHub."""
    author = facts.author
    if author is None or author.kind is not AccountKind.BOT or author.id is None:
        return False
    if not login_matches(agents.except_, author.login):
        return False
    if not facts.commits or len(facts.commits) < facts.commit_count:
        return False
    return all(_alone_wrote(author, commit) for commit in facts.commits)


def _alone_wrote(bot: Account, commit: Commit) -> bool:
    written_by = [account_of(identity) for identity in commit.authors]
    known = bool(written_by) and all(account is not None and account.id == bot.id for account in written_by)
    return known and commit.signed_by_github
