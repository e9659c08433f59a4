"""Whether a pull request is keyturn's business at all."""

from keyturn.core.exclusion import account_of, accounts_of
from keyturn.core.facts import AccountKind, Facts
from keyturn.core.patterns import login_matches
from keyturn.core.rulebook import Agents, RuleBook


def governed_by(facts: Facts, book: RuleBook | None, *, once: bool) -> str | None:
    """Why the pull request is governed, in words; `None` where it is not.

    `once` says whether the ledger or the state of its chain shows that it was governed before. Without any rule book,
    pull requests of bots and those that bring a manifest are.
    """
    if once:
        return "it was governed before"
    if facts.manifests:
        return "it brings a manifest"
    if book is None:
        if facts.author is not None and facts.author.kind is AccountKind.BOT:
            return f"{facts.author.login} is a bot, and there is no rule book"
        return None
    agents = book.agents
    for label in sorted(facts.labels):
        if login_matches(agents.labels, label):
            return f"it carries or carried the label {label}"
    if _excepted(facts, agents):
        return None
    if facts.author is not None and login_matches(agents.authors, facts.author.login):
        return f"{facts.author.login} opened it"
    for commit in facts.commits:
        for account in accounts_of(commit):
            if login_matches(agents.committers, account.login):
                return f"{account.login} had a part in commit {commit.oid[:10]}"
    if facts.head_branch is not None and login_matches(agents.branches, facts.head_branch):
        return f"its branch is called {facts.head_branch}"
    return None


def _excepted(facts: Facts, agents: Agents) -> bool:
    """Whether an excepted bot, known by its account id, opened the pull request and alone wrote every commit, each signed by GitHub."""
    author = facts.author
    if author is None or author.kind is not AccountKind.BOT or author.id is None:
        return False
    if not login_matches(agents.except_, author.login):
        return False
    if not facts.commits or len(facts.commits) < facts.commit_count:
        return False
    for commit in facts.commits:
        written_by = [account_of(identity) for identity in commit.authors]
        if not commit.signed_by_github or not written_by:
            return False
        if any(account is None or account.id != author.id for account in written_by):
            return False
    return True
